"""Holding back what computes while somebody waits for the event loop, with which it shares Python's lock."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Quiet:
    """Lets those in a hurry go before those that compute; for one event loop."""

    def __init__(self, patience_s: float) -> None:
        """`patience_s` is how long one computation is held back at most, however many are in a hurry."""
        self._patience_s = patience_s
        self._n_needing = 0
        self._reached = asyncio.Event()
        self._reached.set()

    @contextmanager
    def needed(self) -> Iterator[None]:
        """Hold back what computes until the block is left."""
        self._n_needing += 1
        self._reached.clear()
        try:
            yield
        finally:
            self._n_needing -= 1
            if not self._n_needing:
                self._reached.set()

    async def wait(self) -> None:
        """Return once nobody is in a hurry, or it was waited for long enough."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience_s):
                await self._reached.wait()
