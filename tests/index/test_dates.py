"""Dates of articles and of readers."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.dates import parse_bound, parse_published
from index.errors import BadDate

NOW = datetime(2025, 4, 18, 12, 0, tzinfo=UTC)  # a Friday
BERLIN = ZoneInfo("Europe/Berlin")
DAY = datetime(2025, 4, 17, tzinfo=UTC)
AFTERNOON = datetime(2025, 4, 17, 14, 5, tzinfo=UTC)


def bounds(text: str, zone=UTC) -> tuple[datetime, datetime]:
    return parse_bound(text, NOW, zone, end=False), parse_bound(text, NOW, zone, end=True)


def days(first: date, last: date) -> tuple[datetime, datetime]:
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1, microseconds=-1)
    return start, end


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2025-04-17", DAY),
        (" 2025-04-17\n", DAY),
        ("20250417", DAY),
        (20250417, DAY),
        ("2025/04/17", DAY),
        ("2025-04-17T14:05:00Z", AFTERNOON),
        ("2025-04-17 16:05:00+02:00", AFTERNOON),
        ("2025-04-17T14:05", AFTERNOON),
        ("Thu, 17 Apr 2025 16:05:00 +0200", AFTERNOON),
        ("Thu, 17 Apr 2025 14:05:00 GMT", AFTERNOON),
        ("April 17, 2025", DAY),
        ("Thursday, April 17th, 2025", DAY),
        ("17 Apr 2025 15:05 CET", AFTERNOON),
        ("Apr 17, 2025, 2:05 PM", AFTERNOON),
        ("17/04/2025", DAY),
        ("2025年4月17日", DAY),
        ("2025年4月17日 14:05", AFTERNOON),
        ("17 avril 2025", DAY),
        ("1744898700", AFTERNOON),
        (1744898700, AFTERNOON),
        (1744898700.0, AFTERNOON),
        (1744898700000, AFTERNOON),
        (date(2025, 4, 17), DAY),
        (datetime(2025, 4, 17, 14, 5), AFTERNOON),
        (datetime(2025, 4, 17, 16, 5, tzinfo=timezone(timedelta(hours=2))), AFTERNOON),
    ],
)
def test_usual_forms_of_a_published_date_are_read_as_utc(value, expected):
    parsed = parse_published(value)
    assert parsed == expected
    assert parsed.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        "yesterday",
        "3 weeks ago",
        "last Tuesday",
        "42",
        42,
        "2025",
        2025,
        "April 2025",
        "17 April",
        "soon",
        "",
        "Apr 31, 2025",
        "2025-02-30",
        "2025-13-45",
        "14:05",
        True,
        float("nan"),
        pytest.param(10**5000, id="huge"),
        None,
        [],
        "x" * 10_000,
        "\ud800",
    ],
)
def test_what_is_no_full_date_is_a_bad_published_date(value):
    with pytest.raises(BadDate, match="not a date"):
        parse_published(value)


def test_a_day_and_month_that_could_change_places_are_a_bad_date():
    with pytest.raises(BadDate, match="03/04/2025"):
        parse_published("03/04/2025")


@pytest.mark.parametrize("value", ["1799-12-31", "17 Apr 1025"])
def test_a_year_before_1800_is_a_bad_published_date(value):
    with pytest.raises(BadDate, match="before 1800"):
        parse_published(value)


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-05:00"])
def test_a_date_that_falls_out_of_the_calendar_in_utc_is_bad(value):
    with pytest.raises(BadDate, match="out of range"):
        parse_published(value)


def test_a_published_date_weeks_ahead_is_bad():
    with pytest.raises(BadDate, match="in the future"):
        parse_published(datetime.now(UTC) + timedelta(days=14))


def test_a_published_date_of_tomorrow_is_allowed_for_time_zones_sake():
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert parse_published(tomorrow) == tomorrow


def test_a_bad_date_in_a_message_is_shortened():
    with pytest.raises(BadDate) as caught:
        parse_published("9" * 100_000)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025-04-10", date(2025, 4, 10), date(2025, 4, 10)),
        ("20250410", date(2025, 4, 10), date(2025, 4, 10)),
        ("April 10, 2025", date(2025, 4, 10), date(2025, 4, 10)),
        ("10 April", date(2025, 4, 10), date(2025, 4, 10)),
        ("24 December", date(2024, 12, 24), date(2024, 12, 24)),
        ("2025年4月10日", date(2025, 4, 10), date(2025, 4, 10)),
        ("October 2022", date(2022, 10, 1), date(2022, 10, 31)),
        ("oct. 2022", date(2022, 10, 1), date(2022, 10, 31)),
        ("2022-10", date(2022, 10, 1), date(2022, 10, 31)),
        ("2022年10月", date(2022, 10, 1), date(2022, 10, 31)),
        ("February 2024", date(2024, 2, 1), date(2024, 2, 29)),
        ("March", date(2025, 3, 1), date(2025, 3, 31)),
        ("December", date(2024, 12, 1), date(2024, 12, 31)),
        ("2022", date(2022, 1, 1), date(2022, 12, 31)),
        ("today", date(2025, 4, 18), date(2025, 4, 18)),
        ("Yesterday", date(2025, 4, 17), date(2025, 4, 17)),
        ("昨天", date(2025, 4, 17), date(2025, 4, 17)),
        ("tomorrow", date(2025, 4, 19), date(2025, 4, 19)),
        ("last Tuesday", date(2025, 4, 15), date(2025, 4, 15)),
        ("last Friday", date(2025, 4, 11), date(2025, 4, 11)),
        ("on Monday", date(2025, 4, 14), date(2025, 4, 14)),
        ("3 weeks ago", date(2025, 3, 28), date(2025, 3, 28)),
        ("two months ago", date(2025, 2, 18), date(2025, 2, 18)),
        ("last week", date(2025, 4, 7), date(2025, 4, 13)),
        ("this week", date(2025, 4, 14), date(2025, 4, 20)),
        ("last month", date(2025, 3, 1), date(2025, 3, 31)),
        ("last year", date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_a_bound_without_a_time_spans_whole_days(text, first, last):
    assert bounds(text) == days(first, last)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-04-17T14:05:00Z", AFTERNOON),
        ("2025-04-17 16:05+02:00", AFTERNOON),
        ("2025-04-17 16:05", AFTERNOON),
        ("April 17, 2025 4:05 pm", AFTERNOON),
        ("yesterday at 16:05", AFTERNOON),
        ("now", NOW),
        ("2 hours ago", NOW - timedelta(hours=2)),
        ("24 hours ago", NOW - timedelta(hours=24)),
    ],
)
def test_a_bound_with_a_time_is_that_moment_in_the_readers_zone(text, expected):
    assert bounds(text, BERLIN) == (expected, expected)


def test_a_day_begins_and_ends_at_midnight_of_the_readers_zone():
    start, end = bounds("2025-04-17", BERLIN)
    assert start == datetime(2025, 4, 16, 22, tzinfo=UTC)
    assert end == datetime(2025, 4, 17, 21, 59, 59, 999999, tzinfo=UTC)


def test_a_day_on_which_the_clocks_change_keeps_its_length():
    start, end = bounds("2025-03-30", BERLIN)
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=23, microseconds=-1)


def test_yesterday_is_that_of_the_readers_zone():
    late = datetime(2025, 4, 18, 23, 30, tzinfo=UTC)
    assert parse_bound("yesterday", late, BERLIN, end=False) == datetime(2025, 4, 17, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "42", "3 weeks", "03/04/2025", "a", "12", "Q3 2022", "summer 2022", "2022-13", "9999",
     "0001-01-01", "99999999 weeks ago", "Feb 30 2025", "x" * 10_000, "banana 2022", "yesterday yesterday"],
)  # fmt: skip
def test_a_bad_bound_tells_what_forms_work(text):
    with pytest.raises(BadDate, match="last Tuesday"):
        parse_bound(text, NOW, UTC, end=False)


@given(
    st.one_of(st.text(max_size=40), st.from_regex(r"[0-9a-z年月日:/. +-]{1,20}", fullmatch=True)),
    st.booleans(),
)
def test_no_text_makes_anything_but_a_date_or_a_bad_date(text, end):
    with suppress(BadDate):
        assert parse_published(text).tzinfo is UTC
    with suppress(BadDate):
        assert parse_bound(text, NOW, BERLIN, end).tzinfo is BERLIN
