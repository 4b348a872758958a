"""One evaluation: index a dataset apart from the live index, ask every question, score what comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, TypeVar

from bot.desk import Desk
from bot.evaluation.dataset import (
    CONFLICT,
    BadDataset,
    Dataset,
    GoldQuestion,
    joint_digest,
    load_dataset,
    load_haystack,
)
from bot.evaluation.metrics import (
    Stored,
    answer_scores,
    citation_scores,
    disagreement_scores,
    is_exact,
    passage_scores,
    ranking_scores,
)
from bot.evaluation.record import Build, Outcome, record_outcomes
from bot.evaluation.trace import trace_search
from bot.settings import Settings
from bot.types import Answer
from index.survey import OnProgress
from index.types import Hit

EVALUATION_FOLDER = "eval"
"""Below the home folder: an index for each set of articles, and the runs."""
PLAIN = " (plain)"
_N_HITS = 10
_RATE = "passages_per_s"

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Setup:
    """What is asked of a dataset, besides its questions as they are.

    Attributes:
        haystack: Folders of datasets whose articles are indexed along.
        fixed_now: Ask every question on the day of the newest article.
    """

    haystack: tuple[Path, ...] = ()
    fixed_now: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """A dataset, its questions at the moments they are asked, and the index to ask.

    Attributes:
        key: Names the index by the articles in it.
        articles: What it is built from.
        others: Names of the datasets whose articles are indexed along.
    """

    settings: Settings
    setup: Setup
    dataset: Dataset
    key: str
    articles: tuple[Path, ...]
    others: tuple[str, ...]
    desk: Desk
    build: Build

    def find_missing(self) -> list[str]:
        """Ids of gold articles that the index has not, in order."""
        held = {article.id for article in self.desk.reader.current().articles}
        return sorted(frozenset().union(*(gold.articles for gold in self.dataset.questions)) - held)


def evaluate_dataset(
    settings: Settings, folder: Path, on_progress: OnProgress, setup: Setup | None = None
) -> dict[str, Any]:
    """The record of a dataset: its scores, overall and by kind, its times, and every question's outcome."""
    return measure(prepare(settings, folder, on_progress, setup or Setup()), on_progress)


def prepare(settings: Settings, folder: Path, on_progress: OnProgress, setup: Setup) -> Trial:
    """Index a dataset and its haystack.

    The index is kept in `eval/` under the home folder and used again while the articles are the same.

    Raises:
        BadDataset: A folder is none, or `fixed_now` finds no dated article.
    """
    cache = settings.home / EVALUATION_FOLDER
    dataset = load_dataset(folder, settings.zone, cache)
    others = [other for path in setup.haystack if (other := load_haystack(path, cache)).digest != dataset.digest]
    by_digest = sorted([dataset, *others], key=lambda d: d.digest)
    articles = tuple(dict.fromkeys(path for d in by_digest for path in d.articles))
    key = joint_digest(by_digest)
    home = cache / key
    desk = Desk(settings, home)
    report = desk.rebuild(articles, on_progress=on_progress)
    if setup.fixed_now:
        dataset = _fix_now(dataset, desk.reader.current().newest, settings.zone)
    rate = _keep_rate(home, report.embedded, report.seconds)
    build = Build(report.articles, report.passages, report.embedded, report.seconds, rate)
    return Trial(settings, setup, dataset, key, articles, tuple(o.name for o in others), desk, build)


def measure(trial: Trial, on_progress: OnProgress = lambda *_: None) -> dict[str, Any]:
    """Ask every question at its moment; the record of the dataset."""
    trial.desk.warm_up()
    questions = trial.dataset.questions
    answers = _for_each(questions, lambda gold: trial.desk.answerer.ask(gold.question), on_progress)
    ranked = _rank(questions, [a.hits for a in answers])
    outcomes = [
        _judge(trial.desk, gold, answer, ranked.get(gold.id, {}))
        for gold, answer in zip(questions, answers, strict=True)
    ]
    return _record(trial, trial.dataset.name, trial.build, outcomes)


