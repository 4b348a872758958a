"""From a question to hits."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.search import Candidate, spread_articles

AGENCY = [
    "The harbour bridge opened on Monday after nine years of work and three changes of government.",
    "Heavy rain kept many people at home, but the first buses crossed at seven in the morning.",
    "The mayor cut a ribbon, thanked the workers and promised that the toll would end within two years.",
]
FILLER = "and so it went on for a long while with nothing else to tell about the day"


def day(number: int, hour: int = 0) -> datetime:
    return datetime(2025, 4, number, hour, tzinfo=UTC)


def article_ids(hits) -> list[str]:
    return [hit.passage.article_id for hit in hits]


@pytest.fixture
def dated(newsroom):
    """Four articles about bridges, at noon of three days in April and without a date."""
    for number in (1, 2, 3):
        newsroom.write(f"day {number}", f"Bridge number {number} opened.", published_at=f"2025-04-0{number}T12:00:00Z")
    newsroom.write("undated", "A bridge opened some day.", published_at=None)
    newsroom.build()
    return newsroom


@pytest.fixture
def agency(newsroom):
    """One agency story in three outlets, with small changes, and another story."""
    newsroom.write("second", *AGENCY, source="Echo", published_at="2025-04-02")
    newsroom.write("first", *AGENCY[:2], AGENCY[2].replace("two", "2"), source="Post", published_at="2025-04-01")
    newsroom.write("third", *AGENCY, "The weather stays bad.", source="Star", published_at="2025-04-03")
    newsroom.write("other", "The football team lost its bridge to the final.", source="Star")
    newsroom.build()
    return newsroom


# The order of hits


def test_the_passage_that_answers_comes_first(newsroom):
    newsroom.write("a", "The harbour bridge opened in heavy rain.")
    newsroom.write("b", "The football team lost its match.")
    newsroom.write("c", "A giraffe was born at the zoo.")
    newsroom.build()
    assert article_ids(newsroom.search("When was the giraffe born?"))[0] == "c"


def test_ranks_count_from_one_and_scores_descend(dated):
    hits = dated.search("Which bridge opened?")
    assert [hit.rank for hit in hits] == [1, 2, 3, 4]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize(("k", "n"), [(0, 0), (1, 1), (3, 3), (10, 4), (1000, 4)])
def test_at_most_k_hits_are_found(dated, k, n):
    assert len(dated.search("bridge", k=k)) == n


def test_the_first_hits_do_not_depend_on_k(dated):
    assert article_ids(dated.search("bridge opened", k=2)) == article_ids(dated.search("bridge opened"))[:2]


def test_a_hit_tells_its_ranks_by_meaning_and_by_words(newsroom):
    newsroom.write("a", "The harbour bridge opened in heavy rain.")
    newsroom.write("b", "The football team lost its match.")
    newsroom.build()
    first, second = newsroom.search("bridge")
    assert (first.dense_rank, first.lexical_rank) == (1, 1)
    assert (second.dense_rank, second.lexical_rank) == (2, None)
    assert first.similarity > second.similarity


def test_a_question_without_known_words_is_answered_by_meaning_alone(dated):
    hits = dated.search("zebra?")
    assert len(hits) == 4
    assert {hit.lexical_rank for hit in hits} == {None}


def test_an_empty_question_breaks_nothing(dated):
    assert len(dated.search("")) == 4


# Filters


def test_since_is_inclusive(dated):
    assert dated.find("bridge", since=day(2, 12)) == {"day 2", "day 3"}


def test_until_is_inclusive(dated):
    assert dated.find("bridge", until=day(2, 12)) == {"day 1", "day 2"}


def test_as_of_is_inclusive(dated):
    assert dated.find("bridge", as_of=day(2, 12)) == {"day 1", "day 2"}


def test_the_earlier_of_until_and_as_of_holds(dated):
    assert dated.find("bridge", until=day(3, 12), as_of=day(1, 12)) == {"day 1"}
    assert dated.find("bridge", until=day(1, 12), as_of=day(3, 12)) == {"day 1"}


def test_since_and_until_bound_a_range(dated):
    assert dated.find("bridge", since=day(2), until=day(3)) == {"day 2"}


def test_undated_articles_are_found_without_bounds_alone(dated):
    assert "undated" in dated.find("bridge")
    for bound in ({"since": day(1)}, {"until": day(30)}, {"as_of": day(30)}):
        assert dated.find("bridge", **bound) == {"day 1", "day 2", "day 3"}


def test_articles_before_1970_are_dated(newsroom):
    newsroom.write("a", "The bridge opened.", published_at="1932-03-19")
    newsroom.build()
    assert newsroom.find("bridge", until=day(1)) == {"a"}
    assert newsroom.search("bridge")[0].published_at == datetime(1932, 3, 19, tzinfo=UTC)


def test_outlets_are_filtered_whatever_their_case(newsroom):
    for source in ("Harbour Post", "Echo", "Straße"):
        newsroom.write(source, f"The bridge, says {source}.", source=source)
    newsroom.build()
    assert newsroom.find("bridge", sources=("HARBOUR post",)) == {"Harbour Post"}
    assert newsroom.find("bridge", sources=("echo", "STRASSE")) == {"Echo", "Straße"}


def test_languages_are_filtered(newsroom):
    newsroom.write("en", "The bridge opened.", language="en")
    newsroom.write("zh", "大桥星期一开通。", language="zh")
    newsroom.build()
    assert newsroom.find("bridge 大桥", language="zh") == {"zh"}
    assert newsroom.find("bridge 大桥", language="en") == {"en"}


def test_all_filters_hold_together(newsroom):
    newsroom.write("a", "The bridge opened.", source="Post", published_at="2025-04-01")
    newsroom.write("b", "The bridge closed.", source="Post", published_at="2025-04-09")
    newsroom.write("c", "The bridge sank.", source="Echo", published_at="2025-04-01")
    newsroom.build()
    assert newsroom.find("bridge", sources=("Post",), until=day(2), language="en") == {"a"}


@pytest.mark.parametrize("filters", [{"sources": ("Nobody",)}, {"since": day(30)}, {"language": "fr"}])
def test_nothing_is_found_where_no_article_is_allowed(dated, filters):
    assert dated.search("bridge", **filters) == []


# At most two of one article


def test_at_most_two_passages_of_one_article_are_in_the_top_five_where_others_exist(newsroom):
    newsroom.write("long", *(f"The giraffe, giraffe number {n}, {FILLER}, giraffe." for n in range(6)))
    for word in ("bridge", "storm", "trial"):
        newsroom.write(word, f"One giraffe saw the {word}.")
    newsroom.build()
    hits = newsroom.search("giraffe")
    assert Counter(article_ids(hits[:5]))["long"] == 2
    assert Counter(article_ids(hits))["long"] == 6


def test_an_article_alone_fills_all_ranks(newsroom):
    newsroom.write("long", *(f"The giraffe, giraffe number {n}, {FILLER}, giraffe." for n in range(6)))
    newsroom.build()
    assert article_ids(newsroom.search("giraffe", k=5)) == ["long"] * 5


candidates = st.lists(st.tuples(st.integers(0, 4), st.floats(0, 1)), max_size=15).map(
    lambda pairs: [
        Candidate(row, article, score, None, None, None)
        for row, (article, score) in enumerate(sorted(pairs, key=lambda pair: -pair[1]))
    ]
)


@given(candidates, st.integers(0, 20))
def test_spreading_loses_and_invents_nothing(found, k):
    rows = [c.row for c in spread_articles(found, k)]
    assert len(rows) == len(set(rows)) == min(k, len(found))
    assert set(rows) <= {c.row for c in found}


@given(candidates)
def test_spreading_crowds_the_top_five_only_where_no_other_is_left(found):
    spread = spread_articles(found, len(found))
    available = sum(min(2, n) for n in Counter(c.article for c in found).values())
    top = Counter(c.article for c in spread[: min(5, available)])
    assert max(top.values(), default=0) <= 2


@given(candidates)
def test_spread_scores_descend(found):
    scores = [c.score for c in spread_articles(found, len(found))]
    assert scores == sorted(scores, reverse=True)


# Copies


def test_copies_are_collapsed_to_the_earliest_and_named_by_age(agency):
    hits = agency.search("When did the harbour bridge open?")
    assert article_ids(hits)[0] == "first"
    assert {hit.copies for hit in hits if hit.passage.article_id == "first"} == {("second", "third")}


def test_an_article_without_copies_names_none(agency):
    assert [h.copies for h in agency.search("football") if h.passage.article_id == "other"] == [()]


def test_copies_are_collapsed_after_the_filters(agency):
    hits = agency.search("harbour bridge", since=day(2))
    assert {(h.passage.article_id, h.copies) for h in hits if h.source != "Star"} == {("second", ("third",))}


def test_a_copy_alone_within_the_filters_stands_for_itself(agency):
    hits = agency.search("harbour bridge", sources=("Echo",))
    assert {(h.passage.article_id, h.copies) for h in hits} == {("second", ())}


def test_what_only_a_later_copy_says_is_found_in_it(agency):
    hits = agency.search("The weather stays bad", k=1)
    assert "weather stays bad" in hits[0].passage.text
    assert hits[0].passage.article_id != "first"


def test_an_undated_copy_is_later_than_any_dated_one(newsroom):
    newsroom.write("a", *AGENCY, published_at=None)
    newsroom.write("b", *AGENCY, published_at="2025-04-17")
    newsroom.build()
    assert {(h.passage.article_id, h.copies) for h in newsroom.search("bridge")} == {("b", ("a",))}


def test_a_copy_that_was_removed_is_not_named(agency):
    agency.remove("second")
    agency.build()
    assert {h.copies for h in agency.search("harbour bridge") if h.passage.article_id == "first"} == {("third",)}


def test_copies_in_another_segment_are_collapsed(newsroom, store):
    for n in range(6):
        newsroom.write(f"a{n}", f"{FILLER} {n}", f"{FILLER} {FILLER}")
    newsroom.write("later", *AGENCY, published_at="2025-04-09")
    newsroom.build()
    newsroom.write("earlier", *AGENCY, published_at="2025-04-01")
    newsroom.build()
    assert len(store.live().segments) == 2
    first = newsroom.search("When did the harbour bridge open?")[0]
    assert (first.passage.article_id, first.copies) == ("earlier", ("later",))
