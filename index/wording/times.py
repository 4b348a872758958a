"""Times that a question names, as moments: dates, months, years, relative days, ranges and bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import islice

from index.wording.time_spans import Span, has_year, put_year, resolve
from index.wording.time_words import TimeWords, find_time_words, lower

_BOUND_BEFORE = re.compile(
    r"(?:\b(?P<since>since|after|(?:no|not) earlier than|(?P<later>(?<!no )(?<!not )(?:newer|later|more recent) than))"
    r"|\b(?P<until>before|until|till|by|up to|through|prior to|as of|as at|known on|known by|knew on|knew by|stood on"
    r"|(?:no|not) later than|(?P<earlier>(?<!no )(?<!not )(?:older|earlier) than))|(?P<zh_since>自|从)"
    r"|(?P<zh_until>截至|截止|到))(?:,? (?:the|about|around))? ?$",
    re.I,
)
_BOUND_AFTER = re.compile(
    r" ?(?P<since>以来|以后|之后|起|onwards?\b|on(?=\s*(?:$|[^\w\s]))|and later\b)|(?P<until>以前|之前|为止)"
)
_FROM = re.compile(r"\bfrom(?: the)? ?$", re.I)
_ON = re.compile(r"(?P<since> on\b)")
_BEFORE = re.compile(r"\b(?:before|prior to)(?: the)? ?$", re.I)
_RANGE_BEFORE = re.compile(r"\b(?:between|from|after)(?: the)? ?$|[从自]$", re.I)
_RANGE = re.compile(r",? (?:and|to|until|till|through)(?: the)? | ?[-–—到至] ?|,? and (?:before|until|by) ", re.I)
_CLOSES_RANGE = re.compile(r"(?:\b(?:to|until|till|through)(?: the)? |[-–—到至] ?|\bbefore )$", re.I)
_COMING = re.compile(
    r"\b(?:will|going to|next|upcoming|coming|due|scheduled|planned|plans?|later this|(?:is|are) [a-z]+ing)\b"
    r"|将|下[个個周週月]",
    re.I,
)
_TOWARDS = re.compile(r"\b(?:through|until|till|by|for|starting|beginning)(?: on)? $", re.I)
_LEAD = re.compile(
    r"\b(?:in|on|since|after|before|until|by|from|during|over|as of|up to|for|back in|back on|between|within"
    r"|(?:(?:no|not) )?(?:newer|later|more recent|older|earlier) than)"
    r"(?: the| about| around)? ?$",
    re.I,
)
_MAX_TIMES = 32
_MONTHS_AHEAD = timedelta(days=190)
_DAYS_AHEAD = timedelta(days=60)
_NAME_OF_A_DAY_AFTER = timedelta(days=60)
_WHOLE_DAYS = frozenset({"iso", "day", "days", "weekday", "near"})
_RECURRING = frozenset({"day", "days", "month", "part", "weekday"})


@dataclass(frozen=True, slots=True)
class Period:
    """A time that a question names.

    Attributes:
        since: Aware, inclusive; None where open. The zone is the reader's, in which its days begin and end.
        until: The same of the end.
        words: As the question says it.
        published: Whether it is the day of an article, not of what happened.
    """

    since: datetime | None
    until: datetime | None
    words: str
    published: bool = False


@dataclass(frozen=True, slots=True)
class FoundPeriod:
    """A period, and where in the text it stands."""

    period: Period
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Days:
    """Days that a text names, both inclusive; None where open."""

    words: TimeWords
    start: int
    end: int
    first: date | None
    last: date | None
    is_range: bool = False


def find_periods(text: str, now: datetime, timezone: tzinfo) -> tuple[FoundPeriod, ...]:
    """The times that a text names and that have begun, in order.

    A day or month without a year is the latest one that has begun, unless the text speaks of what is to come.
    A day that bounds a time belongs to it; a month or year that something came before or after does not.

    Args:
        now: The aware moment that relative times refer to.
        timezone: Where a day begins and ends.
    """
    today = now.astimezone(timezone).date()
    all_words = islice(find_time_words(text), _MAX_TIMES)
    found = [days for words in all_words if (days := _resolve(words, text, today))]
    bounded = [_apply_bound(days, text) for days in _join_ranges(_share_year(found), text)]
    return tuple(_to_found(days, text, timezone) for days in bounded if _has_begun(days, today))


def _resolve(words: TimeWords, text: str, today: date) -> _Days | None:
    span = resolve(words.kind, words.words, today)
    if span is None or _is_to_come(words, span, text, today):
        return None
    return _Days(words, words.start, words.end, *span)


def _is_to_come(words: TimeWords, span: Span, text: str, today: date) -> bool:
    """Whether a day or month without a year rather lies ahead, or has become a name, as in `the 6 January riot`."""
    before = text[max(0, words.start - 12) : words.start].lower()
    if before.endswith(("later ", "next ")):
        return True
    if words.kind not in _RECURRING or has_year(words.words):
        return False
    if words.kind == "weekday":
        return span[1] != today and not re.search("last|past", words.words) and bool(_COMING.search(text))
    if before.endswith("this "):
        return span[0].year != today.year
    is_attribute = before.endswith("the ") and bool(re.match(r" [a-z]{3}", text[words.end : words.end + 4]))
    is_name = words.kind == "day" and is_attribute and today - span[1] > _NAME_OF_A_DAY_AFTER
    ahead = put_year(words.kind, words.words, span[0].year + 1)
    return is_name or (ahead is not None and _lies_ahead(ahead[0] - today, before, text, is_attribute))


def _lies_ahead(distance: timedelta, before: str, text: str, is_attribute: bool) -> bool:
    if distance <= timedelta(0):
        return False
    if _TOWARDS.search(before) and distance <= _DAYS_AHEAD:
        return True
    return distance <= _MONTHS_AHEAD and (is_attribute or bool(_COMING.search(text)))


def _share_year(found: Sequence[_Days]) -> Iterator[_Days]:
    """Days without a year take that of the others, as in `on 3 May, and again on 7 June 2022`."""
    dated = [d for d in found if d.words.kind in {"day", "days", "iso"}]
    years = {d.first.year for d in dated if d.first and has_year(d.words.words)}
    for days in found:
        is_bare = days in dated and not has_year(days.words.words)
        span = put_year(days.words.kind, days.words.words, next(iter(years))) if is_bare and len(years) == 1 else None
        yield replace(days, first=span[0], last=span[1]) if span else days


def _join_ranges(found: Iterator[_Days], text: str) -> Iterator[_Days]:
    pending: _Days | None = None
    for days in found:
        if pending is None:
            pending = days
        elif not pending.is_range and _is_range(pending, days, text):
            pending = _join(pending, days)
        else:
            yield pending
            pending = days
    if pending:
        yield pending


def _is_range(a: _Days, b: _Days, text: str) -> bool:
    between = text[a.end : b.start]
    if not _RANGE.fullmatch(between):
        return False
    return bool(_RANGE_BEFORE.search(text, max(0, a.start - 20), a.start) or _CLOSES_RANGE.search(between))


def _join(a: _Days, b: _Days) -> _Days:
    first, last = a.first, b.last
    if (
        first and last and a.words.kind in _RECURRING - {"weekday"} and not has_year(a.words.words)
    ):  # `from November to February 2022`
        spans = (put_year(a.words.kind, a.words.words, year) for year in (last.year, last.year - 1))
        first = next((span[0] for span in spans if span and span[0] <= last), first)
    if first and last and first > last:
        first, last = last, first
    return replace(a, end=b.end, first=first, last=last, is_range=True)


def _apply_bound(days: _Days, text: str) -> _Days:
    if days.is_range or text.startswith(("'s", "’s"), days.end):
        return days
    reach = max(0, days.start - 24)
    found = _BOUND_BEFORE.search(text, reach, days.start) or _BOUND_AFTER.match(text, days.end)
    if not found and _FROM.search(text, reach, days.start):
        found = _ON.match(text, days.end)
    if not found:
        return days
    belongs = days.words.kind in _WHOLE_DAYS
    groups = {name for name, words in found.groupdict().items() if words}
    if groups & {"since", "zh_since"}:
        is_after = "later" in groups or (found.group().lower().startswith("after") and not belongs)
        return replace(days, first=days.last + timedelta(days=1) if is_after and days.last else days.first, last=None)
    is_before = "earlier" in groups or (_BEFORE.search(found.group()) and not belongs)
    return replace(days, first=None, last=days.first - timedelta(days=1) if is_before and days.first else days.last)


def _has_begun(days: _Days, today: date) -> bool:
    """Whether articles of that time can exist, and others too."""
    if days.first is None:
        return days.last is not None and days.last < today
    return days.first <= today


def _to_found(days: _Days, text: str, timezone: tzinfo) -> FoundPeriod:
    is_owner = text.startswith(("'s", "’s"), days.end)
    lead = None if is_owner else _LEAD.search(text, max(0, days.start - 24), days.start)
    start = lead.start() if lead else days.start
    since = _midnight(days.first, timezone) if days.first else None
    until = _midnight(days.last + timedelta(days=1), timezone) - timedelta(microseconds=1) if days.last else None
    return FoundPeriod(Period(since, until, text[start : days.end].strip()), start, days.end)


def _midnight(day: date, timezone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, timezone)


_PAST = re.compile(
    r"(?<![a-z])(?=[abcdefhilmoqtwy\d])(?:"
    r"originally|initially|at first|at the outset|at the time|back then|back when|back in the|in those days"
    r"|in the past(?! (?:[a-z\d-]+ |couple of )?(?:hour|day|week|weekend|month|year|decade|fortnight)s?\b)"
    r"|(?:years|months|long|decades|centuries|ages) ago|by then|until then"
    r"|earlier (?:this|in the) (?:year|month|season)"
    r"|(?:last|the previous) (?:season|summer|spring|autumn|fall|winter)"
    r"|in the (?:early|first) (?:days|weeks|months|stages)(?! of [a-z]+ \d)"
    r"|(?<!the )(?<!its )(?<!his )(?<!her )(?<!their )(?<!['’]s )(?<!\ba )first (?:[a-z]+ed|came|went|said|told|began"
    r"|found|made|got|put|known|given|set|thought|became|knew|gave|took|hit)"
    r"|(?:did|when) [^?.,;]{1,60}?(?<!the)(?<!its)(?<!his)(?<!her)(?<!their)(?<!['’]s) first"
    r" (?!(?:lady|minister|of|time)\b)[a-z]+"
    r"|had [^?.,;]{1,60}? (?:last|previously|already|first|once) [a-z]+ed"
    r"|the (?:early |late |mid-)?(?:['’]\d0s|[5-9]0s|(?:twen|thir|for|fif|six|seven|eigh|nine)ties)"
    r"|q[1-4]|h[12] (?:of )?\d{4}|\d\d?[/.]\d\d?[/.](?:1[89]|20)\d\d"
    r")\b|当初|起初|最初|一开始|原先|从前|那时|当时|那阵子|早先|此前|曾经"
)
_RECENT = re.compile(
    r"\b(?:this week|recently|now|currently|today|latest|these days|newly|new (?:poll|survey|study|report))\b"
    r"|最近|现在|目前|[本这]周"
)
_YEAR_OF_NAME = re.compile(
    r"(?:\b(?i:the|an?|its|his|her|their|which|what)|['’]s) (?P<year>(?:1[89]|20)\d\d)"
    r"(?:[-/–]\d\d(?:\d\d)?)?(?= [^\W\d_])"
    r"|(?<![\w$€£.,/-])(?P<large>(?:1[89]|20)\d\d)(?= [A-Z])"
    r"|\b(?i:in|of|since|the|from|until|before|during) ['’](?P<short>\d\d)(?![\w'’%])"
)


def speaks_of_past(text: str, now: datetime) -> bool:
    """Whether a text points to a time before the recent weeks without naming a date: `at first`, `the 2005 bombings`.

    Args:
        now: The aware moment at which it is asked.
    """
    lowered = lower(text)
    if _RECENT.search(lowered):
        return False
    years = (_read_year(match, now.year) for match in _YEAR_OF_NAME.finditer(text))
    return bool(_PAST.search(lowered)) or any(year < now.year - 1 for year in years)


def _read_year(match: re.Match[str], this_year: int) -> int:
    if match["short"]:
        return this_year - (this_year - int(match["short"])) % 100
    return int(match["year"] or match["large"])
