"""Feeds and sitemaps of a few items, as sites write them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a feed.

    Attributes:
        text: Its content, as HTML; a feed may hold it whole or not at all.
        id: The URL unless named.
    """

    title: str
    url: str
    published_at: datetime = datetime(2025, 4, 17, 12, tzinfo=UTC)
    text: str = ""
    author: str = ""
    id: str = ""
    updated_at: datetime | None = None


def rss_feed(items: Sequence[Item], title: str = "The Paper", language: str = "en") -> str:
    """An RSS 2.0 feed."""
    entries = "".join(
        f"<item><title>{escape(i.title)}</title><link>{escape(i.url)}</link>"
        f'<guid isPermaLink="false">{escape(i.id or i.url)}</guid><pubDate>{format_datetime(i.published_at)}</pubDate>'
        f"<dc:creator>{escape(i.author)}</dc:creator><description>{escape(i.text)}</description></item>"
        for i in items
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{escape(title)}</title><link>/</link><language>{language}</language>{entries}</channel></rss>"
    )


def atom_feed(items: Sequence[Item], title: str = "The Paper", language: str = "en") -> str:
    """An Atom feed."""
    entries = "".join(
        f'<entry><title>{escape(i.title)}</title><link href="{escape(i.url)}"/><id>{escape(i.id or i.url)}</id>'
        f"<published>{i.published_at.isoformat()}</published>"
        f"<updated>{(i.updated_at or i.published_at).isoformat()}</updated>"
        f'<author><name>{escape(i.author)}</name></author><content type="html">{escape(i.text)}</content></entry>'
        for i in items
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">'
        f"<title>{escape(title)}</title><id>urn:feed</id>{entries}</feed>"
    )


def json_feed(items: Sequence[Item], title: str = "The Paper", language: str = "en") -> str:
    """A JSON feed of version 1.1."""
    entries = [
        {
            "id": i.id or i.url,
            "url": i.url,
            "title": i.title,
            "content_html": i.text,
            "date_published": i.published_at.isoformat(),
            "date_modified": (i.updated_at or i.published_at).isoformat(),
            "authors": [{"name": i.author}] if i.author else [],
        }
        for i in items
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": title, "language": language, "items": entries}
    return json.dumps(feed)


def news_sitemap(items: Sequence[Item], title: str = "The Paper", language: str = "en") -> str:
    """A sitemap with what Google News asks for."""
    entries = "".join(
        f"<url><loc>{escape(i.url)}</loc><lastmod>{(i.updated_at or i.published_at).isoformat()}</lastmod>"
        f"<n:news><n:publication><n:name>{escape(title)}</n:name><n:language>{language}</n:language></n:publication>"
        f"<n:publication_date>{i.published_at.isoformat()}</n:publication_date><n:title>{escape(i.title)}</n:title>"
        "</n:news></url>"
        for i in items
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        f' xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{entries}</urlset>'
    )
