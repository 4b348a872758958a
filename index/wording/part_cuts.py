"""Where a question is cut into clauses: at turns from one outlet to the next, and where it goes on to another thing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.wording.part_text import ARTICLE, JOINED, is_full

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
ASKS = re.compile(rf"\b{_ASKING}\b", re.I)
"""What a question begins with."""

_QUESTION = re.compile(rf"\s*(?:(?:and|but) )?{_ASKING}(?: +[^? ]+){{2,}}\?", re.I)

Range = tuple[int, int]
"""Where a piece of a text begins and ends."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """An outlet or an article's day, to which words of the question belong."""

    start: int
    end: int
    is_outlet: bool


def cut_clauses(text: str, anchors: Sequence[Anchor]) -> list[Range]:
    """The clauses of a text, each about its own outlets where it names any."""
    masked = _mask_lists(text, anchors)
    return [c for piece in _cut_at_turns(text, anchors) for c in _cut_piece(masked, piece, bool(anchors))]


def cut_questions(text: str, anchors: Sequence[Anchor]) -> list[Range]:
    """Questions that stand in a row: `Who won? Who was hurt?`; none where anything else stands between them."""
    found: list[Range] = []
    while not anchors and (match := _QUESTION.match(text, found[-1][1] if found else 0)):
        found.append(match.span())
    return found if len(found) > 1 and not text[found[-1][1] :].strip() else []


def _cut_at_turns(text: str, anchors: Sequence[Anchor]) -> list[Range]:
    edges = [0, *(cut for a, b in pairwise(anchors) for cut in _find_turn(text, a, b)), len(text)]
    return [(a, b) for a, b in pairwise(edges) if a < b]


def _find_turn(text: str, a: Anchor, b: Anchor) -> Iterator[int]:
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


def _mask_lists(text: str, anchors: Sequence[Anchor]) -> str:
    """Text with outlets, days, and what joins outlets to lists written over."""
    for i, anchor in enumerate(anchors):
        before = anchors[i - 1] if i else None
        is_joined = (
            before and before.is_outlet and anchor.is_outlet and JOINED.fullmatch(text, before.end, anchor.start)
        )
        start = before.end if before and is_joined else anchor.start
        text = text[:start] + "_" * (anchor.end - start) + text[anchor.end :]
    return text


def _cut_piece(text: str, piece: Range, is_anchored: bool) -> Iterator[Range]:
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
            return bool(ASKS.search(before))
