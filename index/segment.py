"""One segment's rows, mapped from the disk: what filters, ranking and the next build need to know of each passage.

All of it is derived from the segment's Chroma collection and cached beside it on this machine.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from index.articles import UNDATED, ArticleRow, Articles, write_articles
from index.copies import Signatures, sign_text
from index.errors import IndexMismatch
from index.lexical import LexicalIndex
from index.strings import Strings, write_strings
from index.types import Passage, Vectors

_VERSION = 3
_LARGEST = np.float32(127)
_BLOCK = 4096
_TITLE_WEIGHT = 2
_DAY_S = 86_400
_NUMBERS = np.dtype([("article", np.int32), ("first", np.int32), ("scale", np.float32)])


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
        passage_ids: For each passage, its id in Chroma.
        vector_keys: For each passage, the key of its vector.
        vectors: Vector of each passage, a byte for each component; shape (n_passages, dim).
        scales: What each of them is to be multiplied by; shape (n_passages,).
        article_of: For each passage, the row of its article; shape (n_passages,).
        first_paragraphs: Number of the paragraph at which each passage begins, from 1; shape (n_passages,).
    """

    name: str
    articles: Articles
    passage_ids: Strings
    vector_keys: Strings
    vectors: NDArray[np.int8]
    scales: NDArray[np.float32]
    article_of: NDArray[np.int32]
    first_paragraphs: NDArray[np.int32]
    lexical: LexicalIndex

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
        OSError: The disk is full.
    """
    cache.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".new-{cache.name}-", dir=cache.parent))
    try:
        _Columns(name, n_passages).write(rows, folder)
        segment = _map_segment(name, folder, n_passages)
        shutil.rmtree(cache, ignore_errors=True)
        with suppress(OSError):  # another process has derived the same meanwhile
            folder.replace(cache)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return segment


class _Columns:
    """What is kept of the passages until all of them were read."""

    def __init__(self, name: str, n_passages: int) -> None:
        self._name = name
        self._numbers = np.zeros(n_passages, dtype=_NUMBERS)
        self._articles: dict[str, ArticleRow] = {}
        self._signatures: list[Signatures] = []
        self._passage_ids: list[str] = []
        self._vector_keys: list[str] = []

    def write(self, rows: Iterable[tuple[PassageRow, Vectors]], folder: Path) -> None:
        """Read all and write all files of the segment."""
        with (folder / "vectors.npy").open("wb") as vectors:
            LexicalIndex.build(self._read(rows, vectors), folder)
        sources, languages = write_articles(folder, list(self._articles.values()), self._signatures)
        write_strings(folder / "passages", self._passage_ids)
        write_strings(folder / "keys", self._vector_keys)
        np.save(folder / "numbers.npy", self._numbers)
        record = {"version": _VERSION, "sources": sources, "languages": languages}
        (folder / "segment.json").write_text(json.dumps(record), encoding="utf-8")

    def _read(self, rows: Iterable[tuple[PassageRow, Vectors]], vectors: BinaryIO) -> Iterator[str]:
        """Take in every row; yields the words to find it by."""
        texts: list[str] = []
        article_id = None
        for at, (row, vector) in enumerate(rows):
            if at == len(self._numbers):
                raise self._mismatch(f"more than {at}")
            if row.article.id != article_id:
                self._sign(texts)
                self._begin(row.article)
                article_id = row.article.id
            texts.append(row.passage.text)
            self._passage_ids.append(row.passage.id)
            self._vector_keys.append(row.vector_key)
            if at == 0:
                shape = {"descr": "|i1", "fortran_order": False, "shape": (len(self._numbers), len(vector))}
                np.lib.format.write_array_header_1_0(vectors, shape)
            scale = max(np.abs(vector).max(initial=0), 1e-12) / _LARGEST
            vectors.write(np.round(vector / scale).astype(np.int8).tobytes())
            self._numbers[at] = (len(self._articles) - 1, row.passage.first, scale)
            yield f"{row.article.title}\n" * _TITLE_WEIGHT + row.passage.text
        self._sign(texts)
        if len(self._passage_ids) != len(self._numbers):
            raise self._mismatch(f"{len(self._passage_ids)}")

    def _begin(self, article: ArticleRow) -> None:
        if article.id in self._articles:
            raise IndexMismatch(
                f"segment {self._name} has passages of article {article.id} apart from one another; "
                "run `newsdesk index drop` and then `newsdesk index build`"
            )
        self._articles[article.id] = article

    def _sign(self, texts: list[str]) -> None:
        if texts:
            self._signatures.append(sign_text("\n".join(texts)))
            texts.clear()

    def _mismatch(self, found: str) -> IndexMismatch:
        return IndexMismatch(
            f"segment {self._name} holds {found} passages, not {len(self._numbers)}; "
            "run `newsdesk index drop` and then `newsdesk index build`"
        )


def load_segment(name: str, cache: Path, n_passages: int) -> Segment | None:
    """The cached segment, or None where the cache is missing, old or not whole."""
    try:
        return _map_segment(name, cache, n_passages)
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None


def _map_segment(name: str, folder: Path, n_passages: int) -> Segment:
    record = json.loads((folder / "segment.json").read_text(encoding="utf-8"))
    if record["version"] != _VERSION:
        raise ValueError(f"{folder}: of another version")
    vectors, numbers = (np.asarray(np.load(folder / f"{n}.npy", mmap_mode="r")) for n in ("vectors", "numbers"))
    segment = Segment(
        name=name,
        articles=Articles.open(folder, record["sources"], record["languages"]),
        passage_ids=Strings.open(folder / "passages"),
        vector_keys=Strings.open(folder / "keys"),
        vectors=vectors,
        scales=numbers["scale"],
        article_of=numbers["article"],
        first_paragraphs=numbers["first"],
        lexical=LexicalIndex.open(folder, n_passages),
    )
    if {len(c) for c in (vectors, numbers, segment.passage_ids, segment.vector_keys)} != {n_passages}:
        raise ValueError(f"{folder}: not of {n_passages} passages")
    return segment


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
