"""Segments that take minutes to merge, merged beside the builds, so that no article waits for it.

The live generation is replaced by one of the same articles: it is no further one to roll back to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from index.errors import BuildBusy, NewsdeskError
from index.lock import build_lock, merge_lock, pointer_lock
from index.manifest import Manifest, SegmentRef
from index.merge import QUICK, SegmentsWriter, copy_segments, plan_compaction
from index.selfcheck import check_generation
from index.store import MERGE, Store, shares_of
from index.survey import OnProgress
from index.task import MAX_SEGMENT_PASSAGES


class _AbandonedError(Exception):
    """Something else has to be done with these segments."""


def is_compaction_due(store: Store) -> bool:
    """Whether there are segments to merge that builds leave alone, and nothing that goes before."""
    live = store.live()
    return live is not None and not _is_engaged(store) and bool(_plan(store, live))


def compact_index(store: Store, *, on_progress: OnProgress = lambda *_: None) -> int:
    """Merge the segments that builds leave alone; builds, rollbacks and purges go before it and may undo its work.

    What was merged is deleted behind a later build, for readers may have it open.

    Returns:
        How many segments were merged.

    Raises:
        BuildBusy: Another process does just that.
        CheckFailed: What was merged is not as it should be; the live generation stays as it is.
        NewsdeskError: The index cannot be read or written.
    """
    with merge_lock(store):
        for name in store.merge_orphans():
            store.delete_segment(name)
        live = store.live()
        merged = _plan(store, live) if live and not _is_engaged(store) else []
        if not merged:
            return 0
        writer = SegmentsWriter(store, MAX_SEGMENT_PASSAGES, MERGE)
        try:
            _write(store, writer, merged, on_progress)
            _put_in_place(store, merged, writer.refs(), on_progress)
        except _AbandonedError:
            return 0
        except NewsdeskError:
            if _is_engaged(store) or not _is_live(store, merged):  # what was read or written has been deleted
                return 0
            raise
        finally:
            for name in {ref.name for ref in writer.refs()} & set(store.merge_orphans()):
                store.delete_segment(name)
    return len(merged)


def _plan(store: Store, live: Manifest) -> list[SegmentRef]:
    touched = [ref for ref in live.segments if ref.removed and ref.n_passages > QUICK]
    segments = {ref.name: store.segment(ref.name, ref.n_passages) for ref in touched}
    return plan_compaction(live.segments, segments, MAX_SEGMENT_PASSAGES)


def _is_engaged(store: Store) -> bool:
    """Whether the live generation is held, is to be purged, or is built upon by several builders."""
    pointer = store.pointer()
    return (
        pointer.held
        or store.withdrawn.is_unfinished
        or bool(store.server and store.lease_names(shares_of(pointer.generation)))
    )


def _is_live(store: Store, refs: Sequence[SegmentRef]) -> bool:
    live = store.live()
    return live is not None and {ref.name for ref in refs} <= {ref.name for ref in live.segments}


def _write(store: Store, writer: SegmentsWriter, merged: Sequence[SegmentRef], on_progress: OnProgress) -> None:
    def go_on(stage: str, n_done: int, n_all: int | None) -> None:
        if _is_engaged(store) or not _is_live(store, merged):
            raise _AbandonedError
        on_progress(stage, n_done, n_all)

    copy_segments(store, writer, merged, go_on)
    for ref in writer.refs():
        store.segment(ref.name, ref.n_passages, partial(go_on, "indexing words", 0, None))
        store.forget_graphs()


def _put_in_place(
    store: Store, merged: Sequence[SegmentRef], new: Sequence[SegmentRef], on_progress: OnProgress
) -> None:
    """Let the live generation consist of what was written instead of what was merged."""
    while True:
        try:
            with build_lock(store) as renew_lock:
                on_progress("checking", 0, None)
                _replace(store, merged, new, renew_lock)
                return
        except BuildBusy:  # and where that build is a purge, it waits for this merge to end
            if _is_engaged(store):
                raise _AbandonedError from None


def _replace(
    store: Store, merged: Sequence[SegmentRef], new: Sequence[SegmentRef], renew_lock: Callable[[], None]
) -> None:
    pointer, live = store.pointer(), store.live()
    if live is None or not _is_live(store, merged):
        raise _AbandonedError
    before = {ref.name: ref.removed for ref in merged}
    gone = {i for ref in live.segments if ref.name in before for i in ref.removed - before[ref.name]}
    kept = [ref for ref in live.segments if ref.name not in before]
    added = [replace(ref, removed=store.segment(ref.name, ref.n_passages).articles.held(gone)) for ref in new]
    manifest = replace(live, segments=(*kept, *added))
    check_generation(store, manifest, {ref.name for ref in new})
    with pointer_lock(store):
        if store.pointer() != pointer or _is_engaged(store):
            raise _AbandonedError
        renew_lock()
        store.mark_merged(before, [ref.name for ref in new])
        store.supersede(manifest)
