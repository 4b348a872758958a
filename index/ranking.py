"""What speaks for a passage as an answer to a question: a few features and their learnt weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from index.articles import UNDATED
from index.generation import Generation
from index.lexical import tokenize
from index.query import Period
from index.segment import in_zone_of, to_timestamp
from index.types import Filters, Vectors
from index.wording.quotes import share_quoted

Column = NDArray[np.float32]
"""A value for each candidate."""

RANK_WEIGHTS = {
    "words": 4.92,
    "meaning": 9.64,
    "coverage": 4.65,
    "numbers": 1.25,
    "names": 0.95,
    "quoted": 1.66,
    "article": 0.48,
    "lead": 0.4,
    "recent": 2.91,
    "recent and on topic": 1.75,
    "ahead": -1.87,
    "outlet": 3.92,
    "outlet and coverage": 6.63,
    "published then": 6.17,
    "happened then": 1.76,
}
"""Learnt by `python -m bot.evaluation.learn_ranking` on half of the development questions.

words: BM25 over the most that the question's words could give. meaning: cosine below the best candidate's.
coverage, numbers: share of the question's words, of its numbers, that passage and title have, by rarity.
names: share of its names that the article has. quoted: share of its quoted strings that stand in passage or title.
article: best BM25 of the article's passages over that of all.
lead: one over the number of its first paragraph. recent: falls from 1 with the article's age at the moment that
the question is about. ahead: published days after the question was asked.
outlet: of one that the question names. published then, happened then: of a time that it names.
"""

_RECENT_DAYS = 45.0
_FRESH_DAYS = 30.0
_AHEAD_DAYS = 1.5
_ECHO_DAYS = 7.0
_RECENT_PERIOD = timedelta(days=35)
_RECENT_END = timedelta(days=9)
_TWO_DAYS = timedelta(days=2)
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class View:
    """The question, or a part of it, as it is searched.

    Attributes:
        vector: The text embedded, shape (dim,).
        names: Names and numbers in it.
        quoted: Strings that it quotes.
        sources: Outlets that it names.
        periods: Times that it names, those within the last weeks left out.
        moment: What the newest articles should be closest to: when it is asked, or the time that it wants to know
            the state of, as in `by 17 March`; None where it speaks of another time, so that newer is not better.
    """

    text: str
    vector: Vectors
    names: tuple[str, ...]
    quoted: tuple[str, ...]
    sources: tuple[str, ...]
    periods: tuple[Period, ...]
    moment: datetime | None


@dataclass(frozen=True, slots=True)
class WordMatch:
    """How a view's words are met, for every passage and article of the generation.

    Attributes:
        scores: BM25 of each passage.
        coverage: For each passage, the rarity of the words that it has, summed.
        numbers: The same, of numbers alone.
        names: For each article, the same of names.
        totals: What scores' words, numbers and names could sum up to, by name.
    """

    scores: NDArray[np.float32]
    coverage: NDArray[np.float32]
    numbers: NDArray[np.float32]
    names: NDArray[np.float32]
    totals: Mapping[str, float]


def match_words(generation: Generation, view: View) -> WordMatch:
    """Look the view's words up, once, for all passages."""
    weights = generation.idf(list(dict.fromkeys(tokenize(view.text))))
    names = {token for name in view.names for token in tokenize(name)} & set(weights)
    numbers = {token for token in weights if any(c.isdigit() for c in token)}
    n_passages, n_articles = len(generation.article_of), len(generation.articles)
    scores, coverage, in_numbers = (np.zeros(n_passages, dtype=np.float32) for _ in range(3))
    in_names = np.zeros(n_articles, dtype=np.float32)
    for token, rows, bm25 in generation.match_words(weights):
        rarity = np.float32(weights[token])
        scores[rows] += bm25
        coverage[rows] += rarity
        if token in numbers:
            in_numbers[rows] += rarity
        if token in names:
            has = np.zeros(n_articles, dtype=np.bool_)
            has[generation.article_of[rows]] = True
            in_names[has] += rarity
    totals = {
        "words": sum(weights.values()),
        "numbers": sum(weights[t] for t in numbers),
        "names": sum(weights[t] for t in names),
    }
    return WordMatch(scores, coverage, in_numbers, in_names, totals)


