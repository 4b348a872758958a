"""One generation opened for searching: its segments side by side as if they were one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
from chromadb.api.models.Collection import Collection as ChromaCollection
from numpy.typing import NDArray

from index.articles import UNDATED, ArticleChain, ArticleRow
from index.collection import fetch_passages, nearest
from index.copies import Signatures, group_copies
from index.lexical import inverse_document_frequency
from index.manifest import Manifest, SegmentRef
from index.recent import Recent
from index.segment import PassageRow, Segment, from_timestamp, in_zone_of, to_timestamp
from index.store import Store
from index.types import Filters, Vectors
from index.wording.outlets import Outlets

Mask = NDArray[np.bool_]
_FEW = 4
"""Where only one passage in so many is allowed, it is quicker to compare with each."""
_SPARE = 2
_MAX_KEPT = 4096


@dataclass(frozen=True, slots=True)
class _Part:
    """A segment's place among the rows of the generation."""

    ref: SegmentRef
    segment: Segment
    collection: ChromaCollection
    first_article: int
    first_passage: int

    @property
    def passages(self) -> slice:
        return slice(self.first_passage, self.first_passage + self.ref.n_passages)


class Generation:
    """A complete state of the index.

    Passages are known by their row, from 0 over all segments; removed articles keep their rows and
    are left out of every mask.
    """

    def __init__(self, store: Store, manifest: Manifest) -> None:
        self.manifest = manifest
        self.sentences = store.sentences
        """Vectors of the passages' sentences."""
        self._parts = _open_parts(store, manifest)
        self._read_lately: Recent[int, PassageRow] = Recent(_MAX_KEPT)
        self.articles = ArticleChain(p.segment.articles for p in self._parts)
        """Every article row, the removed ones included."""
        self.article_of = np.concatenate([p.segment.article_of.astype(np.int64) + p.first_article for p in self._parts])
        self._alive = np.concatenate([p.segment.articles.all_but(p.ref.removed) for p in self._parts])
        self.signatures: Signatures = self.articles.numbers("signature")
        """MinHash of each article row; shape (n_articles, 64)."""
        self.copy_groups = group_copies(self.signatures)
        """For each article row, the number of its group of near-identical articles."""
        self.published: NDArray[np.int64] = self.articles.numbers("published")
        """Timestamp of each article row, or UNDATED."""
        self._changed: NDArray[np.int64] = self.articles.numbers("changed")
        self.first_paragraphs = np.concatenate([p.segment.first_paragraphs for p in self._parts])
        """Number of the paragraph at which each passage begins, from 1."""

    @property
    def name(self) -> str:
        """The generation's name."""
        return self.manifest.generation

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """Outlets of the articles, sorted."""
        names, numbers = self._sources
        return tuple(names[n] for n in np.unique(numbers[self._alive]))

    @cached_property
    def outlets(self) -> Outlets:
        """The same, findable in a question."""
        return Outlets(self.sources)

    def is_of(self, sources: Collection[str]) -> Mask:
        """Which article rows are of some outlets, by their exact names."""
        return _is_among(self._sources, sources)

    @cached_property
    def _sources(self) -> tuple[list[str], NDArray[np.int64]]:
        return self.articles.names("source")

    @cached_property
    def _languages(self) -> tuple[list[str], NDArray[np.int64]]:
        return self.articles.names("language")

    @cached_property
    def newest(self) -> datetime | None:
        """When the newest dated article was published."""
        dated = self.published[self._alive & (self.published != UNDATED)]
        return from_timestamp(int(dated.max())) if len(dated) else None

    def allowed_articles(self, filters: Filters) -> Mask:
        """Which article rows a search may return; undated ones fit no date bound.

        An article that said something else at the moment that is asked for is left out.
        """
        allowed = self._alive.copy()
        if filters.since is not None:
            allowed &= in_zone_of(filters.since, self.published) >= to_timestamp(filters.since)
        if filters.newest is not None:
            allowed &= in_zone_of(filters.newest, self.published) <= to_timestamp(filters.newest)
            allowed &= self.published != UNDATED
        if filters.as_of is not None:
            allowed &= self._changed <= to_timestamp(filters.as_of)
        if filters.sources:
            allowed &= self.is_of(self._find_sources(filters.sources))
        if filters.excluded:
            allowed &= ~self.is_of(self._find_sources(filters.excluded))
        if filters.language is not None:
            allowed &= _is_among(self._languages, [filters.language])
        return allowed

    def _find_sources(self, names: Collection[str]) -> set[str]:
        """Outlets by their names in any case."""
        wanted = {name.casefold() for name in names}
        return {name for name in self._sources[0] if name.casefold() in wanted}

    def n_passages(self, filters: Filters) -> int:
        """How many passages a search may return."""
        return int(self.allowed_articles(filters)[self.article_of].sum())

    def among(self, article_ids: Collection[str]) -> Generation:
        """The same generation as if it held only some of its articles."""
        other = copy(self)
        other._alive = np.zeros_like(self._alive)
        rows = self.articles.find(article_ids)
        other._alive[rows] = self._alive[rows]
        for name in ("sources", "outlets", "newest"):
            other.__dict__.pop(name, None)
        return other

    def graphs(self) -> Iterator[tuple[ChromaCollection, Vectors]]:
        """The collections, each with the vector of one of its passages."""
        for part in self._parts:
            segment = part.segment
            yield part.collection, segment.vectors[0].astype(np.float32) * segment.scales[0]

    def search_dense(self, vector: Vectors, allowed: Mask, n: int) -> list[int]:
        """Rows of the nearest passages of the allowed articles, best first."""
        found: list[tuple[int, float]] = []
        for part in self._parts:
            found += self._search_part(part, vector, allowed[self.article_of[part.passages]], n)
        return [row for row, _ in sorted(found, key=lambda pair: -pair[1])[:n]]

    def _search_part(self, part: _Part, vector: Vectors, mask: Mask, n: int) -> list[tuple[int, float]]:
        """Ask Chroma where most passages are allowed, and drop the others; compare with each one where few are."""
        n_allowed = int(mask.sum())
        wanted = min(n, n_allowed)
        if not wanted:
            return []
        if n_allowed * _FEW <= len(mask):
            return _scan(part, vector, np.flatnonzero(mask), wanted)
        spare = 1 if n_allowed == len(mask) else _SPARE
        width = min(len(mask), spare * n * len(mask) // n_allowed)
        nearby = nearest(part.collection, vector, width)
        rows = part.segment.passage_ids.find([passage_id for passage_id, _ in nearby]).tolist()
        pairs = zip(rows, nearby, strict=True)
        found = [(part.first_passage + row, similarity) for row, (_, similarity) in pairs if row >= 0 and mask[row]]
        return found[:wanted] if len(found) >= wanted else _scan(part, vector, np.flatnonzero(mask), wanted)

    def similarities(self, vector: Vectors, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Cosine of a vector and of some passages, to about 0.002; shape (len(rows),)."""
        cosines = np.empty(len(rows), dtype=np.float32)
        for part in self._parts:
            own = (rows >= part.passages.start) & (rows < part.passages.stop)
            cosines[own] = part.segment.similarities(vector, rows[own] - part.first_passage)
        return cosines

    def match_words(self, weights: Mapping[str, float]) -> Iterator[tuple[str, NDArray[np.int64], NDArray[np.float32]]]:
        """For each token the rows of the passages that have it, and its BM25 in each.

        Args:
            weights: Tokens, each with its rarity as `idf` gives it.
        """
        for token, weight in weights.items():
            found = [(p.first_passage, *p.segment.lexical.postings(token, weight)) for p in self._parts]
            rows = np.concatenate([first + own.astype(np.int64) for first, own, _ in found])
            yield token, rows, np.concatenate([scores for _, _, scores in found])

    def idf(self, tokens: Sequence[str]) -> dict[str, float]:
        """Weight of each token by its rarity in the generation, removed passages not yet discounted."""
        n_passages = len(self.article_of)
        frequency = dict.fromkeys(tokens, 0)
        for part in self._parts:
            for token, n in part.segment.lexical.document_frequencies(frequency).items():
                frequency[token] += n
        return {t: inverse_document_frequency(n, n_passages) for t, n in frequency.items()}

    def passages(self, rows: Sequence[int]) -> dict[int, PassageRow]:
        """Stored passages by row; of those read lately Chroma is not asked again, 0.2 ms for each."""
        found = {row: passage for row in rows if (passage := self._read_lately.get(row))}
        for row, passage in self._fetch([row for row in rows if row not in found]):
            self._read_lately.put(row, passage)
            found[row] = passage
        return found

    def forget_passages(self) -> None:
        """Have Chroma asked again for every passage."""
        self._read_lately.clear()

    def _fetch(self, rows: Sequence[int]) -> Iterator[tuple[int, PassageRow]]:
        for part in self._parts:
            own = {
                part.segment.passage_ids[row - part.first_passage]: row
                for row in rows
                if part.passages.start <= row < part.passages.stop
            }
            if own:
                found = fetch_passages(part.collection, list(own))
                yield from ((own[passage_id], passage) for passage_id, passage in found.items())

    def article(self, article_id: str) -> ArticleRow:
        """What is known of an article by its id; KeyError where there is none."""
        return self.articles[self._row_of(article_id)]

    def paragraphs_of(self, article_id: str) -> dict[int, str]:
        """The paragraphs of an article as stored, by number."""
        return self.read_articles([article_id])[article_id]

    def read_articles(self, article_ids: Iterable[str]) -> dict[str, dict[int, str]]:
        """The same of several articles, for which Chroma is asked but once."""
        rows = {i: np.flatnonzero(self.article_of == self._row_of(i)).tolist() for i in article_ids}
        found = self.passages([row for own in rows.values() for row in own])
        return {i: _join_paragraphs(found[row] for row in own) for i, own in rows.items()}

    def _row_of(self, article_id: str) -> int:
        rows = [row for row in self.articles.find([article_id]) if self._alive[row]]
        if not rows:
            raise KeyError(article_id)
        return rows[0]


def _is_among(column: tuple[list[str], NDArray[np.int64]], wanted: Collection[str]) -> Mask:
    """Which rows have one of some names, in a column of `ArticleChain.names`."""
    names, numbers = column
    mask: Mask = np.isin(numbers, [n for n, name in enumerate(names) if name in wanted])
    return mask


def _join_paragraphs(rows: Iterable[PassageRow]) -> dict[int, str]:
    """The paragraphs of an article's passages by number; those split over passages put together."""
    paragraphs: dict[int, str] = {}
    for row in rows:
        passage = row.passage
        if passage.partial:
            before = paragraphs.get(passage.first, "")
            paragraphs[passage.first] = before.ljust(passage.start) + passage.text
        else:
            paragraphs |= dict(enumerate(passage.text.split("\n\n"), passage.first))
    return paragraphs


def _scan(part: _Part, vector: Vectors, rows: NDArray[np.int64], n: int) -> list[tuple[int, float]]:
    """The nearest of some rows of a segment, by comparing with each."""
    cosines = part.segment.similarities(vector, rows)
    top = np.argpartition(-cosines, n - 1)[:n]
    best = top[np.argsort(-cosines[top], kind="stable")]
    return [(part.first_passage + int(rows[i]), float(cosines[i])) for i in best]


def _open_parts(store: Store, manifest: Manifest) -> tuple[_Part, ...]:
    parts = []
    first_article = first_passage = 0
    for ref in manifest.segments:
        segment = store.segment(ref.name, ref.n_passages)
        collection = store.collection(ref.name)
        parts.append(_Part(ref, segment, collection, first_article, first_passage))
        first_article += len(segment.articles)
        first_passage += ref.n_passages
    return tuple(parts)
