"""Two runs side by side: which scores differ, how sure that is, and which questions made it so; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.evaluation.aggregate import LOWER_IS_BETTER, METRICS, REFUSALS, Terms, collect_terms, divide
from index.errors import NewsdeskError

WATCHED = ("hit@1", "hit@4", "answer correct", "refused wrongly", "refused rightly")
"""Scores whose change puts a question on the list."""
GATED = (
    *("hit@1", "hit@4", "hit@10", "recall@10", "all gold@10", "mrr@10", "ndcg@10"),
    *("answer in hits@5", "answer correct", "citation precision"),
    *("refused wrongly", "refused rightly", "refusal precision", "refusal f1"),
)
"""Scores that may not fall; beside them, every quote has to be exact."""
SIGNIFICANT = 0.05
_DRAWS = 10_000
_BLOCK = 1_000
_SEED = 0
_ROUNDING = 1e-9

Record = Mapping[str, Any]


class NothingCompared(NewsdeskError):
    """Two runs without a question in common, where scores were to be held against each other."""


@dataclass(frozen=True, slots=True)
class Change:
    """A score in two runs, over the questions that have it in both.

    Attributes:
        p: How often a difference as great comes of swapping the runs at random, question by question.
    """

    metric: str
    before: float
    after: float
    p: float
    n: int

    @property
    def points(self) -> float:
        """The difference in percentage points."""
        return 100 * (self.after - self.before)

    @property
    def loss(self) -> float:
        """By how many points it became worse; negative where it became better."""
        return self.points if self.metric in LOWER_IS_BETTER else -self.points


@dataclass(frozen=True, slots=True)
class ChangedQuestion:
    """A question of which a watched score is not what it was."""

    id: str
    kind: str
    question: str
    worse: tuple[str, ...]
    better: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DatasetComparison:
    """A dataset in two runs.

    Attributes:
        n: Questions that are in both.
        n_inexact: Questions of the later run, in both or not, with a quote that is not exact.
        warnings: In what the two are not alike.
        changes: Of every score that both have.
        kinds: The same for the questions of each kind.
        questions: Those that changed, the worse ones first.
    """

    name: str
    n: int
    n_inexact: int
    warnings: tuple[str, ...]
    changes: tuple[Change, ...]
    kinds: Mapping[str, tuple[Change, ...]]
    questions: tuple[ChangedQuestion, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs.

    Attributes:
        unmatched: Datasets of the later run that the earlier one has not, or not in the same setup.
        missing: Datasets of the earlier run that the later one has not, or not in the same setup.
    """

    before: str
    after: str
    datasets: tuple[DatasetComparison, ...]
    unmatched: tuple[str, ...]
    missing: tuple[str, ...]


def compare_runs(before: Record, after: Record) -> Comparison:
    """What changed from one run to another, dataset by dataset, over the questions that both have."""
    earlier = {describe_dataset(d): d for d in before["datasets"]}
    later = {describe_dataset(d): d for d in after["datasets"]}
    return Comparison(
        before["name"],
        after["name"],
        tuple(_compare_dataset(name, earlier[name], d) for name, d in later.items() if name in earlier),
        tuple(name for name in later if name not in earlier),
        tuple(name for name in earlier if name not in later),
    )


def describe_dataset(dataset: Record) -> str:
    """A dataset's name, those indexed along with it, and whether the day was fixed."""
    others = f" with {', '.join(sorted(map(str, dataset['with'])))}" if dataset.get("with") else ""
    return f"{dataset['dataset']}{others}{', fixed now' if dataset.get('fixed_now') else ''}"


def find_falls(comparison: Comparison, points: float) -> list[str]:
    """Why a later run does not pass: each a line.

    A gated score became worse by more than some percentage points and the test agrees; a quote is not exact; or
    a dataset of either run has nothing of the other to be held against.

    Raises:
        NothingCompared: The two runs have no question in common.
    """
    if not any(dataset.n for dataset in comparison.datasets):
        raise NothingCompared(
            f"{comparison.before} has no question of {comparison.after}, so it is no gate for it; "
            "compare with a run of the same datasets in the same setup"
        )
    alone = [*comparison.unmatched, *(dataset.name for dataset in comparison.datasets if not dataset.n)]
    falls = [
        f"{dataset.name}: {c.metric} {'rose' if c.metric in LOWER_IS_BETTER else 'fell'} by {c.loss:.1f} points, "
        f"from {c.before:.3f} to {c.after:.3f} (p = {c.p:.4f})"
        for dataset in comparison.datasets
        for c in dataset.changes
        if c.metric in GATED and c.loss > points + _ROUNDING and c.p < SIGNIFICANT
    ]
    return [
        *(f"{name}: {comparison.before} has no question of it in the same setup" for name in alone),
        *(f"{name}: {comparison.after} has no question of it in the same setup" for name in comparison.missing),
        *(f"{d.name}: questions with a quote not exact: {d.n_inexact}" for d in comparison.datasets if d.n_inexact),
        *falls,
    ]


