"""An embedded index read and rolled back by Chroma's engine alone, beside a process that has Chroma's client."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

import index.catalogue
from index.catalogue import POINTER, Catalogue
from index.engine import open_engine
from index.errors import IndexGone, IndexMismatch, NewsdeskError
from index.manifest import Pointer


@pytest.fixture
def catalogue(newsroom, home) -> Catalogue:
    """That of an index of three generations, the last of which does without an article of the first."""
    newsroom.write("a", "This is version 1 of the story.")
    newsroom.write("b", "This is another story.")
    newsroom.build()
    newsroom.write("a", "This is version 2 of the story.")
    newsroom.build()
    newsroom.remove("b")
    newsroom.build()
    return Catalogue(home, open_engine(home))


def read_live(newsroom) -> str:
    return newsroom.search("version of the story")[0].passage.text


def test_what_the_client_wrote_is_read_by_the_engine(catalogue, store):
    names = ["000001", "000002", "000003"]
    assert catalogue.generations() == names
    assert catalogue.lineage() == names[::-1]
    assert [catalogue.manifest(name) for name in names] == [store.manifest(name) for name in names]
    assert any(ref.removed for ref in catalogue.live().segments)
    assert catalogue.pointer() == Pointer("000003", held=False, last=3)


def test_a_reader_follows_a_rollback_by_the_engine_and_a_build_goes_on_from_it(catalogue, newsroom, store):
    assert read_live(newsroom) == "This is version 2 of the story."
    assert catalogue.rollback("000001") == "000001"
    assert store.pointer() == Pointer("000001", held=True, last=3)
    assert read_live(newsroom) == "This is version 1 of the story."
    catalogue.release()
    assert store.pointer() == Pointer("000001", held=False, last=3)
    assert newsroom.build().generation == "000004"
    assert catalogue.pointer() == Pointer("000004", held=False, last=4)


def test_a_generation_whose_segment_is_gone_is_not_rolled_back_to_by_the_engine(catalogue, store):
    before = store.manifest("000001").segments[0].name
    store.delete_segment(before)
    with pytest.raises(IndexGone, match=f"segment {before} is gone"):
        catalogue.rollback("000001")
    assert store.live_generation() == "000003"


def test_another_schema_is_refused_by_the_engine(catalogue, monkeypatch):
    monkeypatch.setattr(index.catalogue, "_READABLE", (3,))
    with pytest.raises(IndexMismatch, match="schema"):
        catalogue.rollback()


def test_what_is_checked_before_a_rollback_is_what_the_pointer_is_then_moved_to(catalogue, monkeypatch):
    steps: list[str] = []

    @contextmanager
    def lock(_):
        steps.append("locked")
        yield lambda: None
        steps.append("unlocked")

    monkeypatch.setattr(index.catalogue, "pointer_lock", lock)
    assert catalogue.rollback(check=lambda manifest: steps.append(manifest.generation)) == "000002"
    assert steps == ["locked", "000002", "unlocked"]


def test_an_unknown_generation_is_refused_by_the_engine(catalogue):
    with pytest.raises(NewsdeskError, match="000009 is not kept; kept are: 000001, 000002, 000003"):
        catalogue.rollback("000009")


def test_a_pointer_that_was_lost_is_made_anew_by_the_engine(catalogue, newsroom, store):
    store._client.delete_collection(POINTER)
    assert catalogue.rollback("000002") == "000002"
    assert store.live_generation() == "000002"
    assert newsroom.build().generation == "000004"


def test_without_a_database_there_is_no_engine_and_none_is_made(tmp_path):
    assert open_engine(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_left_to_the_client(tmp_path):
    (tmp_path / "chroma").mkdir()
    (tmp_path / "chroma" / "chroma.sqlite3").write_text("nonsense" * 100, encoding="utf-8")
    assert open_engine(tmp_path) is None
