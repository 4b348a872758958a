"""Small segments put together, so that a generation stays a handful of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from index.collection import SegmentWriter
from index.manifest import SegmentRef
from index.segment import PassageRow, Segment
from index.store import Store
from index.survey import OnProgress
from index.types import Vectors

_MERGE_FACTOR = 2
_WINDOW = 1024


class SegmentsWriter:
    """New segments, a further one begun between two articles before one would grow beyond a size."""

    def __init__(self, store: Store, max_passages: int, share: str = "") -> None:
        self._share = share
        self._store = store
        self._max_passages = max_passages
        self._writers: list[SegmentWriter] = []

    @property
    def n_open(self) -> int:
        """Passages in the segment that is being written."""
        return self._writers[-1].n_passages if self._writers else 0

    def add(self, rows: Sequence[PassageRow], vectors: Vectors) -> None:
        """Store the passages of whole articles with their vectors; raises as `SegmentWriter.add`."""
        if not self._writers or (self.n_open and self.n_open + len(rows) > self._max_passages):
            self._writers.append(self._store.new_segment(self._share))
        self._writers[-1].add(rows, vectors)

    def refs(self) -> list[SegmentRef]:
        """What was written."""
        return [SegmentRef(w.name, w.n_passages) for w in self._writers if w.n_passages]


def plan_merge(
    refs: Sequence[SegmentRef], segments: Mapping[str, Segment], n_new: int, max_passages: int
) -> tuple[list[SegmentRef], list[SegmentRef]]:
    """Segments to keep and segments to merge into the new one, which then has `max_passages` at most.

    Small ones are merged into what is at least half their size, so that sizes grow geometrically and
    a passage is copied a logarithmic number of times; one that is mostly removed is rewritten.
    """
    kept: list[SegmentRef] = []
    merged: list[SegmentRef] = []
    size = n_new
    for ref in sorted(refs, key=lambda r: n_live_passages(r, segments[r.name])):
        n_live = n_live_passages(ref, segments[ref.name])
        if n_live == 0:
            continue
        mostly_removed = n_live * 2 < ref.n_passages
        fits = n_live < size * _MERGE_FACTOR and size + n_live <= max_passages
        if mostly_removed or (n_new and fits):
            merged.append(ref)
            size += n_live
        else:
            kept.append(ref)
    return kept, merged


def copy_segments(store: Store, writer: SegmentsWriter, refs: Sequence[SegmentRef], on_progress: OnProgress) -> None:
    """Write what is left of some segments into others, with their vectors."""
    for n_done, ref in enumerate(refs):
        on_progress("merging", n_done, len(refs))
        rows: list[PassageRow] = []
        vectors: list[Vectors] = []
        for row, vector in store.rows(ref.name, vectors=True):
            if row.article.id in ref.removed:
                continue
            if len(rows) >= _WINDOW and row.article.id != rows[-1].article.id:
                writer.add(rows, np.stack(vectors))
                rows, vectors = [], []
            rows.append(row)
            vectors.append(vector)
        if rows:
            writer.add(rows, np.stack(vectors))


def n_live_articles(ref: SegmentRef, segment: Segment) -> int:
    """How many articles of a segment the generation still holds."""
    return sum(a.id not in ref.removed for a in segment.articles)


def n_live_passages(ref: SegmentRef, segment: Segment) -> int:
    """How many passages of a segment the generation still holds."""
    if not ref.removed:
        return ref.n_passages
    alive = np.array([a.id not in ref.removed for a in segment.articles])
    return int(alive[segment.article_of].sum())
