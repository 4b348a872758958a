"""Splitting a question that asks several things, or asks it of several outlets, into parts to be searched apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.wording.outlets import Mention
from index.wording.part_text import ARTICLE, JOINED, clean_clause, is_full
from index.wording.times import FoundPeriod, Period

_MAX_PARTS = 6

_BE = r"(?:is|was|are|were|has|have|had)"
_ASKING = r"(?:what|which|who|whom|whose|where|when|why|how|did|does|do|is|was|were|are|has|have|had|will|can|could)"
_ADVERBS = r"(?:(?:also|simultaneously|allegedly|recently|once|now|then|not only|previously|both) ){0,3}"

# Where a question turns from one outlet or article to the next: the surest sign first.
_TURNS = (
    re.compile(
        r",? (?:while|whereas|as opposed to|compared (?:to|with)|in contrast (?:to|with)|unlike|versus)\b|[?;] ", re.I
    ),
    re.compile(
        rf",? (?:and|or|but)(?= (?:then |also |again )?(?:(?:the|an?|another|its|their|his|her|did|does|do) )?"
        rf"(?:[a-z]+ ){{0,2}}(?:{ARTICLE}\b|['\"“‘]?$|on |reported |other ))",
        re.I,
    ),
    re.compile(
        rf",(?: and| or| but| also| which| who| whose| {_BE}| does| did| do| with| where)\b"
        rf"|,? and (?=(?:{_BE}|did|does|who|which|that|then|also|again)\b)",
        re.I,
    ),
    re.compile(r" (?:than|different from|similarly to|in the same way|and|or|but)\b|,", re.I),
    re.compile(r" (?:as|to|with|from|of|before|after)(?=(?: (?:the|what|how|an?|another))? ?['\"“‘]?$)", re.I),
)
_ENDS_CLAUSE = re.compile(r"['\"”’]?(?:,(?: and\b| but\b)?|;| and\b| but\b|\?)")
_OPENS_CLAUSE = re.compile(r"(?:^|[.?!;] |, (?:and|but|while) )according to ['\"“‘]?$", re.I)

# Where a clause about an outlet's articles goes on to the next thing; and, more strictly, where any question does.
_GOES_ON = re.compile(
    rf",? (?:and|but|while|yet) {_ADVERBS}(?=(?:{_BE}|who|which|whose|also|with|the other)\b)"
    rf"|, {_ADVERBS}(?=(?:{_BE}|who|which|whose|with|along with|as well as|while)\b)|,? (?:and|but) also "
    r"|, (?:and|but|while|as well as) "
    r"|, (?=(?:being |[a-z]{3,}ed (?:an?|the|by|to|his|her|its|their|from|for|as|in|over|on)\b))",
    re.I,
)
_ASKS_ON = re.compile(
    r", (?:and|but) (?=(?:what|which|who|whom|whose|where|when|why|how|did|does|do|will|can|could)\b)"
    rf"| (?:and|but) (?=(?:what|how|why)\b(?! not\b))|, (?=(?:what|how)\b)|; |\? (?=\S)|: (?={_ASKING}\b)",
    re.I,
)
_OPENS = re.compile(r"(?:what|which|who|whom|whose|how)\b", re.I)
_ASKS = re.compile(rf"\b{_ASKING}\b", re.I)

_WH = re.compile(r"\b(?:which|who|whom|whose|what|where)\b", re.I)
_COMPARATIVE = re.compile(r"\b(?:more|less|most|least|first|worse|better|fewer|[a-z]{2,12}(?:er|est))\b", re.I)
_NO_COMPARATIVE = re.compile(
    r"(?:after|other|over|under|ever|never|number|member|power|water|former|either|whether|her|per)$", re.I
)
_SIDES = re.compile(r"(?P<head>.*)[,:] (?P<a>[^,:?]{2,120}),? or (?P<b>[^,:?]{2,120})\??\s*$", re.S)

_LAST_SIDE = re.compile(r"(?P<head>.*)[,:] (?P<side>(?=[^a-z])[^,:?]{2,60})", re.S)
_QUESTION = re.compile(rf"\s*(?:(?:and|but) )?{_ASKING}(?: +[^? ]+){{2,}}\?", re.I)

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


_Range = tuple[int, int]


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
    pieces = _cut_at_turns(question.text, anchors)
    masked = _mask_lists(question.text, anchors)
    clauses = [clause for piece in pieces for clause in _cut_clauses(masked, piece, bool(anchors))]
    if questions := _cut_questions(question.text, anchors):
        return tuple(_make_part(question, clause) for clause in questions[:_MAX_PARTS])
    parts = _make_parts(question, clauses)
    if len(parts) > 1:
        return tuple(parts[:_MAX_PARTS])
    if sides := _compare(question):
        return sides
    outlets = list(dict.fromkeys(m.sources for m in question.mentions))
    if 1 < len(outlets) <= _MAX_PARTS:
        return tuple(replace(part, sources=own) for part in parts for own in outlets)
    return ()


@dataclass(frozen=True, slots=True)
class _Anchor:
    """An outlet or an article's day, to which words of the question belong."""

    start: int
    end: int
    is_outlet: bool


