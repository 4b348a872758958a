"""Splitting a question that asks several things, or asks it of several outlets, into parts to be searched apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.wording.outlets import Mention
from index.wording.part_cuts import ASKS, Anchor, Range, cut_clauses, cut_questions
from index.wording.part_text import clean_clause, is_full
from index.wording.times import FoundPeriod, Period

_MAX_PARTS = 6

_WH = re.compile(r"\b(?:which|who|whom|whose|what|where)\b", re.I)
_COMPARATIVE = re.compile(r"\b(?:more|less|most|least|first|worse|better|fewer|[a-z]{2,12}(?:er|est))\b", re.I)
_NO_COMPARATIVE = re.compile(
    r"(?:after|other|over|under|ever|never|number|member|power|water|former|either|whether|her|per)$", re.I
)
_SIDES = re.compile(r"(?P<head>.*)[,:] (?P<a>[^,:?]{2,120}),? or (?P<b>[^,:?]{2,120})\??\s*$", re.S)
_LAST_SIDE = re.compile(r"(?P<head>.*)[,:] (?P<side>(?=[^a-z])[^,:?]{2,60})", re.S)
_SAME_DAY = re.compile(r"\bsame (?:day|date)\b", re.I)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a question asks, with enough of its context to be searched by itself.

    Attributes:
        text: What to look for: its words without outlets and days and, where it names nothing, the question's names.
    """

    text: str
    sources: tuple[str, ...] = ()
    periods: tuple[Period, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Marked:
    """A question's text, with what was found in it and where."""

    text: str
    mentions: Sequence[Mention]
    times: Sequence[FoundPeriod]
    names: Sequence[tuple[int, str]]

    @property
    def sources(self) -> tuple[str, ...]:
        """All outlets that are named."""
        return tuple(dict.fromkeys(source for m in self.mentions for source in m.sources))


def split_question(question: Marked) -> tuple[Part, ...]:
    """The parts of a question; none where it asks one thing."""
    anchors = _find_anchors(question)
    if questions := cut_questions(question.text, anchors):
        return tuple(_make_part(question, clause) for clause in questions[:_MAX_PARTS])
    parts = _make_parts(question, cut_clauses(question.text, anchors))
    if len(parts) > 1:
        return tuple(parts[:_MAX_PARTS])
    if sides := _compare(question):
        return sides
    outlets = list(dict.fromkeys(m.sources for m in question.mentions))
    if 1 < len(outlets) <= _MAX_PARTS:
        return tuple(replace(part, sources=own) for part in parts for own in outlets)
    return ()


def _find_anchors(question: Marked) -> list[Anchor]:
    outlets = [Anchor(m.start, m.end, True) for m in question.mentions]
    days = [Anchor(t.start, t.end, False) for t in question.times if t.period.published]
    return sorted(outlets + days, key=lambda a: a.start)


def _make_parts(question: Marked, clauses: Sequence[Range]) -> list[Part]:
    """The parts of clauses that say enough to be searched, or name something."""
    parts: list[Part] = []
    for clause in clauses:
        if len(clauses) > 1 and not _says_enough(question, clause):
            continue
        part = _make_part(question, clause)
        if not part.periods and parts and _SAME_DAY.search(question.text, *clause):
            part = replace(part, periods=parts[-1].periods)
        if part.text:
            parts.append(part)
    return parts


def _make_part(question: Marked, clause: Range) -> Part:
    start, end = clause
    mentions = [m for m in question.mentions if start <= m.start < end]
    times = [t for t in question.times if start <= t.start < end]
    own = tuple(dict.fromkeys(name for at, name in question.names if start <= at < end))
    every = tuple(dict.fromkeys(name for _, name in question.names))
    text = _clean(question, clause)
    is_nameless = not _names_something(question, clause)
    return Part(
        text=" ".join([text, *(n for n in every if n not in text)]) if text and is_nameless else text,
        sources=tuple(dict.fromkeys(source for m in mentions or question.mentions for source in m.sources)),
        periods=tuple(dict.fromkeys(t.period for t in times or _find_leading(question))),
        names=own or every,
    )


def _clean(question: Marked, clause: Range) -> str:
    start, end = clause
    return clean_clause(
        question.text[start:end],
        [(m.start - start, min(m.end, end) - start) for m in question.mentions if start <= m.start < end],
        [
            (t.start - start, min(t.end, end) - start)
            for t in question.times
            if start <= t.start < end and t.period.published
        ],
    )


def _says_enough(question: Marked, clause: Range) -> bool:
    text = _clean(question, clause)
    return _names_something(question, clause) or is_full(text) or bool(ASKS.match(text) and is_full(text, 2))


def _names_something(question: Marked, clause: Range) -> bool:
    """Whether more than numbers is named in a clause."""
    start, end = clause
    return any(any(c.isalpha() for c in name) for at, name in question.names if start <= at < end)


def _find_leading(question: Marked) -> list[FoundPeriod]:
    """Times before the question proper, which hold for all of it: `In April, what …`."""
    asks = ASKS.search(question.text)
    return [t for t in question.times if asks and t.end <= asks.start() and not t.period.published]


def _compare(question: Marked) -> tuple[Part, ...]:
    """Which is larger, A, B or C: one part for each."""
    match = _SIDES.match(question.text) if " or " in question.text else None
    if not match:
        return ()
    sides = [match.span("a"), match.span("b")]
    head = match["head"]
    while (more := _LAST_SIDE.fullmatch(head)) and _asks_which(more["head"]):
        head, sides = more["head"], [more.span("side"), *sides]
    if not _asks_which(head):
        return ()
    periods = tuple(dict.fromkeys(t.period for t in question.times))
    return tuple(
        Part(
            text=f"{head.strip()} {question.text[start:end].strip()}",
            sources=question.sources,
            periods=periods,
            names=tuple(
                dict.fromkeys(
                    n for at, n in question.names if at < sides[0][0] or start <= at < end or at >= sides[-1][1]
                )
            ),
        )
        for start, end in sides[:_MAX_PARTS]
    )


def _asks_which(text: str) -> bool:
    return bool(_WH.search(text)) and _has_comparative(text)


def _has_comparative(text: str) -> bool:
    return any(not _NO_COMPARATIVE.match(word.group()) for word in _COMPARATIVE.finditer(text))
