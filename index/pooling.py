"""Vectors of tokens to vectors of texts and of ranges of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.types import Vectors


def to_unit(vectors: Vectors) -> Vectors:
    """Rows of unit length."""
    unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return unit


def mean_of_spans(tokens: Vectors, offsets: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]]) -> Vectors:
    """For each range of characters the mean of the tokens in it, of unit length; of the whole text where it has none.

    This is late chunking (Günther et al. 2024). `offsets` say which characters each token stands for.
    """
    starts = np.array([a for a, _ in offsets])
    ends = np.array([b for _, b in offsets])
    means = np.empty((len(spans), tokens.shape[1]), dtype=np.float32)
    for row, (a, b) in enumerate(spans):
        inside = (starts >= a) & (ends <= b) & (ends > starts)
        means[row] = tokens[inside].mean(axis=0) if inside.any() else tokens.mean(axis=0)
    return to_unit(means)
