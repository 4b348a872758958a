"""How often a message is edited while its answer grows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Generic, TypeVar

T = TypeVar("T")


class Pace(Generic[T]):
    """Shows the newest state of something, the first at once and then one in an interval; the others are left out."""

    def __init__(self, show: Callable[[T], Awaitable[None]], interval_s: float) -> None:
        """`show` must not raise."""
        self._show = show
        self._interval_s = interval_s
        self._newest: T | None = None
        self._stopped = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def offer(self, state: T) -> None:
        """Take in a new state; it is shown unless another comes first."""
        if self._stopped.is_set():
            return
        self._newest = state
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._show_newest())

    async def stop(self) -> None:
        """Show nothing more; returns as soon as nothing is being shown."""
        self._newest = None
        self._stopped.set()
        if self._task:
            await self._task

    async def _show_newest(self) -> None:
        while (state := self._newest) is not None:
            self._newest = None
            await self._show(state)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._interval_s):
                    await self._stopped.wait()
