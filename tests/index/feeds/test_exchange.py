"""One answer of a loopback site: how long it may take, how large it may be, and what is told of one that is none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from types import SimpleNamespace

import pytest

from index.feeds.addresses import Address
from index.feeds.fetch import Fetcher, FetchFailed
from tests.index.feeds.fetching import AGENT, Fetch, look_up
from tests.web_site import FakeTime, Reply, WebSite
from tests.web_site.certificate import CERTIFICATE

NEVER_S = 0.2
"""A time limit where nothing comes, or never an end."""


async def test_a_site_that_says_nothing_is_given_up(site: WebSite, fetch: Fetch):
    site.silence("/a")
    assert await fetch.fail("/a", timeout_s=NEVER_S) == "127.0.0.1 had not answered after 0.2 seconds"
    assert len(site.requests) == 1


async def test_a_site_that_sends_a_byte_now_and_then_is_given_up(site: WebSite, fetch: Fetch):
    site.drip("/a")
    assert await fetch.fail("/a", timeout_s=NEVER_S) == "127.0.0.1 was still sending after 0.2 seconds"


async def test_headers_without_an_end_are_given_up(site: WebSite, fetch: Fetch):
    site.drip("/a", b"HTTP/1.1 200 OK\r\nX-Long: ")
    assert "after 0.2 seconds" in await fetch.fail("/a", timeout_s=NEVER_S)


async def test_the_time_limit_is_one_for_all_redirects(site: WebSite, fetch: Fetch, monkeypatch: pytest.MonkeyPatch):
    def pass_on(path: str) -> Reply:
        fetch.time.now += 12
        return Reply(status=302, headers={"Location": path})

    monkeypatch.setattr("index.feeds.exchange.time", SimpleNamespace(monotonic=fetch.time.clock))
    for n in range(3):
        site.answer(f"/{n}", lambda _, n=n: pass_on(f"/{n + 1}"))
    assert await fetch.fail("/0") == "127.0.0.1 had not answered after 20 seconds"
    assert site.paths == ["/0", "/1"]


async def test_waiting_for_the_hosts_turn_takes_nothing_of_the_time_limit(site: WebSite, fetch: Fetch):
    site.add("/a", "text")
    gate = site.hold("/held")
    site.add("/held", "text")
    async with fetch.open() as fetcher:
        held = asyncio.create_task(fetcher.get(site.url("/held"), obey_robots=False))
        await asyncio.to_thread(site.wait_for, 1)
        waiting = asyncio.create_task(fetcher.get(site.url("/a"), obey_robots=False))
        await asyncio.sleep(0)
        gate.open()
        assert (await held).body == (await waiting).body == b"text"


@pytest.mark.parametrize("compress", [False, True])
async def test_a_page_that_is_too_large_is_refused(site: WebSite, fetch: Fetch, compress: bool):
    site.add("/a", bytes(1001), compress=compress)
    assert await fetch.fail("/a", max_bytes=1000) == "is larger than 1,000 bytes"
    site.add("/a", bytes(1000), compress=compress)
    assert len((await fetch("/a", max_bytes=1000)).body) == 1000


async def test_a_bomb_is_refused(site: WebSite, fetch: Fetch):
    site.bomb("/a")
    assert await fetch.fail("/a") == "is larger than 8,000,000 bytes"


async def test_a_length_that_is_too_large_is_believed(site: WebSite, fetch: Fetch):
    site.send("/a", b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
    assert await fetch.fail("/a") == "is larger than 8,000,000 bytes"


async def test_a_body_without_a_length_may_be_too_large(site: WebSite, fetch: Fetch):
    site.send("/a", b"HTTP/1.1 200 OK\r\n\r\n", *[bytes(50_000)] * 10)
    assert await fetch.fail("/a", max_bytes=100_000) == "is larger than 100,000 bytes"


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "broke off, or does not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n", "broke off, or does not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "broke off, or does not speak HTTP"),
        (b"SSH-2.0-OpenSSH_9.9\r\n\r\n", "broke off, or does not speak HTTP"),
        (b"", "broke off, or does not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n", "broke off, or does not speak HTTP"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n...",
            "is sent in the encoding 'br', which was not asked for",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n<html>", "cannot be decompressed"),
        (b"HTTP/1.1 300 Multiple Choices\r\n\r\n", "answered with HTTP status 300"),
        (b"HTTP/1.1 999 Odd\r\n\r\n", "answered with HTTP status 999"),
    ],
)
async def test_an_answer_that_is_none_is_refused_with_the_reason(site: WebSite, fetch: Fetch, sent: bytes, reason: str):
    site.send("/a", sent)
    text = await fetch.fail("/a")
    assert reason in text
    assert len(text) < 400


async def test_a_length_that_is_too_short_cuts_the_page(site: WebSite, fetch: Fetch):
    site.add("/a", "Bridge opens", headers={"Content-Length": "6"})
    assert (await fetch("/a")).body == b"Bridge"


async def test_a_host_where_nobody_listens_is_named(fetch: Fetch, time: FakeTime):
    with WebSite() as closed:
        url, host = closed.url("/"), closed.host
    async with Fetcher(AGENT, [host], clock=time.clock, sleep=time.sleep) as fetcher:
        with pytest.raises(FetchFailed, match=r"127\.0\.0\.1 refuses connections at port \d+$"):
            await fetcher.get(url, obey_robots=False)
    assert len(time.sleeps) == 2


async def test_a_name_without_an_address_is_named(time: FakeTime):
    async def find_nothing(host: str, port: int) -> Sequence[Address]:
        raise OSError(-2, "Name or service not known")

    async with Fetcher(AGENT, clock=time.clock, sleep=time.sleep, look_up=find_nothing) as fetcher:
        with pytest.raises(FetchFailed, match=r"example\.org could not be reached .*not known"):
            await fetcher.get("http://example.org/", obey_robots=False)


async def test_a_certificate_that_nobody_vouches_for_is_refused(time: FakeTime):
    with WebSite(tls=True) as site:
        async with Fetcher(AGENT, [site.host], clock=time.clock, sleep=time.sleep) as fetcher:
            with pytest.raises(FetchFailed, match=r"the certificate of 127\.0\.0\.1 is not accepted: self-signed"):
                await fetcher.get(site.url("/"), obey_robots=False)
    assert site.requests == []
    assert time.sleeps == []


async def test_a_certificate_is_that_of_the_name_and_not_of_the_address(
    time: FakeTime, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    hosts = ["news.test", "others.test"]
    with WebSite(tls=True) as site:
        site.add("/a", "text")
        async with Fetcher(AGENT, hosts, clock=time.clock, sleep=time.sleep, look_up=look_up) as fetcher:
            assert (await fetcher.get(site.url("/a", "news.test"), obey_robots=False)).body == b"text"
            with pytest.raises(FetchFailed, match=r"certificate of others\.test is not accepted: Hostname mismatch"):
                await fetcher.get(site.url("/a", "others.test"), obey_robots=False)
    assert [request.headers["host"] for request in site.requests] == [f"news.test:{site.port}"]


async def test_a_site_without_tls_is_no_secure_one(site: WebSite, fetch: Fetch):
    async with fetch.open() as fetcher:
        with pytest.raises(FetchFailed, match=r"no secure connection to 127\.0\.0\.1"):
            await fetcher.get(site.url("/").replace("http:", "https:"), obey_robots=False)


@asynccontextmanager
async def listen(answer: bytes) -> AsyncIterator[int]:
    """A port where this is answered, and every connection must have been hung up in the end."""
    connections: list[asyncio.Task[bytes]] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        connections.append(asyncio.create_task(read_to_end(reader, writer)))

    async def read_to_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        try:
            return await reader.read()
        finally:
            writer.close()

    async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        async with asyncio.timeout(60):
            assert await asyncio.gather(*connections)


async def test_a_host_that_never_shakes_hands_is_given_up(time: FakeTime):
    options = {"timeout_s": 10 * NEVER_S, "clock": time.clock, "sleep": time.sleep}  # half of it is for the handshake
    async with Fetcher(AGENT, ["127.0.0.1"], **options) as fetcher, listen(b"") as port:
        with pytest.raises(FetchFailed, match="does not take connections"):
            await fetcher.get(f"https://127.0.0.1:{port}/", obey_robots=False)


@pytest.mark.parametrize("status", [b"404 Not Found", b"302 Found", b"503 Busy", b"200 OK"])
async def test_an_answer_that_is_not_read_to_its_end_is_hung_up_on(status: bytes, time: FakeTime):
    options = {"max_bytes": 10, "clock": time.clock, "sleep": time.sleep}
    answer = b"HTTP/1.1 " + status + b"\r\nLocation: gopher:\r\nContent-Length: 999\r\n\r\nmuch text and more"
    async with Fetcher(AGENT, ["127.0.0.1"], **options) as fetcher, listen(answer) as port:
        with suppress(FetchFailed):
            await fetcher.get(f"http://127.0.0.1:{port}/", obey_robots=False)
