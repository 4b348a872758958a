"""Whose question is answered next: one at a time for each reader, and in turn between the servers."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import zip_longest
from math import ceil
from typing import ClassVar

from index.errors import NewsdeskError

Clock = Callable[[], float]
OnPosition = Callable[[int], None]
"""Told the place of a question among those that wait, 1 for the next; runs in the event loop and must not block."""

_ORDINALS = ("next", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
# When others' answers end is unknown; these are guesses.
_BUSY_WAIT_S = 10
_FULL_WAIT_S = 30
_STOPPING_WAIT_S = 60


class Refusal(NewsdeskError):
    """A question that gets no turn; the message is one for its reader.

    Attributes:
        wait_s: Whole seconds after which to ask again.
    """

    reason: ClassVar[str]

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"{self.reason} Please ask again in {wait_s} second{'s' if wait_s > 1 else ''}.")
        self.wait_s = wait_s


class ReaderBusy(Refusal):
    """The reader has a question that runs or waits."""

    reason = "Your last question is not answered yet."


class ReaderCooling(Refusal):
    """The reader asked more than a reader may."""

    reason = "You asked many questions in a short time."


class ServerCooling(Refusal):
    """The server asked more than a server may."""

    reason = "Many questions came from this server in a short time."


class QueueFull(Refusal):
    """As many questions wait as may."""

    reason = "Many questions are waiting already."


class Stopping(Refusal):
    """The bot stops: it takes no question, or had to end this one before its answer."""

    reason = "I am being restarted and cannot answer this now."


class Cooldown:
    """A token bucket for each key: full at first, and refilled evenly over a minute, whatever it then holds.

    A bucket is kept as the time at which it will be full again (the virtual scheduling of ITU-T I.371), so a full one
    needs no memory.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._full_at: dict[Hashable, float] = {}  # the key that spent last comes last

    def wait_s(self, key: Hashable, per_minute: int) -> int:
        """Whole seconds until the key has a token, 0 for now."""
        now = self._clock()
        wait_s = self._full_at.get(key, now) - now - (60 - 60 / per_minute)
        return max(0, ceil(round(wait_s, 3)))  # else sums of floats turn away whoever comes back in time

    def spend(self, key: Hashable, per_minute: int) -> None:
        """Take a token of the key, and forget the buckets that are full again."""
        now = self._clock()
        self._full_at[key] = max(now, self._full_at.pop(key, now)) + 60 / per_minute
        while self._full_at[first := next(iter(self._full_at))] <= now:
            del self._full_at[first]


@dataclass(eq=False, slots=True)
class _Place:
    """A question on its way."""

    server: Hashable
    reader: Hashable
    limit: asyncio.Timeout
    position: int = 0
    """Among those that wait, from 1; 0 once it has its turn."""
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    def move(self, position: int) -> None:
        if position != self.position:
            self.position = position
            self.moved.set()


