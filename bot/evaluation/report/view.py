"""A run's record -> what the page shows of it; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.confidence import CONFIDENCE_THRESHOLD
from bot.evaluation.compare import ChangedQuestion, Comparison, describe_dataset
from bot.evaluation.report import curves, failures, scores
from bot.evaluation.report.curves import Axis, Bin, RefusalPoint, Stage
from bot.evaluation.report.failures import Failure
from bot.evaluation.report.scores import Row, Score

_TENTHS = tuple(n / 10 for n in range(1, 10))


@dataclass(frozen=True, slots=True)
class HitsPlot:
    """hit@1 to hit@10, those of the run compared with ([] without), and how often the answer's words were there."""

    found: Sequence[float]
    other: Sequence[float]
    answers: Mapping[int, float]
    axis: Axis

    @property
    def ticks(self) -> list[tuple[float, int]]:
        """Each rank and where it lies, from 0 to 1."""
        return [((k + 0.5) / len(self.found), k + 1) for k in range(len(self.found))]

    def place(self, shares: Sequence[float]) -> list[tuple[float, float]]:
        """Where the points of a curve lie, each from 0 to 1."""
        return [(x, self.axis.at(share)) for (x, _), share in zip(self.ticks, shares, strict=True)]


@dataclass(frozen=True, slots=True)
class RefusalsPlot:
    """Coverage against precision, and confidence against truth.

    Attributes:
        base: Precision of answering everything.
        chosen: The point at the threshold in use.
        steps: Points at round thresholds, and the chosen one, for reading off.
        other: Curve of the run compared with; [] without.
    """

    curve: Sequence[RefusalPoint]
    other: Sequence[RefusalPoint]
    chosen: RefusalPoint
    steps: Sequence[RefusalPoint]
    base: float
    area: float
    axis: Axis
    bins: Sequence[Bin]
    brier: float
    n_answerable: int
    n_unanswerable: int


@dataclass(frozen=True, slots=True)
class Section:
    """What the page shows of one dataset.

    Attributes:
        unlike: In what the run compared with asked something else, so that scores are not like for like.
        changed: Questions that are not what they were there, the worse ones first.
    """

    name: str
    facts: Mapping[str, str]
    unlike: Sequence[str]
    groups: Mapping[str, Sequence[Score]]
    kinds: Sequence[Row]
    hits: HitsPlot | None
    refusals: RefusalsPlot | None
    stages: Sequence[Stage]
    slowest: float
    failures: Sequence[Failure]
    changed: Sequence[ChangedQuestion]


def view_dataset(
    dataset: Mapping[str, Any], other: Mapping[str, Any] | None = None, comparison: Comparison | None = None
) -> Section:
    """What the page shows of a dataset, beside what the same one had in the run compared with."""
    tested = [d for d in comparison.datasets if d.name == describe_dataset(dataset)] if comparison else []
    stages = curves.stack_stages(dataset.get("timings_ms", {}))
    questions = dataset.get("questions", ())
    return Section(
        name=dataset["dataset"],
        facts=_dataset_facts(dataset),
        unlike=_find_unlike(dataset, other),
        groups=scores.group_scores(dataset, other, {c.metric: c.p for d in tested for c in d.changes}),
        kinds=[
            scores.to_row(kind, values, (q for q in questions if q.get("kind") == kind))
            for kind, values in dataset.get("kinds", {}).items()
        ],
        hits=_plot_hits(dataset, other),
        refusals=_plot_refusals(dataset, other),
        stages=stages,
        slowest=max((max(s.start_p50 + s.p50, s.start_p95 + s.p95) for s in stages), default=0.0),
        failures=failures.find_failures(dataset, other),
        changed=[question for d in tested for question in d.questions],
    )


def list_facts(run: Mapping[str, Any]) -> dict[str, str]:
    """How a run was made, by name; what its record lacks is left out."""
    commit = run.get("commit")
    memory = run.get("peak_memory_mb")
    facts = {
        "Made": show_moment(run.get("created_at")),
        "Newsdesk": run.get("version"),
        "Commit": f"{commit}{', with changes not committed' if run.get('changed') else ''}" if commit else None,
        "Encoder": run.get("encoder"),
        "Language model": run.get("model") or "none",
        "Prompts": run.get("prompts"),
        "Peak memory": f"{memory:,.0f} MB" if memory is not None else None,
    }
    return {name: str(value) for name, value in facts.items() if value}


