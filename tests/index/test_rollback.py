"""Going back to an earlier generation, and staying there."""

from __future__ import annotations

import pytest

from index.build import build_index, drop_index
from index.errors import IndexHeld, IndexMismatch, NewsdeskError
from index.store import Store


def build_versions(newsroom, n: int) -> None:
    for version in range(1, n + 1):
        newsroom.write("a", f"This is version {version} of the story.")
        newsroom.build()


def build(newsroom, **arguments):
    return build_index(
        newsroom.store, newsroom.encoder, [newsroom.folder], recorded=[str(newsroom.folder)], **arguments
    )


def read_live(newsroom) -> str:
    return newsroom.search("story")[0].passage.text


def test_the_generation_before_the_live_one_is_rolled_back_to(newsroom, store):
    build_versions(newsroom, 3)
    assert store.rollback() == "000002"
    assert read_live(newsroom) == "This is version 2 of the story."
    assert store.rollback() == "000001"
    assert read_live(newsroom) == "This is version 1 of the story."


def test_a_generation_is_rolled_back_to_by_name_and_forward_again(newsroom, store):
    build_versions(newsroom, 3)
    assert store.rollback("000001") == "000001"
    assert store.rollback("000003") == "000003"
    assert read_live(newsroom) == "This is version 3 of the story."


def test_a_rollback_holds_and_a_build_that_is_asked_for_lets_go(newsroom, store):
    build_versions(newsroom, 2)
    assert not store.held()
    store.rollback()
    assert store.held()
    assert newsroom.build().generation == "000003"
    assert not store.held()


def test_a_build_that_nobody_asked_for_leaves_a_held_index_alone(newsroom, store):
    build_versions(newsroom, 2)
    store.rollback()
    with pytest.raises(IndexHeld, match=r"held at generation 000001.*`newsdesk index rollback --release`"):
        build(newsroom, asked_for=False)
    assert (store.live_generation(), store.held()) == ("000001", True)


def test_an_index_that_was_released_is_built_again_by_itself_from_what_is_live(newsroom, store, encoder):
    build_versions(newsroom, 2)
    store.rollback()
    store.release()
    assert (store.live_generation(), store.held()) == ("000001", False)
    encoder.encoded.clear()
    assert build(newsroom, asked_for=False).generation == "000003"
    assert read_live(newsroom) == "This is version 2 of the story."
    assert encoder.encoded == []


def test_a_build_that_finds_nothing_new_lets_go_too(newsroom, store):
    build_versions(newsroom, 2)
    store.rollback()
    newsroom.write("a", "This is version 1 of the story.")
    assert newsroom.build().generation == "000001"
    assert not store.held()


def test_a_build_does_not_undo_a_rollback_made_while_it_ran(newsroom, store, encoder):
    build_versions(newsroom, 2)
    newsroom.write("a", "This is version 3 of the story.")
    encoder.on_encode = lambda texts: store.rollback()
    with pytest.raises(IndexHeld, match="the pointer moved to generation 000001 while this build ran"):
        newsroom.build()
    assert (store.live_generation(), store.held()) == ("000001", True)
    encoder.on_encode = lambda texts: None
    encoder.encoded.clear()
    newsroom.build()
    assert read_live(newsroom) == "This is version 3 of the story."
    assert encoder.encoded == []


def test_a_build_that_finds_nothing_new_does_not_undo_a_rollback_made_while_it_looked(newsroom, store):
    build_versions(newsroom, 2)
    build(newsroom, asked_for=False, keep=1, on_progress=lambda *_: store.rollback())
    assert (store.live_generation(), store.held()) == ("000001", True)
    assert store.generations() == ["000001", "000002"]


def test_what_a_build_made_live_is_kept_where_it_is_rolled_back_at_once(newsroom, store, monkeypatch):
    build_versions(newsroom, 2)
    newsroom.write("a", "This is version 3 of the story.")
    publish = store.publish
    monkeypatch.setattr(store, "publish", lambda *args: (publish(*args), store.rollback()))
    newsroom.build()
    assert (store.live_generation(), store.held()) == ("000002", True)
    assert store.generations() == ["000001", "000002", "000003"]


def test_what_was_rolled_away_from_is_not_kept_in_place_of_what_was_live(newsroom, store):
    build_versions(newsroom, 3)
    store.rollback("000001")
    build(newsroom, keep=2)
    assert store.generations() == ["000001", "000004"]


def test_another_process_sees_a_rollback(newsroom, store, home):
    build_versions(newsroom, 2)
    other = Store(home)
    assert other.live_generation() == "000002"
    store.rollback()
    assert (other.live_generation(), other.held()) == ("000001", True)


def test_an_unknown_generation_is_refused_with_those_that_are_kept(newsroom, store):
    build_versions(newsroom, 4)
    for name in ("000001", "nonsense"):
        with pytest.raises(NewsdeskError, match=f"{name} is not kept; kept are: 000002, 000003, 000004"):
            store.rollback(name)
    with pytest.raises(NewsdeskError, match="000004 is live already"):
        store.rollback("000004")
    assert not store.held()


def test_without_an_earlier_generation_there_is_nothing_to_roll_back_to(newsroom, store):
    with pytest.raises(NewsdeskError, match="no generation before the live one is kept; kept are: none"):
        store.rollback()
    build_versions(newsroom, 1)
    with pytest.raises(NewsdeskError, match="kept are: 000001"):
        store.rollback()


def test_a_generation_whose_segment_is_gone_is_not_rolled_back_to(newsroom, store):
    build_versions(newsroom, 2)
    store.delete_segment(store.manifest("000001").segments[0].name)
    with pytest.raises(IndexMismatch, match="is gone"):
        store.rollback()
    assert store.live_generation() == "000002"


def test_no_generation_has_the_name_of_an_earlier_one_whatever_was_rolled_back_pruned_or_dropped(newsroom, store):
    build_versions(newsroom, 3)
    store.rollback("000001")
    store.prune(keep=1)
    assert store.generations() == ["000001"]
    assert newsroom.build().generation == "000004"
    drop_index(store)
    assert newsroom.build().generation == "000005"


def test_nothing_is_pruned_where_the_live_generation_is_gone(newsroom, store):
    build_versions(newsroom, 2)
    store._client.delete_collection("newsdesk-generation-000002")
    assert not store.prune(keep=1)
    assert store.generations() == ["000001"]
    assert store.rollback("000001") == "000001"
    assert read_live(newsroom) == "This is version 1 of the story."


@pytest.mark.parametrize("keep", [1, 2, 5])
def test_as_many_generations_are_kept_as_are_asked_for(newsroom, store, keep):
    for version in range(4):
        newsroom.write("a", f"This is version {version} of the story.")
        build(newsroom, keep=keep)
    assert len(store.generations()) == min(keep, 4)
    assert store.live_generation() == "000004"
