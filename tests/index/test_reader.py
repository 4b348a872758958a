"""A reader that follows the pointer: what is asked never waits, and another process's flip is seen."""

from __future__ import annotations

import subprocess
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from chromadb.errors import ChromaError

from index import reader as reader_module
from index.errors import IndexDamaged, IndexMissing
from index.generation import Generation
from index.reader import Reader
from index.store import Store

ROOT = Path(__file__).resolve().parents[2]
SOON_S = 0.01
PATIENCE_S = 60.0

BUILDS = """
import sys
from pathlib import Path
from index.build import build_index
from index.store import Store
from tests.conftest import HashEncoder
build_index(Store(Path(sys.argv[1])), HashEncoder(), [Path(sys.argv[2])], recorded=[sys.argv[2]])
"""


def fill(newsroom, *words: str) -> None:
    for word in words:
        newsroom.write(word, f"On Monday there was news of the {word}.")


def until(is_so: Callable[[], bool]) -> None:
    waiting = Event()
    for _ in range(round(PATIENCE_S / SOON_S)):
        if is_so():
            return
        waiting.wait(SOON_S)
    pytest.fail("that never came")


def until_live(reader: Reader, generation: str) -> None:
    until(lambda: reader.current().name == generation)


def test_a_flip_by_another_process_is_noticed(newsroom, home, encoder):
    fill(newsroom, "bridge")
    newsroom.build()
    with newsroom.reader.follow(SOON_S):
        first = newsroom.open()
        fill(newsroom, "giraffe")
        subprocess.run([sys.executable, "-c", BUILDS, str(home), str(newsroom.folder)], cwd=ROOT, check=True)
        until_live(newsroom.reader, "000002")
        assert newsroom.find("news") == {"bridge", "giraffe"}
        assert {a.id for a in first.articles} == {"bridge"}


def test_a_question_is_answered_by_what_is_open_while_the_next_is_opened(newsroom, store, encoder, monkeypatch):
    fill(newsroom, "bridge")
    newsroom.build()
    opening, go_on = Event(), Event()
    reader = Reader(store, encoder)
    first = reader.current()

    def open_slowly(*arguments):
        opening.set()
        assert go_on.wait(PATIENCE_S)
        return Generation(*arguments)

    monkeypatch.setattr(reader_module, "Generation", open_slowly)
    with reader.follow(SOON_S):
        fill(newsroom, "giraffe")
        newsroom.build()
        assert opening.wait(PATIENCE_S)
        assert reader.current() is first
        go_on.set()
        until_live(reader, "000002")


def test_the_pointer_is_not_read_for_a_question_while_a_reader_follows(newsroom, store, monkeypatch):
    fill(newsroom, "bridge")
    newsroom.build()
    generation = newsroom.open()
    with newsroom.reader.follow(every_s=PATIENCE_S):
        monkeypatch.setattr(store, "live_generation", lambda: pytest.fail("the pointer was read"))
        assert newsroom.open() is generation


def test_an_earlier_generation_is_followed_back_to(newsroom, store):
    fill(newsroom, "bridge")
    newsroom.build()
    fill(newsroom, "giraffe")
    newsroom.build()
    newsroom.open()
    with newsroom.reader.follow(SOON_S):
        store.rollback()
        until_live(newsroom.reader, "000001")


def test_what_is_open_answers_while_the_pointer_cannot_be_read(newsroom, store, monkeypatch, caplog):
    fill(newsroom, "bridge")
    newsroom.build()
    generation = newsroom.open()
    tried, away = Event(), True
    live_generation = store.live_generation
    n_tries = 0

    def read():
        nonlocal n_tries
        n_tries += 1
        if n_tries == 3:
            tried.set()
        if away:
            raise ChromaError("connection refused")
        return live_generation()

    monkeypatch.setattr(store, "live_generation", read)
    with newsroom.reader.follow(SOON_S):
        assert tried.wait(PATIENCE_S)
        assert newsroom.open() is generation
        away = False
        fill(newsroom, "giraffe")
        newsroom.build()
        until_live(newsroom.reader, "000002")
    assert [record.levelname for record in caplog.records if "newer generation" in record.message] == ["WARNING"]


def test_of_an_index_that_was_dropped_a_question_is_told(newsroom, store):
    fill(newsroom, "bridge")
    newsroom.build()
    newsroom.open()
    with newsroom.reader.follow(SOON_S):
        store.drop()
        until(lambda: newsroom.reader._open is None)
        with pytest.raises(IndexMissing):
            newsroom.open()
        fill(newsroom, "giraffe")
        newsroom.build()
        assert newsroom.find("news") == {"bridge", "giraffe"}


def test_segments_that_two_generations_share_are_opened_once(newsroom, store, home, encoder):
    fill(newsroom, "bridge", "storm", "trial")
    newsroom.build()
    reader = Reader(Store(home), encoder)
    first = reader.current()
    fill(newsroom, "giraffe")
    newsroom.build()
    second = reader.current()
    assert len(second._parts) == 2
    assert second._parts[0].segment is first._parts[0].segment


def test_memory_of_a_generation_that_nobody_uses_goes_back(newsroom):
    fill(newsroom, "bridge")
    newsroom.build()
    segment = weakref.ref(newsroom.open()._parts[0].segment)
    newsroom.remove("bridge")
    fill(newsroom, "giraffe")
    newsroom.build()
    assert newsroom.open().name == "000002"
    assert segment() is None


def test_a_generation_that_cannot_be_opened_leaves_the_one_that_is_open(newsroom, store, encoder, monkeypatch, caplog):
    fill(newsroom, "bridge")
    newsroom.build()
    reader = Reader(store, encoder)
    first = reader.current()

    def open_damaged(*_):
        raise IndexDamaged("segment x cannot be read")

    monkeypatch.setattr(reader_module, "Generation", open_damaged)
    with reader.follow(SOON_S):
        fill(newsroom, "giraffe")
        newsroom.build()
        until(lambda: "segment x cannot be read" in caplog.text)
        assert reader.current() is first
