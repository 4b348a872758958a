"""Days on which as many articles come as go: whether disk, memory and recall stay what they were.

    python -m tests.churn --days 60 --articles 500

Vectors are random around topics, of 384 dimensions; builds, merges, pruning and search are those of every day. One
process builds and reads; another only reads, as the bot does.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import os
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from index.build import build_index
from index.reader import Reader
from index.store import Store
from index.types import Filters, Vectors

_WORDS = [a + b for a in ("bal", "cor", "den", "fir", "gul", "har", "jum", "kel", "lom", "mir") for b in "abcdefghijkl"]
_DIM = 384
_TOPICS = 40
_NEAR = 0.8
"""Of a unit: how far a passage is from its topic, and a question from the passage that it is made of."""
_KEPT_DAYS = 4
_K = 10
_N_QUESTIONS = 40
_SAME = 1e-5
_SETTLED = 10


class TopicEncoder:
    """An Encoder of random vectors, always the same for a text."""

    name = "topics"
    fingerprint = f"topics-{_DIM}-{_TOPICS}"
    dim = _DIM
    max_tokens = 40

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words in each text."""
        return [len(text.split()) for text in texts]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """A vector for each text; shape (len(texts), 384)."""
        return np.stack([self._vector(text) for text in texts]) if texts else np.zeros((0, _DIM), dtype=np.float32)

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[Vectors, list[Vectors]]:
        """The same for parts of them too."""
        parts = [self.encode([text[a:b] for a, b in own]) for text, own in zip(texts, spans, strict=True)]
        return self.encode(texts), parts

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The same."""
        return self.encode(texts)

    def _vector(self, text: str) -> Vectors:
        seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
        return near(_TOPIC_VECTORS[seed % _TOPICS], np.random.default_rng(seed))


@dataclass(frozen=True, slots=True)
class Day:
    """What was found at the end of a day.

    Attributes:
        memory: Of the process that builds, in bytes.
        reader_memory: Of the one that only reads.
    """

    number: int
    disk: int
    memory: int
    reader_memory: int
    recall: float
    seconds: float
    segments: int
    articles: int


def churn(folder: Path, n_days: int, n_articles: int) -> Iterator[Day]:
    """Live through days, after those that fill the newsroom."""
    with _reading_apart(folder / "home") as apart:
        yield from _live(folder, n_days, n_articles, apart)


def _live(folder: Path, n_days: int, n_articles: int, apart: Connection) -> Iterator[Day]:
    store, encoder = Store(folder / "home"), TopicEncoder()
    reader = Reader(store, encoder)
    corpus = folder / "corpus"
    corpus.mkdir()
    texts: dict[int, list[str]] = {}
    for day in range(-_KEPT_DAYS, n_days + 1):
        started = time.monotonic()
        texts[day] = _write_day(corpus, day, n_articles)
        if day - _KEPT_DAYS in texts:
            _path(corpus, day - _KEPT_DAYS).unlink()
            del texts[day - _KEPT_DAYS]
        build_index(store, encoder, [corpus], recorded=[str(corpus)])
        seconds = time.monotonic() - started
        if day > 0:
            recall = _measure_recall(reader, encoder, [text for own in texts.values() for text in own], day)
            manifest = reader.current().manifest
            apart.send(day)
            reader_memory = apart.recv()
            gc.collect()
            yield Day(
                *(day, store.size_bytes(), _resident(), reader_memory, recall, seconds),
                *(len(manifest.segments), manifest.n_articles),
            )


def growth(days: Sequence[int], settled: int = _SETTLED) -> float:
    """By how much the most of later days is more than the most of the first ones."""
    return max(days[settled:]) / max(days[:settled]) - 1


def near(vector: Vectors, generator: np.random.Generator) -> Vectors:
    """Another unit vector about as far from one as a passage is from its topic."""
    noise = generator.standard_normal(len(vector)).astype(np.float32)
    other: Vectors = vector + _NEAR * noise / np.linalg.norm(noise)
    unit: Vectors = other / np.linalg.norm(other)
    return unit


def _make_topics() -> Vectors:
    vectors = np.random.default_rng(0).standard_normal((_TOPICS, _DIM)).astype(np.float32)
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


_TOPIC_VECTORS = _make_topics()


def _path(corpus: Path, day: int) -> Path:
    return corpus / f"day{day:+04}.jsonl"


def _write_day(corpus: Path, day: int, n_articles: int) -> list[str]:
    """Write a day's articles; returns their passages as they are encoded."""
    draw = random.Random(day)
    lines, texts = [], []
    for n in range(n_articles):
        title = f"Day {day} story {n}"
        paragraphs = [" ".join(draw.choices(_WORDS, k=30)) + "." for _ in range(2)]
        record = {"id": f"{day}-{n}", "title": title, "source": "Paper", "paragraphs": paragraphs}
        lines.append(json.dumps(record))
        texts += [f"{title}\nPaper\n{paragraph}" for paragraph in paragraphs]
    _path(corpus, day).write_text("\n".join(lines), encoding="utf-8")
    return texts


