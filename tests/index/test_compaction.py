"""Segments merged beside builds, rollbacks and purges, none of which waits for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

import index.compaction
import index.lock
import index.merge
import index.purge
import index.store
import index.task
from index.build import BuildReport, build_index
from index.compaction import compact_index, is_compaction_due
from index.errors import BuildBusy
from index.probe import find_faults
from index.purge import purge_articles
from index.store import MERGE, Store
from index.survey import OnProgress
from tests.conftest import Newsroom

WORDS = ("bridge", "giraffe", "football", "election")


@pytest.fixture(autouse=True)
def every_segment_is_large(monkeypatch):
    monkeypatch.setattr(index.merge, "QUICK", 0)
    monkeypatch.setattr(index.task, "QUICK", 0)
    monkeypatch.setattr(index.compaction, "QUICK", 0)
    monkeypatch.setattr(index.store, "_GRACE_S", 0)
    monkeypatch.setattr(index.lock, "_PATIENCE_S", 0.1)
    monkeypatch.setattr(index.purge, "_GRACE_S", 0)


@pytest.fixture
def pieces(newsroom) -> Newsroom:
    """One segment for each word, as builds that nobody asked for leave them."""
    for word in WORDS:
        write(newsroom, word)
        build(newsroom)
    assert len(newsroom.store.live().segments) == len(WORDS)
    return newsroom


def write(newsroom: Newsroom, word: str, text: str = "On Monday there was news of the {}.") -> None:
    newsroom.write(word, text.format(word))


def build(newsroom: Newsroom, *, asked_for: bool = False, keep: int = 2) -> BuildReport:
    paths = [newsroom.folder]
    return build_index(
        newsroom.store, newsroom.encoder, paths, recorded=[str(p) for p in paths], asked_for=asked_for, keep=keep
    )


def when(stage: str, act: Callable[[], object]) -> OnProgress:
    """Something to happen once, at a stage."""
    left = [act]

    def on_progress(now: str, *_: object) -> None:
        if now == stage and left:
            left.pop()()

    return on_progress


def texts(newsroom: Newsroom) -> dict[str, str]:
    generation = newsroom.open()
    return {i: "".join(generation.paragraphs_of(i).values()) for i in newsroom.find("news")}


def test_what_builds_leave_is_merged_and_every_article_is_found(pieces):
    assert is_compaction_due(pieces.store)
    before = texts(pieces)
    assert compact_index(pieces.store) == len(WORDS)
    (ref,) = pieces.store.live().segments
    assert (ref.n_passages, ref.removed) == (len(WORDS), frozenset())
    assert texts(pieces) == before
    assert before.keys() == set(WORDS)
    assert not is_compaction_due(pieces.store)
    assert compact_index(pieces.store) == 0


def test_a_merge_is_no_generation_to_roll_back_to(pieces):
    write(pieces, "storm")
    build(pieces)
    n_kept = len(pieces.store.generations())
    compact_index(pieces.store)
    assert len(pieces.store.generations()) == n_kept
    pieces.store.rollback()
    assert pieces.find("news") == set(WORDS)


def test_a_build_that_somebody_asked_for_merges_itself(pieces):
    write(pieces, "storm")
    assert build(pieces, asked_for=True).articles == len(WORDS) + 1
    assert len(pieces.store.live().segments) == 1


def test_what_is_mostly_removed_is_written_anew(pieces):
    compact_index(pieces.store)
    for word in WORDS[:3]:
        pieces.remove(word)
    build(pieces)
    assert [len(ref.removed) for ref in pieces.store.live().segments] == [3]
    assert compact_index(pieces.store) == 1
    assert [(ref.n_passages, ref.removed) for ref in pieces.store.live().segments] == [(1, frozenset())]
    assert pieces.find("news") == {WORDS[3]}


@pytest.mark.parametrize("stage", ["merging", "indexing words"])
def test_a_build_goes_before_a_merge_and_nothing_of_it_is_lost(pieces, stage):
    for word in WORDS:
        write(pieces, f"{word}-2")
        write(pieces, f"{word}-3")
        build(pieces)
    compact_index(pieces.store)
    for n in range(2, 9):
        write(pieces, "storm" if n == 2 else f"storm-{n}")
    build(pieces)
    merged = pieces.store.live().segments

    def change() -> None:
        pieces.remove("bridge")
        write(pieces, "storm", "Later there was other news of the {}.")
        write(pieces, "harbour")
        build(pieces)

    before = texts(pieces)
    assert compact_index(pieces.store, on_progress=when(stage, change)) == len(merged) == 2
    assert texts(pieces) == {i: text for i, text in before.items() if i != "bridge"} | {
        "storm": "Later there was other news of the storm.",
        "harbour": "On Monday there was news of the harbour.",
    }
    live = pieces.store.live()
    assert (live.n_articles, live.n_passages) == (19, 19)
    assert sorted((ref.n_passages, ref.removed) for ref in live.segments) == [
        (2, frozenset()),
        (19, frozenset({"bridge", "storm"})),
    ]


@pytest.mark.parametrize("stage", ["merging", "indexing words", "checking"])
def test_a_rollback_goes_before_a_merge(pieces, stage):
    live = pieces.store.lineage()[1]
    assert compact_index(pieces.store, on_progress=when(stage, pieces.store.rollback)) == 0
    assert pieces.store.live_generation() == live
    assert pieces.find("news") == set(WORDS[:3])
    assert pieces.store.merge_orphans() == []


@pytest.mark.parametrize("stage", ["merging", "indexing words"])
def test_a_build_that_merges_the_same_segments_goes_before(pieces, stage):
    write(pieces, "storm")
    built = when(stage, lambda: build(pieces, asked_for=True))
    assert compact_index(pieces.store, on_progress=built) == 0
    assert len(pieces.store.live().segments) == 1
    assert pieces.find("news") == {*WORDS, "storm"}
    assert pieces.store.merge_orphans() == []


@pytest.mark.parametrize("stage", ["merging", "indexing words"])
def test_a_purge_waits_until_a_merge_has_given_up_and_leaves_nothing(pieces, home, stage):
    purged = Thread(target=lambda: purge_articles(Store(home), ["giraffe"]))

    def purge() -> None:
        purged.start()
        while not pieces.store.withdrawn.is_unfinished:
            assert purged.is_alive()

    assert compact_index(pieces.store, on_progress=when(stage, purge)) == 0
    purged.join()
    assert pieces.find("news") == set(WORDS) - {"giraffe"}
    assert not any(b"giraffe" in path.read_bytes() for path in Path(home).rglob("*.npy"))
    assert compact_index(pieces.store) == len(WORDS) - 1
    assert pieces.find("news") == set(WORDS) - {"giraffe"}


def test_a_held_index_is_left_alone(pieces):
    pieces.store.rollback()
    assert not is_compaction_due(pieces.store)
    assert compact_index(pieces.store) == 0


def test_what_a_killed_merge_left_is_no_vector_to_reuse_and_is_deleted_by_the_next(pieces):
    left = pieces.store.new_segment(MERGE)
    assert pieces.store.orphans() == []
    build(pieces)
    assert pieces.store.merge_orphans() == [left.name]
    compact_index(pieces.store)
    assert left.name not in pieces.store.segment_names()


def test_two_merges_do_not_run_at_once(pieces, home):
    entered, done = Event(), Event()

    def hold() -> None:
        entered.set()
        assert done.wait(60)

    first = Thread(target=lambda: compact_index(pieces.store, on_progress=when("merging", hold)))
    first.start()
    assert entered.wait(60)
    with pytest.raises(BuildBusy, match="another process is merging"):
        compact_index(Store(home))
    done.set()
    first.join()
    assert len(pieces.store.live().segments) == 1


def test_what_was_merged_is_deleted_behind_a_later_build(pieces, store):
    compact_index(store)
    build(pieces, keep=1)
    assert store.segment_names() == [ref.name for ref in store.live().segments]


def test_a_reader_has_what_was_merged_until_it_had_time_to_go_over(pieces, store, monkeypatch):
    monkeypatch.setattr(index.store, "_GRACE_S", 3600)
    before = pieces.open()
    assert compact_index(store) == len(WORDS)
    build(pieces, keep=1)
    assert set(store.merged()) == {ref.name for ref in before.manifest.segments}
    assert find_faults(store) == []
    write(pieces, "storm")
    build(pieces, keep=1)
    assert store.live_generation() != before.name
    assert [before.paragraphs_of(word)[1] for word in WORDS] == [f"On Monday there was news of the {w}." for w in WORDS]
    monkeypatch.setattr(index.store, "_GRACE_S", 0)
    build(pieces, keep=1)
    assert set(store.segment_names()) == {ref.name for ref in store.live().segments}


def test_what_a_killed_build_has_embedded_outlives_a_merge(pieces, store, encoder):
    write(pieces, "storm")
    encoder.on_encode = interrupt
    with pytest.raises(KeyboardInterrupt):
        build(pieces)
    encoder.on_encode = lambda texts: None
    left = store.new_segment()
    compact_index(store)
    assert left.name in store.orphans()


def interrupt(texts: object) -> None:
    raise KeyboardInterrupt


def test_the_generation_before_can_be_gone_back_to_and_forward_again(pieces, store):
    compact_index(store)
    merged = store.live_generation()
    store.rollback()
    assert pieces.find("news") == set(WORDS[:3])
    store.rollback(merged)
    assert pieces.find("news") == set(WORDS)


def test_a_pointer_that_moves_during_the_check_is_left_where_it_is(pieces, store, monkeypatch):
    before, check = store.lineage()[1], index.compaction.check_generation

    def roll_back(*args: Any) -> None:
        check(*args)
        store.rollback()

    monkeypatch.setattr(index.compaction, "check_generation", roll_back)
    assert compact_index(store) == 0
    assert store.live_generation() == before
    assert store.merge_orphans() == []
    assert pieces.find("news") == set(WORDS[:3])


def test_readers_do_not_begin_anew_while_a_merge_writes(pieces, store):
    seen: list[bool] = []
    compact_index(store, on_progress=when("merging", lambda: seen.append(store.release_memory())))
    assert seen == [False]
    assert store.release_memory()


def test_a_merge_into_several_segments_leaves_out_what_was_removed_from_any(pieces, store, monkeypatch):
    monkeypatch.setattr(index.compaction, "MAX_SEGMENT_PASSAGES", 2)
    monkeypatch.setattr(index.merge, "_WINDOW", 1)
    for word in WORDS:
        write(pieces, f"{word}-2")
        write(pieces, f"{word}-3")
        build(pieces)
    monkeypatch.setattr(index.compaction, "_plan", lambda store, live: list(live.segments))

    def change() -> None:
        for word in ("bridge", "election-2"):
            pieces.remove(word)
        build(pieces)

    compact_index(store, on_progress=when("indexing words", change))
    live = store.live()
    assert max(ref.n_passages for ref in live.segments) == 2
    assert (live.n_articles, live.n_passages) == (10, 10)
    assert len(texts(pieces)) == 10


def test_an_empty_index_has_nothing_to_merge(store):
    assert not is_compaction_due(store)
    assert compact_index(store) == 0
