"""Segments, manifests and the pointer in Chroma."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

import index.catalogue
import index.segment_store
from index.articles import UNDATED, ArticleRow
from index.collection import _to_metadata, fetch_passages, nearest
from index.errors import IndexMismatch, IndexMissing, NewsdeskError
from index.manifest import Manifest, SegmentRef
from index.segment import PassageRow
from index.store import Store
from index.types import Passage

ROOT = Path(__file__).resolve().parents[2]
ARTICLE = ArticleRow("a", "digest", "Bridge", "Paper", "en", 1744898700, "https://paper.example/1")
UNDATED_ARTICLE = ArticleRow("b", "digest", "Brücke", "Zeitung", "de", UNDATED, "")
ROWS = [
    PassageRow(ARTICLE, Passage("a", 1, 2, "The bridge opened.\n\nIt rained."), "key 1"),
    PassageRow(ARTICLE, Passage("a", 3, 3, "The mayor spoke.", start=0, partial=True), "key 2"),
    PassageRow(ARTICLE, Passage("a", 3, 3, "Nobody heard.", start=17, partial=True), "key 3"),
    PassageRow(UNDATED_ARTICLE, Passage("b", 1, 1, "Die Brücke ist offen."), "key 4"),
]
VECTORS = np.eye(4, 8, dtype=np.float32)


def manifest(store: Store, *segments: SegmentRef) -> Manifest:
    return Manifest(
        generation=store.next_generation(),
        created_at=datetime(2025, 4, 17, 12, tzinfo=UTC),
        encoder="hash",
        fingerprint="hash-64",
        paths=("/articles", "/more"),
        n_articles=2,
        n_passages=4,
        segments=segments,
    )


def publish(store: Store, *segments: SegmentRef) -> str:
    new = manifest(store, *segments)
    store.publish(new)
    return new.generation


def write_segment(store: Store) -> SegmentRef:
    writer = store.new_segment()
    writer.add(ROWS, VECTORS)
    return SegmentRef(writer.name, writer.n_passages)


def run_elsewhere(code: str, *arguments: object) -> None:
    """Run Python code in another process, with `sys.argv` from 1."""
    subprocess.run([sys.executable, "-c", code, *map(str, arguments)], cwd=ROOT, check=True, timeout=120)


# The pointer and the manifests


def test_a_new_store_has_no_live_generation(store):
    assert store.live() is None
    assert store.live_generation() is None
    assert store.generations() == []


def test_what_is_published_is_live(store):
    ref = replace(write_segment(store), removed=frozenset({"a", "b/ü"}))
    published = manifest(store, ref)
    store.publish(published)
    assert store.live() == published
    assert store.live_generation() == "000001"


def test_a_manifest_without_segments_is_published(store):
    generation = publish(store)
    assert store.manifest(generation).segments == ()


def test_names_of_generations_count_up_in_the_order_of_names(store):
    assert [publish(store) for _ in range(11)] == store.generations()
    assert store.generations()[-1] == "000011"


def test_earlier_generations_stay_readable(store):
    first = publish(store, write_segment(store))
    publish(store)
    assert len(store.manifest(first).segments) == 1


def test_a_generation_that_is_gone_is_a_mismatch_with_the_remedy(store):
    with pytest.raises(IndexMismatch, match="000007 is gone; run `newsdesk index build`"):
        store.manifest("000007")


def test_another_schema_is_refused_with_the_remedy(store, monkeypatch):
    generation = publish(store)
    monkeypatch.setattr(index.catalogue, "SCHEMA", 3)
    monkeypatch.setattr(index.catalogue, "_READABLE", (3,))
    for read in (store.live, store.live_generation, lambda: store.manifest(generation)):
        with pytest.raises(IndexMismatch, match=r"schema 2, .* reads 3; run `newsdesk index drop`"):
            read()


def test_the_index_of_another_schema_can_be_dropped(store, monkeypatch):
    publish(store, write_segment(store))
    monkeypatch.setattr(index.catalogue, "SCHEMA", 3)
    monkeypatch.setattr(index.catalogue, "_READABLE", (3,))
    store.drop()
    assert store.live() is None


def test_the_pointer_stays_where_a_build_is_killed_before_the_flip(store, monkeypatch):
    publish(store)
    with monkeypatch.context() as patch:
        patch.setattr(Store, "_point_at", _be_killed)
        with pytest.raises(KeyboardInterrupt):
            publish(store)
    assert store.live_generation() == "000001"


def test_a_generation_is_incomplete_where_a_build_is_killed_within_its_manifest(store, monkeypatch):
    ref = write_segment(store)
    publish(store, ref)
    with monkeypatch.context() as patch:
        patch.setattr("chromadb.api.models.Collection.Collection.upsert", _be_killed)
        with pytest.raises(KeyboardInterrupt):
            publish(store, ref)
    assert store.generations() == ["000001"]
    assert store.orphans() == []
    assert publish(store, ref) == "000003"
    store.prune(keep=3)
    assert store.generations() == ["000001", "000003"]


def _be_killed(*_, **__):
    raise KeyboardInterrupt


def test_a_home_that_is_a_file_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(NewsdeskError, match="NEWSDESK_HOME"):
        Store(tmp_path / "file")


# Pruning and dropping


def test_pruning_keeps_the_newest_generations(store):
    for _ in range(4):
        publish(store)
    store.prune(keep=2)
    assert store.generations() == ["000003", "000004"]
    assert store.live_generation() == "000004"


def test_pruning_keeps_the_live_generation_whatever_its_age(store, monkeypatch):
    publish(store, write_segment(store))
    monkeypatch.setattr(Store, "_point_at", lambda *_, **__: None)
    publish(store)
    publish(store)
    store.prune(keep=1)
    assert store.generations() == ["000001"]
    assert store.live().segments[0].n_passages == len(ROWS)


def test_pruning_deletes_segments_that_no_generation_names_and_their_caches(store, home):
    ref, orphan = write_segment(store), write_segment(store)
    store.segment(orphan.name, orphan.n_passages)
    publish(store, ref)
    assert store.orphans() == [orphan.name]
    store.prune(keep=1)
    assert store.orphans() == []
    assert not (home / "segments" / orphan.name).exists()
    with pytest.raises(IndexMismatch, match="is gone"):
        store.collection(orphan.name)
    assert store.collection(ref.name).count() == len(ROWS)


def test_dropping_leaves_no_index_and_all_other_files(store, home):
    (home / "settings.toml").touch()
    ref = write_segment(store)
    store.segment(ref.name, ref.n_passages)
    publish(store, ref)
    store.drop()
    assert (store.live(), store.generations(), store.orphans()) == (None, [], [])
    assert not list(home.glob("segments/*"))
    assert (home / "settings.toml").exists()


def test_a_store_that_is_empty_can_be_dropped(store):
    store.drop()
    assert store.live() is None


def test_no_generation_has_the_name_of_one_that_was_dropped(store):
    names = []
    for _ in range(3):
        names.append(publish(store))
        store.drop()
    assert len(set(names)) == 3


# Segments


def test_passages_are_stored_as_they_were(store):
    ref = write_segment(store)
    assert [row for row, _ in store.rows(ref.name)] == ROWS


def test_passages_that_earlier_versions_stored_are_read(store):
    writer = store.new_segment()
    fields = [json.loads(_to_metadata(row)["passage"]) for row in ROWS]
    store.collection(writer.name).add(
        ids=[row.passage.id for row in ROWS],
        embeddings=VECTORS,
        documents=[own.pop("text") for own in fields],
        metadatas=fields,
    )
    assert [row for row, _ in store.rows(writer.name)] == ROWS
    assert fetch_passages(store.collection(writer.name), ["a:3-3@17"]) == {"a:3-3@17": ROWS[2]}


def test_vectors_are_stored_with_their_passages(store):
    ref = write_segment(store)
    np.testing.assert_allclose([v for _, v in store.rows(ref.name, vectors=True)], VECTORS)


def test_rows_come_in_order_over_many_pages(store, monkeypatch):
    monkeypatch.setattr(index.segment_store, "_PAGE", 3)
    writer = store.new_segment()
    rows = [PassageRow(ARTICLE, Passage("a", n, n, f"text {n}"), f"key {n}") for n in range(1, 12)]
    writer.add(rows[:7], np.ones((7, 8), dtype=np.float32))
    writer.add(rows[7:], np.ones((4, 8), dtype=np.float32))
    assert [row for row, _ in store.rows(writer.name)] == rows


def test_vectors_are_found_by_the_ids_of_passages(store):
    ref = write_segment(store)
    found = dict(store.vectors(ref.name, ["b:1-1", "a:3-3@17", "nobody:1-1"]))
    assert found.keys() == {"b:1-1", "a:3-3@17"}
    np.testing.assert_allclose(found["b:1-1"], VECTORS[3])


def test_passages_are_fetched_by_their_ids(store):
    collection = store.collection(write_segment(store).name)
    assert fetch_passages(collection, ["a:3-3@17", "nobody:1-1"]) == {"a:3-3@17": ROWS[2]}


def test_the_nearest_passages_come_with_their_cosines(store):
    collection = store.collection(write_segment(store).name)
    question = np.array([0.6, 0, 0.8, 0, 0, 0, 0, 0], dtype=np.float32)
    found = nearest(collection, question, 2)
    assert [passage_id for passage_id, _ in found] == ["a:3-3@17", "a:1-2"]
    assert [cosine for _, cosine in found] == pytest.approx([0.8, 0.6], abs=1e-5)


def test_a_segment_knows_its_articles_and_their_passages(store):
    ref = write_segment(store)
    segment = store.segment(ref.name, ref.n_passages)
    assert tuple(segment.articles) == (ARTICLE, UNDATED_ARTICLE)
    assert segment.article_of.tolist() == [0, 0, 0, 1]
    assert tuple(segment.passage_ids) == ("a:1-2", "a:3-3@0", "a:3-3@17", "b:1-1")
    assert tuple(segment.vector_keys) == ("key 1", "key 2", "key 3", "key 4")
    assert segment.lexical.document_frequencies(["bridg"]) == {"bridg": 3}


def test_a_segment_is_read_from_the_cache_the_second_time(store, monkeypatch):
    ref = write_segment(store)
    derived = store.segment(ref.name, ref.n_passages)
    monkeypatch.setattr(Store, "rows", _be_killed)
    cached = Store(store.home).segment(ref.name, ref.n_passages)
    assert cached is not derived
    assert list(cached.articles) == list(derived.articles)
    assert list(cached.passage_ids) == list(derived.passage_ids)
    assert list(cached.vector_keys) == list(derived.vector_keys)
    np.testing.assert_array_equal(cached.articles.numbers, derived.articles.numbers)
    np.testing.assert_array_equal(cached.article_of, derived.article_of)
    np.testing.assert_array_equal(cached.vectors, derived.vectors)
    np.testing.assert_array_equal(cached.scales, derived.scales)


def test_a_cache_of_an_earlier_version_is_derived_anew(store, home):
    ref = write_segment(store)
    store.segment(ref.name, ref.n_passages)
    header = home / "segments" / ref.name / "segment.json"
    written = header.read_text(encoding="utf-8")
    record = json.loads(written)
    header.write_text(json.dumps(record | {"version": record["version"] - 1}), encoding="utf-8")
    assert tuple(store.segment(ref.name, ref.n_passages).articles) == (ARTICLE, UNDATED_ARTICLE)
    assert header.read_text(encoding="utf-8") == written


_FILES = ["segment.json", "vectors.npy", "numbers.npy", "articles.npy", "indptr.npy", "indices.npy", "data.npy"]
_STRINGS = ["passages", "keys", "ids", "digests", "titles", "urls", "words"]


def test_every_file_of_a_cache_is_known_here(store, home):
    ref = write_segment(store)
    store.segment(ref.name, ref.n_passages)
    names = {*_FILES, *(f"{n}.npy" for n in _STRINGS), *(f"{n}-text.npy" for n in _STRINGS)}
    assert {path.name for path in (home / "segments" / ref.name).iterdir()} == names


@pytest.mark.parametrize("name", [*_FILES, "passages.npy", "keys-text.npy", "titles.npy", "words-text.npy"])
@pytest.mark.parametrize("left", [None, 0, 40])
def test_a_cache_with_a_file_missing_or_cut_off_is_derived_anew(store, home, name, left):
    ref = write_segment(store)
    store.segment(ref.name, ref.n_passages)
    path = home / "segments" / ref.name / name
    content = path.read_bytes()
    path.unlink()
    if left is not None:
        path.write_bytes(content[:left])
    segment = store.segment(ref.name, ref.n_passages)
    assert tuple(segment.articles) == (ARTICLE, UNDATED_ARTICLE)
    assert segment.lexical.document_frequencies(["bridg"]) == {"bridg": 3}
    assert path.stat().st_size == len(content)


def test_a_segment_with_another_number_of_passages_is_refused_with_the_remedy(store):
    ref = write_segment(store)
    with pytest.raises(IndexMismatch, match="holds 4 passages, not 5; run `newsdesk index drop`"):
        store.segment(ref.name, 5)


def test_passages_that_cannot_be_stored_are_an_error(store):
    writer = store.new_segment()
    writer.add(ROWS[:1], VECTORS[:1])
    with pytest.raises(NewsdeskError, match="the earlier one still answers"):
        writer.add(ROWS[1:2], np.ones((1, 3), dtype=np.float32))


def test_the_size_on_disk_is_told(store):
    before = store.size_bytes()
    ref = write_segment(store)
    store.segment(ref.name, ref.n_passages)
    assert store.size_bytes() > before > 0


# Several processes

PUBLISH = """
import sys
from dataclasses import replace
from pathlib import Path
from index.store import Store
store = Store(Path(sys.argv[1]))
store.publish(replace(store.live(), generation=store.next_generation()))
"""
BUILD = """
import runpy, sys
from pathlib import Path
from index.build import build_index
from index.store import Store
encoder = runpy.run_path("tests/conftest.py")["HashEncoder"]()
build_index(Store(Path(sys.argv[1])), encoder, [Path(sys.argv[2])], recorded=[sys.argv[2]])
"""


def test_a_second_store_on_the_same_path_sees_the_pointer_move(store, home):
    publish(store)
    second = Store(home)
    assert second.live_generation() == "000001"
    publish(store)
    assert second.live_generation() == "000002"


def test_a_flip_made_by_another_process_is_seen(store, home):
    publish(store)
    assert store.live_generation() == "000001"
    run_elsewhere(PUBLISH, home)
    assert store.live_generation() == "000002"
    assert store.live().generation == "000002"


def test_an_article_that_another_process_indexed_is_found_by_an_open_reader(newsroom, home):
    newsroom.write("a", "The harbour bridge opened.")
    newsroom.build()
    assert newsroom.find("giraffe") == {"a"}
    newsroom.write("b", "A giraffe was born.")
    run_elsewhere(BUILD, home, newsroom.folder)
    assert newsroom.search("giraffe")[0].passage.text == "A giraffe was born."


def test_an_open_reader_notices_that_the_index_was_dropped_and_built_anew(newsroom, store):
    newsroom.write("a", "The harbour bridge opened.")
    newsroom.build()
    assert newsroom.find("bridge") == {"a"}
    store.drop()
    with pytest.raises(IndexMissing, match="newsdesk index build"):
        newsroom.open()
    newsroom.write("a", "A giraffe was born.")
    newsroom.build()
    assert newsroom.search("giraffe")[0].passage.text == "A giraffe was born."
