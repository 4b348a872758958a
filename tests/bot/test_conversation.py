"""What a follow-up takes over from the turns before it, and what holds for a question."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.conversation import carry_over, understand_question
from bot.types import Question, Turn
from index.query import Outlets
from index.types import Filters

NOW = datetime(2025, 4, 18, 12, tzinfo=UTC)
OUTLETS = Outlets(["Gazette", "Star"])
BRIDGE = Turn("Who opened the harbour bridge in Port Amsel?", "Mayor Ines Dahl cut the ribbon on Monday.")


def test_without_history_nothing_is_taken_over():
    assert carry_over("And when did he say that?", ()) == ""


@pytest.mark.parametrize(
    "text",
    [
        "And when was that?",
        "What about the cost?",
        "What did she say?",
        "Why?",
        "How long did its construction take to finish overall?",
        "那费用呢？",
    ],
)
def test_a_question_that_leans_on_the_last_one_takes_it_over(text):
    assert BRIDGE.question in carry_over(text, [BRIDGE])


def test_a_question_that_stands_alone_takes_nothing_over():
    assert carry_over("Which party won the recount held in Upper Maske last spring?", [BRIDGE]) == ""


def test_names_of_the_last_answer_are_taken_over():
    assert "Ines Dahl" in carry_over("And when did she do so?", [BRIDGE])


def test_a_name_that_the_question_has_itself_is_not_taken_over_twice():
    carried = carry_over("And what did Mayor Ines Dahl say?", [BRIDGE])
    assert "Ines Dahl" not in carried


def test_a_chain_of_follow_ups_reaches_back_to_the_question_that_began_it():
    carried = carry_over("And why?", [BRIDGE, Turn("When was that?", "On Monday.")])
    assert carried.index("When was that?") < carried.index(BRIDGE.question)


def test_a_chain_ends_at_a_question_that_stands_alone():
    alone = Turn("Which party won the recount held in Upper Maske last spring?", "The Reform party.")
    assert BRIDGE.question not in carry_over("And why?", [BRIDGE, alone])


def test_a_history_of_thousands_of_follow_ups_is_carried_in_bounds():
    carried = carry_over("And why?", [Turn("And then?", "It went on.")] * 5000)
    assert carried.startswith("And then?")
    assert len(carried) < 500


def test_what_a_question_demands_joins_its_filters():
    asked = Question(
        "Only articles from the Star since March: who won?", NOW, Filters(since=datetime(2025, 4, 1, tzinfo=UTC))
    )
    query, filters = understand_question(asked, UTC, OUTLETS)
    assert query.demanded == Filters(since=datetime(2025, 3, 1, tzinfo=UTC), sources=("Star",))
    assert filters == Filters(since=datetime(2025, 4, 1, tzinfo=UTC), sources=("Star",))


def test_what_a_question_takes_over_is_understood_with_it_but_demands_nothing():
    earlier = Turn("Only articles from the Star: who opened the bridge?", "Mayor Ines Dahl.")
    query, filters = understand_question(Question("And when?", NOW, history=(earlier,)), UTC, OUTLETS)
    assert query.text.startswith("And when? Only articles from the Star")
    assert query.sources == ("Star",)
    assert query.demanded == filters == Filters()
