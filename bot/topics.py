"""Which articles are on a topic, and which of them a reader is shown: the newest first, and of copies one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from index.articles import UNDATED, ArticleRow
from index.generation import Generation, Mask
from index.lexical import tokenize
from index.segment import from_timestamp
from index.sentences import split_sentences
from index.types import Vectors

_OF_WORDS = 0.5
_MIN_FIT = 0.8
"""How well an article on a topic fits it at least. Of 30 topics of the sample newsroom and its 69 articles, 93 per cent
of what fits is on the topic (42 of 45), and 45 per cent of what is on one fits; at 0.7 these are 84 and 55, at 0.6 70
and 61. What is missed does not name its topic, such as a cup final for `football`."""


@dataclass(frozen=True, slots=True)
class Story:
    """An article with what a list shows of it.

    Attributes:
        copies: Ids of the articles with nearly the same text, for which it stands.
        also_in: Other outlets that have one of them, sorted.
        opening: The first sentence, as stored.
    """

    article_id: str
    title: str
    source: str
    published_at: datetime | None
    url: str
    opening: str
    copies: tuple[str, ...] = ()
    also_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet with how many articles it has, and when the newest dated one was published."""

    name: str
    n_articles: int
    newest: datetime | None


def find_on_topic(generation: Generation, among: Mask, topic: str, vector: Vectors) -> Mask:
    """Which of some article rows are on a topic: it is near to a passage of theirs, and where they begin has its words.

    A word that only stands far down is a mention, as in a digest of the day's news.

    Args:
        vector: The topic embedded, shape (dim,).
    """
    weights = generation.idf(list(dict.fromkeys(tokenize(topic))))
    if not weights:
        return np.zeros_like(among)
    words = np.zeros(len(generation.article_of), dtype=np.float32)
    for token, having, _ in generation.match_words(weights):
        words[having] += np.float32(weights[token] / sum(weights.values()))
    words[generation.first_paragraphs > 1] = 0
    rows = np.flatnonzero(among[generation.article_of])
    articles = generation.article_of[rows]
    begins, near = np.zeros((2, len(among)), dtype=np.float32)
    np.maximum.at(begins, articles, words[rows])
    np.maximum.at(near, articles, generation.similarities(vector, rows))
    fits: Mask = near + _OF_WORDS * begins >= _MIN_FIT
    return fits


def list_newest(generation: Generation, wanted: Mask, n: int) -> list[Story]:
    """The newest `n` of some article rows, undated ones last; the earliest of near-identical ones stands for them."""
    groups: dict[int, list[int]] = {}
    for row, group in zip(np.flatnonzero(wanted).tolist(), generation.copy_groups[wanted].tolist(), strict=True):
        groups.setdefault(group, []).append(row)

    def appeared(rows: list[int]) -> int:
        moments = generation.published[rows]
        dated = moments[moments != UNDATED]
        return int(dated.min()) if len(dated) else UNDATED

    newest = sorted(groups.values(), key=appeared, reverse=True)[:n]
    stories = [[generation.articles[row] for row in rows] for rows in newest]
    return [_tell(generation, *sorted(s, key=lambda a: (a.published == UNDATED, a.published, a.id))) for s in stories]


def list_outlets(generation: Generation, wanted: Mask) -> list[Outlet]:
    """The outlets of some article rows, those with the most of them first."""
    names, numbers = generation.articles.names("source")
    n_articles = np.bincount(numbers[wanted], minlength=len(names))
    latest = np.full(len(names), UNDATED)
    np.maximum.at(latest, numbers[wanted], generation.published[wanted])
    found = [Outlet(names[n], int(n_articles[n]), from_timestamp(int(latest[n]))) for n in np.flatnonzero(n_articles)]
    return sorted(found, key=lambda outlet: (-outlet.n_articles, outlet.name))


def _tell(generation: Generation, first: ArticleRow, *others: ArticleRow) -> Story:
    return Story(
        article_id=first.id,
        title=first.title,
        source=first.source,
        published_at=from_timestamp(first.published),
        url=first.url,
        opening=_first_sentence(generation.paragraphs_of(first.id)[1]),
        copies=tuple(article.id for article in others),
        also_in=tuple(sorted({article.source for article in others} - {first.source})),
    )


def _first_sentence(paragraph: str) -> str:
    start, end = split_sentences(paragraph)[0]
    return paragraph[start:end]
