"""Hits to the sentences that answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise, repeat

import numpy as np

from bot.asked import AnswerKind, classify_question, find_answers
from bot.pronouns import begins_with_pronoun
from index.lexical import tokenize, tokens_of
from index.passages import passage_sentences
from index.query import Query
from index.ranking import find_moment
from index.types import Hit, Vectors

MAX_SENTENCES = 4
_MANY_ANSWERS = 3
_MIN_SHORT_NAME = 4
_MARGIN = 6.0
_MARGIN_ELSEWHERE = 1.5
_LOG_ODDS = 10.0
_OLD = timedelta(days=14)
_AHEAD = timedelta(days=1.5)
_SAME_SENTENCE = 0.7
_CLOSING = "\"'”’」』)） "

Idf = Callable[[Sequence[str]], Mapping[str, float]]

SENTENCE_WEIGHTS = {
    "meaning": 11.73,
    "words": 1.6,
    "around": 2.99,
    "title": 2.62,
    "before": 2.23,
    "kind": 1.91,
    "asks": -2.92,
    "hit": 1.44,
    "age": -2.79,
}
"""Learnt by `python -m bot.evaluation.calibrate` on half of the development questions.

meaning: cosine to the question. words: share of the question's words, by rarity, that the sentence has. around: the
same of its paragraph and title. title: share of the title's words that were not asked for. before: cosine of the
sentence before it. kind: how many spans of the kind that is asked for it has, of three. asks: it is a question itself.
hit: log-odds of its passage below the best, by ten. age: of its article, in days before the question's moment, of
fourteen; nothing where it asks of another time.
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a paragraph that bears on the question.

    Attributes:
        hit: Where it was found.
        paragraph: Its paragraph's number in the article, from 1.
        start: Where it begins in that paragraph.
        features: What it was scored by, each from -1 to 1.
    """

    hit: Hit
    paragraph: int
    start: int
    text: str
    score: float
    features: Mapping[str, float]
    highlights: tuple[tuple[int, int], ...] = ()

    @property
    def undated_score(self) -> float:
        """The score but for the article's age."""
        return self.score - SENTENCE_WEIGHTS["age"] * self.features["age"]

    @property
    def paragraph_text(self) -> str:
        """Its paragraph; of one that is longer than a passage, the piece that was found."""
        return paragraph_of(self.hit, self.paragraph)


@dataclass(frozen=True, slots=True)
class AskedFor:
    """A question as evidence is weighed against it.

    Attributes:
        vector: The question embedded, shape (dim,).
        weights: Its tokens, each with its rarity in the index.
        names: Those tokens that are part of a name or number.
        moment: What the age of articles is measured from; None where that does not count.
    """

    text: str
    vector: Vectors
    weights: Mapping[str, float]
    names: frozenset[str]
    kind: AnswerKind
    moment: datetime | None

    def coverage(self, tokens: Collection[str]) -> float:
        """Share of the question's weight that some tokens cover, from 0 to 1; a name may begin a longer one."""
        total = sum(self.weights.values())
        if not total:
            return 0.0
        return sum([w for t, w in self.weights.items() if t in tokens or self._begins(t, tokens)]) / total

    def age(self, published_at: datetime | None) -> float:
        """Days from an article to the moment, of fourteen; 1 for one that is older, later or has no date."""
        if self.moment is None:
            return 0.0
        if published_at is None or published_at > self.moment + _AHEAD:
            return 1.0
        return min(max((self.moment - published_at) / _OLD, 0.0), 1.0)

    def _begins(self, token: str, tokens: Collection[str]) -> bool:
        if token not in self.names or len(token) < _MIN_SHORT_NAME or not token.isalpha():
            return False
        return any(map(str.startswith, tokens, repeat(token)))


def understand(text: str, vector: Vectors, weights: Mapping[str, float], moment: datetime | None) -> AskedFor:
    """Prepare a question for weighing evidence; the arguments are the fields of AskedFor."""
    words = text.split()
    names = {
        token
        for i, word in enumerate(words)
        if any(c.isdigit() for c in word) or (i and word.strip("“\"‘'(")[:1].isupper())
        for token in tokenize(word)
    }
    return AskedFor(text, vector, weights, frozenset(names & set(weights)), classify_question(text), moment)


def measure_from(query: Query, now: datetime) -> datetime | None:
    """What the age of articles is measured from; None where a time is named that is over, be it lately."""
    moment = find_moment(query.periods, query.is_past, now)
    is_over = any(period.until and period.until < now for period in query.periods)
    return None if is_over and moment == now else moment


def find_evidence(asked: AskedFor, hits: Sequence[Hit], vectors: Sequence[Vectors], idf: Idf) -> list[Evidence]:
    """Sentences of the hits, the likeliest answer first.

    Args:
        vectors: For each hit, its sentences' vectors in order.
        idf: Tells the rarity of tokens in the index.
    """
    rarity = idf(list(dict.fromkeys(token for hit in hits for token in tokens_of(hit.title))))
    sentences = sorted(_weigh_sentences(asked, hits, vectors, rarity), key=lambda e: -e.score)
    return list(_drop_repeats(sentences))


