"""A figure in one form, whatever it was written as. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_DAY = re.compile(r"(?:(\d{4})-)?(\d+)-\d+")
_LETTERS = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, where it stands, and its value in one form.

    Attributes:
        kind: number, percent, ordinal, clock, score, date or span (a length of time).
        keys: What it may be written as; two figures are the same when they share one.
        step: What its last decimal is worth; 0 where it has none, is said to be exact, or may be no amount.
        bound: 1 where it is a lower bound, -1 where it is an upper one.
    """

    kind: str
    keys: frozenset[str]
    start: int
    end: int
    value: float = 0.0
    currency: str = ""
    step: float = 0.0
    bound: int = 0


def same_figure(claimed: Figure, told: Figure) -> bool:
    """Whether two figures have one value, or the first is the second with fewer decimals; and no currencies differ."""
    if claimed.currency and told.currency and claimed.currency != told.currency:
        return False
    if claimed.kind == told.kind == "date":
        if "m" in min(claimed.keys) and "m" not in min(told.keys):  # January, of the 15th of January
            return max(claimed.keys, key=len) in {_DAY.sub(r"\1m\2", key) for key in told.keys}
        years = [{k for k in f.keys if k[:4].isdigit() and len(k) > 4} for f in (claimed, told)]
        return bool(years[0] & years[1] if all(years) else claimed.keys & told.keys)
    if claimed.kind == told.kind and claimed.kind in ("clock", "span"):
        return bool({k for k in claimed.keys & told.keys if not k[0].isdigit()})
    if claimed.keys & told.keys or _has_fewer_decimals(claimed, told):
        return True
    return (
        claimed.kind == told.kind == "percent" and abs(claimed.value - told.value) < 0.5 and _is_rounded(claimed, told)
    )


def _has_fewer_decimals(claimed: Figure, told: Figure) -> bool:
    is_value = claimed.kind == told.kind and claimed.kind in ("number", "percent")
    more = told.value - claimed.value
    return is_value and claimed.value > 0 and -claimed.step / 2 <= more < claimed.step / 2 and more * claimed.bound >= 0


def _is_rounded(a: Figure, b: Figure) -> bool:
    return a.value != b.value and any(
        abs(x.value * n % 100) < 1e-6 and x.value % 1 for x in (a, b) for n in (3, 6, 7, 9)
    )


@lru_cache(maxsize=512)
def words_of(text: str) -> frozenset[str]:
    """All that its words can be, in small letters: what is not among them need not be looked for."""
    return frozenset(_LETTERS.findall(text.lower()))


def number_key(value: float) -> str:
    """A number as all its forms are written."""
    return f"{value:.10g}"


def day_figure(day: date, start: int, end: int) -> Figure:
    """A day of the calendar."""
    return Figure("date", frozenset(day_keys(day)), start, end)


def day_keys(day: date) -> set[str]:
    """A day with and without its year."""
    return {f"{day.month}-{day.day}", f"{day.year}-{day.month}-{day.day}"}


def weekday_figure(weekday: int, published: date, start: int, end: int, *, is_last: bool = False) -> Figure:
    """The last such weekday before the day of publication, or the next one after it; or the one a week before."""
    back = (published.weekday() - weekday) % 7
    days = (-back, -back - 7) if is_last else (-back, 7 - back)
    return Figure("date", frozenset(k for n in days for k in day_keys(published + timedelta(days=n))), start, end)
