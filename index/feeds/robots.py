"""What the robots.txt of each site asks, fetched once and kept for a day."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx
from protego import Protego

from index.errors import NewsdeskError

MAX_BYTES = 500_000
"""Bytes of a robots.txt that are read; RFC 9309 asks for 500 KiB at least."""
_KEPT_S = 24 * 3600.0
_FAILURE_KEPT_S = 600.0
_MAX_DELAY_S = 30.0
_AGENT = re.compile(r"^\s*user(?:-|\s*)agent(?=[\s:]|$)\s*:?([^#]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a site asks of one robot.

    Attributes:
        refusal: Why nothing of the site is fetched for now; empty where its robots.txt could be had.
        until: When they are asked for again.
    """

    protego: Protego
    robot: str
    until: float
    refusal: str = ""

    def find_refusal(self, url: httpx.URL) -> str:
        """Why a page is not fetched; empty where it may be."""
        if self.refusal or self.protego.can_fetch(str(url), self.robot):
            return self.refusal
        return f"robots.txt of {url.host} asks not to fetch {url.raw_path.decode('ascii')}"

    @property
    def delay_s(self) -> float:
        """Seconds between two requests that the site asks for."""
        return min(self.protego.crawl_delay(self.robot) or 0.0, _MAX_DELAY_S)


@dataclass(slots=True)
class _Site:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    rules: Rules | None = None


class Robots:
    """The rules of every site that was asked for."""

    def __init__(self, user_agent: str, load: Callable[[str], Awaitable[str]], clock: Callable[[], float]) -> None:
        """Keep rules for one robot.

        Args:
            user_agent: Its first word, up to a slash, is the name that a robots.txt calls it by.
            load: The text at a URL, empty where there is none; NewsdeskError where nobody can say.
        """
        self._robot = user_agent.partition("/")[0].strip()
        self._load = load
        self._clock = clock
        self._sites: dict[httpx.URL, _Site] = {}

    async def find_rules(self, url: httpx.URL) -> Rules:
        """The rules of the site of a URL."""
        place = url.copy_with(raw_path=b"/robots.txt")
        site = self._sites.setdefault(place, _Site())
        async with site.lock:
            if site.rules is None or site.rules.until <= self._clock():
                site.rules = await self._ask(place)
            return site.rules

    async def _ask(self, place: httpx.URL) -> Rules:
        try:
            text = await self._load(str(place))
        except NewsdeskError as e:
            refusal = f"robots.txt of {place.host} could not be had, so nothing is fetched from there for now ({e})"
            return Rules(Protego(), self._robot, self._clock() + _FAILURE_KEPT_S, refusal)
        return Rules(Protego.parse(fold_agents(text, self._robot)), self._robot, self._clock() + _KEPT_S)


def fold_agents(text: str, robot: str) -> str:
    """Give all other robots one name: Protego keeps every rule once for each name above it."""
    return "\n".join(_fold_agent(line, robot.lower()) for line in text.splitlines())


def _fold_agent(line: str, robot: str) -> str:
    agent = _AGENT.match(line)
    if not agent or not (name := agent[1].strip().lower()):
        return line
    bare = name.replace("*", "").strip()
    return f"User-agent: {(bare or '*') if bare in robot else 'another-robot'}"
