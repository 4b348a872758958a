"""What is new in the live generation: told until it is remembered, over a restart too, and nothing old ever."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.arrivals import ARRIVALS_FILE, Arrivals
from index.errors import IndexMissing

AGENCY = (
    "The harbour council in Port Amsel voted on Monday to close the old fish quay for repairs until the end of May. "
    "Nine of the eleven members were in favour, after a debate of four hours about the cost of the new wall."
)


@pytest.fixture
def begin(newsroom, tmp_path):
    """What a bot that has just been started has of arrivals."""
    return lambda: Arrivals(newsroom.store, newsroom.reader, tmp_path)


@pytest.fixture
def one_article(newsroom, begin):
    """One article, and arrivals that know it."""
    newsroom.write("first", "The ferry strike began.")
    newsroom.build()
    arrivals = begin()
    assert arrivals.look() is None
    return arrivals


def new_ids(arrivals):
    found = arrivals.look()
    if found is None:
        return None
    generation, new = found
    return {generation.articles[row].id for row in np.flatnonzero(new)}


def add(newsroom, article_id, text, **fields):
    newsroom.write(article_id, text, **fields)
    newsroom.build()


def test_nothing_of_the_first_index_is_new(newsroom, begin):
    add(newsroom, "first", "The ferry strike began.")
    assert begin().look() is None


def test_what_is_added_is_new_until_it_is_remembered(newsroom, one_article):
    add(newsroom, "second", "The ferry strike ended.")
    assert new_ids(one_article) == {"second"}
    assert new_ids(one_article) == {"second"}
    one_article.remember(newsroom.open())
    assert one_article.look() is None
    add(newsroom, "third", "Crews are back.")
    assert new_ids(one_article) == {"third"}


def test_a_changed_or_removed_article_is_not_new(newsroom, one_article):
    add(newsroom, "first", "The ferry strike began at five.")
    assert one_article.look() is None
    add(newsroom, "second", "The ferry strike ended.")
    one_article.remember(newsroom.open())
    newsroom.remove("second")
    newsroom.build()
    assert one_article.look() is None


def test_a_copy_of_a_known_article_is_not_new(newsroom, begin):
    add(newsroom, "agency", AGENCY)
    arrivals = begin()
    arrivals.look()
    add(newsroom, "copy", AGENCY, source="Star")
    assert arrivals.look() is None


def test_what_was_indexed_while_the_bot_was_away_is_new_when_it_is_back(newsroom, one_article, begin):
    add(newsroom, "second", "The ferry strike ended.")
    assert new_ids(begin()) == {"second"}


def test_what_was_remembered_is_not_new_after_a_restart(newsroom, one_article, begin):
    add(newsroom, "second", "The ferry strike ended.")
    one_article.remember(newsroom.open())
    assert begin().look() is None


@pytest.mark.parametrize("written", ["000999", "", "\x00"])
def test_nothing_is_new_where_the_generation_of_before_is_gone(newsroom, one_article, begin, tmp_path, written):
    add(newsroom, "second", "The ferry strike ended.")
    Path(tmp_path / ARRIVALS_FILE).write_text(written, encoding="utf-8")
    assert begin().look() is None


def test_without_an_index_there_is_nothing_to_look_at(begin):
    with pytest.raises(IndexMissing):
        begin().look()
