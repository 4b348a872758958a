"""Near-identical articles: one agency story in several outlets counts once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Signatures = NDArray[np.uint32]

N_PERMUTATIONS = 64
_BANDS = 16
_MIN_JACCARD = 0.5
_SHINGLE = 3
_MIN_SHINGLES = 20
_REPEATED = 0.8
_FNV_PRIME = np.uint64(0x100000001B3)
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")


def sign_text(text: str) -> Signatures:
    """MinHash of the runs of three words in a text, shape (64,), by datasketch.

    All zero for a text too short to be told from another.
    """
    from datasketch import MinHash

    shingles = _shingles(text)
    if len(shingles) < _MIN_SHINGLES:
        return np.zeros(N_PERMUTATIONS, dtype=np.uint32)
    sketch = MinHash(num_perm=N_PERMUTATIONS)
    sketch.update_batch([" ".join(shingle).encode() for shingle in shingles])
    return np.asarray(sketch.hashvalues, dtype=np.uint32)


def are_copies(a: Signatures, b: Signatures) -> bool:
    """Whether at least half of the runs of words of two texts are estimated to be shared."""
    return bool((a == b).mean() >= _MIN_JACCARD)


class Repeated:
    """What some numbered texts say, to tell what only repeats it, and where."""

    def __init__(self, originals: Mapping[int, str]) -> None:
        self._shingles = {number: _shingles(text) for number, text in originals.items()}
        self._every = set().union(*self._shingles.values())
        self._numbers = {n for text in originals.values() for n in _NUMBER.findall(text)}

    def find(self, text: str) -> int | None:
        """The original that has most of a text, if they all together have nearly every run of words and all numbers."""
        own = _shingles(text)
        if not set(_NUMBER.findall(text)) <= self._numbers or len(own & self._every) < _REPEATED * len(own):
            return None
        return max(self._shingles, key=lambda number: len(own & self._shingles[number]))


def group_copies(signatures: Signatures) -> NDArray[np.int64]:
    """A group number for each row; rows of one group are near-identical texts.

    Two texts are compared where one of sixteen bands of their signatures is equal, and are copies
    where at least half of the runs of words are estimated to be shared.
    """
    groups = np.arange(len(signatures))
    signed = np.flatnonzero(signatures.any(axis=1))
    if not len(signed):
        return groups
    distinct, first, which = np.unique(signatures[signed], axis=0, return_index=True, return_inverse=True)
    joined = np.arange(len(distinct))
    for band in np.split(distinct, _BANDS, axis=1):
        keys = _hash_rows(band)
        order = np.argsort(keys, kind="stable")
        for a, b in _runs(keys[order]):
            _join(joined, distinct, order[a:b])
    groups[signed] = signed[first[joined[which.ravel()]]]
    return groups


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    return set(zip(*(words[i:] for i in range(_SHINGLE)), strict=False))


def _hash_rows(rows: Signatures) -> NDArray[np.uint64]:
    """A number for each row, equal where rows are; by chance once in 2^64, which here costs one comparison."""
    hashes = np.zeros(len(rows), dtype=np.uint64)
    for column in rows.T:
        hashes = (hashes ^ column) * _FNV_PRIME
        hashes ^= hashes >> np.uint64(32)
    return hashes


def _runs(keys: NDArray[np.uint64]) -> Sequence[tuple[int, int]]:
    """Ranges of equal neighbours, of two or more."""
    edges = np.concatenate([[0], np.flatnonzero(keys[1:] != keys[:-1]) + 1, [len(keys)]])
    long = np.flatnonzero(np.diff(edges) > 1)
    return list(zip(edges[long].tolist(), edges[long + 1].tolist(), strict=True))


def _join(groups: NDArray[np.int64], signatures: Signatures, rows: NDArray[np.int64]) -> None:
    """Put rows into the group of the first row that they are copies of."""
    for i, row in enumerate(rows[1:], 1):
        same = (signatures[rows[:i]] == signatures[row]).mean(axis=1) >= _MIN_JACCARD
        if same.any():
            target = groups[rows[:i][same][0]]
            groups[groups == groups[row]] = target
