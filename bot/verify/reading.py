"""A text as tokens that know their clause, polarity, certainty and voice. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import pairwise

from bot.verify import english
from bot.verify.clauses import ClauseReader
from bot.verify.figures import read_figures
from bot.verify.forms import without_possessive
from bot.verify.phrases import join_phrases
from bot.verify.tokens import Clause, Reading, Token
from index.sentences import split_sentences

__all__ = ["Clause", "Reading", "Token", "names_within", "quotes_of", "read"]

_TOKEN = re.compile(r"[^\W\d_]+(?:[.-][^\W\d_]+)*(?:['’]s?\b)?|\d+|[^\w\s]")
_BREAKS = frozenset(',;:—–()“”"•')
_QUOTE = re.compile(r"[“\"]([^”\"]+)[”\"]")
_CAPITAL_INSIDE = re.compile(r"(?<=[\w,;:—–] )[A-Z][\w.'’-]*|(?<=[\w,] [\"“'(])[A-Z][\w'’-]*")
_CAPITAL_PAIR = re.compile(r"([A-Z][\w-]+)(?= [A-Z])")
_IF = frozenset({"if", "unless"})


def quotes_of(text: str) -> tuple[str, ...]:
    """What stands between quotation marks."""
    return tuple(m[1] for m in _QUOTE.finditer(text))


def names_within(text: str) -> frozenset[str]:
    """Words, in lower case, that are written with a capital where no sentence starts, or before another such word."""
    found = {without_possessive(m[0].rstrip(".")) for m in _CAPITAL_INSIDE.finditer(text)}
    return frozenset(found | {m[1].lower() for m in _CAPITAL_PAIR.finditer(text)} - english.FUNCTION - english.TITLES)


@lru_cache(maxsize=256)
def read(text: str, published: date | None, names: frozenset[str]) -> Reading:
    """Read an English text.

    Args:
        names: Words, in lower case, that are names even where a sentence starts.
    """
    clauses: list[Clause] = []
    normal = join_phrases(text)
    for n, (a, b) in enumerate(split_sentences(normal)):
        clauses += _read_clauses(normal[a:b], ClauseReader(n, len(clauses), names), published)
    return Reading(normal, tuple(_pass_on_certainty(clauses)), quotes_of(text))


def _read_clauses(text: str, clause: ClauseReader, published: date | None) -> Iterator[Clause]:
    figures = {f.start: f for f in read_figures(text, published)}
    covered = {i for f in figures.values() for i in range(f.start, f.end)}
    words = [(m.start(), m[0]) for m in _TOKEN.finditer(text) if m.start() not in covered]
    places = sorted([*words, *((at, "") for at in figures)])
    for (at, word), (_, following) in pairwise([*places, (0, "")]):
        if not word:
            clause.add_figure(figures[at], at)
        elif word in _BREAKS:
            yield from clause.close()
        elif word[0].isalpha():
            if word.lower() in english.CLAUSE_STARTS and clause.tokens:
                yield from clause.close(word.lower())
            clause.add_word(word, at, following)
    yield from clause.close()


def _pass_on_certainty(clauses: Sequence[Clause]) -> Iterator[Clause]:
    """What goes on with a will is to come as well; what stands beside an if is no more than possible."""
    level = 0
    for before, clause, following in zip([None, *clauses], clauses, [*clauses[1:], None], strict=False):
        after_one = before is not None and before.sentence == clause.sentence
        before_one = following is not None and following.sentence == clause.sentence
        goes_on = after_one and clause.opening in ("and", "or", "then")
        has_own = clause.pronouns or clause.words & english.AUXILIARY or any(t.past for t in clause.tokens)
        if (before and after_one and before.opening in _IF) or (following and before_one and following.words & _IF):
            yield _at_least(clause, 2)
        else:
            yield _at_least(clause, level) if goes_on and not has_own else clause
        if not (goes_on and not has_own) and any(t.verb for t in clause.tokens):
            level = max(t.certainty for t in clause.tokens)


def _at_least(clause: Clause, level: int) -> Clause:
    return replace(clause, tokens=tuple(replace(t, certainty=max(level, t.certainty)) for t in clause.tokens))
