"""Of whom a clause tells: its own names, or those that went before it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from bot.verify.tokens import Clause, Reading, Token

_RELATIVE = frozenset("who whose which".split())


def with_subjects(reading: Reading) -> Iterator[tuple[Clause, Clause | None, tuple[Token, ...]]]:
    """Each clause with the one behind it, and the names of its subject, its own or an earlier one's."""
    subject: tuple[Token, ...] = ()
    before: Clause | None = None
    has_verb = False
    for clause, following in zip_longest(reading.clauses, reading.clauses[1:]):
        has_verb = has_verb and before is not None and before.sentence == clause.sentence
        if before and clause.words & _RELATIVE and clause.tokens:
            subject = _last_name(before, clause) or subject
        own = subject_of(clause)
        is_told = any(t.verb for t in clause.tokens)
        if own and (is_told or not has_verb):  # what stands behind a verb between commas is no subject
            subject = own
        has_verb = has_verb or is_told
        before = clause
        yield clause, following, subject


def subject_of(clause: Clause) -> tuple[Token, ...]:
    """Names before the clause's verb; all of a clause without one."""
    names: list[Token] = []
    for token in clause.tokens:
        if token.verb:
            break
        if token.kind == "name" and not token.preposition:
            names.append(token)
    return tuple(names)


def name_runs(reading: Reading) -> list[tuple[str, ...]]:
    """Names of one or more words that stand side by side."""
    runs: list[list[Token]] = []
    for clause in reading.clauses:
        for token in clause.tokens:
            if token.kind != "name":
                continue
            last = runs[-1][-1] if runs else None
            if last and last.clause == token.clause and token.at == last.at + last.length + 1:
                runs[-1].append(token)
            else:
                runs.append([token])
    return [tuple(t.text for t in run) for run in runs]


def _last_name(before: Clause, clause: Clause) -> tuple[Token, ...]:
    """The name right before a relative clause."""
    names: list[Token] = []
    for token in reversed(before.tokens):
        is_next = not names or token.at + token.length + 1 == names[0].at
        if token.kind != "name" or before.sentence != clause.sentence or not is_next:
            break
        names.insert(0, token)
    return tuple(names)