def randomisation_test(before: Terms, after: Terms) -> float:
    """Two-sided p-value of the difference between two scores of the same questions.

    Each of 10,000 draws swaps what the runs have for each question, or does not: for means, a random flip of the
    signs of the differences (Fisher 1935; Smucker et al. 2007 for rankings).
    """
    differ = np.flatnonzero((before != after).any(axis=1))
    if not len(differ):
        return 1.0
    gain = (after - before)[differ]
    sums = before.sum(axis=0), after.sum(axis=0)
    observed = abs(_differ(sums[0][None], sums[1][None])[0]) - _ROUNDING
    rng = np.random.default_rng(_SEED)
    n_as_great = 0
    for _ in range(_DRAWS // _BLOCK):
        moved = rng.integers(0, 2, size=(_BLOCK, len(differ))).astype(np.float64) @ gain
        n_as_great += int((np.abs(_differ(sums[0] + moved, sums[1] - moved)) >= observed).sum())
    return (n_as_great + 1) / (_DRAWS + 1)


def _differ(before: Terms, after: Terms) -> Terms:
    """Differences of fractions; none where a fraction has nothing below."""
    below = before[:, 1] * after[:, 1]
    crossed = after[:, 0] * before[:, 1] - before[:, 0] * after[:, 1]
    return np.divide(crossed, below, out=np.zeros_like(crossed), where=below > 0)


def _compare_dataset(name: str, before: Record, after: Record) -> DatasetComparison:
    earlier = {q["id"]: q for q in before["questions"]}
    pairs = [(earlier[q["id"]], q) for q in after["questions"] if q["id"] in earlier]
    kinds = dict.fromkeys(q["kind"] for _, q in pairs)
    changed = [c for a, b in pairs if (c := _compare_question(a, b))]
    return DatasetComparison(
        name=name,
        n=len(pairs),
        n_inexact=sum(q["scores"].get("quotes exact", 1) < 1 for q in after["questions"]),
        warnings=tuple(_find_unlike(before, after, len(pairs))),
        changes=_compare_scores(pairs),
        kinds={kind: _compare_scores([pair for pair in pairs if pair[1]["kind"] == kind]) for kind in kinds},
        questions=tuple(sorted(changed, key=lambda c: len(c.better) - len(c.worse))),
    )


def _compare_scores(pairs: Sequence[tuple[Record, Record]]) -> tuple[Change, ...]:
    before, after = (collect_terms([pair[i]["scores"] for pair in pairs]) for i in (0, 1))
    changes = (_compare_score(m, before[m], after[m]) for m in METRICS if m in before and m in after)
    return tuple(change for change in changes if change)


def _compare_score(metric: str, before: Terms, after: Terms) -> Change | None:
    if metric not in REFUSALS:
        both = (before[:, 1] > 0) & (after[:, 1] > 0)
        before, after = before[both], after[both]
    if not len(before):
        return None
    return Change(metric, divide(before), divide(after), randomisation_test(before, after), len(before))


def _compare_question(before: Record, after: Record) -> ChangedQuestion | None:
    then, now = before["scores"], after["scores"]
    gains = {m: (now[m] - then[m]) * (-1 if m in LOWER_IS_BETTER else 1) for m in WATCHED if m in then and m in now}
    worse, better = (tuple(m for m, gain in gains.items() if sign * gain > 0) for sign in (-1, 1))
    if not worse and not better:
        return None
    return ChangedQuestion(after["id"], after["kind"], str(after.get("question", "")), worse, better)


def _find_unlike(before: Record, after: Record, n_common: int) -> Iterator[str]:
    for key, what in (("articles_digest", "articles"), ("questions_digest", "questions")):
        if before.get(key) != after.get(key):
            yield f"the {what} are not the same in both runs"
    n_before, n_after = len(before["questions"]), len(after["questions"])
    if not n_common == n_before == n_after:
        yield f"only {n_common} questions are compared, of {n_before} before and {n_after} now"
