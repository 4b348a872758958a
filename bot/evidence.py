"""Hits to the sentences that answer, and how sure one can be that they do."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.asked import AnswerKind, classify_question, find_answers
from index.lexical import tokenize
from index.passages import passage_sentences
from index.types import Hit, Vectors

MAX_SENTENCES = 4
_MANY_ANSWERS = 3
_MIN_SHORT_NAME = 4
_MANY_WORDS = 15
_FAR_DOWN = 100
_LONG_SENTENCE = 240
_MARGIN = 3.0
_SAME_SENTENCE = 0.7

SENTENCE_WEIGHTS = {
    "meaning": 10.6,
    "passage": 2.32,
    "words": 2.45,
    "around": 5.61,
    "kind": 2.28,
    "length": 0.08,
    "rank": 0.45,
}
"""Learnt by `python -m bot.evaluation.calibrate` on half of the development questions."""
CONFIDENCE_WEIGHTS = {
    "bias": -5.19,
    "meaning": 1.57,
    "sentence": 1.63,
    "words": 1.22,
    "names": 0.59,
    "agreement": 1.63,
    "kind": -0.17,
    "asked": 2.16,
}
"""Learnt by the same script."""
CONFIDENCE_THRESHOLD = 0.226
"""Below it a question counts as not covered; chosen by the same script."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a paragraph that bears on the question.

    Attributes:
        hit: Where it was found.
        paragraph: Its paragraph's number in the article, from 1.
        start: Where it begins in that paragraph.
        features: What it was scored by, each from 0 to 1.
    """

    hit: Hit
    paragraph: int
    start: int
    text: str
    score: float
    features: Mapping[str, float]
    highlights: tuple[tuple[int, int], ...] = ()

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
    """

    text: str
    vector: Vectors
    weights: Mapping[str, float]
    names: frozenset[str]
    kind: AnswerKind

    def coverage(self, tokens: set[str]) -> float:
        """Share of the question's weight that some tokens cover, from 0 to 1; a name may begin a longer one."""
        total = sum(self.weights.values())
        return sum(w for t, w in self.weights.items() if self._covers(t, tokens)) / total if total else 0.0

    def _covers(self, token: str, tokens: set[str]) -> bool:
        if token in tokens:
            return True
        short_name = token in self.names and len(token) >= _MIN_SHORT_NAME and token.isalpha()
        return short_name and any(t.startswith(token) for t in tokens)


def understand(text: str, vector: Vectors, weights: Mapping[str, float]) -> AskedFor:
    """Prepare a question for weighing evidence."""
    words = text.split()
    names = {
        token
        for i, word in enumerate(words)
        if any(c.isdigit() for c in word) or (i and word.strip("“\"‘'(")[:1].isupper())
        for token in tokenize(word)
    }
    return AskedFor(text, vector, weights, frozenset(names & set(weights)), classify_question(text))


def find_evidence(asked: AskedFor, hits: Sequence[Hit], vectors: Sequence[Vectors]) -> list[Evidence]:
    """Sentences of the hits, the likeliest answer first.

    Args:
        vectors: For each hit, its sentences' vectors in order.
    """
    sentences = _drop_repeats(_weigh_sentences(asked, hits, vectors))
    return sorted(sentences, key=lambda e: -e.score)


def choose_sentences(evidence: Sequence[Evidence]) -> list[Evidence]:
    """At most four sentences to quote: the best, then the others in reading order."""
    chosen: list[Evidence] = []
    for e in evidence:
        near = not chosen or e.score >= chosen[0].score - _MARGIN
        if near and not any(_says_the_same(e, other) for other in chosen):
            chosen.append(e)
        if len(chosen) == MAX_SENTENCES:
            break
    best_rank: dict[str, int] = {}
    for e in chosen:
        article_id = e.hit.passage.article_id
        best_rank[article_id] = min(e.hit.rank, best_rank.get(article_id, e.hit.rank))
    return chosen[:1] + sorted(chosen[1:], key=lambda e: (best_rank[e.hit.passage.article_id], e.paragraph, e.start))


def confidence_features(asked: AskedFor, hits: Sequence[Hit], evidence: Sequence[Evidence]) -> dict[str, float]:
    """What tells an answerable question from another, each from 0 to 1."""
    passages = [set(tokenize(f"{h.title} {h.passage.text}")) for h in hits[:5]]
    best = max(passages, key=asked.coverage, default=set())
    return {
        "meaning": max((h.similarity or 0.0 for h in hits), default=0.0),
        "sentence": max((e.features["meaning"] for e in evidence), default=0.0),
        "words": asked.coverage(best),
        "names": len(asked.names & best) / len(asked.names) if asked.names else 0.5,
        "agreement": _agreement(hits[0]) if hits else 0.0,
        "kind": float(any(e.features["kind"] > 0 for e in evidence[:2])),
        "asked": min(len(asked.weights), _MANY_WORDS) / _MANY_WORDS,
    }


def _agreement(hit: Hit) -> float:
    """1 for what is first by meaning and by words, near 0 for what is far down in both."""
    ranks = (hit.dense_rank or _FAR_DOWN, hit.lexical_rank or _FAR_DOWN)
    return sum(1 / rank for rank in ranks) / len(ranks)


def estimate_confidence(features: Mapping[str, float]) -> float:
    """Probability that the articles answer the question, calibrated on development questions."""
    z = CONFIDENCE_WEIGHTS["bias"] + sum(CONFIDENCE_WEIGHTS[name] * x for name, x in features.items())
    return 1 / (1 + math.exp(-z))


def paragraph_of(hit: Hit, number: int) -> str:
    """A paragraph of a hit; of one that is longer than a passage, the piece that was found."""
    passage = hit.passage
    return passage.text if passage.partial else passage.text.split("\n\n")[number - passage.first]


def _weigh_sentences(asked: AskedFor, hits: Sequence[Hit], vectors: Sequence[Vectors]) -> Iterator[Evidence]:
    for hit, own_vectors in zip(hits, vectors, strict=True):
        title = set(tokenize(hit.title))
        similarities = own_vectors @ asked.vector
        around: dict[int, float] = {}
        for span, similarity in zip(passage_sentences(hit.passage), similarities, strict=True):
            if span.paragraph not in around:
                paragraph = paragraph_of(hit, span.paragraph)
                around[span.paragraph] = asked.coverage(title | set(tokenize(paragraph)))
            text = hit.passage.text[span.start : span.end]
            answers = find_answers(asked.kind, text, frozenset(asked.weights))
            features = {
                "meaning": max(0.0, float(similarity)),
                "passage": max(0.0, hit.similarity or 0.0),
                "words": asked.coverage(set(tokenize(text))),
                "around": around[span.paragraph],
                "kind": min(len(answers), _MANY_ANSWERS) / _MANY_ANSWERS,
                "length": min(len(text), _LONG_SENTENCE) / _LONG_SENTENCE,
                "rank": 1 / hit.rank,
            }
            score = sum(SENTENCE_WEIGHTS[name] * x for name, x in features.items())
            yield Evidence(hit, span.paragraph, span.in_paragraph, text, score, features, tuple(answers))


def _drop_repeats(sentences: Iterator[Evidence]) -> Iterator[Evidence]:
    seen: set[str] = set()
    for evidence in sentences:
        if evidence.text not in seen:
            seen.add(evidence.text)
            yield evidence


def _says_the_same(a: Evidence, b: Evidence) -> bool:
    first, second = set(tokenize(a.text)), set(tokenize(b.text))
    return len(first & second) >= _SAME_SENTENCE * max(1, min(len(first), len(second)))
