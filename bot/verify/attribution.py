"""Who said what: the sentence that has the words of a speech must be that speaker's. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.verify import english
from bot.verify.forms import stems
from bot.verify.tokens import Clause, Reading, Token
from bot.verify.words import same_word

_SPEECH = stems(
    "say tell add call warn argue claim announce insist explain note report estimate predict complain caution state "
    "believe think describe admit accuse stress reply comment declare suggest hope"
)
_JOINING = frozenset("and but while who which though although".split())
_LEAST = 2
_SHORT = 4


@dataclass(frozen=True, slots=True)
class Speech:
    """Who says something, by the names and nouns around a verb of speech."""

    speakers: frozenset[str]
    names: frozenset[str]
    said: tuple[Token, ...]
    sentence: int


def compare_attribution(claim: Reading, told: Reading) -> Iterator[str]:
    """Whether what somebody says stands in the paragraph where another speaks, or before that one is named."""
    theirs = list(_speeches(told))
    for mine in _speeches(claim):
        shared = {n: _n_shared(mine, told, n) for n in {c.sentence for c in told.clauses}}
        best = max(shared, key=lambda n: shared[n], default=0)
        if not mine.speakers or shared.get(best, 0) < _LEAST:
            continue
        here = {key for c in told.clauses if c.sentence == best for t in c.tokens for key in t.keys}
        own = [s.sentence for s in theirs if s.speakers & mine.speakers]
        others = [s for s in theirs if s.sentence == best and s.names]
        if not own or here & mine.speakers or shared[best] <= max(shared.get(n, 0) for s in own for n in (s, s + 1)):
            continue
        if best < min(own) or others:
            yield f"speaker ({', '.join(sorted(mine.speakers))})"


def _n_shared(speech: Speech, told: Reading, number: int) -> int:
    tokens = [t for c in told.clauses if c.sentence == number for t in c.tokens]
    return sum(any(same_word(t, h) for h in tokens) for t in speech.said if t.kind != "name")


def _speeches(reading: Reading) -> Iterator[Speech]:
    for number in dict.fromkeys(c.sentence for c in reading.clauses):
        clauses = [c for c in reading.clauses if c.sentence == number]
        for i, clause in enumerate(clauses):
            if clause.words & english.SAYING or any(map(is_speech, clause.tokens)):
                speakers = _set_before(clause, clauses[:i]) or speakers_of(clause)
                joined = clause.opening in _JOINING or i + 1 < len(clauses)
                part = clauses[i:] if joined else clauses
                said = tuple(t for c in part for t in c.tokens if t not in speakers and not is_speech(t))
                names = frozenset(key for t in speakers if t.kind == "name" for key in t.keys)
                yield Speech(frozenset(key for t in speakers for key in t.keys), names, said, number)


def _set_before(clause: Clause, before: Sequence[Clause]) -> list[Token]:
    """The names set between commas before a verb of speech that its clause begins with."""
    if clause.opening not in english.SAYING or not before or any(t.verb for t in before[-1].tokens):
        return []
    return [t for t in before[-1].tokens if t.kind == "name"]


def is_speech(token: Token) -> bool:
    """Whether it is a verb of speech or thought, beyond say and tell."""
    return token.verb and bool(token.keys & _SPEECH)


def speakers_of(clause: Clause) -> list[Token]:
    """The nouns before the verb of speech; of a clause that begins with it, those behind it."""
    found: list[Token] = []
    for key, token in clause.sequence:
        speaks = key in english.SAYING or (token is not None and is_speech(token))
        if speaks and (found or key in ("told", "tell")):
            return found
        if token and not token.verb and not token.figure and not speaks:
            found.append(token)
    return found if len(found) <= _SHORT else []
