"""Disk space given back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import chromadb
import numpy as np
import pytest

import index.reclaim
from index.collection import nearest
from index.reclaim import DATABASE, make_shrinkable, reclaim_space
from index.store import Store

N_PASSAGES = 300
TEXT = "It was said in the council of the town that the bridge over the river would be opened in spring. " * 5


@pytest.fixture(autouse=True)
def exact(monkeypatch):
    """Small stores are shrunk to the last page."""
    monkeypatch.setattr(index.reclaim, "_SPARE_PAGES", 0)


@pytest.fixture
def folder(home: Path) -> Path:
    make_shrinkable(home / "chroma")
    return home / "chroma"


@pytest.fixture
def client(folder: Path):
    client = chromadb.PersistentClient(str(folder), settings=chromadb.Settings(anonymized_telemetry=False))
    yield client
    client.close()


def fill(client, name: str, *, persist_every: int = 100):
    configuration = {"hnsw": {"space": "cosine", "sync_threshold": persist_every, "batch_size": 50}}
    collection = client.create_collection(name, configuration=configuration, embedding_function=None)
    ids = [str(n) for n in range(N_PASSAGES)]
    vectors = np.random.default_rng(0).standard_normal((N_PASSAGES, 64)).astype(np.float32)
    collection.add(ids=ids, embeddings=vectors, documents=[f"{name} {i}. {TEXT}" for i in ids])
    return collection


def size(folder: Path) -> int:
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())


def n_transactions(folder: Path) -> int:
    """SQLite's counter of changes to the file."""
    return int.from_bytes((folder / DATABASE).read_bytes()[24:28], "big")


def ask(folder: Path, question: str) -> int:
    with closing(sqlite3.connect(folder / DATABASE)) as db:
        return db.execute(question).fetchone()[0]


def test_what_is_left_of_a_deleted_collection_is_given_back_while_the_others_are_open(client, folder):
    fill(client, "gone")
    kept = fill(client, "kept")
    reclaim_space(folder)
    before = size(folder)
    client.delete_collection("gone")
    assert size(folder) == before
    reclaim_space(folder)
    assert size(folder) < 0.6 * before
    assert ask(folder, "PRAGMA integrity_check") == "ok"
    vector = kept.get(ids=["7"], include=["embeddings"])["embeddings"][0]
    assert nearest(kept, np.asarray(vector), 1)[0][0] == "7"
    assert kept.get(ids=["7"])["documents"] == [f"kept 7. {TEXT}"]
    fill(client, "next")
    assert client.get_collection("next", embedding_function=None).count() == N_PASSAGES


def test_many_pages_are_given_back_in_one_transaction(client, folder):
    fill(client, "gone")
    fill(client, "kept")
    client.delete_collection("gone")
    n_free = ask(folder, "PRAGMA freelist_count")
    before = n_transactions(folder)
    reclaim_space(folder)
    assert ask(folder, "PRAGMA freelist_count") == 0
    assert 50 < n_free < index.reclaim._STEP_PAGES
    assert n_transactions(folder) - before < 20


def test_collections_that_come_and_go_take_no_more_room_than_the_first(client, folder):
    sizes = []
    for n in range(6):
        fill(client, f"day-{n}")
        if n:
            client.delete_collection(f"day-{n - 1}")
        reclaim_space(folder)
        sizes.append(size(folder))
    assert max(sizes[1:]) < 1.05 * sizes[0]


def test_what_is_searched_by_words_is_written_anew_where_much_was_deleted_alone(client, folder):
    for name in ("gone", "kept"):
        fill(client, name)
    reclaim_space(folder)
    assert ask(folder, "PRAGMA user_version") == 0
    client.delete_collection("gone")
    full = ask(folder, "SELECT sum(length(block)) FROM embedding_fulltext_search_data")
    reclaim_space(folder)
    assert ask(folder, "SELECT sum(length(block)) FROM embedding_fulltext_search_data") < 0.7 * full
    assert ask(folder, "PRAGMA user_version") == N_PASSAGES
    assert client.get_collection("kept", embedding_function=None).get(where_document={"$contains": "kept 299."})["ids"]


def test_folders_that_are_none_of_chromas_are_left(client, folder):
    (folder / "notes").mkdir()
    gone = folder / "08fddd80-a66e-44b7-b84a-bb2e69f5b673"
    gone.mkdir()
    fill(client, "kept")
    reclaim_space(folder)
    assert (folder / "notes").is_dir()
    assert not gone.exists()
    assert sum(path.is_dir() for path in folder.iterdir()) == 2


def test_a_database_made_by_chroma_alone_learns_to_give_pages_back(home):
    folder = home / "chroma"
    client = chromadb.PersistentClient(str(folder), settings=chromadb.Settings(anonymized_telemetry=False))
    kept = fill(client, "kept")
    fill(client, "gone")
    client.delete_collection("gone")
    reclaim_space(folder)
    assert ask(folder, "PRAGMA auto_vacuum") == 2
    assert ask(folder, "PRAGMA freelist_count") == 0
    assert kept.count() == N_PASSAGES
    client.close()


def test_a_database_that_another_process_holds_is_left_for_the_next_time(client, folder, monkeypatch):
    monkeypatch.setattr(index.reclaim, "_PATIENCE_S", 0)
    fill(client, "gone")
    client.delete_collection("gone")
    with closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        reclaim_space(folder)
        other.execute("ROLLBACK")
    n_free = ask(folder, "PRAGMA freelist_count")
    reclaim_space(folder)
    assert ask(folder, "PRAGMA freelist_count") < n_free


def test_a_build_gives_back_what_it_no_longer_needs(newsroom, store: Store, home: Path):
    for n in range(40):
        newsroom.write(f"a{n}", f"Story {n}. {TEXT}")
    newsroom.build()
    full = size(home)
    for n in range(1, 40):
        newsroom.remove(f"a{n}")
    for version in range(3):
        newsroom.write("a0", f"Story in version {version}. {TEXT}")
        newsroom.build()
    assert size(home) < 0.6 * full
    assert ask(home / "chroma", "PRAGMA freelist_count") == 0
    assert newsroom.find("story") == {"a0"}
