"""What a run keeps of each question and of a dataset, as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from bot.evaluation.aggregate import aggregate
from bot.evaluation.dataset import GoldQuestion
from bot.evaluation.metrics import percentile
from bot.evaluation.trace import MissedGold, Trace
from bot.types import Answer, format_moment
from index.types import Filters, Hit

MAX_TEXT_CHARS = 400
_NO_ANSWER: Mapping[str, Any] = {"outcome": "", "confidence": None, "answer": "", "citations": [], "query": {}}


@dataclass(frozen=True, slots=True)
class Build:
    """What an index holds, and what building it took this time.

    Attributes:
        passages_per_s: How fast it embeds; where it embedded nothing, how fast the build that filled the index did.
    """

    n_articles: int
    n_passages: int
    embedded: int
    seconds: float
    passages_per_s: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question.

    Attributes:
        scores: By metric, those that apply.
        trace: Empty where another search than ours was asked.
        answer: None where passages alone were asked for.
        exact: Whether each quote of the answer stands in the stored paragraph.
    """

    gold: GoldQuestion
    hits: tuple[Hit, ...]
    timings_ms: Mapping[str, float]
    scores: Mapping[str, float]
    trace: Trace = field(default_factory=Trace)
    answer: Answer | None = None
    exact: Sequence[bool] = field(default=())


def record_outcomes(build: Build, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """What a run keeps of a dataset's index and outcomes, ready for JSON."""
    kinds = dict.fromkeys(o.gold.kind for o in outcomes)
    return {
        "n_articles": build.n_articles,
        "n_passages": build.n_passages,
        "build": {
            "embedded": build.embedded,
            "seconds": round(build.seconds, 3),
            "passages_per_s": build.passages_per_s,
        },
        "scores": aggregate([o.scores for o in outcomes]),
        "kinds": {kind: aggregate([o.scores for o in outcomes if o.gold.kind == kind]) for kind in kinds},
        "timings_ms": time_stages([o.timings_ms for o in outcomes]),
        "questions": [_record_question(o) for o in outcomes],
    }


def time_stages(timings_ms: Sequence[Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Median and 95th percentile of each stage, in milliseconds."""
    stages = dict.fromkeys(stage for own in timings_ms for stage in own)
    spent = {stage: [own[stage] for own in timings_ms if stage in own] for stage in stages}
    return {
        stage: {"p50": round(percentile(ms, 0.5), 1), "p95": round(percentile(ms, 0.95), 1)}
        for stage, ms in spent.items()
    }


def _record_question(outcome: Outcome) -> dict[str, Any]:
    gold, answer = outcome.gold, outcome.answer
    return {
        "id": gold.id,
        "kind": gold.kind,
        "question": gold.question.text,
        "asked_on": format_moment(gold.question.now),
        "filters": _record_filters(gold.question.filters),
        "history": [asdict(turn) for turn in gold.question.history],
        "answerable": gold.answerable,
        "gold_answers": list(gold.answers),
        "gold_articles": sorted(gold.articles),
        **(_record_answer(answer, outcome.exact) if answer else _NO_ANSWER),
        "hits": [_record_hit(h, gold.articles, outcome.trace.fused_ranks) for h in outcome.hits],
        "missed_gold": [_record_missed(m) for m in outcome.trace.missed],
        "scores": {name: round(value, 6) for name, value in outcome.scores.items()},
        "timings_ms": {stage: round(ms, 2) for stage, ms in outcome.timings_ms.items()},
    }


def _record_filters(filters: Filters) -> dict[str, Any]:
    """Those that are set."""
    values = {name: value for name, value in asdict(filters).items() if value}
    return {name: format_moment(v) if isinstance(v, datetime) else _show(v) for name, v in values.items()}


def _record_answer(answer: Answer, exact: Sequence[bool]) -> dict[str, Any]:
    return {
        "outcome": answer.outcome.value,
        "confidence": None if answer.confidence is None else round(answer.confidence, 6),
        "answer": answer.text,
        "citations": [
            {
                "article_id": c.article_id,
                "paragraph": c.paragraph,
                "quote": c.quote[:MAX_TEXT_CHARS],
                "exact": is_exact_quote,
            }
            for c, is_exact_quote in zip(answer.citations, exact, strict=True)
        ],
        "query": {name: _show(value) for name, value in answer.query.items()},
    }


def _record_missed(missed: MissedGold) -> dict[str, Any]:
    return {**asdict(missed), "published_at": format_moment(missed.published_at)}


def _record_hit(hit: Hit, gold: frozenset[str], fused_ranks: Mapping[str, int]) -> dict[str, Any]:
    return {
        "rank": hit.rank,
        "passage": hit.passage.id,
        "article_id": hit.passage.article_id,
        "title": hit.title,
        "source": hit.source,
        "published_at": format_moment(hit.published_at),
        "score": round(hit.score, 6),
        "similarity": None if hit.similarity is None else round(hit.similarity, 4),
        "dense_rank": hit.dense_rank,
        "lexical_rank": hit.lexical_rank,
        "fused_rank": fused_ranks.get(hit.passage.id),
        "gold": not gold.isdisjoint({hit.passage.article_id, *hit.copies}),
        "copies": list(hit.copies),
        "text": hit.passage.text[:MAX_TEXT_CHARS],
        "why": {name: round(value, 4) for name, value in hit.why.items()},
    }


def _show(value: Any) -> str | list[str]:
    """What was understood of a question, as text or a list of texts."""
    many = isinstance(value, list | tuple | set | frozenset)
    return [str(v) for v in value] if many else "" if value is None else str(value)
