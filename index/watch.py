"""An index that is kept fresh: built again whenever its files change, until somebody ends it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, Thread
from typing import Protocol

from index.build import BuildReport
from index.changes import Burst, FileChanges
from index.errors import BuildBusy, IndexHeld
from index.lease import Lease
from index.store import Store

_TICK_S = 0.25
_POINTER_EVERY_S = 2.0
_FIRST_PAUSE_S = 2.0
_LONGEST_PAUSE_S = 60.0


class Listener(Protocol):
    """What is told of builds."""

    def built(self, report: BuildReport) -> None:
        """A build has ended; it made no new generation where nothing was to be done."""

    def failed(self, reason: Exception, pause_s: float) -> None:
        """A build or a fetch has failed, and is tried again after a pause."""

    def held(self, reason: str) -> None:
        """There are no builds for now: until the index, which was rolled back, is released, or who watches it ends."""


class Watch:
    """Builds an index again whenever its files change.

    Of all who would watch an index on a server, one does: on another machine the files may be other ones, or none.
    """

    def __init__(
        self,
        store: Store,
        sources: Callable[[], Sequence[Path]],
        build: Callable[[], BuildReport],
        listener: Listener,
        beside: Sequence[Callable[[], float]] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare to watch.

        Args:
            sources: The files and folders that the live generation was built from.
            build: Builds from them, without being asked for by a person.
            beside: What else is to be done now and then, such as to bring in articles; each returns after how many
                seconds it will be due again.
        """
        self._store = store
        self._sources = sources
        self._build = build
        self._listener = listener
        self._clock = clock
        self._changes: FileChanges | None = None
        self._burst = Burst()
        self._generation: str | None = None
        self._held = False
        self._pointer_at = self._go_on_at = clock()
        self._pause_s = 0.0
        self._beside = [Beside(work, listener) for work in beside]
        self._lease = store.lease("watch") if store.server else None
        self._leads = self._lease is None
        self._follower_told = False

    def run(self, stopped: Event) -> None:
        """Watch until that is set, or there is a KeyboardInterrupt."""
        try:
            while not stopped.is_set():
                self.step()
        finally:
            self.end()

    def end(self) -> None:
        """Let another process watch."""
        if self._lease:
            self._lease.release()

    def step(self) -> None:
        """Wait a moment for changes, and build where they are over."""
        if self._wait():
            self._burst.add(self._clock())
        for work in self._beside if self._leads else ():
            work.go_on(self._clock())
        if self._clock() < self._go_on_at:
            return
        try:
            self._read_pointer()
            if self._leads and self._burst.is_over(self._clock()) and not self._held:
                self._build_now()
        except IndexHeld as e:
            self._hold(str(e))
        except Exception as e:  # whatever happens, what comes later is to be indexed
            self._pause_s = lengthen(self._pause_s)
            self._go_on_at = self._clock() + self._pause_s
            self._listener.failed(e, self._pause_s)

    def _wait(self) -> bool:
        if self._changes:
            return self._changes.wait()
        time.sleep(_TICK_S)
        return False

    def _read_pointer(self) -> None:
        """Notice, every other second, that the index was held or released, or built by another process."""
        if self._clock() < self._pointer_at:
            return
        self._pointer_at = self._clock() + _POINTER_EVERY_S
        if self._lease:
            self._leads = self._is_first(self._lease)
        if not self._leads:
            self._changes = None
            return
        pointer = self._store.pointer()
        if pointer.held and not self._held:
            self._hold(f"the index is held at generation {pointer.generation}, which it was rolled back to")
        self._held = pointer.held
        if self._changes is None or pointer.generation != self._generation:
            paths = tuple(self._sources())
            if self._changes is None or self._changes.paths != paths:
                self._changes = FileChanges(paths, self._clock)
            self._generation = pointer.generation
            self._burst.add(self._clock())

    def _is_first(self, lease: Lease) -> bool:
        """Whether no other process watches this index; says once which one does."""
        if self._leads:
            try:
                lease.renew()
                return True
            except BuildBusy:  # this process was suspended, and another took over
                lease.release()
        if lease.take():
            self._follower_told = False
            return True
        if not self._follower_told:
            self._follower_told = True
            self._listener.held(f"{lease.holder()} watches this index already; this one takes over when that ends")
        return False

    def _build_now(self) -> None:
        if self._changes:
            self._changes.look()  # before the build, for what changes while it runs belongs to the next
        report = self._build()
        self._burst = Burst()
        self._pause_s = 0.0
        self._generation = report.generation
        self._listener.built(report)

    def _hold(self, reason: str) -> None:
        self._held = True
        self._listener.held(reason)


class Beside:
    """Does something now and then in a thread, for a slow site or a long merge is not to hold up the files at hand."""

    def __init__(self, work: Callable[[], float], listener: Listener) -> None:
        self._work = work
        self._listener = listener
        self._thread: Thread | None = None
        self._due = 0.0
        self._pause_s = 0.0
        self._wait_s = 0.0

    def go_on(self, now: float) -> None:
        """Begin where it is time to, and notice the end."""
        if self._thread:
            if not self._thread.is_alive():
                self._thread = None
                self._due = now + self._wait_s
        elif now >= self._due:
            self._thread = Thread(target=self._run, name="beside", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        try:
            self._wait_s = self._work()
            self._pause_s = 0.0
        except Exception as e:  # as for builds
            self._wait_s = self._pause_s = lengthen(self._pause_s)
            self._listener.failed(e, self._pause_s)


def lengthen(pause_s: float) -> float:
    """The pause after a failure, when the one before it was so long."""
    return min(max(_FIRST_PAUSE_S, 2 * pause_s), _LONGEST_PAUSE_S)
