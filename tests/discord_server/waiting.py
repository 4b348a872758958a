"""Waiting for the next change instead of sleeping."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

T = TypeVar("T")


class Changes:
    """Wakes whoever waits whenever something has happened; gives up after `patience_s`."""

    def __init__(self, patience_s: float) -> None:
        self.patience_s = patience_s
        self._next = asyncio.Event()

    def announce(self) -> None:
        happened, self._next = self._next, asyncio.Event()
        happened.set()

    async def until(self, check: Callable[[], T | None], what: str) -> T:
        """The first true result of `check`, which is called again after each change.

        Raises:
            AssertionError: It did not come; the message names `what`.
        """
        async with self.limit(what):
            while not (found := check()):
                await self._next.wait()
            return found

    @asynccontextmanager
    async def limit(self, what: str) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self.patience_s):
                yield
        except TimeoutError as e:
            raise AssertionError(f"waited {self.patience_s} s in vain for {what}") from e
