"""One segment's rows in memory: what filters, ranking and the next build need to know of each passage.

All of it is derived from the segment's Chroma collection and cached beside it on this machine.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.copies import N_PERMUTATIONS, Signatures, sign_text
from index.errors import IndexMismatch
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
    """What a segment knows of an article beside its text.

    Attributes:
        published: Timestamp, or UNDATED.
        changed: Timestamp since when it is known to say this; UNDATED where it is not known to have said another thing.
    """

    id: str
    digest: str
    title: str
    source: str
    language: str
    published: int
    url: str
    changed: int = UNDATED


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A passage with its article's row, as a collection stores it."""

    article: ArticleRow
    passage: Passage
    vector_key: str


@dataclass(frozen=True)  # without slots, for generations share it by a weak reference
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

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """The row of each passage, by its id in Chroma."""
        return {passage_id: row for row, passage_id in enumerate(self.passage_ids)}

    @cached_property
    def first_paragraphs(self) -> NDArray[np.int32]:
        """Number of the paragraph at which each passage begins, from 1; shape (n_passages,)."""
        numbers = (int(i.rpartition(":")[2].partition("-")[0]) for i in self.passage_ids)
        return np.fromiter(numbers, dtype=np.int32, count=len(self.passage_ids))

    def similarities(self, vector: Vectors, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Cosine of a vector and of some passages, to about 0.002; shape (len(rows),)."""
        cosines = np.empty(len(rows), dtype=np.float32)
        for at in range(0, len(rows), _BLOCK):
            chosen = rows[at : at + _BLOCK]
            cosines[at : at + _BLOCK] = (self.vectors[chosen].astype(np.float32) @ vector) * self.scales[chosen]
        return cosines


def derive_segment(name: str, rows: Iterable[tuple[PassageRow, Vectors]], n_passages: int, cache: Path) -> Segment:
    """Index the passages of a complete collection and cache the result in the folder `cache`.

    Args:
        rows: The passages with their vectors, those of an article one after another. They are taken one at a time,
            and neither their texts nor their vectors stay in memory.

    Raises:
        IndexMismatch: There are more or fewer of them than `n_passages`, or those of an article stand apart.
    """
    cache.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".new-", dir=cache.parent))
    try:
        columns = _Columns(name, folder / "vectors.npy", n_passages)
        lexical = LexicalIndex.build(columns.fill(rows), folder)
        segment = columns.to_segment(lexical)
        _save_rows(segment, folder)
        shutil.rmtree(cache, ignore_errors=True)
        with suppress(OSError):  # another process has derived the same meanwhile
            folder.replace(cache)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return segment


class _Columns:
    """A segment's arrays, filled row by row; that of the vectors is on disk from the first."""

    def __init__(self, name: str, vectors: Path, n_passages: int) -> None:
        self._name = name
        self._vectors_file = vectors
        self._vectors = np.zeros((0, 0), dtype=np.int8)
        self._scales = np.zeros(n_passages, dtype=np.float32)
        self._article_of = np.zeros(n_passages, dtype=np.int32)
        self._articles: dict[str, ArticleRow] = {}
        self._numbers: dict[str, int] = {}
        self._signatures: list[Signatures] = []
        self._passage_ids: list[str] = []
        self._vector_keys: list[str] = []

    def fill(self, rows: Iterable[tuple[PassageRow, Vectors]]) -> Iterator[str]:
        """Take in every row; yields the words to find it by."""
        texts: list[str] = []
        for at, (row, vector) in enumerate(rows):
            if at == len(self._scales):
                raise self._mismatch(f"more than {at}")
            if row.article.id not in self._numbers:
                self._sign(texts)
                self._numbers[row.article.id] = len(self._articles)
                self._articles[row.article.id] = row.article
            elif self._numbers[row.article.id] != len(self._articles) - 1:
                raise IndexMismatch(
                    f"segment {self._name} has passages of article {row.article.id} apart from one another; "
                    "run `newsdesk index drop` and then `newsdesk index build`"
                )
            texts.append(row.passage.text)
            self._article_of[at] = self._numbers[row.article.id]
            self._passage_ids.append(row.passage.id)
            self._vector_keys.append(row.vector_key)
            self._quantise(at, vector)
            yield f"{row.article.title}\n" * _TITLE_WEIGHT + row.passage.text
        self._sign(texts)
        if len(self._passage_ids) != len(self._scales):
            raise self._mismatch(f"{len(self._passage_ids)}")

    def to_segment(self, lexical: LexicalIndex) -> Segment:
        """The segment, once all is filled."""
        return Segment(
            name=self._name,
            articles=tuple(self._articles.values()),
            article_of=self._article_of,
            passage_ids=tuple(self._passage_ids),
            vector_keys=tuple(self._vector_keys),
            signatures=np.array(self._signatures, dtype=np.uint32).reshape(-1, N_PERMUTATIONS),
            vectors=self._vectors,
            scales=self._scales,
            lexical=lexical,
        )

    def _sign(self, texts: list[str]) -> None:
        if texts:
            self._signatures.append(sign_text("\n".join(texts)))
            texts.clear()

    def _quantise(self, at: int, vector: Vectors) -> None:
        if at == 0:
            shape = (len(self._scales), len(vector))
            self._vectors = np.lib.format.open_memmap(self._vectors_file, mode="w+", dtype=np.int8, shape=shape)
        self._scales[at] = max(np.abs(vector).max(initial=0), 1e-12) / _LARGEST
        self._vectors[at] = np.round(vector / self._scales[at])

    def _mismatch(self, found: str) -> IndexMismatch:
        return IndexMismatch(
            f"segment {self._name} holds {found} passages, not {len(self._scales)}; "
            "run `newsdesk index drop` and then `newsdesk index build`"
        )


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
    record = {
        "version": _VERSION,
        "articles": [astuple(article) for article in segment.articles],
        "passages": segment.passage_ids,
        "vector_keys": segment.vector_keys,
    }
    (folder / "rows.json").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
