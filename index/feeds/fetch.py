"""Fetch pages from the open web: each address checked, each wait and size bounded, each refusal with its reason."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from index.errors import NewsdeskError
from index.feeds.addresses import AddressRefused, LookUp, PinnedTransport, check_url, look_up
from index.feeds.exchange import MAX_QUOTED, REDIRECTS, Answer, Busy, Exchange, Failed, InTrouble, Patience
from index.feeds.headers import keep_plain, read_charset
from index.feeds.politeness import Hosts, LeftAlone
from index.feeds.robots import MAX_BYTES as MAX_ROBOTS_BYTES
from index.feeds.robots import Robots

_MAX_REDIRECTS = 5
_MAX_TRIES = 3
_MAX_REST_S = 24 * 3600.0
_PERMANENT = (301, 308)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a site answered.

    Attributes:
        url: Where it was found, after redirects.
        status: 200 to 299, 304 where it is as it was, or an error of 400 to 499 that will not pass.
        body: Decompressed; empty unless the status is of success.
        content_type: As the site says, in lower case, without parameters.
        charset: As the site says, and known to Python; else empty.
        etag: To ask again with; empty where there is none.
        last_modified: To ask again with, as the site wrote it; empty where there is none.
        permanent_url: Where the page has moved to for good, else the URL asked for.
    """

    url: str
    status: int
    body: bytes
    content_type: str
    charset: str
    etag: str
    last_modified: str
    permanent_url: str


class FetchFailed(NewsdeskError):
    """A page that could not be fetched.

    Attributes:
        url: The page asked for, or what can be shown of it.
        reason: Why not, as the end of a sentence about it.
    """

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason


class Fetcher:
    """Fetches from public addresses, a few hosts at once and each host politely.

    It takes no proxy, cookie or password from its surroundings.
    """

    def __init__(
        self,
        user_agent: str,
        open_hosts: Collection[str] = (),
        timeout_s: float = 20.0,
        max_bytes: int = 8_000_000,
        per_host_delay_s: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        look_up: LookUp = look_up,
    ) -> None:
        """Make a fetcher, to be used as an async context manager.

        Args:
            user_agent: As `Name/version (+where to read about it)`; the name is what a robots.txt calls it by.
            open_hosts: Hosts as `name` or `name:port` that may be fetched from wherever they are.
            timeout_s: For the whole answer, with all its redirects and tries.
            max_bytes: Of a body, as sent and decompressed.
            per_host_delay_s: Between two requests to a host.
        """
        self._open_hosts = frozenset(host.lower() for host in open_hosts)
        self._timeout_s = timeout_s
        self._sleep = sleep
        transport = PinnedTransport(self._open_hosts, look_up)
        self._exchange = Exchange(transport, user_agent, timeout_s, max_bytes)
        self._hosts = Hosts(per_host_delay_s, clock, sleep)
        self._robots = Robots(user_agent, self._load_robots, clock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._exchange.close()

    async def get(self, url: str, *, etag: str = "", last_modified: str = "", obey_robots: bool = True) -> Fetched:
        """Fetch a page.

        Args:
            etag: As a former answer named it, so that a page as it was is not sent again.
            last_modified: Likewise.

        Raises:
            FetchFailed: It was refused, or could not be had.
        """
        conditions = {"If-None-Match": keep_plain(etag), "If-Modified-Since": keep_plain(last_modified)}
        return await self._follow(url, {k: v for k, v in conditions.items() if v}, obey_robots=obey_robots)

    async def _load_robots(self, url: str) -> str:
        found = await self._follow(url, {}, obey_robots=False, cut_at=MAX_ROBOTS_BYTES)
        return found.body.decode("utf-8-sig", "replace")

    async def _follow(
        self, asked: str, conditions: Mapping[str, str], *, obey_robots: bool, cut_at: int | None = None
    ) -> Fetched:
        """Ask, and go where the answers lead."""
        patience = Patience(self._timeout_s)
        place, is_permanent = asked, True
        try:
            for _ in range(_MAX_REDIRECTS + 1):
                url = check_url(place, self._open_hosts)
                answer = await self._ask(url, conditions, patience, obey_robots=obey_robots, cut_at=cut_at)
                if answer.status == 304 and not conditions:
                    raise Failed("answers that it is as it was, and nobody asked")
                if answer.status not in REDIRECTS:
                    has_moved = is_permanent and answer.status < 400
                    return _record(answer, url, permanent_url=str(url) if has_moved else asked)
                is_permanent = is_permanent and answer.status in _PERMANENT
                place = _find_target(url, answer.headers.get("Location", ""))
        except AddressRefused as e:
            if place == asked:
                raise FetchFailed(e.place, f"is refused: {e.reason}") from None
            raise FetchFailed(asked, f"redirects to {e.place}, which is refused: {e.reason}") from None
        except Failed as e:
            raise FetchFailed(asked, str(e)) from None
        raise FetchFailed(asked, f"redirects more than {_MAX_REDIRECTS} times")

    async def _ask(
        self,
        url: httpx.URL,
        conditions: Mapping[str, str],
        patience: Patience,
        *,
        obey_robots: bool,
        cut_at: int | None,
    ) -> Answer:
        """Ask for one URL when its host's turn has come, again where that may help."""
        pause_s = 0.0
        if obey_robots:
            rules = await self._robots.find_rules(url)
            if refusal := rules.find_refusal(url):
                raise Failed(refusal)
            pause_s = rules.delay_s
        tries = AsyncRetrying(
            retry=retry_if_exception(lambda e: isinstance(e, InTrouble) and e.may_pass),
            wait=_choose_wait,
            stop=stop_after_attempt(_MAX_TRIES),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            async with self._hosts.turn(url.netloc.decode("ascii"), pause_s) as host:
                try:
                    answer: Answer = await tries(self._exchange.send, url, conditions, patience, cut_at)
                except InTrouble as e:
                    asked_s = e.asked_s if isinstance(e, Busy) else None
                    self._hosts.note(host, has_failed=True, rest_s=min(asked_s or 0.0, _MAX_REST_S))
                    raise
                self._hosts.note(host, has_failed=False)
        except LeftAlone as e:
            raise Failed(f"{url.host} {e}") from None
        return answer


def _find_target(url: httpx.URL, location: str) -> str:
    if not location:
        raise Failed("redirects and does not say where")
    try:
        return str(url.join(location))
    except httpx.InvalidURL:
        raise Failed(f"redirects to {location[:MAX_QUOTED]!r}, which is not a URL") from None


def _record(answer: Answer, url: httpx.URL, permanent_url: str) -> Fetched:
    content_type, _, parameters = answer.headers.get("Content-Type", "").partition(";")
    return Fetched(
        url=str(url),
        status=answer.status,
        body=answer.body,
        content_type=content_type.strip().lower(),
        charset=read_charset(parameters),
        etag=keep_plain(answer.headers.get("ETag", "")),
        last_modified=keep_plain(answer.headers.get("Last-Modified", "")),
        permanent_url=permanent_url,
    )


def _choose_wait(state: RetryCallState) -> float:
    """Seconds before the next try: as many as the host asks for, or more each time, with jitter."""
    error = state.outcome.exception() if state.outcome else None
    backoff_s: float = (wait_exponential(1.0) + wait_random(0, 1.0))(state)
    return max(backoff_s, (error.asked_s or 0.0) if isinstance(error, Busy) else 0.0)
