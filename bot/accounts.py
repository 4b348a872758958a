"""Sentences as what their outlets tell of something: with their meaning and their moment, to be set side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from bot.asked import find_answers
from bot.evidence import AskedFor, Evidence, paragraph_of
from index.passages import passage_sentences
from index.types import Hit, Vectors

_Paragraphs = Mapping[tuple[str, int], str]


@dataclass(frozen=True, slots=True)
class Account:
    """A sentence that bears on the question.

    Attributes:
        vector: What it means in its passage, shape (dim,).
        closeness: Cosine to the question.
        surroundings: Its paragraph with the ones before and after it as far as they were found, under the headline.
    """

    evidence: Evidence
    vector: Vectors
    closeness: float
    surroundings: str = ""

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
    paragraphs = _read_paragraphs(hits)
    found = ((e, by_place[e.hit.passage.id, e.paragraph, e.start]) for e in evidence)
    return [Account(e, vector, float(vector @ question), _surround(e, paragraphs)) for e, vector in found]


def find_sentences(asked: AskedFor, hits: Sequence[Hit]) -> Iterator[Evidence]:
    """Every sentence of some hits with what could be the answer in it, neither weighed nor sorted."""
    tokens = frozenset(asked.weights)
    for hit in hits:
        for span in passage_sentences(hit.passage):
            text = hit.passage.text[span.start : span.end]
            answers = tuple(find_answers(asked.kind, text, tokens))
            yield Evidence(hit, span.paragraph, span.in_paragraph, text, 0.0, {}, answers)


def _read_paragraphs(hits: Sequence[Hit]) -> _Paragraphs:
    return {
        (hit.passage.article_id, n): paragraph_of(hit, n)
        for hit in hits
        for n in range(hit.passage.first, hit.passage.last + 1)
    }


def _surround(evidence: Evidence, paragraphs: _Paragraphs) -> str:
    hit, at = evidence.hit, evidence.paragraph
    around = (paragraphs.get((hit.passage.article_id, n)) for n in (at - 1, at, at + 1))
    return "\n".join([hit.title, *filter(None, around)])
