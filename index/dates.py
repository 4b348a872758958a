"""Dates as outlets print them and as readers type them, made aware UTC."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache

from index.errors import BadDate

_FIRST_YEAR = 1800
_LAST_YEAR = 2199
_MAX_AHEAD = timedelta(days=3)
_MAX_CHARS = 100
_PUBLISHED_FORMS = "write it like 2025-04-17, 2025-04-17T14:05:00Z or April 17, 2025"
_BOUND_FORMS = (
    "write it like 2025-04-17, 2025-04-17 14:05, April 17 2025, October 2022, 2022, yesterday, "
    "last Tuesday or 3 weeks ago"
)

# Zones by name are left to dateparser: email.utils reads those it does not know as UTC.
_RFC_2822 = re.compile(r"(?:[A-Z][a-z]{2}, ?)?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UTC)")
_AMBIGUOUS = re.compile(r"(\d{1,2})([/. -])(\d{1,2})\2\d{4}\b")
_HAS_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_EPOCH_S = re.compile(r"\d{10}(?:\.\d*)?")
_EPOCH_MS = re.compile(r"\d{13}(?:\.\d*)?")

_Span = tuple[date, date]
"""Days, both inclusive."""


def parse_published(value: object) -> datetime:
    """An article's date, in any usual form, as aware UTC; one without a zone is taken as UTC.

    Args:
        value: Text, a date or datetime as YAML makes them, or seconds or milliseconds since 1970.

    Raises:
        BadDate: No full date, one that reads in two ways, before 1800, or more than three days ahead.
    """
    try:
        found = _to_moment(value)
        moment = None if found is None else _to_utc(found)
    except (ValueError, OverflowError) as e:  # such as the last day of the year 9999, west of Greenwich
        raise BadDate(f"not a likely date: {_show(value)} is out of range") from e
    if moment is None:
        raise BadDate(f"not a date: {_show(value)}; {_PUBLISHED_FORMS}")
    if moment.year < _FIRST_YEAR:
        raise BadDate(f"not a likely date: {_show(value)} is before {_FIRST_YEAR}")
    if moment > datetime.now(UTC) + _MAX_AHEAD:
        raise BadDate(f"not a likely date: {_show(value)} is in the future")
    return moment


def parse_bound(text: str, now: datetime, timezone: tzinfo, end: bool) -> datetime:
    """A reader's since, until or as-of, as an aware moment in their zone, which tells the days of it.

    A date without a time means the whole day in `timezone`, a month or year the whole of it. A day or
    month without a year is the latest one that has begun; `last Tuesday` lies before today.

    Args:
        now: The aware moment that relative dates refer to.
        end: Whether to return the last microsecond of what was named, instead of its start.

    Raises:
        BadDate: Not a date, or one that reads in two ways; the message tells what forms work.
    """
    wanted = " ".join(text.split())
    try:
        found = _find_bound(wanted, now.astimezone(timezone))
        if isinstance(found, datetime):
            return _checked(found if found.tzinfo else found.replace(tzinfo=timezone)).astimezone(timezone)
        if found is not None:
            first, last = found
            if end:
                return _checked(
                    datetime.combine(last + timedelta(days=1), time.min, timezone) - timedelta(microseconds=1)
                )
            return _checked(datetime.combine(first, time.min, timezone))
    except (ValueError, OverflowError):
        pass
    raise BadDate(f"not a date: {_show(text)}; {_BOUND_FORMS}")


def _to_moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time.min)
    if isinstance(value, float) and math.isfinite(value):
        return _read_text(f"{value:.3f}")
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return _read_text(_to_decimal(value) if isinstance(value, int) else " ".join(value.split()))
    return None


def _to_decimal(number: int) -> str:
    return str(number) if abs(number) < 10**20 else ""  # Python refuses to print thousands of digits


def _read_text(text: str) -> datetime | None:
    if len(text) > _MAX_CHARS:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    if _EPOCH_S.fullmatch(text):
        return datetime.fromtimestamp(float(text), UTC)
    if _EPOCH_MS.fullmatch(text):
        return datetime.fromtimestamp(float(text) / 1000, UTC)
    return _read_words(text)


@lru_cache(maxsize=4096)
def _read_words(text: str) -> datetime | None:
    """A full date with names of months, numbers in another order than ISO's, or zones by name."""
    if not _HAS_YEAR.search(text) or _reads_in_two_ways(text):
        return None
    if _RFC_2822.fullmatch(text):
        try:
            return parsedate_to_datetime(text)
        except ValueError:
            return None
    import dateparser

    return dateparser.parse(
        text,
        settings={
            "PARSERS": ["absolute-time"],
            "REQUIRE_PARTS": ["day", "month", "year"],
            "TIMEZONE": "UTC",
            "RETURN_AS_TIMEZONE_AWARE": True,
        },
    )


