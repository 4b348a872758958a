"""Questions as typed, with their bounds, and as lines of a file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions import BadQuestion, Wording, make_question, parse_history, parse_line
from bot.types import Question, Turn
from index.types import Filters

BERLIN = ZoneInfo("Europe/Berlin")


def parse(zone=UTC, defaults=None, **record) -> Question:
    return parse_line(json.dumps(record), defaults or Wording(), zone)


def moment(*args: int) -> datetime:
    return datetime(*args, tzinfo=UTC)  # type: ignore[misc]


# One question


def test_since_a_day_begins_with_its_first_moment():
    question = make_question("What?", Wording(since="2025-04-17"), UTC)
    assert question.filters.since == moment(2025, 4, 17)


@pytest.mark.parametrize("bound", ["until", "as_of"])
def test_until_and_as_of_a_day_end_with_its_last_moment(bound):
    question = make_question("What?", Wording(**{bound: "2025-04-17"}), UTC)
    assert getattr(question.filters, bound) == moment(2025, 4, 17, 23, 59, 59, 999999)


def test_since_and_until_one_day_leave_that_whole_day():
    filters = make_question("What?", Wording(since="2025-04-17", until="2025-04-17"), UTC).filters
    assert filters.since is not None
    assert filters.until is not None
    assert (filters.until - filters.since).total_seconds() == pytest.approx(24 * 3600)


def test_a_bound_with_a_time_is_that_moment():
    question = make_question("What?", Wording(until="2025-04-17T14:05:00Z"), UTC)
    assert question.filters.until == moment(2025, 4, 17, 14, 5)


def test_days_are_those_of_the_zone_in_the_settings():
    question = make_question("What?", Wording(since="2025-04-17"), BERLIN)
    assert question.filters.since == moment(2025, 4, 16, 22)


def test_relative_bounds_refer_to_now():
    question = make_question("What?", Wording(since="yesterday", now="2025-04-17"), UTC)
    assert question.filters.since == moment(2025, 4, 16)


def test_now_never_filters():
    question = make_question("What?", Wording(now="2025-04-17"), UTC)
    assert question.filters == Filters()
    assert question.now.date().isoformat() == "2025-04-17"


def test_now_is_the_present_moment_by_default():
    before = datetime.now(UTC)
    question = make_question("What?", Wording(), UTC)
    assert before <= question.now <= datetime.now(UTC)


@pytest.mark.parametrize("bound", ["now", "since", "until", "as_of"])
def test_a_bound_that_is_no_date_is_refused_with_its_name_and_value(bound):
    with pytest.raises(BadQuestion, match=rf"^{bound}: .*'someday'"):
        make_question("What?", Wording(**{bound: "someday"}), UTC)


@pytest.mark.parametrize("end", ["until", "as_of"])
def test_bounds_that_leave_no_time_between_them_are_refused(end):
    with pytest.raises(BadQuestion, match=r"since \(2025-05-01\) is later than .*2025-04-01"):
        make_question("What?", Wording(since="2025-05-01", **{end: "2025-04-01"}), UTC)


def test_outlets_and_history_are_kept_in_their_order():
    turns = (Turn("Who?", "Dahl."), Turn("When?", "Monday."))
    question = make_question("And why?", Wording(sources=("Star", "Gazette")), UTC, turns)
    assert (question.filters.sources, question.history) == (("Star", "Gazette"), turns)


# A line of a file


def test_a_line_that_is_no_object_is_the_question_itself():
    assert parse_line("  Who won the cup? \r", Wording(), UTC).text == "Who won the cup?"


def test_a_line_of_text_takes_the_bounds_of_the_command_line():
    question = parse_line("Who won?", Wording(since="2025-04-17", sources=("Star",)), UTC)
    assert question.filters == Filters(since=moment(2025, 4, 17), sources=("Star",))


def test_an_object_may_have_every_key_of_the_contract():
    question = parse(
        question="And who paid?",
        now="2025-06-30",
        as_of="2025-06-20",
        since="2025-04-01",
        until="2025-06-10",
        source="Star",
        history=[{"question": "Who built it?", "answer": "Ravn did."}],
    )
    assert question.text == "And who paid?"
    assert question.now == moment(2025, 6, 30, 23, 59, 59, 999999)
    assert question.filters.since == moment(2025, 4, 1)
    assert question.filters.newest == moment(2025, 6, 10, 23, 59, 59, 999999)
    assert question.filters.sources == ("Star",)
    assert question.history == (Turn("Who built it?", "Ravn did."),)


def test_keys_of_an_object_win_over_the_command_line():
    question = parse(defaults=Wording(since="2025-01-01", sources=("Star",)), question="Q?", since="2025-04-17")
    assert question.filters == Filters(since=moment(2025, 4, 17), sources=("Star",))


def test_several_outlets_are_a_list():
    assert parse(question="Q?", source=["Star", " Gazette "]).filters.sources == ("Star", "Gazette")


def test_an_empty_question_is_left_to_the_answer():
    assert parse(question=" ").text == ""


def test_a_line_of_an_evaluation_is_a_question():
    line = {"id": "a-1", "kind": "lookup", "question": "Q?", "answers": ["A"], "articles": [], "asked_on": "2025-04-17"}
    assert parse(**line).text == "Q?"


def test_null_counts_as_left_out():
    question = parse(question="Q?", since=None, source=None, history=None)
    assert (question.filters, question.history) == (Filters(), ())


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"question": 7}, "question is not text"),
        ({"question": ["Q?"]}, "question is not text"),
        ({}, "question is missing"),
        ({"question": "Q?", "since": 2025}, "since is not text"),
        ({"question": "Q?", "until": "someday"}, "until: "),
        ({"question": "Q?", "source": 3}, "source is neither text nor a list of texts"),
        ({"question": "Q?", "source": ["Star", 3]}, "source is neither text nor a list of texts"),
        ({"question": "Q?", "history": "before"}, "history is not a list"),
        ({"question": "Q?", "history": ["before"]}, "history is not a list of objects"),
        ({"question": "Q?", "history": [{"question": 1, "answer": "A."}]}, "question is not text"),
        ({"question": "Q?", "asof": "2025-04-17"}, "unknown keys asof; known are as_of"),
    ],
)
def test_an_object_with_a_wrong_key_or_type_is_refused_by_name(record, reason):
    with pytest.raises(BadQuestion, match=reason.replace("(", r"\(")):
        parse(**record)


@pytest.mark.parametrize("line", ['{"question": "Q?"', "{question: 1}", "{" * 100_000, '{"question": "Q?"} and more'])
def test_an_object_that_is_no_json_is_refused(line):
    with pytest.raises(BadQuestion, match="JSON"):
        parse_line(line, Wording(), UTC)


@pytest.mark.parametrize("line", ['{"question": "Who \\ud800 won?"}', "Who \udcff won?"])
def test_half_a_character_becomes_a_question_mark(line):
    assert parse_line(line, Wording(), UTC).text == "Who ? won?"


@given(st.text())
def test_no_line_does_anything_but_make_a_question_or_be_refused(line):
    try:
        question = parse_line(line, Wording(), UTC)
    except BadQuestion:
        assert line.lstrip().startswith("{")
    else:
        assert line.lstrip().startswith("{") or question.text == line.strip()


def test_a_turn_without_an_answer_is_kept():
    assert parse_history([{"question": "Who?"}]) == (Turn("Who?", ""),)
