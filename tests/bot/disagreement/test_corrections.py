"""A figure that an article takes back is the old side, and the one beside it the new one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.accounts import Account
from bot.types import Difference
from index.types import Passage

QUESTION = "How much is Kroll to repay?"
RETURNS = "Mr Kroll is to return 9.5 million crowns."
WITHDRAWN = "An earlier version of this article said that he was to repay 31.6 million crowns."
PARAGRAPHS = (RETURNS, f"{WITHDRAWN} The order covers 9.5 million.")


@pytest.fixture
def telling(account):
    """Accounts of one article's sentences, each with the number of its paragraph."""

    def tell(*sentences: tuple[int, str]) -> list[Account]:
        whole = account("\n\n".join(PARAGRAPHS), "Post")
        hit = replace(whole.evidence.hit, passage=Passage("kroll", 1, 2, "\n\n".join(PARAGRAPHS)))
        return [
            replace(whole, evidence=replace(whole.evidence, hit=hit, paragraph=n, text=text)) for n, text in sentences
        ]

    return tell


def test_an_article_that_takes_a_sum_back_gives_the_right_one_first(telling, contrast):
    found = contrast(QUESTION, *telling((2, WITHDRAWN), (1, RETURNS), (2, "The order covers 9.5 million.")))
    assert (found.kind, found.words) == (Difference.CORRECTED, ("9.5 million crowns", "31.6 million crowns"))
    assert [side.text for side in found.sides] == [RETURNS, WITHDRAWN]


def test_a_sum_that_is_taken_back_is_no_correction_of_another_article(account, telling, contrast):
    debt = account("By then he owed two banks 12.8 million crowns to repay.", "Courier")
    assert contrast(QUESTION, debt, *telling((2, WITHDRAWN))) is None


def test_without_another_sum_beside_it_nothing_is_put_in_its_place(telling, contrast):
    assert contrast(QUESTION, *telling((2, WITHDRAWN), (1, RETURNS))) is None
