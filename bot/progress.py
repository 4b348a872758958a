"""How far a long task is: bars on a terminal, plain lines where there is none."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

if TYPE_CHECKING:
    from rich.console import Console

    from index.survey import OnProgress

_PLAIN_EVERY_S = 5.0


@contextmanager
def progress(console: Console, *, quiet: bool) -> Iterator[OnProgress]:
    """Bars with rate and time left on a terminal, a plain line now and then elsewhere."""
    if quiet:
        yield lambda *_: None
    elif console.is_terminal:
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:,.0f} articles, {task.fields[rate]:.0f}/s"),
            TimeRemainingColumn(),
            console=console,
        ) as bars:
            yield _Bars(bars)
    else:
        yield _Lines()


@contextmanager
def progress_in_bytes(console: Console, *, quiet: bool) -> Iterator[OnProgress]:
    """As `progress`, for a file that is fetched: in bytes on a terminal, in megabytes elsewhere."""
    if quiet:
        yield lambda *_: None
    elif console.is_terminal:
        columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
        with Progress(TextColumn("{task.description}"), *columns, console=console) as bars:
            yield _Bars(bars)
    else:
        lines = _Lines()
        yield lambda name, n_done, n_total: lines(f"{name}, MB", n_done // 1_000_000, (n_total or 0) // 1_000_000)


class _Bars:
    """One bar for each stage."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, tuple[TaskID, float]] = {}

    def __call__(self, stage: str, n_done: int, n_total: int | None) -> None:
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage, total=n_total, rate=0.0), time.monotonic()
        task, started = self._tasks[stage]
        rate = n_done / max(time.monotonic() - started, 0.1)
        self._bars.update(task, completed=n_done, total=n_total, rate=rate)


class _Lines:
    """A line when a stage begins, and every few seconds."""

    def __init__(self) -> None:
        self._stage = ""
        self._started = self._shown = 0.0

    def __call__(self, stage: str, n_done: int, n_total: int | None) -> None:
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._started = stage, now
        elif now - self._shown < _PLAIN_EVERY_S:
            return
        self._shown = now
        print(f"{stage}: {_describe(n_done, n_total, now - self._started)}", file=sys.stderr, flush=True)


def _describe(n_done: int, n_total: int | None, seconds: float) -> str:
    rate = n_done / seconds if seconds > 0.1 else 0.0
    if n_total is None or not rate:
        return f"{n_done}" if n_total is None else f"{n_done} of {n_total}"
    return f"{n_done} of {n_total}, {rate:.1f}/s, {max(0, n_total - n_done) / rate:.0f} s left"
