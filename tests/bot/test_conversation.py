"""What a follow-up takes over from the turns before it, and what holds for a question."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.conversation import carry_over, understand_question, write_alone
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


@pytest.mark.parametrize(
    "text",
    [
        "Is there a ferry strike in Saltby?",
        "Has there been a ferry strike in Saltby this week?",
        "Who said that the bridge at Correnside would close?",
        "Which minister claimed that Saltby would flood?",
        "Where did those who lost homes in Saltby go?",
        "What other ministers did Halden Brisk fire?",
        "The mayor of Saltby opened a bridge. What did it cost?",
    ],
)
def test_words_that_only_look_like_pointers_take_nothing_over(text):
    assert carry_over(text, [BRIDGE]) == ""


@pytest.mark.parametrize(
    "text",
    [
        "How many people live there with Ines Dahl?",
        "How many of those are in Saltby by now?",
        "Which party led that region before the vote?",
        "What did Mr. Dahl say about it after the vote?",
        "Who won in Saltby?",
        "Nice to know. What did the whole bridge cost him?",
    ],
)
def test_pointers_take_it_over_whatever_else_is_named(text):
    assert BRIDGE.question in carry_over(text, [BRIDGE])


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


def test_a_question_leans_by_what_it_asks_not_by_what_it_demands():
    asked = Question("Using only articles from the Star since March, why?", NOW, history=(BRIDGE,))
    query, filters = understand_question(asked, UTC, OUTLETS)
    assert query.text.startswith(f"why? {BRIDGE.question}")
    assert filters.sources == ("Star",)


def test_what_a_question_takes_over_is_understood_with_it_but_demands_nothing():
    earlier = Turn("Only articles from the Star: who opened the bridge?", "Mayor Ines Dahl.")
    query, filters = understand_question(Question("And when?", NOW, history=(earlier,)), UTC, OUTLETS)
    assert query.text == "And when? who opened the bridge? Mayor Ines Dahl"
    assert query.sources == ("Star",)
    assert query.demanded == filters == Filters()


# Written again by a model


def ask_after(text: str, model) -> Question:
    return write_alone(Question(text, NOW, history=(BRIDGE,)), model)


def test_a_model_makes_a_follow_up_stand_alone(scripted):
    model = scripted('"When did Mayor Ines Dahl open the harbour bridge?"\nIt was Monday.')
    alone = ask_after("And when did she?", model)
    assert (alone.text, alone.history) == ("When did Mayor Ines Dahl open the harbour bridge?", ())
    assert BRIDGE.question in model.prompts[0]
    assert BRIDGE.answer in model.prompts[0]


@pytest.mark.parametrize(
    "written",
    ["", "  \n", "When did Mayor Otto Kling open the bridge?", "When did she open bridge 7?", "x" * 301],
)
def test_what_a_model_makes_up_or_leaves_empty_is_not_asked(written, scripted):
    question = Question("And when did she?", NOW, history=(BRIDGE,))
    assert write_alone(question, scripted(written)) is question


def test_a_model_that_fails_leaves_the_question_as_it_was(scripted):
    question = Question("And when did she?", NOW, history=(BRIDGE,))
    assert write_alone(question, scripted(failure="gone")) is question


def test_no_model_is_asked_about_a_question_that_stands_alone(scripted):
    model = scripted("Never")
    alone = Question("Which party won the recount held in Upper Maske last spring?", NOW, history=(BRIDGE,))
    assert write_alone(alone, model) is alone
    assert model.prompts == []
