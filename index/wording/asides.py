"""Words of a question that are not searched: words of courtesy are found, and those of any kind are cut out."""

from __future__ import annotations

import re
from collections.abc import Iterable

_COURTESY = re.compile(
    r"(?:^|(?<=[.?!:,;]))\s*(?:"
    r"(?:hi|hello|hey)(?: there)?[,!](?= (?:who|what|when|where|why|how|which|can|could|would|please|tell|I)\b)"
    r"|(?:(?:please|kindly),? )?(?:(?:can|could|would|will) you (?:please |kindly )?)?(?:tell|show) (?-i:me)\b:?"
    r"|(?:please|kindly),? (?-i:(?=[a-z]))|I(?:['’]d like| would like| want) to know\b:?"
    r"|let (?-i:me) know\b:?|do (?-i:you) know\b)"
    r"|,? please(?=[.?!]|\s*$)|(?<=[.?!]) (?:many )?(?:thanks|thank you)(?: in advance)?(?=[.!]*\s*$)"
    r"|(?:^|(?<=[，。？！：]))(?:请问一?下?|(?:请|麻烦)你?告诉我)[，：]?",
    re.I,
)
_WORD = re.compile(r"\w\w|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CLOSING = re.compile(r"^['\"”’]?[)）]?")
_OPEN = " \t,;，；–—(（"
_MARKS = _OPEN + ".:?!。：？！"


def find_courtesies(text: str) -> tuple[tuple[int, int], ...]:
    """Where a text is merely polite: `Could you tell me`, `please`."""
    return tuple(match.span() for match in _COURTESY.finditer(text))


def cut_out(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """A text without some ranges, and without the marks that held them; the whole where no word is left."""
    kept, at = "", 0
    for start, end in sorted(spans):
        if start > at:
            kept = _join(kept, text[at:start]) if at else text[:start]
        at = max(at, end)
    rest = _join(kept, text[at:]).strip() if at else text
    return rest if _WORD.search(rest) else text


def _join(before: str, after: str) -> str:
    """What stood before and behind words that are cut out; behind a mark no other is left."""
    before, after = before.rstrip(_OPEN), _CLOSING.sub("", after, count=1)
    after = after.lstrip(_MARKS if not before or before[-1] in _MARKS else " \t")
    return before + after if not after or after[0] in _MARKS else f"{before} {after}"
