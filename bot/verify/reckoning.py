"""Figures that are not told but follow from those that are: differences, sums, shares, lengths of time. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import permutations

from bot.verify.figures import Figure
from bot.verify.tokens import Token

_TOTALS = re.compile(r"\b(?:total\w*|together|altogether|combined|in all|overall|sum|both)\b", re.IGNORECASE)
_TIMES = re.compile(r"\b(?:twice|doubl\w+|times|tripl\w+|\w+fold)\b", re.IGNORECASE)
_SHARE = 1.0
_MILLION = 1e6
_YEAR = 360
_ISO = re.compile(r"\d{4}-\d+-\d+")


def is_reckoned(figure: Figure, known: Sequence[Token], text: str) -> bool:
    """Whether a figure of a text follows from the figures that are told."""
    told = [t.figure for t in known if t.figure]
    pairs = list(permutations(told, 2))
    match figure.kind:
        case "number":
            numbers = [(a.value, b.value) for a, b in pairs if a.kind == b.kind == "number"]
            return any(_is_made_of(figure.value, a, b, text) for a, b in numbers)
        case "percent":
            shares = [
                100 * a.value / b.value for a, b in pairs if a.kind == b.kind == "number" and 0 < a.value < b.value
            ]
            points = [a.value - b.value for a, b in pairs if a.kind == b.kind == "percent"]
            is_share = any(abs(share - figure.value) <= _SHARE for share in shares)
            return is_share or figure.value in points
        case "span":
            return _days(figure) in set(_spans_between(told))
    return False


def _is_made_of(value: float, a: float, b: float, text: str) -> bool:
    """Whether it is the difference of two numbers, their sum, as many times one, or written without its million."""
    is_scaled = a >= _MILLION and b < 1000 and b * next(s for s in (1e12, 1e9, 1e6) if a >= s) == value
    return is_scaled or (
        a - b == value
        or (a + b == value and _TOTALS.search(text) is not None)
        or (a == b * value and _TIMES.search(text) is not None)
    )


def _days(span: Figure) -> float:
    return next((float(key[4:]) for key in span.keys if key.startswith("days")), 0.0)


def _spans_between(told: Sequence[Figure]) -> Iterator[float]:
    """Lengths of time in days between years and between days that are told, the day of publication among them."""
    keys = {key for f in told if f.kind == "date" for key in f.keys}
    years = {int(key[:4]) for key in keys if key[:4].isdigit()}
    days = {day for key in keys for year in years if (day := _day(key if _ISO.fullmatch(key) else f"{year}-{key}"))}
    yield from (float(_YEAR * abs(a - b)) for a, b in permutations(years, 2))
    yield from (float(abs((a - b).days)) for a, b in permutations(days, 2))


def _day(key: str) -> date | None:
    try:
        return date(*map(int, key.split("-")))
    except (TypeError, ValueError):
        return None
