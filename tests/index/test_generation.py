"""An open generation: its segments as if they were one."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.lexical import inverse_document_frequency
from index.types import Filters

RAIN = "the harbour bridge opened in heavy rain on a cold morning and nobody came to see it "


def build_two_segments(newsroom, store) -> None:
    """Six articles in one segment, a seventh in another."""
    for n in range(6):
        newsroom.write(f"a{n}", f"The bridge of town number {n} opened.")
    newsroom.build()
    newsroom.write("b", "The bridge sank. A giraffe was born.")
    newsroom.build()
    assert len(store.live().segments) == 2


def everything(generation):
    return generation.allowed_articles(Filters())


def ids(generation, found) -> list[str]:
    return [generation.articles[generation.article_of[row]].id for row, _ in found]


# Paragraphs


def test_paragraphs_are_those_of_the_article(newsroom):
    newsroom.write("a", "One.", "Two.", RAIN + "three.", "Four.")
    newsroom.build()
    assert newsroom.open().paragraphs_of("a") == {1: "One.", 2: "Two.", 3: RAIN + "three.", 4: "Four."}


def test_paragraphs_that_were_split_are_put_together_exactly(newsroom):
    long = f"{RAIN.capitalize()}once. {RAIN.capitalize()}twice! {'word ' * 80}end."
    newsroom.write("a", "Before.", long, "After.")
    newsroom.build()
    assert newsroom.open().paragraphs_of("a") == {1: "Before.", 2: long, 3: "After."}


def test_paragraphs_survive_a_merge_of_segments(newsroom, store):
    long = " ".join(f"word{n}" for n in range(200))
    newsroom.write("a", "Before.", long, "After.")
    newsroom.build()
    for n in range(8):
        newsroom.write(f"b{n}", long)
    newsroom.build()
    assert len(store.live().segments) == 1
    assert newsroom.open().paragraphs_of("a") == {1: "Before.", 2: long, 3: "After."}


def test_paragraphs_of_a_changed_article_are_the_new_ones(newsroom):
    newsroom.write("a", "Old.")
    for n in range(6):
        newsroom.write(f"b{n}", f"Filler {n}.")
    newsroom.build()
    newsroom.write("a", "New.")
    newsroom.build()
    assert newsroom.open().paragraphs_of("a") == {1: "New."}


words = st.text(alphabet="abA.!?,”’5大。", min_size=1, max_size=8)
paragraphs = st.lists(st.lists(words, min_size=1, max_size=90).map(" ".join), min_size=1, max_size=5)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paragraphs)
def test_every_article_is_read_back_from_the_index_as_it_was(newsroom, texts):
    texts = ["An article has words.", *texts]
    newsroom.write("a", *texts)
    newsroom.build()
    assert list(newsroom.open().paragraphs_of("a").values()) == texts


# Several segments


def test_rarity_is_counted_over_all_segments(newsroom, store):
    build_two_segments(newsroom, store)
    assert newsroom.open().idf(["bridg", "giraff", "nobodi"]) == {
        "bridg": inverse_document_frequency(7, 7),
        "giraff": inverse_document_frequency(1, 7),
        "nobodi": inverse_document_frequency(0, 7),
    }


def test_words_are_found_in_all_segments(newsroom, store):
    build_two_segments(newsroom, store)
    generation = newsroom.open()
    found = generation.search_lexical(["bridg"], everything(generation), 10)
    assert sorted(ids(generation, found)) == ["a0", "a1", "a2", "a3", "a4", "a5", "b"]
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


def test_the_nearest_are_found_in_all_segments(newsroom, store, encoder):
    build_two_segments(newsroom, store)
    generation = newsroom.open()
    question = encoder.encode_queries(["The bridge sank. A giraffe was born."])[0]
    found = generation.search_dense(question, everything(generation), 7)
    assert ids(generation, found)[0] == "b"
    assert len(found) == 7
    assert [cosine for _, cosine in found] == sorted((cosine for _, cosine in found), reverse=True)


def test_a_cosine_is_that_of_question_and_passage(newsroom, encoder):
    newsroom.write("a", "The bridge opened.")
    newsroom.build()
    question, passage = encoder.encode_queries(["a bridge", "Story\nPaper, 17 April 2025\nThe bridge opened."])
    [(_, cosine)] = newsroom.open().search_dense(question, np.array([True]), 5)
    assert cosine == pytest.approx(float(question @ passage), abs=1e-5)


def test_passages_are_fetched_from_all_segments(newsroom, store):
    build_two_segments(newsroom, store)
    generation = newsroom.open()
    passages = generation.passages(range(7))
    assert {p.passage.article_id for p in passages.values()} == {a.id for a in generation.articles}
    assert all(generation.articles[generation.article_of[row]] == p.article for row, p in passages.items())


def test_passages_of_an_article_come_in_reading_order(newsroom, store):
    build_two_segments(newsroom, store)
    newsroom.write("c", *(f"{RAIN}{n}." for n in range(1, 8)))
    newsroom.build()
    generation = newsroom.open()
    article = [a.id for a in generation.articles].index("c")
    assert [p.passage.first for p in generation.passages_of(article).values()] == [1, 2, 3, 4, 5, 6, 7]


def test_an_allowed_article_is_found_however_far_it_is(newsroom, encoder):
    for n in range(9):
        newsroom.write(f"a{n}", f"giraffe giraffe giraffe {n}")
    newsroom.write("far", "The harbour bridge opened in heavy rain.")
    newsroom.build()
    generation = newsroom.open()
    mask = np.array([a.id == "far" for a in generation.articles])
    question = encoder.encode_queries(["giraffe"])[0]
    assert ids(generation, generation.search_dense(question, mask, 1)) == ["far"]


def test_no_more_than_asked_for_are_found(newsroom, store, encoder):
    build_two_segments(newsroom, store)
    generation = newsroom.open()
    question = encoder.encode_queries(["bridge"])[0]
    assert len(generation.search_dense(question, everything(generation), 3)) == 3
    assert len(generation.search_lexical(["bridg"], everything(generation), 3)) == 3


def test_nothing_is_found_where_nothing_is_allowed(newsroom, store, encoder):
    build_two_segments(newsroom, store)
    generation = newsroom.open()
    question = encoder.encode_queries(["bridge"])[0]
    nothing = np.zeros(len(generation.articles), dtype=bool)
    assert generation.search_dense(question, nothing, 3) == []
    assert generation.search_lexical(["bridg"], nothing, 3) == []


# What is known of the articles


def build_with_one_removed(newsroom) -> None:
    """Four articles stay; the newest, of an outlet of its own, is removed."""
    for n in range(1, 5):
        newsroom.write(f"a{n}", f"The bridge {n}.", source=("Post", "Echo")[n % 2], published_at=f"2025-04-0{n}")
    newsroom.write("gone", "The bridge is gone.", source="Gone", published_at="2025-04-09")
    newsroom.build()
    newsroom.remove("gone")
    newsroom.build()


def test_outlets_are_sorted_and_leave_out_those_of_removed_articles(newsroom):
    build_with_one_removed(newsroom)
    assert "gone" in {a.id for a in newsroom.open().articles}
    assert newsroom.open().sources == ("Echo", "Post")


def test_the_newest_article_is_none_that_was_removed(newsroom):
    build_with_one_removed(newsroom)
    assert newsroom.open().newest == datetime(2025, 4, 4, tzinfo=UTC)


def test_undated_articles_have_no_newest(newsroom):
    newsroom.write("a", "Words.", published_at=None)
    newsroom.build()
    assert newsroom.open().newest is None


def test_no_mask_allows_a_removed_article(newsroom):
    build_with_one_removed(newsroom)
    generation = newsroom.open()
    for filters in (Filters(), Filters(sources=("Gone",)), Filters(since=datetime(2025, 4, 5, tzinfo=UTC))):
        assert "gone" not in {generation.articles[i].id for i in generation.allowed_articles(filters).nonzero()[0]}


def test_a_generation_is_opened_once_until_the_pointer_moves(newsroom):
    newsroom.write("a", "Words.")
    newsroom.build()
    first = newsroom.open()
    assert newsroom.open() is first
    newsroom.write("b", "More words.")
    report = newsroom.build()
    assert newsroom.open() is not first
    assert newsroom.open().name == report.generation
