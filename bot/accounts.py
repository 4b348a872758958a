"""Sentences as what their outlets tell of something: with their meaning and their moment, to be set side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from bot.evidence import Evidence
from index.passages import passage_sentences
from index.types import Hit, Vectors


@dataclass(frozen=True, slots=True)
class Account:
    """A sentence that bears on the question.

    Attributes:
        vector: What it means in its passage, shape (dim,).
        closeness: Cosine to the question.
    """

    evidence: Evidence
    vector: Vectors
    closeness: float

    @property
    def text(self) -> str:
        """The sentence."""
        return self.evidence.text

    @property
    def article_id(self) -> str:
        """Its article."""
        return self.evidence.hit.passage.article_id

    @property
    def source(self) -> str:
        """Its outlet."""
        return self.evidence.hit.source

    @property
    def moment(self) -> datetime:
        """When its article was published; long ago where that is not known."""
        return self.evidence.hit.published_at or datetime.min.replace(tzinfo=UTC)

    @property
    def day(self) -> date | None:
        """The day of that."""
        return self.evidence.hit.published_at.date() if self.evidence.hit.published_at else None

    @property
    def surroundings(self) -> str:
        """Its paragraph with the ones before and after it as far as they were found, under the headline."""
        hit = self.evidence.hit
        if hit.passage.partial:
            return f"{hit.title}\n{hit.passage.text}"
        at = self.evidence.paragraph - hit.passage.first
        return "\n".join([hit.title, *hit.passage.text.split("\n\n")[max(0, at - 1) : at + 2]])


def read_accounts(
    evidence: Sequence[Evidence], hits: Sequence[Hit], vectors: Sequence[Vectors], question: Vectors
) -> list[Account]:
    """Evidence with its meaning, in its order.

    Args:
        vectors: For each hit, its sentences' vectors in order.
        question: The question's vector.
    """
    by_place = {
        (hit.passage.id, span.paragraph, span.in_paragraph): vector
        for hit, own in zip(hits, vectors, strict=True)
        for span, vector in zip(passage_sentences(hit.passage), own, strict=True)
    }
    found = ((e, by_place[e.hit.passage.id, e.paragraph, e.start]) for e in evidence)
    return [Account(e, vector, float(vector @ question)) for e, vector in found]
