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
QUICK = 1000
"""Segments of so many passages are merged in some seconds, while the next articles wait."""


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
            if self._writers:
                self._store.forget_graphs()  # of a full one, which takes 1.7 kB of memory a passage
            self._writers.append(self._store.new_segment(self._share))
        self._writers[-1].add(rows, vectors)

    def refs(self) -> list[SegmentRef]:
        """What was written."""
        return [SegmentRef(w.name, w.n_passages) for w in self._writers if w.n_passages]


def plan_merge(
    refs: Sequence[SegmentRef],
    segments: Mapping[str, Segment],
    n_new: int,
    max_passages: int,
    max_each: int | None = None,
) -> tuple[list[SegmentRef], list[SegmentRef]]:
    """Segments to keep and segments to merge into the new one, which then has `max_passages` at most.

    Small ones are merged into what is at least half their size, so that sizes grow geometrically and
    a passage is copied a logarithmic number of times; one that is mostly removed is rewritten.

    Args:
        max_each: Those of more passages are kept, if they have any left.
    """
    kept: list[SegmentRef] = []
    merged: list[SegmentRef] = []
    size = n_new
    for ref in sorted(refs, key=lambda r: n_live_passages(r, segments.get(r.name))):
        n_live = n_live_passages(ref, segments.get(ref.name))
        if n_live == 0:
            continue
        mostly_removed = n_live * 2 < ref.n_passages
        fits = n_live < size * _MERGE_FACTOR and size + n_live <= max_passages
        is_small = max_each is None or ref.n_passages <= max_each
        if is_small and (mostly_removed or (n_new and fits)):
            merged.append(ref)
            size += n_live
        else:
            kept.append(ref)
    return kept, merged


def plan_compaction(refs: Sequence[SegmentRef], segments: Mapping[str, Segment], max_passages: int) -> list[SegmentRef]:
    """Segments to merge, of those that a quick merge leaves alone, into new ones of `max_passages` at most.

    Args:
        segments: Those, at least, of which articles were removed.
    """
    large = [ref for ref in refs if ref.n_passages > QUICK]
    if not large:
        return []
    first, *others = sorted(large, key=lambda r: n_live_passages(r, segments.get(r.name)))
    n_live = n_live_passages(first, segments.get(first.name))
    _, merged = plan_merge(others, segments, n_live, max_passages)
    return [first, *merged] if merged or n_live * 2 < first.n_passages else []


def copy_segments(store: Store, writer: SegmentsWriter, refs: Sequence[SegmentRef], on_progress: OnProgress) -> None:
    """Write what is left of some segments into others, with their vectors."""
    n_done, n_all = 0, sum(ref.n_passages for ref in refs)
    for ref in refs:
        rows: list[PassageRow] = []
        vectors: list[Vectors] = []
        for row, vector in store.rows(ref.name, vectors=True):
            if row.article.id in ref.removed:
                continue
            if len(rows) >= _WINDOW and row.article.id != rows[-1].article.id:
                on_progress("merging", n_done, n_all)
                n_done += len(rows)
                writer.add(rows, np.stack(vectors))
                rows, vectors = [], []
            rows.append(row)
            vectors.append(vector)
        on_progress("merging", n_done, n_all)
        n_done += len(rows)
        if rows:
            writer.add(rows, np.stack(vectors))


def n_live_articles(ref: SegmentRef, segment: Segment) -> int:
    """How many articles of a segment the generation still holds."""
    return int(segment.articles.all_but(ref.removed).sum())


def n_live_passages(ref: SegmentRef, segment: Segment | None) -> int:
    """How many passages of a segment the generation still holds; the segment tells it where some were removed."""
    if not ref.removed:
        return ref.n_passages
    assert segment is not None
    return int(segment.articles.all_but(ref.removed)[segment.article_of].sum())
