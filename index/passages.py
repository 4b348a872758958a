"""Article to passages: whole paragraphs up to the encoder's length."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from index.sentences import split_sentences
from index.types import Article, Passage

CountTokens = Callable[[Sequence[str]], list[int]]

_SPECIAL_TOKENS = 2
_MAX_TITLE_CHARS = 200


class Dated(Protocol):
    """What an article's context is made of: an Article, or a Hit of one."""

    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def published_at(self) -> datetime | None: ...  # noqa: D102


def article_context(article: Dated) -> str:
    """What stands before every passage of an article when it is encoded: title, outlet and day."""
    day = "" if article.published_at is None else f", {article.published_at:%-d %B %Y}"
    return f"{article.title[:_MAX_TITLE_CHARS]}\n{article.source[:_MAX_TITLE_CHARS]}{day}\n"


@dataclass(frozen=True, slots=True)
class SentenceSpan:
    """A sentence of a passage.

    Attributes:
        paragraph: Number of its paragraph in the article, from 1.
        start: Where it begins in the passage's text.
        end: Where it ends there, exclusive.
        in_paragraph: Where it begins in its paragraph.
    """

    paragraph: int
    start: int
    end: int
    in_paragraph: int


@lru_cache(maxsize=512)
def passage_sentences(passage: Passage) -> tuple[SentenceSpan, ...]:
    """The sentences of a passage, in order; the same for the build that embeds them as for every question."""
    spans: list[SentenceSpan] = []
    at = 0
    paragraphs = [passage.text] if passage.partial else passage.text.split("\n\n")
    for number, paragraph in enumerate(paragraphs, passage.first):
        for a, b in split_sentences(paragraph):
            spans.append(SentenceSpan(number, at + a, at + b, passage.start + a))
        at += len(paragraph) + 2
    return tuple(spans)


def split_article(article: Article, count_tokens: CountTokens, max_tokens: int) -> list[Passage]:
    """Passages of consecutive whole paragraphs that the encoder reads to the end, context included.

    Only a paragraph that is too long by itself is split, at its sentences; a sentence that is too
    long even so, at words.
    """
    context, *counts = count_tokens([article_context(article), *article.paragraphs])
    budget = max(max_tokens - _SPECIAL_TOKENS - context, max_tokens // 4)
    passages: list[Passage] = []
    group = _Group(article, budget)
    for number, (text, n_tokens) in enumerate(zip(article.paragraphs, counts, strict=True), 1):
        if n_tokens > budget:
            passages += group.close()
            passages += _split_paragraph(article.id, number, text, count_tokens, budget)
        else:
            passages += group.add(number, n_tokens)
    return passages + group.close()


@dataclass(slots=True)
class _Group:
    """Paragraphs on their way into one passage."""

    article: Article
    budget: int
    first: int = 0
    last: int = 0
    n_tokens: int = 0

    def add(self, number: int, n_tokens: int) -> list[Passage]:
        """Take a paragraph; returns the passage that it no longer fitted into."""
        closed = self.close() if self.first and self.n_tokens + n_tokens > self.budget else []
        self.first = self.first or number
        self.last = number
        self.n_tokens += n_tokens
        return closed

    def close(self) -> list[Passage]:
        """The passage so far, if any."""
        if not self.first:
            return []
        text = "\n\n".join(self.article.paragraphs[self.first - 1 : self.last])
        passage = Passage(self.article.id, self.first, self.last, text)
        self.first = self.last = self.n_tokens = 0
        return [passage]


def _split_paragraph(
    article_id: str, number: int, text: str, count_tokens: CountTokens, budget: int
) -> Iterator[Passage]:
    ranges = list(_fitting_ranges(text, count_tokens, budget))
    counts = count_tokens([text[a:b] for a, b in ranges])
    start, used = ranges[0][0], 0
    end = start
    for (a, b), n_tokens in zip(ranges, counts, strict=True):
        if used and used + n_tokens > budget:
            yield Passage(article_id, number, number, text[start:end], start, partial=True)
            start, used = a, 0
        end, used = b, used + n_tokens
    yield Passage(article_id, number, number, text[start:end], start, partial=True)


def _fitting_ranges(text: str, count_tokens: CountTokens, budget: int) -> Iterator[tuple[int, int]]:
    sentences = split_sentences(text)
    counts = count_tokens([text[a:b] for a, b in sentences])
    for (a, b), n_tokens in zip(sentences, counts, strict=True):
        if n_tokens <= budget:
            yield a, b
        else:
            yield from _halves(text, a, b, count_tokens, budget)


def _halves(text: str, a: int, b: int, count_tokens: CountTokens, budget: int) -> Iterator[tuple[int, int]]:
    """Cut a range in two, at a space where there is one, until each part fits."""
    if b - a < 2 or count_tokens([text[a:b]])[0] <= budget:
        yield a, b
        return
    middle = (a + b) // 2
    space = text.find(" ", middle, b - 1)
    if space == -1:
        space = text.rfind(" ", a + 1, middle)
    cut, after = (middle, middle) if space == -1 else (space, space + 1)
    yield from _halves(text, a, cut, count_tokens, budget)
    yield from _halves(text, after, b, count_tokens, budget)
