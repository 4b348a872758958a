"""One evaluation: index a dataset apart from the live index, ask every question, score what comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.desk import Desk
from bot.evaluation.dataset import CONFLICT, Dataset, GoldQuestion, load_dataset
from bot.evaluation.metrics import contains_answer, mean, percentile, ranking_scores
from bot.settings import Settings
from bot.types import Answer
from index.build import OnProgress

_HITS = (1, 5, 10)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question.

    Attributes:
        ranking: Scores of its ranking; empty for an unanswerable one.
        answers: Whether the answer stands in the first passages, the whole answer, its first sentence.
    """

    gold: GoldQuestion
    answer: Answer
    ranking: dict[str, float]
    answers: dict[str, float]

    @property
    def refused(self) -> bool:
        """Whether the articles were said not to answer it."""
        return not self.answer.outcome.has_answer


def evaluate_dataset(settings: Settings, folder: Path, on_progress: OnProgress) -> dict[str, Any]:
    """Scores of a dataset: overall, by kind, of refusals, in time; and every question's outcome.

    Its index is kept in `eval/` under the home folder and used again while the articles are the same.
    """
    dataset = load_dataset(folder, settings.zone)
    desk = Desk(settings, settings.home / "eval" / dataset.digest)
    desk.rebuild(dataset.articles, on_progress=on_progress)
    desk.warm_up()
    outcomes = ask_all(dataset, desk, on_progress)
    return {
        "dataset": dataset.name,
        "digest": dataset.digest,
        "encoder": settings.encoder,
        "model": settings.llm_model if settings.llm else None,
        "scores": score(outcomes),
        "kinds": {kind: score([o for o in outcomes if o.gold.kind == kind]) for kind in _kinds(outcomes)},
        "timings_ms": time_stages([o.answer for o in outcomes]),
        "questions": [_record(o) for o in outcomes],
    }


def ask_all(dataset: Dataset, desk: Desk, on_progress: OnProgress = lambda *_: None) -> list[Outcome]:
    """Ask every question of a dataset at its own moment."""
    answers: dict[str, Answer] = {}
    for n, gold in enumerate(dataset.questions):
        on_progress("asking", n, len(dataset.questions))
        answers[gold.id] = desk.answerer.ask(gold.question)
    rankings = {q: [frozenset({h.passage.article_id, *h.copies}) for h in a.hits] for q, a in answers.items()}
    ranked = ranking_scores(rankings, {g.id: g.articles for g in dataset.questions})
    return [
        Outcome(g, answers[g.id], ranked.get(g.id, {}), _answer_scores(g, answers[g.id])) for g in dataset.questions
    ]


def score(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Means over the answerable questions, and how refusals went; all but `n` between 0 and 1."""
    answerable = [o for o in outcomes if o.gold.answerable]
    unanswerable = [o for o in outcomes if not o.gold.answerable]
    scores: dict[str, float] = {"n": len(outcomes)}
    scores |= _means([o.ranking | o.answers for o in answerable])
    n_refused = sum(o.refused for o in outcomes)
    n_right = sum(o.refused for o in unanswerable)
    if answerable:
        scores["refused wrongly"] = (n_refused - n_right) / len(answerable)
    if unanswerable:
        scores["refused rightly"] = n_right / len(unanswerable)
    if answerable and unanswerable:
        scores["refusal precision"] = n_right / n_refused if n_refused else 0.0
    return scores


def time_stages(answers: Sequence[Answer]) -> dict[str, dict[str, float]]:
    """Median and 95th percentile of each stage, in milliseconds."""
    stages = dict.fromkeys(stage for a in answers for stage in a.timings_ms)
    spent = {stage: [a.timings_ms[stage] for a in answers if stage in a.timings_ms] for stage in stages}
    return {
        stage: {"p50": round(percentile(ms, 0.5), 1), "p95": round(percentile(ms, 0.95), 1)}
        for stage, ms in spent.items()
    }


def _answer_scores(gold: GoldQuestion, answer: Answer) -> dict[str, float]:
    if not gold.answerable:
        return {}

    def has(text: str) -> float:
        return float(contains_answer(text, gold.answers, every=gold.kind == CONFLICT))

    passages = [f"{h.title}\n{h.passage.text}" for h in answer.hits]
    return {
        **{f"answer in hits@{k}": has("\n\n".join(passages[:k])) for k in _HITS},
        "answer correct": has(" ".join(s.text for s in answer.sentences)),
        "first sentence correct": has(answer.sentences[0].text if answer.sentences else ""),
    }


def _means(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: mean([row[name] for row in rows]) for name in (rows[0] if rows else ())}


def _kinds(outcomes: Sequence[Outcome]) -> list[str]:
    return list(dict.fromkeys(o.gold.kind for o in outcomes))


def _record(outcome: Outcome) -> dict[str, Any]:
    gold, answer = outcome.gold, outcome.answer
    return {
        "id": gold.id,
        "kind": gold.kind,
        "question": gold.question.text,
        "gold_answers": list(gold.answers),
        "gold_articles": sorted(gold.articles),
        "outcome": answer.outcome.value,
        "confidence": answer.confidence,
        "answer": answer.text,
        "hits": [h.passage.id for h in answer.hits],
        **outcome.ranking,
        **outcome.answers,
    }
