"""What a follow-up takes over from the turns before it."""

from __future__ import annotations

import pytest

from bot.conversation import carry_over
from bot.types import Turn

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
