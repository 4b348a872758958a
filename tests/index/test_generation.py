"""An open generation: its segments as if they were one."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.build import build_index
from index.generation import Generation
from index.lexical import inverse_document_frequency
from index.reader import Reader
from index.store import Store
from index.types import Filters

RAIN = "the harbour bridge opened in heavy rain on a cold morning and nobody came to see it "

VOCABULARY = ["".join(letters) for letters in product("bdgklmnprst", "aeiou", "bdgklmnprst")]
CLOSE = 0.01
"""How near to exact a cosine of vectors of one byte a component has to be."""


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


def ids(generation, rows) -> list[str]:
    return [generation.articles[generation.article_of[row]].id for row in rows]


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
    bridge, giraffe = generation.match_words(generation.idf(["bridg", "giraff"]))
    assert (bridge[0], giraffe[0]) == ("bridg", "giraff")
    assert sorted(ids(generation, bridge[1])) == ["a0", "a1", "a2", "a3", "a4", "a5", "b"]
    assert ids(generation, giraffe[1]) == ["b"]
    assert (len(bridge[2]), (bridge[2] > 0).all()) == (7, True)


def test_the_nearest_are_found_in_all_segments(newsroom, store, encoder):
    build_two_segments(newsroom, store)
    generation = newsroom.open()
    question = encoder.encode_queries(["The bridge sank. A giraffe was born."])[0]
    found = generation.search_dense(question, everything(generation), 7)
    assert ids(generation, found)[0] == "b"
    assert sorted(found) == list(range(7))
    cosines = generation.similarities(question, np.array(found))
    assert (np.diff(cosines) <= CLOSE).all()


def test_a_cosine_is_that_of_question_and_passage(newsroom, encoder):
    newsroom.write("a", "The bridge opened.")
    newsroom.build()
    question, passage = encoder.encode_queries(["a bridge", "Story\nPaper, 17 April 2025\nThe bridge opened."])
    [cosine] = newsroom.open().similarities(question, np.array([0]))
    assert cosine == pytest.approx(float(question @ passage), abs=CLOSE)


def test_cosines_over_segments_come_in_the_order_of_the_rows(newsroom, store, encoder):
    build_two_segments(newsroom, store)
    generation = newsroom.open()
    question = encoder.encode_queries(["the bridge of a giraffe"])[0]
    rows = np.array([6, 0, 3, 6, 1])
    exact = exact_cosines(generation, store, question)
    np.testing.assert_allclose(generation.similarities(question, rows), exact[rows], atol=CLOSE)
    assert len(generation.similarities(question, np.array([], dtype=np.int64))) == 0


def test_passages_are_fetched_from_all_segments(newsroom, store):
    build_two_segments(newsroom, store)
    generation = newsroom.open()
    passages = generation.passages(range(7))
    assert {p.passage.article_id for p in passages.values()} == {a.id for a in generation.articles}
    assert all(generation.articles[generation.article_of[row]] == p.article for row, p in passages.items())


def test_several_articles_are_read_each_in_reading_order(newsroom, store):
    build_two_segments(newsroom, store)
    newsroom.write("c", *(f"{RAIN}{n}." for n in range(1, 8)))
    newsroom.write("d", "One.")
    newsroom.build()
    read = newsroom.open().read_articles(["c", "d"])
    assert read == {"c": {n: f"{RAIN}{n}." for n in range(1, 8)}, "d": {1: "One."}}
    assert list(read["c"]) == [1, 2, 3, 4, 5, 6, 7]


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


def test_nothing_is_found_where_nothing_is_allowed(newsroom, store, encoder):
    build_two_segments(newsroom, store)
    generation = newsroom.open()
    question = encoder.encode_queries(["bridge"])[0]
    nothing = np.zeros(len(generation.articles), dtype=bool)
    assert generation.search_dense(question, nothing, 3) == []


@pytest.fixture(scope="module")
def crowd(tmp_path_factory, make_encoder) -> tuple[Generation, Store]:
    """A hundred and sixty articles, each of four words of its own, in two segments."""
    folder, home = tmp_path_factory.mktemp("crowd"), tmp_path_factory.mktemp("home")
    store, encoder = Store(home), make_encoder()
    names = [" ".join(words) for words in np.random.default_rng(1).choice(list(VOCABULARY), (160, 4))]
    for n in (130, 160):
        records = [{"id": f"a{i}", "title": "T", "source": "S", "body": text} for i, text in enumerate(names[:n])]
        (folder / "articles.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
        build_index(store, encoder, [folder], recorded=[str(folder)])
    assert len(store.live().segments) == 2
    return Reader(store, encoder).current(), store


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("share", [0.02, 0.2, 0.25, 0.5, 0.97, 1.0])
def test_whatever_share_is_allowed_the_nearest_are_those_of_an_exact_comparison(crowd, share, seed):
    generation, store = crowd
    question = draw_question(seed)
    mask = np.zeros(160, dtype=bool)
    mask[np.random.default_rng(seed).permutation(160)[: round(160 * share)]] = True
    found = generation.search_dense(question, mask, 20)
    exact = exact_cosines(generation, store, question)
    allowed = exact[mask[generation.article_of]]
    limit = np.sort(allowed)[::-1][min(20, len(allowed)) - 1]
    assert len(found) == len(set(found)) == min(20, len(allowed))
    assert mask[generation.article_of[found]].all()
    assert (exact[found] >= limit - CLOSE).all()
    assert (np.diff(exact[found]) <= CLOSE).all()
    surely = np.flatnonzero(mask[generation.article_of] & (exact > limit + CLOSE))
    assert set(surely.tolist()) <= set(found)


@pytest.mark.parametrize(("n_allowed", "n"), [(3, 3), (60, 5), (150, 150)])
def test_allowed_articles_are_found_behind_all_that_are_not_allowed(crowd, n_allowed, n):
    """Also where the nearest that Chroma gives are none of those that are allowed."""
    generation, store = crowd
    question = draw_question(7)
    exact = exact_cosines(generation, store, question)
    order = np.argsort(-exact)
    mask = np.zeros(160, dtype=bool)
    mask[generation.article_of[order[-n_allowed:]]] = True
    found = generation.search_dense(question, mask, n)
    assert len(found) == n
    assert mask[generation.article_of[found]].all()
    assert exact[found].min() >= exact[order[-n_allowed:][n - 1]] - CLOSE


def test_cosines_are_those_of_an_exact_comparison_in_every_segment(crowd):
    generation, store = crowd
    question = draw_question(5)
    rows = np.random.default_rng(6).permutation(160)
    exact = exact_cosines(generation, store, question)
    np.testing.assert_allclose(generation.similarities(question, rows), exact[rows], atol=CLOSE)


def draw_question(seed: int) -> np.ndarray:
    """A vector that no two passages are equally near to."""
    question = np.random.default_rng(seed).standard_normal(64).astype(np.float32)
    return question / np.linalg.norm(question)


def exact_cosines(generation, store, question) -> np.ndarray:
    """Of every passage row, with the vectors as Chroma has them."""
    stored = [v for s in generation.manifest.segments for _, v in store.rows(s.name, vectors=True)]
    return np.stack(stored) @ question


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


def test_articles_of_outlets_are_told_by_the_exact_names(newsroom):
    build_with_one_removed(newsroom)
    generation = newsroom.open()

    def of(*sources: str) -> set[str]:
        return {generation.articles[row].id for row in np.flatnonzero(generation.is_of(sources))}

    assert of("Post") == {"a2", "a4"}
    assert of("Post", "Echo") == {"a1", "a2", "a3", "a4"}
    assert of() == of("post") == of("Nobody") == set()


def test_outlets_are_found_in_a_question(newsroom):
    build_with_one_removed(newsroom)
    assert [m.sources for m in newsroom.open().outlets.find("What did the Post say about the Gone?")] == [("Post",)]


def test_each_passage_knows_the_paragraph_at_which_it_begins(newsroom):
    long = " ".join(f"word{n}" for n in range(100))
    newsroom.write("a:1-9@7", f"{RAIN}one.", f"{RAIN}two.", f"{RAIN}three.", long)
    newsroom.build()
    generation = newsroom.open()
    passages = generation.passages(range(len(generation.article_of)))
    assert [p.passage.first for _, p in sorted(passages.items())] == generation.first_paragraphs.tolist()
    assert set(generation.first_paragraphs.tolist()) >= {1, 4}


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


# As of a moment


CHANGED = datetime(2025, 4, 18, 10, tzinfo=UTC)
BEFORE, AFTER = CHANGED - timedelta(hours=1), CHANGED + timedelta(hours=1)


def revise(newsroom, *paragraphs: str) -> None:
    """Write the article of which an earlier version was collected before `CHANGED`."""
    newsroom.write("a", *paragraphs, version=2, fetched_at=CHANGED.isoformat())


@pytest.mark.parametrize(("bounds", "found"), [
    ({"as_of": BEFORE}, {"b"}),
    ({"as_of": CHANGED}, {"a", "b"}),
    ({"as_of": AFTER}, {"a", "b"}),
    ({"until": BEFORE}, {"a", "b"}),
    ({}, {"a", "b"}),
])  # fmt: skip
def test_an_article_is_not_found_as_of_a_moment_when_it_said_something_else(newsroom, bounds, found):
    revise(newsroom, "As of dusk 14 people were missing.")
    newsroom.write("b", "People were missing.", fetched_at=AFTER.isoformat())
    newsroom.build()
    assert newsroom.find("How many people were missing?", **bounds) == found


def test_since_when_an_article_says_what_it_does_survives_merges_and_lost_caches(newsroom, store):
    revise(newsroom, "As of dusk 14 people were missing.")
    for n in range(3):
        newsroom.build()
        newsroom.write(f"b{n}", "The harbour bridge opened.")
    newsroom.build()
    assert len(store.live().segments) == 1
    shutil.rmtree(store.home / "segments")
    reader = Reader(Store(store.home), newsroom.encoder)
    for filters, is_allowed in ((Filters(as_of=BEFORE), False), (Filters(as_of=AFTER), True)):
        generation = reader.current()
        allowed = {generation.articles[row].id for row in generation.allowed_articles(filters).nonzero()[0]}
        assert ("a" in allowed) is is_allowed


def test_an_article_that_was_indexed_before_it_told_since_when_is_indexed_anew_and_not_encoded(newsroom):
    newsroom.write("a", "As of dusk 14 people were missing.")
    newsroom.build()
    revise(newsroom, "As of dusk 14 people were missing.")
    report = newsroom.build()
    assert (report.changed, report.embedded) == (1, 0)
    assert newsroom.find("How many people were missing?", as_of=BEFORE) == set()


def test_a_generation_is_opened_once_until_the_pointer_moves(newsroom):
    newsroom.write("a", "Words.")
    newsroom.build()
    first = newsroom.open()
    assert newsroom.open() is first
    newsroom.write("b", "More words.")
    report = newsroom.build()
    assert newsroom.open() is not first
    assert newsroom.open().name == report.generation
