"""Words for a time, such as `late may` or `two weeks ago`, to the days that they mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from index.dates import MONTHS, whole_month

Span = tuple[date, date]
"""Days, both inclusive."""

_FIRST_DAY = date(1800, 1, 1)
_LAST_DAY = date(2199, 12, 31)
_DAY = timedelta(days=1)
_DAYS_OF_THIS_WEEK = 7
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_COUNTS = {word: n for n, word in enumerate(_NUMBERS, 1)} | {"a": 1, "an": 1, "couple": 2, "few": 3}
_LENGTHS = {"hour": 1 / 24, "day": 1, "week": 7, "fortnight": 14, "month": 30.44, "year": 365.25, "decade": 3652.5}
_BLURS = {"week": 3, "fortnight": 3, "month": 15, "year": 182, "decade": 730}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_PARTS = {
    **dict.fromkeys(("early", "beginning", "start", "opening", "first"), (1, 10)),
    **dict.fromkeys(("mid", "middle"), (11, 20)),
    **dict.fromkeys(("late", "end", "close"), (21, 31)),
    **dict.fromkeys(("last", "final", "fourth"), (22, 31)),
    **{"second": (8, 17), "third": (15, 24)},
}
_SHARES = {"early": (0, 0.34), "mid": (0.33, 0.67), "late": (0.66, 1)}
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)|(?:this |(?:last )+)year")
_WORD = re.compile(r"[a-z]+")
_NUMBER = re.compile(r"\d+")


def resolve(kind: str, words: str, today: date) -> Span | None:
    """The days that words of a kind mean on a day; None where the calendar has no such days.

    A day or month without a year is the latest one that has begun. `This week` reaches back seven days; what is
    `ago` is blurred by half the unit that it is counted in.

    Args:
        words: In lower case.
    """
    try:
        span = _RESOLVERS[kind](words, today)
    except (ValueError, OverflowError):
        return None
    if not span or span[0] < _FIRST_DAY or span[1] > _LAST_DAY or span[0] > span[1]:
        return None
    return span


def has_year(words: str) -> bool:
    """Whether words for a time say the year."""
    return bool(_YEAR.search(words))


def put_year(kind: str, words: str, year: int) -> Span | None:
    """The days that words without a year mean in a given one."""
    return resolve(kind, words, date(year, 12, 31)) if 1 <= year <= 9999 else None


def _resolve_iso(words: str, _: date) -> Span:
    numbers = [int(n) for n in _NUMBER.findall(words)]
    if len(numbers) == 2:
        return whole_month(*numbers)
    if numbers[0] < 1000:
        numbers = [numbers[2], *_find_month_and_day(*numbers[:2])]
    return date(*numbers), date(*numbers)


def _resolve_day(words: str, today: date) -> Span | None:
    days = [int(n) for n in _NUMBER.findall(words) if len(n) < 3]
    days = days or [n for n, word in enumerate(_ORDINALS, 1) if word in words]
    month = _read_month(words)
    first = _place(month, days[0], _read_year(words, today), today) if days else None
    return (first, date(first.year, month, days[-1])) if first else None


def _place(month: int, day: int, year: int | None, today: date) -> date | None:
    for candidate in [year] if year else range(today.year, today.year - 9, -1):
        try:
            found = date(candidate, month, day)
        except ValueError:  # such as 29 February
            continue
        if year or found <= today:
            return found
    return None


def _resolve_part(words: str, today: date) -> Span | None:
    part = _WORD.findall(words)[0]
    if not any(word in MONTHS for word in _WORD.findall(words)):
        year = _read_year(words, today) or today.year
        if "half" in words:
            return (date(year, 1, 1), date(year, 6, 30)) if part == "first" else (date(year, 7, 1), date(year, 12, 31))
        return _take(
            _resolve_year(words, today) if words.endswith("s") else _whole_year(year), _SHARES.get(part, (0, 1))
        )
    first, last = _resolve_month(words, today)
    if "half" in words:
        return _take((first, last), (0, 0.5) if part == "first" else (0.5, 1))
    begin, end = _PARTS[part]
    return first.replace(day=begin), first.replace(day=min(end, last.day))


def _resolve_month(words: str, today: date) -> Span:
    month = _read_month(words)
    return whole_month(_read_year(words, today) or today.year - (month > today.month), month)


def _resolve_season(words: str, today: date) -> Span:
    month, year = _SEASONS[_WORD.findall(words)[0]], _read_year(words, today) or 0
    end = month + 2
    return date(year, month, 1), whole_month(year + (end > 12), (end - 1) % 12 + 1)[1]


def _resolve_quarter(words: str, today: date) -> Span:
    quarter = next((n for n, word in enumerate(_ORDINALS, 1) if word in words), 0) or int(words[1])
    year = _read_year(words, today) or 0
    return date(year, 3 * quarter - 2, 1), whole_month(year, 3 * quarter)[1]


def _resolve_year(words: str, today: date) -> Span:
    year = _read_year(words, today) or 0
    if not words.endswith("s"):
        return _whole_year(year)
    is_century = year % 100 == 0 and year < 2000
    return date(year, 1, 1), date(year + (99 if is_century else 9), 12, 31)


def _resolve_ago(words: str, today: date) -> Span:
    words = words.replace("half a year", "six months")
    count, unit = _read_count(words), _read_unit(words)
    day = today - timedelta(days=round(count * _LENGTHS[unit]) if unit != "hour" else count // 24)
    blur = timedelta(days=_BLURS.get(unit, int(count > 4 and unit == "day")))
    return day - blur, min(day + blur, today)


def _resolve_recent(words: str, today: date) -> Span:
    return today - timedelta(days=max(1, round(_read_count(words) * _LENGTHS[_read_unit(words)]))), today


def _resolve_unit(words: str, today: date) -> Span:
    is_this = "this" in words
    match _WORD.findall(words)[-1]:
        case "night" | "morning":
            span = today - _DAY * (not is_this), today
        case "week":
            span = (today - _DAYS_OF_THIS_WEEK * _DAY, today) if is_this else _find_week(today, words.count("last"))
        case "weekend":
            span = _find_weekend(today, is_last="last" in words)
        case "month":
            span = (today.replace(day=1), today) if is_this else _month_before(today)
        case _:
            span = (date(today.year, 1, 1), today) if is_this else _whole_year(today.year - words.count("last"))
    return span


def _find_week(today: date, weeks_ago: int) -> Span:
    monday = today - timedelta(days=today.weekday() + 7 * weeks_ago)
    return monday, monday + 6 * _DAY


def _find_weekend(today: date, is_last: bool) -> Span:
    saturday = today - timedelta(days=(today.weekday() - 5) % 7)
    if is_last and today.weekday() >= 5:
        saturday -= 7 * _DAY
    return saturday, saturday + _DAY


def _resolve_near(words: str, today: date) -> Span:
    day = today - _DAY * (2 if "before" in words else "yesterday" in words)
    return day, day


def _resolve_weekday(words: str, today: date) -> Span:
    name = next(word[:3] for word in _WORD.findall(words) if word.endswith("day"))
    if words.endswith("week"):
        day = _find_week(today, words.count("last"))[0] + _WEEKDAYS.index(name) * _DAY
        return day, day
    back = (today.weekday() - _WEEKDAYS.index(name)) % 7
    day = today - _DAY * (back or 7 * words.startswith(("last", "past")))
    return day, day


_RESOLVERS: Mapping[str, Callable[[str, date], Span | None]] = {
    "iso": _resolve_iso,
    "days": _resolve_day,
    "day": _resolve_day,
    "part": _resolve_part,
    "month": _resolve_month,
    "season": _resolve_season,
    "quarter": _resolve_quarter,
    "year": _resolve_year,
    "ago": _resolve_ago,
    "recent": _resolve_recent,
    "unit": _resolve_unit,
    "near": _resolve_near,
    "weekday": _resolve_weekday,
}


def _read_month(words: str) -> int:
    month = next((MONTHS[word] for word in _WORD.findall(words) if word in MONTHS), None)
    if month is None:
        raise ValueError("no month")
    return month


def _find_month_and_day(a: int, b: int) -> tuple[int, int]:
    """The month and the day of two numbers that stand in either order."""
    if max(a, b) <= 12 and a != b:
        raise ValueError("either may be the month")
    return (a, b) if a <= 12 else (b, a)


def _read_year(words: str, today: date) -> int | None:
    match = _YEAR.search(words)
    if not match:
        return None
    return int(match.group()) if match.group().isdecimal() else today.year - match.group().count("last")


def _read_count(words: str) -> int:
    if match := _NUMBER.search(words):
        return int(match.group())
    return max((_COUNTS.get(word, 1) for word in _WORD.findall(words)), default=1)


def _read_unit(words: str) -> str:
    return next((unit for word in _WORD.findall(words) if (unit := word.removesuffix("s")) in _LENGTHS), "day")


def _month_before(today: date) -> Span:
    last = today.replace(day=1) - _DAY
    return last.replace(day=1), last


def _whole_year(year: int) -> Span:
    return date(year, 1, 1), date(year, 12, 31)


def _take(span: Span, share: tuple[float, float]) -> Span:
    length = (span[1] - span[0]).days
    return span[0] + timedelta(days=round(share[0] * length)), span[0] + timedelta(days=round(share[1] * length))
