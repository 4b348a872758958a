"""Sources differ in a name where each gives one, another one, to the same thing."""

from __future__ import annotations

import pytest

from bot.types import Difference

WHO = "Who scored the winning goal for Carrick against Dunmore?"
RENKO = "Carrick beat Dunmore thanks to a winning goal by Ilya Renko."
OSTRANDER = "The winner for Carrick against Dunmore came from Paul Ostrander."
WHERE = "Which village was buried by the landslide?"


def test_two_outlets_that_name_different_people_differ(answering, contrast):
    found = contrast(WHO, answering(WHO, RENKO, "Echo"), answering(WHO, OSTRANDER, "Observer", days=1))
    assert (found.kind, found.words) == (Difference.DIFFERENT, ("Paul Ostrander", "Ilya Renko"))


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("The winner for Carrick against Dunmore came from Renko.", "Observer"),
        ("The winner for Carrick against Dunmore came from Paul Ostrander or Bo Lund.", "Observer"),
        ("Paul Ostrander praised the winner and the goal.", "Observer"),
        (OSTRANDER + "\n\nIlya Renko had fallen over.", "Observer"),
        (OSTRANDER, "Echo"),
    ],
)
def test_one_name_several_names_other_matters_and_one_outlet_are_no_difference(answering, contrast, text, source):
    assert contrast(WHO, answering(WHO, RENKO, "Echo"), answering(WHO, text, source, days=1)) is None


def test_a_place_is_no_answer_to_who(answering, contrast):
    other = answering(WHO, "The winning goal for Carrick against Dunmore fell at Pound Lane.", "Observer", days=1)
    assert contrast(WHO, answering(WHO, RENKO, "Echo"), other) is None


def test_a_name_that_first_reports_had_wrong_is_corrected(answering, contrast):
    first = answering(WHERE, "A landslide has buried the village of Upper Carn.", "Radio")
    text = "It was Nether Carn that the landslide buried, contrary to first reports."
    found = contrast(WHERE, first, answering(WHERE, text, "Messenger", days=1))
    assert (found.kind, found.words) == (Difference.CORRECTED, ("Nether Carn", "Upper Carn"))


@pytest.mark.parametrize(
    "text",
    [
        "The lowest price for a gallon of gas was in Ohio.",
        "The price for a gallon of gas in Ohio is above five dollars.",
        "The highest price for a gallon of gas was in the U.S. so far.",
        "The highest price for a gallon of gas was set as of Tuesday morning.",
    ],
)
def test_the_opposite_one_among_many_a_country_and_a_day_are_no_other_state(answering, contrast, text):
    question = "Which state has the highest price for a gallon of gas?"
    first = answering(question, "The highest price for a gallon of gas is in California.", "Echo")
    assert contrast(question, first, answering(question, text, "Observer", days=1)) is None
    other = answering(question, "The highest price for a gallon of gas is in Nevada.", "Observer", days=1)
    assert contrast(question, first, other).words == ("Nevada", "California")


def test_may_is_a_name_and_a_protest_no_superlative(answering, contrast):
    question = "Who led the protest at the harbour?"
    first = answering(question, "The protests at the harbour were led by Tom Reed.", "Echo")
    second = answering(question, "The protests at the harbour were led by Theresa May.", "Observer", days=1)
    assert contrast(question, first, second).words == ("Theresa May", "Tom Reed")


@pytest.mark.parametrize("verb", ["was held in", "chose", "went by fate to"])
def test_a_place_may_stand_behind_any_word_but_as_what_something_is(answering, contrast, verb):
    question = "Which city hosted the harbour games last summer?"
    first = answering(question, f"The harbour games of last summer {verb} Lisbon.", "Echo")
    second = answering(question, f"The harbour games of last summer {verb} Porto.", "Observer", days=1)
    kind = answering(question, f"The harbour games of last summer {verb} a gala Powerball draw.", "Observer", days=1)
    assert contrast(question, first, second).words == ("Porto", "Lisbon")
    assert contrast(question, first, kind) is None
    of_old = answering(question, f"The harbour games of a summer in 2018 {verb} Porto.", "Observer", days=1)
    assert contrast(question, first, of_old) is None