def _find_anchors(question: Marked) -> list[_Anchor]:
    outlets = [_Anchor(m.start, m.end, True) for m in question.mentions]
    days = [_Anchor(t.start, t.end, False) for t in question.times if t.period.published]
    return sorted(outlets + days, key=lambda a: a.start)


def _cut_at_turns(text: str, anchors: Sequence[_Anchor]) -> list[_Range]:
    edges = [0, *(cut for a, b in pairwise(anchors) for cut in _find_turn(text, a, b)), len(text)]
    return [(a, b) for a, b in pairwise(edges) if a < b]


def _find_turn(text: str, a: _Anchor, b: _Anchor) -> Iterator[int]:
    gap = text[a.end : b.start]
    if JOINED.fullmatch(gap):
        return
    is_own_day = a.is_outlet and not b.is_outlet
    ends = _ENDS_CLAUSE.match(gap)
    if ends and a.is_outlet and not is_own_day and not _OPENS_CLAUSE.search(text, max(0, a.start - 30), a.start):
        yield a.end + ends.end()
        return
    for sign in _TURNS[:2] if is_own_day else _TURNS:
        if turns := list(sign.finditer(gap)):
            yield a.end + turns[-1].start()
            return


def _cut_questions(text: str, anchors: Sequence[_Anchor]) -> list[_Range]:
    """Questions that stand in a row: `Who won? Who was hurt?`; none where anything else stands between them."""
    found: list[_Range] = []
    while not anchors and (match := _QUESTION.match(text, found[-1][1] if found else 0)):
        found.append(match.span())
    return found if len(found) > 1 and not text[found[-1][1] :].strip() else []


def _mask_lists(text: str, anchors: Sequence[_Anchor]) -> str:
    """Text with outlets, days, and what joins outlets to lists written over."""
    for i, anchor in enumerate(anchors):
        before = anchors[i - 1] if i else None
        is_joined = (
            before and before.is_outlet and anchor.is_outlet and JOINED.fullmatch(text, before.end, anchor.start)
        )
        start = before.end if before and is_joined else anchor.start
        text = text[:start] + "_" * (anchor.end - start) + text[anchor.end :]
    return text


def _cut_clauses(text: str, piece: _Range, is_anchored: bool) -> Iterator[_Range]:
    """The clauses of a piece that have words enough to be searched."""
    begin, end = piece
    for match in (_GOES_ON if is_anchored else _ASKS_ON).finditer(text, begin, end):
        before = text[begin : match.start()]
        if not (is_full(before) and is_full(text[match.end() : end])):
            continue
        if (
            _joins_nouns(match.group(), before)
            if is_anchored
            else not _asks_twice(match.group(), before, text[match.end() :])
        ):
            continue
        yield begin, match.start()
        begin = match.end()
    yield begin, end


def _joins_nouns(joint: str, before: str) -> bool:
    """Whether it is the `and` of a list, as in `content, readers, and revenue`."""
    _, comma, last = before.rpartition(",")
    return joint.strip() in {", and", ","} and bool(comma) and len(last.split()) <= 3


def _asks_twice(joint: str, before: str, after: str) -> bool:
    """Whether both sides of a joint are questions."""
    match joint.strip():
        case "?":
            return "?" in after
        case ",":
            return bool(_OPENS.match(before.lstrip()))
        case ";" | ":":
            return True
        case _:
            return bool(_ASKS.search(before))


def _make_parts(question: Marked, clauses: Sequence[_Range]) -> list[Part]:
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


def _make_part(question: Marked, clause: _Range) -> Part:
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


def _clean(question: Marked, clause: _Range) -> str:
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


def _says_enough(question: Marked, clause: _Range) -> bool:
    text = _clean(question, clause)
    return _names_something(question, clause) or is_full(text) or bool(_ASKS.match(text) and is_full(text, 2))


def _names_something(question: Marked, clause: _Range) -> bool:
    """Whether more than numbers is named in a clause."""
    start, end = clause
    return any(any(c.isalpha() for c in name) for at, name in question.names if start <= at < end)


def _find_leading(question: Marked) -> list[FoundPeriod]:
    """Times before the question proper, which hold for all of it: `In April, what …`."""
    asks = _ASKS.search(question.text)
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
