"""Who or what does a deed and whom or what it is done to, nouns as well as names. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.verify import english
from bot.verify.attribution import speakers_of
from bot.verify.forms import stems
from bot.verify.opposites import CONVERSE
from bot.verify.subjects import with_subjects
from bot.verify.tokens import Clause, Reading, Token
from bot.verify.words import opposed, shared_opposites

_RELATIVE = frozenset("who whose which that".split())
_LIMITING = frozenset("without before since until unless except but only yet".split())
"""Words that may turn a negation into an affirmation."""
_LIMITS = frozenset({"atleast", "atmost"})
_MUTUAL = stems("meet marry agree join merge play fight share trade talk match tie draw compete resemble succeed")
"""Verbs that tell the same of both sides, or nearly nothing."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """Keys of the nouns and names that a verb is told of.

    Attributes:
        doers: Its subject, or what stands behind a by.
        undergoers: Its object, or the subject of its passive.
        doer: The noun that the doers end with.
        undergoer: That of the undergoers.
    """

    verb: Token
    doers: frozenset[str]
    undergoers: frozenset[str]
    doer: frozenset[str]
    undergoer: frozenset[str]
    n_shared: int
    negated: bool


def compare_arguments(claim: Reading, told: Reading) -> Iterator[str]:
    """Verbs whose doer undergoes in the paragraph what it does in the sentence, or that are denied in one of them."""
    keys = {key for t in claim.tokens if t.kind != "figure" for key in t.keys}
    theirs, ours = list(_arguments(told, keys)), list(_arguments(claim, keys))
    doers = {key for a in ours if a.verb.verb for key in a.doer} | _who_say(claim)
    is_limited = any(c.words & _LIMITING for c in claim.clauses)
    for mine in ours:
        same = [d for d in theirs if d.verb.keys & mine.verb.keys]
        if same and not is_limited and not any(_is_affirmed(mine, d) for d in same):
            yield from (f"denied ({mine.verb.text})" for d in same if _is_denied(mine, d))
        if not same and any(_is_converse(mine, d) for d in theirs):
            yield f"converse ({mine.verb.text})"
        nearest = _nearest([d for d in same if not opposed(d.verb, mine.verb)], mine)
        if nearest and all(_is_turned(mine, d) or _has_other(mine, d, doers) for d in nearest):
            yield f"arguments ({mine.verb.text})"


def _who_say(reading: Reading) -> set[str]:
    clauses = [c for c in reading.clauses if c.words & english.SAYING]
    return {key for c in clauses for t in speakers_of(c)[-1:] for key in t.keys}


def _nearest(same: Sequence[Arguments], mine: Arguments) -> list[Arguments]:
    """Those whose clause has most words of the sentence; none if one has the same doer, or the verb is mutual."""
    most = max((d.n_shared for d in same), default=0)
    is_settled = bool(mine.verb.keys & _MUTUAL) or any(mine.doers & d.doers for d in same)
    return [] if is_settled else [d for d in same if d.n_shared == most]


def _is_denied(mine: Arguments, theirs: Arguments) -> bool:
    """Whether one denies what the other affirms of the same object, or of the same subject where neither has one."""
    is_same = mine.undergoers & theirs.undergoers or (
        mine.doers & theirs.doers and not mine.undergoers | theirs.undergoers
    )
    return bool(mine.verb.verb and theirs.verb.verb and is_same and mine.negated != theirs.negated)


def _is_affirmed(mine: Arguments, theirs: Arguments) -> bool:
    return mine.negated == theirs.negated


def _is_converse(mine: Arguments, theirs: Arguments) -> bool:
    """Whether one who loses wins, of the same thing."""
    is_opposed = shared_opposites(mine.verb, theirs.verb) & CONVERSE and opposed(mine.verb, theirs.verb)
    is_of_same = mine.doers & theirs.doers or not mine.doers | theirs.doers
    return bool(is_opposed and is_of_same and mine.undergoer & theirs.undergoer)


def _has_other(mine: Arguments, theirs: Arguments, doers: set[str]) -> bool:
    """Whether the same is told of something that the sentence names too, as the doer of something else."""
    is_same = mine.verb.verb and mine.undergoers & theirs.undergoers and mine.negated == theirs.negated
    return bool(is_same and mine.doers and not mine.doers & theirs.doers and theirs.doer & doers)


def _is_turned(mine: Arguments, theirs: Arguments) -> bool:
    if mine.doers & theirs.doers or mine.undergoers & theirs.undergoers:
        return False
    does = bool(mine.undergoers and mine.doer & theirs.undergoers)
    undergoes = bool(theirs.undergoers and mine.undergoer & theirs.doers)
    is_verb = mine.verb.verb or theirs.verb.verb
    return does or undergoes if is_verb else does and undergoes


def _arguments(reading: Reading, keys: set[str]) -> Iterator[Arguments]:
    before: Clause | None = None
    for clause, _, _ in with_subjects(reading):
        for at, token in enumerate(clause.tokens):
            if token.kind == "word" and (token.keys & keys or any(pair in CONVERSE for pair, _ in token.opposites)):
                yield _arguments_of(clause, at, before, keys)
        before = clause


def _arguments_of(clause: Clause, at: int, before: Clause | None, keys: set[str]) -> Arguments:
    verb = clause.tokens[at]
    left, right = _before(clause.tokens[:at]), _behind(clause.tokens[at + 1 :])
    if not left and before and before.sentence == clause.sentence and clause.opening in _RELATIVE:
        left = _before(before.tokens)
    if verb.passive:
        by = [t for t in clause.tokens[at + 1 :] if t.preposition == "by" and not t.figure]
        left, right = by[:3], left
    negated = verb.negated or any(t.negated for t in right)
    shared = sum(bool(t.keys & keys) for t in clause.tokens)
    return Arguments(verb, _keys(left), _keys(right), _keys(left[-1:]), _keys(right[-1:]), shared, negated)


def _keys(tokens: Sequence[Token]) -> frozenset[str]:
    return frozenset(key for t in tokens for key in t.keys)


def _before(tokens: Sequence[Token]) -> list[Token]:
    """The nouns of a subject, without what depends on a preposition."""
    found: list[Token] = []
    is_open = True
    for token in tokens:
        if token.verb:
            found = found if token.text.endswith("ing") else []
            is_open = not token.text.endswith("ing")
        elif is_open and not token.preposition and not token.figure and token.text not in _LIMITS:
            found.append(token)
    return found


def _behind(tokens: Sequence[Token]) -> list[Token]:
    """The nouns right behind a verb, up to a preposition, another verb or a figure that follows a noun."""
    found: list[Token] = []
    for token in tokens:
        if token.verb or token.preposition or (token.figure and found):
            break
        if not token.figure and token.text not in _LIMITS:
            found.append(token)
    return found
