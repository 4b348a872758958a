"""Sources differ where they tell different things of one matter, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from bot.accounts import Account
from bot.disagreement import Contrast, choose_claims, find_contrast, may_differ
from bot.evidence import Evidence
from bot.types import Difference
from index.types import Hit, Passage

START = datetime(2025, 4, 7, 6, tzinfo=UTC)
HOW_MANY = "How many people were at the rally?"


def account(
    text: str, source: str, days: float = 0, alike: float = 0.8, title: str = "Story", closeness: float = 0.6
) -> Account:
    """The first paragraph of an article; its cosine to what is alike by 1 is `alike`."""
    passage = Passage(f"{source}-{days}", 1, 1 + text.count("\n\n"), text)
    hit = Hit(1, 1.0, passage, title, source, START + timedelta(days=days), "", "en")
    evidence = Evidence(hit, 1, 0, text.split("\n\n", maxsplit=1)[0], 1.0, {})
    vector = np.array([alike, (1 - alike**2) ** 0.5], dtype=np.float32)
    return Account(evidence, vector, closeness)


def contrast(question: str, *accounts: Account) -> Contrast | None:
    return find_contrast(question, choose_claims(question, accounts), accounts)


def test_two_outlets_that_count_differently_differ_with_the_newer_first():
    first = account("Around 3,800 people stood in the meadow.", "Post")
    second = account("Stewards clicked 6,500 people through.", "Gazette", days=3)
    found = contrast(HOW_MANY, first, second)
    assert found is not None
    assert found.kind is Difference.DIFFERENT
    assert found.words == ("6,500", "3,800")
    assert [side.hit.source for side in found.sides] == ["Gazette", "Post"]
    assert [side.text[a:b] for side in found.sides for a, b in side.highlights] == ["6,500", "3,800"]


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("About 3,800 people came.", "The police counted 3,812 people."),
        ("At least 300 people came.", "The police counted 420 people."),
        ("Some 3,800 people came.", "They ate 6,500 sandwiches."),
        ("A poll of 1,012 people was held.", "A survey asked 2,400 people."),
        ("In 1971 nineteen people were there.", "There were 64 people."),
        ("About 3,800 people came in March 2025.", "Some 6,500 people came in January 2024."),
        ("They expect 3,800 people.", "There were 6,500 people."),
        ("There were 3,800 people.", "There were 380,000 people."),
    ],
)
def test_rounding_bounds_and_other_things_are_no_difference(text, other):
    assert contrast(HOW_MANY, account(text, "Post"), account(other, "Gazette", days=1)) is None


def test_one_article_does_not_differ_from_itself():
    assert contrast(HOW_MANY, account("3,800 people came.", "Post"), account("6,500 people came.", "Post")) is None


def test_what_is_told_weeks_apart_without_a_word_on_it_is_no_difference():
    later = account("There were 6,500 people.", "Gazette", days=30)
    assert contrast(HOW_MANY, account("There were 3,800 people.", "Post"), later) is None


def test_sentences_on_other_matters_are_no_difference():
    other = account("There were 6,500 people.", "Gazette", days=1, alike=-0.4)
    assert contrast(HOW_MANY, account("There were 3,800 people.", "Post"), other) is None


def test_a_count_that_goes_on_is_an_update():
    later = account("By now 203 people have it.", "Gazette", days=2)
    found = contrast(HOW_MANY, account("By Tuesday 58 people had it.", "Post"), later)
    assert found is not None
    assert (found.kind, found.words) == (Difference.UPDATED, ("203", "58"))


def test_a_later_correction_is_called_one_however_late():
    first = account("Turnout was put at 68.3 per cent.", "Agency")
    later = account("Turnout was 66.9 per cent. A correction: it had been given as 68.3 per cent.", "Agency", days=60)
    sentence = Evidence(later.evidence.hit, 1, 0, "Turnout was 66.9 per cent.", 1.0, {})
    found = contrast("What share of people voted?", first, Account(sentence, later.vector, later.closeness))
    assert found is not None
    assert (found.kind, found.words) == (Difference.CORRECTED, ("66.9 per cent", "68.3 per cent"))


def test_a_headline_that_takes_a_figure_back_makes_a_correction():
    first = account("The queue fell to 46,300.", "Agency")
    later = account("There were 51,720 people waiting.", "Radio", days=56, title="The queue was never 46,300")
    found = contrast("How long was the queue?", first, later)
    assert found is not None
    assert (found.kind, found.words) == (Difference.CORRECTED, ("51,720", "46,300"))


def test_sums_differ_only_where_one_disputes_the_other():
    first = account("The deal costs 13.5 million crowns.", "Post")
    plain = account("The deal costs 19.8 million crowns.", "Star", days=2)
    disputed = account("The deal costs 19.8 million crowns.\n\nThe sides cannot agree on it.", "Star", days=2)
    assert contrast("How much does the deal cost?", first, plain) is None
    found = contrast("How much does the deal cost?", first, disputed)
    assert found is not None
    assert found.words == ("19.8 million crowns", "13.5 million crowns")


def test_a_third_side_is_shown_where_it_differs_from_both():
    found = contrast(
        HOW_MANY,
        account("3,800 people came.", "Post"),
        account("6,500 people came.", "Gazette", days=1),
        account("9,100 people came.", "Star", days=2),
    )
    assert found is not None
    assert found.words == ("9,100", "6,500", "3,800")


def test_stories_are_set_side_by_side_where_the_question_doubts_them():
    first = account("The long-liner hit the trawler before dawn, the coastguard said.", "Agency")
    second = account("The trawler drove straight into our stern, the skipper said.", "Star", days=1)
    found = contrast("Who actually ran into whom?", first, second)
    assert found is not None
    assert (found.kind, found.words) == (Difference.DIFFERENT, ("", ""))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (HOW_MANY, True),
        ("What was the bill for the storm?", True),
        ("When does the bridge reopen?", True),
        ("暴风雨中死了多少人？", True),
        ("Who opened the bridge?", False),
        ("What did she say when the boats met?", False),
    ],
)
def test_only_some_questions_ask_for_what_sources_can_differ_in(question, expected):
    assert may_differ(question) is expected


def test_what_the_question_counts_goes_before_other_counts():
    boats = account("Fourteen boats came out.", "Post")
    crews = account("Ninety crews were asked.", "Post", days=1)
    assert choose_claims("How many boats came out?", [crews, boats]) == [boats]
