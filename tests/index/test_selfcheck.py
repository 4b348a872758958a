"""What a new generation has to pass, and what is left of one that does not."""

from __future__ import annotations

import pytest
from chromadb.errors import InternalError

import index.task
from index.build import build_index
from index.collection import nearest
from index.errors import CheckFailed
from index.lexical import LexicalIndex
from index.selfcheck import check_generation, finds

WORDS = ("bridge", "giraffe", "football", "election", "storm", "trial")


def fill(newsroom, *words: str) -> None:
    for word in words:
        newsroom.write(word, f"On Monday there was news of the {word}.")


@pytest.fixture
def built(newsroom):
    """A newsroom of which two articles are indexed, and four more are to be."""
    fill(newsroom, *WORDS[:2])
    newsroom.build()
    fill(newsroom, *WORDS[2:])
    newsroom.encoder.encoded.clear()
    return newsroom


def assert_earlier_answers(newsroom) -> None:
    assert newsroom.store.live_generation() == "000001"
    assert newsroom.find("news") == set(WORDS[:2])


def assert_next_build_completes(newsroom, n_encoded: int) -> None:
    newsroom.encoder.encoded.clear()
    assert newsroom.build().articles == len(WORDS)
    assert len(newsroom.encoder.encoded) == n_encoded
    assert newsroom.find("news") == set(WORDS)
    assert newsroom.store.orphans() == []


def test_what_a_build_made_passes(built, store):
    built.build()
    live = store.live()
    check_generation(store, live, {ref.name for ref in live.segments})


def damage(monkeypatch, change) -> None:
    """Change something of the new segment between its being written and its being checked."""

    def check(store, manifest, new):
        change(store.collection(next(iter(new))))
        check_generation(store, manifest, new)

    monkeypatch.setattr(index.task, "check_generation", check)


def test_a_passage_that_is_missing_keeps_a_generation_from_being_live(built, monkeypatch):
    with monkeypatch.context() as patch:
        damage(patch, lambda collection: collection.delete(ids=collection.get(limit=1)["ids"]))
        with pytest.raises(CheckFailed, match="holds 5 passages, not 6; the earlier index still answers"):
            built.build()
    assert_earlier_answers(built)
    assert built.store.orphans() == []
    assert_next_build_completes(built, n_encoded=4)


def test_a_segment_that_is_gone_keeps_a_generation_from_being_live(built, monkeypatch):
    with monkeypatch.context() as patch:
        damage(patch, lambda collection: built.store._client.delete_collection(collection.name))
        with pytest.raises(CheckFailed, match="is gone"):
            built.build()
    assert_earlier_answers(built)
    assert_next_build_completes(built, n_encoded=4)


def test_passages_that_their_vectors_do_not_find_keep_a_generation_from_being_live(built, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("index.selfcheck.nearest", lambda *_: [("storm:1-1", 0.9), ("other", 0.1)])
        with pytest.raises(CheckFailed, match=r"of 6 passages in segment .* only 1 are found by their own vectors"):
            built.build()
    assert_earlier_answers(built)
    assert_next_build_completes(built, n_encoded=4)


def test_a_segment_that_chroma_cannot_search_keeps_a_generation_from_being_live(built, monkeypatch):
    def fail(*_):
        raise InternalError("no such file")

    with monkeypatch.context() as patch:
        patch.setattr("index.selfcheck.nearest", fail)
        with pytest.raises(CheckFailed, match="cannot be read"):
            built.build()
    assert_earlier_answers(built)
    assert_next_build_completes(built, n_encoded=4)


def test_passages_that_their_words_do_not_find_keep_a_generation_from_being_live(built, monkeypatch):
    build = LexicalIndex.build
    with monkeypatch.context() as patch:
        patch.setattr(LexicalIndex, "build", lambda texts, folder: build(reversed(list(texts)), folder))
        with pytest.raises(CheckFailed, match="only 0 are found by their own words"):
            built.build()
    assert_earlier_answers(built)
    assert_next_build_completes(built, n_encoded=4)


def test_an_article_that_is_there_twice_keeps_a_generation_from_being_live_and_nothing_is_lost(built, monkeypatch):
    built.write("bridge", "On Tuesday there was news of the bridge.")
    with monkeypatch.context() as patch:
        patch.setattr(index.task, "_without", lambda ref, *_: ref)
        patch.setattr(index.task, "plan_merge", lambda refs, *_: (refs, []))
        with pytest.raises(CheckFailed, match="article bridge is 2 times in generation 000002"):
            built.build()
    assert_earlier_answers(built)
    assert_next_build_completes(built, n_encoded=0)


def test_one_passage_of_many_may_be_missed_by_an_approximate_search(newsroom, monkeypatch):
    for n in range(30):
        newsroom.write(f"a{n}", f"On day {n} there was news of {WORDS[n % 6]} {n * 37}.")
    missed = []

    def search(collection, vector, n):
        found = nearest(collection, vector, n)
        missed.append(not missed)
        return [("other", 0.5)] if missed[-1] else found

    monkeypatch.setattr("index.selfcheck.nearest", search)
    assert newsroom.build().articles == 30
    assert (len(missed), sum(missed)) == (20, 1)


def test_texts_that_are_all_the_same_pass(newsroom):
    for n in range(40):
        newsroom.write(f"a{n}", "The same was said by all.")
    assert newsroom.build().articles == 40


def test_a_generation_is_looked_at_before_it_is_live_by_who_wants_to(built):
    seen = []

    def check(generation):
        seen.append((generation.name, len(generation.articles), built.store.live_generation()))

    build_index(built.store, built.encoder, [built.folder], recorded=[str(built.folder)], check=check)
    assert seen == [("000002", 6, "000001")]
    assert built.store.live_generation() == "000002"


def test_what_a_check_refuses_is_not_live_and_what_was_encoded_is_kept_once(built):
    def refuse(generation):
        raise CheckFailed("it answers worse")

    for _ in range(3):
        with pytest.raises(CheckFailed, match="it answers worse; the earlier index still answers"):
            build_index(built.store, built.encoder, [built.folder], recorded=[str(built.folder)], check=refuse)
        assert len(built.store.orphans()) == 1
    assert len(built.encoder.encoded) == 4
    assert_earlier_answers(built)
    assert_next_build_completes(built, n_encoded=0)


def test_vectors_that_cannot_be_right_are_not_used_again(built, store):
    [name] = [ref.name for ref in store.live().segments]
    collection = store.collection(name)
    collection.update(ids=["bridge:1-1"], embeddings=[[0.0] * 63 + [0.1]])
    newsroom = built
    newsroom.write("bridge", "On Monday there was news of the bridge.", url="https://a.example/1")
    newsroom.build()
    assert sum("bridge" in text for text in newsroom.encoder.encoded) == 1


def test_a_search_that_finds_nothing_does_not_find_the_passage():
    assert not finds("bridge:1-1", [])
