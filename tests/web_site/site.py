"""The site: what it answers where, how it breaks, and what it was asked."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Condition, Event, Thread
from typing import Self

from tests.web_site.certificate import CERTIFICATE

PATIENCE_S = 60.0
"""For what comes at once unless the test fails."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked, and when by the site's clock; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    at: float


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; headers replace those that it gets by itself, and one of None is left out."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str | None] = field(default_factory=dict)

    def as_bytes(self) -> bytes:
        phrase = HTTPStatus(self.status).phrase
        own = {"Content-Length": str(len(self.body)), "Connection": "close"}
        lines = [f"{name}: {value}" for name, value in (own | self.headers).items() if value is not None]
        return "\r\n".join([f"HTTP/1.1 {self.status} {phrase}", *lines, "", ""]).encode("latin-1") + self.body


class Gate:
    """Holds an answer back until it is opened."""

    def __init__(self) -> None:
        self.arrived = Event()
        self._opened = Event()

    def open(self) -> None:
        self._opened.set()

    async def pass_through(self) -> None:
        self.arrived.set()
        await asyncio.to_thread(self._opened.wait, PATIENCE_S)


Handler = Callable[[Request], Reply]
Writer = Callable[[asyncio.StreamWriter], Awaitable[None]]


class WebSite:
    """Serves what was added.

    Attributes:
        requests: Every one in the order of coming, that of robots.txt too.
        n_at_once: Requests that are being answered.
        most_at_once: The most there were of them.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, tls: bool = False) -> None:
        self.requests: list[Request] = []
        self.n_at_once = 0
        self.most_at_once = 0
        self._has_come = Condition()
        self._clock = clock
        self._scheme = "https" if tls else "http"
        self._routes: dict[str, Handler] = {}
        self._writers: dict[str, Writer] = {}
        self._gates: dict[str, Gate] = {}
        self._port = 0
        self._loop = asyncio.new_event_loop()
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    def __enter__(self) -> Self:
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(PATIENCE_S)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        for gate in self._gates.values():
            gate.open()
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(PATIENCE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    @property
    def host(self) -> str:
        """`127.0.0.1:port`, as a setting opens it."""
        return f"127.0.0.1:{self._port}"

    @property
    def port(self) -> int:
        return self._port

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [request.path for request in self.requests]

    def url(self, path: str = "/", name: str = "127.0.0.1") -> str:
        return f"{self._scheme}://{name}:{self._port}{path}"

    def add(
        self,
        path: str,
        body: str | bytes = b"",
        content_type: str | None = "text/html; charset=utf-8",
        status: int = 200,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        compress: bool = False,
        headers: dict[str, str | None] | None = None,
    ) -> None:
        """Answer a path, or answer it otherwise from now on; 304 where the asker has the same ETag or date."""
        content = body.encode() if isinstance(body, str) else body
        validators = {"ETag": etag, "Last-Modified": last_modified}
        encoding = {"Content-Encoding": "gzip"} if compress else {}
        content = gzip.compress(content, 1) if compress else content
        own = {"Content-Type": content_type, **validators, **encoding, **(headers or {})}

        def answer(request: Request) -> Reply:
            has_it = (etag and request.headers.get("if-none-match") == etag) or (
                last_modified and request.headers.get("if-modified-since") == last_modified
            )
            return Reply(b"", 304, {**validators, "Content-Length": None}) if has_it else Reply(content, status, own)

        self.answer(path, answer)

    def answer(self, path: str, handler: Handler) -> None:
        """Answer a path by a function, which runs in the site's thread."""
        self._writers.pop(path, None)
        self._routes[path] = handler

    def remove(self, path: str) -> None:
        """Answer a path with 404 again."""
        self._routes.pop(path, None)
        self._writers.pop(path, None)

    def robots(self, text: str) -> None:
        """Answer /robots.txt, which is not there else."""
        self.add("/robots.txt", text, "text/plain")

    def redirect(self, path: str, target: str, status: int = 302) -> None:
        self.answer(path, lambda _: Reply(b"", status, {"Location": target}))

    def fail(self, path: str, status: int = 503, times: int | None = None, retry_after: str | None = None) -> None:
        """Answer with an error: always, or so many times before what was added there."""
        after = self._routes.get(path, _find_nothing)
        n_left = times

        def answer(request: Request) -> Reply:
            nonlocal n_left
            if n_left == 0:
                return after(request)
            n_left = n_left and n_left - 1
            return Reply(b"error", status, {"Retry-After": retry_after})

        self.answer(path, answer)

    def send(self, path: str, *pieces: bytes) -> None:
        """Send these bytes as they are, status line and all, and hang up."""

        async def write(writer: asyncio.StreamWriter) -> None:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()

        self._writers[path] = write

    def bomb(self, path: str, n_bytes: int = 1_000_000_000, content_type: str = "text/html") -> None:
        """Send so many zeros, compressed to a thousandth by gzip."""
        zeros = gzip.compress(bytes(10_000_000), 9)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n"
        self.send(path, head.encode(), *[zeros] * (n_bytes // 10_000_000))

    def drip(self, path: str, head: bytes = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n") -> None:
        """Send a byte after the other, without an end."""

        async def write(writer: asyncio.StreamWriter) -> None:
            writer.write(head)
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.005)

        self._writers[path] = write

    def silence(self, path: str) -> None:
        """Take the request and never answer."""

        async def write(writer: asyncio.StreamWriter) -> None:
            await asyncio.Event().wait()

        self._writers[path] = write

    def hold(self, path: str) -> Gate:
        """Answer a path only when the gate is opened."""
        self._gates[path] = Gate()
        return self._gates[path]

    def wait_for(self, n_requests: int) -> None:
        """Block until so many requests have come; in an async test, in a thread."""
        with self._has_come:
            assert self._has_come.wait_for(lambda: len(self.requests) >= n_requests, PATIENCE_S), self.paths

    async def _start(self) -> asyncio.Server:
        context = None
        if self._scheme == "https":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
        return await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)

    async def _stop(self) -> None:
        self._server.close()
        for writer, task in list(self._connections.items()):
            writer.transport.abort()
            if task:
                task.cancel()
        await asyncio.gather(*filter(None, self._connections.values()), return_exceptions=True)
        await self._loop.shutdown_default_executor()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections[writer] = asyncio.current_task()
        try:
            if (start := await reader.readexactly(4)) == b"GET ":
                head = start + await reader.readuntil(b"\r\n\r\n")
                await self._reply(self._note(head.decode("latin-1")), writer)
            else:
                writer.write(Reply(b"not HTTP", 400).as_bytes())
            writer.close()
            await writer.wait_closed()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()  # the asker hung up, or the test is over
        finally:
            del self._connections[writer]

    def _note(self, head: str) -> Request:
        first, *lines = head.strip().split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        with self._has_come:
            self.requests.append(Request(method, path, headers, self._clock()))
            self._has_come.notify_all()
        return self.requests[-1]

    async def _reply(self, request: Request, writer: asyncio.StreamWriter) -> None:
        self.n_at_once += 1
        self.most_at_once = max(self.most_at_once, self.n_at_once)
        try:
            if gate := self._gates.get(request.path):
                await gate.pass_through()
            if write := self._writers.get(request.path):
                await write(writer)
            else:
                reply = self._routes.get(request.path, _find_nothing)(request).as_bytes()
        finally:
            self.n_at_once -= 1
        if not write:
            writer.write(reply)
            await writer.drain()


def _find_nothing(_: Request) -> Reply:
    return Reply(b"not found", 404)
