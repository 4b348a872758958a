"""Pages from a loopback site: what comes, what is refused and why, and how politely it is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address
from types import SimpleNamespace
from typing import Any

import pytest

from index.feeds.addresses import Address
from index.feeds.fetch import Fetched, Fetcher, FetchFailed
from tests.web_site import FakeTime, Reply, WebSite
from tests.web_site.certificate import CERTIFICATE

AGENT = "Newsdesk/0.1 (+https://example.net/newsdesk)"
NEVER_S = 0.2
"""A time limit where nothing comes, or never an end."""
NAMES = {"private.test": "10.0.0.1", "turncoat.test": "169.254.169.254"}


async def look_up(host: str, port: int) -> Sequence[Address]:
    """Every name is the loopback site but for some."""
    return [ip_address(NAMES.get(host, "127.0.0.1"))]


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def site(time: FakeTime) -> Iterator[WebSite]:
    with WebSite(time.clock) as site:
        yield site


class Fetch:
    """Fetches paths of the site, without robots.txt unless asked for."""

    def __init__(self, site: WebSite, time: FakeTime) -> None:
        self.site = site
        self.time = time

    def open(self, **options: Any) -> Fetcher:
        hosts = [self.site.host, *options.pop("open_hosts", [])]
        return Fetcher(AGENT, hosts, clock=self.time.clock, sleep=self.time.sleep, **options)

    async def __call__(self, path: str, obey_robots: bool = False, **options: Any) -> Fetched:
        conditions = {k: options.pop(k) for k in ("etag", "last_modified") if k in options}
        async with self.open(**options) as fetcher:
            return await fetcher.get(self.site.url(path), obey_robots=obey_robots, **conditions)

    async def fail(self, path: str, **options: Any) -> str:
        with pytest.raises(FetchFailed) as caught:
            await self(path, **options)
        assert str(caught.value) == f"{self.site.url(path)}: {caught.value.reason}"
        return caught.value.reason


@pytest.fixture
def fetch(site: WebSite, time: FakeTime) -> Fetch:
    return Fetch(site, time)


async def test_a_page_comes_with_what_the_site_says_of_it(site: WebSite, fetch: Fetch):
    site.add("/a", "<p>Bridge</p>", 'Text/HTML; x=y; Charset="UTF-8"', etag='W/"1"', last_modified="yesterday")
    url = site.url("/a")
    assert await fetch("/a") == Fetched(
        url=url,
        status=200,
        body=b"<p>Bridge</p>",
        content_type="text/html",
        charset="utf-8",
        etag='W/"1"',
        last_modified="yesterday",
        permanent_url=url,
    )
    (request,) = site.requests
    assert request.headers["user-agent"] == AGENT
    assert request.headers["accept-encoding"] == "gzip, deflate"
    assert not {"cookie", "authorization", "if-none-match", "if-modified-since"} & set(request.headers)


@pytest.mark.parametrize("charset", ["no-such", "zip", "idna", "x" * 10_000, "utf-8\\0"])
async def test_a_charset_that_python_does_not_know_is_none(site: WebSite, fetch: Fetch, charset: str):
    site.add("/a", "text", f"text/html; charset={charset}")
    assert (await fetch("/a")).charset == ""


async def test_a_page_without_a_type_has_none(site: WebSite, fetch: Fetch):
    site.add("/a", "text", None)
    assert (await fetch("/a")).content_type == ""


async def test_a_page_as_it_was_is_not_sent_again(site: WebSite, fetch: Fetch):
    site.add("/a", "text", etag='"1"', last_modified="Thu, 17 Apr 2025 12:00:00 GMT")
    first = await fetch("/a")
    again = await fetch("/a", etag=first.etag)
    assert (again.status, again.body, again.etag) == (304, b"", '"1"')
    assert (await fetch("/a", last_modified=first.last_modified)).status == 304
    assert (await fetch("/a", etag='"0"')).status == 200


async def test_a_validator_that_no_header_can_hold_is_not_kept_or_sent(site: WebSite, fetch: Fetch):
    site.add("/a", "text", etag='"é"')
    assert (await fetch("/a")).etag == ""
    await fetch("/a", etag='"1"\r\nX-Evil: 1', last_modified="é")
    assert not {"if-none-match", "if-modified-since", "x-evil"} & set(site.requests[-1].headers)


async def test_nobody_asked_whether_it_is_as_it_was(site: WebSite, fetch: Fetch):
    site.answer("/a", lambda _: Reply(status=304))
    assert await fetch.fail("/a") == "answers that it is as it was, and nobody asked"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
async def test_a_page_that_is_not_to_be_had_is_told_by_its_status(site: WebSite, fetch: Fetch, status: int):
    site.add("/a", "an error page", status=status)
    found = await fetch("/a")
    assert (found.status, found.body, len(site.requests)) == (status, b"", 1)


async def test_a_compressed_page_is_read(site: WebSite, fetch: Fetch):
    site.add("/a", "Bridge " * 1000, compress=True)
    assert (await fetch("/a")).body == b"Bridge " * 1000


async def test_redirects_are_followed_to_the_page(site: WebSite, fetch: Fetch):
    site.add("/c", "text")
    site.redirect("/a", "/b#part", 302)
    site.redirect("/b", site.url("/c"), 307)
    found = await fetch("/a")
    assert (found.url, found.body, site.paths) == (site.url("/c"), b"text", ["/a", "/b", "/c"])


@pytest.mark.parametrize(
    ("statuses", "moved"), [([301], True), ([301, 308], True), ([302], False), ([301, 302], False), ([303, 301], False)]
)
async def test_a_page_has_moved_for_good_when_every_redirect_says_so(
    site: WebSite, fetch: Fetch, statuses: list[int], moved: bool
):
    for n, status in enumerate(statuses):
        site.redirect(f"/{n}", f"/{n + 1}", status)
    site.add(f"/{len(statuses)}", "text")
    found = await fetch("/0")
    assert found.url == site.url(f"/{len(statuses)}")
    assert found.permanent_url == (found.url if moved else site.url("/0"))


async def test_a_page_has_not_moved_to_where_it_is_not(site: WebSite, fetch: Fetch):
    site.redirect("/a", "/gone", 301)
    found = await fetch("/a")
    assert (found.status, found.permanent_url) == (404, site.url("/a"))


async def test_a_circle_of_redirects_ends(site: WebSite, fetch: Fetch):
    site.redirect("/a", "/b")
    site.redirect("/b", "/a")
    assert await fetch.fail("/a") == "redirects more than 5 times"
    assert len(site.requests) == 6


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://10.0.0.1/a", "redirects to http://10.0.0.1, which is refused: 10.0.0.1 is not a public address"),
        ("http://[::ffff:7f00:1]/", "is not a public address"),
        ("http://127.0.0.1:8000/", "127.0.0.1 is not a public address"),
        ("http://private.test/", "redirects to private.test, which is refused: 10.0.0.1 is not a public address"),
        ("http://2130706433/", "is an address in an odd notation"),
        ("file:///etc/passwd", "only http and https are fetched"),
        ("http://me:secret@example.org/", "names a user or a password"),
        ("http://[", "has no host, or one that cannot be"),
        ("http://example.org:port/", "redirects to 'http://example.org:port/', which is not a URL"),
    ],
)
async def test_a_redirect_to_what_is_not_fetched_from_is_refused(site: WebSite, fetch: Fetch, target: str, reason: str):
    site.redirect("/a", target, 301)
    assert reason in await fetch.fail("/a", look_up=look_up)
    assert site.paths == ["/a"]


@pytest.mark.parametrize(
    "url", ["http://turncoat.test/latest/meta-data/", "http://169.254.169.254/", "gopher://a.test/"]
)
async def test_what_is_not_fetched_from_is_refused_at_once(url: str, time: FakeTime):
    async with Fetcher(AGENT, look_up=look_up, clock=time.clock, sleep=time.sleep) as fetcher:
        with pytest.raises(FetchFailed, match="is refused: "):
            await fetcher.get(url, obey_robots=False)
    assert time.sleeps == []


async def test_the_site_is_closed_unless_a_setting_opens_it(site: WebSite, time: FakeTime):
    async with Fetcher(AGENT, clock=time.clock, sleep=time.sleep) as fetcher:
        with pytest.raises(FetchFailed, match=r"is refused: 127\.0\.0\.1 is not a public address"):
            await fetcher.get(site.url("/"))
    assert site.requests == []


async def test_no_proxy_of_the_environment_is_used(site: WebSite, fetch: Fetch, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    site.add("/a", "text")
    assert (await fetch("/a")).body == b"text"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
async def test_a_busy_site_is_asked_again(site: WebSite, fetch: Fetch, status: int):
    site.add("/a", "text")
    site.fail("/a", status, times=2)
    assert (await fetch("/a")).body == b"text"
    waits = fetch.time.sleeps
    assert len(waits) == 2
    assert 1 <= waits[0] <= 2 <= waits[1] <= 3


async def test_a_busy_site_is_asked_three_times_and_no_more(site: WebSite, fetch: Fetch):
    site.fail("/a", 503)
    assert await fetch.fail("/a") == "answered with HTTP status 503"
    assert len(site.requests) == 3


async def test_a_site_is_given_the_time_that_it_asks_for(site: WebSite, fetch: Fetch):
    site.add("/a", "text")
    site.fail("/a", 429, times=1, retry_after="45")
    await fetch("/a")
    first, second = site.requests
    assert second.at - first.at == 45


@pytest.mark.parametrize(
    "moment", ["Wed, 21 Oct 2015 07:28:00 GMT", "soon", "-5", "Mon, 99 Foo 99999 99:99:99 +99999999"]
)
async def test_a_time_that_is_over_or_none_is_not_waited_for(site: WebSite, fetch: Fetch, moment: str):
    site.add("/a", "text")
    site.fail("/a", 503, times=1, retry_after=moment)
    assert (await fetch("/a")).status == 200
    assert fetch.time.sleeps[0] <= 2


@pytest.mark.parametrize("retry_after", ["3600", "Fri, 31 Dec 9999 23:59:59 GMT", "9" * 400])
async def test_a_site_that_asks_for_a_long_rest_gets_it(site: WebSite, fetch: Fetch, retry_after: str):
    site.add("/a", "text")
    site.fail("/a", 429, times=1, retry_after=retry_after)
    site.add("/b", "text")
    async with fetch.open() as fetcher:
        with pytest.raises(FetchFailed, match="answered with HTTP status 429"):
            await fetcher.get(site.url("/a"), obey_robots=False)
        with pytest.raises(FetchFailed, match="has asked for rest, and is left alone for a while"):
            await fetcher.get(site.url("/b"), obey_robots=False)
        assert site.paths == ["/a"]
        fetch.time.now += 24 * 3600
        assert (await fetcher.get(site.url("/b"), obey_robots=False)).body == b"text"


async def test_a_site_that_fails_five_times_in_a_row_is_left_alone_for_ten_minutes(site: WebSite, fetch: Fetch):
    site.fail("/bad")
    site.add("/good", "text")

    async def ask(path: str) -> str:
        try:
            return str((await fetcher.get(site.url(path), obey_robots=False)).status)
        except FetchFailed as e:
            return e.reason

    async with fetch.open() as fetcher:
        failures = ["/bad"] * 4
        assert [await ask(path) for path in [*failures, "/good", *failures, "/good"]].count("200") == 2
        for path in [*failures, "/bad"]:
            await ask(path)
        n_requests = len(site.requests)
        assert await ask("/good") == "127.0.0.1 has failed 5 times in a row, and is left alone for a while"
        assert len(site.requests) == n_requests
        fetch.time.now += 600
        assert await ask("/good") == "200"


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

    monkeypatch.setattr("index.feeds.fetch.time", SimpleNamespace(monotonic=fetch.time.clock))
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
    options = {"timeout_s": NEVER_S, "clock": time.clock, "sleep": time.sleep}
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


async def test_a_host_is_asked_one_thing_at_a_time_with_a_pause_between(site: WebSite, fetch: Fetch):
    paths = [f"/{n}" for n in range(5)]
    for path in paths:
        site.add(path, "text")
    async with fetch.open(per_host_delay_s=3.0) as fetcher:
        await asyncio.gather(*(fetcher.get(site.url(path), obey_robots=False) for path in paths))
    times = [request.at for request in site.requests]
    assert [after - before for before, after in zip(times, times[1:], strict=False)] == [3.0] * 4
    assert site.most_at_once == 1


async def test_eight_hosts_are_asked_at_once_and_no_more(site: WebSite, fetch: Fetch):
    names = [f"paper{n}.test" for n in range(9)]
    gates = [site.hold(f"/{name}") for name in names]
    async with fetch.open(open_hosts=names, look_up=look_up) as fetcher:
        asked = [asyncio.create_task(fetcher.get(site.url(f"/{name}", name), obey_robots=False)) for name in names]
        await asyncio.to_thread(site.wait_for, 8)
        assert site.most_at_once == 8
        for gate in gates:
            gate.open()
        assert [found.status for found in await asyncio.gather(*asked)] == [404] * 9
    assert site.most_at_once == 8


async def test_robots_txt_is_obeyed(site: WebSite, fetch: Fetch):
    site.robots("User-agent: newsdesk\nDisallow: /private\nCrawl-delay: 7")
    site.add("/public", "text")
    assert await fetch.fail("/private", obey_robots=True) == "robots.txt of 127.0.0.1 asks not to fetch /private"
    assert site.paths == ["/robots.txt"]
    async with fetch.open() as fetcher:
        assert (await fetcher.get(site.url("/public"))).body == b"text"
        assert (await fetcher.get(site.url("/public"))).body == b"text"
    assert site.paths == ["/robots.txt", "/robots.txt", "/public", "/public"]
    assert site.requests[-1].at - site.requests[-2].at == 7


async def test_a_redirect_leads_nowhere_that_robots_txt_closes(site: WebSite, fetch: Fetch):
    site.robots("User-agent: *\nDisallow: /private")
    site.redirect("/a", "/private")
    assert "asks not to fetch /private" in await fetch.fail("/a", obey_robots=True)


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_a_site_without_robots_txt_closes_nothing(site: WebSite, fetch: Fetch, status: int):
    site.add("/robots.txt", "User-agent: *\nDisallow: /", status=status)
    site.add("/a", "text")
    assert (await fetch("/a", obey_robots=True)).body == b"text"


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_site_whose_robots_txt_fails_is_closed_for_now(site: WebSite, fetch: Fetch, status: int):
    site.fail("/robots.txt", status)
    site.add("/a", "text")
    reason = await fetch.fail("/a", obey_robots=True)
    assert reason.startswith("robots.txt of 127.0.0.1 could not be had, so nothing is fetched from there for now")
    assert f"HTTP status {status}" in reason
    assert "/a" not in site.paths


async def test_of_a_long_robots_txt_the_beginning_counts(site: WebSite, fetch: Fetch):
    filler = "# nothing\n" * 60_000
    site.robots(f"User-agent: *\nDisallow: /early\n{filler}Disallow: /late")
    site.add("/late", "text")
    assert "asks not to fetch" in await fetch.fail("/early", obey_robots=True)
    assert (await fetch("/late", obey_robots=True)).body == b"text"


async def test_a_name_is_looked_up_for_each_request_and_checked_each_time(site: WebSite, fetch: Fetch):
    answers = [ip_address("10.0.0.1"), ip_address("127.0.0.1")]

    async def change_its_mind(host: str, port: int) -> Sequence[Address]:
        return [ip_address("127.0.0.1") if host == "127.0.0.1" else answers.pop()]

    site.redirect("/a", site.url("/b", "rebinding.test"))
    assert "rebinding.test, which is refused: 127.0.0.1 is not" in await fetch.fail("/a", look_up=change_its_mind)
    assert "rebinding.test, which is refused: 10.0.0.1 is not" in await fetch.fail("/a", look_up=change_its_mind)
    assert site.paths == ["/a", "/a"]


async def test_a_cancelled_fetch_frees_its_host(site: WebSite, fetch: Fetch):
    site.silence("/never")
    site.add("/a", "text")
    async with fetch.open() as fetcher:
        hanging = asyncio.create_task(fetcher.get(site.url("/never"), obey_robots=False))
        await asyncio.to_thread(site.wait_for, 1)
        hanging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hanging
        assert (await fetcher.get(site.url("/a"), obey_robots=False)).body == b"text"
