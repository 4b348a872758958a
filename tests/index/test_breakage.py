"""What goes wrong around an index: the build says so in one line, and what was live answers on."""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from index.build import build_index
from index.errors import NewsdeskError
from index.store import Store
from tests.conftest import HashEncoder, Newsroom

WORDS = ("bridge", "giraffe", "football", "election")
NOBODY = 65534

forkserver = multiprocessing.get_context("forkserver")
forkserver.set_forkserver_preload(["tests.conftest", "datasketch"])


def fill(newsroom: Newsroom) -> None:
    for word in WORDS:
        newsroom.write(word, f"On Monday there was news of the {word}.")
    newsroom.build()


def write_more(newsroom: Newsroom, n: int = 150) -> None:
    for number in range(n):
        newsroom.write(f"more-{number}", f"News of matter {number}. " + f"It is told at length {number}. " * 40)


def limit_files(home: Path, n_more: int) -> None:
    """Let no file grow beyond what the database is and some bytes more, as on a disk that is almost full."""
    size = (home / "chroma" / "chroma.sqlite3").stat().st_size + n_more
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def become_nobody(home: Path) -> None:
    """Be somebody who may read the home folder and not write to it."""
    for path in (home, *home.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    home.parent.chmod(0o755)
    if os.geteuid() == 0:
        os.setuid(NOBODY)


def _build(home: Path, folder: Path, hinder: Callable[..., None], arguments: tuple[int, ...], told: Connection) -> None:
    try:
        hinder(home, *arguments)
        build_index(Store(home), HashEncoder(), [folder], recorded=[str(folder)])
        told.send("built")
    except NewsdeskError as e:
        told.send(str(e))


def build_hindered(newsroom: Newsroom, hinder: Callable[..., None], *arguments: int) -> str:
    """What a build says that runs in a process of its own in which something is amiss."""
    parent, child = forkserver.Pipe()
    process = forkserver.Process(
        target=_build, args=(newsroom.store.home, newsroom.folder, hinder, arguments, child), daemon=True
    )
    process.start()
    child.close()
    try:
        told: str = parent.recv()
    finally:
        process.join()
    return told


def check_answers(newsroom: Newsroom) -> None:
    assert newsroom.store.live_generation() == "000001"
    assert newsroom.find("news") == set(WORDS)


@pytest.mark.parametrize("n_more", [0, 20_000, 60_000, 200_000])
def test_a_full_disk_is_said_and_the_earlier_generation_answers(newsroom, home, n_more):
    fill(newsroom)
    write_more(newsroom)
    told = build_hindered(newsroom, limit_files, n_more)
    assert told != "built"
    assert "\n" not in told
    check_answers(newsroom)
    assert newsroom.build().added == 150


def test_a_home_that_cannot_be_written_to_is_said_and_the_earlier_generation_answers(newsroom, home, tmp_path):
    fill(newsroom)
    write_more(newsroom, 3)
    told = build_hindered(newsroom, become_nobody)
    for path in (home, *home.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert str(home) in told or "could not be written" in told
    assert "\n" not in told
    check_answers(newsroom)
    assert newsroom.build().added == 3


def test_a_corpus_that_vanishes_while_it_is_built_from_leaves_the_earlier_generation(newsroom, encoder):
    fill(newsroom)
    write_more(newsroom, 3)
    encoder.on_encode = lambda texts: shutil.rmtree(newsroom.folder, ignore_errors=True)
    newsroom.build()
    assert newsroom.find("news") >= set(WORDS)
    with pytest.raises(NewsdeskError):
        newsroom.build()
    assert newsroom.find("news") >= set(WORDS)


def test_a_home_with_spaces_and_characters_of_any_script_is_a_home_as_others(home, tmp_path, encoder):
    newsroom = Newsroom(tmp_path / "报纸 of the day", Store(home / "my desk 新闻桌 Übersicht's"), encoder)
    fill(newsroom)
    check_answers(newsroom)
    newsroom.write("later", "Later there was news.")
    newsroom.build()
    assert newsroom.store.rollback() == "000001"
    check_answers(newsroom)
    newsroom.store._client.close()


@pytest.mark.parametrize("damage", [lambda cache: cache.write_bytes(b"\0" * 64), lambda cache: cache.mkdir()])
def test_a_memory_of_files_that_cannot_be_used_costs_no_build(newsroom, home, damage):
    damage(home / "files.sqlite")
    fill(newsroom)
    check_answers(newsroom)
