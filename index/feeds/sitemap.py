"""Sitemaps, those for news, and indexes of them, through lxml (sitemaps.org, version 0.9)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from index.corpus.text import clean_text
from index.feeds.identity import clean_url
from index.feeds.listing import Item, Listing, NoListing, cut, read_moment
from index.feeds.subscriptions import Kind

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def read_sitemap(text: str, url: str) -> Listing:
    """Read a sitemap or an index of them, the latest changed first.

    Raises:
        NoListing: It is no XML.
    """
    from lxml import etree

    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, remove_comments=True)
    root = etree.fromstring(_DECLARATION.sub("", text, count=1).encode("utf-8", "replace"), parser)
    if root is None:
        raise NoListing("is no XML that can be read")
    fault = f"is not well-formed ({parser.error_log[0].message[:200]})" if len(parser.error_log) else ""
    entries = [dict(_fields(element)) for element in root if isinstance(element.tag, str)]
    entries.sort(key=_moment_of, reverse=True)
    if etree.QName(root).localname == "sitemapindex":
        places = (clean_url(entry.get("loc", ""), url) for entry in entries)
        return Listing(Kind.SITEMAP, sitemaps=tuple(dict.fromkeys(filter(None, places))), fault=fault)
    items = tuple(item for entry in entries if (item := _make_item(entry, url)).url)
    names = (entry["name"] for entry in entries if "name" in entry)
    return Listing(Kind.SITEMAP, items, cut(next(names, "")), fault=fault)


def _fields(element: Any) -> Iterator[tuple[str, str]]:
    """The texts below an element by their local names, the first of each name winning; images and videos apart."""
    from lxml import etree

    for child in reversed(element):
        if not isinstance(child.tag, str):
            continue
        name = etree.QName(child).localname
        if name in ("news", "publication"):
            yield from _fields(child)
        elif child.text:
            yield name, clean_text(child.text)


def _moment_of(entry: dict[str, str]) -> datetime:
    told = (read_moment(entry[name]) for name in ("lastmod", "publication_date") if name in entry)
    return max(filter(None, told), default=_LONG_AGO)


def _make_item(entry: dict[str, str], url: str) -> Item:
    return Item(
        clean_url(entry.get("loc", ""), url),
        title=cut(entry.get("title", "")),
        published_at=read_moment(entry.get("publication_date", "")),
        updated_at=read_moment(entry.get("lastmod", "")),
        language=entry.get("language", ""),
    )
