"""A sentence against the paragraphs that it cites: what it claims must stand there, of the same things. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from bot.verify import english
from bot.verify.added import compare_additions, compare_adjuncts
from bot.verify.arguments import compare_arguments
from bot.verify.attribution import compare_attribution
from bot.verify.chinese import object_in_chinese
from bot.verify.contained import check_contained, check_quotes, share_known
from bot.verify.copies import compare_copies, compare_negators
from bot.verify.hedges import compare_hedges
from bot.verify.manner import compare_manner
from bot.verify.neighbours import compare_neighbours
from bot.verify.polarity import compare_absence, compare_denials, compare_negation, compare_opposites
from bot.verify.quantities import compare_quantities
from bot.verify.reading import Clause, Reading, names_within, quotes_of, read
from bot.verify.roles import compare_roles, compare_speakers
from index.lexical import tokenize
from index.sentences import split_sentences

_HAN = re.compile(r"[\u3400-\u9fff]")
_FEW_HAN = 3
_SHORT_STATEMENT = re.compile("[他她它了死伤亡]")
_VERBS = english.AUXILIARY - {"to"}
_POSSESSIVES = frozenset("his her its their our".split())
_MAX_CHARS = 1000
"""A longer sentence that is no copy is not held against anything: the time that it takes grows with its square."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a sentence is supported, and what speaks against it."""

    supported: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Shares of a sentence's words, names and figures that its paragraph tells, and that it tells with its context."""

    paragraph: float
    whole: float


@dataclass(frozen=True, slots=True)
class Source:
    """What a sentence is held against.

    Attributes:
        context: Title, outlet and day, which a sentence may name too.
        published: The day that weekdays and yesterday refer to.
    """

    text: str
    context: str = ""
    published: date | None = None


def check_sentence(sentence: str, source: Source) -> Verdict:
    """Whether a paragraph says what a sentence says; the reason is the first thing that speaks against it."""
    if is_verbatim(sentence, source.text):
        return Verdict(True)
    reason = next(find_objections(sentence, source), "")
    return Verdict(not reason, reason)


def measure_overlap(sentence: str, source: Source) -> Overlap:
    """How much of a sentence a paragraph tells, in the same or nearly the same words; of one too long, nothing."""
    if len(sentence) > _MAX_CHARS:
        return Overlap(0.0, 0.0)
    if _HAN.search(sentence):
        words, told = set(tokenize(sentence)), set(tokenize(source.text))
        whole = told | set(tokenize(source.context))
        return Overlap(*(len(words & known) / max(1, len(words)) for known in (told, whole)))
    claim, paragraph, context = _read_all(sentence, source)
    return Overlap(share_known(claim, paragraph), share_known(claim, paragraph, context))


def is_verbatim(sentence: str, text: str) -> bool:
    """Whether a sentence is one of the text, or several in their order; a part of one may lack what limits it."""
    wanted = _fold(sentence)
    spans = split_sentences(text)
    starts = (a for a, b in spans if wanted.startswith(_fold(text[a:b])))
    return bool(wanted) and any(wanted == _fold(text[a:b]) for a in starts for _, b in spans if b > a)


def _fold(text: str) -> str:
    """Lower case, straight quotes, single spaces, no full stop at the end."""
    return re.sub(r"\s+", " ", re.sub("[“”]", '"', re.sub("[‘’]", "'", text))).lower().strip(" .。")


def find_objections(sentence: str, source: Source) -> Iterator[str]:
    """All that speaks against a sentence; a paragraph's own sentence is no exception."""
    if not re.search(r"[^\W_]", sentence):
        yield "no words"
        return
    if len(sentence) > _MAX_CHARS:
        yield f"too long ({len(sentence)} characters)"
        return
    yield from check_quotes(quotes_of(sentence), source.text)
    if _HAN.search(sentence):
        if len(_HAN.findall(sentence)) <= _FEW_HAN and not _SHORT_STATEMENT.search(sentence):
            yield "no statement"
        yield from object_in_chinese(sentence, source.text, source.context, source.published)
        return
    claim, told, context = _read_all(sentence, source)
    if not _states_something(claim):
        yield "no statement"
    yield from check_contained(claim, told, context)
    yield from compare_additions(claim, told, context)
    yield from compare_adjuncts(claim, told, context)
    yield from compare_manner(claim, told)
    yield from compare_hedges(claim, told)
    yield from compare_quantities(claim, told)
    yield from compare_opposites(claim, told)
    yield from compare_absence(claim, told)
    yield from compare_copies(claim, told)
    yield from compare_neighbours(claim, told)
    yield from compare_roles(claim, told)
    yield from compare_arguments(claim, told)
    yield from compare_speakers(claim, told)
    yield from compare_attribution(claim, told)
    yield from _agreeing_doubts(claim, told)


def _agreeing_doubts(claim: Reading, told: Reading) -> Iterator[str]:
    """Signs of a negation put in or left out, each of which errs too often alone, where two agree."""
    doubts = [next(compare(claim, told), "") for compare in (compare_negation, compare_negators, compare_denials)]
    if sum(map(bool, doubts)) > 1:
        yield next(filter(None, doubts))


def _read_all(sentence: str, source: Source) -> tuple[Reading, Reading, Reading]:
    names = names_within(sentence) | names_within(source.text) | names_within(source.context)
    claim, told, context = (read(text, source.published, names) for text in (sentence, source.text, source.context))
    return claim, told, context


def _states_something(claim: Reading) -> bool:
    """Whether a sentence may have a verb; a name or figure alone says nothing that a paragraph could support."""
    has_verb = any(t.verb or t.past for t in claim.tokens) or any(c.words & _VERBS for c in claim.clauses)
    has_subject = any(not _POSSESSIVES.issuperset(c.pronouns) for c in claim.clauses)
    has_two_words = sum(t.kind == "word" for t in claim.tokens) > 1
    return has_verb or has_subject or has_two_words or any(_has_word_behind_name(c) for c in claim.clauses)


def _has_word_behind_name(clause: Clause) -> bool:
    """Whether a word, likely a verb, stands right behind a name, as in Hamas agree."""
    tokens = [token for _, token in clause.sequence]
    return any(a and b and (a.kind, b.kind) == ("name", "word") for a, b in pairwise(tokens))
