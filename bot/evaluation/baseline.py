"""What anyone gets by plugging the parts together as llama-index's documentation shows: the way to measure against.

Chunks of 256 tokens with an overlap of 20, the same weights in float32 in batches of 32, VectorStoreIndex into
Chroma with its defaults, the nearest chunks. Nothing of `index` takes part but the reading of the articles.
"""

from __future__ import annotations

import math
import time
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import chromadb
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError
from filelock import FileLock, Timeout

from index.corpus import read_corpus
from index.encoder import packaged_weights
from index.errors import BuildBusy, EncoderUnavailable, NewsdeskError
from index.survey import OnProgress
from index.types import Article, Hit, Passage

if TYPE_CHECKING:
    from llama_index.core import VectorStoreIndex
    from llama_index.core.embeddings import BaseEmbedding

_CHUNK_TOKENS = 256
_OVERLAP_TOKENS = 20
_EMBED_BATCH = 32
_STORE_BATCH = 256
_PAGE = 2000
_GAP = "\n\n"
_METADATA = ("article_id", "title", "source", "published", "url", "language", "first", "last", "start", "partial")


@dataclass(frozen=True, slots=True)
class BuildFigures:
    """What a build did.

    Attributes:
        embedded: Passages whose vectors were computed by it.
        seconds: How long that took, from articles to Chroma, without the loading of the model.
        passages: Passages that the pipeline now holds.
    """

    embedded: int
    seconds: float
    passages: int


class PlainPipeline:
    """Plain llama-index over some articles, kept in a folder."""

    def __init__(
        self, home: Path, articles: Sequence[Path], threads: int = 0, embedding: BaseEmbedding | None = None
    ) -> None:
        """Prepare it; the model is loaded when first used.

        Args:
            home: A folder for these articles alone: what it holds is taken to be theirs.
            articles: Their files and folders.
            threads: Of torch, while embedding; 0 leaves them as they are.
            embedding: Another than the packaged weights in float32.
        """
        self._home = home
        self._paths = tuple(articles)
        self._threads = threads
        self._given = embedding

    @property
    def n_articles(self) -> int:
        """Articles that it holds."""
        return len(self._held())

    def build(self, on_progress: OnProgress = lambda *_: None) -> BuildFigures:
        """Embed every article that it does not hold yet; of those of a finished build, none.

        Raises:
            BuildBusy: Another process is building it.
            NewsdeskError: No article can be read, or the folder cannot be written.
        """
        with self._lock():
            articles = list(read_corpus(self._paths, lambda _: None))
            if not articles:
                raise NewsdeskError(f"no article found in {', '.join(map(str, self._paths))}; name files of articles")
            held = self._held()
            missing = [a for a in articles if a.id not in held]
            n_before = self._collection.count()
            seconds = self._embed(missing, len(articles), on_progress) if missing else 0.0
            n_passages = self._collection.count()
        return BuildFigures(n_passages - n_before, seconds, n_passages)

    def search(self, text: str, k: int) -> list[Hit]:
        """The `k` nearest chunks, nearest first.

        The text of a chunk is llama-index's; a passage of it is `partial` wherever it is not whole paragraphs.
        """
        found = self._index.as_retriever(similarity_top_k=k).retrieve(text)
        return [_to_hit(rank, n.get_content(), n.metadata, n.score or 0.0) for rank, n in enumerate(found, 1)]

    def _embed(self, articles: Sequence[Article], n_all: int, on_progress: OnProgress) -> float:
        index = self._index
        self._embedding.get_text_embedding("warm up")
        started = time.monotonic()
        for nodes, n_done in _batches(articles):
            index.insert_nodes(nodes)
            on_progress("encoding", n_all - len(articles) + n_done, n_all)
        return time.monotonic() - started

    def _held(self) -> set[str]:
        """Ids of the articles in the collection, where each is stored whole or not at all."""
        held: set[str] = set()
        for offset in range(0, self._collection.count(), _PAGE):  # all at once fails beyond some 30,000
            page = self._collection.get(include=["metadatas"], limit=_PAGE, offset=offset)
            held |= {str(m["article_id"]) for m in page["metadatas"] or ()}
        return held

    @cached_property
    def _collection(self) -> Collection:
        try:
            client = chromadb.PersistentClient(
                path=str(self._home / "chroma"), settings=ChromaSettings(anonymized_telemetry=False)
            )
            return client.get_or_create_collection("plain")
        except (OSError, ChromaError, ValueError, RuntimeError) as e:
            raise NewsdeskError(f"{self._home}: cannot be opened ({e}); delete this folder and run it again") from e

    @cached_property
    def _index(self) -> VectorStoreIndex:
        from llama_index.core import VectorStoreIndex
        from llama_index.vector_stores.chroma import ChromaVectorStore

        store = ChromaVectorStore(chroma_collection=self._collection)
        return VectorStoreIndex.from_vector_store(store, embed_model=self._embedding)

    @cached_property
    def _embedding(self) -> BaseEmbedding:
        return self._given or _load_embedding(self._threads)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        try:
            held = FileLock(self._home / "build.lock").acquire(timeout=0)
        except Timeout as e:
            raise BuildBusy(f"{self._home}: another process is building it; wait until it is done") from e
        except OSError as e:
            raise NewsdeskError(f"{self._home}: cannot be written ({e.strerror}); set NEWSDESK_HOME to another") from e
        with held:
            yield


