"""Vectors that are stored already, so that no text is embedded twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

import numpy as np

from index.errors import IndexMismatch
from index.store import Store
from index.types import Vectors

_TOLERANCE = 0.01


class StoredVectors:
    """Vectors in any segment that still exists, those of killed builds included."""

    def __init__(self, store: Store) -> None:
        self._store = store
        refs = {ref.name: ref for g in store.generations() for ref in store.manifest(g).segments}
        self._segments = [store.segment(ref.name, ref.n_passages) for ref in refs.values()]
        self._places: dict[str, tuple[str, str]] = {}
        self._unreadable: set[str] = set()
        for name in store.orphans():
            self.add(name)

    def add(self, name: str) -> None:
        """Look for vectors in a segment that no generation refers to; it may be unreadable, or grow meanwhile."""
        with suppress(IndexMismatch):
            self._places.update({row.vector_key: (name, row.passage.id) for row, _ in self._store.rows(name)})

    def fetch(self, keys: Iterable[str]) -> dict[str, Vectors]:
        """Stored vectors by key; keys that are not stored, or not as a vector should be, are left out."""
        by_segment: dict[str, dict[str, str]] = {}
        for key, (name, passage_id) in self._find(list(keys)).items():
            if name not in self._unreadable:
                by_segment.setdefault(name, {})[passage_id] = key
        found: dict[str, Vectors] = {}
        for name, ids in by_segment.items():
            try:
                found |= {ids[i]: v for i, v in self._store.vectors(name, list(ids)) if is_unit(v)}
            except IndexMismatch:
                self._unreadable.add(name)
        return found

    def _find(self, keys: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Where the vectors of some keys are stored: in which segment, and under which passage."""
        places = {key: self._places[key] for key in keys if key in self._places}
        for segment in self._segments:
            for key, row in zip(keys, segment.vector_keys.find(keys).tolist(), strict=True):
                if row >= 0:
                    places[key] = (segment.name, segment.passage_ids[row])
        return places


def is_unit(vector: Vectors) -> bool:
    """Whether a vector is as an encoder makes them."""
    return abs(float(np.linalg.norm(vector)) - 1) < _TOLERANCE


def all_vector_keys(store: Store) -> Iterator[str]:
    """The vector keys of all generations that are kept."""
    refs = {ref.name: ref for g in store.generations() for ref in store.manifest(g).segments}
    for ref in refs.values():
        yield from store.segment(ref.name, ref.n_passages).vector_keys
