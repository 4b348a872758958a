"""English dates: days, months, years, weekdays, and those told from the day of publication. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta

from bot.verify.figure import Figure, day_figure, weekday_figure, words_of
from index.dates import MONTHS

_MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
_DATE = re.compile(
    rf"\b(?:(?P<d1>[0-3]?\d)(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH}|{_MONTH.replace('month', 'month2')}"
    r"\s(?P<d2>[0-3]?\d)(?:st|nd|rd|th)?\b(?!,?\d|:|\s?%))"
    rf"(?:,?\s(?P<year>[12]\d{{3}})\b)?|\b{_MONTH.replace('month', 'month3')}(?:,?\s(?:of\s)?(?P<year3>[12]\d{{3}}))?\b"
    r"|\b(?P<iso>[12]\d{3}-\d\d-\d\d)\b|\b(?P<year4>(?:1[6-9]|20)\d\d)\b(?!,\d)(?![-–]\d)(?!\.\d)(?P<s>s)?",
    re.IGNORECASE,
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_RELATIVE = {
    "yesterday": -1,
    "today": 0,
    "tonight": 0,
    "this morning": 0,
    "this afternoon": 0,
    "this evening": 0,
    "tomorrow": 1,
}
_DAY_WORD = re.compile(
    r"(?P<last>\blast )?\b(?<!\bUSA (?=(?-i:T)))"
    rf"(?:(?P<weekday>{'|'.join(_WEEKDAYS)})|(?P<relative>{'|'.join(_RELATIVE)}))\b"
    r"(?P<of_last> (?:of )?last week)?",
    re.IGNORECASE,
)
_YEAR_WORD = re.compile(r"\b(?P<which>last|this|next)\s(?P<unit>year|month)\b", re.IGNORECASE)
_WHICH = {"last": -1, "this": 0, "next": 1}
_FIRST_OF_TWO = re.compile(
    rf"\b(?P<d1>[0-3]?\d)(?:st|nd|rd|th)?(?:\s(?:and|to|or)\s|[-–])(?=[0-3]?\d(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH})",
    re.IGNORECASE,
)
"""The 3 of "3 and 17 July"."""
_ALSO_WORDS = frozenset({"May", "March", "Mar"})
_DIGIT = re.compile(r"\d")
_CUES = frozenset({*MONTHS, *_WEEKDAYS, "yesterday", "today", "tonight", "tomorrow", *_WHICH})


def find_days(text: str, published: date | None) -> Iterator[Figure]:
    """Dates of a text; weekdays and yesterday are resolved against the day of publication, if it is known."""
    if _CUES.isdisjoint(words_of(text)) and not _DIGIT.search(text):
        return
    for m in _DATE.finditer(text):
        if m["iso"]:
            with suppress(ValueError):
                yield day_figure(date.fromisoformat(m["iso"]), m.start(), m.end())
        elif m["year4"]:
            if not m["s"]:  # the 1990s are no year
                yield Figure("date", frozenset({m["year4"]}), m.start(), m.end(), float(m["year4"]))
        else:
            yield from _named_month(m)
    for m in _FIRST_OF_TWO.finditer(text):
        yield Figure("date", frozenset({f"{MONTHS[m['month'].lower()]}-{int(m['d1'])}"}), m.start(), m.end("d1"))
    for m in _DAY_WORD.finditer(text):
        yield from _day_word(m, published)
    for m in _YEAR_WORD.finditer(text):
        if published is None:
            break
        n = _WHICH[m["which"].lower()]
        if m["unit"].lower() == "year":
            keys = {str(published.year + n)}
        else:
            year, month = divmod(12 * published.year + published.month - 1 + n, 12)
            keys = {f"m{month + 1}", f"{year}m{month + 1}"}
        yield Figure("date", frozenset({*keys, m[0].lower()}), m.start(), m.end())


def _named_month(m: re.Match[str]) -> Iterator[Figure]:
    named = m["month"] or m["month2"] or m["month3"]
    year = m["year"] or m["year3"]
    opens = m["month3"] and named in _ALSO_WORDS and m.start() == 0 and not year
    if opens or not named[0].isupper():
        return
    month = MONTHS[named.lower()]
    if m["month3"]:
        keys = {f"m{month}"} | ({f"{year}m{month}"} if year else set())
    else:
        day = int(m["d1"] or m["d2"])
        keys = {f"{month}-{day}"} | ({f"{year}-{month}-{day}"} if year else set())
    yield Figure("date", frozenset(keys), m.start(), m.end())


def _day_word(m: re.Match[str], published: date | None) -> Iterator[Figure]:
    word = (m["weekday"] or m["relative"]).lower()
    if published and m["weekday"]:
        is_last = bool(m["last"] or m["of_last"])
        yield weekday_figure(_WEEKDAYS.index(word), published, m.start(), m.end(), is_last=is_last)
    elif published:
        yield day_figure(published + timedelta(days=_RELATIVE[word]), m.start(), m.end())
    elif m["weekday"]:
        yield Figure("date", frozenset({word}), m.start(), m.end())
