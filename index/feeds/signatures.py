"""The texts of late, to tell whether a new one is nearly the same as one of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.copies import N_PERMUTATIONS, Signatures

_MIN_SHARED = N_PERMUTATIONS // 2


class SignatureTable:
    """The signatures of articles, one a row."""

    def __init__(self, ids: Sequence[str], signatures: Signatures) -> None:
        """Begin with some.

        Args:
            signatures: Shape (len(ids), 64).
        """
        self._rows = {article_id: row for row, article_id in enumerate(ids)}
        self._signatures = signatures

    def put(self, article_id: str, signature: Signatures) -> None:
        """Add one, or put it in the place of what an article had."""
        row = self._rows.setdefault(article_id, len(self._rows))
        if row == len(self._signatures):
            more = np.zeros((row + N_PERMUTATIONS, N_PERMUTATIONS), dtype=self._signatures.dtype)
            self._signatures = np.concatenate([self._signatures, more])
        self._signatures[row] = signature

    def has_copy(self, signature: Signatures) -> bool:
        """Whether a text is nearly the same as one of them; false for one too short to be told from another."""
        shared = (self._signatures == signature).sum(axis=1)
        return bool(signature.any()) and bool((shared >= _MIN_SHARED).any())
