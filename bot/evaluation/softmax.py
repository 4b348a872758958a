"""Linear weights under which, of a question's candidates, the right ones are likeliest; pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Features = NDArray[np.float64]
"""A row for each candidate of one question."""
Right = NDArray[np.bool_]
"""Whether each of them is right."""


def learn_weights(
    cases: Sequence[tuple[Features, Right]], importance: Sequence[float] | None = None, ridge: float = 0.01
) -> NDArray[np.float64]:
    """Conditional logistic regression over standardised features, its weights for the raw ones.

    Args:
        cases: Of each question; those with all or no candidates right teach nothing.
        importance: Of each case; all the same by default.
        ridge: Weight of the squared weights beside the mean loss of a case.
    """
    shares = np.ones(len(cases)) if importance is None else np.asarray(importance, dtype=np.float64)
    useful = [(x, y, s) for (x, y), s in zip(cases, shares, strict=True) if y.any() and not y.all()]
    every = np.concatenate([x for x, _, _ in useful])
    is_right = np.concatenate([y for _, y, _ in useful])
    share = np.array([s for _, _, s in useful]) / sum(s for _, _, s in useful)
    sizes = [len(y) for _, y, _ in useful]
    first = np.cumsum([0, *sizes[:-1]])
    spread = every.std(axis=0) + 1e-9
    scaled = (every - every.mean(axis=0)) / spread

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = scaled @ weights
        odds = np.exp(scores - np.repeat(np.maximum.reduceat(scores, first), sizes))
        right = odds * is_right
        total, total_right = np.add.reduceat(odds, first), np.add.reduceat(right, first)
        value = -float(share @ np.log(total_right / total + 1e-12))
        pull = odds / np.repeat(total, sizes) - right / np.repeat(np.maximum(total_right, 1e-12), sizes)
        slope = (pull * np.repeat(share, sizes)) @ scaled
        return value + ridge * float(weights @ weights), slope + 2 * ridge * weights

    found = minimize(loss, np.zeros(every.shape[1]), jac=True, method="L-BFGS-B").x
    weights: NDArray[np.float64] = found / spread
    return weights
