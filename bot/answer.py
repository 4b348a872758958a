"""Question to Answer: search, evidence, quotes, then prose that a model writes and code verifies."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from typing import Any

from bot.citations import Paragraph, closest_sentence
from bot.confidence import CONFIDENCE_THRESHOLD, confidence_features, estimate_confidence
from bot.conversation import carry_over, understand_question, write_alone
from bot.evidence import AskedFor, Evidence, choose_sentences, find_evidence, understand
from bot.freshness import describe_age, is_about_now
from bot.llm import LanguageModel, ModelFailed, estimate_tokens
from bot.prompts import fill_prompt
from bot.second_look import look_for_contrast, look_for_timeline
from bot.sides import keep_sides, lead_with, name_sides
from bot.smalltalk import reply_without_search
from bot.text_fragment import link_to_quote
from bot.types import Answer, Citation, Nearest, Outcome, Question, Sentence
from bot.verify.prose import verify_prose
from index.generation import Generation, Reader
from index.lexical import tokenize
from index.query import Query
from index.search import search
from index.types import Encoder, Filters, Hit, Reranker, Vectors

N_HITS = 10
_N_NEAREST = 3
_CHAT_TOKENS = 64
"""Of the marks that a model's chat format puts around a prompt."""
_CARRIED_WEIGHT = 0.5
_NOT_COVERED = "NOT COVERED"
_REFUSAL = "That is not in these articles."
_RELAXED = {
    Outcome.OUT_OF_RANGE: "These articles cover that only outside the dates you asked about",
    Outcome.FILTERED_OUT: "These articles cover that only in what your filter leaves out",
}

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
    ) -> None:
        """`zone` is the one in which days begin and end; `answer_tokens` are kept free for what the model writes."""
        self._reader = reader
        self._zone = zone
        self._encoder = encoder
        self._model = model
        self._context_words = context_words
        self._answer_tokens = answer_tokens
        self._reranker = reranker

    def ask(self, question: Question, on_quoted: OnQuoted = lambda _: None) -> Answer:
        """Answer a question; whatever a language model does, the quoted answer stands.

        Raises:
            IndexMissing: Nothing was built yet.
            IndexMismatch: The index was built by another encoder or schema.
        """
        if (message := reply_without_search(question.text)) is not None:
            return Answer(question.text, Outcome.NO_SEARCH, message=message)
        clock = _Clock()
        found = self._gather(self._reader.current(), question, clock)
        answer = self._quote(question, found, clock)
        if self._model:
            if answer.outcome is Outcome.QUOTED:
                on_quoted(answer)
            question, found, answer = self._read_alone(self._model, question, found, answer, clock)
            if answer.outcome is Outcome.QUOTED and not answer.is_timeline:
                with clock.stage("model"):
                    answer = self._write(self._model, question, found, answer)
        return replace(answer, timings_ms=clock.timings_ms())

    def gather(self, question: Question, generation: Generation | None = None) -> Gathered:
        """Search, and weigh the evidence, without answering; in the live generation by default. Raises as `ask`."""
        return self._gather(generation or self._reader.current(), question, _Clock())

    def _gather(self, generation: Generation, question: Question, clock: _Clock) -> Gathered:
        with clock.stage("understand"):
            query, filters = understand_question(question, self._zone, generation.outlets)
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
            asked = understand(question.text, vectors[0], weighed)
            evidence = find_evidence(asked, hits, generation.sentences.of_hits(hits, self._encoder))
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
        gathered = self._gather(found.generation, alone, clock)
        answer = replace(self._quote(alone, gathered, clock), question=question.text)
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
        if found.confidence < CONFIDENCE_THRESHOLD:
            return self._refuse(question, found, answer, clock)
        with clock.stage("second look"):
            lines = look_for_timeline(question, found, self._encoder)
            contrast = None if lines else look_for_contrast(question, found, self._encoder)
        chosen = lines or choose_sentences(found.evidence)
        if contrast:
            chosen = lead_with(contrast, chosen)
        citations = _cite(found.generation, [(e, e.text) for e in chosen])
        return replace(
            answer,
            sentences=tuple(Sentence(e.text, (n,), e.highlights) for n, e in enumerate(chosen, 1)),
            citations=citations,
            disagreement=name_sides(contrast) if contrast else None,
            freshness=_describe_freshness(question, found, citations),
            is_timeline=bool(lines),
        )

    def _refuse(self, question: Question, found: Gathered, answer: Answer, clock: _Clock) -> Answer:
        """Which of the three kinds of refusal it is, and what to ask instead; `as_of` is never relaxed."""
        filters = found.filters
        nearest = found.hits
        anytime: dict[str, Any] = {"since": None, "until": None}
        anywhere: dict[str, Any] = {"sources": (), "excluded": (), "language": None}
        for changes, outcome, instead in (
            (anytime, Outcome.OUT_OF_RANGE, "without the dates"),
            (anywhere, Outcome.FILTERED_OUT, "without the filter"),
            (anytime | anywhere, Outcome.FILTERED_OUT, "without the filter and the dates"),
        ):
            relaxed = replace(filters, **changes)
            if relaxed == filters:
                continue
            other = self._search(found.generation, question, found.query, found.vectors, relaxed, clock)
            nearest = nearest or other.hits
            if other.confidence >= CONFIDENCE_THRESHOLD:
                first = other.hits[0]
                day = "" if first.published_at is None else f" of {first.published_at:%-d %B %Y}"
                message = f"{_RELAXED[outcome]}, such as {first.source}{day}. Ask again {instead} to see it."
                return replace(answer, outcome=outcome, nearest=_nearest(other.hits), message=message)
        return replace(answer, outcome=Outcome.NOT_COVERED, nearest=_nearest(nearest), message=_REFUSAL)

    def _write(self, model: LanguageModel, question: Question, found: Gathered, quoted: Answer) -> Answer:
        asked = {"today": f"{question.now:%-d %B %Y}", "question": _with_earlier(question)}
        used = estimate_tokens(fill_prompt("answer", paragraphs="", **asked)) + self._answer_tokens + _CHAT_TOKENS
        given = _pack_paragraphs(found.evidence, self._context_words, model.context_tokens - used)
        numbered = "\n".join(_number(n, p) for n, (p, _) in enumerate(given, 1))
        prompt = fill_prompt("answer", paragraphs=numbered, **asked)
        try:
            text = model.complete(prompt, lambda _: None)
        except ModelFailed as e:
            return replace(quoted, notice=f"The language model did not answer ({e}); these are quotes.")
        if _NOT_COVERED in text:
            return replace(quoted, notice=f"{model.name} found no answer in these paragraphs; judge for yourself.")
        kept, dropped = verify_prose(text, [p for p, _ in given], self._encoder)
        if not kept:
            reason = f"Nothing that {model.name} wrote could be proven; these are quotes."
            return replace(quoted, notice=reason, dropped=tuple(dropped))
        numbers: dict[tuple[int, int, int], int] = {}
        sentences = []
        for sentence in kept:
            keys = [(i, *closest_sentence(given[i][0].text, sentence.text)) for i in sentence.given]
            cited = tuple(numbers.setdefault(key, len(numbers) + 1) for key in keys)
            sentences.append(Sentence(sentence.text, tuple(dict.fromkeys(cited))))
        citations = _cite(found.generation, [(given[i][1], given[i][0].text[a:b]) for i, a, b in numbers])
        written = replace(
            quoted,
            outcome=Outcome.ANSWERED,
            sentences=tuple(sentences),
            citations=citations,
            dropped=tuple(dropped),
            model=model.name,
        )
        answer = keep_sides(written, quoted)
        return replace(answer, freshness=_describe_freshness(question, found, answer.citations))


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


