"""Clauses of a text, each with what belongs to it: who its pronoun is, and what shares its verb. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, groupby

from bot.verify import english
from bot.verify.tokens import Clause, Reading, Token

_RELATIVE = frozenset("who whose which where".split())
_PRONOUNS = frozenset("he she it they him her them his its their".split())
_SHARES_VERB = frozenset("and for in on at of by".split())
_ENDS_IN_S = re.compile(r"[^s]s$")


@dataclass(frozen=True, slots=True)
class Scope:
    """A clause with what belongs to it.

    Attributes:
        beside: Clauses that share its verb, having none of their own, or the one whose verb it shares.
        carried: What its pronoun or missing subject stands for.
        described: Relative clauses next to it.
    """

    clause: Clause
    beside: tuple[Clause, ...]
    carried: tuple[Token, ...]
    described: tuple[Clause, ...]

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The clause and those beside it."""
        return (self.clause, *self.beside)


def find_scopes(told: Reading) -> Iterator[Scope]:
    """Each clause alone and with each neighbour that has no verb of its own.

    A pronoun stands for the first or last subject of the sentence before it, and `they` for any plural there.
    """
    before: tuple[Token, ...] = ()
    plurals: tuple[Token, ...] = ()
    for _, group in groupby(told.clauses, key=lambda c: c.sentence):
        clauses = list(group)
        subjects: list[tuple[Token, ...]] = []
        for i, clause in enumerate(clauses):
            own = _subject_of(clause)
            near = [c for c in clauses[max(0, i - 1) : i + 2] if c is not clause]
            verb = [] if _has_verb(clause) else [c for c in clauses[:i] if _has_verb(c)][-1:]
            shared = verb if clause.opening in _SHARES_VERB else []
            pronouns = {p for c in (clause, *(() if own else (*shared, clauses[0]))) for p in c.pronouns}
            carried = [*subjects[:1], *subjects[-1:]] if not own and (shared or not verb) else []
            carried += [before] if pronouns & _PRONOUNS else []
            carried += [plurals] if "they" in pronouns else []
            described = tuple(c for c in near if c.opening in _RELATIVE)
            for beside in ([], *([c] for c in near if not _has_verb(c))):
                yield Scope(clause, (*shared, *beside), tuple(chain.from_iterable(carried)), described)
            if own and clause.opening not in _RELATIVE:
                subjects.append(own)
        before = (*subjects[0], *subjects[-1]) if subjects else before
        plurals = tuple(t for c in clauses for t in c.tokens if t.kind == "word" and _ENDS_IN_S.search(t.text))


def _has_verb(clause: Clause) -> bool:
    has_auxiliary = bool(clause.words & (english.AUXILIARY | english.SAYING) - {"to"})
    return has_auxiliary or _opens_with_verb(clause) or any(is_finite(t) for t in clause.tokens)


def _opens_with_verb(clause: Clause) -> bool:
    """Whether a clause goes on in the present tense, as in `Stroud, 41, becomes minister`."""
    first = next(iter(clause.tokens), None)
    if first is None or first.kind != "word" or first.text != clause.opening:
        return False
    return first.at > 0 and _ENDS_IN_S.search(first.text) is not None


def is_finite(token: Token) -> bool:
    """Whether a token is a verb that can have a subject."""
    return token.verb and not token.text.endswith("ing")


def _subject_of(clause: Clause) -> tuple[Token, ...]:
    """What stands before the verb and below no preposition; of a clause without a verb, all of that."""
    if _opens_with_verb(clause):
        return ()
    at = next((i for i, t in enumerate(clause.tokens) if is_finite(t)), len(clause.tokens))
    return tuple(t for t in clause.tokens[:at] if not t.preposition and t.kind != "figure")
