"""Articles that were withdrawn, known by hashes of their ids to all who share the index."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

import numpy as np
from chromadb.api import ClientAPI
from chromadb.api.models.Collection import Collection as ChromaCollection
from chromadb.errors import NotFoundError

from index.catalogue import AT_ONCE, write_rows

_NAME = "newsdesk-purged"
_UNFINISHED = "unfinished"
_PAGE = 1000


class Withdrawn:
    """What builds leave out until it is let in again; it outlives the index."""

    def __init__(self, client: ClientAPI) -> None:
        self._client = client

    def hashes(self) -> frozenset[str]:
        """Hashes of the ids, as `hash_id` makes them."""
        collection = self._find()
        if collection is None:
            return frozenset()
        found: set[str] = set()
        while page := collection.get(include=[], limit=_PAGE, offset=len(found))["ids"]:
            found.update(page)
        return frozenset(found)

    def add(self, article_ids: Iterable[str]) -> None:
        """Leave these out from now on, and note that what is stored of them is still to be deleted.

        Those that are left out already are written again: who was killed may have written a lone one but once.
        """
        hashes = sorted({hash_id(i) for i in article_ids} | self.hashes())
        collection = self._find() or self._client.create_collection(
            _NAME, configuration={"hnsw": AT_ONCE}, embedding_function=None
        )
        collection.modify(metadata={_UNFINISHED: True})
        for at in range(0, len(hashes), _PAGE):
            page = hashes[at : at + _PAGE]
            write_rows(collection, ids=page, embeddings=np.ones((len(page), 1), dtype=np.float32))

    def restore(self, article_ids: Collection[str]) -> list[str]:
        """Let articles in again; returns those that had been left out."""
        known = self.hashes()
        found = [i for i in article_ids if hash_id(i) in known]
        if found and (collection := self._find()):
            collection.delete(ids=[hash_id(i) for i in found])
        return found

    @property
    def is_unfinished(self) -> bool:
        """Whether something of them may still be stored."""
        collection = self._find()
        return bool(collection and (collection.metadata or {}).get(_UNFINISHED))

    def finish(self) -> None:
        """Note that nothing of them is stored any more."""
        if collection := self._find():
            collection.modify(metadata={_UNFINISHED: False})

    def _find(self) -> ChromaCollection | None:
        try:
            return self._client.get_collection(_NAME, embedding_function=None)
        except NotFoundError:
            return None


def hash_id(article_id: str) -> str:
    """What stands for an id where the id itself is to be forgotten."""
    return hashlib.sha256(article_id.encode("utf-8", "surrogatepass")).hexdigest()
