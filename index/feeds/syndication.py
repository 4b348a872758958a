"""RSS, Atom and RDF, through feedparser."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from index.corpus.text import clean_text
from index.corpus.web import PARSER_FAULTS
from index.feeds.fragment import read_line, split_fragment
from index.feeds.listing import Item, Listing, NoListing, cut, cut_names, make_moment, name_item, read_moment, resolve
from index.feeds.subscriptions import Kind

MAX_ITEMS = 5000
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def read_feed(text: str, url: str) -> Listing:
    """Read a feed, however broken.

    Raises:
        NoListing: Nothing in it is of a feed.
    """
    import feedparser

    # A stream, for feedparser opens a text or bytes that are the name of a file.
    stream = io.BytesIO(_DECLARATION.sub("", text, count=1).encode("utf-8", "replace"))
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    try:
        parsed = feedparser.parse(stream, response_headers=headers)
    except PARSER_FAULTS as e:
        raise NoListing(f"cannot be read ({type(e).__name__})") from e
    if not parsed.version and not parsed.entries:
        raise NoListing("is no feed of a known kind")
    return Listing(
        Kind.FEED,
        tuple(_read_entries(parsed.entries[:MAX_ITEMS], url)),
        cut(read_line(parsed.feed.get("title") or "")),
        fault=f"is not well-formed ({clean_text(str(parsed.bozo_exception))[:200]})" if parsed.bozo else "",
    )


def _read_entries(entries: list[Any], url: str) -> Iterator[Item]:
    for entry in entries:
        yield name_item(
            resolve(entry.get("link") or "", url),
            clean_text(entry.get("id") or "")[:1000],
            cut(read_line(entry.get("title") or "")),
            _moment_of(entry, "published"),
            _moment_of(entry, "updated"),
            cut_names([clean_text(author.get("name") or "") for author in entry.get("authors") or ()]),
            clean_text((entry.get("title_detail") or {}).get("language") or ""),
            next((cut(clean_text(tag.get("term") or "")) for tag in entry.get("tags") or ()), ""),
            _longest_text(entry),
        )


def _moment_of(entry: Any, name: str) -> Any:
    if name not in entry:  # asking for `updated_parsed` of an entry without one gives `published_parsed`
        return None
    return make_moment(entry.get(f"{name}_parsed")) or read_moment(entry.get(name) or "")


def _longest_text(entry: Any) -> tuple[str, ...]:
    texts = [entry.get("summary") or "", *(part.get("value") or "" for part in entry.get("content") or ())]
    return split_fragment(max(texts, key=len))
