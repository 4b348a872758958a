"""Damage of every kind is found without harm to who looks, and mended with as little loss as it allows."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from index.errors import NewsdeskError
from index.probe import Part, find_faults
from index.purge import purge_articles
from index.repair import repair_index
from index.store import Store
from tests.conftest import Newsroom

WORDS = "bridge giraffe football election storm trial harbour museum railway vineyard glacier orchestra".split()


QUICK = ("vectors scribbled over", "rows without text")
"""What is tried each time; the other kinds of damage take much the same way."""


def sometimes(case: str, always: bool):
    return pytest.param(case, marks=() if always else pytest.mark.slow)


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """No reader has to be waited for."""
    monkeypatch.setattr("index.purge._GRACE_S", 0)


@pytest.fixture
def built(home: Path, tmp_path, encoder) -> Newsroom:
    """A newsroom of which no client holds the files."""
    newsroom = Newsroom(tmp_path / "newsroom", Store(home), encoder)
    for word in WORDS:
        newsroom.write(word, f"On Monday there was news of the {word}.")
    newsroom.build()
    newsroom.store._client.close()
    return newsroom


def change_database(home: Path, *statements: str) -> None:
    with closing(sqlite3.connect(home / "chroma" / "chroma.sqlite3")) as db, db:
        for statement in statements:
            db.execute(statement)


def vector_folder(home: Path, collection: str = "newsdesk-segment-%") -> Path:
    """Where the vectors of a collection are, by default of the only segment."""
    query = (
        "SELECT segments.id FROM segments JOIN collections ON collections.id = collection "
        "WHERE scope = 'VECTOR' AND name LIKE ?"
    )
    with closing(sqlite3.connect(home / "chroma" / "chroma.sqlite3")) as db:
        ((name,),) = db.execute(query, (collection,)).fetchall()
    return home / "chroma" / str(name)


def scribble(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(path.stat().st_size))


def cut(path: Path, share: float = 0.5) -> None:
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])


def reopen(newsroom: Newsroom) -> Newsroom:
    return Newsroom(newsroom.folder, Store(newsroom.store.home), newsroom.encoder)


def check_whole(newsroom: Newsroom) -> None:
    assert find_faults(newsroom.store) == []
    assert newsroom.find("news") == set(WORDS)
    for word in WORDS:
        assert newsroom.search(word)[0].passage.article_id == word


DAMAGE: dict[str, Callable[[Path], object]] = {
    "vectors gone": lambda home: shutil.rmtree(vector_folder(home)),
    "vectors scribbled over": lambda home: scribble(vector_folder(home) / "data_level0.bin"),
    "vectors cut": lambda home: cut(vector_folder(home) / "data_level0.bin", 0.05),
    "head gone": lambda home: (vector_folder(home) / "header.bin").unlink(),
    "ids cut": lambda home: cut(vector_folder(home) / "index_metadata.pickle"),
    "ids gone": lambda home: (vector_folder(home) / "index_metadata.pickle").unlink(),
    "rows gone": lambda home: change_database(
        home,
        "CREATE TEMP TABLE gone AS SELECT id FROM embedding_metadata WHERE string_value LIKE '%news of the bridge%'",
        *(f"DELETE FROM {table} WHERE id IN gone" for table in ("embedding_metadata", "embeddings")),
    ),
    "rows without text": lambda home: change_database(home, "DELETE FROM embedding_metadata WHERE key = 'passage'"),
}


@pytest.mark.parametrize("damage", [sometimes(d, d in QUICK) for d in DAMAGE])
def test_a_damaged_segment_is_found_and_what_it_held_is_back_after_repair_and_build(built, home, damage):
    DAMAGE[damage](home)
    newsroom = reopen(built)
    assert [fault.part for fault in find_faults(newsroom.store)] == [Part.SEGMENT]
    report = repair_index(newsroom.store)
    assert len(report.mended) == 1
    newsroom.build()
    check_whole(newsroom)


@pytest.mark.parametrize(
    "damage", [sometimes(d, d in QUICK) for d in ("vectors gone", "vectors scribbled over", "vectors cut", "ids gone")]
)
def test_where_rows_can_be_read_vectors_come_from_the_cache_and_no_article_is_lost(built, home, damage):
    DAMAGE[damage](home)
    newsroom = reopen(built)
    assert repair_index(newsroom.store).lost == 0
    newsroom.encoder.encoded.clear()
    check_whole(newsroom)
    newsroom.build()
    assert newsroom.encoder.encoded == []


def test_what_cannot_be_read_is_taken_out_and_said(built, home):
    newsroom = reopen(built)
    newsroom.write("later", "Some days later there was more.")
    newsroom.build()
    (larger,) = newsroom.store.manifest("000001").segments
    newsroom.store._client.close()
    shutil.rmtree(home / "segments")
    (vector_folder(home, larger.name) / "header.bin").unlink()
    newsroom = reopen(newsroom)
    report = repair_index(newsroom.store)
    assert report.lost == len(WORDS)
    assert "the next build brings them back" in report.mended[0]
    assert newsroom.find("news later") == {"later"}
    assert newsroom.build().added == len(WORDS)


def test_a_manifest_that_names_a_segment_that_is_gone_is_mended(built):
    newsroom = reopen(built)
    newsroom.write("later", "Some days later there was more.")
    newsroom.build()
    newsroom.store.delete_segment(newsroom.store.manifest("000001").segments[0].name)
    newsroom = reopen(newsroom)
    assert {fault.part for fault in find_faults(newsroom.store)} == {Part.SEGMENT}
    assert repair_index(newsroom.store).lost == len(WORDS)
    assert newsroom.find("later") == {"later"}
    assert newsroom.build().added == len(WORDS)
    assert find_faults(newsroom.store) == []


def test_a_generation_whose_manifest_is_damaged_is_deleted_and_the_others_stay(built, home):
    newsroom = reopen(built)
    newsroom.write("later", "Some days later there was more.")
    newsroom.build()
    newsroom.store._client.close()
    (vector_folder(home, "newsdesk-generation-000001") / "header.bin").unlink()
    newsroom = reopen(newsroom)
    assert [(fault.part, fault.name) for fault in find_faults(newsroom.store)] == [(Part.GENERATION, "000001")]
    repair_index(newsroom.store)
    assert newsroom.store.generations() == ["000002"]
    assert find_faults(newsroom.store) == []
    assert newsroom.find("news later") == {*WORDS, "later"}


def test_a_pointer_to_a_generation_that_is_gone_goes_back_to_the_newest_whole_one(built):
    newsroom = reopen(built)
    newsroom.write("later", "Some days later there was more.")
    newsroom.build()
    newsroom.store.delete_generation("000002")
    faults = find_faults(newsroom.store)
    assert [fault.part for fault in faults if fault.part is not Part.LEFTOVER] == [Part.POINTER]
    assert repair_index(newsroom.store).generation == "000001"
    assert newsroom.find("news later") == set(WORDS)
    assert newsroom.build().generation == "000003"


@pytest.mark.parametrize("name", [sometimes(n, n == "ids.npy") for n in ("segment.json", "ids.npy", "vectors.npy")])
def test_a_damaged_cache_is_derived_anew(built, home, name):
    (cache,) = (home / "segments").iterdir()
    cut(cache / name)
    newsroom = reopen(built)
    (fault,) = find_faults(newsroom.store)
    assert (fault.part, fault.name) == (Part.CACHE, str(cache))
    repair_index(newsroom.store)
    check_whole(newsroom)


@pytest.mark.parametrize("name", ["sentences.sqlite", "files.sqlite"])
def test_a_damaged_cache_in_a_file_is_begun_anew(built, home, name):
    built.store.sentences._db.close()
    scribble(home / name)
    for log in home.glob(f"{name}-*"):
        log.unlink()
    newsroom = reopen(built)
    assert [(fault.part, fault.name) for fault in find_faults(newsroom.store)] == [(Part.CACHE, str(home / name))]
    repair_index(newsroom.store)
    check_whole(newsroom)


def test_a_damaged_database_is_one_line_that_says_what_to_do(built, home):
    database = home / "chroma" / "chroma.sqlite3"
    store = Store(home)
    content = database.read_bytes()
    database.write_bytes(content[:4096] + random.Random(1).randbytes(len(content) - 4096))
    assert {fault.part for fault in find_faults(store)} == {Part.DATABASE}
    with pytest.raises(NewsdeskError, match="delete the folder") as e:
        repair_index(store)
    assert "\n" not in str(e.value)


def test_of_a_whole_index_nothing_is_found_and_nothing_is_changed(built, home):
    def list_files() -> dict[Path, int]:
        """All but Chroma's own, which it writes to whenever it is opened, and SQLite's logs."""
        files = [f for f in home.rglob("*") if f.is_file() and home / "chroma" not in f.parents]
        return {f: f.stat().st_mtime_ns for f in files if not f.name.endswith(("-wal", "-shm"))}

    newsroom = reopen(built)
    before = list_files()
    assert find_faults(newsroom.store) == []
    assert list_files() == before
    assert repair_index(newsroom.store).mended == ()


def test_a_purge_that_was_interrupted_is_found_and_finished(built, monkeypatch):
    newsroom = reopen(built)
    with monkeypatch.context() as patch:
        patch.setattr("index.purge.copy_segments", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            purge_articles(newsroom.store, ["trial"])
    assert [fault.part for fault in find_faults(newsroom.store)] == [Part.PURGE]
    repair_index(newsroom.store)
    assert find_faults(newsroom.store) == []
    assert newsroom.find("news") == set(WORDS) - {"trial"}
