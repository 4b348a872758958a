"""Question to Answer: search, evidence, then quotes or a refusal, and prose where there is a model to write it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any

from bot.citations import Citations
from bot.confidence import CONFIDENCE_THRESHOLD, confidence_features, estimate_confidence
from bot.conversation import understand_question, write_alone
from bot.development import asks_for_development, find_topic
from bot.evidence import AskedFor, Evidence, choose_sentences, find_evidence, measure_from, understand
from bot.freshness import describe_age, is_about_now
from bot.lines import Line
from bot.llm import LanguageModel
from bot.revisions import EarlierVersions, tell_revisions
from bot.second_look import look_for_contrast, look_for_timeline
from bot.sides import lead_with, name_sides
from bot.smalltalk import reply_without_search
from bot.types import Answer, Citation, Nearest, Outcome, Question, Sentence
from bot.writing import OnSentence, Writer
from index.errors import IndexGone
from index.generation import Generation
from index.lexical import tokenize
from index.query import Query
from index.reader import Reader
from index.search import search
from index.types import Encoder, Filters, Hit, Reranker, Vectors

if TYPE_CHECKING:
    from bot.verify.entailment import Entailment

N_HITS = 10
_N_NEAREST = 3
_CARRIED_WEIGHT = 0.5
_REFUSAL = Line("That is not in these articles.", "这些文章里没有相关内容。")
_RELAXED = {
    Outcome.OUT_OF_RANGE: Line(
        "These articles cover that only outside the dates you asked about, such as {found}. "
        "Ask again {instead} to see it.",
        "这些文章只在您所问的日期之外提到此事，例如{found}。{instead}再问一次即可看到。",
    ),
    Outcome.FILTERED_OUT: Line(
        "These articles cover that only in what your filter leaves out, such as {found}. "
        "Ask again {instead} to see it.",
        "这些文章只在您筛选之外的部分提到此事，例如{found}。{instead}再问一次即可看到。",
    ),
}
_WITHOUT_DATES = Line("without the dates", "去掉日期")
_WITHOUT_FILTER = Line("without the filter", "去掉筛选")
_WITHOUT_BOTH = Line("without the filter and the dates", "去掉筛选和日期")
_OF_DAY = Line("{source} of {day:%-d %B %Y}", "{source}{day.year}年{day.month}月{day.day}日")

OnQuoted = Callable[[Answer], None]
"""Called with the quoted answer before a language model is asked."""


class Answerer:
    """Answers questions from the live generation of one index."""

    def __init__(
        self,
        reader: Reader,
        encoder: Encoder,
        model: LanguageModel | None = None,
        context_words: int = 1200,
        zone: tzinfo = UTC,
        reranker: Reranker | None = None,
        answer_tokens: int = 400,
        *,
        entailment: Entailment | None = None,
        versions: EarlierVersions | None = None,
    ) -> None:
        """Make it of its parts.

        Args:
            zone: In which days begin and end.
            versions: Where to look for what cited articles said before; None for nowhere.
            entailment: This and the others that have defaults are as in `Writer`.
        """
        self._reader = reader
        self._versions = versions
        self._zone = zone
        self._encoder = encoder
        self._reranker = reranker
        self._writer = Writer(model, encoder, entailment, context_words, answer_tokens) if model else None

    def ask(
        self,
        question: Question,
        on_quoted: OnQuoted = lambda _: None,
        on_sentence: OnSentence = lambda *_: None,
        *,
        use_model: bool = True,
    ) -> Answer:
        """Answer a question; a language model adds prose where it can prove some, and takes nothing away.

        What `on_sentence` gets, while the model writes, are the sentences of the answer, in their order. Without
        `use_model` the model gets nothing, not even the question.

        Raises:
            IndexMissing: Nothing was built yet.
            IndexMismatch: The index was built by another encoder or schema.
        """
        if (message := reply_without_search(question.text)) is not None:
            return Answer(question.text, Outcome.NO_SEARCH, message=message)
        clock = _Clock()
        try:
            found, answer = self._look(self._reader.current(), question, clock)
        except IndexGone:  # so many builds meanwhile that the generation is kept no more
            found, answer = self._look(self._reader.newest(), question, clock)
        if self._writer and use_model:
            if answer.outcome is Outcome.QUOTED:
                on_quoted(answer)
            question, found, answer = self._read_alone(self._writer.model, question, found, answer, clock)
            if answer.outcome is Outcome.QUOTED and not answer.is_timeline:
                with clock.stage("model"):
                    answer = self._writer.write(question, found, answer, on_sentence)
                answer = replace(answer, freshness=_describe_freshness(question, found, answer.citations))
        answer = tell_revisions(answer, self._versions) if self._versions else answer
        return replace(answer, timings_ms=clock.timings_ms())

    def _look(self, generation: Generation, question: Question, clock: _Clock) -> tuple[Gathered, Answer]:
        found = self._gather(generation, question, clock)
        return found, self._quote(question, found, clock)

    def gather(self, question: Question, generation: Generation | None = None) -> Gathered:
        """Search, and weigh the evidence, without answering; in the live generation by default. Raises as `ask`."""
        return self._gather(generation or self._reader.current(), question, _Clock())

    def _gather(self, generation: Generation, question: Question, clock: _Clock) -> Gathered:
        with clock.stage("understand"):
            query, filters = understand_question(question, self._zone, generation.outlets)
            if asks_for_development(question.text):
                query = replace(query, text=find_topic(query.text))
        with clock.stage("encode"):
            vectors = self._encoder.encode_queries([query.text, *(part.text for part in query.parts)])
        return self._search(generation, question, query, vectors, filters, clock)

    def _search(
        self,
        generation: Generation,
        question: Question,
        query: Query,
        vectors: Vectors,
        filters: Filters,
        clock: _Clock,
    ) -> Gathered:
        with clock.stage("search"):
            hits = search(generation, query, vectors, question.moment, filters, N_HITS, self._reranker)
        with clock.stage("evidence"):
            weights = generation.idf(list(dict.fromkeys(tokenize(query.text))))
            own = set(tokenize(question.text))
            weighed = {t: w if t in own else w * _CARRIED_WEIGHT for t, w in weights.items()}
            now = min(question.moment, filters.newest or question.moment)
            asked = understand(question.text, vectors[0], weighed, measure_from(query, now))
            sentences = generation.sentences.of_hits(hits, self._encoder)
            evidence = find_evidence(asked, hits, sentences, generation.idf)
            signals = confidence_features(asked, hits, evidence, generation.n_passages(filters))
        return Gathered(generation, query, vectors, filters, asked, tuple(hits), tuple(evidence), signals)

    def _read_alone(
        self, model: LanguageModel, question: Question, found: Gathered, quoted: Answer, clock: _Clock
    ) -> tuple[Question, Gathered, Answer]:
        """A follow-up as the model understands it, with what that finds; all as it was where it finds no answer."""
        with clock.stage("model"):
            alone = write_alone(question, model)
        if alone is question:
            return question, found, quoted
        try:
            gathered, answer = self._look(found.generation, alone, clock)
        except IndexGone:
            return question, found, quoted
        answer = replace(answer, question=question.text)
        return (alone, gathered, answer) if answer.outcome is Outcome.QUOTED else (question, found, quoted)

    def _quote(self, question: Question, found: Gathered, clock: _Clock) -> Answer:
        answer = Answer(
            question.text,
            Outcome.QUOTED,
            hits=found.hits,
            confidence=found.confidence,
            generation=found.generation.name,
            query=found.query.summary(),
        )
        is_covered = found.confidence >= CONFIDENCE_THRESHOLD
        with clock.stage("second look"):
            lines = look_for_timeline(question, found, self._encoder) if is_covered else []
            contrast = None if lines else look_for_contrast(question, found, self._encoder)
        if not is_covered and not contrast:
            return self._refuse(question, found, answer, clock)
        chosen = lines or (choose_sentences(found.evidence) if is_covered else [])
        if contrast:
            chosen = lead_with(contrast, chosen)
        citations = Citations(found.generation)
        citations.read(e.hit.passage.article_id for e in chosen)
        sentences = tuple(Sentence(e.text, (citations.cite(e, e.text).n,), e.highlights) for e in chosen)
        return replace(
            answer,
            sentences=sentences,
            citations=citations.made,
            disagreement=name_sides(contrast) if contrast else None,
            freshness=_describe_freshness(question, found, citations.made),
            is_timeline=bool(lines),
        )

    def _refuse(self, question: Question, found: Gathered, answer: Answer, clock: _Clock) -> Answer:
        """Which of the three kinds of refusal it is, and what to ask instead; `as_of` is never relaxed."""
        filters = found.filters
        nearest = found.hits
        anytime: dict[str, Any] = {"since": None, "until": None}
        anywhere: dict[str, Any] = {"sources": (), "excluded": (), "language": None}
        for changes, outcome, instead in (
            (anytime, Outcome.OUT_OF_RANGE, _WITHOUT_DATES),
            (anywhere, Outcome.FILTERED_OUT, _WITHOUT_FILTER),
            (anytime | anywhere, Outcome.FILTERED_OUT, _WITHOUT_BOTH),
        ):
            relaxed = replace(filters, **changes)
            if relaxed == filters:
                continue
            other = self._search(found.generation, question, found.query, found.vectors, relaxed, clock)
            nearest = nearest or other.hits
            if other.confidence >= CONFIDENCE_THRESHOLD:
                first, text = other.hits[0], question.text
                day = first.published_at
                found_in = _OF_DAY.to(text, source=first.source, day=day) if day else first.source
                message = _RELAXED[outcome].to(text, found=found_in, instead=instead.to(text))
                return replace(answer, outcome=outcome, nearest=_nearest(other.hits), message=message)
        return replace(
            answer, outcome=Outcome.NOT_COVERED, nearest=_nearest(nearest), message=_REFUSAL.to(question.text)
        )


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one search gave, weighed against the question.

    Attributes:
        vectors: The question and each of its parts embedded, shape (1 + n_parts, dim).
        filters: The reader's, and what the question itself demands.
        asked: The question as evidence is weighed against it.
        evidence: Every sentence of the hits, the likeliest answer first.
        signals: What tells whether the articles answer the question.
    """

    generation: Generation
    query: Query
    vectors: Vectors
    filters: Filters
    asked: AskedFor
    hits: tuple[Hit, ...]
    evidence: tuple[Evidence, ...]
    signals: Mapping[str, float]

    @property
    def confidence(self) -> float:
        """Probability that the articles answer the question."""
        return estimate_confidence(self.signals) if self.evidence else 0.0


@dataclass(slots=True)
class _Clock:
    """Milliseconds by stage, added up over repeated searches."""

    started: float = field(default_factory=time.perf_counter)
    spent: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.spent[name] = self.spent.get(name, 0.0) + (time.perf_counter() - begun) * 1000

    def timings_ms(self) -> dict[str, float]:
        return {**self.spent, "total": (time.perf_counter() - self.started) * 1000}


def _describe_freshness(question: Question, found: Gathered, citations: Sequence[Citation]) -> str:
    if not is_about_now(question, found.query, found.filters):
        return ""
    return describe_age(max((c.published_at for c in citations if c.published_at), default=None), question.moment)


def _nearest(hits: Sequence[Hit]) -> tuple[Nearest, ...]:
    articles = {h.passage.article_id: h for h in reversed(hits)}
    best = sorted(articles.values(), key=lambda h: h.rank)[:_N_NEAREST]
    return tuple(Nearest(h.passage.article_id, h.title, h.source, h.published_at, h.url) for h in best)
