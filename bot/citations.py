"""Paragraphs that are given to a model, and the sentence of one that is meant. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from index.lexical import tokenize
from index.sentences import split_sentences


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph that was given to the model, under the number it was given.

    Attributes:
        context: Its outlet, day and title, as the model was given them.
        published: The day that its weekdays and its yesterday refer to.
    """

    article_id: str
    number: int
    text: str
    context: str
    published: date | None = None


def closest_sentence(paragraph: str, sentence: str) -> tuple[int, int]:
    """The range of the paragraph's sentence that shares most words with another sentence."""
    words = set(tokenize(sentence))

    def shared(span: tuple[int, int]) -> float:
        own = set(tokenize(paragraph[span[0] : span[1]]))
        return len(own & words) / (1 + len(own | words))

    return max(split_sentences(paragraph), key=shared)
