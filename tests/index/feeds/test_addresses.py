"""Which addresses are refused, however they are written, and that what was checked is what is connected to."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, ip_address

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.feeds.addresses import Address, AddressRefused, PinnedTransport, check_url, look_up, resolve

PUBLIC, OTHER, PRIVATE = ip_address("93.184.215.14"), ip_address("2606:4700::6810:84e5"), ip_address("192.168.7.1")
BLOCKS = {
    "this machine": ("127.0.0.0", 8),
    "private": ("10.0.0.0", 8),
    "a home's": ("192.168.0.0", 16),
    "link-local": ("169.254.0.0", 16),
    "carrier's": ("100.64.0.0", 10),
    "multicast": ("224.0.0.0", 4),
    "reserved": ("240.0.0.0", 4),
    "unspecified": ("0.0.0.0", 8),
}
not_public = st.sampled_from(sorted(BLOCKS)).flatmap(
    lambda kind: st.integers(0, 2 ** (32 - BLOCKS[kind][1]) - 1).map(
        lambda n: IPv4Address(int(IPv4Address(BLOCKS[kind][0])) + n)
    )
)
SPELLINGS = {
    "dotted": str,
    "with a dot at the end": lambda ip: f"{ip}.",
    "one number": lambda ip: str(int(ip)),
    "hexadecimal": lambda ip: hex(int(ip)),
    "octal": lambda ip: f"0{int(ip):o}",
    "two numbers": lambda ip: f"{int(ip) >> 24}.{int(ip) & 0xFFFFFF}",
    "three, some hexadecimal": lambda ip: f"{int(ip) >> 24:#x}.{int(ip) >> 16 & 255}.{int(ip) & 0xFFFF:#X}",
    "octal parts": lambda ip: ".".join(f"0{part:o}" for part in ip.packed),
    "mapped": lambda ip: f"[::ffff:{ip}]",
    "compatible": lambda ip: f"[::{ip}]",
    "6to4": lambda ip: f"[2002:{int(ip) >> 16:x}:{int(ip) & 0xFFFF:x}::1]",
    "NAT64": lambda ip: f"[64:ff9b::{int(ip) >> 16:x}:{int(ip) & 0xFFFF:x}]",
}


class Names:
    """Answers for names, one after the other, the last one again and again."""

    def __init__(self, *answers: Sequence[Address]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        self.asked.append((host, port))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Wire(httpx.AsyncBaseTransport):
    """Notes what would be connected to; some addresses take no connection."""

    def __init__(self, *dead: Address) -> None:
        self.dead = dead
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if ip_address(request.url.host) in self.dead:
            raise httpx.ConnectError("refused")
        return httpx.Response(200)


@given(not_public, st.sampled_from(sorted(SPELLINGS)))
def test_no_spelling_of_an_address_that_is_not_public_is_let_in(address: IPv4Address, spelling: str):
    with pytest.raises(AddressRefused):
        check_url(f"http://{SPELLINGS[spelling](address)}/")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.org/", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("javascript:alert(1)", "only http and https"),
        ("/relative", "only http and https"),
        ("", "only http and https"),
        ("http:///path", "has no host"),
        ("http://me:secret@example.org/", "user or a password"),
        ("http://example.org@127.0.0.1/", "user or a password"),
        ("http://example.org:25/", "port 25"),
        ("http://example.org:0/", "port 0"),
        ("http://example.org:99999/", "port 99999"),
        ("http://example.org:http/", "not a URL"),
        ("http://exa\nmple.org/", "not a URL"),
        ("http://localhost/", "this machine"),
        ("http://LOCALHOST./", "this machine"),
        ("http://metadata.localhost/", "this machine"),
        (f"http://{'a' * 64}.org/", "has no host"),
        ("http://a..org/", "has no host"),
        ("http://168.63.129.16/", "not a public address"),
        ("http://[::1]/", "not a public address"),
        ("http://[::]/", "not a public address"),
        ("http://[fe80::1]/", "not a public address"),
        ("http://[fd00:ec2::254]/", "not a public address"),
        ("http://[fec0::1]/", "not a public address"),
        ("http://[ff02::1]/", "not a public address"),
        ("http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/", "not a public address"),
        ("http://[64:ff9b:1::a00:1]/", "not a public address"),
        ("http://example.org/" + "a" * 5000, "longer than 4,096"),
    ],
)
def test_a_url_is_refused_with_the_reason(url: str, reason: str):
    with pytest.raises(AddressRefused, match=reason) as caught:
        check_url(url)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("http://example.org", "http://example.org"),
        (" https://Example.org:443/a?b=c#d ", "https://example.org/a?b=c"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://93.184.215.14/", "https://93.184.215.14/"),
        ("https://[2606:4700::6810:84e5]/", "https://[2606:4700::6810:84e5]/"),
        ("https://4chan.example.org/", "https://4chan.example.org/"),
    ],
)
def test_a_public_url_is_read(url: str, read: str):
    assert str(check_url(url)) == read


@pytest.mark.parametrize(
    ("url", "open_hosts"),
    [
        ("http://127.0.0.1:8080/", ["127.0.0.1:8080"]),
        ("http://127.0.0.1:81/", ["127.0.0.1"]),
        ("http://[::1]:8080/", ["[::1]:8080"]),
        ("http://Wiki.Intranet/", ["wiki.intranet:80"]),
        ("http://localhost:9/", ["localhost"]),
    ],
)
def test_a_setting_opens_a_host(url: str, open_hosts: list[str]):
    assert check_url(url, open_hosts).host in url.lower()


@pytest.mark.parametrize(
    ("url", "open_hosts"),
    [
        ("http://127.0.0.1:8081/", ["127.0.0.1:8080"]),
        ("http://127.0.0.11:8080/", ["127.0.0.1:8080"]),
        ("http://a.localhost/", ["localhost"]),
        ("ftp://localhost/", ["localhost"]),
        ("http://me@localhost/", ["localhost"]),
    ],
)
def test_a_setting_opens_nothing_else(url: str, open_hosts: list[str]):
    with pytest.raises(AddressRefused):
        check_url(url, open_hosts)


async def test_a_name_is_refused_when_any_of_its_addresses_is_not_public():
    assert await resolve("example.org", 443, Names([PUBLIC, OTHER])) == [PUBLIC, OTHER]
    with pytest.raises(AddressRefused, match=r"example\.org: 192\.168\.7\.1 is not a public address"):
        await resolve("example.org", 443, Names([PUBLIC, PRIVATE]))


async def test_a_name_without_an_address_is_no_host():
    with pytest.raises(OSError, match="has no address"):
        await resolve("example.org", 443, Names([]))


async def test_the_system_is_asked_for_names():
    assert all(address.is_loopback for address in await look_up("localhost", 80))
    with pytest.raises(AddressRefused, match="not a public address"):
        await resolve("localhost", 80)


async def test_what_was_checked_is_connected_to_under_the_name():
    names, wire = Names([PUBLIC], [PRIVATE]), Wire()
    transport = PinnedTransport(look_up=names, inner=wire)
    await transport.handle_async_request(httpx.Request("GET", "https://example.org:8443/a?b"))
    (request,) = wire.requests
    assert str(request.url) == "https://93.184.215.14:8443/a?b"
    assert request.headers["Host"] == "example.org:8443"
    assert request.extensions["sni_hostname"] == "example.org"
    assert names.asked == [("example.org", 8443)]


async def test_a_name_that_changes_its_mind_is_refused():
    wire = Wire()
    transport = PinnedTransport(look_up=Names([PUBLIC], [PRIVATE]), inner=wire)
    await transport.handle_async_request(httpx.Request("GET", "http://example.org/"))
    with pytest.raises(AddressRefused):
        await transport.handle_async_request(httpx.Request("GET", "http://example.org/"))
    assert [request.url.host for request in wire.requests] == [str(PUBLIC)]


async def test_the_next_address_is_tried_where_one_takes_no_connection():
    wire = Wire(OTHER)
    transport = PinnedTransport(look_up=Names([OTHER, PUBLIC]), inner=wire)
    response = await transport.handle_async_request(httpx.Request("GET", "http://example.org/"))
    assert response.status_code == 200
    assert [request.url.host for request in wire.requests] == [str(OTHER), str(PUBLIC)]


async def test_a_host_is_down_when_none_of_its_addresses_takes_a_connection():
    transport = PinnedTransport(look_up=Names([OTHER, PUBLIC]), inner=Wire(OTHER, PUBLIC))
    with pytest.raises(httpx.ConnectError):
        await transport.handle_async_request(httpx.Request("GET", "http://example.org/"))


async def test_an_open_host_is_connected_to_wherever_it_is():
    wire = Wire()
    transport = PinnedTransport({"wiki.intranet"}, Names([PRIVATE]), wire)
    await transport.handle_async_request(httpx.Request("GET", "http://wiki.intranet/"))
    assert [request.url.host for request in wire.requests] == [str(PRIVATE)]
