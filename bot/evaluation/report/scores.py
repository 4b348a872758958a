"""Scores as the cards and rows of a report; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.evaluation.aggregate import LOWER_IS_BETTER
from bot.evaluation.compare import SIGNIFICANT

METRICS: Mapping[str, Mapping[str, str]] = {
    "Retrieval": {
        "hit@1": "the first passage is of a gold article",
        "hit@4": "a gold article among the first 4 passages",
        "hit@10": "a gold article among the first 10 passages",
        "recall@10": "share of the gold articles in the first 10",
        "all gold@10": "every gold article in the first 10",
        "mrr@10": "one over the rank of the first gold article",
        "ndcg@10": "gold articles weighted by how high they stand",
    },
    "The answer in what was found": {
        "answer in hits@1": "its words in the first passage",
        "answer in hits@3": "its words in the first 3 passages",
        "answer in hits@5": "its words in the first 5 passages",
        "answer in hits@10": "its words in the first 10 passages",
    },
    "Answers": {
        "answer correct": "a gold answer's words in the answer given",
        "first sentence correct": "its words in the first sentence",
        "citation precision": "cited paragraphs that are gold and support their sentence",
        "citation recall": "sentences with a citation that supports them",
        "quotes exact": "quotes that stand word for word in their paragraph",
        "disagreement shown": "questions on which sources differ, and the answer says so",
        "false disagreement": "other questions of which it says so",
    },
    "Refusals": {
        "refused wrongly": "answerable questions that were refused",
        "refused rightly": "unanswerable questions that were refused",
        "refusal precision": "refused questions that are unanswerable",
        "refusal f1": "harmonic mean of that and refused rightly",
    },
}
OTHER = "Other scores"
MAIN_METRICS = (
    "hit@1",
    "hit@4",
    "hit@10",
    "mrr@10",
    "answer in hits@5",
    "answer correct",
    "citation precision",
    "refused wrongly",
    "refused rightly",
)
"""Those drawn for every kind of question and every dataset side by side."""
_NO_POINTS = 0.05
_UNTESTED: Mapping[str, float] = {}


@dataclass(frozen=True, slots=True)
class Difference:
    """How a score differs from that of another run.

    Attributes:
        mean: The other run's.
        points: Hundredths by which this run's is higher.
        verdict: better, worse or the same.
        p: Of the paired test over the questions of both runs; None where none was made.
        n_better: Questions of both runs whose own score is better now; None where no question has this score.
    """

    mean: float
    points: float
    verdict: str
    n_better: int | None
    n_worse: int | None
    p: float | None = None

    @property
    def sure(self) -> bool:
        """Whether it is more than chance may bring about."""
        return self.p is not None and self.p < SIGNIFICANT


@dataclass(frozen=True, slots=True)
class Score:
    """A mean with its 95 % interval over n questions."""

    name: str
    meaning: str
    mean: float
    low: float
    high: float
    n: int
    difference: Difference | None = None

    @property
    def lower_is_better(self) -> bool:
        """Whether a small one is the aim."""
        return self.name in LOWER_IS_BETTER


@dataclass(frozen=True, slots=True)
class Row:
    """A kind or a dataset and its scores by metric."""

    name: str
    n: int
    scores: Mapping[str, Score]


def group_scores(
    dataset: Mapping[str, Any], other: Mapping[str, Any] | None = None, p_values: Mapping[str, float] = _UNTESTED
) -> dict[str, list[Score]]:
    """A dataset's scores under the headings of METRICS, with what the same dataset of another run had.

    Args:
        p_values: Of the differences, by metric, where they were tested.
    """
    scores = dataset.get("scores", {})
    known = {name for metrics in METRICS.values() for name in metrics}
    headings = {**METRICS, OTHER: {name: "" for name in scores if name not in known}}
    groups = {
        heading: [
            _to_score(name, scores[name], meaning, _compare(name, dataset, other, p_values.get(name)))
            for name, meaning in m.items()
        ]
        for heading, names in headings.items()
        if (m := {name: meaning for name, meaning in names.items() if name in scores})
    }
    return groups


def to_row(name: str, scores: Mapping[str, Mapping[str, Any]], questions: Iterable[object]) -> Row:
    """The scores of a kind's or a dataset's questions."""
    return Row(name, len(list(questions)), {metric: _to_score(metric, values) for metric, values in scores.items()})


def used_metrics(rows: Iterable[Row], *, main: bool) -> list[str]:
    """The metrics that any row has, in the order of METRICS, or of MAIN_METRICS."""
    known = MAIN_METRICS if main else [name for metrics in METRICS.values() for name in metrics]
    used = dict.fromkeys(name for row in rows for name in row.scores)
    return [name for name in known if name in used] + [name for name in used if not main and name not in known]


def _to_score(name: str, values: Mapping[str, Any], meaning: str = "", difference: Difference | None = None) -> Score:
    return Score(name, meaning, values["mean"], values["low"], values["high"], values["n"], difference)


def _compare(
    name: str, dataset: Mapping[str, Any], other: Mapping[str, Any] | None, p: float | None
) -> Difference | None:
    before = (other or {}).get("scores", {}).get(name, {}).get("mean")
    if other is None or before is None:
        return None
    points = 100 * (dataset["scores"][name]["mean"] - before)
    sign = -1 if name in LOWER_IS_BETTER else 1
    verdict = "the same" if abs(points) < _NO_POINTS else "better" if sign * points > 0 else "worse"
    then = {q["id"]: q["scores"][name] for q in other.get("questions", ()) if name in q.get("scores", {})}
    changes = [
        sign * (q["scores"][name] - then[q["id"]])
        for q in dataset.get("questions", ())
        if q["id"] in then and name in q.get("scores", {})
    ]
    n_better, n_worse = sum(c > 0 for c in changes), sum(c < 0 for c in changes)
    return Difference(before, points, verdict, n_better if changes else None, n_worse if changes else None, p)
