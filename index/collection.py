"""One segment's collection in Chroma: passages written, fetched and searched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from chromadb.api.models.Collection import Collection
from chromadb.api.types import GetResult
from chromadb.errors import ChromaError, NotFoundError

from index.articles import UNDATED, ArticleRow
from index.errors import IndexGone, NewsdeskError
from index.segment import PassageRow
from index.types import Passage, Vectors


class SegmentWriter:
    """A segment on its way to being complete."""

    def __init__(self, name: str, collection: Collection, max_batch: int) -> None:
        """`max_batch` is how many passages Chroma takes at once."""
        from llama_index.vector_stores.chroma import ChromaVectorStore

        self.name = name
        self.n_passages = 0
        self._max_batch = max_batch
        self._vectors = ChromaVectorStore(chroma_collection=collection)

    def add(self, rows: Sequence[PassageRow], vectors: Vectors) -> None:
        """Store passages with their vectors, shape (len(rows), dim).

        Raises:
            NewsdeskError: Chroma could not store them, for example because the disk is full.
        """
        from llama_index.core.schema import TextNode

        nodes = [
            TextNode(id_=row.passage.id, text=row.passage.text, embedding=v.tolist(), metadata=_to_metadata(row))
            for row, v in zip(rows, vectors, strict=True)
        ]
        try:
            for i in range(0, len(nodes), self._max_batch):
                self._vectors.add(list(nodes[i : i + self._max_batch]))
        except (ChromaError, OSError, RuntimeError) as e:
            raise NewsdeskError(f"the index could not be written ({e}); the earlier one still answers") from e
        self.n_passages += len(rows)


def fetch_passages(collection: Collection, passage_ids: Sequence[str]) -> dict[str, PassageRow]:
    """Passages by id; those that do not exist are left out.

    Raises:
        IndexGone: The segment was deleted since it was opened.
    """
    with _still_there(collection):
        return _stored(collection.get(ids=list(passage_ids), include=["documents", "metadatas"]))


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


def _to_metadata(row: PassageRow) -> dict[str, str | int | bool]:
    article, passage = row.article, row.passage
    moments = {"published": article.published, "changed": article.changed}
    return {
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


def to_row(text: str, metadata: Mapping[str, Any]) -> PassageRow:
    """A passage from its document and metadata."""
    article = ArticleRow(
        id=str(metadata["article_id"]),
        digest=str(metadata["digest"]),
        title=str(metadata["title"]),
        source=str(metadata["source"]),
        language=str(metadata["language"]),
        published=int(metadata.get("published", UNDATED)),
        url=str(metadata["url"]),
        changed=int(metadata.get("changed", UNDATED)),
    )
    passage = Passage(
        article_id=article.id,
        first=int(metadata["first"]),
        last=int(metadata["last"]),
        text=text,
        start=int(metadata["start"]),
        partial=bool(metadata["partial"]),
    )
    return PassageRow(article, passage, str(metadata["vector_key"]))
