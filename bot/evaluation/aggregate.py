"""Scores of many questions from those of each: means, precision and F1 of refusals, their intervals; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

METRICS = (
    *("hit@1", "hit@4", "hit@10", "recall@10", "all gold@10", "mrr@10", "ndcg@10"),
    *("answer in hits@1", "answer in hits@3", "answer in hits@5", "answer in hits@10"),
    *("answer correct", "first sentence correct", "citation precision", "citation recall", "quotes exact"),
    *("disagreement shown", "false disagreement"),
    *("refused wrongly", "refused rightly", "refusal precision", "refusal f1"),
)
"""Every score there is, in the order in which they are shown."""
LOWER_IS_BETTER = frozenset({"refused wrongly", "false disagreement"})
REFUSALS = frozenset({"refusal precision", "refusal f1"})
"""Scores that only many questions have, answerable and unanswerable ones."""

Terms = NDArray[np.float64]
"""What each question adds to the two sides of a score's fraction; shape (n, 2)."""

_RESAMPLES = 1000
_SEED = 0


def aggregate(questions: Sequence[Mapping[str, float]]) -> dict[str, dict[str, Any]]:
    """Each score over all questions that have it, with a bootstrap 95 % interval.

    The percentile bootstrap (Efron 1979) with 1000 resamples of the questions, always the same ones.

    Args:
        questions: The scores of each question.
    """
    n = len(questions)
    if not n:
        return {}
    resamples = np.random.default_rng(_SEED).multinomial(n, np.full(n, 1 / n), size=_RESAMPLES).astype(np.float64)
    return {name: _summarize(own, resamples) for name, own in collect_terms(questions).items()}


def collect_terms(questions: Sequence[Mapping[str, float]]) -> dict[str, Terms]:
    """The terms of every score that the questions have: for most, a question's own score and one, or nothing."""
    terms = {name: np.array([_term(q, name) for q in questions]).reshape(-1, 2) for name in METRICS}
    found = {name: own for name, own in terms.items() if own[:, 1].any()}
    if {"refused wrongly", "refused rightly"} <= found.keys():
        return found
    return {name: own for name, own in found.items() if name not in REFUSALS}


def divide(terms: Terms) -> float:
    """A score from its questions' terms; zero of nothing."""
    above, below = terms.sum(axis=0)
    return float(above / below) if below else 0.0


def _term(scores: Mapping[str, float], metric: str) -> tuple[float, float]:
    if metric not in REFUSALS:
        return (scores[metric], 1.0) if metric in scores else (0.0, 0.0)
    right, wrong = scores.get("refused rightly", 0.0), scores.get("refused wrongly", 0.0)
    if metric == "refusal precision":
        return right, right + wrong
    unanswerable = float("refused rightly" in scores)
    return 2 * right, right + wrong + unanswerable  # F1 = 2 TP / (refused + unanswerable)


def _summarize(terms: Terms, resamples: NDArray[np.float64]) -> dict[str, Any]:
    above, below = (resamples @ terms).T
    low, high = np.percentile(above[below > 0] / below[below > 0], [2.5, 97.5])
    return {"mean": divide(terms), "low": float(low), "high": float(high), "n": int((terms[:, 1] > 0).sum())}
