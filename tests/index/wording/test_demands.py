"""What a question allows as evidence, and what only looks like it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.query import Outlets, understand_query
from index.types import Filters

NOW = datetime(2025, 6, 18, 12, tzinfo=UTC)
GUARDIAN, VERGE, CNN, POST, CHINESE = "The Guardian", "The Verge", "CNN", "Velmora Post", "北岸华报"
OUTLETS = Outlets([GUARDIAN, VERGE, CNN, POST, CHINESE, "The Sun", "The Week", "Time"])


def demanded(text: str) -> Filters:
    return understand_query(text, NOW, UTC, OUTLETS).demanded


def day(month: int, day_of_month: int) -> datetime:
    return datetime(2025, month, day_of_month, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("What happened at the quay, only from the Guardian?", {GUARDIAN}),
        ("Who won? (only from the Guardian)", {GUARDIAN}),
        ("Only from the Guardian: what happened?", {GUARDIAN}),
        ("articles from The Verge only", {VERGE}),
        ("What did he announce in articles from The Verge only?", {VERGE}),
        ("Show me articles about the bridge from The Verge only.", {VERGE}),
        ("Using only CNN, who won?", {CNN}),
        ("Who won, according only to CNN?", {CNN}),
        ("Who won, using only the Guardian's reports?", {GUARDIAN}),
        ("What happened using only the Guardian's reports?", {GUARDIAN}),
        ("Only use The Verge and CNN. Who won?", {VERGE, CNN}),
        ("Please look only at The Guardian, The Verge and CNN: who won?", {GUARDIAN, VERGE, CNN}),
        ("I only want articles from the Guardian on the bridge.", {GUARDIAN}),
        ("Give me news on the quay only from the Guardian.", {GUARDIAN}),
        ("Summarise only the Guardian's coverage of the strike.", {GUARDIAN}),
        ("Tell me only what the Guardian reported.", {GUARDIAN}),
        ("Restrict the search to Velmora Post. Who won?", {POST}),
        ("CNN only: who won?", {CNN}),
        ("What did the Velmora Post say? Use CNN reports alone.", {CNN}),
        ("只看北岸华报的报道，谁赢了？", {CHINESE}),
        ("谁赢了？请只根据《北岸华报》的文章回答。", {CHINESE}),
        ("仅限北岸华报：谁赢了？", {CHINESE}),
    ],
)
def test_outlets_that_alone_are_allowed_are_demanded(text, sources):
    filters = demanded(text)
    assert set(filters.sources) == sources
    assert (filters.since, filters.until) == (None, None)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("Who won the vote? Only articles since 3 March.", day(3, 3), None),
        ("Show only articles since 3 March about the quay.", day(3, 3), None),
        ("What happened, nothing older than a week?", day(6, 11), None),
        ("Nothing older than two months, please: who won?", day(4, 18), None),
        ("Who won? nothing older than 24 hours", NOW.replace(day=17), None),
        ("Who won, using articles no older than 3 days?", day(6, 15), None),
        ("Who won? No articles before May.", day(5, 1), None),
        ("Nothing after 3 March: who won?", None, day(3, 4)),
        ("Using only reports published before May, who is leading?", None, day(5, 1)),
        ("Who won? Only articles from April, please.", day(4, 1), day(5, 1)),
        ("Only articles since March, and nothing after May: who won?", day(3, 1), day(6, 1)),
        ("谁赢了？只看3月3日以来的报道。", day(3, 3), None),
    ],
)
def test_times_of_articles_that_alone_are_allowed_are_demanded(text, since, until):
    filters = demanded(text)
    assert filters.since == since
    assert filters.until is until is None or 0 < (until - filters.until).total_seconds() < 1
    assert filters.sources == ()


@pytest.mark.parametrize(
    "text",
    [
        "Who won, only from the Guardian, and nothing older than a week?",
        "Only articles from The Guardian since 11 June: who won?",
        "Using only the Guardian's articles since 11 June, who won on 3 May?",
    ],
)
def test_outlet_and_time_may_be_demanded_together(text):
    assert demanded(text) == Filters(since=day(6, 11), sources=(GUARDIAN,))


@pytest.mark.parametrize(
    "text",
    [
        "What was the only report of the Guardian that named her?",
        "Who is the only CNN reporter in Gaza?",
        "In only one of CNN's reports, who is named?",
        "Only three people saw it; who, says the Guardian?",
        "What has only CNN reported?",
        "Why has the Guardian only reported on it since 3 March?",
        "Since when does CNN report only from Gaza?",
        "Only the Guardian reported it. Why?",
        "Only from the Guardian did we learn it. What?",
        "Only reports from CNN were believed. Why?",
        "Why were only articles from the Guardian blocked?",
        "Was it covered only by the Guardian?",
        "Did reports from the Guardian only, or The Week too, mention it?",
        "Was the film based only on reports from the Guardian?",
        "Which story came only from CNN?",
        "Who read only the Guardian as a child?",
        "Which plane circled the globe using only the Sun?",
        "Which planets get light only from the Sun?",
        "Is Time the only thing that matters?",
        "Not only from the Guardian: who won?",
        "Don't use only CNN. Who won?",
        "Only articles from the Guardian, The Verge and the Bugle: who won?",
        "Only articles from the Guardian or the Bugle: who won?",
        "Who has ruled only since 3 March?",
        "The Pope, only in office since 3 March, said what?",
        "What does CNN say about stories published since May?",
        "Nothing before May mattered. Why?",
        "The bridge is no older than a week, says CNN?",
        "Nothing older than the hills: who won?",
        "Only articles since 3 March or older: who won?",
        "为什么他只看北岸华报的报道？",
        "北岸华报只报道了什么？",
    ],
)
def test_where_only_may_mean_another_thing_nothing_is_demanded(text):
    assert demanded(text) == Filters()


def test_demanded_times_without_anything_between_them_are_none():
    assert demanded("Only articles since May: who won? Nothing after April.") == Filters()


def test_what_is_left_out_is_no_time_that_the_question_asks_about():
    [period] = understand_query("Who won? No articles before May.", NOW, UTC, OUTLETS).periods
    assert (period.since, period.until, period.words) == (day(5, 1), None, "No articles before May")


def test_a_demanded_day_begins_where_the_reader_is():
    zone = ZoneInfo("America/New_York")
    query = understand_query("Who won? Only articles since 3 March.", NOW, zone, OUTLETS)
    assert query.demanded.since == datetime(2025, 3, 3, tzinfo=zone)
    assert query.summary()["only"] == ["since 3 March 2025, 00:00 EST"]


@given(
    st.lists(
        st.sampled_from(
            ["only ", "Only ", "from ", "the ", "CNN", "The Guardian", ", ", ": ", " articles ", "since 3 March ",
             "nothing older than ", "a week", "no news before ", "using ", "and ", "\x00", "\x01", "只看", "北岸华报"]
        ),
        max_size=30,
    )
)  # fmt: skip
def test_what_is_demanded_is_named_in_the_question_and_leaves_some_time(words):
    query = understand_query("".join(words), NOW, UTC, OUTLETS)
    since, until = query.demanded.since, query.demanded.until
    assert set(query.demanded.sources) <= set(query.sources)
    assert {since, until} <= {None, *(p.since for p in query.periods), *(p.until for p in query.periods)}
    assert since is None or until is None or since <= until