def _reads_in_two_ways(text: str) -> bool:
    """Whether day and month could change places, as in 03/04/2025."""
    match = _AMBIGUOUS.match(text)
    return bool(match and match[1] != match[3] and int(match[1]) <= 12 and int(match[3]) <= 12)


def _find_bound(text: str, local: datetime) -> datetime | _Span | None:
    if len(text) > _MAX_CHARS or _reads_in_two_ways(text):
        return None
    forms: tuple[Callable[[str, datetime], datetime | _Span | None], ...] = (
        _find_iso,
        _find_year_or_month,
        _find_calendar_unit,
        _find_weekday,
        _find_words,
    )
    return next((found for form in forms if (found := form(text, local)) is not None), None)


def _find_iso(text: str, _: datetime) -> datetime | _Span | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    has_time = ":" in text or "T" in text
    return moment if has_time else (moment.date(), moment.date())


MONTHS = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}
"""Months by their English names and short names, in lower case."""
_YEAR = re.compile(r"(\d{4})年?")
_YEAR_MONTH = re.compile(r"(\d{4})(?:[-/]|年)(\d{1,2})月?")
_MONTH_YEAR = re.compile(r"([a-z]{3,9})\.?(?:,? (\d{4}))?", re.IGNORECASE)


def _find_year_or_month(text: str, local: datetime) -> _Span | None:
    if match := _YEAR.fullmatch(text):
        return date(int(match[1]), 1, 1), date(int(match[1]), 12, 31)
    if match := _YEAR_MONTH.fullmatch(text):
        return whole_month(int(match[1]), int(match[2]))
    match = _MONTH_YEAR.fullmatch(text)
    month = MONTHS.get(match[1].lower()) if match else None
    if not match or not month:
        return None
    return whole_month(int(match[2] or local.year - (month > local.month)), month)


_CALENDAR_UNIT = re.compile(r"(this|last) (week|month|year)", re.IGNORECASE)


def _find_calendar_unit(text: str, local: datetime) -> _Span | None:
    match = _CALENDAR_UNIT.fullmatch(text)
    if not match:
        return None
    back = match[1].lower() == "last"
    match match[2].lower():
        case "week":
            monday = local.date() - timedelta(days=local.weekday() + 7 * back)
            return monday, monday + timedelta(days=6)
        case "month":
            earlier = local.replace(day=1) - timedelta(days=back)
            return whole_month(earlier.year, earlier.month)
        case _:
            return date(local.year - back, 1, 1), date(local.year - back, 12, 31)


_WEEKDAY = re.compile(r"(?:on )?(last )?(mon|tue|tues|wed|wednes|thu|thurs|fri|sat|satur|sun)(?:day)?", re.I)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _find_weekday(text: str, local: datetime) -> _Span | None:
    match = _WEEKDAY.fullmatch(text)
    if not match:
        return None
    back = (local.weekday() - _WEEKDAYS.index(match[2][:3].lower())) % 7
    day = local.date() - timedelta(days=back or (7 if match[1] else 0))
    return day, day


_RELATIVE = re.compile(
    r"(?:\d{1,4}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) [a-z]+ ago"
    r"|in \d{1,4} [a-z]+"
    r"|(?:the day before )?(?:yesterday|today|tomorrow)(?:,? (?:at )?\d.*)?|now"
    r"|\d{1,4} ?(?:天|周|个月|年|小时|分钟)前|[昨今明前]天(?: ?\d.*)?",
    re.IGNORECASE,
)


def _find_words(text: str, local: datetime) -> datetime | _Span | None:
    """Relative days and moments, and days by the name of their month, through dateparser."""
    from dateparser.date import DateDataParser

    relative = _RELATIVE.fullmatch(text)
    if not relative and not re.search(r"\d", text):
        return None
    parser = DateDataParser(
        languages=["en", "zh"],
        settings={
            "RELATIVE_BASE": local.replace(tzinfo=None),
            "PARSERS": ["relative-time" if relative else "absolute-time"],
            "REQUIRE_PARTS": [] if relative else ["day", "month"],
            "PREFER_DATES_FROM": "current_period" if relative else "past",
            "RETURN_TIME_AS_PERIOD": True,
        },
    )
    data = parser.get_date_data(text)
    match data.date_obj, str(data.period):
        case None, _:
            return None
        case moment, "time":
            return moment
        case moment, _:
            return moment.date(), moment.date()


def whole_month(year: int, month: int) -> _Span:
    """First and last day of a month; raises ValueError where there is no such month."""
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _to_utc(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _checked(moment: datetime) -> datetime:
    if not _FIRST_YEAR - 1 <= moment.year <= _LAST_YEAR + 1:
        raise ValueError("too far from today")
    return moment


def _show(value: object) -> str:
    if isinstance(value, int):
        shown = _to_decimal(value) or "a huge number"
    else:
        shown = repr(value) if isinstance(value, (str, float, date)) else f"a {type(value).__name__}"
    return shown if len(shown) <= _MAX_CHARS else shown[: _MAX_CHARS - 1] + "…"
