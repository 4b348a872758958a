"""Let go of articles that a source keeps no longer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from index.feeds.folder import ArticleFolder
from index.feeds.journal import Journal
from index.feeds.records import Stored
from index.feeds.subscriptions import Source


def expire_articles(source: Source, journal: Journal, folder: ArticleFolder, now: datetime) -> int:
    """Let go of a source's articles that are older than it keeps them, or more than it keeps; returns how many.

    What another source lists too is that one's from now on; all others are deleted.
    """
    expired = list(_find_expired(source, journal, now))
    for stored in expired:
        if not journal.hand_over(stored.id, source.url):
            folder.delete(stored.path)
            journal.expire(stored.id)
    return len(expired)


def _find_expired(source: Source, journal: Journal, now: datetime) -> Iterator[Stored]:
    if not source.keep_days and not source.max_articles:
        return
    for number, stored in enumerate(journal.articles_of(source.url), 1):
        is_old = bool(source.keep_days) and stored.moment < now - timedelta(days=source.keep_days)
        is_too_many = bool(source.max_articles) and number > source.max_articles
        if is_old or is_too_many:
            yield stored
