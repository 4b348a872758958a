"""The records of the index, Article to Hit, and the protocols of its swappable parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Rows of unit length, shape (n, dim)."""

_NO_OUTLET = ("\x00",)


@dataclass(frozen=True, slots=True)
class Article:
    """One story, as its outlet published it.

    Attributes:
        published_at: Aware UTC; None where the source gives no date.
        language: BCP 47 code of the text, such as `en` or `zh`.
        paragraphs: The source's text with runs of whitespace collapsed, otherwise unchanged.
        changed_at: When it was first seen to say this, where it was seen to say something else before; else None.
    """

    id: str
    title: str
    source: str
    paragraphs: tuple[str, ...]
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    url: str = ""
    language: str = "en"
    section: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """Consecutive whole paragraphs of one article; or, of one that is too long, some sentences.

    Attributes:
        first: Number of its first paragraph, from 1.
        last: Number of its last paragraph, inclusive.
        start: Where the text begins in paragraph `first`; 0 unless that paragraph was split.
        text: Paragraphs parted by a blank line, without title or other context.
        partial: Whether it is a piece of one paragraph.
    """

    article_id: str
    first: int
    last: int
    text: str
    start: int = 0
    partial: bool = False

    @property
    def id(self) -> str:
        """`article_id:first-last`, with `@start` behind a piece of a paragraph."""
        piece = f"@{self.start}" if self.partial else ""
        return f"{self.article_id}:{self.first}-{self.last}{piece}"


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, with its article's metadata.

    Attributes:
        rank: From 1.
        score: How likely it is against the first, which has 1; comparable within one search only.
        vector_key: Names the passage's text as encoded, and so its vectors.
        copies: Ids of later articles with nearly the same text, collapsed into this one.
        similarity: Cosine of question and passage; None where it was not compared.
        dense_rank: Rank by meaning, from 1; None where not among the candidates.
        lexical_rank: Rank by words, from 1; None where not among the candidates.
        why: What its score is made of, by the names of `index.ranking`; `part` is the question's part that it fits,
            `reranker` the cross-encoder's log-odds.
    """

    rank: int
    score: float
    passage: Passage
    title: str
    source: str
    published_at: datetime | None
    url: str
    language: str
    vector_key: str = ""
    copies: tuple[str, ...] = ()
    similarity: float | None = None
    dense_rank: int | None = None
    lexical_rank: int | None = None
    why: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader restricts a search to; bounds are inclusive and aware, in the zone whose days they mean.

    Attributes:
        excluded: Outlets that are left out, also of those in `sources`.
    """

    since: datetime | None = None
    until: datetime | None = None
    as_of: datetime | None = None
    sources: tuple[str, ...] = ()
    language: str | None = None
    excluded: tuple[str, ...] = ()

    @property
    def newest(self) -> datetime | None:
        """The latest moment allowed, by `until` and `as_of` together."""
        return min((d for d in (self.until, self.as_of) if d is not None), default=None)

    def narrow(self, other: Filters) -> Filters:
        """What fits both: the stricter bounds, and the outlets that both name; no article where they share none."""
        return replace(
            self,
            since=max((d for d in (self.since, other.since) if d is not None), default=None),
            until=min((d for d in (self.until, other.until) if d is not None), default=None),
            as_of=min((d for d in (self.as_of, other.as_of) if d is not None), default=None),
            sources=_share(self.sources, other.sources),
            language=self.language or other.language,
            excluded=tuple(dict.fromkeys([*self.excluded, *other.excluded])),
        )


def _share(sources: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    if not sources or not others:
        return sources or others
    wanted = {name.casefold() for name in sources}
    return tuple(name for name in others if name.casefold() in wanted) or _NO_OUTLET


class Encoder(Protocol):
    """Texts to vectors."""

    @property
    def name(self) -> str:
        """The model, as the settings name it."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same text would get another vector."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """Tokens of one text that are read, special ones included; the rest would be cut off."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens in each text, without special ones."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed texts for cosine search; float32, shape (len(texts), dim), rows of unit length."""

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[Vectors, list[Vectors]]:
        """Embed texts, and half-open ranges of characters of each as the whole text makes them mean.

        Returns:
            The texts' vectors, shape (len(texts), dim), and for each text its ranges', shape (n, dim).
        """

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions, which some models read in another way than texts."""


class Reranker(Protocol):
    """Texts to how well they answer a question."""

    def score(self, question: str, texts: Sequence[str]) -> Sequence[float] | None:
        """How likely each text is to answer the question, as log-odds; None where that cannot be told."""
