"""The records of a conversation: Question, Answer and what they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from index.types import Filters, Hit


class Outcome(StrEnum):
    """How a question ended; having no evidence is an outcome, not an error."""

    ANSWERED = "answered"
    """Prose by a language model, every sentence cited."""
    QUOTED = "quoted"
    """Sentences of the articles, word for word."""
    NOT_COVERED = "not_covered"
    """Nothing in the index answers it."""
    OUT_OF_RANGE = "out_of_range"
    """Answered only outside the dates asked about."""
    FILTERED_OUT = "filtered_out"
    """Answered only by outlets that the reader left out."""
    NO_SEARCH = "no_search"
    """Small talk, a question about the bot, or nothing at all."""
    ERROR = "error"
    """A line of a question file that could not be read."""

    @property
    def has_answer(self) -> bool:
        """Whether cited sentences go with it."""
        return self in (Outcome.ANSWERED, Outcome.QUOTED)


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the conversation and its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a reader asks.

    Attributes:
        now: The moment it is asked; it never filters.
        history: Earlier turns, oldest first.
    """

    text: str
    now: datetime
    filters: Filters = field(default_factory=Filters)
    history: tuple[Turn, ...] = ()

    @property
    def moment(self) -> datetime:
        """What relative dates and recency refer to: when it is asked, or the moment that it is to be answered as of."""
        return min(self.now, self.filters.as_of or self.now)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence shown to the reader, without markup and without markers.

    Attributes:
        citations: Numbers of the citations that prove it, from 1.
        highlights: Half-open character ranges of the decisive words in `text`.
    """

    text: str
    citations: tuple[int, ...]
    highlights: tuple[tuple[int, int], ...] = ()


class Difference(StrEnum):
    """How the sources of an answer differ."""

    DIFFERENT = "different"
    """They tell different figures for one thing."""
    CORRECTED = "corrected"
    """A later one says that an earlier figure was wrong."""
    UPDATED = "updated"
    """A figure that changes with time has been brought up to date."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one source tells where sources differ; `citation` is the number of the citation that proves it."""

    words: str
    citation: int


@dataclass(frozen=True, slots=True)
class Disagreement:
    """That sources differ, and what each tells, the newest first."""

    kind: Difference
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Citation:
    """A number shown to the reader and the exact paragraph behind it.

    Attributes:
        paragraph: Number of the paragraph in its article, from 1.
        text: The whole paragraph as stored.
        quote: The words in it that prove the sentence; a substring of `text`.
        link: The publisher's page at that sentence; empty where the article has no URL.
    """

    n: int
    article_id: str
    title: str
    source: str
    published_at: datetime | None
    url: str
    paragraph: int
    text: str
    quote: str
    link: str


@dataclass(frozen=True, slots=True)
class Nearest:
    """An article near to a question that could not be answered."""

    article_id: str
    title: str
    source: str
    published_at: datetime | None
    url: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader gets.

    Attributes:
        notice: A line to show under the answer, such as that the model could not be reached.
        confidence: Probability that the articles answer the question; None without a search.
        dropped: Reasons for which sentences or markers of the model were not shown.
        timings_ms: Milliseconds by stage.
        generation: The state of the index that was asked; empty without a search.
        model: The language model that wrote the prose; None for quotes.
        query: What was understood of the question, by name.
        disagreement: In what the sources differ, if they do.
        freshness: A line on the age of the newest source, where that is telling.
        is_timeline: Whether the sentences tell what happened in its order, to be shown each with its day.
    """

    question: str
    outcome: Outcome
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Nearest, ...] = ()
    hits: tuple[Hit, ...] = ()
    message: str = ""
    notice: str = ""
    confidence: float | None = None
    dropped: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    generation: str = ""
    model: str | None = None
    query: Mapping[str, Any] = field(default_factory=dict)
    disagreement: Disagreement | None = None
    freshness: str = ""
    is_timeline: bool = False

    @property
    def newest_source(self) -> datetime | None:
        """When the newest of the cited articles was published."""
        return max((c.published_at for c in self.citations if c.published_at), default=None)

    @property
    def text(self) -> str:
        """The whole answer on one line, markers as `[1]`; the fixed message where nothing is cited."""
        if not self.sentences:
            return self.message
        return " ".join(marked(s) for s in self.sentences)

    def to_json(self) -> dict[str, Any]:
        """The answer as `newsdesk ask --json` prints it."""
        return {
            "question": self.question,
            "outcome": self.outcome.value,
            "answer": self.text,
            "sentences": [
                {
                    "text": s.text,
                    "citations": list(s.citations),
                    "highlights": [list(h) for h in s.highlights],
                }
                for s in self.sentences
            ],
            "citations": [citation_json(c) for c in self.citations],
            "nearest": [_nearest_json(n) for n in self.nearest],
            "hits": [hit_json(h) for h in self.hits],
            "notice": self.notice,
            "disagreement": None if self.disagreement is None else _disagreement_json(self.disagreement),
            "newest_source": format_moment(self.newest_source),
            "freshness": self.freshness,
            "is_timeline": self.is_timeline,
            "confidence": None if self.confidence is None else round(self.confidence, 4),
            "dropped": list(self.dropped),
            "timings_ms": {stage: round(ms, 1) for stage, ms in self.timings_ms.items()},
            "generation": self.generation,
            "model": self.model,
        }


def marked(sentence: Sentence) -> str:
    """The sentence with its markers behind it, as on the terminal."""
    return sentence.text + "".join(f" [{n}]" for n in sentence.citations)


def hit_json(hit: Hit) -> dict[str, Any]:
    """A hit as `newsdesk search --json` prints it."""
    return {
        "rank": hit.rank,
        "score": round(hit.score, 6),
        "article_id": hit.passage.article_id,
        "first_paragraph": hit.passage.first,
        "last_paragraph": hit.passage.last,
        "text": hit.passage.text,
        "title": hit.title,
        "source": hit.source,
        "published_at": format_moment(hit.published_at),
        "url": hit.url,
        "copies": list(hit.copies),
    }


def explained_hit_json(hit: Hit) -> dict[str, Any]:
    """The same with what its score is made of, as `newsdesk search --explain --json` prints it."""
    ranks = {"similarity": hit.similarity, "dense_rank": hit.dense_rank, "lexical_rank": hit.lexical_rank}
    return {**hit_json(hit), **ranks, "why": dict(hit.why)}


def format_moment(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with `Z`, or None."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _disagreement_json(d: Disagreement) -> dict[str, Any]:
    return {"kind": d.kind.value, "sides": [{"words": s.words, "citation": s.citation} for s in d.sides]}


def citation_json(c: Citation) -> dict[str, Any]:
    """A citation as JSON shows it: its article, paragraph, quote and link."""
    return {
        "n": c.n,
        **_nearest_json(c),
        "paragraph": c.paragraph,
        "text": c.text,
        "quote": c.quote,
        "link": c.link,
    }


def _nearest_json(n: Nearest | Citation) -> dict[str, Any]:
    return {
        "article_id": n.article_id,
        "title": n.title,
        "source": n.source,
        "published_at": format_moment(n.published_at),
        "url": n.url,
    }
