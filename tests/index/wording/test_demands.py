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
        ("Just use CNN. Who won?", {CNN}),
        ("In the Velmora Post only, who won?", {POST}),
        ("Search only in the Velmora Post for the ferry strike.", {POST}),
        ("Only in CNN and the Guardian: who won?", {CNN, GUARDIAN}),
        ("Show me only articles about the strike from CNN.", {CNN}),
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
        ("Just articles since 3 March: who won?", day(3, 3), None),
        ("Only articles newer than 3 March: who won?", day(3, 4), None),
        ("Only articles of the last two weeks: who won?", day(6, 4), day(6, 19)),
        ("Since 3 March only, who has won?", day(3, 3), None),
        ("only since 3 March: who won?", day(3, 3), None),
        ("Show me only articles about the strike since 3 March", day(3, 3), None),
        ("only articles from March or April: who won?", day(3, 1), day(5, 1)),
        ("Only articles from January and March: who won?", day(1, 1), day(4, 1)),
        ("Ignore everything before April. Who won?", day(4, 1), None),
        ("Ignoring articles older than a week, who won?", day(6, 11), None),
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
        "Show me only articles about the strike in March.",
        "Who was just using CNN?",
        "Is it just from CNN?",
        "In March only, how many died?",
        "Only in the Guardian was it reported. Why?",
        "Without CNN, who would have known?",
        "Which outlets apart from CNN covered it?",
        "Who asked readers to avoid CNN?",
        "No reports from CNN about the strike were believed. Why?",
        "Only from CNN for years did we learn it. Why?",
        "Who was accused, not by CNN, of theft?",
        "Why did they ignore everything before April?",
        "Without articles from April, who won?",
    ],
)
def test_where_only_may_mean_another_thing_nothing_is_demanded(text):
    assert demanded(text) == Filters()


def test_demanded_times_without_anything_between_them_are_none():
    assert demanded("Only articles since May: who won? Nothing after April.") == Filters()


@pytest.mark.parametrize(
    ("text", "excluded"),
    [
        ("Exclude the Velmora Post. Who won?", {POST}),
        ("Please don't use CNN or the Guardian: who won?", {CNN, GUARDIAN}),
        ("Who won? Not from CNN, please.", {CNN}),
        ("No articles from CNN, please. Who won?", {CNN}),
        ("Who won without articles from CNN?", {CNN}),
        ("谁赢了？不要用《北岸华报》的报道。", {CHINESE}),
    ],
)
def test_outlets_may_be_excluded(text, excluded):
    query = understand_query(text, NOW, UTC, OUTLETS)
    assert set(query.demanded.excluded) == excluded
    assert query.demanded.sources == query.sources == ()
    assert set(query.summary()["only"]) == {f"not {source}" for source in excluded}


@pytest.mark.parametrize(
    "text",
    [
        "Which outlets apart from CNN said who won?",
        "What did outlets other than CNN and the Guardian report?",
        "Who won, except in CNN's reports?",
        "Use the strike reports, not CNN: who won?",
        "Who won, but not in April?",
        "Who won? Without articles from April.",
        "除了北岸华报，谁报道了罢工？",
    ],
)
def test_what_is_named_to_be_left_out_is_not_sought(text):
    query = understand_query(text, NOW, UTC, OUTLETS)
    assert (query.sources, query.periods) == ((), ())
    assert query.demanded == Filters()


@pytest.mark.parametrize(
    ("text", "searched"),
    [
        ("Who won the vote? Only articles since 3 March.", "Who won the vote?"),
        ("Could you please use only the Guardian's articles: who won?", "who won?"),
        ("Using articles no older than 3 days, tell me who won.", "who won."),
        ("Who won the vote according only to CNN?", "Who won the vote?"),
        ("What happened at the quay in articles from The Verge only?", "What happened at the quay?"),
        ("Show me only articles about the strike since 3 March.", "about the strike."),
        ("Give me news on the quay only from the Guardian.", "news on the quay."),
        ("Exclude CNN, and nothing older than a week: who won?", "who won?"),
        ("谁赢了？请问只看北岸华报的报道。", "谁赢了？"),
        ("谁赢了？Only from CNN.", "谁赢了？"),
        ("Tell me only what the Guardian reported.", "Tell me only what the Guardian reported."),
        (
            "Only articles since May: who won? Nothing after April.",
            "Only articles since May: who won? Nothing after April.",
        ),
    ],
)
def test_what_is_demanded_is_not_searched_for_unless_nothing_else_is_left(text, searched):
    assert understand_query(text, NOW, UTC, OUTLETS).text == searched


def test_a_demanded_time_or_outlet_is_none_that_the_question_asks_about():
    query = understand_query("What did CNN say of March? Only the Guardian's articles since May.", NOW, UTC, OUTLETS)
    assert query.sources == (CNN,)
    assert [p.words for p in query.periods] == ["March"]
    assert query.demanded == Filters(since=day(5, 1), sources=(GUARDIAN,))


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
def test_demanded_outlets_are_named_in_the_question_and_demanded_times_leave_some(words):
    query = understand_query("".join(words), NOW, UTC, OUTLETS)
    since, until = query.demanded.since, query.demanded.until
    assert set(query.demanded.sources) <= {source for m in OUTLETS.find("".join(words)) for source in m.sources}
    assert since is None or until is None or since <= until
