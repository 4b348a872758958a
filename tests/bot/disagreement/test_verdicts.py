"""Sources differ in yes or no where one denies what the other tells."""

from __future__ import annotations

import pytest

from bot.types import Difference

CLOSED = "Was Salter Bridge closed during the flood?"
YES = "Salter Bridge was closed during the flood."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Salter Bridge was never closed during the flood.", "never closed"),
        ("Salter Bridge wasn't closed during the flood.", "wasn't closed"),
        ("Salter Bridge was not at any time closed in the flood.", "not at any time closed"),
    ],
)
def test_a_denial_and_what_it_denies_differ(account, contrast, text, words):
    found = contrast(CLOSED, account(YES, "News"), account(text, "Standard", days=3))
    assert (found.kind, found.words) == (Difference.DIFFERENT, (words, "closed"))


def test_opposites_differ(account, contrast):
    question = "Did the council approve the wind farm?"
    first = account("The council approved the wind farm.", "News")
    found = contrast(question, first, account("The council rejected the wind farm.", "Standard", days=1))
    assert found.words == ("rejected", "approved")


def test_what_one_outlet_tells_later_is_an_update_and_a_mix_up_a_correction(account, contrast):
    question = "Were bacteria found in the water?"
    first = account("Tests found bacteria in the water.", "Today")
    later = account("There are no bacteria in the water.", "Today", days=3)
    mix_up = account("There are no bacteria in the water.\n\nThe samples were mixed up.", "Today", days=3)
    assert contrast(question, first, later).kind is Difference.UPDATED
    assert contrast(question, first, mix_up).kind is Difference.CORRECTED


@pytest.mark.parametrize(
    "text",
    [
        "Salter Bridge stayed closed during the flood.",
        "Trains were not affected by the flood.",
        "The school was never closed.",
    ],
)
def test_the_same_and_the_denial_of_something_else_are_no_difference(account, contrast, text):
    assert contrast(CLOSED, account(YES, "News"), account(text, "Standard", days=1)) is None


def test_a_question_in_another_language_has_none(account, contrast):
    assert contrast("大桥关闭了吗？", account("大桥关闭了。", "甲"), account("大桥没有关闭。", "乙", days=1)) is None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Kroll was found guilty of fraud and acquitted of arson.", "Morrow contests the acquittal of Kroll."),
        ("Kroll was found guilty of fraud.", "Kroll was acquitted of arson.\n\nHe was found guilty of fraud."),
    ],
)
def test_two_counts_of_which_one_article_tells_both_are_no_difference(account, contrast, first, second):
    for question in ("Is Kroll guilty?", "Was Kroll acquitted?"):
        assert contrast(question, account(first, "Post"), account(second, "Wire", days=20)) is None


def test_one_verdict_each_is_a_difference(account, contrast):
    later = account("Kroll is innocent.", "Wire", days=1)
    found = contrast("Is Kroll guilty?", account("Kroll is guilty.", "Post"), later)
    assert found.words == ("innocent", "guilty")