class Turns:
    """Gives the turns to answer, `n_workers` at a time; for one event loop.

    Servers are served round robin, the questions of one in their order. Of the `max_waiting` places a server may hold
    no more than are still free, so none fills the queue alone (after Choudhury and Hahne, Dynamic Queue Length
    Thresholds for Shared-Memory Packet Switches, 1998).
    """

    def __init__(
        self,
        n_workers: int,
        max_waiting: int = 250,
        reader_per_minute: int = 5,
        server_per_minute: int = 60,
        clock: Clock = time.monotonic,
    ) -> None:
        self._n_workers = n_workers
        self._max_waiting = max_waiting
        self._reader_per_minute = reader_per_minute
        self._server_per_minute = server_per_minute
        self._reader_cooldown = Cooldown(clock)
        self._server_cooldown = Cooldown(clock)
        self._places: dict[Hashable, _Place] = {}  # by reader
        self._queues: dict[Hashable, deque[_Place]] = {}  # by server, the one to be served next first
        self._is_stopping = False
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def n_waiting(self) -> int:
        """Questions that wait for their turn."""
        return sum(map(len, self._queues.values()))

    @property
    def n_running(self) -> int:
        """Questions that have their turn."""
        return len(self._places) - self.n_waiting

    @asynccontextmanager
    async def take(
        self,
        *,
        server: Hashable | None,
        reader: Hashable,
        on_position: OnPosition,
        reader_per_minute: int | None = None,
        server_per_minute: int | None = None,
    ) -> AsyncIterator[None]:
        """Wait for the turn of a question; it ends with the block.

        Args:
            server: None for direct messages, which count as a server of that reader's own.
            reader: Who asks, the same on all servers.
            on_position: Called when the question has to wait, and again whenever it moves, forward or back.
            reader_per_minute: The rate that holds where it is asked, by default the general one.
            server_per_minute: The same for the server.

        Raises:
            Refusal: There is no turn for it, or `drain` ended it.
        """
        home = ("direct messages", reader) if server is None else server
        reader_rate = reader_per_minute or self._reader_per_minute
        server_rate = server_per_minute or self._server_per_minute
        self._check(home, reader, reader_rate, server_rate)
        self._reader_cooldown.spend(reader, reader_rate)
        self._server_cooldown.spend(home, server_rate)
        try:
            async with asyncio.timeout(None) as limit:
                place = self._enter(home, reader, limit)
                try:
                    while place.position:
                        place.moved.clear()
                        on_position(place.position)
                        await place.moved.wait()
                    yield
                finally:
                    self._leave(place)
        except TimeoutError:
            if limit.expired():
                raise Stopping(_STOPPING_WAIT_S) from None
            raise

    async def drain(self, timeout_s: float) -> None:
        """Take no new questions, go on with the others, and after `timeout_s` end them with `Stopping`.

        Returns when all turns have ended; those who held them may still have to tell their readers.
        """
        self._is_stopping = True
        deadline = asyncio.get_running_loop().time() + timeout_s
        for place in self._places.values():
            if not place.limit.expired():
                place.limit.reschedule(deadline)
        await self._empty.wait()

    def _check(self, server: Hashable, reader: Hashable, reader_rate: int, server_rate: int) -> None:
        if self._is_stopping:
            raise Stopping(_STOPPING_WAIT_S)
        if reader in self._places:
            raise ReaderBusy(_BUSY_WAIT_S)
        if wait_s := self._reader_cooldown.wait_s(reader, reader_rate):
            raise ReaderCooling(wait_s)
        if wait_s := self._server_cooldown.wait_s(server, server_rate):
            raise ServerCooling(wait_s)
        n_own, n_free = len(self._queues.get(server, ())), self._max_waiting - self.n_waiting
        if self.n_running >= self._n_workers and n_own >= n_free:
            raise QueueFull(_FULL_WAIT_S)

    def _enter(self, server: Hashable, reader: Hashable, limit: asyncio.Timeout) -> _Place:
        place = self._places[reader] = _Place(server, reader, limit)
        self._queues.setdefault(server, deque()).append(place)
        self._empty.clear()
        self._advance()
        return place

    def _leave(self, place: _Place) -> None:
        del self._places[place.reader]
        if place.position:
            self._queues[place.server].remove(place)
            if not self._queues[place.server]:
                del self._queues[place.server]
        if not self._places:
            self._empty.set()
        self._advance()

    def _advance(self) -> None:
        """Give free workers to those whose turn it is, and number the others."""
        while self._queues and self.n_running < self._n_workers:
            server, queue = next(iter(self._queues.items()))
            queue.popleft().move(0)
            del self._queues[server]
            if queue:
                self._queues[server] = queue  # behind all others
        rounds = zip_longest(*self._queues.values())
        waiting = (place for one_each in rounds for place in one_each if place)
        for position, place in enumerate(waiting, 1):
            place.move(position)


def describe_position(position: int) -> str:
    """A sentence for the reader of a question that waits: `Your question is waiting: you are third.`"""
    if position <= len(_ORDINALS):
        ordinal = _ORDINALS[position - 1]
    else:
        endings = {1: "st", 2: "nd", 3: "rd"} if position % 100 not in (11, 12, 13) else {}
        ordinal = f"{position}{endings.get(position % 10, 'th')}"
    return f"Your question is waiting: you are {ordinal}."
