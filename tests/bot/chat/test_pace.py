"""Edits come at a pace: the first at once, the newest after an interval, none once it has stopped."""

from __future__ import annotations

import asyncio

from bot.chat.pace import Pace


class Screen:
    """What was shown; showing takes until the gate is open."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.changed = asyncio.Event()

    async def show(self, state: str) -> None:
        self.shown.append(state)
        self.changed.set()
        await self.gate.wait()

    async def until(self, state: str) -> None:
        async with asyncio.timeout(30):
            while state not in self.shown:
                self.changed.clear()
                await self.changed.wait()


async def test_of_what_comes_while_something_is_being_shown_only_the_newest_is_shown():
    screen = Screen()
    screen.gate.clear()
    pace = Pace(screen.show, interval_s=0)
    pace.offer("a")
    await screen.until("a")
    pace.offer("b")
    pace.offer("c")
    screen.gate.set()
    await screen.until("c")
    await pace.stop()
    assert screen.shown == ["a", "c"]


async def test_a_stop_waits_neither_for_the_interval_nor_for_what_was_not_begun():
    screen = Screen()
    pace = Pace(screen.show, interval_s=3600)
    pace.offer("a")
    await screen.until("a")
    pace.offer("b")
    async with asyncio.timeout(30):
        await pace.stop()
    pace.offer("c")
    await asyncio.gather(pace.stop())
    assert screen.shown == ["a"]


async def test_a_stop_waits_for_what_is_being_shown():
    screen = Screen()
    screen.gate.clear()
    pace = Pace(screen.show, interval_s=0)
    pace.offer("a")
    await screen.until("a")
    stopping = asyncio.create_task(pace.stop())
    await asyncio.wait([stopping], timeout=0)
    assert not stopping.done()
    screen.gate.set()
    await stopping


async def test_after_an_idle_interval_the_next_state_is_shown_at_once():
    screen = Screen()
    pace = Pace(screen.show, interval_s=0)
    for state in ("a", "b"):
        pace.offer(state)
        await screen.until(state)
    await pace.stop()
    assert screen.shown == ["a", "b"]
