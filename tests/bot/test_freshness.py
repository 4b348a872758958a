"""An answer on how things stand says how old its newest source is, where that is telling."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.freshness import describe_age, is_about_now
from bot.types import Question
from index.query import Query
from index.types import Filters

NOW = datetime(2025, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(days=5), "5 days"),
        (timedelta(days=20), "2 weeks"),
        (timedelta(days=100), "3 months"),
        (timedelta(days=800), "2 years"),
    ],
)
def test_the_age_of_an_old_source_is_told(age, words):
    newest = NOW - age
    assert describe_age(newest, NOW) == f"The newest source is {words} old ({newest:%-d %B %Y})."


@pytest.mark.parametrize("newest", [None, NOW, NOW - timedelta(days=3), NOW + timedelta(days=1)])
def test_nothing_is_told_of_a_young_or_undated_source(newest):
    assert describe_age(newest, NOW) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Who leads the Civic Union?", True),
        ("What is the latest on the bridge?", True),
        ("How many have died so far, and who was the first?", True),
        ("Who is expected to win?", True),
        ("How many are injured?", True),
        ("Who won the cup final?", False),
        ("How many people died in the storm?", False),
        ("Which company signed the deal?", False),
        ("Who was the driver?", False),
        ("What did the mayor say?", False),
    ],
)
def test_a_question_is_about_now_unless_it_tells_of_the_past(text, expected):
    question = Question(text, NOW)
    assert is_about_now(question, Query(text), Filters()) is expected


def test_a_question_with_an_end_is_not_about_now():
    question = Question("Who leads the Civic Union?", NOW)
    assert not is_about_now(question, Query(question.text), Filters(until=NOW))
