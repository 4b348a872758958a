"""From a question to hits."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.collapse import Candidate
from index.dates import parse_bound
from index.query import understand_query
from index.ranking import View
from index.search import Found, merge, reserve_places, search, spread_articles
from index.store import Store
from index.types import Filters
from tests.conftest import NOW, Newsroom

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


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "UTC", "Pacific/Kiritimati"])
def test_an_article_of_which_the_day_alone_is_known_is_of_that_day_wherever_the_reader_is(newsroom, zone):
    for number in (1, 2, 3):
        newsroom.write(f"day {number}", f"Bridge number {number} opened.", published_at=f"2025-04-0{number}")
    newsroom.build()
    since, until = (parse_bound("2 April 2025", NOW, ZoneInfo(zone), end=end) for end in (False, True))
    assert newsroom.find("bridge", since=since) == {"day 2", "day 3"}
    assert newsroom.find("bridge", until=until) == {"day 1", "day 2"}
    assert newsroom.find("bridge", since=since, until=until) == {"day 2"}
    assert newsroom.find("bridge", as_of=until) == {"day 1", "day 2"}


def test_an_article_with_a_time_is_of_the_day_that_it_was_where_the_reader_is(newsroom):
    newsroom.write("late", "A bridge opened.", published_at="2025-04-03T02:00:00Z")
    newsroom.build()
    bound = parse_bound("3 April 2025", NOW, ZoneInfo("America/New_York"), end=False)
    assert newsroom.find("bridge", since=bound) == set()
    assert newsroom.find("bridge", until=bound) == {"late"}


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


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5, 0.9])
def test_filters_that_leave_few_or_many_articles_find_what_an_exact_comparison_finds(newsroom, monkeypatch, share):
    for n in range(60):
        month, number = 1 + n // 20, 1 + n % 20
        newsroom.write(f"a{n}", f"Ship {n} docked with {n * 7} sacks.", published_at=f"2025-0{month}-{number:02}")
    newsroom.build()
    since = sorted(newsroom.open().published)[round(60 * (1 - share))]
    question, filters = "How many sacks did ship 59 dock with?", {"since": datetime.fromtimestamp(since, UTC)}
    found = newsroom.search(question, k=60, **filters)
    monkeypatch.setattr("index.generation._FEW", 0)  # compare with every allowed passage, however many
    exact = newsroom.search(question, k=60, **filters)
    assert len(found) == round(60 * share)
    assert article_ids(found) == article_ids(exact)
    assert [hit.score for hit in found] == pytest.approx([hit.score for hit in exact])


# What the question names


def write_crowd(newsroom, n: int, text: str, **fields) -> None:
    """Articles that all say the same, but for a number."""
    for number in range(n):
        newsroom.write(f"crowd {number}", text.format(n=number), **fields)


def test_an_article_of_a_named_outlet_is_found_where_a_hundred_others_match_better(newsroom):
    write_crowd(newsroom, 120, "About the giraffe of the zoo, report {n}.", title="Giraffe", source="Post")
    newsroom.write("echo", "The giraffe, about which the visitors sang songs.", title="Zoo", source="Echo")
    newsroom.build()
    assert "echo" not in article_ids(newsroom.search("What did they report about the giraffe?"))
    first = newsroom.search("What did the Echo report about the giraffe?")[0]
    assert (first.passage.article_id, first.why["outlet"]) == ("echo", 1)
    assert (first.dense_rank, first.lexical_rank) == (None, None)


def test_a_named_outlet_opens_no_filter(newsroom):
    newsroom.write("post", "A giraffe was born.", source="Post")
    newsroom.write("echo", "A giraffe was born in rain.", source="Echo")
    newsroom.build()
    assert newsroom.find("What did the Echo say of the giraffe?", sources=("Post",)) == {"post"}


@pytest.mark.parametrize(
    ("demand", "filters"),
    [
        ("Only articles since 1 April.", {"since": datetime(2025, 4, 1, tzinfo=UTC)}),
        ("Nothing older than two months, please.", {"since": datetime(2025, 2, 18, tzinfo=UTC)}),
        ("Please use only reports from the Velmora Post.", {"sources": ("Velmora Post",)}),
        ("Only use CNN and the Velmora Post.", {"sources": ("CNN", "Velmora Post")}),
        ("Don't use articles from CNN.", {"excluded": ("CNN",)}),
    ],
)
def test_a_filter_said_in_words_finds_what_the_filter_finds(newsroom, demand, filters):
    for n, source in enumerate(["CNN", "Velmora Post", "Echo"] * 4):
        published_at = f"{NOW - timedelta(days=11 * n):%Y-%m-%d}"
        newsroom.write(f"a{n}", f"A giraffe was born, number {n}.", source=source, published_at=published_at)
        newsroom.write(f"b{n}", f"Please use reports of articles since April, only {n}.", source=source)
    newsroom.build()
    wanted = [(h.passage.id, h.score) for h in newsroom.search("Was a giraffe born?", **filters)]
    assert wanted
    for question in (f"Was a giraffe born? {demand}", f"{demand} Was a giraffe born?"):
        assert [(h.passage.id, h.score) for h in newsroom.search(question)] == wanted


def test_each_part_of_a_question_has_its_evidence_among_the_hits(newsroom, encoder):
    for n in range(40):
        day_of_final = f"{NOW - timedelta(days=3 * n):%Y-%m-%d}"
        newsroom.write(
            f"cup {n}", f"Rovers won the cup final at the harbour, round {n}.", title="Cup", published_at=day_of_final
        )
    for word in ("bridge", "cost"):
        for n in range(40):
            newsroom.write(f"{word} {n}", f"Something about a {word}, number {n}.")
    newsroom.write("evidence", "It is the harbour bridge for which 41 million were paid.")
    newsroom.build()
    question = "Who won the cup final, and what did the harbour bridge cost?"
    whole = replace(understand_query(question, NOW, UTC, newsroom.open().outlets), parts=())
    vectors = encoder.encode_queries([question])
    assert "evidence" not in article_ids(search(newsroom.open(), whole, vectors, NOW, Filters(), 10))
    found = {hit.passage.article_id: hit for hit in newsroom.search(question)}
    assert found["evidence"].why["part"] == 2
    assert any(article_id.startswith("cup") for article_id in found)


@pytest.mark.parametrize("k", [4, 10])
def test_a_part_keeps_its_place_where_the_rest_of_the_question_is_met_by_many_alike(newsroom, k):
    write_crowd(newsroom, 40, "Rovers won the cup final at the harbour, round {n}.", title="Cup")
    newsroom.write("evidence", "It is the harbour bridge for which 41 million were paid.")
    newsroom.build()
    question = "Who won the cup final, and what did the harbour bridge cost?"
    hits = newsroom.search(question, k=k)
    assert "evidence" in article_ids(hits)
    assert [h.rank for h in hits] == list(range(1, k + 1))
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)


def test_reserved_places_are_the_last_and_never_the_first():
    def reserve(n_chosen: int, *leading: int) -> list[Candidate]:
        candidates = [Candidate(row, row, -float(row), leads_part=row in leading) for row in range(6)]
        return reserve_places(candidates, candidates[:n_chosen])

    assert [c.row for c in reserve(4, 2, 4, 5)] == [0, 4, 2, 5]
    assert [(c.row, c.score) for c in reserve(4, 4)] == [(0, 0), (1, -1), (2, -2), (4, -3)]
    assert [c.row for c in reserve(1, 4)] == [0]
    assert [c.row for c in reserve(2, 1)] == [0, 1]


def test_hits_of_a_question_in_parts_come_from_an_article_each_but_for_the_best_of_each_part(newsroom):
    newsroom.write("long", *(f"Rovers won the cup final; the harbour bridge, {FILLER}, number {n}." for n in range(9)))
    for n in range(9):
        newsroom.write(f"short {n}", f"Rain fell on market {n}.")
    newsroom.build()
    hits = newsroom.search("Who won the cup final, and what did the harbour bridge cost?")
    assert len(set(article_ids(hits))) >= 8
    assert article_ids(newsroom.search("What did the harbour bridge cost?")).count("long") > 1


def test_the_best_for_a_part_comes_behind_the_best_for_the_whole_and_each_counts_once(newsroom):
    for name in ("whole", "part", "both"):
        newsroom.write(name, f"About {name}.")
    newsroom.build()
    generation = newsroom.open()
    row = {generation.articles[article].id: row for row, article in enumerate(generation.article_of.tolist())}

    def find(**scores: float) -> Found:
        values = np.array(list(scores.values()), dtype=np.float32)
        rows = np.array([row[name] for name in scores])
        view = View("", np.zeros(64, dtype=np.float32), (), (), (), (), None)
        return Found(view, rows, values, {}, {}, {"score": values})

    merged = merge(generation, [find(whole=5, both=1), find(part=9, both=8.5)], {"score": 1.0})
    assert [(c.row, c.view, c.place, c.score) for c in merged] == [
        (row["whole"], 0, 0, 0.0),
        (row["part"], 1, 0, -1.0),
        (row["both"], 1, 1, -1.5),
    ]


@pytest.fixture
def elected(newsroom):
    """The same words about two elections, a year apart."""
    newsroom.write("old", "Ada Alder was elected mayor of the harbour.", published_at="2024-03-10")
    newsroom.write("new", "Ben Birch was elected mayor of the harbour.", published_at="2025-04-16")
    newsroom.build()
    return newsroom


@pytest.mark.parametrize("when", ["in March 2024", "last year", "on 9 March 2024"])
def test_a_question_about_the_past_is_not_answered_by_a_newer_article_of_the_same_words(elected, when):
    assert article_ids(elected.search(f"Who was elected mayor of the harbour {when}?")) == ["old", "new"]


@pytest.mark.parametrize("when", ["", " this week", " on 15 April 2025", " this month"])
def test_a_newer_article_of_the_same_words_wins_where_the_question_names_no_time_or_the_last_weeks(elected, when):
    assert article_ids(elected.search(f"Who was elected mayor of the harbour{when}?")) == ["new", "old"]


def test_an_older_article_that_fits_better_beats_a_newer_one(newsroom):
    newsroom.write("old", "Ada Alder was elected mayor of the harbour.", published_at="2025-02-10")
    newsroom.write("new", "The mayor fed a giraffe.", published_at="2025-04-17")
    newsroom.build()
    assert article_ids(newsroom.search("Who was elected mayor of the harbour?")) == ["old", "new"]


def test_a_named_day_of_an_article_finds_that_article(newsroom):
    for number in range(1, 16):
        newsroom.write(f"day {number}", "The mayor spoke about the bridge.", published_at=f"2025-04-{number:02}")
    newsroom.build()
    hits = newsroom.search("What did the Paper article published on April 6 say about the bridge?")
    assert article_ids(hits)[0] == "day 6"


# Several segments


def test_the_hits_of_several_segments_are_those_of_one(newsroom, store, encoder, tmp_path):
    whole = Newsroom(tmp_path / "whole", Store(tmp_path / "home"), encoder)
    for desk in (newsroom, whole):
        for n in range(12):
            desk.write(f"a{n}", f"Ship number {n} docked with {n * 7} sacks.", published_at=f"2025-04-{n + 1:02}")
            if desk is newsroom and n == 9:
                desk.build()
        desk.build()
    assert (len(store.live().segments), len(whole.store.live().segments)) == (2, 1)
    for question in ("Which ship docked with 77 sacks?", "Which ship docked on 3 April 2025?", "Who fed a giraffe?"):
        parted, single = ({h.passage.id: h.score for h in d.search(question, k=12)} for d in (newsroom, whole))
        assert parted == pytest.approx(single, abs=1e-3)


# The first four hits from four articles


@pytest.fixture
def crowded(newsroom):
    """An article with forty passages that match best, and three others."""
    newsroom.write("long", *(f"The giraffe, giraffe number {n}, {FILLER}, giraffe." for n in range(40)))
    for word in ("bridge", "storm", "trial"):
        newsroom.write(word, f"One giraffe saw the {word}.")
    newsroom.build()
    return newsroom


def test_the_first_four_hits_come_from_four_articles_where_there_are_as_many(crowded):
    hits = crowded.search("giraffe giraffe number", k=43)
    assert set(article_ids(hits[:4])) == {"long", "bridge", "storm", "trial"}
    assert Counter(article_ids(hits))["long"] == 40


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5, 10, 20])
def test_the_first_hits_do_not_depend_on_k_where_one_article_crowds(crowded, k):
    all_hits = crowded.search("giraffe giraffe number", k=43)
    hits = crowded.search("giraffe giraffe number", k=k)
    assert [h.passage.id for h in hits] == [h.passage.id for h in all_hits[:k]]


def test_an_article_alone_fills_all_ranks(newsroom):
    newsroom.write("long", *(f"The giraffe, giraffe number {n}, {FILLER}, giraffe." for n in range(6)))
    newsroom.build()
    assert article_ids(newsroom.search("giraffe", k=5)) == ["long"] * 5


candidates = st.lists(st.tuples(st.integers(0, 4), st.floats(-20, 0)), max_size=15).map(
    lambda pairs: [
        Candidate(row, article, score) for row, (article, score) in enumerate(sorted(pairs, key=lambda pair: -pair[1]))
    ]
)
spreads = st.integers(0, 8)


@given(candidates, st.integers(0, 20), spreads)
def test_spreading_loses_and_invents_nothing(found, k, n_spread):
    spread = spread_articles(found, k, n_spread)
    rows = [c.row for c in spread]
    assert len(rows) == len(set(rows)) == min(k, len(found))
    assert all(replace(c, score=found[c.row].score) == found[c.row] for c in spread)


@given(candidates, st.integers(0, 20), spreads)
def test_the_first_of_a_spread_come_from_an_article_each_while_others_are_left(found, k, n_spread):
    first = [c.article for c in spread_articles(found, k, n_spread)[:n_spread]]
    n_articles = len({c.article for c in found})
    assert len(set(first)) == min(len(first), n_articles)
    assert len(set(first[:n_articles])) == len(first[:n_articles])


@given(candidates, spreads)
def test_spreading_keeps_each_articles_candidates_in_order_and_its_best_where_it_was_first(found, n_spread):
    spread = spread_articles(found, len(found), n_spread)
    for article in {c.article for c in found}:
        rows = [c.row for c in spread if c.article == article]
        assert rows == sorted(rows)
    assert [c.row for c in spread[:1]] == [c.row for c in found[:1]]


@given(candidates, spreads, st.integers(0, 20))
def test_a_shorter_spread_is_the_beginning_of_a_longer_one(found, n_spread, k):
    assert spread_articles(found, k, n_spread) == spread_articles(found, len(found), n_spread)[:k]


@given(candidates, spreads)
def test_spread_scores_descend_and_none_is_raised(found, n_spread):
    spread = spread_articles(found, len(found), n_spread)
    assert [c.score for c in spread] == sorted((c.score for c in spread), reverse=True)
    assert all(c.score <= found[c.row].score for c in spread)


@given(candidates)
def test_nothing_is_moved_where_nothing_is_to_be_spread(found):
    assert spread_articles(found, len(found), 0) == found


# Copies


def test_copies_are_collapsed_to_the_earliest_and_named_by_age(agency):
    hits = agency.search("When did the harbour bridge open?")
    assert article_ids(hits)[0] == "first"
    assert {hit.copies for hit in hits if hit.passage.article_id == "first"} == {("second", "third")}


@pytest.mark.parametrize(
    "question",
    ["What did the Echo report about the harbour bridge?", "What did the article published on 2 April say of it?"],
)
def test_of_copies_that_of_the_outlet_or_day_asked_for_is_shown(agency, question):
    first = agency.search(question)[0]
    assert (first.passage.article_id, first.source, first.copies) == ("second", "Echo", ("first", "third"))
    assert (first.why.get("outlet", 0) + first.why.get("published then", 0)) == 1


def test_the_similarity_of_a_part_is_to_the_whole_question(newsroom):
    write_crowd(newsroom, 40, "Rovers won the cup final at the harbour, round {n}.", title="Cup")
    for n in range(40):
        newsroom.write(f"cost {n}", f"Something about a cost, number {n}.")
    newsroom.write("bridge", "It is the harbour bridge for which 41 million were paid.")
    newsroom.build()
    question = "Who won the cup final, and what did the harbour bridge cost?"
    hit = next(h for h in newsroom.search(question) if "part" in h.why)
    rows = np.arange(len(newsroom.open().article_of))
    ids = [newsroom.open().passages([row])[row].passage.id for row in rows.tolist()]
    whole = newsroom.open().similarities(newsroom.encoder.encode_queries([question])[0], rows)
    assert hit.similarity == pytest.approx(float(whole[ids.index(hit.passage.id)]))


def test_what_is_asked_as_of_a_day_prefers_what_was_new_then(newsroom):
    for month in range(1, 10):
        newsroom.write(
            f"month {month}", "The harbour bridge is open.", title="Bridge", published_at=f"2024-0{month}-01"
        )
    newsroom.build()
    hits = newsroom.search("Is the bridge open?", until=datetime(2024, 5, 2, tzinfo=UTC))
    assert article_ids(hits)[:3] == ["month 5", "month 4", "month 3"]


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