def describe(
    generation: Generation, view: View, words: WordMatch, rows: NDArray[np.int64], similarities: Column, now: datetime
) -> dict[str, Column]:
    """The features of some candidates, in the order of RANK_WEIGHTS, each between about -1 and 1."""
    articles = generation.article_of[rows]
    published = generation.published[articles]
    of_article = np.zeros(len(generation.articles), dtype=np.float32)
    np.maximum.at(of_article, generation.article_of, words.scores)
    on_topic = of_article[articles] / max(float(of_article[articles].max(initial=0)), 1e-9)
    coverage = _share(words.coverage[rows], words.totals["words"])
    recent = _recency(generation, published, view.moment)
    outlet = generation.is_of(view.sources)[articles].astype(np.float32)
    return {
        "words": _share(words.scores[rows], words.totals["words"]),
        "meaning": similarities - similarities.max(initial=-1),
        "coverage": coverage,
        "numbers": _share(words.numbers[rows], words.totals["numbers"]),
        "names": _share(words.names[articles], words.totals["names"]),
        "quoted": _have_quoted(generation, view.quoted, rows),
        "article": on_topic,
        "lead": (1 / generation.first_paragraphs[rows]).astype(np.float32),
        "recent": recent,
        "recent and on topic": recent * on_topic,
        "ahead": (published > now.timestamp() + _AHEAD_DAYS * _DAY_S).astype(np.float32),
        "outlet": outlet,
        "outlet and coverage": outlet * coverage,
        "published then": _fits(published, [p for p in view.periods if p.published]),
        "happened then": _fits(published, [p for p in view.periods if not p.published]),
    }


def weigh(features: Mapping[str, Column], weights: Mapping[str, float]) -> Column:
    """The candidates' scores; features without a weight do not count."""
    columns = [np.float32(weight) * features[name] for name, weight in weights.items()]
    total: Column = np.sum(columns, axis=0, dtype=np.float32)
    return total


def find_moment(periods: Sequence[Period], is_past: bool, now: datetime) -> datetime | None:
    """What newer is measured from: now, or the end of `by 17 March`; None where it `is_past` or names other times."""
    if is_past:
        return None
    named = [p for p in periods if p.published or not _is_recent(p, now)]
    if len(named) == 1 and named[0].since is None and not named[0].published:
        return named[0].until
    return None if named else now


def is_telling(period: Period, now: datetime) -> bool:
    """Whether it tells more than what any question is taken to be about, the last weeks: `this week` does not."""
    if period.published or not _is_recent(period, now):
        return True
    is_day = period.since and period.until and period.until - period.since < _TWO_DAYS
    return bool(is_day and period.until and period.until < now)


def _is_recent(period: Period, now: datetime) -> bool:
    if period.since is None:
        return False
    return period.since >= now - _RECENT_PERIOD and (period.until is None or period.until >= now - _RECENT_END)


def _share(part: Column, total: float) -> Column:
    return part / np.float32(total) if total > 0 else np.zeros_like(part)


def _have_quoted(generation: Generation, quoted: Sequence[str], rows: NDArray[np.int64]) -> Column:
    """The share of some strings that each passage or its title has; texts without the words of any are not read."""
    shares = np.zeros(len(rows), dtype=np.float32)
    likely = np.zeros(len(rows), dtype=np.bool_)
    for words in quoted:
        tokens = generation.idf(list(dict.fromkeys(tokenize(words))))
        n_had = np.zeros(len(generation.article_of), dtype=np.int64)
        for _, having, _ in generation.match_words(tokens):
            n_had[having] += 1
        likely |= n_had[rows] == len(tokens)
    stored = generation.passages(rows[likely].tolist())
    for i in np.flatnonzero(likely):
        row = stored[int(rows[i])]
        shares[i] = share_quoted(quoted, f"{row.article.title}\n{row.passage.text}")
    return shares


def _recency(generation: Generation, published: NDArray[np.int64], at: datetime | None) -> Column:
    """How new the articles were at a moment; nothing without one, or where the index ends weeks before it."""
    if at is None:
        return np.zeros(len(published), dtype=np.float32)
    moment = at.timestamp()
    dated = generation.published[generation.allowed_articles(Filters())]
    known = dated[dated <= moment + _AHEAD_DAYS * _DAY_S]
    if not len(known) or known.max() < moment - _FRESH_DAYS * _DAY_S:
        return np.zeros(len(published), dtype=np.float32)
    age = (moment - published.astype(np.float64)) / _DAY_S
    recency = np.exp(-np.maximum(age, 0) / _RECENT_DAYS)
    recency[(published == UNDATED) | (age < -_AHEAD_DAYS)] = 0
    return recency.astype(np.float32)


def _fits(published: NDArray[np.int64], periods: list[Period]) -> Column:
    """1 for articles of a period, less the later they came after it if it is of what happened."""
    fit = np.zeros(len(published), dtype=np.float32)
    for period in periods:
        bound = period.since or period.until
        days = published if bound is None else in_zone_of(bound, published)
        first = -np.inf if period.since is None else to_timestamp(period.since)
        last = np.inf if period.until is None else to_timestamp(period.until)
        late = np.maximum(days.astype(np.float64) - last, 0) / _DAY_S
        inside = (days >= first) & (published != UNDATED)
        echo = late <= 0 if period.published else np.exp(-late / _ECHO_DAYS)
        fit = np.maximum(fit, np.where(inside, echo, 0).astype(np.float32))
    return fit
