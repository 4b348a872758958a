"""Watching files: what counts as a change, when a build follows, and what follows a failure."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import pytest
import watchfiles

import index.changes
from index import watch
from index.build import BuildReport, build_index
from index.changes import Burst, FileChanges
from index.chroma import ChromaServer
from index.errors import IndexMissing, NewsdeskError
from index.watch import Watch, lengthen

_MOST_STEPS = 1500


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch) -> None:
    for module in (index.changes, watch):
        monkeypatch.setattr(module, "_TICK_S", 0.02)
    monkeypatch.setattr(index.changes, "_QUIET_S", 0.04)
    monkeypatch.setattr(watch, "_POINTER_EVERY_S", 0.0)
    monkeypatch.setattr(index.changes, "_LOOK_EVERY_S", 0.0)
    monkeypatch.setattr(watch, "_FIRST_PAUSE_S", 0.02)


# When a build follows


@pytest.mark.parametrize(
    ("added", "now", "over"),
    [
        ([], 100.0, False),
        ([0.0], 0.9, False),
        ([0.0], 1.0, True),
        ([0.0, 0.5], 1.25, False),
        ([0.0, 0.5], 1.5, True),
        ([n * 0.5 for n in range(20)], 9.75, False),
        ([n * 0.5 for n in range(20)], 10.0, True),
    ],
)
def test_a_burst_is_over_after_a_second_of_quiet_and_at_most_ten(monkeypatch, added, now, over):
    monkeypatch.setattr(index.changes, "_QUIET_S", 1.0)
    burst = Burst()
    for moment in added:
        burst.add(moment)
    assert burst.is_over(now) is over


def test_pauses_grow_up_to_a_minute(monkeypatch):
    monkeypatch.setattr(watch, "_FIRST_PAUSE_S", 2.0)
    pauses = [0.0]
    for _ in range(7):
        pauses.append(lengthen(pauses[-1]))
    assert pauses[1:] == [2, 4, 8, 16, 32, 60, 60]


# What counts as a change


@pytest.fixture(params=["told by the system", "found by looking"])
def changes(tmp_path, monkeypatch, request) -> Callable[[], bool]:
    """Tells whether something has changed in the corpus within a good many moments."""
    if request.param == "told by the system":
        monkeypatch.setattr(index.changes, "_LOOK_EVERY_S", 10_000)
    else:

        def refuse(*_, **__):
            raise OSError("no more watches")
            yield

        monkeypatch.setattr(watchfiles, "watch", refuse)
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.md").write_text("On Monday it rained.")
    found = FileChanges([tmp_path / "corpus"])
    assert found.wait()
    assert not found.wait()
    return lambda: any(found.wait() for _ in range(_MOST_STEPS))


@pytest.mark.parametrize("change", ["added", "changed", "removed", "renamed", "in a new folder", "folder moved away"])
def test_a_change_of_articles_is_noticed(tmp_path, changes, change):
    folder = tmp_path / "corpus"
    if change == "added":
        (folder / "b.md").write_text("On Tuesday too.")
    elif change == "changed":
        (folder / "a.md").write_text("On Monday it rained. A lot.")
    elif change == "removed":
        (folder / "a.md").unlink()
    elif change == "renamed":
        (folder / "a.md").rename(folder / "b.md")
    elif change == "in a new folder":
        (folder / "new").mkdir()
        (folder / "new" / "b.md").write_text("On Tuesday too.")
    else:
        folder.rename(tmp_path / "elsewhere")
    assert changes()


@pytest.mark.parametrize("name", [".hidden.md", "notes.log", ".git/b.md"])
def test_other_files_are_no_change(tmp_path, monkeypatch, name):
    folder = tmp_path / "corpus"
    (folder / name).parent.mkdir(parents=True)
    found = FileChanges([folder])
    while found.wait():
        pass
    (folder / name).write_text("On Tuesday too.")
    assert not any(found.wait() for _ in range(10))


def test_a_folder_that_comes_back_is_watched_again(tmp_path, monkeypatch):
    found = FileChanges([tmp_path / "corpus"])
    while found.wait():
        pass
    (tmp_path / "corpus").mkdir()
    assert any(found.wait() for _ in range(_MOST_STEPS))
    monkeypatch.setattr(index.changes, "_LOOK_EVERY_S", 10_000)
    while found.wait():
        pass
    (tmp_path / "corpus" / "a.md").write_text("On Monday it rained.")
    assert any(found.wait() for _ in range(_MOST_STEPS))


# Builds


@dataclass
class Told:
    """A listener that keeps what it is told."""

    reports: list[BuildReport] = field(default_factory=list)
    failures: list[tuple[str, float]] = field(default_factory=list)
    holds: list[str] = field(default_factory=list)

    def built(self, report: BuildReport) -> None:
        self.reports.append(report)

    def failed(self, reason: Exception, pause_s: float) -> None:
        self.failures.append((str(reason), pause_s))

    def held(self, reason: str) -> None:
        self.holds.append(reason)


class Watched:
    """A newsroom that is watched; its folder is what the live generation was built from."""

    def __init__(self, newsroom) -> None:
        self.newsroom = newsroom
        self.told = Told()
        self.build = self._build
        self.watch = self.start()

    def start(self, fetch: Callable[[], float] | None = None) -> Watch:
        def build() -> BuildReport:
            return self.build()

        return Watch(self.newsroom.store, self.paths, build, self.told, [fetch] if fetch else [])

    def paths(self) -> list[Path]:
        live = self.newsroom.store.live()
        if live is None:
            raise IndexMissing("there is no index yet")
        return [Path(path) for path in live.paths]

    def _build(self) -> BuildReport:
        paths, newsroom = self.paths(), self.newsroom
        return build_index(newsroom.store, newsroom.encoder, paths, recorded=list(map(str, paths)), asked_for=False)

    def until(self, is_so: Callable[[], object]) -> None:
        """Let it watch until something is so."""
        for _ in range(_MOST_STEPS):
            if is_so():
                return
            self.watch.step()
        pytest.fail(f"never so; {self.told}")

    def until_found(self, *ids: str) -> None:
        self.until(lambda: self.newsroom.find("news") == set(ids))


@pytest.fixture
def watched(newsroom) -> Watched:
    newsroom.write("bridge", "On Monday there was news of the bridge.")
    newsroom.build()
    return Watched(newsroom)


def test_files_that_come_change_and_go_are_indexed(watched, newsroom):
    newsroom.write("giraffe", "On Monday there was news of the giraffe.")
    watched.until_found("bridge", "giraffe")
    newsroom.write("giraffe", "On Tuesday there was nothing.")
    watched.until(lambda: any(report.changed for report in watched.told.reports))
    newsroom.remove("bridge")
    watched.until_found("giraffe")
    assert sum(report.removed for report in watched.told.reports) == 1
    assert watched.told.failures == []


def test_it_ends_after_the_build_in_which_it_was_stopped(watched):
    stopped, build = Event(), watched.build

    def build_and_stop() -> BuildReport:
        stopped.set()
        return build()

    watched.build = build_and_stop
    watched.watch.run(stopped)
    assert len(watched.told.reports) == 1


def test_what_changed_while_nobody_watched_is_built_first(watched, newsroom):
    newsroom.remove("bridge")
    newsroom.write("storm", "On Monday there was news of the storm.")
    watched.until(lambda: watched.told.reports)
    assert (watched.told.reports[0].added, watched.told.reports[0].removed) == (1, 1)


def test_what_changes_during_a_build_is_built_next(watched, newsroom, encoder):
    def write(texts):
        encoder.on_encode = lambda texts: None
        newsroom.write("storm", "On Monday there was news of the storm.")

    watched.until(lambda: watched.told.reports)
    encoder.on_encode = write
    newsroom.write("giraffe", "On Monday there was news of the giraffe.")
    watched.until_found("bridge", "giraffe", "storm")
    assert [report.added for report in watched.told.reports if report.added] == [1, 1]


def test_after_a_failure_it_goes_on_with_growing_pauses(watched, newsroom):
    watched.until(lambda: watched.told.reports)
    build = watched.build
    n_tries = 0

    def fail_thrice():
        nonlocal n_tries
        n_tries += 1
        if n_tries <= 3:
            raise (NewsdeskError if n_tries < 3 else RuntimeError)("the disk is full")
        return build()

    watched.build = fail_thrice
    newsroom.write("storm", "On Monday there was news of the storm.")
    watched.until_found("bridge", "storm")
    assert [pause for _, pause in watched.told.failures] == [0.02, 0.04, 0.08]
    assert {reason for reason, _ in watched.told.failures} == {"the disk is full"}


def test_a_folder_that_is_gone_for_a_while_is_indexed_when_it_is_back(watched, newsroom, tmp_path):
    watched.until(lambda: watched.told.reports)
    newsroom.folder.rename(tmp_path / "away")
    watched.until(lambda: watched.told.failures)
    assert newsroom.find("news") == {"bridge"}
    (tmp_path / "away").rename(newsroom.folder)
    newsroom.write("storm", "On Monday there was news of the storm.")
    watched.until_found("bridge", "storm")


def test_nothing_is_built_while_the_index_is_held(watched, newsroom, store):
    newsroom.write("storm", "On Monday there was news of the storm.")
    watched.until_found("bridge", "storm")
    store.rollback()
    newsroom.write("giraffe", "On Monday there was news of the giraffe.")
    watched.until(lambda: watched.told.holds)
    n_built = len(watched.told.reports)
    for _ in range(20):
        watched.watch.step()
    assert len(watched.told.reports) == n_built
    assert len(watched.told.holds) == 1
    assert newsroom.find("news") == {"bridge"}
    store.release()
    watched.until_found("bridge", "storm", "giraffe")


def test_files_of_another_build_are_watched_after_it(watched, newsroom, tmp_path):
    watched.until(lambda: watched.told.reports)
    newsroom.folder = tmp_path / "other"
    newsroom.folder.mkdir()
    newsroom.write("storm", "On Monday there was news of the storm.")
    newsroom.build()
    newsroom.write("giraffe", "On Monday there was news of the giraffe.")
    watched.until_found("storm", "giraffe")


def test_an_index_that_was_dropped_is_not_built_again(watched, store):
    watched.until(lambda: watched.told.reports)
    store.drop()
    watched.until(lambda: watched.told.failures)
    assert store.live() is None
    assert watched.told.failures[0][0] == "there is no index yet"


# Several who watch


@pytest.fixture
def two_watched(newsroom, store) -> Iterator[tuple[Watched, Watched]]:
    """Two who watch one index as they do where it is on a server; the first has begun."""
    store.server = ChromaServer("http://127.0.0.1:8000")
    newsroom.write("bridge", "On Monday there was news of the bridge.")
    newsroom.build()
    first, second = Watched(newsroom), Watched(newsroom)
    first.until(lambda: first.told.reports)
    second.until(lambda: second.told.holds)
    yield first, second
    first.watch.end()
    second.watch.end()


def test_of_two_who_watch_an_index_on_a_server_one_builds_until_it_ends(two_watched, newsroom):
    first, second = two_watched
    newsroom.write("storm", "On Monday there was news of the storm.")
    for _ in range(20):
        second.watch.step()
    first.until_found("bridge", "storm")
    assert second.told.reports == []
    assert [f"process {os.getpid()} on" in said for said in second.told.holds] == [True]
    first.watch.end()
    newsroom.write("giraffe", "On Monday there was news of the giraffe.")
    second.until_found("bridge", "storm", "giraffe")
    assert first.told.failures == second.told.failures == []


def test_who_lost_an_index_on_a_server_to_another_leaves_it_alone(two_watched, newsroom, store):
    first, second = two_watched
    n_built = len(first.told.reports)
    store.delete_lease("watch")
    first.watch._lease._file.release()  # as on another machine
    newsroom.write("storm", "On Monday there was news of the storm.")
    second.until_found("bridge", "storm")
    first.until(lambda: first.told.holds)
    for _ in range(20):
        first.watch.step()
    assert (len(first.told.reports), len(first.told.holds)) == (n_built, 1)
    assert first.told.failures == []


def test_what_is_due_is_fetched_by_the_one_who_builds_alone(two_watched):
    fetched = Event()
    _, second = two_watched

    def fetch() -> float:
        fetched.set()
        return 10_000.0

    second.watch = second.start(fetch)
    for _ in range(20):
        second.watch.step()
    assert not fetched.is_set()


# What is fetched


def test_what_is_due_is_fetched_again_and_again_and_indexed(watched, newsroom):
    n_fetched = 0

    def fetch() -> float:
        nonlocal n_fetched
        n_fetched += 1
        newsroom.write(f"story{n_fetched}", "On Monday there was news of a story.")
        return 0.0 if n_fetched < 3 else 10_000.0

    watched.watch = watched.start(fetch)
    watched.until_found("bridge", "story1", "story2", "story3")
    assert n_fetched == 3


def test_files_are_indexed_while_something_is_fetched(watched, newsroom):
    over = Event()
    watched.watch = watched.start(lambda: over.wait(60) or 0.0)
    newsroom.write("storm", "On Monday there was news of the storm.")
    watched.until_found("bridge", "storm")
    over.set()


def test_a_fetch_that_fails_is_tried_again(watched):
    tries: list[int] = []

    def fetch() -> float:
        tries.append(os.getpid())
        if len(tries) < 3:
            raise NewsdeskError("the site is away")
        return 10_000.0

    watched.watch = watched.start(fetch)
    watched.until(lambda: len(tries) == 3)
    assert watched.told.failures == [("the site is away", 0.02), ("the site is away", 0.04)]
