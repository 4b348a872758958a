"""Prose that a model writes over the paragraphs found; each sentence is handed on as soon as it is proven."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.citations import Citations, Paragraph, closest_sentence
from bot.conversation import carry_over
from bot.evidence import Evidence
from bot.llm import LanguageModel, ModelFailed, estimate_tokens
from bot.prompts import fill_prompt
from bot.sides import keep_sides
from bot.types import Answer, Citation, Outcome, Question, Sentence
from bot.verify.prose import CheckedSentence, ProseVerifier
from index.types import Encoder

if TYPE_CHECKING:
    from bot.answer import Gathered
    from bot.verify.entailment import Entailment

_CHAT_TOKENS = 64
"""Of the marks that a model's chat format puts around a prompt."""
_NOT_COVERED = re.compile(r"NOT COVERED|^[\W_]*(?:(?i:answer):[\W_]*)?(?i:not covered)[\W_]*?(?:\[|[.!:;—–\n])")
_ONLY_NOT_COVERED = re.compile(r"[\W_]*(?:answer:[\W_]*)?not covered[\W_]*", re.IGNORECASE)

OnSentence = Callable[[Sentence, tuple[Citation, ...]], None]
"""Called with each sentence of prose once it is proven, and with the citations that prove it, numbered for good."""


class Writer:
    """Asks a model for prose, and keeps of it what is proven."""

    def __init__(
        self,
        model: LanguageModel,
        encoder: Encoder,
        entailment: Entailment | None = None,
        context_words: int = 1200,
        answer_tokens: int = 400,
    ) -> None:
        """The prompt carries at most `context_words` of paragraphs; `answer_tokens` are kept free for the answer."""
        self.model = model
        self._encoder = encoder
        self._entailment = entailment
        self._context_words = context_words
        self._answer_tokens = answer_tokens

    def write(self, question: Question, found: Gathered, quoted: Answer, on_sentence: OnSentence) -> Answer:
        """The answer in prose: the sentences that were handed on, whatever happens to the model behind them.

        Where there are none, it is the quoted answer, with a notice.
        """
        given, prompt = self._prepare(question, found.evidence)
        verifier = ProseVerifier([p for p, _ in given], self._encoder, entailment=self._entailment)
        citations = Citations(found.generation)
        citations.read(p.article_id for p, _ in given)
        draft = _Draft(given, verifier, citations, on_sentence)
        failure: ModelFailed | None = None
        try:
            text = self.model.complete(prompt, draft.add)
            draft.add(text[len(draft.text) :])  # of a model that hands on no pieces
            draft.finish()
        except _GaveUp:
            pass
        except ModelFailed as e:
            failure = e
        answer = replace(quoted, notice=self._explain(draft, failure), dropped=tuple(verifier.dropped))
        if not draft.sentences:
            return answer
        written = replace(
            answer,
            outcome=Outcome.ANSWERED,
            sentences=tuple(draft.sentences),
            citations=draft.citations.made,
            model=self.model.name,
        )
        whole = keep_sides(written, quoted)
        for sentence in whole.sentences[len(written.sentences) :]:
            on_sentence(sentence, tuple(whole.citations[n - 1] for n in sentence.citations))
        return whole

    def _prepare(
        self, question: Question, evidence: Sequence[Evidence]
    ) -> tuple[list[tuple[Paragraph, Evidence]], str]:
        """As many paragraphs as fit into the window, and the prompt with them."""
        asked = {"today": f"{question.now:%-d %B %Y}", "question": _with_earlier(question)}
        used = estimate_tokens(fill_prompt("answer", paragraphs="", **asked)) + self._answer_tokens + _CHAT_TOKENS
        given = _pack_paragraphs(evidence, self._context_words, self.model.context_tokens - used)
        numbered = "\n".join(_number(n, p) for n, (p, _) in enumerate(given, 1))
        return given, fill_prompt("answer", paragraphs=numbered, **asked)

    def _explain(self, draft: _Draft, failure: ModelFailed | None) -> str:
        """The line under the answer: why it is quoted, or may lack something; empty where all went well."""
        if failure and draft.sentences:
            return f"The language model broke off ({failure}), so this may not be the whole answer."
        if failure:
            return f"The language model did not answer ({failure}); these are quotes."
        if draft.sentences:
            return ""
        if draft.gave_up:
            return f"{self.model.name} found no answer in these paragraphs; judge for yourself."
        return f"Nothing that {self.model.name} wrote could be proven; these are quotes."


class _GaveUp(Exception):
    """The model has said that the paragraphs hold no answer."""


@dataclass(slots=True)
class _Draft:
    """What a model has written so far.

    Attributes:
        given: The paragraphs of the prompt, and the best evidence in each.
        text: As much of it as was read.
        sentences: Those that are proven and were handed on.
        gave_up: Whether the model has said that there is no answer.
    """

    given: Sequence[tuple[Paragraph, Evidence]]
    verifier: ProseVerifier
    citations: Citations
    on_sentence: OnSentence
    text: str = ""
    sentences: list[Sentence] = field(default_factory=list)
    gave_up: bool = False

    def add(self, piece: str) -> None:
        """Hand on what a piece of the text completes, and nothing from the sentence on in which the model gives up.

        Raises:
            _GaveUp: It does; what else it would write is of no use.
        """
        n_before = len(self.text)
        self.text += piece
        mark = _NOT_COVERED.search(self.text)
        self.gave_up = mark is not None
        self._hand_on(self.verifier.feed(self.text[n_before : mark.end() if mark else None]))
        if mark:
            raise _GaveUp

    def finish(self) -> None:
        """Hand on the last sentence, which nothing followed.

        Raises:
            _GaveUp: All of the text says that there is no answer.
        """
        if _ONLY_NOT_COVERED.fullmatch(self.text):
            self.gave_up = True
            raise _GaveUp
        self._hand_on(self.verifier.finish())

    def _hand_on(self, checked: Iterable[CheckedSentence]) -> None:
        for found in checked:
            citations = tuple(self._cite(i, found.text) for i in found.given)
            sentence = Sentence(found.text, tuple(c.n for c in citations))
            self.sentences.append(sentence)
            self.on_sentence(sentence, citations)

    def _cite(self, number: int, sentence: str) -> Citation:
        paragraph, evidence = self.given[number]
        a, b = closest_sentence(paragraph.text, sentence)
        return self.citations.cite(evidence, paragraph.text[a:b])


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
