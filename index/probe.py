"""What is wrong with an index, found out in a process of its own: Chroma may end that of who reads a damaged file."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from chromadb.errors import ChromaError

from index.collection import nearest, to_row
from index.errors import ChromaUnavailable, IndexDamaged, IndexMismatch, NewsdeskError
from index.manifest import SegmentRef
from index.segment import load_segment
from index.segment_store import SENTENCES
from index.selfcheck import finds
from index.store import Store
from index.stored_vectors import is_unit
from index.survey import FILES

_SAMPLE = 20
_NEAREST = 10
_TIMEOUT_S = 3600.0


class Part(StrEnum):
    """What of an index may be damaged."""

    DATABASE = "database"
    POINTER = "pointer"
    GENERATION = "generation"
    SEGMENT = "segment"
    CACHE = "cache"
    PURGE = "purge"
    LEFTOVER = "leftover"
    """No damage: segments of a build that was killed, or that runs."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it should be.

    Attributes:
        name: Of the part; of a cache its path.
        is_whole: Of a segment, whether all its passages and vectors can be read, though not searched.
    """

    part: Part
    name: str
    reason: str
    is_whole: bool = False

    def __str__(self) -> str:
        return f"{self.part} {self.name}: {self.reason}" if self.name else self.reason


def find_faults(store: Store) -> list[Fault]:
    """Look at an index without changing it."""
    if store.server:
        return list(_look(store, (), lambda _: None))
    faults: list[Fault] = []
    ended = _run(store.home, faults)
    while ended:
        faults.append(ended)
        if ended.part is not Part.SEGMENT:
            break
        known = [f for f in faults if f.part is Part.SEGMENT]
        faults = list(known)
        ended = _run(store.home, faults, [f.name for f in known])
    return faults


def _run(home: Path, faults: list[Fault], skip: Collection[str] = ()) -> Fault | None:
    """Look in a child, adding to the faults; returns what ended it, if something did."""
    command = [sys.executable, "-m", "index.probe", str(home), *skip]
    folder = Path(__file__).resolve().parents[1]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S, check=False, text=True, cwd=folder)
    except subprocess.TimeoutExpired:
        return Fault(Part.DATABASE, "", f"{home}: the index does not answer")
    at = ""
    for line in done.stdout.splitlines():
        record = json.loads(line)
        at = record.pop("at", "")
        if record:
            faults.append(Fault(**(record | {"part": Part(record["part"])})))
    if not done.returncode:
        return None
    reason = f"reading it ends the process ({done.returncode})"
    return Fault(Part.SEGMENT, at, reason) if at else Fault(Part.DATABASE, "", f"{home / 'chroma'}: {reason}")


def _look(store: Store, skip: Collection[str], on_segment: Callable[[str], None]) -> Iterator[Fault]:
    try:
        pointer, generations = store.pointer(), store.generations()
        refs: dict[str, SegmentRef] = {}
        unreadable: list[Fault] = []
        for generation in generations:
            try:
                refs |= {ref.name: ref for ref in store.manifest(generation).segments}
            except (IndexMismatch, KeyError, TypeError, ValueError) as e:
                if store.server and isinstance(e, IndexDamaged):
                    raise  # perhaps it is short of something, and to be mended without loss
                unreadable.append(Fault(Part.GENERATION, generation, f"its manifest cannot be read ({e})"))
        if unreadable and len(unreadable) == len(generations):
            yield Fault(Part.DATABASE, "", f"{store.place}: no manifest can be read, such as of {unreadable[0]}")
            return
        yield from unreadable
        if pointer.generation and pointer.generation not in generations:
            yield Fault(Part.POINTER, pointer.generation, "the live generation is gone")
        for ref in refs.values():
            if ref.name not in skip:
                on_segment(ref.name)
                yield from _look_at_segment(store, ref)
                on_segment("")
        yield from _look_at_caches(store, refs)
        store.withdrawn.hashes()  # raises where the list cannot be read
        if store.withdrawn.is_unfinished:
            yield Fault(Part.PURGE, "", "a purge was interrupted, and what was withdrawn may still be stored")
        if not unreadable and (left := set(store.segment_names()) - set(refs) - set(store.merged())):
            yield Fault(Part.LEFTOVER, "", f"{len(left)} segments of a build that was killed, or that runs")
    except ChromaUnavailable:
        raise
    except (ChromaError, NewsdeskError) as e:
        yield Fault(Part.DATABASE, "", f"{store.place}: the index cannot be read ({e})")


def _look_at_segment(store: Store, ref: SegmentRef) -> Iterator[Fault]:
    try:
        collection = store.collection(ref.name)
        n_stored = collection.count()
        if n_stored != ref.n_passages:
            yield Fault(Part.SEGMENT, ref.name, f"holds {n_stored} passages, not {ref.n_passages}")
            return
        for offset in sorted({0, max(0, n_stored - _SAMPLE)}):
            page: Mapping[str, Any] = collection.get(
                include=["documents", "metadatas", "embeddings"], limit=_SAMPLE, offset=offset
            )
            for text, metadata in zip(page["documents"], page["metadatas"], strict=True):
                to_row(text, metadata)
            vectors = dict(zip(page["ids"], np.asarray(page["embeddings"], dtype=np.float32), strict=True))
            if not all(is_unit(vector) for vector in vectors.values()):
                yield Fault(Part.SEGMENT, ref.name, "holds vectors that are none")
                return
            lost = [i for i, vector in vectors.items() if not finds(i, nearest(collection, vector, _NEAREST))]
            if len(lost) * _NEAREST > len(vectors):
                reason = f"does not find {len(lost)} of {len(vectors)} passages by their own vectors"
                yield Fault(Part.SEGMENT, ref.name, reason, is_whole=True)
                return
    except ChromaUnavailable:
        raise
    except (ChromaError, NewsdeskError, KeyError, TypeError, ValueError) as e:
        yield Fault(Part.SEGMENT, ref.name, f"cannot be read ({e})")


def _look_at_caches(store: Store, refs: Mapping[str, SegmentRef]) -> Iterator[Fault]:
    for ref in refs.values():
        cache = store.cache_of(ref.name)
        if cache.exists() and load_segment(ref.name, cache, ref.n_passages) is None:
            yield Fault(Part.CACHE, str(cache), "is damaged, or of another version")
    for name in (SENTENCES, FILES):
        path = store.home / name
        if path.exists() and (reason := _check_sqlite(path)):
            yield Fault(Part.CACHE, str(path), f"is damaged ({reason})")


def _check_sqlite(path: Path) -> str:
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
            for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                db.execute(f'SELECT count(*) FROM "{table}"').fetchone()
    except sqlite3.OperationalError as e:
        return "" if "locked" in str(e) else str(e)
    except sqlite3.DatabaseError as e:
        return str(e)
    return ""


def main() -> None:
    """Look at the index under a home folder but for some segments, and print what is found, a record on each line."""
    home, *skip = sys.argv[1:]
    try:
        store = Store(Path(home))
    except NewsdeskError as e:
        _print(asdict(Fault(Part.DATABASE, "", str(e))))
        return
    for fault in _look(store, skip, lambda name: _print({"at": name})):
        _print(asdict(fault))


def _print(record: Mapping[str, Any]) -> None:
    print(json.dumps(record), flush=True)


if __name__ == "__main__":
    main()