def measure_plain(trial: Trial, on_progress: OnProgress = lambda *_: None) -> dict[str, Any]:
    """Search for every question with llama-index as it comes; the record, with retrieval alone."""
    from bot.evaluation.baseline import PlainPipeline

    home = trial.settings.home / EVALUATION_FOLDER / f"plain-{trial.key}"
    pipeline = PlainPipeline(home, trial.articles, trial.settings.encoder_threads)
    figures = pipeline.build(on_progress)
    pipeline.search("warm up", 1)
    rate = _keep_rate(home, figures.embedded, figures.seconds)
    build = Build(pipeline.n_articles, figures.passages, figures.embedded, figures.seconds, rate)

    def search(gold: GoldQuestion) -> tuple[tuple[Hit, ...], float]:
        started = time.perf_counter()
        hits = tuple(pipeline.search(gold.question.text, _N_HITS))
        return hits, (time.perf_counter() - started) * 1000

    questions = trial.dataset.questions
    found = _for_each(questions, search, on_progress)
    ranked = _rank(questions, [hits for hits, _ in found])
    outcomes = [
        Outcome(gold, hits, {"search": ms, "total": ms}, {**ranked.get(gold.id, {}), **_find_answers(gold, hits)})
        for gold, (hits, ms) in zip(questions, found, strict=True)
    ]
    return _record(trial, trial.dataset.name + PLAIN, build, outcomes)


def _keep_rate(home: Path, embedded: int, seconds: float) -> float | None:
    """Passages per second of a build, kept beside its index; of one that embedded nothing, what was kept there."""
    file = home / _RATE
    if embedded and seconds:
        rate = round(embedded / seconds, 1)
        with suppress(OSError):
            file.write_text(str(rate), encoding="utf-8")
        return rate
    with suppress(OSError, ValueError):
        return float(file.read_text(encoding="utf-8"))
    return None


def _fix_now(dataset: Dataset, newest: datetime | None, zone: tzinfo) -> Dataset:
    if newest is None:
        raise BadDataset(f"{dataset.name}: no article has a date, so there is no day to ask on; leave out --fixed-now")
    end = newest.astimezone(zone).replace(hour=23, minute=59, second=59, microsecond=999999).astimezone(UTC)
    questions = [replace(gold, question=replace(gold.question, now=end)) for gold in dataset.questions]
    return replace(dataset, questions=tuple(questions))


def _for_each(
    questions: Sequence[GoldQuestion], ask: Callable[[GoldQuestion], _Found], on_progress: OnProgress
) -> list[_Found]:
    found: list[_Found] = []
    for n, gold in enumerate(questions):
        on_progress("asking", n, len(questions))
        found.append(ask(gold))
    return found


def _rank(questions: Sequence[GoldQuestion], hits: Sequence[Sequence[Hit]]) -> dict[str, dict[str, float]]:
    rankings = {
        gold.id: [frozenset({h.passage.article_id, *h.copies}) for h in own]
        for gold, own in zip(questions, hits, strict=True)
    }
    return ranking_scores(rankings, {gold.id: gold.articles for gold in questions})


def _read_cited(desk: Desk, answer: Answer) -> Stored:
    """The cited articles' paragraphs, from the index."""
    generation = desk.reader.current()
    return {
        (article, number): text
        for article in dict.fromkeys(c.article_id for c in answer.citations)
        for number, text in generation.paragraphs_of(article).items()
    }


def _judge(desk: Desk, gold: GoldQuestion, answer: Answer, ranked: Mapping[str, float]) -> Outcome:
    stored = _read_cited(desk, answer)
    said = answer_scores(answer, gold.answers, every=gold.kind == CONFLICT) if gold.answerable else {}
    refused = {"refused wrongly" if gold.answerable else "refused rightly": float(not answer.outcome.has_answer)}
    scores = {
        **ranked,
        **_find_answers(gold, answer.hits),
        **said,
        **citation_scores(answer, gold.articles, stored),
        **disagreement_scores(answer, differ=gold.kind == CONFLICT),
        **refused,
    }
    exact = [is_exact(c, stored) for c in answer.citations]
    trace = trace_search(desk, gold, answer.hits)
    return Outcome(gold, answer.hits, answer.timings_ms, scores, trace, answer, exact)


def _find_answers(gold: GoldQuestion, hits: Sequence[Hit]) -> dict[str, float]:
    return passage_scores(hits, gold.answers, every=gold.kind == CONFLICT) if gold.answerable else {}


def _record(trial: Trial, name: str, build: Build, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    return {
        "dataset": name,
        "articles_digest": trial.key,
        "questions_digest": trial.dataset.questions_digest,
        "with": list(trial.others),
        "fixed_now": trial.setup.fixed_now,
        **record_outcomes(build, outcomes),
    }
