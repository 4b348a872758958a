"""What can be collected from an address: a feed, a sitemap, an article, or the feed that a page names."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from index.corpus.web import NoArticle, read_page
from index.errors import NewsdeskError
from index.feeds.charset import decode_text
from index.feeds.draft import MIN_CHARS
from index.feeds.fetch import Fetched, Fetcher
from index.feeds.identity import clean_url
from index.feeds.listing import Item, Listing, NoListing
from index.feeds.look import read_fetched
from index.feeds.subscriptions import Kind

_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/json")
_MAX_NAMED = 5


class NothingFound(NewsdeskError):
    """There is nothing to collect at an address."""


@dataclass(frozen=True, slots=True)
class Found:
    """What can be collected from.

    Attributes:
        url: Where it is; another address than was asked for, where a page named it or it has moved for good.
        title: What it calls itself, or its host.
        n_items: Articles or, in an index, sitemaps that it lists now.
        newest: When the newest of them was published or changed.
    """

    url: str
    kind: Kind
    title: str
    n_items: int
    newest: datetime | None = None


async def discover(url: str, kind: Kind, fetcher: Fetcher) -> Found:
    """Fetch an address once, and where it is a page that names its feeds, the first of them.

    Args:
        kind: What it has to be; `auto` for whatever it is.

    Raises:
        NothingFound: It is nothing that can be collected from, or not of that kind.
        FetchFailed: It could not be had.
    """
    fetched = await fetcher.get(url)
    if fetched.status >= 400:
        raise NothingFound(f"{url}: answered with HTTP status {fetched.status}; see that the address is right")
    if kind is not Kind.PAGE:
        try:
            return _describe(fetched, await asyncio.to_thread(read_fetched, fetched), kind)
        except NoListing as e:
            if not _is_page(fetched):
                raise NothingFound(f"{url}: {e}; give the address of a feed, a sitemap or an article") from e
    if kind in (Kind.PAGE, Kind.AUTO) and (page := await asyncio.to_thread(_describe_page, fetched, kind)):
        return page
    if kind in (Kind.FEED, Kind.AUTO):
        for place in list(_find_feeds(fetched))[:_MAX_NAMED]:
            named = await fetcher.get(place)
            try:
                return _describe(named, await asyncio.to_thread(read_fetched, named), kind)
            except NoListing:
                continue
    raise NothingFound(f"{url}: a page that names no feed that can be read; give the address of one, or of a sitemap")


def _describe(fetched: Fetched, listing: Listing, kind: Kind) -> Found:
    if kind not in (Kind.AUTO, listing.kind):
        raise NothingFound(f"{fetched.url}: is a {listing.kind.value}, not a {kind.value}; leave --kind out")
    n_items = len(listing.items) or len(listing.sitemaps)
    title = listing.title or _host(fetched.url)
    return Found(_settled(fetched), listing.kind, title, n_items, max(_moments(listing.items), default=None))


def _settled(fetched: Fetched) -> str:
    return clean_url(fetched.permanent_url)


def _moments(items: tuple[Item, ...]) -> Iterator[datetime]:
    return (moment for item in items if (moment := item.published_at or item.updated_at))


def _is_page(fetched: Fetched) -> bool:
    return "html" in fetched.content_type or b"<html" in fetched.body[:2000].lower()


def _describe_page(fetched: Fetched, kind: Kind) -> Found | None:
    """A page that is an article: one that is asked for as such, or says so and has enough text."""
    text = decode_text(fetched.body, fetched.charset)
    says_so = "og:type" in text and any(f"content={q}article{q}" in text.lower() for q in ('"', "'"))
    is_home = urlsplit(fetched.url).path in ("", "/")
    if kind is Kind.AUTO and (is_home or not (says_so or not list(_find_feeds(fetched)))):
        return None
    try:
        page = read_page(text)
    except NoArticle as e:
        if kind is Kind.AUTO:
            return None
        raise NothingFound(f"{fetched.url}: {e}") from e
    if sum(map(len, page.paragraphs)) < MIN_CHARS:
        return None
    return Found(_settled(fetched), Kind.PAGE, page.site or _host(fetched.url), 1)


def _find_feeds(fetched: Fetched) -> Iterator[str]:
    """The feeds that a page names, those of comments last."""
    from lxml import etree, html

    try:
        tree = html.document_fromstring(decode_text(fetched.body, fetched.charset).encode(), parser=_utf8_parser())
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return
    named: list[tuple[bool, str]] = []
    for link in tree.iter("link"):
        is_feed = (link.get("type") or "").strip().lower() in _FEED_TYPES
        if is_feed and "alternate" in (link.get("rel") or "").lower().split():
            place = clean_url(link.get("href") or "", fetched.url)
            of_comments = "comment" in f"{place} {link.get('title') or ''}".lower()
            named += [(of_comments, place)] if place else []
    yield from dict.fromkeys(place for _, place in sorted(named, key=lambda pair: pair[0]))


def _utf8_parser() -> object:
    from lxml import html

    return html.HTMLParser(encoding="utf-8")


def _host(url: str) -> str:
    return (urlsplit(url).hostname or url).removeprefix("www.")