def choose_sentences(evidence: Sequence[Evidence]) -> list[Evidence]:
    """At most four sentences to quote: the best, then the others in reading order.

    What another article says has to be nearly as good as the best: it is the likelier to be beside the point. One that
    begins with a pronoun is quoted with those before it, back to one that stands by itself, or not at all; those before
    the best come right behind it.
    """
    chosen: list[Evidence] = []
    before = _sentences_before(evidence)
    for e in evidence:
        margin = _MARGIN if e.hit.passage.article_id == evidence[0].hit.passage.article_id else _MARGIN_ELSEWHERE
        if e.score < evidence[0].score - margin or any(_says_the_same(e, other) for other in chosen):
            continue
        wanted = [e, *(c for c in _context(e, before) if c not in chosen)]
        if not chosen:
            chosen = wanted[:MAX_SENTENCES]
            n_leading = len(chosen)
        elif len(chosen) + len(wanted) <= MAX_SENTENCES:
            chosen += wanted
        if len(chosen) == MAX_SENTENCES:
            break
    best_rank: dict[str, int] = {}
    for e in chosen:
        article_id = e.hit.passage.article_id
        best_rank[article_id] = min(e.hit.rank, best_rank.get(article_id, e.hit.rank))

    def reading_order(e: Evidence) -> tuple[int, int, int]:
        return best_rank[e.hit.passage.article_id], e.paragraph, e.start

    if not chosen:
        return []
    return [chosen[0], *sorted(chosen[1:n_leading], key=reading_order), *sorted(chosen[n_leading:], key=reading_order)]


def paragraph_of(hit: Hit, number: int) -> str:
    """A paragraph of a hit; of one that is longer than a passage, the piece that was found."""
    passage = hit.passage
    return passage.text if passage.partial else passage.text.split("\n\n")[number - passage.first]


def _weigh_sentences(
    asked: AskedFor, hits: Sequence[Hit], vectors: Sequence[Vectors], rarity: Mapping[str, float]
) -> Iterator[Evidence]:
    for hit, own_vectors in zip(hits, vectors, strict=True):
        title = set(tokens_of(hit.title))
        more = {token: rarity[token] for token in title - asked.weights.keys()}
        all_of_more = sum(more.values()) or 1.0
        similarities = np.maximum(own_vectors @ asked.vector, 0).tolist()
        age = asked.age(hit.published_at)
        below_best = max(-1.0, math.log(max(hit.score, 1e-9)) / _LOG_ODDS)
        around: dict[int, float] = {}
        for n, span in enumerate(passage_sentences(hit.passage)):
            if span.paragraph not in around:
                paragraph = paragraph_of(hit, span.paragraph)
                around[span.paragraph] = asked.coverage(title | set(tokens_of(paragraph)))
            text = hit.passage.text[span.start : span.end]
            tokens = set(tokens_of(text))
            answers = find_answers(asked.kind, text, frozenset(asked.weights))
            features = {
                "meaning": similarities[n],
                "words": asked.coverage(tokens),
                "around": around[span.paragraph],
                "title": sum(w for token, w in more.items() if token in tokens) / all_of_more,
                "before": similarities[n - 1] if n else 0.0,
                "kind": min(len(answers), _MANY_ANSWERS) / _MANY_ANSWERS,
                "asks": float(text.rstrip(_CLOSING).endswith(("?", "？"))),
                "hit": below_best,
                "age": age,
            }
            score = sum(SENTENCE_WEIGHTS[name] * x for name, x in features.items())
            yield Evidence(hit, span.paragraph, span.in_paragraph, text, score, features, tuple(answers))


def _place(e: Evidence) -> tuple[str, int, int]:
    return e.hit.passage.article_id, e.paragraph, e.start


def _sentences_before(evidence: Sequence[Evidence]) -> dict[tuple[str, int, int], Evidence]:
    """For the place of each sentence, the one before it in its passage."""
    ordered = sorted(evidence, key=_place)
    return {_place(b): a for a, b in pairwise(ordered) if a.hit is b.hit}


def _context(e: Evidence, before: Mapping[tuple[str, int, int], Evidence]) -> Iterator[Evidence]:
    """The sentences before one that begins with a pronoun, back to the first that does not."""
    while begins_with_pronoun(e.text) and (earlier := before.get(_place(e))):
        yield earlier
        e = earlier


def _drop_repeats(sentences: Iterable[Evidence]) -> Iterator[Evidence]:
    seen: set[str] = set()
    for evidence in sentences:
        if evidence.text not in seen:
            seen.add(evidence.text)
            yield evidence


def _says_the_same(a: Evidence, b: Evidence) -> bool:
    first, second = set(tokens_of(a.text)), set(tokens_of(b.text))
    return len(first & second) >= _SAME_SENTENCE * max(1, min(len(first), len(second)))
