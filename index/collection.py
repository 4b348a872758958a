"""One segment's collection in Chroma: passages written, fetched and searched.

All that is known of a passage is one text in its metadata. As a document, by llama-index's store, it would be in
Chroma's full-text index, which nobody asks, and in seventeen rows of metadata with an index each: twice the bytes, and
twice the time to store them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from chromadb.api.models.Collection import Collection
from chromadb.api.types import GetResult
from chromadb.errors import ChromaError, NotFoundError

from index.articles import UNDATED, ArticleRow
from index.catalogue import write_rows
from index.errors import IndexDamaged, IndexGone, NewsdeskError
from index.segment import PassageRow
from index.types import Passage, Vectors

_PASSAGE = "passage"


class SegmentWriter:
    """A segment on its way to being complete."""

    def __init__(self, name: str, collection: Collection, max_batch: int) -> None:
        """`max_batch` is how many passages Chroma takes at once."""
        self.name = name
        self.n_passages = 0
        self._max_batch = max_batch
        self._collection = collection

    def add(self, rows: Sequence[PassageRow], vectors: Vectors) -> None:
        """Store passages with their vectors, shape (len(rows), dim).

        Raises:
            NewsdeskError: Chroma could not store them, for example because the disk is full.
        """
        try:
            for i in range(0, len(rows), self._max_batch):
                page = rows[i : i + self._max_batch]
                write_rows(
                    self._collection,
                    ids=[row.passage.id for row in page],
                    embeddings=vectors[i : i + self._max_batch],
                    metadatas=[_to_metadata(row) for row in page],
                )
        except (ChromaError, OSError, RuntimeError) as e:
            raise NewsdeskError(f"the index could not be written ({e}); the earlier one still answers") from e
        self.n_passages += len(rows)


def fetch_passages(collection: Collection, passage_ids: Sequence[str]) -> dict[str, PassageRow]:
    """Passages by id; those that do not exist are left out.

    Raises:
        IndexGone: The segment was deleted since it was opened.
        IndexDamaged: A passage is not stored as it should be.
    """
    with _still_there(collection):
        found = collection.get(ids=list(passage_ids), include=["documents", "metadatas"])
    try:
        return _stored(found)
    except (KeyError, TypeError, ValueError) as e:
        raise IndexDamaged(f"segment {collection.name} cannot be read ({e!r}); run `newsdesk index repair`") from e


def nearest(collection: Collection, vector: Vectors, n: int) -> list[tuple[str, float]]:
    """The nearest passages and their cosines, best first.

    Chroma is asked itself: llama-index's `query` would make a node of every candidate, 6 ms for a
    hundred, and return exp(-distance), where the collections hold cosine distances, 1 - cosine.

    Raises:
        IndexGone: The segment was deleted since it was opened.
    """
    with _still_there(collection):
        found: Mapping[str, Any] = collection.query(
            query_embeddings=[vector.tolist()], n_results=n, include=["distances"]
        )
    return [(i, 1.0 - float(d)) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]


@contextmanager
def _still_there(collection: Collection) -> Iterator[None]:
    try:
        yield
    except NotFoundError as e:
        raise IndexGone(f"segment {collection.name} is gone; ask again") from e


def _stored(found: GetResult) -> dict[str, PassageRow]:
    texts, metadatas = found["documents"] or [], found["metadatas"] or []
    return {i: to_row(text, m) for i, text, m in zip(found["ids"], texts, metadatas, strict=True)}


def _to_metadata(row: PassageRow) -> dict[str, str]:
    article, passage = row.article, row.passage
    moments = {"published": article.published, "changed": article.changed}
    fields = {
        "text": passage.text,
        "article_id": article.id,
        "first": passage.first,
        "last": passage.last,
        "start": passage.start,
        "partial": passage.partial,
        "title": article.title,
        "source": article.source,
        "language": article.language,
        "url": article.url,
        "digest": article.digest,
        "vector_key": row.vector_key,
        **{name: moment for name, moment in moments.items() if moment != UNDATED},
    }
    return {_PASSAGE: json.dumps(fields, ensure_ascii=False)}


def to_row(text: str | None, metadata: Mapping[str, Any]) -> PassageRow:
    """A passage from its metadata; earlier versions stored its text as a document, and the rest one by one."""
    fields = {**metadata, "text": text} if text is not None else json.loads(metadata[_PASSAGE])
    article = ArticleRow(
        id=str(fields["article_id"]),
        digest=str(fields["digest"]),
        title=str(fields["title"]),
        source=str(fields["source"]),
        language=str(fields["language"]),
        published=int(fields.get("published", UNDATED)),
        url=str(fields["url"]),
        changed=int(fields.get("changed", UNDATED)),
    )
    passage = Passage(
        article_id=article.id,
        first=int(fields["first"]),
        last=int(fields["last"]),
        text=str(fields["text"]),
        start=int(fields["start"]),
        partial=bool(fields["partial"]),
    )
    return PassageRow(article, passage, str(fields["vector_key"]))
