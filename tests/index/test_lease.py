"""Leases: one holder at a time among all homes, taken from the dead and never from the living."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier
from typing import Any

import pytest
from chromadb.errors import ChromaError, InternalError

import index.lock
from index.build import build_index
from index.errors import BuildBusy
from index.lease import LEASE, Lease
from index.lock import build_lock, pointer_lock
from index.store import Store
from tests.chroma_server import ChromaProcess, running_chroma
from tests.conftest import HashEncoder, Newsroom


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def chroma() -> Iterator[ChromaProcess]:
    memory = Path("/dev/shm")
    place = memory if os.access(memory, os.W_OK) else None
    with TemporaryDirectory(dir=place) as folder, running_chroma(Path(folder)) as process:
        yield process


@pytest.fixture
def open_store(home, chroma) -> Any:
    """Stores of one empty index, each with a home of its own."""
    store = Store(home / "cleaner", chroma.server)
    for collection in store._client.list_collections():
        store._client.delete_collection(collection.name)
    return lambda name: Store(home / name, chroma.server)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_lease(open_store, home, clock) -> Any:
    """Leases of one name from homes of their own, which do not renew themselves."""

    client = open_store("any")._client

    def make(name: str) -> Lease:
        (home / name).mkdir(exist_ok=True)
        return Lease(client, "work", home / name, clock)

    return make


@pytest.fixture(autouse=True)
def _renewed_by_hand(monkeypatch) -> None:
    monkeypatch.setattr("index.lease._RENEW_S", 3600.0)


def watch(lease: Lease, clock: Clock, seconds: int) -> bool:
    """Try to take a lease each second; whether it was taken in the end."""
    for _ in range(seconds):
        if lease.take():
            return True
        clock.now += 1
    return False


def names(store: Store) -> set[str]:
    return {c.name for c in store._client.list_collections()}


def test_a_lease_is_held_by_one_until_it_is_released(make_lease):
    first, second = make_lease("first"), make_lease("second")
    assert first.take()
    assert not second.take()
    first.release()
    assert second.take()
    assert not first.take()


def test_of_many_who_try_at_once_one_gets_it(make_lease):
    leases = [make_lease(f"home{n}") for n in range(8)]
    together = Barrier(len(leases))

    def take(lease: Lease) -> bool:
        together.wait()
        return lease.take()

    with ThreadPoolExecutor(len(leases)) as threads:
        assert sum(threads.map(take, leases)) == 1


def test_a_lease_that_is_renewed_stays_with_its_holder(make_lease, clock):
    first, second = make_lease("first"), make_lease("second")
    first.take()
    for _ in range(10):
        assert not watch(second, clock, 50)
        first.renew()
    assert second.is_alive


def test_a_lease_that_is_not_renewed_for_a_minute_is_taken_over_and_its_holder_is_told(make_lease, clock):
    first, second = make_lease("first"), make_lease("second")
    first.take()
    assert not watch(second, clock, 60)
    assert not second.is_alive
    assert watch(second, clock, 2)
    with pytest.raises(BuildBusy, match="another took over"):
        first.renew()
    second.renew()
    first.release()
    second.renew()


def test_a_lease_renews_itself(make_lease, monkeypatch, clock):
    monkeypatch.setattr("index.lease._RENEW_S", 0.01)
    first, second = make_lease("first"), make_lease("second")
    first.take()
    second.take()
    while not second.is_alive:
        second.take()
    first.release()
    assert second.take()


def test_of_many_who_take_it_from_a_dead_holder_one_gets_it(make_lease, clock):
    make_lease("dead").take()
    leases = [make_lease(f"home{n}") for n in range(6)]
    for lease in leases:
        lease.take()
    for _ in range(59):
        clock.now += 1
        assert sum(lease.take() for lease in leases) == 0
    clock.now += 1
    together = Barrier(len(leases))

    def take(lease: Lease) -> bool:
        together.wait()
        return lease.take()

    with ThreadPoolExecutor(len(leases)) as threads:
        taken = list(threads.map(take, leases))
    assert sum(taken) == 1
    leases[taken.index(True)].renew()


@pytest.mark.parametrize("is_gone", [True, False])
def test_what_a_server_says_of_a_lease_that_goes_at_this_moment_is_no_trouble(make_lease, clock, monkeypatch, is_gone):
    holder, other = make_lease("a"), make_lease("b")
    assert holder.take()
    assert not watch(other, clock, 60)
    clock.now += 1
    delete = type(other._client).delete_collection

    def fail(client, name):
        if is_gone:
            delete(client, name)
        else:
            client.get_collection(name).modify(name=LEASE + other.name)
        raise InternalError("missing metadata segment")

    monkeypatch.setattr(type(other._client), "delete_collection", fail)
    if is_gone:
        assert other.take()
    else:
        with pytest.raises(ChromaError):
            other.take()


def test_time_in_which_nobody_looked_is_no_silence(make_lease, clock):
    first, second = make_lease("first"), make_lease("second")
    first.take()
    second.take()
    clock.now += 3600
    assert not second.take()


def test_what_a_dead_process_of_the_same_home_held_is_free_at_once(make_lease, clock):
    dead = make_lease("home")
    dead.take()
    assert not make_lease("home").take()
    dead._file.release()  # as the system does
    assert make_lease("home").take()


def test_a_copy_of_a_home_folder_on_another_machine_waits_as_any_other(make_lease, clock, monkeypatch):
    holder = make_lease("home")
    holder.take()
    holder._file.release()  # the copy has a file of its own
    monkeypatch.setattr(socket, "gethostname", lambda: "clone")
    assert not make_lease("home").take()


def test_a_lease_that_is_finished_is_never_taken_again_and_tells_its_result(make_lease, clock):
    first, second = make_lease("first"), make_lease("second")
    first.take()
    assert second.result() == ""
    first.finish("42")
    assert second.result() == "42"
    assert not watch(second, clock, 100)
    first.release()
    assert second.result() == "42"


def test_a_lease_that_was_taken_over_cannot_be_finished(make_lease, clock):
    first, second = make_lease("first"), make_lease("second")
    first.take()
    assert watch(second, clock, 100)
    with pytest.raises(BuildBusy):
        first.finish("42")
    assert second.result() == ""
    second.renew()


def test_what_killed_breakers_leave_is_swept_after_the_next_build(open_store, tmp_path):
    newsroom = Newsroom(tmp_path / "newsroom", open_store("home"), HashEncoder())
    newsroom.write("a", "The harbour bridge opened.")
    newsroom.store._client.create_collection("newsdesk-spent-1", embedding_function=None)
    newsroom.build()
    assert not any("spent" in name for name in names(newsroom.store))


# The right to build, and to move the pointer


def test_a_build_on_one_machine_names_the_one_that_runs_on_another(open_store, monkeypatch):
    monkeypatch.setattr("index.lease._RENEW_S", 0.05)
    monkeypatch.setattr(index.lock, "_PATIENCE_S", 0.1)
    monkeypatch.setattr(index.lock, "_LOOK_S", 0.05)
    here, there = open_store("here"), open_store("there")
    told = rf"{here.place}: process {os.getpid()} on {socket.gethostname()} \(since"
    with build_lock(there), pytest.raises(BuildBusy, match=told), build_lock(here):
        pass
    with build_lock(here):
        pass
    assert names(here) == set()


def test_a_build_takes_over_from_one_that_died_on_another_machine(open_store, monkeypatch):
    monkeypatch.setattr("index.lease._STALE_S", 0.2)
    monkeypatch.setattr(index.lock, "_PATIENCE_S", 0.0)
    monkeypatch.setattr(index.lock, "_LOOK_S", 0.05)
    open_store("there").lease("build").take()
    with build_lock(open_store("here")) as renew:
        renew()


def test_the_pointer_is_moved_by_one_at_a_time(open_store):
    here, there = open_store("here"), open_store("there")
    together = Barrier(2)
    inside: list[int] = []

    def move(store: Store) -> None:
        together.wait()
        for _ in range(5):
            with pointer_lock(store):
                inside.append(1)
                assert len(inside) == 1
                inside.pop()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(move, (here, there)))
    assert names(here) == set()


def test_a_publisher_that_was_suspended_does_not_move_the_pointer_back(open_store, tmp_path, monkeypatch):
    newsroom = Newsroom(tmp_path / "newsroom", open_store("home"), HashEncoder())
    newsroom.write("a", "The harbour bridge opened.")
    first = newsroom.build()
    write = Store._write_manifest

    def write_slowly(store, manifest, before):
        write(store, manifest, before)
        store._client.get_collection(f"{LEASE}pointer", embedding_function=None).modify(name="newsdesk-spent-1")

    newsroom.write("b", "A giraffe was born.")
    monkeypatch.setattr(Store, "_write_manifest", write_slowly)
    with pytest.raises(BuildBusy, match="another took over"):
        newsroom.build()
    assert newsroom.store.live_generation() == first.generation


def test_a_build_that_was_suspended_so_long_that_another_took_over_does_not_go_live(open_store, tmp_path):
    store = open_store("home")
    newsroom = Newsroom(tmp_path / "newsroom", store, HashEncoder())
    newsroom.write("a", "The harbour bridge opened.")
    first = newsroom.build()
    newsroom.write("b", "A giraffe was born.")
    encoder = HashEncoder()

    def take_away(texts: object) -> None:
        store._client.get_collection(f"{LEASE}build", embedding_function=None).modify(name="newsdesk-spent-1")

    encoder.on_encode = take_away
    with pytest.raises(BuildBusy, match="another took over"):
        build_index(store, encoder, [newsroom.folder], recorded=[])
    assert store.live_generation() == first.generation
    assert newsroom.build().embedded == 0
