"""How tests of fetching ask the site."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

import pytest

from index.feeds.addresses import Address
from index.feeds.fetch import Fetched, Fetcher, FetchFailed
from tests.web_site import FakeTime, WebSite

AGENT = "Newsdesk/0.1 (+https://example.net/newsdesk)"
NAMES = {"private.test": "10.0.0.1", "turncoat.test": "169.254.169.254"}


async def look_up(host: str, port: int) -> Sequence[Address]:
    """Every name is the loopback site but for some."""
    return [ip_address(NAMES.get(host, "127.0.0.1"))]


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
