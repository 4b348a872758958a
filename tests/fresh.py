"""How soon news is answerable: from a file written, over the process that watches, to a reader that follows."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from statistics import median
from threading import Thread
from typing import Any

from bot.desk import Desk
from bot.evaluation.metrics import percentile
from index.store import Store

_COMMAND = "from bot.cli import main; main()"
_TICK_S = 0.02
_PATIENCE_S = 300.0


@dataclass(slots=True)
class Fresh:
    """Seconds of each article's way: until its build began, of the build, and until it was open; and of all."""

    waited: list[float] = field(default_factory=list)
    built: list[float] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)
    total: list[float] = field(default_factory=list)

    def report(self) -> Iterator[str]:
        """The figures in lines."""
        total = f"p50 {percentile(self.total, 0.5):.1f} s, p95 {percentile(self.total, 0.95):.1f} s"
        yield f"from file to answerable: {total}, {len(self.total)} articles"
        for name, seconds in (("noticed and quiet", self.waited), ("build", self.built), ("open", self.opened)):
            yield f"of it {name}: p50 {percentile(seconds, 0.5):.2f} s, p95 {percentile(seconds, 0.95):.2f} s"


def write_articles(folder: Path, records: Iterator[dict[str, Any]]) -> None:
    """A file for each article, two hundred in a folder."""
    for number, record in enumerate(records):
        path = folder / f"{number // 200:04}" / f"{number:06}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps([record]), encoding="utf-8")


def time_articles(desk: Desk, folder: Path, records: Sequence[dict[str, Any]]) -> Fresh:
    """Write articles one after another while the folder is watched, and wait until each is open."""
    fresh = Fresh()
    with watching(desk.settings.home) as lines, desk.reader.follow():
        before = _wait_for(lines)
        for number, record in enumerate(records):
            written = time.time()
            (folder / f"new-{number}.json").write_text(json.dumps([record]), encoding="utf-8")
            told, line = _wait_for(lines)
            while all(a.id != record["id"] for a in reversed(desk.reader.current().articles)):
                time.sleep(_TICK_S)
            now = time.time()
            seconds = float(line.rpartition(" in ")[2].split()[0])
            if number:  # the first waits for libraries to be loaded
                fresh.waited.append(told - seconds - written)
                fresh.built.append(seconds)
                fresh.opened.append(now - told)
                fresh.total.append(now - written)
        assert before
    return fresh


def time_stages(desk: Desk, folder: Path, records: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Median seconds of each stage of the build of one article, in this process."""
    spent: dict[str, list[float]] = defaultdict(list)
    for number, record in enumerate(records):
        (folder / f"stage-{number}.json").write_text(json.dumps([record]), encoding="utf-8")
        at = [("begin", time.perf_counter())]

        def note(stage: str, *_: object, at: list[tuple[str, float]] = at) -> None:
            now = time.perf_counter()
            if at[-1][0] != stage:
                at.append((stage, now))

        desk.rebuild(on_progress=note)
        at.append(("end", time.perf_counter()))
        for (stage, begun), (_, ended) in zip(at, at[1:], strict=False):
            spent[f"from {stage}"].append(ended - begun)
    return {stage: median(seconds) for stage, seconds in spent.items()}


def time_searches_during(build: Sequence[str], home: Path, search: Callable[[int], float]) -> list[float]:
    """Milliseconds of searches, one after another, while a command of the index runs."""
    process = subprocess.Popen(
        [sys.executable, "-c", _COMMAND, "index", *build], env=_environment(home), stdout=subprocess.DEVNULL
    )
    spent: list[float] = []
    while process.poll() is None:
        spent.append(search(len(spent)))
    assert process.returncode == 0
    return spent


def time_rollbacks(home: Path, rounds: int = 3) -> list[tuple[float, float]]:
    """Seconds, by the clock and of the processor, of `newsdesk index rollback` in fresh processes, back and forth.

    In the end the same generation is live as before, and not held.
    """
    live = Store(home).live_generation()
    assert live
    spent = [_time_command(home, "index", "rollback", *name) for _ in range(rounds) for name in ([], [live])]
    _time_command(home, "index", "rollback", "--release")
    return spent


def _time_command(home: Path, *command: str) -> tuple[float, float]:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-c", _COMMAND, *command, "--quiet"], env=_environment(home), check=True)
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


@contextmanager
def watching(home: Path) -> Iterator[Queue[tuple[float, str]]]:
    """`newsdesk index watch`, and its lines with the time at which each came."""
    process = subprocess.Popen(
        [sys.executable, "-c", _COMMAND, "index", "watch"],
        env=_environment(home),
        stdout=subprocess.PIPE,
        text=True,
    )
    lines: Queue[tuple[float, str]] = Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put((time.time(), line))

    Thread(target=read, daemon=True).start()
    try:
        yield lines
    finally:
        process.terminate()
        process.wait()


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "NEWSDESK_HOME": str(home), "PYTHONUNBUFFERED": "1"}


def _wait_for(lines: Queue[tuple[float, str]]) -> tuple[float, str]:
    """The next line that tells of a generation."""
    while True:
        at, line = lines.get(timeout=_PATIENCE_S)
        if "generation" in line:
            return at, line
