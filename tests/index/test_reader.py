"""A reader that follows the pointer: what is asked never waits, and another process's flip is seen."""

from __future__ import annotations

import os
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest
from chromadb.errors import ChromaError

from index import reader as reader_module
from index.collection import nearest
from index.errors import IndexDamaged, IndexGone, IndexMissing
from index.generation import Generation
from index.lock import build_lock
from index.purge import purge_articles
from index.reader import Reader
from index.store import Store
from index.types import Filters

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

BUILDS_WHEN_TOLD = """
import sys
from pathlib import Path
from index.build import build_index
from index.store import Store
from tests.conftest import HashEncoder
store, encoder = Store(Path(sys.argv[1])), HashEncoder()
for _ in sys.stdin:
    print(build_index(store, encoder, [Path(sys.argv[2])], recorded=[sys.argv[2]]).generation, flush=True)
"""
OPEN_FILES = Path("/proc/self/fd")


@pytest.fixture
def build_elsewhere(newsroom, home) -> Iterator[Callable[[], str]]:
    """Builds from the newsroom in another process, always the same; returns the generation."""
    command = [sys.executable, "-c", BUILDS_WHEN_TOLD, str(home), str(newsroom.folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def build() -> str:
            process.stdin.write("\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

        yield build
        process.stdin.close()


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


def list_deleted(folder: Path) -> list[str]:
    """Files of a folder that are deleted, and that this process keeps open nevertheless."""
    names = []
    for link in OPEN_FILES.iterdir():
        with suppress(FileNotFoundError):
            names.append(os.readlink(link))
    return [name for name in names if name.startswith(str(folder)) and name.endswith(" (deleted)")]


def nearest_to(generation: Generation, encoder, text: str) -> list[str]:
    """Texts of the passages near to another, the nearest first, as Chroma finds them."""
    rows = generation.search_dense(encoder.encode_queries([text])[0], generation.allowed_articles(Filters()), 10)
    found = generation.passages(rows)
    return [found[row].passage.text for row in rows]


@pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="which files are open is not told on this system")
def test_what_another_process_deletes_is_let_go_of_and_what_was_opened_before_answers(
    newsroom, home, encoder, build_elsewhere
):
    before = None
    for word in ("bridge", "storm", "trial", "giraffe", "harbour", "council"):
        text = f"On Monday there was news of the {word}."
        newsroom.write("story", text)
        assert build_elsewhere() == newsroom.open().name
        assert nearest_to(newsroom.open(), encoder, "news") == [text]
        if before:
            generation, text_before = before
            assert nearest_to(generation, encoder, "news") == [text_before]
        before = newsroom.open(), text
    until(lambda: not list_deleted(home))


def test_questions_are_answered_while_memory_is_released(newsroom, store, encoder):
    fill(newsroom, "bridge", "storm")
    newsroom.build()
    generation = newsroom.open()
    with ThreadPoolExecutor(4) as threads:
        answers = [threads.submit(nearest_to, generation, encoder, "news of the storm") for _ in range(100)]
        while not all(answer.done() for answer in answers):
            store.release_memory()
        assert {answer.result()[0] for answer in answers} == {"On Monday there was news of the storm."}


def test_no_question_waits_until_chroma_has_opened_what_it_searches(newsroom, store, monkeypatch):
    opened: list[str] = []

    def note(collection, vector, n):
        opened.append(collection.name)
        return nearest(collection, vector, n)

    monkeypatch.setattr(reader_module, "nearest", note)
    fill(newsroom, "bridge", "storm")
    newsroom.build()
    assert newsroom.open().name == store.live().generation
    assert opened == [ref.name for ref in store.live().segments]


def test_what_is_live_is_open_again_before_memory_is_released(newsroom, store):
    fill(newsroom, "bridge", "storm")
    newsroom.build()
    generation = newsroom.open()
    engine, missing = store._client._server.bindings, store._client.create_collection("missing")
    store._client.delete_collection("missing")
    vector = next(generation.graphs())[1]
    store.release_memory([(missing, vector)])
    assert store._client._server.bindings is engine
    store.release_memory(generation.graphs())
    assert store._client._server.bindings is not engine


def test_memory_is_not_released_while_the_index_is_built_but_after(newsroom, store, monkeypatch):
    monkeypatch.setattr(reader_module, "_GRAPH_PASSAGES", 0)
    fill(newsroom, "bridge")
    newsroom.build()
    newsroom.open()
    newsroom.remove("bridge")
    fill(newsroom, "giraffe")
    newsroom.build()
    engine = store._client._server.bindings
    with build_lock(store):
        assert newsroom.open().name == "000002"
        assert store._client._server.bindings is engine
    newsroom.open()
    assert store._client._server.bindings is not engine


class Panic(BaseException):
    """As pyo3 raises where Rust panics."""


def test_where_chromas_engine_panics_the_old_one_stays(newsroom, store, monkeypatch):
    fill(newsroom, "bridge")
    newsroom.build()
    generation, engine = newsroom.open(), store._client._server.bindings

    def start(_):
        raise Panic

    monkeypatch.setattr(type(store._client._server), "start", start)
    assert not store.release_memory(generation.graphs())
    assert store._client._server.bindings is engine


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_when_looking_for_another_generation_ends_who_asks_looks(newsroom, store, encoder, monkeypatch):
    fill(newsroom, "bridge")
    newsroom.build()
    reader = Reader(store, encoder)
    reader.current()

    def panic(*_):
        raise Panic

    with reader.follow(SOON_S):
        with monkeypatch.context() as patch:
            patch.setattr(reader_module, "nearest", panic)
            fill(newsroom, "giraffe")
            newsroom.build()
            until(lambda: not reader._follows)
        assert reader.current().name == "000002"


def test_a_withdrawn_article_is_shown_no_more_where_the_generation_after_it_cannot_be_opened(
    newsroom, store, encoder, monkeypatch
):
    fill(newsroom, "bridge", "storm")
    newsroom.build()
    reader = Reader(store, encoder)
    first = reader.current()
    assert first.paragraphs_of("storm") == {1: "On Monday there was news of the storm."}

    def open_damaged(*_):
        raise IndexDamaged("segment x cannot be read")

    monkeypatch.setattr(reader_module, "Generation", open_damaged)
    with reader.follow(SOON_S):
        purge_articles(store, {"storm"})
        until(lambda: not len(first._read_lately))
        with pytest.raises(IndexGone):
            reader.current().paragraphs_of("storm")


def test_where_little_has_gone_chroma_keeps_what_it_has_opened(newsroom, store, monkeypatch):
    monkeypatch.setattr(reader_module, "_GRAPH_PASSAGES", 0)
    n_released = 0

    def release(in_use):
        nonlocal n_released
        n_released += 1
        return True

    monkeypatch.setattr(store, "release_memory", release)
    fill(newsroom, *(f"story{n}" for n in range(20)))
    newsroom.build()
    newsroom.open()
    fill(newsroom, "giraffe")
    newsroom.build()
    newsroom.open()
    assert n_released == 0
    fill(newsroom, *(f"other{n}" for n in range(20)))
    for n in range(20):
        newsroom.remove(f"story{n}")
    newsroom.build()
    newsroom.open()
    assert n_released == 1
