"""Very many strings in files: read by their rows and found by what they are, while none of them is in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_HASH_BYTES = 8
_CODE, _ERRORS = "utf-8", "surrogatepass"


class Strings:
    """Strings mapped from the disk, each known by its row, from 0."""

    def __init__(self, text: NDArray[np.uint8], columns: NDArray[np.uint64]) -> None:
        """Take what `write_strings` has written.

        Args:
            text: All strings one behind another, in UTF-8.
            columns: Where each ends in it; the hashes of all, sorted; the row of each of these. Shape (3, len(self)).
        """
        self._text = memoryview(text.data)
        self._ends, self._hashes, self._rows = columns

    @classmethod
    def open(cls, path: Path) -> Strings:
        """Map what `write_strings` has written; raises OSError, ValueError or EOFError where it is not whole."""
        text, columns = (np.load(file, mmap_mode="r") for file in _files(path))
        strings = cls(np.asarray(text), np.asarray(columns))
        if len(strings) and int(strings._ends[-1]) != len(text):
            raise ValueError(f"{path}: its strings and their ends do not fit")
        return strings

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, row: int) -> str:
        start = int(self._ends[row - 1]) if row else 0
        return str(self._text[start : int(self._ends[row])], _CODE, _ERRORS)

    def __iter__(self) -> Iterator[str]:
        start = 0
        for end in self._ends.tolist():
            yield str(self._text[start:end], _CODE, _ERRORS)
            start = end

    def find(self, strings: Sequence[str]) -> NDArray[np.int64]:
        """The row of each string, shape (len(strings),): any of its rows where it has several, -1 where it has none."""
        rows = np.full(len(strings), -1, dtype=np.int64)
        if not len(self):
            return rows
        hashes = _hash(strings)
        at = np.minimum(np.searchsorted(self._hashes, hashes), len(self) - 1)
        for n in np.flatnonzero(self._hashes[at] == hashes).tolist():
            row = int(self._rows[at[n]])
            if self[row] == strings[n]:
                rows[n] = row
        return rows

    def hashes(self, rows: NDArray[np.bool_]) -> NDArray[np.uint64]:
        """Hashes of the strings in some rows, in no particular order; by chance two are equal once in 2^64."""
        hashes: NDArray[np.uint64] = self._hashes[rows[self._rows.astype(np.int64)]]
        return hashes


def write_strings(path: Path, strings: Iterable[str]) -> None:
    """Write strings into two files whose names begin as that of `path`."""
    texts = list(strings)
    coded = [text.encode(_CODE, _ERRORS) for text in texts]
    hashes = _hash(texts)
    order = np.argsort(hashes, kind="stable")
    ends = np.cumsum([len(c) for c in coded], dtype=np.uint64)
    text_file, columns_file = _files(path)
    np.save(text_file, np.frombuffer(b"".join(coded), dtype=np.uint8))
    np.save(columns_file, np.stack([ends, hashes[order], order.astype(np.uint64)]))


def _files(path: Path) -> tuple[Path, Path]:
    return path.with_name(f"{path.name}-text.npy"), path.with_name(f"{path.name}.npy")


def _hash(strings: Iterable[str]) -> NDArray[np.uint64]:
    digests = (blake2b(string.encode(_CODE, _ERRORS), digest_size=_HASH_BYTES).digest() for string in strings)
    return np.frombuffer(b"".join(digests), dtype="<u8")
