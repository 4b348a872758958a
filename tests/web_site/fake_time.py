"""Time that passes only by sleeping, and at once."""

from __future__ import annotations


class FakeTime:
    """A clock and its sleep.

    Attributes:
        now: Seconds.
        sleeps: Every sleep, in order.
    """

    def __init__(self) -> None:
        self.now = 1000.0
        self.sleeps: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds
