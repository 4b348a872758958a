"""JSON Feed, versions 1 and 1.1 (jsonfeed.org)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from index.corpus.text import clean_text, split_blocks
from index.feeds.fragment import read_line, split_fragment
from index.feeds.listing import Item, Listing, NoListing, cut, cut_names, name_item, read_moment, resolve
from index.feeds.subscriptions import Kind
from index.feeds.syndication import MAX_ITEMS

_VERSION = "jsonfeed.org/version/"


def read_json_feed(text: str, url: str) -> Listing:
    """Read a JSON Feed; of what is not as it should be, only that is left out.

    Raises:
        NoListing: It is no JSON, or another kind of it.
    """
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as e:
        raise NoListing(f"is no JSON that can be read ({str(e)[:100]})") from e
    if not isinstance(feed, dict) or _VERSION not in _text(feed, "version"):
        raise NoListing("is JSON, but no JSON Feed")
    entries = feed.get("items")
    if not isinstance(entries, list):
        raise NoListing("is a JSON Feed without a list of items")
    return Listing(Kind.FEED, tuple(_read_entries(entries[:MAX_ITEMS], url)), cut(read_line(_text(feed, "title"))))


def _read_entries(entries: list[Any], url: str) -> Iterator[Item]:
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        guid = entry.get("id")
        tags = entry.get("tags")
        yield name_item(
            resolve(_text(entry, "url") or _text(entry, "external_url"), url),
            clean_text(str(guid))[:1000] if isinstance(guid, (str, int, float)) else "",
            cut(read_line(_text(entry, "title"))),
            read_moment(_text(entry, "date_published")),
            read_moment(_text(entry, "date_modified")),
            cut_names(list(_read_authors(entry))),
            _text(entry, "language"),
            next((cut(clean_text(t)) for t in tags if isinstance(t, str)), "") if isinstance(tags, list) else "",
            _read_content(entry),
        )


def _read_content(entry: dict[str, Any]) -> tuple[str, ...]:
    if markup := _raw(entry, "content_html"):
        return split_fragment(markup)
    plain = _raw(entry, "content_text") or _raw(entry, "summary")
    return tuple(text for block in split_blocks(plain) if (text := clean_text(block)))


def _read_authors(entry: dict[str, Any]) -> Iterator[str]:
    authors = entry.get("authors")
    for author in authors if isinstance(authors, list) else [entry.get("author")]:
        if isinstance(author, dict):
            yield _text(author, "name")


def _raw(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    return value if isinstance(value, str) else ""


def _text(record: dict[str, Any], key: str) -> str:
    return clean_text(_raw(record, key))
