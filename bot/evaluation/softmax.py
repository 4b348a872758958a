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
    spread = every.std(axis=0) + 1e-9
    scaled = [((x - every.mean(axis=0)) / spread, y, s) for x, y, s in useful]
    total = sum(s for _, _, s in useful)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        value, slope = 0.0, np.zeros_like(weights)
        for x, y, share in scaled:
            scores = x @ weights
            odds = np.exp(scores - scores.max())
            right = odds * y
            value -= share * float(np.log(right.sum() / odds.sum() + 1e-12))
            slope += share * ((odds / odds.sum()) @ x - (right / max(float(right.sum()), 1e-12)) @ x)
        return value / total + ridge * float(weights @ weights), slope / total + 2 * ridge * weights

    found = minimize(loss, np.zeros(every.shape[1]), jac=True, method="L-BFGS-B").x
    weights: NDArray[np.float64] = found / spread
    return weights
