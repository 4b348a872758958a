"""Which articles are on a topic, and how a list shows them: the newest first, and of copies one."""

from __future__ import annotations

import numpy as np
import pytest

from bot.topics import Outlet, find_on_topic, list_newest, list_outlets
from index.types import Filters

AGENCY = (
    "The harbour council in Port Amsel voted on Monday to close the old fish quay for repairs until the end of May. "
    "Nine of the eleven members were in favour, after a debate of four hours about the cost of the new wall."
)


def everything(newsroom):
    return newsroom.open().allowed_articles(Filters())


def ids_on(newsroom, topic):
    generation = newsroom.open()
    vector = newsroom.encoder.encode_queries([topic])[0]
    on_topic = find_on_topic(generation, everything(newsroom), topic, vector)
    return {generation.articles[row].id for row in np.flatnonzero(on_topic)}


@pytest.fixture
def strikes(newsroom):
    """Three articles about a ferry strike, a digest that mentions it far down, and one of something else."""
    newsroom.write("begins", "Ferry crews begin a strike.", title="Ferry strike begins")
    newsroom.write("ends", "The ferry strike has ended.", title="A deal at dawn")
    digest = [f"Paragraph {n} tells of quite another thing that happened in the town on that day." for n in range(12)]
    newsroom.write("digest", *digest, "The ferry strike goes on.", title="The day in brief")
    newsroom.write("herons", "Volunteers counted 212 herons on the marsh.", title="Herons counted")
    newsroom.build()
    return newsroom


def test_an_article_is_on_the_topic_that_it_begins_with(strikes):
    assert ids_on(strikes, "ferry strike") == {"begins", "ends"}
    assert ids_on(strikes, "herons") == {"herons"}


@pytest.mark.parametrize("topic", ["the", "?!", "volcano"])
def test_nothing_is_on_a_topic_that_no_article_names(strikes, topic):
    assert ids_on(strikes, topic) == set()


def test_only_the_articles_that_are_wanted_are_looked_at(strikes):
    generation = strikes.open()
    among = np.array([article.id == "ends" for article in generation.articles])
    found = find_on_topic(generation, among, "ferry strike", strikes.encoder.encode_queries(["ferry strike"])[0])
    assert found.tolist() == among.tolist()


def test_the_newest_come_first_and_undated_ones_last(newsroom):
    newsroom.write("undated", "Lamps burned oil.", published_at="")
    newsroom.write("old", "It rained.", published_at="2025-03-01")
    newsroom.write("new", "The sun shone.", published_at="2025-04-01")
    newsroom.build()
    stories = list_newest(newsroom.open(), everything(newsroom), 10)
    assert [s.article_id for s in stories] == ["new", "old", "undated"]
    assert stories[-1].published_at is None
    assert [s.article_id for s in list_newest(newsroom.open(), everything(newsroom), 1)] == ["new"]


def test_copies_count_once_and_the_earliest_stands_for_them(newsroom):
    for article_id, source, hour in (("b", "Star", 9), ("a", "Agency", 7), ("c", "Courier", 8)):
        newsroom.write(article_id, AGENCY, source=source, published_at=f"2025-04-01T{hour:02}:00:00Z")
    newsroom.build()
    [story] = list_newest(newsroom.open(), everything(newsroom), 10)
    assert (story.article_id, story.copies, story.also_in) == ("a", ("c", "b"), ("Courier", "Star"))


def test_a_story_opens_with_its_first_sentence(newsroom):
    newsroom.write("a", "Mr. Dahl spoke at 6 p.m. on Monday. He left at once.", "Nobody clapped.")
    newsroom.build()
    [story] = list_newest(newsroom.open(), everything(newsroom), 10)
    assert story.opening == "Mr. Dahl spoke at 6 p.m. on Monday."


def test_outlets_are_listed_by_how_much_they_have(newsroom):
    newsroom.write("a", "One.", source="Star", published_at="")
    newsroom.write("b", "Two.", source="Post", published_at="2025-03-01")
    newsroom.write("c", "Three.", source="Post", published_at="2025-04-01")
    newsroom.build()
    first, second = list_outlets(newsroom.open(), everything(newsroom))
    assert (first.name, first.n_articles, f"{first.newest:%Y-%m-%d}") == ("Post", 2, "2025-04-01")
    assert second == Outlet("Star", 1, None)
