"""Whether a sentence means what a paragraph says, by the closeness of their embeddings."""

from __future__ import annotations

from collections.abc import Sequence

from index.sentences import split_sentences
from index.types import Encoder, Vectors

MIN_CLOSENESS = 0.28
"""Below all supported pairs that the rules are developed with, and above 91 % of the same sentences with other
paragraphs: `python -m bot.evaluation.closeness`. It does not tell a sentence from a lie that was made of it: beside the
objections of the rules, in a logistic regression, it gained nothing."""


class Meaning:
    """Embeds the sentences of each paragraph once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Vectors] = {}

    def closeness(self, sentence: str, paragraphs: Sequence[str]) -> float:
        """Cosine to the nearest sentence, or pair of sentences, of the paragraphs."""
        vector = self._encoder.encode([sentence])[0]
        return max((float((self._of(p) @ vector).max()) for p in paragraphs if p.strip()), default=0.0)

    def _of(self, paragraph: str) -> Vectors:
        if paragraph not in self._known:
            spans = split_sentences(paragraph)
            pairs = [(a, b) for (a, _), (_, b) in zip(spans, spans[1:], strict=False)]
            self._known[paragraph] = self._encoder.encode([paragraph[a:b] for a, b in (*spans, *pairs)])
        return self._known[paragraph]
