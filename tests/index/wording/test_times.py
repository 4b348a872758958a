"""Times that a text names."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.wording.times import find_periods, speaks_of_past

NOW = datetime(2025, 4, 18, 12, 0, tzinfo=UTC)  # a Friday
BERLIN = ZoneInfo("Europe/Berlin")


def found(text: str) -> list[tuple[date | None, date | None]]:
    periods = [f.period for f in find_periods(text, NOW, UTC)]
    return [(p.since.date() if p.since else None, p.until.date() if p.until else None) for p in periods]


def days(first: str | None, last: str | None) -> list[tuple[date | None, date | None]]:
    return [(date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None)]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("What did they sign on October 22, 2023?", "2023-10-22", "2023-10-22"),
        ("the report of November 1, 2023", "2023-11-01", "2023-11-01"),
        ("Who spoke on October 18th?", "2024-10-18", "2024-10-18"),
        ("Who spoke on 18 March?", "2025-03-18", "2025-03-18"),
        ("Who spoke on Monday 14 April?", "2025-04-14", "2025-04-14"),
        ("Who spoke on the 3rd of March 2022?", "2022-03-03", "2022-03-03"),
        ("Who spoke on the first of March?", "2025-03-01", "2025-03-01"),
        ("Who spoke on 2023-11-24?", "2023-11-24", "2023-11-24"),
        ("Who won in October 2022?", "2022-10-01", "2022-10-31"),
        ("Who won in March?", "2025-03-01", "2025-03-31"),
        ("Who won in december?", "2024-12-01", "2024-12-31"),
        ("Who won in 2021?", "2021-01-01", "2021-12-31"),
        ("Who won in the 1990s?", "1990-01-01", "1999-12-31"),
        ("Who won in early March?", "2025-03-01", "2025-03-10"),
        ("Who led in mid-April?", "2025-04-11", "2025-04-20"),
        ("Who led in the last week of March?", "2025-03-22", "2025-03-31"),
        ("Who led in summer 2022?", "2022-06-01", "2022-08-31"),
        ("Who led in winter 2022?", "2022-12-01", "2023-02-28"),
        ("Who led in the second quarter of 2022?", "2022-04-01", "2022-06-30"),
        ("Who led in Q3 2022?", "2022-07-01", "2022-09-30"),
        ("What broke last Tuesday?", "2025-04-15", "2025-04-15"),
        ("What broke last Friday?", "2025-04-11", "2025-04-11"),
        ("What broke on Friday?", "2025-04-18", "2025-04-18"),
        ("Who won at Sunday's awards?", "2025-04-13", "2025-04-13"),
        ("What broke yesterday?", "2025-04-17", "2025-04-17"),
        ("What broke today?", "2025-04-18", "2025-04-18"),
        ("What broke this week?", "2025-04-11", "2025-04-18"),
        ("What broke last week?", "2025-04-07", "2025-04-13"),
        ("What broke this month?", "2025-04-01", "2025-04-18"),
        ("What broke last month?", "2025-03-01", "2025-03-31"),
        ("What broke last year?", "2024-01-01", "2024-12-31"),
        ("What broke in April last year?", "2024-04-01", "2024-04-30"),
        ("What broke over the weekend?", "2025-04-12", "2025-04-13"),
        ("What broke three days ago?", "2025-04-15", "2025-04-15"),
        ("What broke two weeks ago?", "2025-04-01", "2025-04-07"),
        ("What broke in the past three days?", "2025-04-15", "2025-04-18"),
        ("What broke in the past 24 hours?", "2025-04-17", "2025-04-18"),
        ("What broke in the past hour?", "2025-04-17", "2025-04-18"),
        ("What broke in the past day?", "2025-04-17", "2025-04-18"),
        ("What broke in the past week?", "2025-04-11", "2025-04-18"),
        ("What broke in the past month?", "2025-03-19", "2025-04-18"),
        ("What broke over the last year?", "2024-04-18", "2025-04-18"),
        ("What broke half a year ago?", "2024-10-02", "2024-11-01"),
        ("What broke in the first half of 2023?", "2023-01-01", "2023-06-30"),
        ("What broke in the second half of 2023?", "2023-07-01", "2023-12-31"),
        ("What broke in the early 2000s?", "2000-01-01", "2003-05-27"),
        ("What broke in the 1800s?", "1800-01-01", "1899-12-31"),
        ("What broke in the 2000s?", "2000-01-01", "2009-12-31"),
        ("What broke on Tuesday last week?", "2025-04-08", "2025-04-08"),
        ("What broke on Tuesday of last week?", "2025-04-08", "2025-04-08"),
        ("What broke on 10/22/2023?", "2023-10-22", "2023-10-22"),
        ("What broke on 22/10/2023?", "2023-10-22", "2023-10-22"),
        ("What broke on 22.10.2023?", "2023-10-22", "2023-10-22"),
        ("What broke on 3/4/2023?", None, None),
        ("What broke in the last week of her life?", None, None),
        ("What was the May report about?", None, None),
        ("What part got swept away in the March storm?", "2025-03-01", "2025-03-31"),
        ("How big was this April's tally?", "2025-04-01", "2025-04-30"),
    ],
)  # fmt: skip
def test_usual_words_for_a_time_are_resolved(text, first, last):
    assert found(text) == (days(first, last) if first else [])


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("between 3 and 7 March", "2025-03-03", "2025-03-07"),
        ("March 3-7, 2022", "2022-03-03", "2022-03-07"),
        ("from January through March this year", "2025-01-01", "2025-03-31"),
        ("from November to February 2022", "2021-11-01", "2022-02-28"),
        ("between November 9, 2023, and December 21, 2023", "2023-11-09", "2023-12-21"),
        ("between October 18 and October 20, 2023", "2023-10-18", "2023-10-20"),
        ("between last month and this month", "2025-03-01", "2025-04-18"),
        ("since monday", "2025-04-14", None),
        ("from Monday to Wednesday", "2025-04-14", "2025-04-16"),
        ("from 1905 to 1913", "1905-01-01", "1913-12-31"),
        ("since 12 April", "2025-04-12", None),
        ("since 2019", "2019-01-01", None),
        ("after 2 April", "2025-04-02", None),
        ("after March", "2025-04-01", None),
        ("before April", None, "2025-03-31"),
        ("before 2 April", None, "2025-04-02"),
        ("later than 2 April", "2025-04-03", None),
        ("in articles newer than March", "2025-04-01", None),
        ("earlier than 2 April", None, "2025-04-01"),
        ("in articles older than March", None, "2025-02-28"),
        ("no later than 2 April", None, "2025-04-02"),
        ("no earlier than 2 April", "2025-04-02", None),
        ("on 3 March on the quay", "2025-03-03", "2025-03-03"),
        ("from 3 March on the quay", "2025-03-03", None),
        ("from 3 March onwards, at the quay", "2025-03-03", None),
        ("of 3 March on", "2025-03-03", None),
        ("as of 24 March", None, "2025-03-24"),
        ("up to 15 March", None, "2025-03-15"),
        ("by the end of March", None, "2025-03-31"),
        ("as far as anyone knew on 20 March", None, "2025-03-20"),
    ],
)
def test_ranges_and_bounds_are_resolved(text, first, last):
    assert found(f"What changed {text}?") == days(first, last)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("4月17日谁来教？", "2025-04-17", "2025-04-17"),
        ("2025年3月谁赢了？", "2025-03-01", "2025-03-31"),
        ("去年12月谁赢了？", "2024-12-01", "2024-12-31"),
        ("四月在法庭作证的是谁？", "2025-04-01", "2025-04-30"),
        ("三月初谁赢了？", "2025-03-01", "2025-03-10"),
        ("2023年谁赢了？", "2023-01-01", "2023-12-31"),
        ("昨天谁赢了？", "2025-04-17", "2025-04-17"),
        ("前天谁赢了？", "2025-04-16", "2025-04-16"),
        ("上周谁赢了？", "2025-04-07", "2025-04-13"),
        ("上周三谁赢了？", "2025-04-09", "2025-04-09"),
        ("上个月谁赢了？", "2025-03-01", "2025-03-31"),
        ("三天前谁赢了？", "2025-04-15", "2025-04-15"),
        ("过去两周谁赢了？", "2025-04-04", "2025-04-18"),
        ("4月12日以来谁赢了？", "2025-04-12", None),
        ("截至3月24日有多少？", None, "2025-03-24"),
        ("二〇二二年十月谁赢了？", "2022-10-01", "2022-10-31"),
        ("二〇二二年谁赢了？", "2022-01-01", "2022-12-31"),
        ("上上周谁赢了？", "2025-03-31", "2025-04-06"),
        ("上上周三谁赢了？", "2025-04-02", "2025-04-02"),
        ("上上个月谁赢了？", "2025-02-01", "2025-03-03"),
        ("3月5号到7号谁赢了？", "2025-03-05", "2025-03-07"),
        ("3月5-7日谁赢了？", "2025-03-05", "2025-03-07"),
        ("去年年底谁赢了？", "2024-08-29", "2024-12-31"),
        ("2023年初谁赢了？", "2023-01-01", "2023-05-05"),
        ("年初谁赢了？", "2025-01-01", "2025-05-05"),
        ("周三谁赢了？", "2025-04-16", "2025-04-16"),
        ("星期二谁赢了？", "2025-04-15", "2025-04-15"),
        ("前年谁赢了？", "2023-01-01", "2023-12-31"),
        ("前年10月谁赢了？", "2023-10-01", "2023-10-31"),
        ("半年前谁赢了？", "2024-10-02", "2024-11-01"),
        ("90年代谁赢了？", "1990-01-01", "1999-12-31"),
        ("九十年代谁赢了？", "1990-01-01", "1999-12-31"),
        ("1980年代谁赢了？", "1980-01-01", "1989-12-31"),
        ("上週三誰贏了？", "2025-04-09", "2025-04-09"),
        ("上個月誰贏了？", "2025-03-01", "2025-03-31"),
        ("日本周三谁赢了？", "2025-04-16", "2025-04-16"),
        ("上周日本谁赢了？", "2025-04-07", "2025-04-13"),
    ],
)
def test_chinese_words_for_a_time_are_resolved(text, first, last):
    assert found(text) == days(first, last)


@pytest.mark.parametrize(
    "text",
    [
        "It may rain, and they march on.",
        "What did Theresa May say?",
        "Who led the March on Washington?",
        "What did August Wilson write?",
        "Who wrote the Sunday Times story?",
        "What sold best on Black Friday?",
        "Who played on Sunday Night Football?",
        "On the Friday morning of the storm, what broke?",
        "What has changed since the election?",
        "Who won the 2020 election?",
        "In 2000 homes the power failed; where?",
        "Who came second?",
        "Who writes for USA Today?",
        "Why cancel the Fourth of July fireworks?",
        "What did the January 6 committee hear?",
        "Which team won in the season 2009-10?",
        "How much in the year ending March 31?",
        "前日本首相是谁？",
        "日本月球车叫什么？",
        "谁登上月球？",
        "他过去年轻时做什么？",
        "附近三天门票多少？",
        "今日头条是谁的？",
        "他一周三次去哪里？",
        "下周三谁来？",
        "2019/13/40",
        "on 99 March, on 31 February 2020, in 2023-13",
        "in 0000-01-01 or 9999-12-31",
        "",
    ],
)
def test_what_only_looks_like_a_time_is_none(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "What will happen in June?",
        "Who runs in the May election?",
        "What is due on 10 July?",
        "Who performs next March?",
        "Who will play on Sunday?",
        "What happens in 2031?",
        "Until when, as of December 2026, is the money safe?",
    ],
)
def test_a_time_that_has_not_begun_is_none(text):
    assert found(text) == []


def test_a_day_without_a_year_takes_that_of_the_others():
    text = "After the Post reported it on October 18, did the Star agree on October 20, 2023?"
    assert found(text) == [*days("2023-10-18", "2023-10-18"), *days("2023-10-20", "2023-10-20")]


def test_days_begin_and_end_in_the_readers_zone():
    [only] = find_periods("What broke yesterday?", NOW, BERLIN)
    assert only.period.since == datetime(2025, 4, 16, 22, tzinfo=UTC)
    assert only.period.until == datetime(2025, 4, 17, 21, 59, 59, 999999, tzinfo=UTC)


def test_a_period_tells_its_words_and_where_they_stand():
    text = "Who won in October 2022, and why?"
    [only] = find_periods(text, NOW, UTC)
    assert only.period.words == "in October 2022"
    assert text[only.start : only.end] == "in October 2022"


def test_a_text_full_of_dates_gives_some_of_them():
    assert 0 < len(find_periods("in March " * 10_000, NOW, UTC)) < 100


@pytest.mark.parametrize(
    "text",
    [
        "What did she originally plan?",
        "What was her sum at first?",
        "How long was the queue first reported to be?",
        "When did Kirrin first sign him?",
        "What did Kirrin first offer the boss?",
        "Before the storm, when had they last used it?",
        "Who ran it back then?",
        "How much was last season's prize?",
        "当初掏了多少现钱？",
        "How did it go in the past?",
        "Who won the 2018 World Cup?",
        "Who won 2018 World Cup?",
        "Who planned the 2005 London bombings?",
        "Who was top in the 2009-10 season?",
        "What did the firm pay several months ago?",
        "Who lived here a hundred years ago?",
        "Who sang it in the nineties?",
        "Who sang it in the '80s?",
        "Who won in '22?",
        "What did it earn in Q4?",
        "What did it earn in H1 2023?",
        "What broke on 3/4/2023?",
    ],
)
def test_words_for_the_past_are_noticed(text):
    assert speaks_of_past(text, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "Which country stepped back this week?",
        "Who is the first minister?",
        "What did First Lady Ada Krol announce?",
        "Where did they hold the first regatta?",
        "Which former president was charged?",
        "How much do they originally and now pay this week?",
        "Who was used to persuade him?",
        "Which country confirmed its first ever cases?",
        "What broke in the past hour?",
        "What broke in the past few days?",
        "What broke in the past couple of weeks?",
        "What broke in the past 2 weeks?",
        "Who won the 2025 derby?",
        "Who won the 2024 election?",
        "What do Americans think of the 2020 election in a new poll?",
        "Who signed the 2030 climate pledge?",
        "Who won in '25?",
    ],
)
def test_other_words_are_not_taken_for_the_past(text):
    assert not speaks_of_past(text, NOW)


def test_a_named_year_is_past_more_than_a_year_after_its_end():
    text = "Who won the 2022 midterms?"
    assert not speaks_of_past(text, datetime(2022, 11, 9, tzinfo=UTC))
    assert speaks_of_past(text, datetime(2024, 11, 9, tzinfo=UTC))


@given(
    st.one_of(
        st.text(max_size=60), st.from_regex(r"[0-9a-zA-Z年月日上个周三前半零底代到号:/. ,+-]{1,40}", fullmatch=True)
    )
)
def test_any_text_gives_ordered_aware_periods_that_have_begun(text):
    for each in find_periods(text, NOW, BERLIN):
        since, until = each.period.since, each.period.until
        assert 0 <= each.start < each.end <= len(text)
        assert since or until
        assert not since or since.utcoffset() is not None
        assert not (since and until) or since < until
        assert not since or since <= NOW
