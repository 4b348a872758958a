"""What may go wrong with a request: errors, lost answers, rate limits, and answers that are held back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from tests.discord_server.waiting import Changes

# As bots meet them: requests and seconds, per channel or webhook token.
REAL_LIMITS = (
    ("POST", "/channels/*/messages", 5, 5.0),
    ("PATCH", "/channels/*/messages/*", 5, 5.0),
    ("POST", "/channels/*/typing", 5, 5.0),
    ("POST", "/webhooks/*", 5, 2.0),
    ("PATCH", "/webhooks/*", 5, 2.0),
)
GLOBAL_PER_S = 50
EXEMPT = ("/interactions/", "/webhooks/")  # of the global limit


@dataclass(frozen=True)
class Request:
    """Which requests are meant: a method, and a pattern of paths with `*` in it."""

    method: str
    pattern: str

    def meets(self, method: str, path: str) -> bool:
        return method == self.method and fnmatchcase(path, self.pattern)


@dataclass
class Fault:
    """An answer instead of the right one, a number of times; status 0 breaks the connection.

    One that is carried out does what was asked all the same: the answer alone is lost.
    """

    which: Request
    status: int
    times: int = 1
    code: int = 0
    message: str = "fault"
    retry_after: float = 0.0
    is_global: bool = False
    by_cloudflare: bool = False
    carried_out: bool = False


class Hold:
    """Requests that wait until they are let go."""

    def __init__(self, which: Request, changes: Changes) -> None:
        self.which = which
        self.n_held = 0
        self._changes = changes
        self._go = asyncio.Event()

    async def reached(self, n: int = 1) -> None:
        """Wait until so many requests have come."""
        what = f"{self.which.method} {self.which.pattern} to be asked for {n} times"
        await self._changes.until(lambda: self.n_held >= n, what)

    def release(self) -> None:
        self._go.set()

    async def wait(self) -> None:
        self.n_held += 1
        self._changes.announce()
        await self._go.wait()


@dataclass
class Bucket:
    """A number of requests in a window of seconds, which begins with the first of them."""

    limit: int
    per_s: float
    began: float = 0.0
    used: int = 0

    def take(self, now: float) -> float:
        """Count a request; the seconds to wait where there were too many."""
        if now >= self.began + self.per_s:
            self.began, self.used = now, 0
        if self.used >= self.limit:
            return self.began + self.per_s - now
        self.used += 1
        return 0.0

    def reset_after(self, now: float) -> float:
        return max(0.0, self.began + self.per_s - now)


@dataclass
class Limits:
    """Rate limits by route and major parameter, and the global one; none until a test sets them."""

    rules: list[tuple[Request, int, float]] = field(default_factory=list)
    everything: Bucket | None = None
    _buckets: dict[tuple[Request, str], Bucket] = field(default_factory=dict)

    def bucket(self, method: str, path: str) -> Bucket | None:
        for which, n, per_s in self.rules:
            if which.meets(method, path):
                return self._buckets.setdefault((which, _major(path)), Bucket(n, per_s))
        return None


def _major(path: str) -> str:
    parts = path.split("/")
    return "/".join(parts[: 4 if parts[1] == "webhooks" else 3])
