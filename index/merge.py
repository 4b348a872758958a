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


def plan_merge(
    refs: Sequence[SegmentRef], segments: Mapping[str, Segment], n_new: int
) -> tuple[list[SegmentRef], list[SegmentRef]]:
    """Segments to keep and segments to merge into the new one.

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
        if mostly_removed or (n_new and n_live < size * _MERGE_FACTOR):
            merged.append(ref)
            size += n_live
        else:
            kept.append(ref)
    return kept, merged


def copy_segments(store: Store, writer: SegmentWriter, refs: Sequence[SegmentRef], on_progress: OnProgress) -> None:
    """Write what is left of some segments into another, with their vectors."""
    for n_done, ref in enumerate(refs):
        on_progress("merging", n_done, len(refs))
        rows: list[PassageRow] = []
        vectors: list[Vectors] = []
        for row, vector in store.rows(ref.name, vectors=True):
            if row.article.id in ref.removed:
                continue
            rows.append(row)
            vectors.append(vector)
            if len(rows) == _WINDOW:
                writer.add(rows, np.stack(vectors))
                rows, vectors = [], []
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
