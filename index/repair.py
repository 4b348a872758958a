"""Mend an index: what can be derived is, what can be read is copied, what cannot is taken out of the generations."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.errors import IndexMismatch, NewsdeskError
from index.lock import build_lock, pointer_lock
from index.manifest import SegmentRef
from index.merge import SegmentsWriter
from index.probe import Fault, Part, find_faults
from index.purge import finish_purge, put_in_place
from index.segment import PassageRow, load_segment
from index.store import Store
from index.stored_vectors import is_unit
from index.survey import OnProgress
from index.types import Vectors

_WINDOW = 1024


@dataclass(frozen=True, slots=True)
class RepairReport:
    """What a repair did.

    Attributes:
        mended: What was wrong, and what was done about it, in words.
        lost: Articles that the live generation no longer holds.
        generation: The live one now; None where there is none.
    """

    mended: tuple[str, ...]
    lost: int
    generation: str | None


def repair_index(store: Store, *, on_progress: OnProgress = lambda *_: None) -> RepairReport:
    """Mend what `find_faults` finds; the earlier generation answers until that is done, as far as it can.

    Raises:
        BuildBusy: Another process is building this index.
        NewsdeskError: The database itself is damaged.
    """
    on_progress("looking", 0, None)
    with build_lock(store):
        faults = find_faults(store)
        if broken := next((f for f in faults if f.part is Part.DATABASE), None):
            raise NewsdeskError(_tell_of_database(store, broken))
        by_part = {part: [f for f in faults if f.part is part] for part in Part}
        mended = [_mend_cache(fault) for fault in by_part[Part.CACHE]]
        mended += [_delete_generation(store, fault) for fault in by_part[Part.GENERATION]]
        n_before = _count_articles(store)
        segments = _mend_segments(store, by_part[Part.SEGMENT], on_progress)
        mended += segments + _mend_pointer(store)
        lost = max(0, n_before - _count_articles(store))
    if by_part[Part.PURGE]:
        finish_purge(store, on_progress=on_progress)
        mended.append("the purge that was interrupted is done")
    return RepairReport(tuple(mended), lost, store.live_generation())


def _mend_cache(fault: Fault) -> str:
    path = Path(fault.name)
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink(missing_ok=True)
    return f"{fault}; deleted, to be derived anew"


def _delete_generation(store: Store, fault: Fault) -> str:
    with pointer_lock(store):
        store.delete_generation(fault.name)
    return f"{fault}; deleted"


def _mend_segments(store: Store, faults: Sequence[Fault], on_progress: OnProgress) -> list[str]:
    """Put copies in the place of damaged segments, or nothing where one cannot be copied."""
    if not faults:
        return []
    refs = {ref.name: ref for g in store.generations() for ref in store.manifest(g).segments}
    copies = {}
    told = []
    for n_done, fault in enumerate(faults):
        on_progress("copying", n_done, len(faults))
        copies[fault.name] = _copy(store, refs[fault.name], fault)
        what = "copied" if copies[fault.name] else "its articles are taken out, and the next build brings them back"
        told.append(f"{fault}; {what}")
    put_in_place(store, copies, {name: frozenset() for name in copies})
    for name in copies:
        store.delete_segment(name)
    return told


def _copy(store: Store, ref: SegmentRef, fault: Fault) -> SegmentRef | None:
    """A copy of a damaged segment with vectors of its own or, where these are lost, of the cache; None without both."""
    writer = SegmentsWriter(store, ref.n_passages, "repair")
    with suppress(IndexMismatch):
        for rows, vectors in _windows(_read(store, ref, fault)):
            writer.add(rows, np.stack(vectors))
    for copy in writer.refs():
        if copy.n_passages == ref.n_passages:
            return copy
        store.delete_segment(copy.name)
    return None


def _read(store: Store, ref: SegmentRef, fault: Fault) -> Iterator[tuple[PassageRow, Vectors]]:
    if fault.is_whole:
        for row, vector in store.rows(ref.name, vectors=True):
            if not is_unit(vector):
                raise IndexMismatch(f"segment {ref.name} holds vectors that are none")
            yield row, vector
        return
    cached = load_segment(ref.name, store.cache_of(ref.name), ref.n_passages)
    if cached is None:
        raise IndexMismatch(f"segment {ref.name} cannot be read")
    for row, _ in store.rows(ref.name):
        at = int(cached.passage_ids.find([row.passage.id])[0])
        if at < 0:
            raise IndexMismatch(f"segment {ref.name} holds other passages than its cache")
        vector = cached.vectors[at].astype(np.float32)
        yield row, vector / np.linalg.norm(vector)


def _windows(
    rows: Iterator[tuple[PassageRow, Vectors]],
) -> Iterator[tuple[list[PassageRow], list[Vectors]]]:
    window: tuple[list[PassageRow], list[Vectors]] = ([], [])
    for row, vector in rows:
        if len(window[0]) >= _WINDOW and row.article.id != window[0][-1].article.id:
            yield window
            window = ([], [])
        window[0].append(row)
        window[1].append(vector)
    if window[0]:
        yield window


def _mend_pointer(store: Store) -> list[str]:
    """Point at the newest generation where the live one is gone."""
    with pointer_lock(store):
        generations = store.generations()
        live = store.live_generation()
        if live in generations or (live is None and not generations):
            return []
        newest = generations[-1] if generations else None
        store.point_at(newest)
    return [f"the live generation is gone; {f'generation {newest} is live now' if newest else 'there is none left'}"]


def _count_articles(store: Store) -> int:
    with suppress(IndexMismatch):
        live = store.live()
        return live.n_articles if live else 0
    return 0


def _tell_of_database(store: Store, fault: Fault) -> str:
    if store.server:
        return f"{fault.reason}; mend the server"
    return (
        f"{fault.reason}; delete the folder {store.home / 'chroma'} and run `newsdesk index build` with your articles"
    )
