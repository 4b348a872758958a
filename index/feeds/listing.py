"""What a feed, a sitemap or a page lists: articles to fetch, with what is told of them; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from index.dates import parse_published
from index.errors import BadDate
from index.feeds.identity import clean_url, hash_text
from index.feeds.subscriptions import Kind

MAX_CHARS = 300
"""Of a title or a name; what is longer is cut."""
MAX_TAGS, MAX_REFERENCES = 100_000, 500_000
"""Of a feed; feedparser takes 20 seconds for so many."""
_MAX_AUTHORS = 20
_EPOCH = date(1970, 1, 1)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)[\s/>]")
_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
_HEAD_CHARS = 10_000
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?")


class NoListing(ValueError):
    """What was fetched lists nothing that can be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Item:
    """An article as a listing tells of it; everything may be missing but one of `url` and `guid`.

    Attributes:
        url: Clean and absolute.
        paragraphs: The listing's own text: the whole article, its beginning, or a summary.
    """

    url: str
    guid: str = ""
    title: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    authors: tuple[str, ...] = ()
    language: str = ""
    section: str = ""
    paragraphs: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Changes when the listing tells of a change."""
        told = self.updated_at or self.published_at
        return hash_text("\0".join([self.title, told.isoformat() if told else "", *self.paragraphs]))


@dataclass(frozen=True, slots=True)
class Listing:
    """All that a listing lists.

    Attributes:
        title: Its own; mostly the outlet's name.
        sitemaps: Further sitemaps, the latest changed first.
        fault: What is wrong with it, where it could be read nevertheless.
    """

    kind: Kind
    items: tuple[Item, ...] = ()
    title: str = ""
    sitemaps: tuple[str, ...] = ()
    fault: str = ""


def read_listing(text: str, url: str) -> Listing:
    """Read RSS, Atom, RDF, JSON Feed or a sitemap, whichever it is.

    Args:
        url: Where it was found, which relative addresses in it are relative to.

    Raises:
        NoListing: It is none of these, or would unfold to more than it is.
    """
    from index.feeds.json_feed import read_json_feed
    from index.feeds.sitemap import read_sitemap
    from index.feeds.syndication import read_feed

    if text.lstrip()[:1] == "{":
        return read_json_feed(text, url)
    root = find_root(text)
    if root not in ("rss", "feed", "rdf", "urlset", "sitemapindex"):
        raise NoListing(f"is neither a feed nor a sitemap{f' but has the root <{root[:20]}>' if root else ''}")
    if _ENTITY.search(text):
        raise NoListing("declares XML entities, which could unfold to gigabytes")
    if root in ("rss", "feed", "rdf") and (text.count("<") > MAX_TAGS or text.count("&") > MAX_REFERENCES):
        raise NoListing(f"has more than {MAX_TAGS:,} tags or {MAX_REFERENCES:,} character references")
    return read_feed(text, url) if root in ("rss", "feed", "rdf") else read_sitemap(text, url)


def find_root(text: str) -> str:
    """The name of the outermost element, in lower case, without a prefix; empty where there is none."""
    match = _ROOT.search(_COMMENT.sub("", text[:_HEAD_CHARS]))
    return match[1].lower() if match else ""


def read_moment(text: str) -> datetime | None:
    """A date as ISO 8601 writes it; None for what is none, or is what an empty field becomes in some systems."""
    try:
        moment = parse_published(text) if _ISO.fullmatch(text) else None
    except BadDate:
        return None
    return None if moment is None or moment.date() == _EPOCH else moment


def make_moment(fields: Sequence[int] | None) -> datetime | None:
    """A moment of UTC out of year, month, day, hour, minute and second; None where they are none."""
    try:
        moment = datetime(*fields[:6], tzinfo=UTC) if fields else None  # type: ignore[misc,arg-type]
    except (ValueError, OverflowError):
        return None
    return None if moment is None or moment.date() == _EPOCH else moment


def cut(text: str) -> str:
    """At most MAX_CHARS of a text."""
    return text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 1].rstrip() + "…"


def cut_names(names: Sequence[str]) -> tuple[str, ...]:
    """The first names of people, each once."""
    return tuple(dict.fromkeys(cut(name) for name in names if name))[:_MAX_AUTHORS]


def name_item(url: str, guid: str, title: str, *told: Any) -> Item:
    """An item, with a name made of what it says where it has neither an address nor a name."""
    item = Item(url, guid, title, *told)
    return item if url or guid else replace(item, guid=hash_text("\0".join([title, *item.paragraphs])))


def resolve(url: str, base: str) -> str:
    """An item's address, clean and absolute; empty for none."""
    return clean_url(url, base) if url.strip() else ""
