"""Who did it to whom, and who said so. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.verify import english
from bot.verify.attribution import is_speech
from bot.verify.opposites import CONVERSE
from bot.verify.subjects import with_subjects
from bot.verify.tokens import Clause, Reading, Token
from bot.verify.words import opposed, same_word, shared_opposites

_PLACE = frozenset("in at on of near outside inside around across".split())


@dataclass(frozen=True, slots=True)
class Deed:
    """A verb with the names of who does it, and of the others.

    Attributes:
        near: All names that may belong to it.
        words: Keys of the other words of its clause.
        left: Stems of the nouns before it in its clause.
        right: Of those behind it.
        before: Names of its subject.
        behind: Names behind it, places among them.
    """

    verb: Token
    agents: frozenset[str]
    others: frozenset[str]
    near: frozenset[str]
    words: frozenset[str]
    left: frozenset[str]
    right: frozenset[str]
    before: frozenset[str]
    behind: frozenset[str]


def compare_roles(claim: Reading, told: Reading) -> Iterator[str]:
    """Whether names have exchanged their parts, or one has a part that the paragraph gives to another."""
    deeds = list(_deeds(told))
    for mine in _deeds(claim):
        exact = [d for d in deeds if mine.verb.keys & d.verb.keys and not opposed(mine.verb, d.verb)]
        converse = [d for d in deeds if shared_opposites(mine.verb, d.verb) & CONVERSE]
        turned = [replace(d, agents=d.others, others=d.agents) for d in converse if _is_converse(mine.verb, d.verb)]
        theirs = _nearest(mine, [*exact, *turned] or converse)
        if theirs and all(_is_swapped(mine, d) or _is_of_others(mine, d) for d in theirs):
            yield f"roles ({mine.verb.text})"
    for token in claim.tokens:
        sides = {h.preposition for h in told.tokens if same_word(token, h)} if token.kind != "word" else set()
        if (token.preposition, sides) in (("from", {"to"}), ("to", {"from"})):
            yield f"direction ({token.preposition} {min(token.keys)})"


def compare_speakers(claim: Reading, told: Reading) -> Iterator[str]:
    """Whether somebody says what only others say in the paragraph."""
    mine, theirs = _speakers(claim), _speakers(told)
    if mine and theirs and not mine & (theirs | _others_who_speak(told)):
        yield f"speaker ({', '.join(sorted(mine))})"


def _speakers(reading: Reading) -> set[str]:
    """Names of those who say something."""
    found: set[str] = set()
    before: Clause | None = None
    for clause, following, subject in with_subjects(reading):
        if clause.words & english.SAYING and not clause.words & english.BE:
            if before and before.sentence == clause.sentence and not any(t.verb for t in before.tokens):
                found |= {t.text for t in before.tokens if t.kind == "name"}
            aside = _apposition(clause, following)
            found |= {t.text for t in ((*subject, *aside) if "according" in clause.words else subject or aside)}
            found |= {t.text for t in clause.tokens if t.kind == "name"}
        before = clause
    return found


def _others_who_speak(reading: Reading) -> set[str]:
    """Names beside other verbs of speech, and those before a said in a clause that goes on with a was."""
    found: set[str] = set()
    for clause in reading.clauses:
        words = [word for word, _ in clause.sequence]
        at = next((i for i, word in enumerate(words) if word in english.SAYING), 0)
        says = not english.BE.intersection(words[:at])
        part = clause.sequence if any(map(is_speech, clause.tokens)) else clause.sequence[:at] if says else ()
        found |= {t.text for _, t in part if t and t.kind == "name"}
    return found


def _is_converse(a: Token, b: Token) -> bool:
    return opposed(a, b) and a.negated == b.negated


def _nearest(claimed: Deed, deeds: Sequence[Deed]) -> list[Deed]:
    """The deeds that share most words with the one that is claimed."""
    most = max((len(claimed.words & d.words) for d in deeds), default=0)
    return [d for d in deeds if len(claimed.words & d.words) == most]


def _is_swapped(a: Deed, b: Deed) -> bool:
    is_crossed = a.right & b.left and not a.left & b.left and not a.right & b.right
    if a.verb.passive == b.verb.passive and is_crossed and a.verb.keys & b.verb.keys:
        return True
    is_exchanged = a.before & b.behind and a.behind & b.before and not a.before & b.before and not a.behind & b.behind
    if a.verb.passive == b.verb.passive and is_exchanged and a.verb.keys & b.verb.keys:
        return True
    return len(a.agents & b.others) + len(a.others & b.agents) > len(a.agents & b.agents) * 2


def _is_of_others(a: Deed, b: Deed) -> bool:
    """Whether the same verb is told of none of the names that are claimed, on one side at least."""
    if not a.verb.keys & b.verb.keys or not a.words & b.words:
        return False
    return any(x and y and not x & b.near for x, y in ((a.agents, b.agents), (a.others, b.others)))


def _deeds(reading: Reading) -> Iterator[Deed]:
    opening: list[Token] = []
    sentence = -1
    for clause, following, subject in with_subjects(reading):
        opening = opening if clause.sentence == sentence else []
        sentence = clause.sentence
        for i, token in enumerate(clause.tokens):
            if token.verb:
                yield _deed(clause, i, subject, following, opening)
        if not any(t.verb for t in clause.tokens):
            opening += [t for t in clause.tokens if t.kind == "name"]


def _deed(
    clause: Clause, at: int, subject: Sequence[Token], following: Clause | None, opening: Sequence[Token]
) -> Deed:
    verb = clause.tokens[at]
    left = [t for t in clause.tokens[:at] if t.kind == "name"]
    if not left and (set(clause.pronouns) - {"that", "this"} or not clause.tokens[:at] or clause.tokens[0].verb):
        left = list(subject)
    right = [t for t in clause.tokens[at + 1 :] if t.kind == "name"] or _apposition(clause, following)
    agents = {t.text for t in right if t.preposition == "by"} if verb.passive else _without_places(left)
    others = _without_places([*left, *right] if verb.passive else right) - agents
    words = {key for t in clause.tokens if t.kind != "name" and t is not verb for key in t.keys}
    near = {t.text for t in (*left, *right, *opening)}
    nouns = [(i, min(t.keys)) for i, t in enumerate(clause.tokens) if t.kind == "word" and not t.verb]
    before, behind = {key for i, key in nouns if i < at}, {key for i, key in nouns if i > at}
    sides = {t.text for t in left}, {t.text for t in right}
    return Deed(verb, *map(frozenset, (agents, others, near, words, before, behind, *sides)))


def _without_places(names: Sequence[Token]) -> set[str]:
    return {t.text for t in names if t.preposition not in _PLACE}


def _apposition(clause: Clause, following: Clause | None) -> list[Token]:
    """Names set between commas behind a clause that has none."""
    if following is None or following.sentence != clause.sentence or following.words & english.SAYING:
        return []
    if any(t.verb for t in following.tokens):
        return []
    preposition = clause.tokens[-1].preposition if clause.tokens else ""
    return [replace(t, preposition=t.preposition or preposition) for t in following.tokens if t.kind == "name"]
