"""Words in running text that stand for a time, told from those that only look like it, such as the Sunday Times."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from index.wording.time_hanzi import HANZI, SIMPLIFIED, translate

_LONG = "january|february|march|april|may|june|july|august|september|october|november|december"
_MONTH = rf"(?:{_LONG}|(?:jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)\b\.?)"
_YEAR = r"(?:1[89]|20|21)\d\d(?![\d-])"
_OF_YEAR = rf"(?:,? (?:of )?{_YEAR}|,? (?:of )?(?:this|last) year\b)"
_DAY = r"(?:[0-3]?\d(?:st|nd|rd|th)?(?![\w%'’]|[,.:]\d))"
_ORDINAL = r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)"
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_COUNT = r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:a )?couple of|(?:a )?few)"
_UNITS = r"(?:days?|weeks?|months?|years?|hours?|decades?|fortnights?)"
_DASH = r"(?:\s?[-–—]\s?|\s(?:to|and|or|through|until|till)\s)"
_KINDS = {
    "iso": r"\b\d{4}-\d\d?-\d\d?(?![\w-])|\b\d{4}/\d\d?/\d\d?(?![\w/])|\b\d{4}-\d\d(?![\w-])"
    rf"|(?<![\d./])\d\d?(?:/\d\d?/|\.\d\d?\.){_YEAR}(?![\w/])",
    "days": rf"\b{_DAY}{_DASH}{_DAY} (?:of )?{_MONTH}\b{_OF_YEAR}?|\b{_MONTH} {_DAY}{_DASH}{_DAY}{_OF_YEAR}?",
    "day": rf"\b(?:{_WEEKDAY},? (?:the )?)?"
    rf"(?:{_MONTH} {_DAY}|(?:{_DAY}|{_ORDINAL}(?= of)) (?:of )?{_MONTH}\b){_OF_YEAR}?",
    "part": r"\b(?:(?:early|mid|late)[ -](?:in )?|(?:beginning|start|middle|end|close) of "
    r"|(?:first|second|third|fourth|last|final|opening) (?:week|half|days|weeks|weekend) (?:of|in) )"
    rf"(?:(?:{_LONG})\b{_OF_YEAR}?|{_YEAR}s?\b)",
    "month": rf"\b{_MONTH}{_OF_YEAR}|\b(?:{_LONG})\b",
    "season": rf"\b(?:spring|summer|autumn|fall|winter) (?:of )?{_YEAR}",
    "quarter": rf"\b(?:q[1-4]|(?:first|second|third|fourth)[ -]quarter(?: of)?),? {_YEAR}",
    "year": rf"\b(?<![$€£.,-]){_YEAR}s?\b",
    "ago": rf"\b(?:half a year|{_COUNT} {_UNITS}) ago\b",
    "recent": rf"\b(?<!to )(?<!will )(?<!can )(?<!could )(?:last|past|previous) (?:{_COUNT} )?"
    r"(?:days|weeks|months|years|hours|decade|fortnight)\b"
    r"|\bpast (?:hour|day|week|month|year)\b(?! of\b)"
    r"|(?:(?<=\bin the )|(?<=\bover the )|(?<=\bduring the )|(?<=\bwithin the ))last (?:week|month|year)\b(?! of\b)",
    "unit": r"\b(?:this|last) (?:week|month|year)\b|\b(?:this|last|past) (?:weekend|night|morning)\b"
    r"|\b(?:over|at|on|during) the weekend\b",
    "near": r"\b(?:the day before )?yesterday\b|\btoday\b|\btonight\b",
    "weekday": rf"\b(?:(?:last|this|past) )?{_WEEKDAY}\b(?: (?:of )?(?:last|this) week\b)?",
    **HANZI,
}
# Reads text in lower case; what comes before the kinds keeps it from trying all of them at every letter.
_SCAN = re.compile(
    r"(?<![a-z])(?=[\dabcdefhjlmnopqstwy上本这昨今前去大过最近年半周星礼〇零一二两三四五六七八九十几])(?:"
    + "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items())
    + ")"
)

_REACH = 20
_SURE_MONTH = re.compile(r"(?:january|february|september|october|november|december)$", re.I)
_MONTH_BEFORE = re.compile(
    r"\b(?:in|since|until|till|by|during|before|after|of|from|through|to|this|last|late|early|that|and|when|for|as|the)"
    rf"[ -]$|\b(?:{_LONG}) or $|\b(?:newer|later|more recent|older|earlier) than $",
    re.I,
)
_SMALL_MONTH_BEFORE = re.compile(r"\b(?:in|since|until|till|during|by|last|late|early|mid|of)[ -]$")
_NO_MONTH_AFTER = re.compile(r" (?:[A-Z]|(?:on|for|madness|day|be|have)\b)|['’]s [A-Z]")
_SMALL_DAY_BEFORE = ("on ", "since ", "by ", "until ", "before ", "after ", "of ", "from ")
_SMALL_MAY = re.compile(r"\b(?:may|mar|march)\b")
_NO_DAY_BEFORE = ("ending ", "ended ", "'s ", "’s ")
_ARTICLE_AFTER = re.compile(r",? (?:article|report|story|coverage)\b", re.I)
_YEAR_BEFORE = re.compile(
    r"\b(?:in|since|until|till|by|during|before|after|from|between|through|to|and|late|early|mid|year|around|the late"
    r"|the early)[ -]$",
    re.I,
)
_DECADE_BEFORE = re.compile(r"\bthe (?:late |early |mid-)?$", re.I)
_COUNTED = re.compile(r" (?:[a-z]+ )?(?!(?:was|is|has|does|as|its|this|versus|years)\b)[a-z]{2,}s\b")
_NO_WEEKDAY_BEFORE = re.compile(
    r"\b(?:the|every|each|any|a|an|one|next|coming|black|good|cyber|easter|super|ash|palm|bloody|giving|boxing|holy"
    r"|shrove|maundy|fat|casual) $",
    re.I,
)
_NO_WEEKDAY_AFTER = re.compile(r" (?:[A-Z]|(?:times|after|before|of)\b)")


@dataclass(frozen=True, slots=True)
class TimeWords:
    """Words that stand for a time.

    Attributes:
        kind: One of those that `time_spans.resolve` knows.
        words: In English and in lower case.
        start: Where they begin in the text.
        end: Where they end.
    """

    kind: str
    words: str
    start: int
    end: int


def find_time_words(text: str) -> Iterator[TimeWords]:
    """The words for a time in a text, in order."""
    for match in _SCAN.finditer(lower(text).translate(SIMPLIFIED)):
        kind, words = match.lastgroup or "", match.group()
        if kind in HANZI:
            with suppress(ValueError):
                kind, words = translate(kind, words)
                yield TimeWords(kind, words, match.start(), match.end())
        elif _is_time(kind, _Found(text, match.start(), match.end())):
            yield TimeWords(kind, words, match.start(), match.end())


def lower(text: str) -> str:
    """Text in lower case with every character in its place."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(low if len(low := c.lower()) == 1 else c for c in text)


