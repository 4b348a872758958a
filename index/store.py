"""Chroma's index as a build writes it: manifests, the pointer, and what is deleted behind them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from contextlib import nullcontext, suppress
from dataclasses import replace

import numpy as np
from chromadb.api.models.Collection import Collection
from chromadb.errors import NotFoundError

from index.catalogue import AT_ONCE, GENERATION, POINTER, SCHEMA, SEGMENT, write_rows
from index.chroma import release_memory
from index.errors import IndexHeld, IndexMismatch
from index.lease import sweep
from index.lock import nobody_builds, pointer_lock
from index.manifest import Manifest, Pointer
from index.reclaim import erase_deleted, reclaim_space
from index.segment_store import SegmentStore, readable
from index.types import Vectors

_SHARE = "share-"
MERGE = "merging"
"""Marks segments that `compact_index` writes."""
_MERGED = "merged-"
"""Marks segments that it has put out of use, with the moment."""
_GRACE_S = 10.0
_SERVER_GRACE_S = 600.0
"""What readers may need to go over to what is live now; on other machines they have to derive it."""


class Store(SegmentStore):
    """The index on disk, under one home folder."""

    def next_generation(self) -> str:
        """A name behind all that ever were."""
        pointer = self._find(POINTER)
        last = int(((pointer and pointer.metadata) or {}).get("last", 0))
        numbers = [int(n.removeprefix(GENERATION)) for n in self._names(GENERATION)]
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

    def rewrite(self, manifest: Manifest) -> None:
        """Let a kept generation consist of other segments; one of none is deleted. The pointer lock is to be held."""
        collection = self._client.get_collection(GENERATION + manifest.generation, embedding_function=None)
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
        collections = {c.name.removeprefix(GENERATION): c for c in self._collections(GENERATION) if c.metadata}
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
        name = GENERATION + manifest.generation
        collection = self._client.create_collection(name, configuration={"hnsw": AT_ONCE}, embedding_function=None)
        self._fill_manifest(collection, manifest, before)

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
            write_rows(
                collection,
                ids=[s.name for s in manifest.segments],
                documents=[json.dumps(sorted(s.removed)) for s in manifest.segments],
                embeddings=np.ones((len(manifest.segments), 1), dtype=np.float32),
            )
        collection.modify(metadata=metadata)  # last: a manifest of a build killed before this has no metadata

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
            for name in set(self._names(GENERATION)) - {GENERATION + g for g in kept}:
                self._client.delete_collection(name)
        shares = shares_of(kept[0])
        grace_s = _SERVER_GRACE_S if self.server else _GRACE_S
        orphans = {*self.orphans(), *self.merged(at_least_s=grace_s)} - set(self.segments_of(shares))
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
        for prefix in (GENERATION, SEGMENT):
            for name in self._names(prefix):
                self._client.delete_collection(name)
        if self.server:
            self._forget_shares()
        self.forget_caches()
        self.sentences.keep_only([])
        self._reclaim_space()

    def _reclaim_space(self) -> None:
        """Give back what was deleted; the build lock is held."""
        if not self.server:
            reclaim_space(self.home / "chroma")
        self.forget_graphs()

    def forget_graphs(self) -> None:
        """Let this process, which only writes, forget the vector indexes that it has opened or written."""
        if not self.server:
            release_memory(self._client, (), nullcontext())

    def release_memory(self, in_use: Iterable[tuple[Collection, Vectors]] = ()) -> bool:
        """Let this process forget the vector indexes that it has opened, as `index.chroma.release_memory` does.

        Whether that is done; while the index is built it is not.
        """
        return bool(self.server) or release_memory(self._client, in_use, nobody_builds(self))

    def settle(self) -> None:
        """Let Chroma write those small indexes that earlier versions left to whoever opens them; see AT_ONCE."""
        if self.server:
            return
        small = [c for c in self._collections("newsdesk-") if 0 < c.count() < c.configuration["hnsw"]["sync_threshold"]]
        small = [c for c in small if c.configuration["hnsw"]["sync_threshold"] > AT_ONCE["sync_threshold"]]
        for collection in small:
            collection.modify(configuration={"hnsw": AT_ONCE})
        self.forget_graphs()
        for collection in small:
            one = collection.get(limit=1, include=["documents", "metadatas", "embeddings"])
            write_rows(collection, **{name: one[name] for name in ("ids", "documents", "metadatas", "embeddings")})

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
            self._client.delete_collection(GENERATION + generation)

    def point_at(self, generation: str | None) -> None:
        """Point readers at a kept generation, or at none. The pointer lock is to be held."""
        self._point_at(generation or "", held=False, last=int(self.next_generation()) - 1)

    def orphans(self) -> list[str]:
        """Segments that no generation refers to, but for those of a merge: what a killed build left."""
        of_merges = {*self.segments_of(MERGE), *self.segments_of(_MERGED)}
        return sorted(set(self._names(SEGMENT)) - self._used() - of_merges)

    def merge_orphans(self) -> list[str]:
        """Segments that no generation refers to and that a merge writes, or has left where it was killed."""
        return sorted(set(self.segments_of(MERGE)) - self._used())

    def merged(self, *, at_least_s: float = 0.0) -> list[str]:
        """Segments that no generation refers to since they were merged, at least so long ago."""
        until, used = time.time() - at_least_s, self._used()
        shares = {c.name: str((c.metadata or {}).get("share", "")) for c in self._collections(SEGMENT)}
        merged = {name: share.removeprefix(_MERGED) for name, share in shares.items() if share.startswith(_MERGED)}
        return sorted(name for name, moment in merged.items() if name not in used and float(moment) <= until)

    def mark_merged(self, merged: Iterable[str], new: Iterable[str]) -> None:
        """Let segments be known as merged, and those that hold the same be as any other."""
        for name in merged:
            self.collection(name).modify(metadata={"share": f"{_MERGED}{int(time.time())}"})
        for name in new:
            self.collection(name).modify(metadata={"share": ""})

    def _used(self) -> set[str]:
        return {s.name for g in self.generations() for s in self.manifest(g).segments}


def shares_of(generation: str | None) -> str:
    """How the names begin of the parts that several builders do, of one task from this live generation on."""
    return f"{_SHARE}{generation or 'none'}-"


def _before(manifest: Collection) -> str | None:
    """The generation that was live before."""
    before: str | None = json.loads(str((manifest.metadata or {})["manifest"])).get("before")
    return before
