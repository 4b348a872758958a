"""A text is split into claims that stand alone; what claims nothing is marked so."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.claims.split import MAX_CHARS, TextTooLong, split_claims

TODAY = date(2025, 6, 30)
"""A Monday."""


def claims_of(text: str) -> list[str]:
    return [c.alone for c in split_claims(text, TODAY) if c.is_claim]


def test_each_sentence_is_a_claim():
    assert claims_of("The bridge closed in March. It rained.\nCrews accepted 4 per cent.") == [
        "The bridge closed in March.",
        "Crews accepted 4 per cent.",
    ]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Sealark has seven ships; the crews wanted eight per cent.",
            ["Sealark has seven ships", "The crews wanted eight per cent."],
        ),
        ("Kroll was convicted, and the insurer was paid.", ["Kroll was convicted", "The insurer was paid."]),
        ("杜广生在基林码头开店；店铺进了水。", ["杜广生在基林码头开店", "店铺进了水。"]),
    ],
)
def test_parts_with_subject_and_verb_of_their_own_are_claims_apart(text, parts):
    assert claims_of(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "Kroll was convicted, and fined the same day.",
        "The storm flooded Thornmouth, Saltby, and the lower valley.",
        "Whether the gates close, and the tide turns, is a matter of luck.",
        "“The court is sure, and the judge is not,” said Wray.",
    ],
)
def test_what_cannot_stand_alone_stays_with_its_sentence(text):
    assert claims_of(text) == [text]


@pytest.mark.parametrize(
    "text",
    ["Who won?", "Hello!", "Thanks a lot", "What a shame.", "I love this town.", "Read this.", "Kroll should resign.",
     "你好吗？", "https://example.org/news", "lol", "If Kroll is convicted, he appeals, and the strike ended.",
     "The bridge closes unless it is mended.", "如果下雨，大桥关闭。"],
)  # fmt: skip
def test_questions_conditions_greetings_opinions_and_links_claim_nothing(text):
    assert claims_of(text) == []


def test_what_claims_nothing_is_kept_for_the_reader():
    assert [(c.text, c.is_claim) for c in split_claims("Who won? Brandt won 36 seats.", TODAY)] == [
        ("Who won?", False),
        ("Brandt won 36 seats.", True),
    ]


@pytest.mark.parametrize(
    "text", ["I think that the turnout was 68 %.", "BREAKING: the turnout was 68 %.", "> **The turnout** was 68 %."]
)
def test_what_only_opens_a_claim_is_no_part_of_it(text):
    assert claims_of(text) == ["The turnout was 68 %."]


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("[The bridge closed](https://x.example/a_(b)) in March.", "The bridge closed in March."),
        ("<script>alert('it closed')</script>The bridge closed in March.", "The bridge closed in March."),
        ("<b>The bridge</b> closed in <@12>March.", "The bridge closed in March."),
        ("\x1b[31mThe bridge\x1b[0m \u202eclosed\u200b in\x07 March.", "The bridge closed in March."),
    ],
)
def test_links_tags_and_what_cannot_be_printed_are_taken_away(text, claim):
    assert [c.text for c in split_claims(text, TODAY)] == [claim]


def test_what_somebody_near_says_is_a_claim():
    assert claims_of("My uncle says that the bridge closed.") == ["The bridge closed."]
    assert claims_of("My street was flooded in March.") == ["My street was flooded in March."]


def test_what_somebody_asked_if_is_no_condition():
    assert claims_of("Ministers asked if the bridge would close.") == ["Ministers asked if the bridge would close."]


def test_a_pronoun_becomes_the_subject_of_the_sentence_before():
    assert claims_of("Ansel Brandt named ten ministers. He lives in Aldersund. His party has 35 seats.") == [
        "Ansel Brandt named ten ministers.",
        "Ansel Brandt lives in Aldersund.",
        "Ansel Brandt’s party has 35 seats.",
    ]


def test_a_pronoun_of_unknown_meaning_takes_the_sentence_before_along():
    _, claim = split_claims("The Star and the Post wrote of two boats. They collided at night.", TODAY)
    assert claim.alone == "The Star and the Post wrote of two boats. They collided at night."
    assert not claim.is_whole


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("The vote was yesterday.", "The vote was on 29 June 2025."),
        ("The bridge closed on Friday.", "The bridge closed on 27 June 2025."),
        ("The bridge will open on Friday.", "The bridge will open on 4 July 2025."),
        ("The bridge closed on Friday 14 March.", "The bridge closed on Friday 14 March."),
        ("The bridge closed on 30 February 2025.", "The bridge closed on 30 February 2025."),
        ("大桥昨天关闭。", "大桥6月29日关闭。"),
    ],
)
def test_days_are_told_from_the_day_of_asking(text, alone):
    assert claims_of(text) == [alone]


def test_a_claim_made_twice_is_checked_once():
    assert claims_of("The bridge closed. The  bridge closed.") == ["The bridge closed."]


def test_a_text_longer_than_a_message_is_refused():
    with pytest.raises(TextTooLong, match="longer than 4,000 characters"):
        split_claims("a" * (MAX_CHARS + 1), TODAY)


@given(st.text(max_size=200))
def test_no_text_breaks_it(text):
    assert all(c.text for c in split_claims(text, TODAY))
