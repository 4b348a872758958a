"""Segments in Chroma, one collection each, and what this machine derives from them."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from chromadb.api import ClientAPI
from chromadb.api.models.Collection import Collection
from chromadb.errors import ChromaError, NotFoundError

from index.catalogue import AT_ONCE, SEGMENT, Catalogue
from index.chroma import ChromaServer, open_client
from index.collection import SegmentWriter, to_row
from index.errors import IndexDamaged, IndexGone
from index.lease import LEASE
from index.manifest import Manifest
from index.segment import PassageRow, Segment, derive_segment, load_segment
from index.sentence_cache import SentenceCache
from index.types import Vectors
from index.withdrawn import Withdrawn

SENTENCES = "sentences.sqlite"
_PAGE = 2000
_ABANDONED_S = 86_400
_HNSW: Any = {
    "hnsw": {
        "space": "cosine",
        "ef_construction": 128,
        "ef_search": 200,
        "max_neighbors": 24,
        **AT_ONCE,
    }
}


class SegmentStore(Catalogue):
    """The segments under one home folder or on one server, whether a generation refers to them or not."""

    _client: ClientAPI

    def __init__(self, home: Path, server: ChromaServer | None = None) -> None:
        """Open or create the store.

        Args:
            home: Where the caches lie, and Chroma's database where no server has it.

        Raises:
            ChromaUnavailable: The server cannot be reached or used.
            NewsdeskError: The folder cannot be used.
        """
        super().__init__(home, open_client(home, server), server)
        self._cache = home / "segments"
        self._in_use: WeakValueDictionary[tuple[str, int], Segment] = WeakValueDictionary()
        self._page = min(_PAGE, self._client.get_max_batch_size())

    def manifest(self, generation: str) -> Manifest:
        """A generation's manifest; raises as `Catalogue.manifest`, and IndexDamaged where Chroma cannot read it."""
        try:
            return super().manifest(generation)
        except NotFoundError as e:
            raise IndexGone(f"generation {generation} is gone; run `newsdesk index build`") from e
        except ChromaError as e:
            raise IndexDamaged(f"generation {generation} cannot be read ({e}); run `newsdesk index repair`") from e

    @property
    def place(self) -> str:
        """Where the index is, for a message."""
        return self.server.url if self.server else str(self.home)

    def lease_names(self, prefix: str) -> list[str]:
        """Leases that are held or finished and whose names begin so."""
        return [name.removeprefix(LEASE) for name in self._names(LEASE + prefix)]

    def delete_lease(self, name: str) -> None:
        """Take a lease away from whoever has it."""
        with suppress(NotFoundError):
            self._client.delete_collection(LEASE + name)

    @cached_property
    def sentences(self) -> SentenceCache:
        """Vectors of the passages' sentences, on this machine."""
        return SentenceCache(self.home / SENTENCES)

    @cached_property
    def withdrawn(self) -> Withdrawn:
        """Articles that are left out of every build."""
        return Withdrawn(self._client)

    def segment_names(self) -> list[str]:
        """All segments, whether a generation refers to them or not."""
        return self._names(SEGMENT)

    def cache_of(self, segment: str) -> Path:
        """Where this machine keeps what is derived from a segment."""
        return self._cache / segment

    def forget_caches(self) -> None:
        """Delete the caches of segments that are gone, and of derivations that were killed."""
        folders = list(self._cache.glob("*"))
        segments = set(self._names(SEGMENT))  # after the folders: a segment is there before its cache
        for folder in folders:
            if folder.name not in segments and not _is_in_work(folder):
                shutil.rmtree(folder, ignore_errors=True)

    def size_bytes(self) -> int:
        """What the index takes on disk, its caches included."""
        files = [f for folder in (self.home / "chroma", self._cache) for f in folder.rglob("*")]
        files += self.home.glob(f"{SENTENCES}*")
        n_bytes = 0
        for file in files:
            with suppress(OSError):  # a build may delete it meanwhile
                n_bytes += file.stat().st_size if file.is_file() else 0
        return n_bytes

    def new_segment(self, share: str = "") -> SegmentWriter:
        """An empty segment, unknown to readers until a manifest names it.

        Args:
            share: The part of the work of several builders that it belongs to, if it does to one.
        """
        name = f"{SEGMENT}{datetime.now(UTC):%Y%m%d%H%M%S}-{secrets.token_hex(4)}"
        metadata = {"share": share} if share else None
        collection = self._client.create_collection(
            name, configuration=_HNSW, metadata=metadata, embedding_function=None
        )
        return SegmentWriter(name, collection, self._page)

    def segments_of(self, shares: str) -> list[str]:
        """Segments that belong to parts of the work of several builders whose names begin so, whoever wrote them."""
        found = self._collections(SEGMENT)
        return [c.name for c in found if str((c.metadata or {}).get("share", "")).startswith(shares)]

    def delete_segment(self, name: str) -> None:
        """Delete a segment that no manifest names, and its cache."""
        with suppress(NotFoundError):
            self._client.delete_collection(name)
        for cache in (self._cache / name, *self._cache.glob(f".new-{name}-*")):
            shutil.rmtree(cache, ignore_errors=True)

    def segment(self, name: str, n_passages: int, on_page: Callable[[], None] = lambda: None) -> Segment:
        """A complete segment's rows and lexical index, from this machine's cache or derived anew.

        One that is in use already is the same object.

        Args:
            on_page: Called now and then while it is derived.

        Raises:
            IndexMismatch: The collection is gone or holds another number of passages.
        """
        segment = self._in_use.get((name, n_passages))
        if segment is None:
            segment = self._in_use[name, n_passages] = self._open_segment(name, n_passages, on_page)
        return segment

    def _open_segment(self, name: str, n_passages: int, on_page: Callable[[], None]) -> Segment:
        if cached := load_segment(name, self._cache / name, n_passages):
            return cached
        rows = self.rows(name, vectors=True, on_page=on_page)
        try:
            return derive_segment(name, rows, n_passages, self._cache / name)
        except FileNotFoundError as e:  # who deleted the segment meanwhile has deleted what was derived of it
            raise IndexGone(f"segment {name} is gone; run `newsdesk index build`") from e

    def collection(self, name: str) -> Collection:
        """A segment's collection, for searching.

        Raises:
            IndexMismatch: It is gone.
        """
        collection = self._find(name)
        if collection is None:
            raise IndexGone(f"segment {name} is gone; run `newsdesk index build`")
        return collection

    def rows(
        self, name: str, *, vectors: bool = False, on_page: Callable[[], None] = lambda: None
    ) -> Iterator[tuple[PassageRow, Vectors]]:
        """Every passage of a segment; its vector, shape (dim,), is empty unless asked for.

        Args:
            on_page: Called before each page is read.

        Raises:
            IndexMismatch: The segment is gone or cannot be read.
        """
        collection = self.collection(name)
        include: list[Any] = ["documents", "metadatas"] + (["embeddings"] if vectors else [])
        with readable(name):
            n_passages = collection.count()
        for offset in range(0, n_passages, self._page):
            on_page()
            with readable(name):
                page: Mapping[str, Any] = collection.get(include=include, limit=self._page, offset=offset)
                rows = [to_row(*pair) for pair in zip(page["documents"], page["metadatas"], strict=True)]
            embeddings = page["embeddings"] if vectors else [np.zeros(0)] * len(rows)
            for row, vector in zip(rows, embeddings, strict=True):
                yield row, np.asarray(vector, dtype=np.float32)

    def vectors(self, name: str, passage_ids: Sequence[str]) -> Iterator[tuple[str, Vectors]]:
        """Stored vectors of some passages of a segment, in no particular order; raises as `rows`."""
        collection = self.collection(name)
        for i in range(0, len(passage_ids), self._page):
            with readable(name):
                ids = list(passage_ids[i : i + self._page])
                page: Mapping[str, Any] = collection.get(ids=ids, include=["embeddings"])
            yield from zip(page["ids"], np.asarray(page["embeddings"], dtype=np.float32), strict=True)

    def _find(self, name: str) -> Collection | None:
        try:
            return self._client.get_collection(name, embedding_function=None)
        except NotFoundError:
            return None


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Say of a segment that it is gone or damaged, by raising IndexGone or IndexDamaged, where that comes out."""
    try:
        yield
    except NotFoundError as e:
        raise IndexGone(f"segment {name} is gone; run `newsdesk index build`") from e
    except (ChromaError, KeyError, TypeError, ValueError) as e:
        raise IndexDamaged(f"segment {name} cannot be read ({e}); run `newsdesk index repair`") from e


def _is_in_work(folder: Path) -> bool:
    """Whether a reader may be deriving a segment in it at this moment."""
    with suppress(OSError):
        return folder.name.startswith(".") and time.time() - folder.stat().st_mtime < _ABANDONED_S
    return False
