"""Withdraw articles from every generation, segment and cache, so that no rollback brings them back.

Segments are immutable: in the place of each that holds such an article comes a copy without it. Readers go over to
the copies by a new generation in the place of the live one; the other generations are written anew where they are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from index.errors import IndexMismatch
from index.lock import build_lock, merge_lock, pointer_lock
from index.manifest import Manifest, SegmentRef
from index.merge import SegmentsWriter, copy_segments, n_live_articles, n_live_passages
from index.selfcheck import check_generation
from index.store import Store
from index.stored_vectors import all_vector_keys
from index.survey import OnProgress
from index.withdrawn import hash_id

_MARK = "purge"
_GRACE_S = 5.0
"""Readers look for another generation every two seconds, and need a moment to open it; until then they have theirs."""


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What a purge did.

    Attributes:
        articles: Ids of those that some generation held.
        passages: How many passages of theirs were deleted.
        segments: How many segments were written anew.
        generation: The live one now; None where nothing is left in it.
    """

    articles: tuple[str, ...]
    passages: int
    segments: int
    generation: str | None


def purge_articles(
    store: Store,
    article_ids: Collection[str],
    *,
    wait: bool = False,
    on_progress: OnProgress = lambda *_: None,
) -> PurgeReport:
    """Delete articles from every generation that is kept and from this machine's caches; builds leave them out.

    Of a purge that was killed, the next one and the next build do the rest.

    Args:
        wait: Wait for a build that runs already.

    Raises:
        BuildBusy: Another process is building this index.
        IndexMismatch: A segment cannot be read; `repair_index` mends that.
        CheckFailed: A copy is not as it should be; the purge is still to be done.
        NewsdeskError: The index cannot be written.
    """
    with build_lock(store, wait=wait) as renew_lock:
        store.withdrawn.add(article_ids)
        return _erase(store, renew_lock, on_progress)


def finish_purge(store: Store, *, wait: bool = False, on_progress: OnProgress = lambda *_: None) -> None:
    """Do the rest of a purge that was killed; raises as `purge_articles`."""
    if store.withdrawn.is_unfinished:
        purge_articles(store, (), wait=wait, on_progress=on_progress)


def _erase(store: Store, renew_lock: Callable[[], None], on_progress: OnProgress) -> PurgeReport:
    withdrawn = store.withdrawn.hashes()
    on_progress("waiting for a merge to end", 0, None)
    with merge_lock(store, wait=True):  # which is given up as soon as there is something to withdraw
        for name in {*store.merge_orphans(), *store.merged()}:
            store.delete_segment(name)
    _delete_orphans(store, withdrawn)
    found = {ref: gone for ref in _kept_segments(store) if (gone := _find_articles(store, ref, withdrawn))}
    copies = {ref.name: _copy_without(store, ref, gone, on_progress) for ref, gone in found.items()}
    on_progress("checking", 0, None)
    renew_lock()
    if put_in_place(store, copies, {ref.name: gone for ref, gone in found.items()}):
        time.sleep(_GRACE_S)
    on_progress("deleting", 0, None)
    for name in set(copies) & set(store.orphans()):
        store.delete_segment(name)
    _clean_caches(store)
    store.withdrawn.finish()
    return PurgeReport(
        articles=tuple(sorted({i for gone in found.values() for i in gone})),
        passages=sum(ref.n_passages - (copy.n_passages if (copy := copies[ref.name]) else 0) for ref in found),
        segments=len(found),
        generation=store.live_generation(),
    )


def _delete_orphans(store: Store, withdrawn: frozenset[str]) -> None:
    """Delete copies that a killed purge left, and what killed builds left where an article is in it or may be."""
    copies = set(store.segments_of(_MARK))
    for name in store.orphans():
        is_clean = False
        with suppress(IndexMismatch):
            is_clean = not any(hash_id(row.article.id) in withdrawn for row, _ in store.rows(name))
        if name in copies or not is_clean:
            store.delete_segment(name)


def _kept_segments(store: Store) -> list[SegmentRef]:
    refs = {ref.name: ref for name in store.generations() for ref in store.manifest(name).segments}
    return [SegmentRef(ref.name, ref.n_passages) for ref in refs.values()]


def _find_articles(store: Store, ref: SegmentRef, withdrawn: frozenset[str]) -> frozenset[str]:
    articles = store.segment(ref.name, ref.n_passages).articles
    return frozenset(article_id for article_id in articles.ids if hash_id(article_id) in withdrawn)


def _copy_without(store: Store, ref: SegmentRef, gone: frozenset[str], on_progress: OnProgress) -> SegmentRef | None:
    """A copy of a segment without some articles; None where nothing is left."""
    writer = SegmentsWriter(store, ref.n_passages, _MARK)
    copy_segments(store, writer, [replace(ref, removed=gone)], on_progress)
    return next(iter(writer.refs()), None)


def put_in_place(store: Store, copies: Mapping[str, SegmentRef | None], gone: Mapping[str, frozenset[str]]) -> bool:
    """Let all generations consist of other segments; the build lock is to be held.

    Args:
        copies: What is to come in the place of a segment, by its name; None for nothing.
        gone: The articles of it that the copy lacks.

    Returns:
        Whether the live generation is another now.
    """
    with pointer_lock(store):
        live = store.live_generation()
        manifests = [store.manifest(name) for name in store.generations()]
        touched = [m for m in manifests if any(ref.name in copies for ref in m.segments)]
        for manifest in touched:
            purged = _purge_manifest(store, manifest, copies, gone)
            if manifest.generation == live:
                check_generation(store, purged, {copy.name for copy in copies.values() if copy})
                store.supersede(purged)
            else:
                store.rewrite(purged)
    return any(m.generation == live for m in touched)


def _purge_manifest(
    store: Store, manifest: Manifest, copies: Mapping[str, SegmentRef | None], gone: Mapping[str, frozenset[str]]
) -> Manifest:
    refs: list[SegmentRef] = []
    for ref in manifest.segments:
        if ref.name not in copies:
            refs.append(ref)
        elif copy := copies[ref.name]:
            refs.append(replace(copy, removed=ref.removed - gone[ref.name]))
    segments = {ref.name: store.segment(ref.name, ref.n_passages) for ref in refs}
    return replace(
        manifest,
        segments=tuple(refs),
        n_articles=sum(n_live_articles(ref, segments[ref.name]) for ref in refs),
        n_passages=sum(n_live_passages(ref, segments[ref.name]) for ref in refs),
    )


def _clean_caches(store: Store) -> None:
    store.forget_caches()
    store.sentences.keep_only(all_vector_keys(store))
    store.settle()
    store.erase_deleted()
