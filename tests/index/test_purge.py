"""Withdrawn articles are gone from every generation, cache and byte on the disk, however often the purge was killed."""

from __future__ import annotations

import multiprocessing
import signal
from pathlib import Path

import numpy as np
import pytest

import index.build
import index.purge
import index.segment_store
import index.store
import index.task
import index.withdrawn
from index.errors import BuildBusy, IndexMissing, NewsdeskError
from index.lock import build_lock
from index.purge import purge_articles
from index.reader import Reader
from index.store import Store
from tests.conftest import Newsroom
from tests.index.killed_build import kill_at

SECRET = "Zanzibarine quokkas embezzled the vermilion turnips"
WORDS = ("bridge", "giraffe", "football", "election")

forkserver = multiprocessing.get_context("forkserver")
forkserver.set_forkserver_preload(["tests.index.test_purge"])


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """No reader has to be waited for."""
    monkeypatch.setattr(index.purge, "_GRACE_S", 0)


def write(newsroom: Newsroom, *versions: int) -> None:
    """Build a generation for each version: one article changes, and that which is to be withdrawn stays."""
    newsroom.write("gone", f"{SECRET} on Monday.", title=SECRET)
    for word in WORDS:
        newsroom.write(word, f"On Monday there was news of the {word}.")
    for version in versions:
        newsroom.write("bridge", f"News of the bridge, version {version}.")
        newsroom.build()


def purge(newsroom: Newsroom, *article_ids: str):
    return purge_articles(newsroom.store, article_ids)


def files_with(folder: Path, text: str) -> list[str]:
    return [str(f) for f in folder.rglob("*") if f.is_file() and text.encode() in f.read_bytes()]


def ids_in(store: Store, generation: str) -> set[str]:
    manifest = store.manifest(generation)
    rows = ((ref, row) for ref in manifest.segments for row, _ in store.rows(ref.name))
    return {row.article.id for ref, row in rows if row.article.id not in ref.removed}


def test_an_article_is_gone_from_all_generations_and_nothing_else_is(newsroom, store, encoder):
    write(newsroom, 1, 2, 3)
    encoder.encoded.clear()
    report = purge(newsroom, "gone")
    assert (report.articles, report.passages, report.generation) == (("gone",), 1, "000004")
    assert store.generations() == ["000001", "000002", "000004"]
    for generation in store.generations():
        assert ids_in(store, generation) == set(WORDS)
        assert (store.manifest(generation).n_articles, store.manifest(generation).n_passages) == (4, 4)
    assert newsroom.find("news") == set(WORDS)
    assert encoder.encoded == []
    assert not store.orphans()


def test_no_byte_of_its_text_is_left_on_the_disk(newsroom, store, home):
    write(newsroom, 1, 2)
    assert files_with(home, SECRET)
    purge(newsroom, "gone")
    assert files_with(home, SECRET) == []


@pytest.mark.parametrize("threshold", [2, 1000])
def test_reading_writes_no_memory_of_the_reader_to_the_disk(newsroom, store, home, monkeypatch, threshold):
    """Whether Chroma was told to write its indexes at once or, by earlier versions, later."""
    with monkeypatch.context() as patch:
        limits = {"batch_size": threshold, "sync_threshold": threshold}
        for module in (index.store, index.withdrawn):
            patch.setattr(module, "AT_ONCE", limits)
        patch.setattr(index.segment_store, "_HNSW", {"hnsw": index.segment_store._HNSW["hnsw"] | limits})
        write(newsroom, 1, 2)
        store.withdrawn.add(["another"])
    purge(newsroom, "gone")
    files = {f: f.stat().st_mtime_ns for f in (home / "chroma").glob("*/*")}
    store.forget_graphs()
    assert newsroom.find("news") == set(WORDS)
    assert store.generations() == ["000001", "000003"]
    assert store.withdrawn.hashes()
    assert {f: f.stat().st_mtime_ns for f in (home / "chroma").glob("*/*")} == files
    assert {f.parent for f in files} == {f.parent for f in files if f.name == "index_metadata.pickle"}


def test_its_sentences_vectors_are_forgotten_and_those_of_others_are_not(newsroom, store, encoder):
    write(newsroom, 1)
    keys = {a.article.id: a.vector_key for ref in store.live().segments for a, _ in store.rows(ref.name)}
    purge(newsroom, "gone")
    assert set(store.sentences.get(list(keys.values()), encoder.dim)) == {keys[word] for word in WORDS}


def test_no_rollback_brings_it_back(newsroom, store):
    write(newsroom, 1, 2)
    purge(newsroom, "gone")
    assert store.rollback() == "000001"
    assert newsroom.find("news quokkas") == set(WORDS)
    assert newsroom.search("bridge")[0].passage.text == "News of the bridge, version 1."


