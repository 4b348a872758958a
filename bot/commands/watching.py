"""What `newsdesk index watch` does: builds at a low priority, and a line for each of them."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from datetime import datetime
from threading import Event, Thread
from typing import TYPE_CHECKING

from bot.terminal import describe_report
from index.errors import NewsdeskError

if TYPE_CHECKING:
    from rich.console import Console

    from bot.settings import Settings
    from index.build import BuildReport

_NICENESS = 10
_MAX_BAD_SHOWN = 20
_STDIN = 0


def watch_files(settings: Settings, console: Console, *, attached: bool) -> None:
    """Build again whenever the files of the last build change, until SIGINT or SIGTERM.

    Args:
        attached: End when standard input does, too.
    """
    lower_priority()
    from bot.desk import Desk  # the threads that it starts have the priority of this one

    stopped = Event()

    def stop(*_: object) -> None:
        stopped.set()  # for an interrupt is lost where it comes while Python tidies up
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    if attached:
        end_with_input()
    with suppress(KeyboardInterrupt):
        Desk(settings).keep_fresh(Lines(console), stopped)


def lower_priority() -> None:
    """Let other processes, such as one that answers, go before this one and all that it starts from now on."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)


class Lines:
    """Prints a line for each build that changed something, and says once what is bad."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._generation = ""
        self._bad: frozenset[str] = frozenset()

    def built(self, report: BuildReport) -> None:
        """What was added, changed and removed, and why articles were skipped that were not before."""
        bad = frozenset(map(str, report.bad))
        for said in sorted(bad - self._bad)[:_MAX_BAD_SHOWN]:
            self._tell(f"skipped {said}")
        if report.generation != self._generation:
            self._tell(describe_report(report))
        self._generation, self._bad = report.generation, bad

    def failed(self, reason: Exception, pause_s: float) -> None:
        """What went wrong."""
        said = str(reason) if isinstance(reason, NewsdeskError) else f"{type(reason).__name__}: {reason}"
        self._tell(f"{' '.join(said.split())}; trying again in {pause_s:.0f} s")

    def held(self, reason: str) -> None:
        """That nothing is built."""
        self._tell(reason)

    def _tell(self, line: str) -> None:
        self._console.print(f"{datetime.now():%Y-%m-%d %H:%M:%S} {line}", soft_wrap=True)


def end_with_input() -> None:
    """End this process, as by SIGTERM, as soon as its standard input ends."""

    def wait() -> None:
        while os.read(_STDIN, 4096):  # for Python could not end while its own reader waited
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=wait, daemon=True).start()
