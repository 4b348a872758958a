"""Fixtures of fetching and collecting: a site, a home folder that subscribes to it, and clocks of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from index.corpus import read_corpus
from index.feeds import collect as collect_module
from index.feeds.collect import collect_articles
from index.feeds.fetch import Fetcher
from index.feeds.report import CollectReport, SourceReport
from index.feeds.subscriptions import add_source, make_source
from index.types import Article
from tests.index.feeds.fetching import Fetch
from tests.web_site import FakeTime, Item, WebSite, rss_feed

TEXT = (
    "The harbour bridge in Port Amsel opened on Monday after three years of work.",
    "It cost 41 million crowns, two million more than planned, said the contractor Ravn on the quay.",
    "Cyclists may use the bridge from six in the morning, while lorries have to wait until the end of June.",
)


def make_page(title: str, *paragraphs: str, head: str = "", language: str = "en") -> str:
    body = "".join(f"<p>{p}</p>" for p in paragraphs)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body><nav><a href='/'>Home</a></nav><article><h1>{title}</h1>{body}</article></body></html>"
    )


class Newsstand:
    """Collects from a site into a home folder, at a moment that tests choose."""

    def __init__(self, home: Path, site: WebSite) -> None:
        self.home = home
        self.site = site
        self.now = datetime(2025, 4, 18, 12, tzinfo=UTC)
        home.mkdir()
        (home / "corpus.toml").write_text(f'open_hosts = ["{site.host}"]\ndelay_s = 0\n', encoding="utf-8")

    @property
    def folder(self) -> Path:
        return self.home / "articles"

    def subscribe(self, path: str = "/feed.xml", name: str = "The Paper", **options: Any) -> str:
        url = self.site.url(path)
        add_source(self.home, make_source(url=url, name=name, **options))
        return url

    def list(self, *paths: str, path: str = "/feed.xml", **fields: Any) -> None:
        """Let the feed list pages, under titles made of their paths."""
        items = [Item(p.strip("/").replace("-", " ").title(), self.site.url(p), **fields) for p in paths]
        self.site.add(path, rss_feed(items), "application/rss+xml")

    def publish(self, path: str, *paragraphs: str, title: str = "", **options: Any) -> None:
        """Put a page on the site; by default about the bridge."""
        title = title or path.strip("/").replace("-", " ").title()
        self.site.add(path, make_page(title, *(paragraphs or TEXT)), **options)

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def collect_all(self, *urls: str) -> CollectReport:
        return collect_articles(self.home, urls, clock=lambda: self.now)

    def collect(self) -> SourceReport:
        (report,) = self.collect_all().sources
        return report

    def articles(self) -> list[Article]:
        """What reading the folder gives; nothing in it may be bad."""
        bad: list[object] = []
        found = list(read_corpus([self.folder], bad.append)) if self.folder.exists() else []
        assert bad == []
        return found

    def article(self) -> Article:
        (article,) = self.articles()
        return article

    def versions(self) -> list[str]:
        return [p.read_text(encoding="utf-8") for p in sorted(self.folder.glob("*/*/.versions/*.md"))]


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def site(time: FakeTime) -> Iterator[WebSite]:
    with WebSite(time.clock) as site:
        yield site


@pytest.fixture
def fetch(site: WebSite, time: FakeTime) -> Fetch:
    return Fetch(site, time)


@pytest.fixture
def stand(tmp_path: Path, site: WebSite, monkeypatch: pytest.MonkeyPatch) -> Newsstand:
    """Without waits between the tries of what fails."""

    async def go_on(seconds: float) -> None:
        pass

    monkeypatch.setattr(collect_module, "Fetcher", partial(Fetcher, sleep=go_on))
    return Newsstand(tmp_path / "home", site)


@pytest.fixture
def page() -> Callable[..., str]:
    return make_page


@pytest.fixture
def text() -> tuple[str, ...]:
    return TEXT
