"""Vectors that are stored already, so that no text is embedded twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from index.store import Store
from index.types import Vectors


class StoredVectors:
    """Vectors in any segment that still exists, those of killed builds included."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._places: dict[str, tuple[str, str]] = {}
        for ref in {ref.name: ref for g in store.generations() for ref in store.manifest(g).segments}.values():
            segment = store.segment(ref.name, ref.n_passages)
            for key, passage_id in zip(segment.vector_keys, segment.passage_ids, strict=True):
                self._places[key] = (ref.name, passage_id)
        for name in store.orphans():
            for row, _ in store.rows(name):
                self._places[row.vector_key] = (name, row.passage.id)

    def fetch(self, keys: Iterable[str]) -> dict[str, Vectors]:
        """Stored vectors by key; keys that are not stored are left out."""
        by_segment: dict[str, dict[str, str]] = {}
        for key in keys:
            if place := self._places.get(key):
                by_segment.setdefault(place[0], {})[place[1]] = key
        return {
            ids[passage_id]: vector
            for name, ids in by_segment.items()
            for passage_id, vector in self._store.vectors(name, list(ids))
        }


def all_vector_keys(store: Store) -> Iterator[str]:
    """The vector keys of all generations that are kept."""
    refs = {ref.name: ref for g in store.generations() for ref in store.manifest(g).segments}
    for ref in refs.values():
        yield from store.segment(ref.name, ref.n_passages).vector_keys
