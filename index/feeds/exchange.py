"""One request and its answer: each wait and size bounded, and what ends it told with its reason."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from index.feeds.addresses import PinnedTransport, port_of
from index.feeds.body import Body, BodyRefused, BodyTooLarge
from index.feeds.headers import read_retry_after

MAX_QUOTED = 200
REDIRECTS = (301, 302, 303, 307, 308)
_MAX_AT_ONCE = 8
_MAX_RETRY_AFTER_S = 60.0
_PASSING = (408, 425, 429)


class Failed(Exception):
    """What ends a request, with the reason for it."""


class InTrouble(Failed):
    """The host is silent, not to be reached or overloaded."""

    may_pass = True


class _Silent(InTrouble):
    may_pass = False


class Busy(InTrouble):
    """The host wants to be asked again later: after so many seconds, if it says so."""

    def __init__(self, reason: str, asked_s: float | None) -> None:
        super().__init__(reason)
        self.asked_s = asked_s
        self.may_pass = asked_s is None or asked_s <= _MAX_RETRY_AFTER_S


@dataclass(slots=True)
class Patience:
    """What is left of the time that answers may take; waits for a host's turn are not counted."""

    left_s: float

    @asynccontextmanager
    async def spend(self) -> AsyncIterator[None]:
        """Take from it what a block takes; raises TimeoutError where nothing is left."""
        started = time.monotonic()
        try:
            async with asyncio.timeout(self.left_s):
                yield
        finally:
            self.left_s -= time.monotonic() - started


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host sent, its body decompressed.

    Attributes:
        body: Empty unless the status is of success.
    """

    status: int
    headers: httpx.Headers
    body: bytes


class Exchange:
    """Sends requests, a few at once, and reads their answers."""

    def __init__(self, transport: PinnedTransport, user_agent: str, timeout_s: float, max_bytes: int) -> None:
        self._transport = transport
        self._user_agent = user_agent
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._slots = asyncio.Semaphore(_MAX_AT_ONCE)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._transport.aclose()

    async def send(
        self, url: httpx.URL, conditions: Mapping[str, str], patience: Patience, cut_at: int | None
    ) -> Answer:
        """Ask once.

        Args:
            conditions: Headers that tell what is known of the page.
            patience: What is left of it is spent.
            cut_at: Bytes of the body after which the rest is left off; None to refuse what is too large.

        Raises:
            Failed: There is no answer that may be used.
        """
        headers = {"User-Agent": self._user_agent, "Accept": "*/*", "Accept-Encoding": "gzip, deflate", **conditions}
        timeout = httpx.Timeout(None, connect=self._timeout_s / 2)
        request = httpx.Request("GET", url, headers=headers, extensions={"timeout": timeout.as_dict()})
        has_begun = False
        try:
            async with self._slots, patience.spend():
                response = await self._transport.handle_async_request(request)
                has_begun = True
                try:
                    return await self._read(response, cut_at)
                finally:
                    await response.aclose()
        except TimeoutError:
            verb = "was still sending" if has_begun else "had not answered"
            raise _Silent(f"{url.host} {verb} after {self._timeout_s:g} seconds") from None
        except (httpx.HTTPError, OSError) as e:
            raise _explain(e, url) from None

    async def _read(self, response: httpx.Response, cut_at: int | None) -> Answer:
        """The answer, with a body where it is the page."""
        status, headers = response.status_code, response.headers
        if status >= 500 or status in _PASSING:
            raise Busy(f"answered with HTTP status {status}", read_retry_after(headers.get("Retry-After", "")))
        if status != 304 and status not in REDIRECTS and not (200 <= status < 300 or 400 <= status < 500):
            raise Failed(f"answered with HTTP status {status}")
        if not 200 <= status < 300:
            return Answer(status, headers, b"")
        max_bytes = cut_at or self._max_bytes
        too_large = f"is larger than {max_bytes:,} bytes"
        length = headers.get("Content-Length", "")
        if cut_at is None and length.isdecimal() and int(length) > max_bytes:
            raise Failed(too_large)
        try:
            body = Body(headers.get("Content-Encoding", "").strip().lower(), max_bytes)
            async for piece in response.aiter_raw():
                body.add(piece)
            return Answer(status, headers, body.finish())
        except BodyTooLarge:
            if cut_at is None:
                raise Failed(too_large) from None
            return Answer(status, headers, body.content)
        except BodyRefused as e:
            raise Failed(str(e)) from None


def _explain(error: Exception, url: httpx.URL) -> Failed:
    if isinstance(error, httpx.ConnectError):
        for cause in _causes(error):
            if isinstance(cause, ssl.SSLCertVerificationError):
                return Failed(f"the certificate of {url.host} is not accepted: {cause.verify_message}")
            if isinstance(cause, ssl.SSLError):
                return Failed(f"no secure connection to {url.host} ({cause.reason})")
            if isinstance(cause, ConnectionRefusedError):
                return InTrouble(f"{url.host} refuses connections at port {port_of(url)}")
    if isinstance(error, httpx.ConnectTimeout):
        return _Silent(f"{url.host} does not take connections")
    if isinstance(error, httpx.ProtocolError):
        return InTrouble(f"{url.host} broke off, or does not speak HTTP ({str(error)[:MAX_QUOTED]})")
    return InTrouble(f"{url.host} could not be reached ({error or type(error).__name__})")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
