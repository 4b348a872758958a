"""Which generations there are and which is live, by the names and metadata of collections.

A generation is a manifest of immutable segments, each one collection, and of the articles removed
from them. Manifests are collections too, so that another process sees a new one at once; the pointer
is the metadata of one small collection, read anew each time, for a kept handle would not see it move.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import IndexGone, IndexMismatch, NewsdeskError
from index.lock import pointer_lock
from index.manifest import Manifest, Pointer, SegmentRef

if TYPE_CHECKING:
    from index.chroma import ChromaServer
    from index.lease import Lease

SCHEMA = 2
_READABLE = (1, SCHEMA)
"""In the first, what is known of a passage stands in a document and many metadata."""
GENERATION = "newsdesk-generation-"
SEGMENT = "newsdesk-segment-"
POINTER = "newsdesk-live"
AT_ONCE: Any = {"batch_size": 2, "sync_threshold": 2}
"""Chroma writes vectors to its index's files from the second on, the least that its own description of it allows.

Of a collection of fewer vectors than its threshold, each process that opens it adds them anew, and writes the files
anew, in whose unused places there is whatever lay in its memory, texts that were withdrawn among it. So `write_rows`
writes what is alone twice.
"""
_PAGE = 2000


class Catalogue:
    """The generations of an index under one home folder or on one server."""

    def __init__(self, home: Path, client: Any, server: ChromaServer | None = None) -> None:
        """`client` is Chroma's, or an Engine, which has as much of it as is needed here."""
        self.home = home
        self.server = server
        self._client = client

    def lease(self, name: str) -> Lease:
        """A right that one of all machines may have."""
        from index.lease import Lease

        return Lease(self._client, name, self.home)

    def live(self) -> Manifest | None:
        """The generation that readers are to use now; None before the first build.

        Raises:
            IndexMismatch: It was written by another schema.
        """
        generation = self.live_generation()
        return None if generation is None else self.manifest(generation)

    def live_generation(self) -> str | None:
        """The live generation's name, read from the pointer; raises as `live`."""
        return self.pointer().generation

    def held(self) -> bool:
        """Whether the live generation was rolled back to, and is to stay until someone builds or releases it."""
        return self.pointer().held

    def pointer(self) -> Pointer:
        """What readers are pointed at; raises as `live`."""
        collection = self._find(POINTER)
        if collection is None:
            return Pointer()
        metadata = collection.metadata or {}
        _check_schema(metadata)
        return Pointer(str(metadata["generation"]) or None, bool(metadata.get("held")), int(metadata.get("last", 0)))

    def manifest(self, generation: str) -> Manifest:
        """A generation's manifest.

        Raises:
            IndexMismatch: It is gone or was written by another schema.
        """
        collection = self._find(GENERATION + generation)
        if collection is None:
            raise IndexGone(f"generation {generation} is gone; run `newsdesk index build`")
        metadata = collection.metadata or {}
        _check_schema(metadata)
        header = json.loads(str(metadata["manifest"]))
        found = collection.get(include=["documents"])
        removed = dict(zip(found["ids"], found["documents"] or [], strict=True))
        segments = tuple(
            SegmentRef(s["name"], s["n_passages"], frozenset(json.loads(removed[s["name"]])))
            for s in header.pop("segments")
        )
        header.pop("before", None)
        created_at = datetime.fromisoformat(header.pop("created_at"))
        paths = tuple(header.pop("paths"))
        return Manifest(generation, created_at=created_at, paths=paths, segments=segments, **header)

    def generations(self) -> list[str]:
        """Names of all complete generations that are kept, oldest first."""
        return sorted(c.name.removeprefix(GENERATION) for c in self._collections(GENERATION) if c.metadata)

    def lineage(self) -> list[str]:
        """The live generation, the one that was live when it was built, and so on back, as far as they are kept."""
        manifests = self._collections(GENERATION)
        kept: dict[str, Any] = {c.name.removeprefix(GENERATION): c.metadata for c in manifests if c.metadata}
        names: list[str] = []
        name = self.live_generation()
        while name in kept:
            names.append(name)
            name = json.loads(str(kept[name]["manifest"])).get("before")
        return names

    def rollback(self, generation: str | None = None, check: Callable[[Manifest], None] = lambda _: None) -> str:
        """Point readers at a kept generation and hold it there; returns its name.

        Args:
            generation: By default the one that was live before the live one.
            check: Called with its manifest before; raises to keep the pointer where it is.

        Raises:
            NewsdeskError: It is not kept, or is live already, or there is none before.
            IndexMismatch: A segment of it is gone.
        """
        with pointer_lock(self):
            pointer = self.pointer()
            kept = ", ".join(self.generations()) or "none"
            if generation is None:
                generation = next(iter(self.lineage()[1:]), None)
                if generation is None:
                    raise NewsdeskError(f"no generation before the live one is kept; kept are: {kept}")
            elif generation not in self.generations():
                raise NewsdeskError(f"generation {generation} is not kept; kept are: {kept}")
            elif generation == pointer.generation:
                raise NewsdeskError(f"generation {generation} is live already; kept are: {kept}")
            manifest, segments = self.manifest(generation), set(self._names(SEGMENT))
            check(manifest)
            for ref in manifest.segments:
                if ref.name not in segments:
                    raise IndexGone(f"segment {ref.name} is gone; run `newsdesk index build`")
            self._point_at(generation, held=True, last=pointer.last)
            return generation

    def release(self, after: Pointer | None = None) -> None:
        """Let builds that nobody asked for move the pointer again, if it was not moved since `after`."""
        with pointer_lock(self):
            pointer = self.pointer()
            if pointer.held and after in (None, pointer):
                self._point_at(pointer.generation or "", held=False, last=pointer.last)

    def _point_at(self, generation: str, *, held: bool, last: int) -> None:
        metadata: dict[str, Any] = {"schema": SCHEMA, "generation": generation, "held": held, "last": last}
        if collection := self._find(POINTER):
            collection.modify(metadata=metadata)
        else:
            self._client.create_collection(POINTER, metadata=metadata, embedding_function=None)

    def _find(self, name: str) -> Any | None:
        return next((c for c in self._collections(name) if c.name == name), None)

    def _names(self, prefix: str) -> list[str]:
        return [c.name for c in self._collections(prefix)]

    def _collections(self, prefix: str) -> list[Any]:
        return list_collections(self._client, prefix)


def write_rows(collection: Any, **rows: Any) -> None:
    """Add rows of one id or more, as for Chroma's `upsert`, to a collection made with AT_ONCE."""
    collection.upsert(**rows)
    if len(rows["ids"]) < AT_ONCE["sync_threshold"]:
        collection.upsert(**rows)


def list_collections(client: Any, prefix: str) -> list[Any]:
    """The collections whose names begin so, with their metadata."""
    found: list[Any] = []
    while len(found) % _PAGE == 0:
        page = client.list_collections(limit=_PAGE, offset=len(found))
        found.extend(page)
        if not page:
            break
    return [c for c in found if c.name.startswith(prefix)]


def _check_schema(metadata: Mapping[str, Any]) -> None:
    found = metadata.get("schema")
    if found not in _READABLE:
        raise IndexMismatch(
            f"the index has schema {found}, this version reads {SCHEMA}; "
            "run `newsdesk index drop` and then `newsdesk index build`"
        )
