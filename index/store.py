"""Chroma: segments, generations and the pointer to the live one.

A generation is a manifest of immutable segments, each one collection, and of the articles removed
from them. Manifests are collections too, so that another process sees a new one at once; the pointer
is the metadata of one small collection, read anew each time, for a kept handle would not see it move.
"""

from __future__ import annotations

import json
import logging
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError, NotFoundError

from index.collection import SegmentWriter, to_row
from index.errors import IndexMismatch, NewsdeskError
from index.manifest import Manifest, SegmentRef
from index.segment import PassageRow, Segment, derive_segment, load_segment
from index.sentence_cache import SentenceCache
from index.types import Vectors

SCHEMA = 1
_POINTER = "newsdesk-live"
_GENERATION = "newsdesk-generation-"
_SEGMENT = "newsdesk-segment-"
_SENTENCES = "sentences.sqlite"
_PAGE = 2000
_HNSW: Any = {"hnsw": {"space": "cosine", "ef_construction": 128, "ef_search": 200, "max_neighbors": 24}}


class Store:
    """The index on disk, under one home folder."""

    def __init__(self, home: Path) -> None:
        """Open or create the store.

        Raises:
            NewsdeskError: The folder cannot be used.
        """
        self.home = home
        self._cache = home / "segments"
        logging.getLogger("chromadb").setLevel(logging.ERROR)
        try:
            home.mkdir(parents=True, exist_ok=True)
            self._client = chromadb.PersistentClient(
                path=str(home / "chroma"), settings=ChromaSettings(anonymized_telemetry=False)
            )
        except (OSError, ChromaError, ValueError, RuntimeError) as e:
            raise NewsdeskError(
                f"{home}: the index cannot be opened ({e}); set NEWSDESK_HOME to a folder that you may write to"
            ) from e

    # The pointer and the manifests

    def live(self) -> Manifest | None:
        """The generation that readers are to use now; None before the first build.

        Raises:
            IndexMismatch: It was written by another schema.
        """
        generation = self.live_generation()
        return None if generation is None else self.manifest(generation)

    def live_generation(self) -> str | None:
        """The live generation's name, read from the pointer; raises as `live`."""
        metadata = self._pointer()
        if metadata is None:
            return None
        _check_schema(metadata)
        return str(metadata["generation"]) or None

    def manifest(self, generation: str) -> Manifest:
        """A generation's manifest.

        Raises:
            IndexMismatch: It is gone or was written by another schema.
        """
        try:
            collection = self._client.get_collection(_GENERATION + generation, embedding_function=None)
        except NotFoundError as e:
            raise IndexMismatch(f"generation {generation} is gone; run `newsdesk index build`") from e
        metadata = collection.metadata or {}
        _check_schema(metadata)
        header = json.loads(str(metadata["manifest"]))
        found = collection.get(include=["documents"])
        removed = dict(zip(found["ids"], found["documents"] or [], strict=True))
        segments = tuple(
            SegmentRef(s["name"], s["n_passages"], frozenset(json.loads(removed[s["name"]])))
            for s in header.pop("segments")
        )
        created_at = datetime.fromisoformat(header.pop("created_at"))
        paths = tuple(header.pop("paths"))
        return Manifest(generation, created_at=created_at, paths=paths, segments=segments, **header)

    def generations(self) -> list[str]:
        """Names of all complete generations that are kept, oldest first."""
        return sorted(c.name.removeprefix(_GENERATION) for c in self._collections(_GENERATION) if c.metadata)

    def next_generation(self) -> str:
        """A name behind all that exist or were dropped."""
        dropped = int((self._pointer() or {}).get("dropped", 0))
        numbers = [int(n.removeprefix(_GENERATION)) for n in self._names(_GENERATION)]
        return f"{max(numbers, default=dropped) + 1:06d}"

    def publish(self, manifest: Manifest) -> None:
        """Write a manifest whose segments are complete, then point readers at it."""
        name = _GENERATION + manifest.generation
        header = {
            "created_at": manifest.created_at.isoformat(),
            "encoder": manifest.encoder,
            "fingerprint": manifest.fingerprint,
            "paths": manifest.paths,
            "n_articles": manifest.n_articles,
            "n_passages": manifest.n_passages,
            "segments": [{"name": s.name, "n_passages": s.n_passages} for s in manifest.segments],
        }
        metadata = {"schema": SCHEMA, "manifest": json.dumps(header)}
        collection = self._client.create_collection(name, embedding_function=None)
        if manifest.segments:
            collection.add(
                ids=[s.name for s in manifest.segments],
                documents=[json.dumps(sorted(s.removed)) for s in manifest.segments],
                embeddings=np.ones((len(manifest.segments), 1), dtype=np.float32),
            )
        collection.modify(metadata=metadata)  # last: a manifest of a build killed before this has no metadata
        self._point_at(manifest.generation)

    def _pointer(self) -> Mapping[str, Any] | None:
        try:
            return self._client.get_collection(_POINTER, embedding_function=None).metadata or {}
        except NotFoundError:
            return None

    def _point_at(self, generation: str, *, dropped: int = 0) -> None:
        metadata: dict[str, Any] = {"schema": SCHEMA, "generation": generation, "dropped": dropped}
        try:
            self._client.get_collection(_POINTER, embedding_function=None).modify(metadata=metadata)
        except NotFoundError:
            self._client.create_collection(_POINTER, metadata=metadata, embedding_function=None)

    @cached_property
    def sentences(self) -> SentenceCache:
        """Vectors of the passages' sentences, on this machine."""
        return SentenceCache(self.home / _SENTENCES)

    def prune(self, keep: int) -> bool:
        """Delete all but the newest `keep` generations, and the segments that none of those needs, if any."""
        live = self.live_generation()
        kept = set(self.generations()[-keep:]) | ({live} if live else set())
        for name in set(self._names(_GENERATION)) - {_GENERATION + g for g in kept}:
            self._client.delete_collection(name)
        orphans = self.orphans()
        for name in orphans:
            self._client.delete_collection(name)
            shutil.rmtree(self._cache / name, ignore_errors=True)
        return bool(orphans)

    def drop(self) -> None:
        """Delete the whole index; settings and other files in the home folder stay.

        The pointer goes on counting: a reader that has a dropped generation open must not take a new one for it.
        """
        dropped = int(self.next_generation()) - 1
        for prefix in (_POINTER, _GENERATION, _SEGMENT):
            for name in self._names(prefix):
                self._client.delete_collection(name)
        self._point_at("", dropped=dropped)
        shutil.rmtree(self._cache, ignore_errors=True)
        self.sentences.keep_only([])

    def size_bytes(self) -> int:
        """What the index takes on disk, its caches included."""
        files = [f for folder in (self.home / "chroma", self._cache) for f in folder.rglob("*")]
        files += self.home.glob(f"{_SENTENCES}*")
        return sum(f.stat().st_size for f in files if f.is_file())

    # Segments

    def orphans(self) -> list[str]:
        """Segments that no generation refers to: what a killed build left."""
        used = {s.name for g in self.generations() for s in self.manifest(g).segments}
        return sorted(set(self._names(_SEGMENT)) - used)

    def new_segment(self) -> SegmentWriter:
        """An empty segment, unknown to readers until a manifest names it."""
        name = f"{_SEGMENT}{datetime.now(UTC):%Y%m%d%H%M%S}-{secrets.token_hex(4)}"
        collection = self._client.create_collection(name, configuration=_HNSW, embedding_function=None)
        return SegmentWriter(name, collection)

    def delete_segment(self, name: str) -> None:
        """Delete a segment that no manifest names."""
        self._client.delete_collection(name)

    def segment(self, name: str, n_passages: int) -> Segment:
        """A complete segment's rows and lexical index, from this machine's cache or derived anew.

        Raises:
            IndexMismatch: The collection is gone or holds another number of passages.
        """
        if cached := load_segment(name, self._cache / name, n_passages):
            return cached
        rows: list[PassageRow] = []
        vectors: list[Vectors] = []
        for row, vector in self.rows(name, vectors=True):
            rows.append(row)
            vectors.append(vector)
        if len(rows) != n_passages:
            raise IndexMismatch(
                f"segment {name} holds {len(rows)} passages, not {n_passages}; "
                "run `newsdesk index drop` and then `newsdesk index build`"
            )
        return derive_segment(name, rows, np.stack(vectors), self._cache / name)

    def collection(self, name: str) -> Collection:
        """A segment's collection, for searching.

        Raises:
            IndexMismatch: It is gone.
        """
        try:
            return self._client.get_collection(name, embedding_function=None)
        except NotFoundError as e:
            raise IndexMismatch(f"segment {name} is gone; run `newsdesk index build`") from e

    def rows(self, name: str, *, vectors: bool = False) -> Iterator[tuple[PassageRow, Vectors]]:
        """Every passage of a segment; its vector, shape (dim,), is empty unless asked for."""
        collection = self.collection(name)
        include: list[Any] = ["documents", "metadatas"] + (["embeddings"] if vectors else [])
        n_passages = collection.count()
        for offset in range(0, n_passages, _PAGE):
            page: Mapping[str, Any] = collection.get(include=include, limit=_PAGE, offset=offset)
            embeddings = page["embeddings"] if vectors else [np.zeros(0)] * len(page["ids"])
            for text, metadata, vector in zip(page["documents"], page["metadatas"], embeddings, strict=True):
                yield to_row(text, metadata), np.asarray(vector, dtype=np.float32)

    def vectors(self, name: str, passage_ids: Sequence[str]) -> Iterator[tuple[str, Vectors]]:
        """Stored vectors of some passages of a segment, in no particular order."""
        collection = self.collection(name)
        for i in range(0, len(passage_ids), _PAGE):
            page: Mapping[str, Any] = collection.get(ids=list(passage_ids[i : i + _PAGE]), include=["embeddings"])
            yield from zip(page["ids"], np.asarray(page["embeddings"], dtype=np.float32), strict=True)

    def _names(self, prefix: str) -> list[str]:
        return [c.name for c in self._collections(prefix)]

    def _collections(self, prefix: str) -> list[Collection]:
        found: list[Collection] = []
        while page := self._client.list_collections(limit=_PAGE, offset=len(found)):
            found.extend(page)
        return [c for c in found if c.name.startswith(prefix)]


def _check_schema(metadata: Mapping[str, Any]) -> None:
    found = metadata.get("schema")
    if found != SCHEMA:
        raise IndexMismatch(
            f"the index has schema {found}, this version reads {SCHEMA}; "
            "run `newsdesk index drop` and then `newsdesk index build`"
        )
