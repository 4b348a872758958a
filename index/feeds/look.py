"""Look at a source: fetch its feed, sitemaps or page, and tell what is listed there."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from index.feeds.body import Body, BodyRefused, BodyTooLarge
from index.feeds.charset import decode_text
from index.feeds.fetch import Fetched, Fetcher, FetchFailed
from index.feeds.identity import clean_url
from index.feeds.journal import Journal
from index.feeds.listing import Item, Listing, NoListing, read_listing
from index.feeds.records import Listed
from index.feeds.subscriptions import Kind, Source

MAX_SITEMAPS = 50
"""Of one source, the latest changed."""
MAX_LISTED = 50_000
_MAX_BYTES = 50_000_000
_GZIP = b"\x1f\x8b"


@dataclass(slots=True)
class Look:
    """What a source lists now.

    Attributes:
        is_new: Whether it was sent; otherwise it is as it was, and no items are told.
        error: Why it could not be had.
        listed: What to keep of its listings, once their items are kept.
    """

    items: list[Item] = field(default_factory=list)
    is_new: bool = False
    error: str = ""
    notes: list[str] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)


async def look_at(source: Source, fetcher: Fetcher, journal: Journal, now: datetime, deadline: float) -> Look:
    """Fetch what a source lists, if it is not as it was.

    Args:
        deadline: By the clock of the event loop, when no further sitemap is begun.
    """
    look = Look()
    if source.kind is Kind.PAGE:
        look.items, look.is_new = [Item(clean_url(source.url))], True
        look.listed.append(replace(journal.listed(source.url, source.url), fetched_at=now, n_items=1))
        return look
    pending, seen = [source.url], set[str]()
    clock = asyncio.get_running_loop().time
    while pending and len(seen) < MAX_SITEMAPS and len(look.items) < MAX_LISTED and (not seen or clock() < deadline):
        url = pending.pop(0)
        if url in seen:
            continue
        seen.add(url)
        listing = await _fetch_listing(url, source, fetcher, journal, now, look)
        if listing is not None:
            look.is_new |= not listing.sitemaps
            look.items += listing.items
            pending += listing.sitemaps
            look.notes += [f"{url} {listing.fault}"] if listing.fault else []
    if pending:
        look.notes.append(
            f"lists more than {MAX_SITEMAPS} sitemaps or {MAX_LISTED:,} articles, or is slow; the latest are read"
        )
    return look


def note_page(source: Source, journal: Journal, error: str) -> None:
    """Keep whether the one page of a source could be had."""
    listed = journal.listed(source.url, source.url)
    journal.note_listing(replace(listed, n_failures=listed.n_failures + 1 if error else 0, error=error))


def next_look(source: Source, listed: Listed) -> datetime:
    """When a source is to be looked at again: later each time that it fails, up to a day."""
    usual = timedelta(minutes=source.every_minutes)
    wait = usual * (1 << min(listed.n_failures, 10))
    return listed.fetched_at + min(wait, max(timedelta(days=1), usual))


async def _fetch_listing(
    url: str, source: Source, fetcher: Fetcher, journal: Journal, now: datetime, look: Look
) -> Listing | None:
    """One feed or sitemap; None where it is as it was or cannot be had, which is noted."""
    listed = journal.listed(url, source.url)
    try:
        fetched = await fetcher.get(url, etag=listed.etag, last_modified=listed.last_modified)
        if fetched.status == 304:
            look.listed.append(replace(listed, fetched_at=now, n_failures=0, error=""))
            return None
        listing = await asyncio.to_thread(read_fetched, fetched)
    except FetchFailed as e:
        reason = e.reason
    except NoListing as e:
        reason = str(e)
    else:
        if fetched.permanent_url != url:
            look.notes.append(f"{url} has moved to {fetched.permanent_url}; change it in corpus.toml")
        # An index that is as it was says nothing of its sitemaps, so it is always asked for whole.
        etag, last_modified = ("", "") if listing.sitemaps else (fetched.etag, fetched.last_modified)
        told = replace(listed, etag=etag, last_modified=last_modified, fetched_at=now)
        look.listed.append(replace(told, n_items=len(listing.items), n_failures=0, error=""))
        return listing
    look.listed.append(replace(listed, fetched_at=now, n_failures=listed.n_failures + 1, error=reason))
    if url == source.url:
        look.error = reason
    else:
        look.notes.append(f"{url}: {reason}")
    return None


def read_fetched(fetched: Fetched) -> Listing:
    """What a feed or sitemap lists.

    Raises:
        NoListing: The site answered with an error, or with something else.
    """
    if fetched.status >= 400:
        raise NoListing(f"answered with HTTP status {fetched.status}")
    return read_listing(read_text(fetched), fetched.url)


def read_text(fetched: Fetched) -> str:
    """The text of what was fetched; a sitemap may be a gzip file."""
    body = fetched.body
    if body.startswith(_GZIP):
        unpacked = Body("gzip", _MAX_BYTES)
        try:
            unpacked.add(body)
            body = unpacked.finish()
        except BodyTooLarge as e:
            raise NoListing(f"unfolds to more than {_MAX_BYTES:,} bytes") from e
        except BodyRefused as e:
            raise NoListing(str(e)) from e
    return decode_text(body, fetched.charset)
