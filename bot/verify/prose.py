"""A model's prose, sentence by sentence: what is shown, with its paragraphs, and why the rest is dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.citations import Paragraph
from bot.pronouns import begins_with_pronoun
from bot.verify.check import Source, Verdict, check_sentence, is_verbatim, measure_overlap
from bot.verify.entailment import Entailment
from bot.verify.markers import SentenceStream
from bot.verify.meaning import MIN_CLOSENESS, Meaning
from index.lexical import tokenize
from index.types import Encoder

_N_TRIED = 4
_TOLD, _CLOSE = 0.4, 0.45
"""So much of a sentence its paragraph has to tell, or else to be as close in meaning. Of 343 pairs that the rules alone
let pass, a sentence and another paragraph of its article, two thirds are left; of 413 supported ones 2.2 % are lost."""
_TOLD_IN_ALL = 0.6
"""So much a paragraph that the author did not cite has to tell besides, with its title: two in ten are left."""
_WORTH_READING = 0.3
"""With a smaller share of the sentence's stems a paragraph hardly tells that much, and is not read."""

_LEADS_IN = re.compile(
    r"^\W*(?:yes|no|sure|certainly|here\b.*|(?:based on|according to) (?:the|these)\b[^,]*"
    r"(?:articles?|paragraphs?|sources?)|是的?|不是|不|没有|以下.*)\W*$",
    re.IGNORECASE,
)
"""Names nothing that a pronoun behind it could mean."""


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A sentence of the model that may be shown; `given` are indexes into the paragraphs, from 0."""

    text: str
    given: tuple[int, ...]


@dataclass(slots=True)
class ProseVerifier:
    """Checks a text against the paragraphs that its author was given, while it is written.

    Attributes:
        encoder: Measures whether a sentence means what a paragraph says; without one, the rules alone decide.
        entailment: Judges what passed, but for sentences that are copied.
        dropped: Why sentences and markers so far are not shown.
    """

    paragraphs: Sequence[Paragraph]
    encoder: Encoder | None = None
    entailment: Entailment | None = None
    dropped: list[str] = field(default_factory=list)
    _stream: SentenceStream = field(default_factory=SentenceStream)
    _meaning: Meaning | None = None
    _words: list[set[str]] = field(default_factory=list)
    _seen: dict[str, bool] = field(default_factory=dict)
    _is_behind_dropped: bool = False

    def __post_init__(self) -> None:
        self._words = [set(tokenize(f"{p.context} {p.text}")) for p in self.paragraphs]
        self._meaning = Meaning(self.encoder) if self.encoder else None

    def feed(self, piece: str) -> Iterator[CheckedSentence]:
        """The sentences that may be shown, of those that this piece of the text completes."""
        yield from self._check(self._stream.feed(piece))

    def finish(self) -> Iterator[CheckedSentence]:
        """The last of them."""
        yield from self._check(self._stream.finish())

    def _check(self, sentences: Iterator[tuple[str, list[int]]]) -> Iterator[CheckedSentence]:
        for sentence, markers in sentences:
            if (shown := self._seen.get(sentence.casefold())) is not None:
                self._is_behind_dropped = not shown and not _LEADS_IN.search(sentence)
                self.dropped.append(f"said already: {sentence}")
                continue
            wrong = [m for m in markers if not 1 <= m <= len(self.paragraphs)]
            self.dropped += [f"marker [{m}] points nowhere" for m in wrong]
            marked = list(dict.fromkeys(m - 1 for m in markers if m not in wrong))
            proven, reason = self._prove(sentence, marked)
            if proven and self._is_behind_dropped and begins_with_pronoun(sentence):
                proven, reason = (), "speaks of what was dropped"
            self._seen[sentence.casefold()] = bool(proven)
            self._is_behind_dropped = not proven and not _LEADS_IN.search(sentence)
            if proven:
                yield CheckedSentence(sentence, proven)
            else:
                self.dropped.append(f"{reason}: {sentence}")

    def _prove(self, sentence: str, marked: Sequence[int]) -> tuple[tuple[int, ...], str]:
        """The paragraphs that support a sentence: of those marked, else of all; or why none does."""
        verdicts = {i: self._verdict(sentence, [i]) for i in marked}
        if proven := tuple(i for i in marked if verdicts[i].supported):
            return proven, ""
        if len(marked) > 1 and self._verdict(sentence, marked).supported:
            return tuple(marked), ""
        words = set(tokenize(sentence))
        others = [i for i in range(len(self.paragraphs)) if i not in verdicts]
        nearest = sorted(others, key=lambda i: -len(words & self._words[i]))[:_N_TRIED]
        worth_reading = [i for i in nearest if len(words & self._words[i]) >= _WORTH_READING * len(words)]
        overlaps = {i: measure_overlap(sentence, source_of([self.paragraphs[i]])) for i in worth_reading}
        likely = [
            i
            for i in worth_reading
            if (overlaps[i].paragraph >= _TOLD and overlaps[i].whole >= _TOLD_IN_ALL)
            or is_verbatim(sentence, self.paragraphs[i].text)
        ]
        for i in sorted(likely, key=lambda i: -overlaps[i].paragraph):
            verdicts[i] = self._verdict(sentence, [i])
            if verdicts[i].supported:
                return (i,), ""
        if not verdicts and nearest:
            verdicts[nearest[0]] = check_sentence(sentence, source_of([self.paragraphs[nearest[0]]]))
        first = next(iter(verdicts.values()), Verdict(False, "no paragraph was given"))
        return (), first.reason or "no paragraph tells enough of it"

    def _verdict(self, sentence: str, numbers: Sequence[int]) -> Verdict:
        given = [self.paragraphs[i] for i in numbers]
        source = source_of(given)
        verdict = check_sentence(sentence, source)
        if not verdict.supported:
            return verdict
        if self._meaning and not self._is_near(self._meaning, sentence, given):
            return Verdict(False, "means something else")
        if self.entailment and not is_verbatim(sentence, source.text):
            return _judge(self.entailment, given, sentence)
        return verdict

    def _is_near(self, meaning: Meaning, sentence: str, given: Sequence[Paragraph]) -> bool:
        closeness = meaning.closeness(sentence, [p.text for p in given])
        if closeness < MIN_CLOSENESS or closeness >= _CLOSE:
            return closeness >= _CLOSE
        return measure_overlap(sentence, source_of(given)).paragraph >= _TOLD


def _judge(entailment: Entailment, paragraphs: Sequence[Paragraph], sentence: str) -> Verdict:
    judgement = entailment.judge(paragraphs, sentence)
    if judgement is None:
        return Verdict(False, "could not be judged")
    if judgement.is_entailed:
        return Verdict(True)
    return Verdict(False, f"not entailed (contradiction {judgement.contradiction:.2f})")


def verify_prose(
    text: str,
    paragraphs: Sequence[Paragraph],
    encoder: Encoder | None = None,
    entailment: Entailment | None = None,
) -> tuple[list[CheckedSentence], list[str]]:
    """The sentences of a whole text that may be shown, and why the others are dropped."""
    verifier = ProseVerifier(paragraphs, encoder, entailment)
    kept = [*verifier.feed(text), *verifier.finish()]
    return kept, verifier.dropped


def supports(paragraphs: Sequence[Paragraph], sentence: str) -> bool:
    """Whether paragraphs together say what a sentence says, by the rules alone."""
    return bool(paragraphs) and check_sentence(sentence, source_of(paragraphs)).supported


def source_of(paragraphs: Sequence[Paragraph]) -> Source:
    """Paragraphs as one text; weekdays are those of the first."""
    contexts = dict.fromkeys(p.context for p in paragraphs)
    return Source("\n\n".join(p.text for p in paragraphs), " ".join(contexts), paragraphs[0].published)
