"""A build in a process of its own that is killed, and articles of which every version is told from every other."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import index.embedding
import index.reclaim
import index.task
from index.build import build_index
from index.store import Store
from tests.conftest import HashEncoder, Newsroom

WORDS = "bridge giraffe football election storm trial harbour museum railway vineyard glacier orchestra".split()
FILLING = "council river winter budget ticket garden captain lantern copper engine market mirror pepper signal".split()
_PARAGRAPHS = 3

forkserver = multiprocessing.get_context("forkserver")
forkserver.set_forkserver_preload(["tests.index.killed_build", "datasketch"])


def write_version(newsroom: Newsroom, version: int) -> dict[str, tuple[str, ...]]:
    """Write the articles as they are in a version; returns their paragraphs by id.

    From one to the next some articles come, some go, half of those that stay change, and half do not.
    """
    articles = {
        word: _paragraphs(word, version - (version + n) % 2)
        for n, word in enumerate(WORDS)
        if (version + n) % 5 or n == 0
    }
    for path in newsroom.folder.glob("*.jsonl"):
        if path.stem not in articles:
            path.unlink()
    for word, paragraphs in articles.items():
        newsroom.write(word, *paragraphs, title=f"The {word}")
    return articles


def _paragraphs(word: str, version: int) -> tuple[str, ...]:
    draw = random.Random(f"{word} {version}")
    return tuple(
        f"News of the {word}, version {version}, part {n}: {' '.join(draw.choices(FILLING, k=24))}."
        for n in range(_PARAGRAPHS)
    )


def make_small() -> None:
    """Let builds store often, in small segments, and give back all, so that there are many moments to be killed at."""
    index.embedding._WINDOW = 4
    index.task.MAX_SEGMENT_PASSAGES = 24
    index.reclaim._SPARE_PAGES = 0


def run_build(home: Path, folder: Path, step: str, began: Connection) -> None:
    """Build, and be killed at a step, such as `before index.store:Store._point_at`; at none if it is empty."""
    make_small()
    if step:
        kill_at(*step.split())
    store = Store(home)
    began.send(None)
    build_index(store, HashEncoder(), [folder], recorded=[str(folder)], keep=2)


def kill_at(when: str, place: str, count: str = "1") -> None:
    """Let this process be killed before or after the nth call of a function."""
    owner_name, _, name = place.rpartition(".")
    owner = resolve_name(owner_name)
    inner: Callable[..., Any] = getattr(owner, name)
    n_calls = 0

    def step(*args: Any, **kwargs: Any) -> Any:
        nonlocal n_calls
        n_calls += 1
        if when == "before" and n_calls == int(count):
            os.kill(os.getpid(), signal.SIGKILL)
        found = inner(*args, **kwargs)
        if when == "after" and n_calls == int(count):
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(owner, name, step)