@dataclass(frozen=True, slots=True)
class _Found:
    """Words as the text writes them, and where."""

    text: str
    start: int
    end: int

    @property
    def words(self) -> str:
        return self.text[self.start : self.end]

    @property
    def before(self) -> str:
        return self.text[max(0, self.start - _REACH) : self.start]

    def is_followed_by(self, pattern: re.Pattern[str]) -> bool:
        return bool(pattern.match(self.text, self.end))


def _is_time(kind: str, found: _Found) -> bool:
    check = _CHECKS.get(kind)
    return check is None or check(found)


def _is_month(found: _Found) -> bool:
    """May, March, April, June and August are months only where the words around say so."""
    if not found.words.isalpha():
        return True
    if found.is_followed_by(_NO_MONTH_AFTER):
        return False
    before = _SMALL_MONTH_BEFORE if found.words.islower() else _MONTH_BEFORE
    return bool(_SURE_MONTH.match(found.words) or before.search(found.before)) or not (
        found.before or found.words.islower()
    )


def _is_day(found: _Found) -> bool:
    """`22 may` is a day behind `on` only; the Fourth of July is a feast, and `the year ending June 30` no day."""
    if _SMALL_MAY.search(found.words) and not found.before.endswith(_SMALL_DAY_BEFORE):
        return False
    is_no_day = found.before.lower().endswith(_NO_DAY_BEFORE) and not found.is_followed_by(_ARTICLE_AFTER)
    return not is_no_day and not found.words.lower().startswith("fourth of july")


def _is_year(found: _Found) -> bool:
    """`In 2021` and `the 1990s`, but neither `the 2020 election` nor `in 2000 homes`."""
    if found.words.lower().endswith("s"):
        return bool(_DECADE_BEFORE.search(found.before))
    return bool(_YEAR_BEFORE.search(found.before)) and not found.is_followed_by(_COUNTED)


def _is_weekday(found: _Found) -> bool:
    if " " in found.words:
        return True
    if _NO_WEEKDAY_BEFORE.search(found.before) or found.is_followed_by(_NO_WEEKDAY_AFTER):
        return False
    return found.words[0].isupper() or found.before.endswith(_SMALL_DAY_BEFORE)


def _is_near(found: _Found) -> bool:
    """`Today` in the middle of a sentence belongs to a name."""
    begins = not found.before or found.before.rstrip("'\"“‘").endswith((". ", "? ", "! ", ": ", ", "))
    return found.words.islower() or begins


def _is_iso(found: _Found) -> bool:
    """2009-10 is a season rather than a month."""
    words = found.words
    return len(words) != 7 or int(words[5:]) != (int(words[2:4]) + 1) % 100


_CHECKS: Mapping[str, Callable[[_Found], bool]] = {
    "iso": _is_iso,
    "days": _is_day,
    "day": _is_day,
    "month": _is_month,
    "year": _is_year,
    "weekday": _is_weekday,
    "unit": lambda found: not found.text.startswith(" of ", found.end),
    "near": _is_near,
}
