"""Collect: look at the sources, fetch what is new or changed, store it, and let go of what is old."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import NewsdeskError
from index.feeds.collector import Collector
from index.feeds.fetch import Fetcher
from index.feeds.folder import ArticleFolder, BadFolder
from index.feeds.journal import Journal
from index.feeds.look import next_look
from index.feeds.report import CollectReport
from index.feeds.subscriptions import Source, Subscriptions, load_subscriptions
from index.survey import OnProgress

_PATIENCE_S = 30.0
_LOCK = "feeds.lock"


class CollectBusy(NewsdeskError):
    """Another process is collecting."""


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Be the only one to collect or withdraw articles.

    Raises:
        CollectBusy: Another process does, and does not end soon.
        BadFolder: The home folder cannot be written to.
    """
    lock = FileLock(home / _LOCK)
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=_PATIENCE_S)
    except Timeout as e:
        raise CollectBusy(f"{home}: another process is collecting; wait until it is done") from e
    except OSError as e:
        raise BadFolder(f"{home}: not written ({e.strerror}); make the folder yours, or name another home") from e
    try:
        yield
    finally:
        lock.release()


def collect_articles(
    home: Path,
    urls: Sequence[str] = (),
    *,
    due_only: bool = False,
    on_progress: OnProgress = lambda *_: None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> CollectReport:
    """Collect from the sources of `corpus.toml`.

    Args:
        urls: The sources to look at; all, where none is named.
        due_only: Leave out those that were looked at lately.

    Raises:
        BadSubscriptions: The file cannot be read, or an address is no source.
        BadFolder: The folder of articles cannot be written to.
        BadJournal: The journal cannot be read or written.
        CollectBusy: Another process is collecting.
    """
    subscriptions = load_subscriptions(home)
    sources = [subscriptions.find(url) for url in urls] or list(subscriptions.source)
    with locked(home), Journal(home) as journal:
        if due_only:
            now = clock()
            sources = [s for s in sources if next_look(s, journal.listed(s.url, s.url)) <= now]
        return asyncio.run(_collect(sources, subscriptions, journal, on_progress, clock))


async def _collect(
    sources: Sequence[Source],
    subscriptions: Subscriptions,
    journal: Journal,
    on_progress: OnProgress,
    clock: Callable[[], datetime],
) -> CollectReport:
    started = time.monotonic()
    async with make_fetcher(subscriptions) as fetcher:
        collector = Collector(ArticleFolder(subscriptions.articles), journal, fetcher, on_progress, clock)
        reports = await asyncio.gather(*map(collector.collect, sources))
    return CollectReport(tuple(reports), time.monotonic() - started)


def make_fetcher(subscriptions: Subscriptions) -> Fetcher:
    """A fetcher as `corpus.toml` wants it."""
    return Fetcher(subscriptions.user_agent, subscriptions.open_hosts, per_host_delay_s=subscriptions.delay_s)
