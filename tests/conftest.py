"""Fixtures of all tests: an encoder that hashes words, a store on a temporary disk, a small newsroom in it."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

from index.build import BuildReport, build_index
from index.generation import Generation
from index.query import understand_query
from index.reader import Reader
from index.search import search
from index.store import Store
from index.types import Encoder, Filters, Hit, Vectors

settings.register_profile("patient", deadline=None)  # a slow machine fails no test
settings.load_profile("patient")

NOW = datetime(2025, 4, 18, 12, tzinfo=UTC)
"""When questions are asked."""
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W_]+")


class HashEncoder:
    """An Encoder that needs no weights: texts are near each other as far as they share words.

    Attributes:
        encoded: Every text that was encoded, in order; questions are not among them.
        on_encode: Called with the texts before they are encoded; may raise, as a real encoder may.
    """

    def __init__(self, name: str = "hash", dim: int = 64, max_tokens: int = 40) -> None:
        self.name = name
        self.dim = dim
        self.max_tokens = max_tokens
        self.fingerprint = f"{name}-{dim}-{max_tokens}"
        self.encoded: list[str] = []
        self.on_encode: Callable[[Sequence[str]], None] = lambda texts: None

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words in each text."""
        return [len(text.split()) for text in texts]

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.on_encode(texts)
        self.encoded += texts
        return self.encode_queries(texts)

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[Vectors, list[Vectors]]:
        parts = [self.encode_queries([text[a:b] for a, b in own]) for text, own in zip(texts, spans, strict=True)]
        return self.encode(texts), parts

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for word in _WORD.findall(text.lower()) or ["nothing"]:
                digest = hashlib.blake2b(word.encode(), digest_size=4).digest()
                vector[int.from_bytes(digest, "big") % self.dim] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class Newsroom:
    """A folder of articles, and the index over it."""

    def __init__(self, folder: Path, store: Store, encoder: Encoder) -> None:
        self.folder = folder
        self.store = store
        self.encoder = encoder
        self.reader = Reader(store, encoder)
        folder.mkdir(exist_ok=True)

    def write(self, article_id: str, *paragraphs: str, **fields: Any) -> Path:
        """Write or overwrite the file of an article, by default of the Paper on 17 April 2025."""
        record = {"id": article_id, "title": "Story", "source": "Paper", "published_at": "2025-04-17T12:00:00Z"}
        path = self.folder / f"{article_id}.jsonl"
        path.write_text(json.dumps(record | fields | {"paragraphs": paragraphs}), encoding="utf-8")
        return path

    def remove(self, article_id: str) -> None:
        (self.folder / f"{article_id}.jsonl").unlink()

    def build(self, *paths: Path, strict: bool = False) -> BuildReport:
        """Build from the folder, or from other paths."""
        paths = paths or (self.folder,)
        return build_index(self.store, self.encoder, paths, recorded=[str(p) for p in paths], strict=strict)

    def open(self) -> Generation:
        return self.reader.current()

    def search(self, question: str, k: int = 10, **filters: Any) -> list[Hit]:
        query = understand_query(question, NOW, UTC, self.open().outlets)
        vectors = self.encoder.encode_queries([query.text, *(part.text for part in query.parts)])
        return search(self.open(), query, vectors, NOW, Filters(**filters).narrow(query.demanded), k)

    def find(self, question: str, **filters: Any) -> set[str]:
        """Ids of all articles that a question finds."""
        return {hit.passage.article_id for hit in self.search(question, k=100, **filters)}


@pytest.fixture
def encoder() -> HashEncoder:
    return HashEncoder()


@pytest.fixture(scope="session")
def make_encoder() -> type[HashEncoder]:
    """For tests that need another encoder than `encoder`."""
    return HashEncoder


@pytest.fixture
def home() -> Iterator[Path]:
    """Where the store lies: in memory if it can, for waiting for the disk takes three quarters of a small build."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder) / "home"


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    store = Store(home)
    yield store
    store._client.close()  # else Chroma keeps the files of every test open to the end


@pytest.fixture
def newsroom(tmp_path: Path, store: Store, encoder: HashEncoder) -> Newsroom:
    return Newsroom(tmp_path / "newsroom", store, encoder)