def test_an_index_that_is_held_stays_held_where_it_is(newsroom, store):
    write(newsroom, 1, 2)
    store.rollback()
    purge(newsroom, "gone")
    assert (store.live_generation(), store.held()) == ("000003", True)
    assert newsroom.search("bridge")[0].passage.text == "News of the bridge, version 1."
    assert store.rollback("000002") == "000002"
    assert store.lineage() == ["000002", "000003"]


def test_builds_leave_it_out_and_say_so_until_it_is_let_in_again(newsroom, store, encoder):
    write(newsroom, 1)
    purge(newsroom, "gone")
    report = newsroom.build()
    assert (report.withdrawn, report.added, report.articles) == (1, 0, 4)
    newsroom.write("gone", f"{SECRET}, it is said again.")
    assert newsroom.build().withdrawn == 1
    assert store.withdrawn.restore(["gone", "bridge"]) == ["gone"]
    report = newsroom.build()
    assert (report.withdrawn, report.added, report.articles) == (0, 1, 5)


def test_what_is_withdrawn_outlives_the_index(newsroom, store):
    write(newsroom, 1)
    purge(newsroom, "gone")
    index.build.drop_index(store)
    assert newsroom.build().withdrawn == 1


def test_an_article_that_only_an_earlier_generation_holds_is_taken_from_that_one(newsroom, store):
    write(newsroom, 1)
    newsroom.remove("gone")
    newsroom.build()
    assert purge(newsroom, "gone").articles == ("gone",)
    assert ids_in(store, "000001") == set(WORDS)
    assert newsroom.find("news quokkas") == set(WORDS)


def test_an_article_that_no_generation_holds_is_left_out_from_then_on(newsroom, store):
    write(newsroom, 1)
    assert purge(newsroom, "later").articles == ()
    newsroom.write("later", "It comes later.")
    assert newsroom.build().withdrawn == 1


def test_of_several_segments_only_those_that_hold_it_are_written_anew(newsroom, store, monkeypatch):
    monkeypatch.setattr(index.task, "MAX_SEGMENT_PASSAGES", 2)
    write(newsroom, 1)
    before = {ref.name for ref in store.live().segments}
    assert purge(newsroom, "gone").segments == 1
    assert len(before - {ref.name for ref in store.live().segments}) == 1


def test_where_nothing_else_was_indexed_nothing_is_left(newsroom, store, home):
    newsroom.write("gone", SECRET)
    newsroom.build()
    assert purge(newsroom, "gone").generation is None
    with pytest.raises(IndexMissing):
        newsroom.open()
    assert files_with(home, SECRET) == []
    with pytest.raises(NewsdeskError, match="1 were withdrawn"):
        newsroom.build()
    newsroom.write("bridge", "News of the bridge.")
    assert newsroom.build().generation > "000001"


def test_what_a_killed_build_left_of_it_goes_too(newsroom, store, home):
    write(newsroom, 1)
    writer = store.new_segment()
    (ref,) = store.live().segments
    rows = [(row, vector) for row, vector in store.rows(ref.name, vectors=True) if row.article.id == "gone"]
    writer.add([row for row, _ in rows], np.stack([vector for _, vector in rows]))
    purge(newsroom, "gone")
    assert store.orphans() == []
    assert files_with(home, SECRET) == []


def test_it_waits_for_a_build(newsroom, store, home, monkeypatch):
    monkeypatch.setattr("index.lock._PATIENCE_S", 0)
    write(newsroom, 1)
    with build_lock(Store(home)), pytest.raises(BuildBusy):
        purge(newsroom, "gone")


STEPS = [
    "before chromadb.api.models.Collection:Collection.upsert 2",
    "after index.withdrawn:Withdrawn.add",
    "after index.purge.copy_segments 1",
    "after index.store:Store.rewrite",
    "after index.store:Store._write_manifest",
    "after index.store:Store._point_at",
    "after index.store:Store.delete_segment",
    "before index.store:Store.erase_deleted",
    "before index.withdrawn:Withdrawn.finish",
]


def _purge_and_die(home: Path, step: str) -> None:
    index.purge._GRACE_S = 0
    kill_at(*step.split())
    purge_articles(Store(home), ["gone"])


@pytest.mark.parametrize("step", STEPS)
def test_a_purge_that_is_killed_is_finished_by_the_next_build(newsroom, store, encoder, home, step):
    write(newsroom, 1, 2)
    child = forkserver.Process(target=_purge_and_die, args=(home, step))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert Reader(store, encoder).current().manifest.n_articles in (4, 5)
    assert newsroom.build().withdrawn == 1
    assert files_with(home, SECRET) == []
    assert newsroom.find("news quokkas") == set(WORDS)
    for generation in store.generations():
        assert ids_in(store, generation) == set(WORDS)
    assert not store.withdrawn.is_unfinished
