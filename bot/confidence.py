"""How sure one can be that the articles answer a question."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from bot.evidence import AskedFor, Evidence
from index.lexical import tokens_of
from index.types import Hit

_MANY_WORDS = 15
_N_READ = 5
_FEWEST, _MOST = 100, 30_000

CONFIDENCE_WEIGHTS = {
    "bias": -13.24,
    "meaning": 1.07,
    "sentence": 8.89,
    "words": 5.03,
    "best words": 7.05,
    "asked": 5.65,
    "size": -2.05,
}
"""Learnt by `python -m bot.evaluation.calibrate` on half of the development questions.

meaning, sentence: cosine of the nearest passage and sentence. words: the largest share of the question's words, by
rarity, that one of the first passages has with its title. best words: BM25 of the first, over the most that the words
could give. asked: how many words those are, of fifteen. size: thousands of passages searched, their logarithm to 10,
within what was learnt from: among more of them, some come near by chance.
"""
CONFIDENCE_THRESHOLD = 0.333
"""Below it a question counts as not covered; chosen by the same script, from all of them, where the lower one of the
precision and the recall of refusals is best."""


def confidence_features(
    asked: AskedFor, hits: Sequence[Hit], evidence: Sequence[Evidence], n_passages: int
) -> dict[str, float]:
    """What tells an answerable question from another.

    Args:
        n_passages: How many were searched.
    """
    passages = [
        {token for text in (h.title, *h.passage.text.split("\n\n")) for token in tokens_of(text)}
        for h in hits[:_N_READ]
    ]
    return {
        "meaning": max((h.similarity or 0.0 for h in hits), default=0.0),
        "sentence": max((e.features["meaning"] for e in evidence), default=0.0),
        "words": max((asked.coverage(tokens) for tokens in passages), default=0.0),
        "best words": hits[0].why.get("words", 0.0) if hits else 0.0,
        "asked": min(len(asked.weights), _MANY_WORDS) / _MANY_WORDS,
        "size": math.log10(min(max(n_passages, _FEWEST), _MOST) / 1000),
    }


def estimate_confidence(features: Mapping[str, float]) -> float:
    """Probability that the articles answer the question, were half of all questions unanswerable.

    Learnt from questions in the articles' own words: those that avoid them come out too low.
    """
    z = CONFIDENCE_WEIGHTS["bias"] + sum(CONFIDENCE_WEIGHTS[name] * x for name, x in features.items())
    return 1 / (1 + math.exp(-z))
