"""Strings that a question quotes, and which of them a passage has word for word."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.wording.outlets import Outlets

_QUOTED = re.compile(
    r"\"([^\"]{2,200})\"|“([^“”]{2,200})”|«([^«»]{2,200})»|「([^「」]{1,200})」|『([^『』]{1,200})』|《([^《》]{1,200})》"
    r"|(?<![^\W_])‘([^‘’]{2,100}(?:’[^\W_][^‘’]{0,100}){0,3})’(?![^\W_])"
    r"|(?<![^\W_])'([^']{2,100}(?:'[^\W_][^']{0,100}){0,3})'(?![^\W_])"
)
_STRAIGHT = str.maketrans("‘’‚‛“”„‟«»", '\'\'\'\'""""""')
_LETTER = r"[^\W_\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]"


def find_quotes(text: str, outlets: Outlets) -> tuple[str, ...]:
    """Quoted strings that are no outlets, in order."""
    quotes = (next(filter(None, match.groups())).strip(" ,.") for match in _QUOTED.finditer(text))
    known = {name.casefold() for name in outlets.names}
    return tuple(dict.fromkeys(q for q in quotes if q and q.casefold() not in known and not _is_outlet(q, outlets)))


def _is_outlet(text: str, outlets: Outlets) -> bool:
    return any(m.start == 1 and m.end == len(text) + 1 for m in outlets.find(f"'{text}'"))


def share_quoted(quoted: Sequence[str], text: str) -> float:
    """The share of some strings that stand in a text word for word, from 0 to 1; 0 where there are none.

    Case, runs of whitespace and the shape of quotation marks make no difference; a part of a word is no match.
    """
    if not quoted:
        return 0.0
    stored = _fold(text)
    return sum(bool(_as_words(_fold(q)).search(stored)) for q in quoted) / len(quoted)


def _fold(text: str) -> str:
    return " ".join(text.translate(_STRAIGHT).casefold().split())


def _as_words(text: str) -> re.Pattern[str]:
    """A text that no letter touches where it begins or ends with one; scripts without spaces have no such bounds."""
    before = rf"(?<!{_LETTER})" if re.match(_LETTER, text) else ""
    after = rf"(?!{_LETTER})" if re.search(rf"{_LETTER}$", text) else ""
    return re.compile(before + re.escape(text) + after)