def list_changes(run: Mapping[str, Any], compared: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """What a run was made with that an earlier one was not: name to the earlier value and this run's."""
    pairs = {name: (compared.get(name), run.get(name)) for name in ("version", "commit", "encoder", "model", "prompts")}
    then, now = compared.get("settings", {}), run.get("settings", {})
    pairs |= {name: (then.get(name), now.get(name)) for name in sorted({*then, *now}) if name not in pairs}
    shown = {
        name: (failures.show_value(a) or "none", failures.show_value(b) or "none") for name, (a, b) in pairs.items()
    }
    return {name: pair for name, pair in shown.items() if pair[0] != pair[1]}


def show_moment(text: str | None) -> str:
    """A moment as day and minute in UTC; as it stands where it is none."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return text or ""
    moment = moment.astimezone(UTC)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def _dataset_facts(dataset: Mapping[str, Any]) -> dict[str, str]:
    digests = (dataset.get("articles_digest"), dataset.get("questions_digest"))
    facts = {
        "Articles": _count(dataset.get("n_articles")),
        "Passages": _count(dataset.get("n_passages")),
        "Questions": _count(len(dataset.get("questions", ()))),
        "Indexed along": ", ".join(dataset.get("with", ())),
        "Asked on": "the newest article's day, all of them" if dataset.get("fixed_now") else "each question's own day",
        "Embedded": _describe_build(dataset.get("build")),
        "Digests": " / ".join(filter(None, digests)),
    }
    return {name: value for name, value in facts.items() if value}


def _describe_build(build: Mapping[str, Any] | None) -> str:
    if not build:
        return ""
    rate = f"{build['passages_per_s']:,.0f} passages/s" if build["passages_per_s"] else ""
    if build["embedded"]:
        return ", ".join(filter(None, (f"{build['embedded']:,} in {build['seconds']:,.1f} s", rate)))
    return f"nothing, the index was there{f'; {rate} when it was filled' if rate else ''}"


def _find_unlike(dataset: Mapping[str, Any], other: Mapping[str, Any] | None) -> list[str]:
    names = {
        "articles_digest": "its articles",
        "questions_digest": "its questions",
        "with": "what was indexed along",
        "fixed_now": "the day it was asked on",
    }
    return [] if other is None else [text for key, text in names.items() if dataset.get(key) != other.get(key)]


def _plot_hits(dataset: Mapping[str, Any], other: Mapping[str, Any] | None) -> HitsPlot | None:
    found = curves.trace_hits(dataset.get("questions", ()))
    before = curves.trace_hits((other or {}).get("questions", ()))
    means = {k: dataset.get("scores", {}).get(f"answer in hits@{k}") for k in range(1, 11)}
    answers = {k: float(score["mean"]) for k, score in means.items() if score}
    return HitsPlot(found, before, answers, curves.fit_axis([*found, *before, *answers.values()])) if found else None


def _plot_refusals(dataset: Mapping[str, Any], other: Mapping[str, Any] | None) -> RefusalsPlot | None:
    rated = curves.rate_questions(dataset.get("questions", ()))
    if not rated:
        return None
    curve = curves.trace_refusals(rated)
    before = curves.trace_refusals(curves.rate_questions((other or {}).get("questions", ())))
    n_answerable = sum(r.answerable for r in rated)
    precisions = [p.precision for p in (*curve, *before) if p.precision is not None]
    return RefusalsPlot(
        curve=curve,
        other=before,
        chosen=curves.refuse_below(CONFIDENCE_THRESHOLD, rated),
        steps=[curves.refuse_below(t, rated) for t in sorted({*_TENTHS, CONFIDENCE_THRESHOLD})],
        base=n_answerable / len(rated),
        area=curves.average_precision(curve),
        axis=curves.fit_axis(precisions),
        bins=curves.bin_confidences(rated),
        brier=curves.brier_score(rated),
        n_answerable=n_answerable,
        n_unanswerable=len(rated) - n_answerable,
    )


def _count(n: int | None) -> str:
    return "" if n is None else f"{n:,}"
