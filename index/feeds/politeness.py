"""Manners towards a host: one request at a time, a pause between two, and rest for a host that is in trouble."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_MAX_FAILURES = 5
_REST_S = 600.0


class LeftAlone(Exception):
    """A host that is not asked for now, and why."""


@dataclass(slots=True)
class Host:
    """How a host has been doing.

    Attributes:
        rested_at: When it may be asked again, after trouble.
        trouble: What the trouble was.
    """

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    last_at: float = -math.inf
    n_failures: int = 0
    rested_at: float = -math.inf
    trouble: str = ""


class Hosts:
    """Every host that was asked, and whose turn it is there."""

    def __init__(self, pause_s: float, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]) -> None:
        self._pause_s = pause_s
        self._clock = clock
        self._sleep = sleep
        self._hosts: dict[str, Host] = {}

    @asynccontextmanager
    async def turn(self, name: str, pause_s: float = 0.0) -> AsyncIterator[Host]:
        """Wait until a host may be asked, and hold it.

        Args:
            pause_s: Seconds since the last request, where the host wants more than the usual ones.

        Raises:
            LeftAlone: It failed too often, or asked for rest.
        """
        host = self._hosts.setdefault(name, Host())
        async with host.lock:
            if host.rested_at > self._clock():
                raise LeftAlone(f"{host.trouble}, and is left alone for a while")
            if (wait_s := host.last_at + max(pause_s, self._pause_s) - self._clock()) > 0:
                await self._sleep(wait_s)
            try:
                yield host
            finally:
                host.last_at = self._clock()

    def note(self, host: Host, *, has_failed: bool, rest_s: float = 0.0) -> None:
        """Note how a request ended, and for how long the host wants to be left alone."""
        host.n_failures = host.n_failures + 1 if has_failed else 0
        if rest_s:
            self._rest(host, rest_s, "has asked for rest")
        elif host.n_failures >= _MAX_FAILURES:
            self._rest(host, _REST_S, f"has failed {_MAX_FAILURES} times in a row")

    def _rest(self, host: Host, rest_s: float, trouble: str) -> None:
        host.n_failures = 0
        host.rested_at = self._clock() + rest_s
        host.trouble = trouble
