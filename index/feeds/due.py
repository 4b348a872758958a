"""Which items are looked at, in what order, and how long those are tried that cannot be had; pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from index.feeds.listing import Item
from index.feeds.records import Known, State
from index.feeds.subscriptions import Kind, Source

RECENT, RECHECK_AFTER = timedelta(days=1), timedelta(hours=1)
"""How long after it came an article's page is asked for again, and how often."""
_GIVE_UP_AFTER = timedelta(days=7)


def is_due(source: Source, known: Known, item: Item, now: datetime) -> bool:
    """Whether an item that is known is to be looked at again."""
    if known.state is State.EXPIRED:
        return False
    if known.state is State.WAITING or source.kind is Kind.PAGE:
        return True
    if item is not known.item and known.fingerprint != item.fingerprint:
        return True
    is_recent = now - known.first_seen < RECENT
    return source.full_text and is_recent and now - known.checked_at >= RECHECK_AFTER


def is_open(source: Source, known: Known, now: datetime) -> bool:
    """Whether an item is looked at though it is no longer listed."""
    is_recent = known.state is State.KEPT and now - known.first_seen < RECENT
    return known.state is State.WAITING or (source.full_text and is_recent)


def await_item(item: Item, now: datetime) -> Known:
    """An item of which nothing is known yet."""
    return Known(item, item.fingerprint, None, State.WAITING, now, now, "", "")


def put_off(known: Known, now: datetime) -> Known:
    """An item that could not be had, and is tried again for a week."""
    if known.state is not State.WAITING:
        return replace(known, state=State.WAITING, first_seen=now)
    gives_up = now - known.first_seen >= _GIVE_UP_AFTER
    return replace(known, state=settled_state(known)) if gives_up else known


def settled_state(known: Known) -> State:
    """What an item is that is not tried again."""
    return State.KEPT if known.article else State.REFUSED


def by_age(now: datetime) -> Callable[[Item], datetime]:
    """Sorts items by when they were changed or published; what has no date is taken for new."""
    return lambda item: item.updated_at or item.published_at or now
