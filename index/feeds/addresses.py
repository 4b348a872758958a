"""Which addresses are fetched from: public ones, by http or https, and the hosts that a setting opens."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx

from index.errors import NewsdeskError

Address = IPv4Address | IPv6Address
LookUp = Callable[[str, int], Awaitable[Sequence[Address]]]
"""The addresses of a name and port; OSError where it has none."""

_PORTS = {"http": 80, "https": 443}
_FIRST_FREE_PORT = 1024  # below it are mail, shells and the like
_MAX_TRIED = 4
_MAX_CHARS = 4096
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_NAT64 = IPv6Network("64:ff9b::/96")
_UNICAST = IPv6Network("2000::/3")
_NOT_PUBLIC = (  # what `is_global` lets through, in this Python or another
    IPv4Network("168.63.129.16/32"),  # the host below a machine at Azure
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),  # relays of 6to4
    IPv6Network("2001::/23"),  # Teredo and other tunnels
    IPv6Network("2001:db8::/32"),
    IPv6Network("3fff::/20"),
)


class AddressRefused(NewsdeskError):
    """An address that nothing is fetched from.

    Attributes:
        place: The address, or what there is of it to show.
        reason: Why not.
    """

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


def check_url(url: str, open_hosts: Collection[str] = ()) -> httpx.URL:
    """Read a URL, without its fragment.

    Args:
        open_hosts: Hosts as `name` or `name:port` that may be fetched from wherever they are.

    Raises:
        AddressRefused: It is none, or one that is not fetched from. A name's addresses are looked at by `resolve`.
    """
    if len(url) > _MAX_CHARS:
        raise AddressRefused(repr(url[:200]), f"is longer than {_MAX_CHARS:,} characters")
    try:
        parsed = httpx.URL(url.strip()).copy_with(fragment=None)
        host = parsed.host  # fails for a name in broken Punycode, such as xn--
    except (httpx.InvalidURL, UnicodeError) as e:
        raise AddressRefused(repr(url[:200]), f"is not a URL ({e or type(e).__name__})") from None
    if parsed.scheme not in _PORTS:
        raise AddressRefused(repr(url[:200]), "only http and https are fetched")
    place = f"{parsed.scheme}://{parsed.netloc.decode()}"
    if not host:
        raise AddressRefused(place, "has no host")
    if parsed.userinfo:
        raise AddressRefused(place, "names a user or a password, which would be stored and shown")
    if is_open(parsed, open_hosts):
        return parsed
    if (port := port_of(parsed)) not in _PORTS.values() and not _FIRST_FREE_PORT <= port <= 65535:
        raise AddressRefused(place, f"port {port} is not one of web sites")
    _check_host(parsed.raw_host.decode("ascii").lower().rstrip("."), place)
    return parsed


def port_of(url: httpx.URL) -> int:
    """The port of a URL, named or not."""
    return url.port if url.port is not None else _PORTS[url.scheme]


def is_open(url: httpx.URL, open_hosts: Collection[str]) -> bool:
    """Whether a setting opens the host of a URL."""
    name = url.host.lower()
    return not {name, f"{name}:{port_of(url)}", f"[{name}]:{port_of(url)}"}.isdisjoint(open_hosts)


async def look_up(host: str, port: int) -> list[Address]:
    """Ask the system for the addresses of a name."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(address[0]) for *_, address in found))


async def resolve(host: str, port: int, look_up: LookUp = look_up) -> list[Address]:
    """The addresses of a host, every one of them public.

    Raises:
        AddressRefused: One of them is not.
        OSError: It has none.
    """
    addresses = list(await look_up(host, port))
    for address in addresses:
        _check_address(address, host)
    if not addresses:
        raise OSError(f"{host} has no address")
    return addresses


class PinnedTransport(httpx.AsyncBaseTransport):
    """Connects to the very addresses that were checked, so that a name which moves afterwards gains nothing.

    Certificate and Host header stay those of the name. Connections are not kept: two names may share an address, and
    a connection that was made for one of them says nothing of the other.
    """

    def __init__(
        self,
        open_hosts: Collection[str] = (),
        look_up: LookUp = look_up,
        inner: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._open_hosts = open_hosts
        self._look_up = look_up
        limits = httpx.Limits(max_keepalive_connections=0)
        self._inner = inner or httpx.AsyncHTTPTransport(limits=limits)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to the first of its host's addresses that takes the connection.

        Raises:
            AddressRefused: The host has an address that is not public, and is not open.
            OSError: The host has no address.
        """
        url = request.url
        host = url.raw_host.decode("ascii")
        if is_open(url, self._open_hosts):
            addresses = list(await self._look_up(host, port_of(url)))
        else:
            addresses = await resolve(host, port_of(url), self._look_up)
        failure: Exception = OSError(f"{host} has no address")
        for address in addresses[:_MAX_TRIED]:
            pinned = httpx.Request(
                request.method,
                url.copy_with(host=str(address)),
                headers=request.headers,
                extensions={**request.extensions, "sni_hostname": host},
            )
            try:
                return await self._inner.handle_async_request(pinned)
            except (httpx.ConnectError, httpx.ConnectTimeout) as e:
                failure = e
        raise failure

    async def aclose(self) -> None:
        """Close what is still open."""
        await self._inner.aclose()


def _check_host(host: str, place: str) -> None:
    labels = host.split(".")
    with suppress(ValueError):
        _check_address(ip_address(host), place)
        return
    if _NUMBER.fullmatch(labels[-1]):
        raise AddressRefused(place, "is an address in an odd notation")
    if not all(map(_LABEL.fullmatch, labels)) or len(host) > 253:
        raise AddressRefused(place, "has no host, or one that cannot be")
    if labels[-1] == "localhost":
        raise AddressRefused(place, "is this machine; only public addresses are fetched")


def _check_address(address: Address, place: str) -> None:
    inner = _embedded(address)
    is_public = inner.is_global and not inner.is_multicast and not any(inner in network for network in _NOT_PUBLIC)
    if not is_public or (isinstance(inner, IPv6Address) and inner not in _UNICAST):
        raise AddressRefused(place, f"{address} is not a public address")


def _embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 address leads to, if it does."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
