"""Names that two accounts give to one thing; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from bot.accounts import Account
from bot.disagreement.asked import WH_NOUNS, asking_part, asks_for_place, asks_within_country
from bot.disagreement.cues import REVISES
from bot.disagreement.told import (
    FEW_WEEKS,
    Contrast,
    Pair,
    Span,
    alike,
    are_within,
    choose_pair,
    read_tokens,
    speak_of_one_time,
    tell_difference,
)
from bot.verify.nations import COUNTRIES
from bot.verify.reading import Token
from bot.verify.words import same_word
from index.lexical import tokenize

_MIN_CLOSE, _MIN_ALIKE, _MIN_TOLD = 0.55, 0.6, 0.6
_FEW = 3
_NO_NAME = re.compile(
    r"[“\"]|^(?:(?:As of|On|In|By|Since|Until|Last|Next|Early|Late) )*"
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August"
    r"|September|October|November|December)\b|^[A-Z]{2,}\b|\d"
)
_AT_PLACE = re.compile(r"\b(?:in|at|near|outside|off) (?:the )?$")
_LARGEST = frozenset({"biggest", "largest", "greatest"})
_SUPERLATIVES = _LARGEST | frozenset(
    "best worst most least highest lowest smallest longest shortest oldest youngest newest richest"
    " poorest fastest slowest cheapest deadliest hottest coldest tallest heaviest strongest weakest deepest"
    " busiest".split()
)
_BEFORE_MODIFIER = re.compile(r"\ban? (?:[\w-]+ )?$", re.IGNORECASE)
"""A name behind it says of which kind something is, as in a record Powerball jackpot."""
_UNITED = re.compile(r"^(?:the )?(?:U\.?S\.?(?:A\.?)?|U\.?K\.?|United (?:States|Kingdom)|America)$", re.IGNORECASE)
_NATIONS = frozenset(COUNTRIES.values()) - {"georgia", "kuwait", "mexico", "panama", "singapore"}
"""But for those after which a city or a state is named, too."""
_NO_PLACE = re.compile(
    r"\b(?:CEO|Centers?|Department|Association|Company|Agency|University|Police|Board|Union|Party|Ministry)\b|['’]s\b"
)


def tell_name(question: str, accounts: Iterable[Account]) -> Iterator[Account]:
    """Those that name what is asked for."""
    asked = _read_asked(question)
    return (a for a in accounts if _find_name(question, asked, a))


def contrast_names(question: str, claims: Sequence[Account], others: Sequence[Account]) -> Contrast | None:
    """The surest difference between the name in a claim and that in another account."""
    asked = _read_asked(question)
    told = [(a, name) for a in others if (name := _find_name(question, asked, a))]
    claimed = [(a, name) for a in claims if (name := _find_name(question, asked, a))]
    ordered = (sorted((a, b), key=lambda one: one[0].moment, reverse=True) for a in claimed for b in told)
    return choose_pair(_compare(*pair) for pair in ordered)


def _read_asked(question: str) -> list[Token]:
    """What the last sentence asks, or where that is short the whole question; without the kind of name."""
    asked = read_tokens(asking_part(question))
    return [t for t in (asked if len(asked) >= _FEW else read_tokens(question)) if t.text not in WH_NOUNS]


def _find_name(question: str, asked: Sequence[Token], account: Account) -> Span | None:
    """Where the one name stands that could be the answer, in a sentence that tells most of what is asked."""
    if account.closeness < _MIN_CLOSE:
        return None
    text = account.text
    spans = [
        (a, b)
        for a, b in account.evidence.highlights
        if not (_NO_NAME.search(text[a:b]) or text[:a].rstrip().endswith((":", "?", "!")))
    ]
    if asks_for_place(question):
        spans = [(a, b) for a, b in spans if not (_NO_PLACE.search(text[a:b]) or _BEFORE_MODIFIER.search(text[:a]))]
        if asks_within_country(question):
            spans = [(a, b) for a, b in spans if not _is_nation(text[a:b])]
    else:
        spans = [(a, b) for a, b in spans if not _AT_PLACE.search(text[:a])]
    if len(spans) != 1:
        return None
    told = read_tokens(text)
    found = [t for t in asked if any(same_word(t, h) for h in told)]
    if not all(_has_superlative(t, told) for t in asked if t.text in _SUPERLATIVES):
        return None
    is_told = any(t.kind == "word" for t in found) and len(found) >= _MIN_TOLD * len(asked)
    return spans[0] if is_told else None


def _has_superlative(asked: Token, told: Sequence[Token]) -> bool:
    same = _LARGEST if asked.text in _LARGEST else {asked.text}
    return any(t.text in same for t in told)


def _is_nation(name: str) -> bool:
    return bool(_UNITED.search(name)) or name.lower() in _NATIONS


def _compare(newer: tuple[Account, Span], older: tuple[Account, Span]) -> Pair | None:
    (a, first), (b, second) = newer, older
    is_revised = bool(REVISES.search(a.surroundings))
    cosine = alike(a, b)
    if a.article_id == b.article_id or not are_within(a, b, FEW_WEEKS) or cosine < _MIN_ALIKE:
        return None
    if (a.source == b.source and not is_revised) or not speak_of_one_time(a, b):
        return None
    names = set(tokenize(a.text[slice(*first)])), set(tokenize(b.text[slice(*second)]))
    if names[0] <= names[1] or names[1] <= names[0] or _knows(b, names[0] - names[1]):
        return None
    if not is_revised and _knows(a, names[1] - names[0]):
        return None
    return Pair(tell_difference(a, b), a, b, (first, second), cosine + min(a.closeness, b.closeness))


def _knows(account: Account, name: set[str]) -> bool:
    """Whether the passage of an account has some of the words of a name."""
    hit = account.evidence.hit
    return bool(name & set(tokenize(f"{hit.title} {hit.passage.text}")))
