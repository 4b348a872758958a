"""Builds that several workers share: each passage embedded by one, one generation, and the dead replaced."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

import pytest

import index.compaction
import index.embedding
import index.lease
import index.merge
import index.shares
import index.task
from index.build import BuildReport, build_index
from index.chroma import ChromaServer
from index.compaction import compact_index, is_compaction_due
from index.errors import CheckFailed, NewsdeskError
from index.manifest import Worker
from index.purge import purge_articles
from index.shares import build_share
from index.store import Store, shares_of
from tests.chroma_server import ChromaProcess, running_chroma
from tests.conftest import HashEncoder, Newsroom

WORDS = tuple(f"{kind}{n}" for kind in ("bridge", "giraffe", "storm", "trial") for n in range(6))

forkserver = get_context("forkserver")
forkserver.set_forkserver_preload(["tests.index.test_shares", "datasketch"])


@pytest.fixture(scope="module")
def chroma() -> Iterator[ChromaProcess]:
    memory = Path("/dev/shm")
    place = memory if os.access(memory, os.W_OK) else None
    with TemporaryDirectory(dir=place) as folder, running_chroma(Path(folder)) as process:
        yield process


@pytest.fixture
def open_store(home, chroma) -> Callable[[str], Store]:
    """Stores of one empty index, each with a home of its own."""
    store = Store(home / "cleaner", chroma.server)
    for collection in store._client.list_collections():
        store._client.delete_collection(collection.name)
    return lambda name: Store(home / name, chroma.server)


@pytest.fixture
def newsroom(open_store, tmp_path) -> Newsroom:
    newsroom = Newsroom(tmp_path / "newsroom", open_store("reader"), HashEncoder())
    fill(newsroom, *WORDS)
    return newsroom


@pytest.fixture(autouse=True)
def _hurried(monkeypatch) -> None:
    """Passages are stored after each article, and nobody waits long."""
    monkeypatch.setattr(index.embedding, "_WINDOW", 1)
    monkeypatch.setattr("index.lease._RENEW_S", 0.1)
    monkeypatch.setattr("index.shares._LOOK_S", 0.05)
    monkeypatch.setattr("index.lock._LOOK_S", 0.05)


def fill(newsroom: Newsroom, *words: str) -> None:
    for word in words:
        newsroom.write(word, f"On Monday there was news of the {word}.")


def work(store: Store, encoder: HashEncoder, folder: Path, number: int, count: int, **how: Any) -> BuildReport:
    return build_share(store, encoder, [folder], Worker(number, count), recorded=[str(folder)], **how)


def work_together(stores: list[Store], encoders: list[HashEncoder], folder: Path) -> list[BuildReport]:
    pairs = list(zip(stores, encoders, strict=True))
    with ThreadPoolExecutor(len(pairs)) as threads:
        futures = [threads.submit(work, s, e, folder, k, len(pairs)) for k, (s, e) in enumerate(pairs, 1)]
        return [future.result() for future in futures]


def test_workers_embed_each_passage_once_and_make_one_generation(newsroom, open_store):
    stores, encoders = [open_store(f"home{k}") for k in range(3)], [HashEncoder() for _ in range(3)]
    reports = work_together(stores, encoders, newsroom.folder)
    encoded = [text for encoder in encoders for text in encoder.encoded]
    assert len(encoded) == len(set(encoded)) == len(WORDS)
    assert [r.embedded for r in reports] == [len(e.encoded) for e in encoders]
    assert {(r.generation, r.articles, r.passages, r.added) for r in reports} == {("000001", 24, 24, 24)}
    assert newsroom.find("news") == set(WORDS)
    assert newsroom.store.orphans() == []
    assert newsroom.store.lease_names("") == []


def test_workers_bring_a_live_generation_up_to_date(newsroom, open_store):
    first = newsroom.build()
    for word in WORDS[:6]:
        newsroom.remove(word)
    for word in WORDS[6:10]:
        newsroom.write(word, f"The {word} is no more.")
    fill(newsroom, "volcano", "glacier")
    stores, encoders = [open_store(f"home{k}") for k in range(2)], [HashEncoder() for _ in range(2)]
    reports = work_together(stores, encoders, newsroom.folder)
    assert sum(len(e.encoded) for e in encoders) == 6
    assert {(r.generation, r.added, r.changed, r.removed, r.unchanged) for r in reports} == {("000002", 2, 4, 6, 14)}
    assert newsroom.find(
        "news",
    ) == {*WORDS[6:], "volcano", "glacier"}
    assert newsroom.store.rollback() == first.generation
    assert newsroom.find("news") == set(WORDS)


def test_what_workers_wrote_is_merged_into_few_segments(newsroom, open_store):
    work_together([open_store(f"home{k}") for k in range(4)], [HashEncoder() for _ in range(4)], newsroom.folder)
    assert len(newsroom.store.live().segments) == 2


def test_a_worker_that_is_alone_does_the_shares_of_all(newsroom, open_store):
    encoder = HashEncoder()
    report = work(open_store("home"), encoder, newsroom.folder, 2, 3)
    assert (report.embedded, report.articles) == (24, 24)
    assert newsroom.find("news") == set(WORDS)


def test_where_articles_only_went_a_worker_takes_them_out(newsroom, open_store):
    newsroom.build()
    newsroom.remove(WORDS[0])
    report = work(open_store("home"), HashEncoder(), newsroom.folder, 1, 2)
    assert (report.removed, report.embedded, report.articles) == (1, 0, 23)
    assert newsroom.find("news") == set(WORDS[1:])


def test_where_nothing_is_new_a_worker_does_nothing(newsroom, open_store):
    first = newsroom.build()
    encoder = HashEncoder()
    report = work(open_store("home"), encoder, newsroom.folder, 1, 2)
    assert (report.generation, report.unchanged, encoder.encoded) == (first.generation, 24, [])


def test_workers_without_a_server_are_refused(store, newsroom):
    with pytest.raises(NewsdeskError, match="need a Chroma server that they share; set NEWSDESK_CHROMA"):
        work(store, HashEncoder(), newsroom.folder, 1, 2)


# Workers that die


def work_apart(
    home: Path, server: ChromaServer, folder: Path, number: int, count: int, began: Any, dies: bool, told: Path
) -> None:
    """Be a worker in a process of its own, and tell what was encoded.

    One that `dies` begins first, and is killed once four passages are stored of its share.
    """
    index.embedding._WINDOW = 1
    store, encoder = Store(home, server), HashEncoder()

    def count_stored() -> int:
        [share] = [name for name in store.lease_names("share-none-") if name.endswith(f"-{number}")]
        return sum(store.collection(name).count() for name in store.segments_of(share))

    def die(texts: object) -> None:
        began.set()
        if len(encoder.encoded) == 4:
            while count_stored() < 4:
                time.sleep(0.01)
            told.write_text(json.dumps(encoder.encoded))
            os.kill(os.getpid(), signal.SIGKILL)

    encoder.on_encode = die if dies else lambda texts: began.wait()
    work(store, encoder, folder, number, count)
    told.write_text(json.dumps(encoder.encoded))


def test_the_share_of_a_worker_that_is_killed_on_another_machine_is_taken_over(
    newsroom, home, chroma, open_store, tmp_path, monkeypatch
):
    monkeypatch.setattr("index.lease._STALE_S", 0.5)
    told, began = tmp_path / "told", forkserver.Event()
    dying = forkserver.Process(
        target=work_apart, args=(home / "there", chroma.server, newsroom.folder, 1, 2, began, True, told)
    )
    dying.start()
    dying.join(60)
    assert dying.exitcode == -signal.SIGKILL
    encoder = HashEncoder()
    report = work(open_store("here"), encoder, newsroom.folder, 2, 2)
    encoded = [*encoder.encoded, *json.loads(told.read_text())]
    assert len(encoded) == len(set(encoded)) == 24
    assert report.embedded == 20
    assert newsroom.find("news") == set(WORDS)
    assert newsroom.store.orphans() == []


def test_of_three_processes_one_is_killed_and_the_others_do_what_is_left(newsroom, home, chroma, open_store, tmp_path):
    told = [tmp_path / f"told{k}" for k in range(3)]
    began = forkserver.Event()
    processes = [
        forkserver.Process(
            target=work_apart, args=(home / "shared", chroma.server, newsroom.folder, k + 1, 3, began, k == 0, told[k])
        )
        for k in range(3)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [-signal.SIGKILL, 0, 0]
    encoded = [text for path in told for text in json.loads(path.read_text())]
    assert len(encoded) == len(set(encoded)) == 24
    assert newsroom.store.generations() == ["000001"]
    assert newsroom.find("news") == set(WORDS)


def test_a_worker_that_fails_leaves_its_share_to_others_with_what_it_has_done(newsroom, open_store):
    broken, whole = HashEncoder(), HashEncoder()

    def fail(texts: object) -> None:
        if len(broken.encoded) == 3:
            raise NewsdeskError("the encoder is gone")

    broken.on_encode = fail
    with pytest.raises(NewsdeskError, match="the encoder is gone"):
        work(open_store("there"), broken, newsroom.folder, 1, 2)
    report = work(open_store("here"), whole, newsroom.folder, 2, 2)
    assert len({*broken.encoded, *whole.encoded}) == 24
    assert report.embedded == len(whole.encoded) <= 22


def test_what_workers_have_done_is_dropped_with_the_index(newsroom, open_store):
    def fail(texts: object) -> None:
        raise CheckFailed("the scores fall")

    store = open_store("home")
    with pytest.raises(CheckFailed):
        work(store, HashEncoder(), newsroom.folder, 1, 2, check=fail)
    store.drop()
    assert (store.orphans(), store.lease_names(""), list(store.home.glob("share-*"))) == ([], [], [])
    assert work(store, HashEncoder(), newsroom.folder, 1, 2).embedded == 24


@pytest.mark.parametrize(("after", "purged"), [(0, WORDS[-1]), (23, WORDS[0])])
def test_an_article_that_is_purged_while_workers_build_is_not_made_live(newsroom, open_store, after, purged):
    encoder, other = HashEncoder(), open_store("elsewhere")

    def purge(texts: object) -> None:
        if len(encoder.encoded) == after:
            encoder.on_encode = lambda texts: None
            purge_articles(other, [purged])

    encoder.on_encode = purge
    with pytest.raises(NewsdeskError, match="1 articles were purged while this build ran; run it again"):
        work(open_store("home"), encoder, newsroom.folder, 1, 2)
    assert other.live() is None
    stored = {row.article.id for name in other.segment_names() for row, _ in other.rows(name)}
    assert purged not in stored
    assert work(open_store("home"), HashEncoder(), newsroom.folder, 1, 2).articles == 23
    assert newsroom.find("news") == {*WORDS} - {purged}
    assert newsroom.store.lease_names("") == []


# Workers that do not belong together


def test_a_worker_with_other_articles_is_told_so_and_the_others_go_on(newsroom, open_store, tmp_path):
    is_working, may_go_on = Event(), Event()
    encoder = HashEncoder()

    def wait(texts: object) -> None:
        is_working.set()
        assert may_go_on.wait(60)

    encoder.on_encode = wait
    with ThreadPoolExecutor(1) as threads:
        working = threads.submit(work, open_store("home"), encoder, newsroom.folder, 1, 2)
        assert is_working.wait(60)
        other = Newsroom(tmp_path / "other", open_store("elsewhere"), HashEncoder())
        fill(other, "volcano")
        try:
            with pytest.raises(NewsdeskError, match=f"process {os.getpid()} on .* builds from other articles"):
                work(other.store, other.encoder, other.folder, 2, 2)
        finally:
            may_go_on.set()
        assert working.result().articles == 24
    assert other.encoder.encoded == []
    assert newsroom.find("news") == set(WORDS)


def test_what_a_dead_worker_of_another_build_left_holds_nobody_up(newsroom, open_store, tmp_path, monkeypatch):
    other = Newsroom(tmp_path / "other", open_store("elsewhere"), HashEncoder())
    fill(other, "volcano", "glacier")

    def die(texts: object) -> None:
        raise KeyboardInterrupt

    other.encoder.on_encode = die
    monkeypatch.setattr(index.lease.Lease, "release", lambda lease: (lease._stopped.set(), lease._file.release()))
    with pytest.raises(KeyboardInterrupt):
        work(other.store, other.encoder, other.folder, 1, 2)
    monkeypatch.undo()
    monkeypatch.setattr("index.lease._STALE_S", 0.3)
    monkeypatch.setattr("index.shares._LOOK_S", 0.05)
    assert newsroom.store.lease_names("share-")
    assert work(open_store("home"), HashEncoder(), newsroom.folder, 1, 2).articles == 24
    assert newsroom.store.lease_names("") == []


@pytest.mark.parametrize("after", [0, 4])
@pytest.mark.parametrize("same", [True, False])
def test_where_another_build_was_faster_a_worker_reports_or_says_that_it_built_from_something_else(
    newsroom, open_store, tmp_path, same, after
):
    encoder = HashEncoder()
    faster = newsroom if same else Newsroom(tmp_path / "other", open_store("elsewhere"), HashEncoder())
    fill(faster, WORDS[0])

    def build_elsewhere(texts: object) -> None:
        encoder.on_encode = lambda texts: None
        build_index(open_store("faster"), HashEncoder(), [faster.folder], recorded=[])

    encoder.on_encode = lambda texts: build_elsewhere(texts) if len(encoder.encoded) == after else None
    if same:
        assert work(open_store("home"), encoder, newsroom.folder, 1, 2).generation == "000001"
    else:
        with pytest.raises(NewsdeskError, match="generation 000001 was built from something else, and differs in 23"):
            work(open_store("home"), encoder, newsroom.folder, 1, 2)


def test_a_generation_that_fails_its_check_does_not_go_live_and_what_was_done_is_kept(newsroom, open_store):
    def refuse(generation: object) -> None:
        raise CheckFailed("the scores fall")

    with pytest.raises(CheckFailed, match="the scores fall; the earlier index still answers"):
        work(open_store("home"), HashEncoder(), newsroom.folder, 1, 2, check=refuse)
    assert newsroom.store.live() is None
    assert len(newsroom.store.lease_names("share-none-")) == 2
    encoder = HashEncoder()
    assert work(open_store("home"), encoder, newsroom.folder, 1, 2).articles == 24
    assert encoder.encoded == []


# Merges beside workers

CANALS = tuple(f"canal{n}" for n in range(20))


def leave_pieces(newsroom: Newsroom, monkeypatch) -> None:
    """Segments that builds leave to a merge."""
    for module in (index.merge, index.task, index.compaction):
        monkeypatch.setattr(module, "QUICK", 0)
    for words in (("ferry",), CANALS):
        fill(newsroom, *words)
        build_index(newsroom.store, HashEncoder(), [newsroom.folder], recorded=[str(newsroom.folder)], asked_for=False)


def test_segments_on_a_server_are_merged_by_one_and_found_by_another(newsroom, open_store, monkeypatch):
    leave_pieces(newsroom, monkeypatch)
    merger = open_store("merger")
    assert is_compaction_due(merger)
    assert compact_index(merger) == 2
    assert not is_compaction_due(newsroom.store)
    assert newsroom.find("news") == {*WORDS, "ferry", *CANALS}
    assert merger.lease_names("") == []


def test_a_merge_leaves_alone_what_workers_build_upon(newsroom, open_store, monkeypatch):
    leave_pieces(newsroom, monkeypatch)
    lease = open_store("worker").lease(f"{shares_of(newsroom.store.live_generation())}plan-1")
    assert lease.take()
    live = newsroom.store.live_generation()
    assert not is_compaction_due(newsroom.store)
    assert compact_index(newsroom.store) == 0
    assert newsroom.store.live_generation() == live
    lease.release()
    assert compact_index(newsroom.store) == 2


def test_workers_survey_again_where_a_merge_was_quicker(newsroom, open_store, monkeypatch):
    leave_pieces(newsroom, monkeypatch)
    fill(newsroom, "harbour")
    survey, left = index.shares._survey, [compact_index]

    def survey_slowly(*args: Any) -> Any:
        task = survey(*args)
        if left:
            left.pop()(open_store("merger"))
        return task

    monkeypatch.setattr(index.shares, "_survey", survey_slowly)
    report = work(open_store("home"), HashEncoder(), newsroom.folder, 1, 1)
    assert (report.added, report.embedded, report.articles) == (1, 1, 46)
    assert newsroom.find("news") == {*WORDS, "ferry", *CANALS, "harbour"}
