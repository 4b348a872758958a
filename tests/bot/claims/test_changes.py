"""What a claim would have to say instead is taken from a sentence of an article."""

from __future__ import annotations

from datetime import date

import pytest

from bot.claims.changes import find_changes, reverse

PUBLISHED = date(2025, 6, 11)


def changes(claim: str, sentence: str) -> set[tuple[str, str, str]]:
    return {(c.kind.value, c.claimed, c.told) for c in find_changes(claim, sentence, PUBLISHED)}


@pytest.mark.parametrize(
    ("claim", "sentence", "change"),
    [
        ("Sealark runs nine ships.", "Sealark has seven ships.", ("figure", "nine", "seven")),
        ("It cost 14m crowns.", "It cost 19.5 million crowns.", ("figure", "14m crowns", "19.5 million crowns")),
        ("Turnout was 68.3%.", "Turnout was 66.9 per cent.", ("figure", "68.3%", "66.9 per cent")),
        ("It is on Sunday 18 May.", "Polling day is Sunday 11 May.", ("figure", "Sunday 18 May", "Sunday 11 May")),
        ("Its profit fell by a fifth.", "Its profit rose by a fifth.", ("word", "fell", "rose")),
        ("Ada Quill became minister.", "Freya Stroud becomes minister.", ("name", "Ada Quill", "Freya Stroud")),
        ("损失260万克朗。", "损失合计620万克朗。", ("figure", "260万", "620万")),
        ("检方表示会追究责任。", "检方表示不会追究她的责任。", ("negation", "", "")),
    ],
)  # fmt: skip
def test_one_thing_is_taken_from_the_sentence(claim, sentence, change):
    assert change in changes(claim, sentence)


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ("Sealark has seven ships.", "Sealark has seven ships and nine crews."),
        ("Five people died.", "At least three people died."),
        ("The storm left 64,000 homes dark.", "Five people died."),
        ("Nineteen crates were counted.", "The crates are in Shed 9."),
        ("The party won 34.2 per cent.", "It rose to 34.2 per cent from 31 per cent in 2021."),
    ],
)
def test_a_figure_of_something_else_is_left_alone(claim, sentence):
    assert [c for c in changes(claim, sentence) if c[0] == "figure"] == []


def test_a_figure_that_is_denied_gives_way_to_the_one_that_is_told():
    assert ("figure", "Three", "Four") in changes("Three people died.", "Four people died, and not the three of then.")


def test_a_quantity_of_two_parts_is_given_whole_with_its_units():
    (change,) = find_changes("It took four years.", "It took three years and nine months.", PUBLISHED)
    assert change.words == "three years and nine months, not four years"
    assert change.text == "It took three years and nine months."


@pytest.mark.parametrize("sentence", ["Lawyer Cornelis Wray won the case.", "Cornelis Wray said that he won the case."])
def test_the_name_of_counsel_or_of_a_speaker_is_not_put_in(sentence):
    assert [c for c in changes("Evander Kroll won the case.", sentence) if c[0] == "name"] == []


def test_another_name_counts_only_where_one_alone_can_be_right():
    assert changes("Hallam spoke in Lindvik.", "In Lindvik Ida Lund spoke.") == set()


def test_a_claim_is_reversed_by_a_not_and_by_its_names():
    texts = {c.text for c in reverse("Castle Rovers have beaten Arden Town.")}
    assert "Castle Rovers have not beaten Arden Town." in texts
    assert "Arden Town have beaten Castle Rovers." in texts
    assert "The court did find Kroll guilty." not in {c.text for c in reverse("The court did not find Kroll guilty.")}
    assert "The court find Kroll guilty." in {c.text for c in reverse("The court did not find Kroll guilty.")}