def _pack_paragraphs(evidence: Sequence[Evidence], max_words: int, max_tokens: int) -> list[tuple[Paragraph, Evidence]]:
    """Whole paragraphs, best first, until the next would be too long."""
    given: dict[tuple[str, int], tuple[Paragraph, Evidence]] = {}
    n_words = n_tokens = 0
    for e in evidence:
        key = (e.hit.passage.article_id, e.paragraph)
        if key in given:
            continue
        published = None if e.hit.published_at is None else e.hit.published_at.date()
        day = "" if published is None else f", {published:%-d %B %Y}"
        paragraph = Paragraph(*key, e.paragraph_text, f"({e.hit.source}{day}: {e.hit.title})", published)
        n_words += len(paragraph.text.split())
        n_tokens += estimate_tokens(f"{_number(len(given) + 1, paragraph)}\n")
        if n_tokens > max_tokens or (given and n_words > max_words):
            break
        given[key] = paragraph, e
    return list(given.values())


def _number(n: int, paragraph: Paragraph) -> str:
    return f"[{n}] {paragraph.context} {paragraph.text}"


def _with_earlier(question: Question) -> str:
    if not carry_over(question.text, question.history):
        return question.text
    return f"{question.text} (asked after: {question.history[-1].question})"


def _cite(generation: Generation, quotes: Sequence[tuple[Evidence, str]]) -> tuple[Citation, ...]:
    """Citations of quoted words, numbered from 1; each article is read once."""
    ids = dict.fromkeys(e.hit.passage.article_id for e, _ in quotes)
    articles = {article_id: generation.paragraphs_of(article_id) for article_id in ids}
    return tuple(
        _to_citation(n, e, quote, articles[e.hit.passage.article_id]) for n, (e, quote) in enumerate(quotes, 1)
    )


def _to_citation(n: int, e: Evidence, quote: str, paragraphs: Mapping[int, str]) -> Citation:
    hit = e.hit
    return Citation(
        n=n,
        article_id=hit.passage.article_id,
        title=hit.title,
        source=hit.source,
        published_at=hit.published_at,
        url=hit.url,
        paragraph=e.paragraph,
        text=paragraphs[e.paragraph],
        quote=quote,
        link=link_to_quote(hit.url, paragraphs, e.paragraph, quote),
    )


def _describe_freshness(question: Question, found: Gathered, citations: Sequence[Citation]) -> str:
    if not is_about_now(question, found.query, found.filters):
        return ""
    return describe_age(max((c.published_at for c in citations if c.published_at), default=None), question.moment)


def _nearest(hits: Sequence[Hit]) -> tuple[Nearest, ...]:
    articles = {h.passage.article_id: h for h in reversed(hits)}
    best = sorted(articles.values(), key=lambda h: h.rank)[:_N_NEAREST]
    return tuple(Nearest(h.passage.article_id, h.title, h.source, h.published_at, h.url) for h in best)
