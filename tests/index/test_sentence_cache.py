"""Vectors of sentences, kept beside Chroma."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from index.errors import ChromaUnavailable, NewsdeskError
from index.sentence_cache import SentenceCache

DIM = 64


@pytest.fixture
def path(home):
    home.mkdir()
    return home / "sentences.sqlite"


@pytest.fixture
def cache(path):
    return SentenceCache(path)


def unit_rows(n: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, DIM)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_vectors_come_back_nearly_as_they_were(cache):
    rows = unit_rows(5)
    cache.put({"a": rows})
    found = cache.get(["a"], DIM)["a"]
    assert (found.shape, found.dtype) == ((5, DIM), np.float32)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert ((found * rows).sum(axis=1) > 0.999).all()


def test_a_passage_without_sentences_has_no_rows(cache):
    cache.put({"a": np.zeros((0, DIM), dtype=np.float32)})
    assert cache.get(["a"], DIM)["a"].shape == (0, DIM)


def test_keys_that_are_not_kept_are_left_out(cache):
    cache.put({"a": unit_rows(1)})
    assert cache.get(["a", "b"], DIM).keys() == {"a"}


def test_more_keys_than_fit_into_one_query_are_found(cache):
    cache.put({str(n): unit_rows(1) for n in range(1200)})
    assert len(cache.get([str(n) for n in range(1200)], DIM)) == 1200


def test_vectors_that_are_there_give_way(cache):
    cache.put({"a": unit_rows(1, seed=1)})
    cache.put({"a": unit_rows(2, seed=2)})
    np.testing.assert_allclose(cache.get(["a"], DIM)["a"], unit_rows(2, seed=2), atol=0.02)


def test_vectors_outlive_the_process(cache, path):
    cache.put({"a": unit_rows(2)})
    np.testing.assert_array_equal(SentenceCache(path).get(["a"], DIM)["a"], cache.get(["a"], DIM)["a"])


def test_only_some_keys_are_kept_on_demand(cache):
    cache.put({key: unit_rows(1) for key in "abcd"})
    cache.keep_only(["b", "z"])
    assert cache.get("abcdz", DIM).keys() == {"b"}


def test_space_on_disk_is_given_back(cache, path):
    cache.put({str(n): unit_rows(100) for n in range(100)})
    cache._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = path.stat().st_size
    cache.keep_only([])
    cache._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert path.stat().st_size < before / 10


def test_a_file_of_another_version_is_started_anew(cache, path):
    cache.put({"a": unit_rows(1)})
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version=99")
    assert SentenceCache(path).get(["a"], DIM) == {}


def test_a_file_that_is_no_cache_is_refused_with_the_remedy(path):
    path.write_bytes(b"no database at all, but long enough to be read as one" * 100)
    with pytest.raises(NewsdeskError, match=r"sentences\.sqlite: .*delete the file"):
        SentenceCache(path)


def test_a_build_keeps_a_vector_for_each_sentence(newsroom, store):
    newsroom.write("a", "One sentence. Another one.", "A third.")
    newsroom.build()
    [hit] = newsroom.search("sentence")
    assert store.sentences.get([hit.vector_key], DIM)[hit.vector_key].shape == (3, DIM)


def test_sentences_of_a_hit_are_not_encoded_again(newsroom, store, encoder):
    newsroom.write("a", "One sentence. Another one.")
    newsroom.build()
    encoder.encoded.clear()
    [vectors] = store.sentences.of_hits(newsroom.search("sentence"), encoder)
    expected = encoder.encode_queries(["One sentence.", "Another one."])
    assert ((vectors * expected).sum(axis=1) > 0.999).all()
    assert encoder.encoded == []


def test_sentences_that_are_missing_are_computed_once(newsroom, store, encoder):
    newsroom.write("a", "One sentence. Another one.")
    newsroom.build()
    store.sentences.keep_only([])
    for _ in range(2):
        [vectors] = store.sentences.of_hits(newsroom.search("sentence"), encoder)
        assert vectors.shape == (2, DIM)
    assert len(encoder.encoded) == 2  # once by the build, once for the first question


def test_sentences_that_were_divided_otherwise_are_computed_anew(newsroom, store, encoder):
    newsroom.write("a", "One sentence. Another one.")
    newsroom.build()
    [hit] = newsroom.search("sentence")
    store.sentences.put({hit.vector_key: unit_rows(1, seed=1)})
    for _ in range(2):
        [vectors] = store.sentences.of_hits([hit], encoder)
        assert vectors.shape == (2, DIM)
    assert len(encoder.encoded) == 2  # once by the build, once for the first question


def test_where_the_keys_to_keep_break_off_nothing_is_forgotten_and_the_next_call_works(cache):
    cache.put({"a": unit_rows(1), "b": unit_rows(1)})

    def break_off():
        yield "a"
        raise ChromaUnavailable("away")

    with pytest.raises(ChromaUnavailable):
        cache.keep_only(break_off())
    assert cache.get(["a", "b"], DIM).keys() == {"a", "b"}
    cache.keep_only(["a"])
    assert cache.get(["a", "b"], DIM).keys() == {"a"}


def test_sentences_of_removed_articles_are_forgotten_with_their_generations(newsroom, store):
    for n in range(8):
        newsroom.write("a", f"Version {n} of the story.")
        newsroom.build()
    assert store.sentences._db.execute("SELECT count(*) FROM sentences").fetchone()[0] <= 3


def test_many_may_open_a_new_file_at_once(tmp_path):
    for n in range(20):
        barrier, path = Barrier(4), tmp_path / f"{n}.sqlite"

        def keep(key: str, barrier: Barrier = barrier, path: Path = path) -> None:
            barrier.wait()
            SentenceCache(path).put({key: unit_rows(1)})

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(keep, "abcd"))
        assert SentenceCache(path).get(list("abcd"), DIM).keys() == set("abcd")
