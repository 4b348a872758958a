"""Chroma: segments, generations and the pointer to the live one.

A generation is a manifest of immutable segments, each one collection, and of the articles removed
from them. Manifests are collections too, so that another process sees a new one at once; the pointer
is the metadata of one small collection, read anew each time, for a kept handle would not see it move.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
from chromadb.api.models.Collection import Collection
from chromadb.errors import NotFoundError

from index.chroma import release_memory
from index.errors import IndexGone, IndexHeld, IndexMismatch, NewsdeskError
from index.lease import sweep
from index.lock import pointer_lock
from index.manifest import Manifest, Pointer, SegmentRef
from index.reclaim import erase_deleted, reclaim_space
from index.segment_store import SEGMENT, SegmentStore, readable

SCHEMA = 1
_POINTER = "newsdesk-live"
_GENERATION = "newsdesk-generation-"
_SHARE = "share-"


class Store(SegmentStore):
    """The index on disk, under one home folder."""

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
        metadata = self._pointer()
        if metadata is None:
            return Pointer()
        _check_schema(metadata)
        return Pointer(str(metadata["generation"]) or None, bool(metadata.get("held")), int(metadata.get("last", 0)))

    def manifest(self, generation: str) -> Manifest:
        """A generation's manifest.

        Raises:
            IndexMismatch: It is gone or was written by another schema.
        """
        try:
            collection = self._client.get_collection(_GENERATION + generation, embedding_function=None)
        except NotFoundError as e:
            raise IndexGone(f"generation {generation} is gone; run `newsdesk index build`") from e
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
        return sorted(c.name.removeprefix(_GENERATION) for c in self._collections(_GENERATION) if c.metadata)

    def lineage(self) -> list[str]:
        """The live generation, the one that was live when it was built, and so on back, as far as they are kept."""
        kept = {c.name.removeprefix(_GENERATION): c.metadata for c in self._collections(_GENERATION) if c.metadata}
        names: list[str] = []
        name = self.live_generation()
        while name in kept:
            names.append(name)
            name = json.loads(str(kept[name]["manifest"])).get("before")
        return names

    def next_generation(self) -> str:
        """A name behind all that ever were."""
        last = int((self._pointer() or {}).get("last", 0))
        numbers = [int(n.removeprefix(_GENERATION)) for n in self._names(_GENERATION)]
        return f"{max([last, *numbers]) + 1:06d}"

    def publish(self, manifest: Manifest, after: Pointer | None = None, *, held: bool = False) -> None:
        """Write a manifest whose segments are complete, then point readers at it.

        Args:
            after: What the pointer was when the work on it began.
            held: What the pointer is to say of that.

        Raises:
            IndexHeld: The pointer was moved or held since `after`; nothing was written.
        """
        with pointer_lock(self) as renew_lock:
            now = self.pointer()
            if after and (now.generation != after.generation or (now.held and not after.held)):
                raise IndexHeld(
                    f"the pointer moved to generation {now.generation or 'none'} while this build ran, and stays "
                    "there; `newsdesk index build` builds again, with what is done"
                )
            self._write_manifest(manifest, now.generation)
            renew_lock()
            self._point_at(manifest.generation, held=held, last=int(manifest.generation))

    def rollback(self, generation: str | None = None) -> str:
        """Point readers at a kept generation and hold it there; returns its name.

        Args:
            generation: By default the one that was live before the live one.

        Raises:
            NewsdeskError: It is not kept, or is live already, or there is none before.
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
            for ref in self.manifest(generation).segments:
                self.collection(ref.name)
            self._point_at(generation, held=True, last=pointer.last)
            return generation

    def release(self, after: Pointer | None = None) -> None:
        """Let builds that nobody asked for move the pointer again, if it was not moved since `after`."""
        with pointer_lock(self):
            pointer = self.pointer()
            if pointer.held and after in (None, pointer):
                self._point_at(pointer.generation or "", held=False, last=pointer.last)

    def rewrite(self, manifest: Manifest) -> None:
        """Let a kept generation consist of other segments; one of none is deleted. The pointer lock is to be held."""
        collection = self._client.get_collection(_GENERATION + manifest.generation, embedding_function=None)
        if not manifest.segments:
            self._client.delete_collection(collection.name)
            return
        names = {s.name for s in manifest.segments}
        stale = [name for name in collection.get(include=[])["ids"] if name not in names]
        self._fill_manifest(collection, manifest, _before(collection))
        if stale:
            collection.delete(ids=stale)

    def supersede(self, manifest: Manifest) -> None:
        """Put a manifest in the place of the live one, whose name it has, under a new name so that readers notice.

        Where it has no segments, no generation is live then. The pointer lock is to be held.
        """
        pointer, name = self.pointer(), self.next_generation()
        collections = {c.name.removeprefix(_GENERATION): c for c in self._collections(_GENERATION) if c.metadata}
        old = collections.pop(manifest.generation)
        if manifest.segments:
            self._write_manifest(replace(manifest, generation=name), _before(old))
            self._point_at(name, held=pointer.held, last=int(name))
        else:
            self._point_at("", held=False, last=pointer.last)
        for collection in collections.values():
            if _before(collection) == manifest.generation:
                header = json.loads(str(collection.metadata["manifest"])) | {"before": name}
                collection.modify(metadata={"schema": SCHEMA, "manifest": json.dumps(header)})
        self._client.delete_collection(old.name)

    def _write_manifest(self, manifest: Manifest, before: str | None) -> None:
        name = _GENERATION + manifest.generation
        self._fill_manifest(self._client.create_collection(name, embedding_function=None), manifest, before)

    def _fill_manifest(self, collection: Collection, manifest: Manifest, before: str | None) -> None:
        header = {
            "created_at": manifest.created_at.isoformat(),
            "encoder": manifest.encoder,
            "fingerprint": manifest.fingerprint,
            "paths": manifest.paths,
            "n_articles": manifest.n_articles,
            "n_passages": manifest.n_passages,
            "before": before,
            "segments": [{"name": s.name, "n_passages": s.n_passages} for s in manifest.segments],
        }
        metadata = {"schema": SCHEMA, "manifest": json.dumps(header)}
        if manifest.segments:
            collection.upsert(
                ids=[s.name for s in manifest.segments],
                documents=[json.dumps(sorted(s.removed)) for s in manifest.segments],
                embeddings=np.ones((len(manifest.segments), 1), dtype=np.float32),
            )
        collection.modify(metadata=metadata)  # last: a manifest of a build killed before this has no metadata

    def _pointer(self) -> Mapping[str, Any] | None:
        try:
            return self._client.get_collection(_POINTER, embedding_function=None).metadata or {}
        except NotFoundError:
            return None

    def _point_at(self, generation: str, *, held: bool, last: int) -> None:
        metadata: dict[str, Any] = {"schema": SCHEMA, "generation": generation, "held": held, "last": last}
        try:
            self._client.get_collection(_POINTER, embedding_function=None).modify(metadata=metadata)
        except NotFoundError:
            self._client.create_collection(_POINTER, metadata=metadata, embedding_function=None)

    def prune(self, keep: int, live: str | None = None) -> int:
        """Delete all but the live generation and the `keep` - 1 before it, and what none of those needs.

        Where no generation is live, or the live one is gone, nothing is deleted.

        Args:
            live: Delete nothing where another one is live than this.

        Returns:
            How many passages were in the segments that were deleted.
        """
        with pointer_lock(self):
            kept = self.lineage()[:keep]
            if not kept or live not in (None, kept[0]):
                return 0
            for name in set(self._names(_GENERATION)) - {_GENERATION + g for g in kept}:
                self._client.delete_collection(name)
        shares = shares_of(kept[0])
        orphans = set(self.orphans()) - set(self.segments_of(shares))
        n_deleted = 0
        for name in orphans:
            with suppress(IndexMismatch), readable(name):
                n_deleted += self.collection(name).count()
            self.delete_segment(name)
        if self.server:
            sweep(self._client)
            self._forget_shares(shares)
        self.forget_caches()
        if orphans:
            self._reclaim_space()
        return n_deleted

    def drop(self) -> None:
        """Delete the whole index; settings and other files in the home folder stay.

        The pointer goes on counting: a reader that has a dropped generation open must not take a new one for it.
        """
        with pointer_lock(self):
            self._point_at("", held=False, last=int(self.next_generation()) - 1)
        for prefix in (_GENERATION, SEGMENT):
            for name in self._names(prefix):
                self._client.delete_collection(name)
        if self.server:
            self._forget_shares()
        self.forget_caches()
        self.sentences.keep_only([])
        self._reclaim_space()

    def _reclaim_space(self) -> None:
        if not self.server:
            reclaim_space(self.home / "chroma")
            release_memory(self._client)

    def erase_deleted(self) -> None:
        """Leave nothing of what was deleted on the disk, where it is this machine's; raises as `erase_deleted`."""
        if not self.server:
            erase_deleted(self.home / "chroma")

    def _forget_shares(self, but: str | None = None) -> None:
        """Delete what is left of the work of several builders, but for shares whose names begin so."""
        for name in self.lease_names(_SHARE):
            if but is None or not name.startswith(but):
                self.delete_lease(name)
        for file in self.home.glob(f"{_SHARE}*.lock"):
            if but is None or not file.name.startswith(but):
                file.unlink(missing_ok=True)

    def delete_generation(self, generation: str) -> None:
        """Delete a manifest, of whatever it consists. The pointer lock is to be held."""
        with suppress(NotFoundError):
            self._client.delete_collection(_GENERATION + generation)

    def point_at(self, generation: str | None) -> None:
        """Point readers at a kept generation, or at none. The pointer lock is to be held."""
        self._point_at(generation or "", held=False, last=int(self.next_generation()) - 1)

    def orphans(self) -> list[str]:
        """Segments that no generation refers to: what a killed build left."""
        used = {s.name for g in self.generations() for s in self.manifest(g).segments}
        return sorted(set(self._names(SEGMENT)) - used)


def shares_of(generation: str | None) -> str:
    """How the names begin of the parts that several builders do, of one task from this live generation on."""
    return f"{_SHARE}{generation or 'none'}-"


def _before(manifest: Collection) -> str | None:
    """The generation that was live before."""
    before: str | None = json.loads(str((manifest.metadata or {})["manifest"])).get("before")
    return before


def _check_schema(metadata: Mapping[str, Any]) -> None:
    found = metadata.get("schema")
    if found != SCHEMA:
        raise IndexMismatch(
            f"the index has schema {found}, this version reads {SCHEMA}; "
            "run `newsdesk index drop` and then `newsdesk index build`"
        )