def _measure_recall(reader: Reader, encoder: TopicEncoder, texts: Sequence[str], day: int) -> float:
    """Of the ten nearest passages by comparing with all, the share that a search finds."""
    generation, generator = reader.current(), np.random.default_rng(day + 1000)
    vectors = encoder.encode(texts)
    allowed = generation.allowed_articles(Filters())
    shares = []
    for row in generator.choice(len(texts), _N_QUESTIONS, replace=False):
        question = near(vectors[row], generator)
        exact = np.sort(vectors @ question)[::-1][:_K]
        found = generation.passages(generation.search_dense(question, allowed, _K)).values()
        cosines = encoder.encode([f"{p.article.title}\nPaper\n{p.passage.text}" for p in found]) @ question
        shares.append(np.count_nonzero(cosines >= exact[-1] - _SAME) / _K)
    return float(np.mean(shares))


@contextmanager
def _reading_apart(home: Path) -> Iterator[Connection]:
    """A process that asks questions of what is live whenever it is sent a day, and sends back what memory it has."""
    context = get_context("spawn")
    here, there = context.Pipe()
    with here:
        with there:
            process = context.Process(target=_read, args=(home, there))
            process.start()
        yield here
    process.join()


def _read(home: Path, days: Connection) -> None:
    reader = Reader(Store(home), TopicEncoder())
    with suppress(EOFError):
        while True:
            _ask(reader, days.recv())
            gc.collect()
            days.send(_resident())


def _ask(reader: Reader, day: int) -> None:
    generation, generator = reader.current(), np.random.default_rng(day)
    allowed = generation.allowed_articles(Filters())
    for topic in generator.choice(_TOPIC_VECTORS, _N_QUESTIONS):
        generation.passages(generation.search_dense(near(topic, generator), allowed, _K))


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Print each day and, at the end, by how much the later ones exceed the first ten; for more than ten days."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--articles", type=int, default=500, help="that come and go on a day")
    given = parser.parse_args()
    days = []
    with TemporaryDirectory() as folder:
        for day in churn(Path(folder), given.days, given.articles):
            days.append(day)
            print(
                f"day {day.number}: disk {day.disk / 1e6:.1f} MB, memory {day.memory / 1e6:.0f} MB, "
                f"of a reader {day.reader_memory / 1e6:.0f} MB, recall {day.recall:.4f}, {day.segments} segments, "
                f"{day.articles} articles, {day.seconds:.1f} s",
                flush=True,
            )
    print(
        f"disk {growth([d.disk for d in days]):+.1%}, memory {growth([d.memory for d in days]):+.1%}, "
        f"of a reader {growth([d.reader_memory for d in days]):+.1%}"
    )
    print(f"recall {min(d.recall for d in days):.4f} at least")


if __name__ == "__main__":
    main()
