"""One segment's rows in memory: what filters, ranking and the next build need to know of each passage.

All of it is derived from the segment's Chroma collection and cached beside it on this machine.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.copies import N_PERMUTATIONS, Signatures, sign_text
from index.lexical import LexicalIndex
from index.types import Passage, Vectors

UNDATED = np.iinfo(np.int64).min
_VERSION = 2
_LARGEST = np.float32(127)
_BLOCK = 4096
_TITLE_WEIGHT = 2
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """What a segment knows of an article beside its text."""

    id: str
    digest: str
    title: str
    source: str
    language: str
    published: int
    url: str


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A passage with its article's row, as a collection stores it."""

    article: ArticleRow
    passage: Passage
    vector_key: str


@dataclass(frozen=True, slots=True)
class Segment:
    """An immutable set of whole articles: their rows, and the lexical index over them.

    Attributes:
        article_of: For each passage, the row of its article; shape (n_passages,).
        passage_ids: For each passage, its id in Chroma.
        vector_keys: For each passage, the key of its vector.
        signatures: MinHash of each article; shape (n_articles, 64).
        vectors: Vector of each passage, a byte for each component, mapped from the disk; shape (n_passages, dim).
        scales: What each of them is to be multiplied by; shape (n_passages,).
    """

    name: str
    articles: tuple[ArticleRow, ...]
    article_of: NDArray[np.int32]
    passage_ids: tuple[str, ...]
    vector_keys: tuple[str, ...]
    signatures: Signatures
    vectors: NDArray[np.int8]
    scales: NDArray[np.float32]
    lexical: LexicalIndex

    def similarities(self, vector: Vectors, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Cosine of a vector and of some passages, to about 0.002; shape (len(rows),)."""
        cosines = np.empty(len(rows), dtype=np.float32)
        for at in range(0, len(rows), _BLOCK):
            chosen = rows[at : at + _BLOCK]
            cosines[at : at + _BLOCK] = (self.vectors[chosen].astype(np.float32) @ vector) * self.scales[chosen]
        return cosines


def derive_segment(name: str, rows: Sequence[PassageRow], vectors: Vectors, cache: Path) -> Segment:
    """Index the rows of a complete collection and cache the result in the folder `cache`.

    Args:
        vectors: Of each row, shape (len(rows), dim).
    """
    articles: dict[str, ArticleRow] = {}
    texts: dict[str, list[str]] = {}
    for row in rows:
        articles.setdefault(row.article.id, row.article)
        texts.setdefault(row.article.id, []).append(row.passage.text)
    numbers = {article_id: i for i, article_id in enumerate(articles)}
    signatures = [sign_text("\n".join(parts)) for parts in texts.values()]
    cache.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".new-", dir=cache.parent))
    lexical = LexicalIndex.build((f"{r.article.title}\n" * _TITLE_WEIGHT + r.passage.text for r in rows), folder)
    scales = np.maximum(np.abs(vectors).max(axis=1, initial=0), np.float32(1e-12)) / _LARGEST
    segment = Segment(
        name=name,
        articles=tuple(articles.values()),
        article_of=np.array([numbers[r.article.id] for r in rows], dtype=np.int32),
        passage_ids=tuple(r.passage.id for r in rows),
        vector_keys=tuple(r.vector_key for r in rows),
        signatures=np.array(signatures, dtype=np.uint32).reshape(-1, N_PERMUTATIONS),
        vectors=np.round(vectors / scales[:, None]).astype(np.int8),
        scales=scales,
        lexical=lexical,
    )
    _save_rows(segment, folder)
    shutil.rmtree(cache, ignore_errors=True)
    try:
        folder.replace(cache)
    except OSError:  # another process has derived the same meanwhile
        shutil.rmtree(folder, ignore_errors=True)
    return segment


def load_segment(name: str, cache: Path, n_passages: int) -> Segment | None:
    """The cached segment, or None where the cache is missing, old or not whole."""
    try:
        record = json.loads((cache / "rows.json").read_text(encoding="utf-8"))
        arrays = np.load(cache / "rows.npz")
        if record["version"] != _VERSION or len(record["passages"]) != n_passages:
            return None
        return Segment(
            name=name,
            articles=tuple(ArticleRow(*fields) for fields in record["articles"]),
            article_of=arrays["article_of"],
            passage_ids=tuple(record["passages"]),
            vector_keys=tuple(record["vector_keys"]),
            signatures=arrays["signatures"],
            vectors=np.load(cache / "vectors.npy", mmap_mode="r"),
            scales=arrays["scales"],
            lexical=LexicalIndex.load(cache, n_passages),
        )
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None


def to_timestamp(moment: datetime | None) -> int:
    """Seconds since 1970 in UTC; UNDATED for None."""
    return UNDATED if moment is None else int(moment.timestamp())


def from_timestamp(seconds: int) -> datetime | None:
    """The reverse of `to_timestamp`."""
    return None if seconds == UNDATED else datetime.fromtimestamp(seconds, tz=UTC)


def in_zone_of(bound: datetime, published: NDArray[np.int64]) -> NDArray[np.int64]:
    """Timestamps to be compared with an aware moment.

    Midnight in UTC is what an article has of which the day alone is known: it becomes that day's midnight where the
    moment is, so that the day is the same on both sides.
    """
    offset = bound.utcoffset() or timedelta()
    is_day = (published % _DAY_S == 0) & (published != UNDATED)
    return np.where(is_day, published - int(offset.total_seconds()), published)


def _save_rows(segment: Segment, folder: Path) -> None:
    np.savez(folder / "rows.npz", article_of=segment.article_of, signatures=segment.signatures, scales=segment.scales)
    np.save(folder / "vectors.npy", segment.vectors)
    record = {
        "version": _VERSION,
        "articles": [(a.id, a.digest, a.title, a.source, a.language, a.published, a.url) for a in segment.articles],
        "passages": segment.passage_ids,
        "vector_keys": segment.vector_keys,
    }
    (folder / "rows.json").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
