"""What is remembered of listings, their items and the articles that these are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from index.copies import Signatures
from index.feeds.identity import key_of
from index.feeds.listing import Item

_NEVER = datetime.fromtimestamp(0, UTC)


class State(StrEnum):
    """What became of an item."""

    KEPT = "kept"
    """It is an article that is stored."""
    REFUSED = "refused"
    """It is none, and will be none until its listing tells of a change."""
    WAITING = "waiting"
    """It was not asked for yet, or could not be had, and is tried again."""
    EXPIRED = "expired"
    """It was an article, and is not to come back."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an item of one source.

    Attributes:
        article: The id of the article that it is, or was before it expired; None where it is none.
        checked_at: When its page was last asked for.
    """

    item: Item
    fingerprint: str
    article: str | None
    state: State
    first_seen: datetime
    checked_at: datetime
    etag: str
    last_modified: str


@dataclass(frozen=True, slots=True)
class Stored:
    """An article that is stored.

    Attributes:
        source: The address of the source that it came from first.
        moment: When it was published, or first seen.
        has_page: Whether its text is that of its page, instead of its feed's.
        is_claimed: Whether its page said that it is at home at the key, and was found elsewhere.
    """

    id: str
    key: str
    source: str
    outlet: str
    path: str
    title: str
    text_hash: str
    signature: Signatures
    moment: datetime
    has_page: bool = True
    is_claimed: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """What is known of a feed or sitemap.

    Attributes:
        fetched_at: In 1970, where it never was.
        n_failures: One after the other, up to now.
    """

    url: str
    source: str
    etag: str = ""
    last_modified: str = ""
    fetched_at: datetime = _NEVER
    n_items: int = 0
    n_failures: int = 0
    error: str = ""


def key_of_item(item: Item) -> str:
    """What tells an item from others of its listing."""
    return key_of(item.url) if item.url else f"#{item.guid}"
