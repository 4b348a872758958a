"""Questions that fall into parts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from index.query import Outlets, understand_query
from index.wording.parts import Part

NOW = datetime(2025, 4, 18, 12, 0, tzinfo=UTC)
OUTLETS = Outlets(["Fortune", "The Verge", "TechCrunch", "The Age", "Velmora Post", "Harbour Radio 5"])


def parts_of(text: str) -> tuple[Part, ...]:
    return understand_query(text, NOW, UTC, OUTLETS).parts


def sources_of(text: str) -> list[tuple[str, ...]]:
    return [part.sources for part in parts_of(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Who won the cup?",
        "Which company fell, rose and fell again this week?",
        "According to the harbour board, how soon could the cranes be back?",
        "The bishop of Saltby retired on Thursday. When did he take office?",
        "When reporters brought up the flight in April, what was the President's line?",
        "After the gale on Tuesday, how much did the ferry company lose?",
        "What did the Velmora Post say about the bridge?",
        "Which minister resigned over the bridge bill and is now under investigation for fraud?",
        "Who is the coach that took over in April and who was a goalkeeper before?",
        "Who won the cup? Really?",
        "Who reported a rise in prices, wages and rents to the board of trade or its secretary?",
        "",
    ],
)
def test_a_plain_question_has_no_parts(text):
    assert parts_of(text) == ()


def test_outlets_that_say_different_things_make_parts():
    first, second = parts_of(
        "Does the article from Fortune claim that Halberd's terminals were full, while the article from The Verge "
        "suggests that Tarnholt lost half its orders?"
    )
    assert (first.sources, second.sources) == (("Fortune",), ("The Verge",))
    assert first.text == "Halberd's terminals were full"
    assert second.text == "Tarnholt lost half its orders"


def test_what_each_outlet_reported_goes_with_the_outlet_behind_it():
    assert sources_of(
        "Which harbour charges more for cranes according to The Age, lost its largest carrier in winter as reported by "
        "The Verge, and is sued over a dredging contract in a case covered by TechCrunch?"
    ) == [("The Age",), ("The Verge",), ("TechCrunch",)]


def test_articles_of_two_days_keep_their_days_apart():
    first, second, *_ = parts_of(
        "Between the TechCrunch report on the ferry strike in Saltby published on May 6, 2023, and the TechCrunch "
        "report on the pay deal of the crews published on July 15, 2023, did the number of ships change?"
    )
    assert [p.words for p in first.periods] == ["on May 6, 2023"]
    assert [p.words for p in second.periods] == ["on July 15, 2023"]
    assert "ferry strike in Saltby" in first.text
    assert "pay deal of the crews" in second.text


def test_the_same_day_is_that_of_the_part_before():
    first, second, *_ = parts_of(
        "Between the TechCrunch report on the sacking of Karling published on May 18, 2023, and the Fortune report on "
        "the plans of his assistant published on the same day, did the story change?"
    )
    assert first.periods
    assert second.periods == first.periods


def test_one_thing_asked_of_two_outlets_is_searched_for_each():
    text = "How do the Velmora Post's and Harbour Radio 5's accounts of the collision differ?"
    assert sources_of(text) == [("Velmora Post",), ("Harbour Radio 5",)]


def test_things_reported_by_a_list_of_outlets_are_searched_in_all_of_them():
    text = (
        "Which minister is accused of hiding the bill for the bridge, and was once the youngest mayor of Lindvik, as "
        "reported by Fortune, The Verge, and TechCrunch?"
    )
    assert sources_of(text) == [("Fortune", "The Verge", "TechCrunch")] * 2


def test_two_questions_in_one_are_searched_apart():
    first, second = parts_of("What did the engineers say about the barrier, and what did people in Thornmouth say?")
    assert first.text == "What did the engineers say about the barrier Thornmouth"
    assert second.text == "what did people in Thornmouth say"


def test_according_to_an_outlet_opens_what_it_reported():
    first, second = parts_of(
        "According to Fortune, who won the race, and according to The Verge, which phone was launched?"
    )
    assert (first.text, first.sources) == ("who won the race", ("Fortune",))
    assert (second.text, second.sources) == ("which phone was launched", ("The Verge",))


def test_short_questions_in_a_row_are_searched_apart():
    assert [part.text for part in parts_of("What happened in Saltby? Who was hurt? How did the Lords react?")] == [
        "What happened in Saltby",
        "Who was hurt Saltby Lords",
        "How did the Lords react",
    ]


def test_a_piece_that_says_and_names_nothing_is_no_part():
    parts = parts_of("Does the Fortune article claim that prices rose in Saltby last year, and does The Verge agree?")
    assert [(part.text, part.sources) for part in parts] == [
        ("prices rose in Saltby last year", ("Fortune",)),
        ("prices rose in Saltby last year", ("The Verge",)),
    ]


def test_a_part_that_names_nothing_takes_the_names_of_the_question():
    _, second = parts_of("What did the Hallowgate museum shell out for its map, and which paint proved it too young?")
    assert second.text.endswith("too young Hallowgate")
    assert second.names == ("Hallowgate",)


def test_a_time_before_the_question_holds_for_all_parts():
    parts = parts_of(
        "In March 2024, what did the engineers find below the bridge, and what did the villagers see from the shore?"
    )
    assert [[p.words for p in part.periods] for part in parts] == [["In March 2024"]] * 2


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        (
            "Who is younger, Kirrin's new coach or the nurse with the record?",
            "Who is younger Kirrin's new coach",
            "Who is younger the nurse with the record",
        ),
        (
            "Which came to more: the repair bill, or what the crew must hand over?",
            "Which came to more the repair bill",
            "Which came to more what the crew must hand over",
        ),
    ],
)
def test_each_side_of_a_comparison_is_searched(text, first, second):
    assert [part.text for part in parts_of(text)] == [first, second]


@pytest.mark.parametrize("text", ["Who got more: Ann, Ben Orr or Cid?", "Who got more, Ann, Ben Orr, or Cid?"])
def test_every_side_of_a_long_comparison_is_searched(text):
    assert [(part.text, part.names) for part in parts_of(text)] == [
        ("Who got more Ann", ("Ann",)),
        ("Who got more Ben Orr", ("Ben Orr",)),
        ("Who got more Cid", ("Cid",)),
    ]


def test_a_time_before_a_comparison_is_no_side():
    assert len(parts_of("In May, who is younger, Ann or Ben?")) == 2


def test_an_or_without_a_comparison_makes_no_parts():
    assert parts_of("Where did they land, in Saltby or in Lindvik?") == ()


def test_there_are_never_many_parts():
    text = " and ".join(f"what did minister number {n} promise the voters" for n in range(40))
    assert 1 < len(parts_of(text)) < 10