def _load_embedding(threads: int) -> BaseEmbedding:
    try:
        import torch
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding
        from transformers.utils import logging
    except ImportError as e:
        raise EncoderUnavailable(
            f"the plain pipeline lacks a package ({e}); run `pip install llama-index-embeddings-huggingface`"
        ) from e
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    if threads:
        torch.set_num_threads(threads)
    folder = str(packaged_weights().parent)
    dtype = {"dtype": torch.float32}
    return HuggingFaceEmbedding(folder, embed_batch_size=_EMBED_BATCH, device="cpu", model_kwargs=dtype)


def _batches(articles: Sequence[Article]) -> Iterator[tuple[list[Any], int]]:
    """Nodes of whole articles, some hundreds at a time, and of how many articles they are so far."""
    nodes: list[Any] = []
    for n, article in enumerate(articles, 1):
        nodes += _split(article)
        if len(nodes) >= _STORE_BATCH or n == len(articles):
            yield nodes, n
            nodes = []


def _split(article: Article) -> list[Any]:
    """Nodes of an article; their metadata is stored with them, but neither embedded nor counted as tokens."""
    from llama_index.core import Document
    from llama_index.core.node_parser import SentenceSplitter

    document = Document(
        text=_GAP.join(article.paragraphs),
        excluded_embed_metadata_keys=list(_METADATA),
        excluded_llm_metadata_keys=list(_METADATA),
    )
    splitter = SentenceSplitter(chunk_size=_CHUNK_TOKENS, chunk_overlap=_OVERLAP_TOKENS)
    nodes: list[Any] = splitter.get_nodes_from_documents([document])
    for node in nodes:
        start, end = node.start_char_idx or 0, node.end_char_idx or len(document.text)
        values = (*_describe(article), *_place(article.paragraphs, start, end))
        node.metadata = dict(zip(_METADATA, values, strict=True))
    return nodes


def _describe(article: Article) -> tuple[str, ...]:
    published = article.published_at.isoformat() if article.published_at else ""
    return article.id, article.title, article.source, published, article.url, article.language


def _place(paragraphs: Sequence[str], start: int, end: int) -> tuple[int, int, int, bool]:
    """First and last paragraph that a range of the text touches, its start in the first, whether it cuts any."""
    starts = list(accumulate((len(p) + len(_GAP) for p in paragraphs), initial=0))
    first, last = bisect_right(starts, start), bisect_right(starts, end - 1)
    offset = start - starts[first - 1]
    return first, last, offset, offset > 0 or end < starts[last] - len(_GAP)


def _to_hit(rank: int, text: str, metadata: Mapping[str, Any], score: float) -> Hit:
    """A hit from a node and its score, which is exp(-distance) of the squared distance 2 - 2 cosine."""
    m = metadata
    return Hit(
        rank=rank,
        score=score,
        passage=Passage(m["article_id"], m["first"], m["last"], text, m["start"], m["partial"]),
        title=m["title"],
        source=m["source"],
        published_at=datetime.fromisoformat(m["published"]) if m["published"] else None,
        url=m["url"],
        language=m["language"],
        similarity=1 + math.log(score) / 2 if score else None,
        dense_rank=rank,
    )
