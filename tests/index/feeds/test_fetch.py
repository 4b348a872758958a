"""Pages from a loopback site: what comes, what is refused and why, and how politely it is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from index.feeds.addresses import Address
from index.feeds.fetch import Fetched, Fetcher, FetchFailed
from tests.index.feeds.fetching import AGENT, Fetch, look_up
from tests.web_site import FakeTime, Reply, WebSite


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
