"""The figures behind the plots of a report; pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

_Z95 = 1.96
_N_BINS = 10
_STAGES = ("understand", "encode", "search", "evidence", "model")
_MAX_TICKS = 6


@dataclass(frozen=True, slots=True)
class Rated:
    """A question's confidence, and whether the articles do answer it."""

    confidence: float
    answerable: bool


@dataclass(frozen=True, slots=True)
class RefusalPoint:
    """What comes of answering whenever the confidence is at least `threshold`.

    Attributes:
        answered: How many questions are answered.
        coverage: Share of the answerable questions that are answered.
        precision: Share of the answered questions that are answerable; None where none is answered.
        refused: Share of the unanswerable questions that are refused.
    """

    threshold: float
    answered: int
    coverage: float
    precision: float | None
    refused: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of like confidence, at least `low` and below `high`; the last bin includes its end.

    Attributes:
        mean: Their mean confidence.
        share: Share of them that is answerable, with its 95 % interval after Wilson (1927).
    """

    low: float
    high: float
    n: int
    n_answerable: int
    mean: float
    share: float
    share_low: float
    share_high: float


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage's milliseconds, and where it begins if those before it took their p50 or p95."""

    name: str
    p50: float
    p95: float
    start_p50: float
    start_p95: float


@dataclass(frozen=True, slots=True)
class Axis:
    """A stretch of numbers drawn from 0 to 1."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Where a value lies, from 0 to 1."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))

    @property
    def ticks(self) -> tuple[float, ...]:
        """The tenths on it, or every other one where they are many."""
        low, high = round(self.low * 10), round(self.high * 10)
        return tuple(tenth / 10 for tenth in range(low, high + 1, 1 if high - low < _MAX_TICKS else 2))


UNIT = Axis(0.0, 1.0)


def fit_axis(values: Iterable[float]) -> Axis:
    """An axis up to 1 that begins somewhat below the smallest value, at a tick."""
    tenth = min(8, max(0, math.floor(min(values, default=0.0) * 10 - 0.5)))
    return Axis((tenth if 10 - tenth < _MAX_TICKS else tenth - tenth % 2) / 10, 1.0)


def rate_questions(questions: Iterable[Mapping[str, Any]]) -> list[Rated]:
    """The questions that have a confidence; none unless some are answerable and some are not."""
    rated = [Rated(q["confidence"], bool(q.get("answerable"))) for q in questions if q.get("confidence") is not None]
    return rated if len({r.answerable for r in rated}) == 2 else []


def refuse_below(threshold: float, rated: Sequence[Rated]) -> RefusalPoint:
    """What comes of refusing whenever the confidence is below a threshold."""
    answered = [r.answerable for r in rated if r.confidence >= threshold]
    n_answerable = sum(r.answerable for r in rated)
    n_wrong = len(answered) - sum(answered)
    return RefusalPoint(
        threshold,
        len(answered),
        sum(answered) / n_answerable,
        sum(answered) / len(answered) if answered else None,
        1 - n_wrong / (len(rated) - n_answerable),
    )


def trace_refusals(rated: Sequence[Rated]) -> list[RefusalPoint]:
    """A point for every confidence there is, the strictest first."""
    return [refuse_below(t, rated) for t in sorted({r.confidence for r in rated}, reverse=True)]


def average_precision(curve: Sequence[RefusalPoint]) -> float:
    """Precision averaged over coverage: the area under the curve taken in steps."""
    before = [0.0, *(p.coverage for p in curve)]
    return sum((p.coverage - b) * (p.precision or 0.0) for p, b in zip(curve, before, strict=False))


def bin_confidences(rated: Sequence[Rated]) -> list[Bin]:
    """Questions by tenths of confidence; tenths without any are left out."""

    def tenth(r: Rated) -> int:
        return min(_N_BINS - 1, max(0, math.floor(r.confidence * _N_BINS)))

    return [_to_bin(number, list(group)) for number, group in groupby(sorted(rated, key=tenth), key=tenth)]


def brier_score(rated: Sequence[Rated]) -> float:
    """Mean squared distance of confidence and truth; 0 is best."""
    return sum((r.confidence - r.answerable) ** 2 for r in rated) / len(rated)


def stack_stages(timings_ms: Mapping[str, Mapping[str, float]]) -> list[Stage]:
    """Stages in the order they happen, each beginning where those before it end; the total last, from 0."""
    known = [name for name in _STAGES if name in timings_ms]
    others = [name for name in timings_ms if name not in (*_STAGES, "total")]
    stages: list[Stage] = []
    start_p50 = start_p95 = 0.0
    for name in known + others:
        p50, p95 = timings_ms[name]["p50"], timings_ms[name]["p95"]
        stages.append(Stage(name, p50, p95, start_p50, start_p95))
        start_p50, start_p95 = start_p50 + p50, start_p95 + p95
    if "total" in timings_ms:
        stages.append(Stage("total", timings_ms["total"]["p50"], timings_ms["total"]["p95"], 0.0, 0.0))
    return stages


def first_gold(hits: Iterable[Mapping[str, Any]]) -> int | None:
    """Rank of the first hit of a gold article; None where there is none."""
    return min((hit["rank"] for hit in hits if hit.get("gold")), default=None)


def trace_hits(questions: Iterable[Mapping[str, Any]], depth: int = 10) -> list[float]:
    """hit@1 to hit@depth: share of the questions of gold articles with one that far up; [] without hits."""
    asked = [q for q in questions if q.get("gold_articles") and "hits" in q]
    if not any(q["hits"] for q in asked):
        return []
    ranks = [first_gold(q["hits"]) or math.inf for q in asked]
    return [sum(rank <= k for rank in ranks) / len(ranks) for k in range(1, depth + 1)]


def wilson_interval(share: float, n: int) -> tuple[float, float]:
    """95 % interval of a share of n after Wilson (1927)."""
    spread = _Z95**2 / n
    middle = (share + spread / 2) / (1 + spread)
    half = _Z95 / (1 + spread) * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def _to_bin(number: int, rated: Sequence[Rated]) -> Bin:
    n, n_answerable = len(rated), sum(r.answerable for r in rated)
    mean = sum(r.confidence for r in rated) / n
    share = n_answerable / n
    return Bin(number / _N_BINS, (number + 1) / _N_BINS, n, n_answerable, mean, share, *wilson_interval(share, n))
