"""Fetch what the sources list, and decide what of it is new, changed, known, or not to be stored."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from index.errors import NewsdeskError
from index.feeds.archive import Archive
from index.feeds.draft import MAX_URL_CHARS, Draft, NoDraft, draft_from_feed, draft_from_page
from index.feeds.due import RECENT, await_item, by_age, is_due, is_open, put_off, settled_state
from index.feeds.expire import expire_articles
from index.feeds.fetch import Fetched, Fetcher, FetchFailed
from index.feeds.folder import ArticleFolder
from index.feeds.journal import Journal, hash_mark
from index.feeds.listing import Item
from index.feeds.look import look_at, note_page
from index.feeds.records import Known, State, key_of_item
from index.feeds.report import Outcome, Refusal, SourceReport
from index.feeds.subscriptions import Kind, Source
from index.survey import OnProgress

log = logging.getLogger("newsdesk.index")

MAX_ITEMS = 1000
"""Looked at in one collection of one source; the rest is left for the next."""
MAX_S = 60.0
"""Of one collection of one source, when nothing further is begun; the rest is left likewise."""
_REMEMBER_UNLISTED = timedelta(days=30)
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class _Answer:
    """What asking for an item's page came to.

    Attributes:
        draft: The article; None where it is as it was, or there is none.
        reason: Why there is none; empty where it is as it was.
        may_pass: Whether it may be there another time.
    """

    draft: Draft | None = None
    reason: str = ""
    may_pass: bool = False
    etag: str = ""
    last_modified: str = ""


class Collector:
    """Collects from several sources at once; what is decided and stored is so in one step, so that none interferes."""

    def __init__(
        self,
        folder: ArticleFolder,
        journal: Journal,
        fetcher: Fetcher,
        on_progress: OnProgress = lambda *_: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._folder = folder
        self._journal = journal
        self._fetcher = fetcher
        self._on_progress = on_progress
        self._clock = clock
        self._n_done = self._n_total = 0
        self._archive = Archive(folder, journal, clock())

    async def collect(self, source: Source) -> SourceReport:
        """Collect from one source, for MAX_S at most; what fails unforeseen fails this source alone."""
        report = SourceReport(source.url, source.name)
        try:
            await self._collect(source, report)
        except NewsdeskError:
            raise
        except Exception as e:
            report.error = _explain(e, source.url)
            listed = self._journal.listed(source.url, source.url)
            failed = replace(listed, n_failures=listed.n_failures + 1, error=report.error)
            self._journal.note_listing(replace(failed, fetched_at=self._clock(), etag="", last_modified=""))
        return report

    async def _collect(self, source: Source, report: SourceReport) -> None:
        now = self._clock()
        deadline = asyncio.get_running_loop().time() + MAX_S
        look = await look_at(source, self._fetcher, self._journal, now, deadline)
        report.error, report.notes, report.is_same = look.error, look.notes, not look.is_new
        wanted = sorted((i for i in look.items if self._is_wanted(source, i, now)), key=by_age(now), reverse=True)
        listed = {key_of_item(item): item for item in reversed(wanted[: source.max_articles or None])}
        known = self._journal.known(source.url, listed, now - RECENT)
        self._journal.note_seen(source.url, listed, now)
        new = (await_item(item, now) for key, item in listed.items() if key not in known)
        self._journal.note_waiting(source.url, new, now)
        for listing in look.listed:
            self._journal.note_listing(listing)
        items = {key: k.item for key, k in known.items() if is_open(source, k, now)} | listed
        due = [item for key, item in items.items() if key not in known or is_due(source, known[key], item, now)]
        report.counts[Outcome.UNCHANGED] += len(items) - len(due)
        due.sort(key=by_age(now), reverse=True)
        due.sort(key=lambda i: (was := known.get(key_of_item(i))) is not None and was.state is not State.WAITING)
        report.left = max(0, len(due) - MAX_ITEMS)
        await self._take_all(source, due[:MAX_ITEMS], known, report, deadline)
        if source.kind is Kind.PAGE:
            note_page(source, self._journal, "".join(refusal.reason for refusal in report.refusals))
        report.expired = expire_articles(source, self._journal, self._folder, now)
        self._journal.forget_unlisted(source.url, now - _REMEMBER_UNLISTED)

    async def _take_all(
        self, source: Source, items: Sequence[Item], known: dict[str, Known], report: SourceReport, deadline: float
    ) -> None:
        slots = asyncio.Semaphore(_AT_ONCE)
        clock = asyncio.get_running_loop().time

        async def take(item: Item) -> None:
            async with slots:
                if clock() < deadline:
                    await self._take(source, item, known.get(key_of_item(item)), report)
                else:
                    report.left += 1
            self._n_done += 1
            self._on_progress("fetching", self._n_done, self._n_total)

        self._n_total += len(items)
        await asyncio.gather(*map(take, items))

    async def _take(self, source: Source, item: Item, known: Known | None, report: SourceReport) -> None:
        """Fetch one item and decide what it is."""
        now = self._clock()
        was = known or await_item(item, now)
        outcome, article = Outcome.UNCHANGED, was.article
        try:
            answer = await self._ask(source, item, known, now)
            if answer.draft is not None:
                outcome, article = self._archive.settle(source, item, answer.draft, was, report, now)
        except NoDraft as e:
            answer = _Answer(reason=str(e))
        except NewsdeskError:
            raise
        except Exception as e:
            answer = _Answer(reason=_explain(e, item.url), may_pass=True)
        became = replace(was, item=item, article=article, checked_at=now)
        if known is None or item is not known.item or known.state is State.WAITING:  # else its text is not remembered
            became = replace(became, fingerprint=item.fingerprint)
        if not answer.reason:
            validators = (answer.etag, answer.last_modified) if answer.draft else (was.etag, was.last_modified)
            became = replace(became, state=State.KEPT, etag=validators[0], last_modified=validators[1])
            report.counts[outcome] += 1
        else:
            became = put_off(became, now) if answer.may_pass else replace(became, state=settled_state(became))
            _refuse(report, item, f"{answer.reason}; what is stored of it stays" if was.article else answer.reason)
        self._journal.note_item(source.url, became, now, answer.reason)
        self._archive.heed_withdrawal(source, became)

    async def _ask(self, source: Source, item: Item, known: Known | None, now: datetime) -> _Answer:
        """The article of an item as it is now; the feed's own text where there is no page and never was one."""
        stored = self._journal.article(known.article) if known and known.article else None
        if stored and stored.has_page and source.full_text:
            item = replace(item, paragraphs=())
        if len(item.url) > MAX_URL_CHARS:
            return _Answer(reason=f"its address is longer than {MAX_URL_CHARS:,} characters")
        try:
            if not item.url or not source.full_text:
                return _Answer(await _draft_from_feed(source, item, now, "no page is fetched"))
            etag, last_modified = (known.etag, known.last_modified) if known and stored else ("", "")
            fetched = await self._fetcher.get(item.url, etag=etag, last_modified=last_modified)
            return _Answer() if fetched.status == 304 else await self._read(source, item, fetched, now)
        except NoDraft as e:
            return _Answer(reason=str(e))
        except FetchFailed as e:
            reason = e.reason
        try:
            return _Answer(await _draft_from_feed(source, item, now, reason))
        except NoDraft as e:
            return _Answer(reason=str(e), may_pass=True)

    async def _read(self, source: Source, item: Item, fetched: Fetched, now: datetime) -> _Answer:
        if fetched.status >= 400:
            draft = await _draft_from_feed(source, item, now, f"answered with HTTP status {fetched.status}")
        else:
            draft = await asyncio.to_thread(
                draft_from_page, source, item, fetched.body, fetched.charset, fetched.url, now
            )
        return _Answer(draft, etag=fetched.etag, last_modified=fetched.last_modified)

    def _is_wanted(self, source: Source, item: Item, now: datetime) -> bool:
        """Whether an item was not withdrawn, and would not expire at once."""
        told = item.published_at or item.updated_at
        is_old = bool(source.keep_days and told and told < now - timedelta(days=source.keep_days))
        return not is_old and not self._journal.is_withdrawn(hash_mark(key_of_item(item)))


async def _draft_from_feed(source: Source, item: Item, now: datetime, reason: str) -> Draft:
    return await asyncio.to_thread(draft_from_feed, source, item, now, reason)


def _refuse(report: SourceReport, item: Item, reason: str) -> None:
    report.counts[Outcome.REFUSED] += 1
    report.refusals.append(Refusal((item.url or item.guid)[:300], reason))


def _explain(error: Exception, url: str) -> str:
    """What is told of an error that nobody foresaw, which goes to the log."""
    log.error("%s cannot be read", url, exc_info=error)
    return f"cannot be read ({type(error).__name__})"
