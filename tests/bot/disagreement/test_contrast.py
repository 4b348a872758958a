"""What can differ follows from what is asked: a figure, a name, yes or no, or what is true."""

from __future__ import annotations

import pytest

from bot.disagreement.contrast import may_differ
from bot.types import Difference

WHOM = "Who actually ran into whom?"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many people were at the rally?", True),
        ("What was the bill for the storm?", True),
        ("When does the bridge reopen?", True),
        ("暴风雨中死了多少人？", True),
        ("Who opened the bridge?", True),
        ("Was the bridge closed?", True),
        ("Why was the bridge closed?", False),
        ("What did she say when the boats met?", False),
    ],
)
def test_only_some_questions_ask_for_what_sources_can_differ_in(question, expected):
    assert may_differ(question) is expected


def test_stories_are_set_side_by_side_where_the_question_doubts_them_and_one_disputes_the_other(account, contrast):
    first = account("The long-liner hit the trawler before dawn, the coastguard said.", "Agency")
    text = "The trawler drove straight into our stern, the skipper said."
    plain, disputed = (account(text + more, "Star", days=1) for more in ("", "\n\nThe coastguard's story is rubbish."))
    found = contrast(WHOM, first, disputed)
    assert (found.kind, found.words) == (Difference.DIFFERENT, ("", ""))
    assert [side.hit.source for side in found.sides] == ["Star", "Agency"]
    assert contrast(WHOM, first, plain) is None


def test_a_sentence_that_says_that_others_tell_it_differently_is_set_beside_them(account, contrast):
    question = "Who is ahead in the polls?"
    first = account("A survey gives the Union 35 per cent and Labour 31 per cent.", "Post")
    later = account("Yesterday another firm had those two the other way round.", "Radio", days=1)
    assert [side.hit.source for side in contrast(question, later, first).sides] == ["Radio", "Post"]
    assert contrast(question, account("Yesterday another firm had those two alike.", "Radio", days=1), first) is None
