"""Fetch what the sources list, and decide what of it is new, changed, known, or not to be stored."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from index.copies import are_copies, sign_text
from index.errors import NewsdeskError
from index.feeds.draft import (
    MAX_URL_CHARS,
    Draft,
    NoDraft,
    draft_from_feed,
    draft_from_page,
    is_another,
    is_teaser,
    put_where_found,
    share_paragraphs,
)
from index.feeds.expire import expire_articles
from index.feeds.fetch import Fetched, Fetcher, FetchFailed
from index.feeds.folder import ArticleFolder
from index.feeds.identity import hash_text, key_of, slug_of
from index.feeds.journal import Journal, hash_mark
from index.feeds.listing import Item
from index.feeds.look import look_at, note_page
from index.feeds.records import Known, State, Stored, key_of_item
from index.feeds.report import Outcome, Refusal, SourceReport
from index.feeds.signatures import SignatureTable
from index.feeds.subscriptions import Kind, Source
from index.survey import OnProgress
from index.types import Article

log = logging.getLogger("newsdesk.index")

MAX_ITEMS = 1000
"""Looked at in one collection of one source; the rest is left for the next."""
MAX_S = 60.0
"""Of one collection of one source, when nothing further is begun; the rest is left likewise."""
RECENT, RECHECK_AFTER = timedelta(days=1), timedelta(hours=1)
"""How long after it came an article's page is asked for again, and how often."""
_GIVE_UP_AFTER = timedelta(days=7)
_COPIES_WITHIN = timedelta(days=14)
_REMEMBER_UNLISTED = timedelta(days=30)
_AT_ONCE = 4
_MIN_SHARED = 0.5


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
        self._signatures = SignatureTable(*journal.signatures(clock() - _COPIES_WITHIN))

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
        wanted = sorted((i for i in look.items if self._is_wanted(source, i, now)), key=_by_age(now), reverse=True)
        listed = {key_of_item(item): item for item in reversed(wanted[: source.max_articles or None])}
        known = self._journal.known(source.url, listed, now - RECENT)
        self._journal.note_seen(source.url, listed, now)
        new = (_await(item, now) for key, item in listed.items() if key not in known)
        self._journal.note_waiting(source.url, new, now)
        for listing in look.listed:
            self._journal.note_listing(listing)
        items = {key: k.item for key, k in known.items() if _is_open(source, k, now)} | listed
        due = [item for key, item in items.items() if key not in known or is_due(source, known[key], item, now)]
        report.counts[Outcome.UNCHANGED] += len(items) - len(due)
        due.sort(key=_by_age(now), reverse=True)
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
        was = known or _await(item, now)
        outcome, article = Outcome.UNCHANGED, was.article
        try:
            answer = await self._ask(source, item, known, now)
            if answer.draft is not None:
                outcome, article = self._settle(source, item, answer.draft, was, report, now)
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
            became = _put_off(became, now) if answer.may_pass else replace(became, state=_settled_state(became))
            _refuse(report, item, f"{answer.reason}; what is stored of it stays" if was.article else answer.reason)
        self._journal.note_item(source.url, became, now, answer.reason)
        self._heed_withdrawal(source, became)

    def _heed_withdrawal(self, source: Source, known: Known) -> None:
        """Take back what was withdrawn by another process while it was fetched and stored."""
        key = key_of_item(known.item)
        stored = self._journal.article(known.article) if known.article else None
        if not self._journal.is_withdrawn(hash_mark(key), *([hash_mark(stored.id)] if stored else [])):
            return
        self._journal.forget_item(source.url, key)
        if stored and self._journal.is_withdrawn(hash_mark(stored.id)):
            self._folder.delete(stored.path)
            self._journal.erase([stored.id])

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

    def _settle(
        self, source: Source, item: Item, draft: Draft, known: Known, report: SourceReport, now: datetime
    ) -> tuple[Outcome, str]:
        """Store a draft, unless it is there already.

        Raises:
            NoDraft: It was withdrawn, or its page shows another article, or less of it than is stored.
        """
        marks = [hash_mark(draft.key), hash_mark(draft.article.id), hash_mark(source.name, draft.text_hash)]
        if self._journal.is_withdrawn(*marks):
            raise NoDraft("was withdrawn")
        if draft.is_claimed and not self._may_claim(source, draft, known, now):
            draft = put_where_found(source, draft)
        stored = self._find(source, item, draft, known, now)
        if stored is None:
            twin = self._journal.article_with(source.name, draft.text_hash)
            if twin is None:
                return Outcome.NEW, self._add(source, draft, report, now)
            if not _may_be_one(item.title, twin.title):
                raise NoDraft(f"its page shows the text of another article, {twin.title!r}")
            return Outcome.UNCHANGED, twin.id
        if not self._has_say(item, draft, stored) or (stored.source != source.url and not draft.has_page):
            return Outcome.UNCHANGED, stored.id  # only its page can speak for the article of another source
        is_own = stored.source == source.url and self._is_speaker(item, stored)
        return self._update(stored, draft, now, is_own=is_own), stored.id

    def _may_claim(self, source: Source, draft: Draft, known: Known, now: datetime) -> bool:
        """Whether a page is what it says: at home at another address, where nothing or a copy of it is.

        Sites name a section or an old story by mistake, and some authors by intent.
        """
        holder = self._at_home(source, draft, now)
        if holder is None or draft.text_hash == holder.text_hash or (holder.is_claimed and holder.id == known.article):
            return True
        article = self._read_file(holder.path)  # reports of one kind are near copies with paragraphs of their own
        return (
            article is not None and _is_copy(draft, holder) and share_paragraphs(draft.article, article) >= _MIN_SHARED
        )

    def _find(self, source: Source, item: Item, draft: Draft, known: Known, now: datetime) -> Stored | None:
        """The article that a draft is now; None for a new one, as the twin of one that was changed alone."""
        stored = self._journal.article(known.article) if known.article else None
        stored = stored or self._at_home(source, draft, now) or self._journal.article_at(draft.key)
        if stored is None or self._has_say(item, draft, stored):
            pass
        elif draft.text_hash == stored.text_hash or (stored.has_page and not draft.has_page):
            return stored
        elif draft.key != stored.key:
            stored = self._at_home(source, draft, now)
        is_claimed_from_it = stored is not None and stored.is_claimed and not draft.is_claimed
        if stored is None or not is_claimed_from_it or draft.key != stored.key or stored.id == known.article:
            return stored
        if _is_copy(draft, stored):
            stored = replace(stored, is_claimed=False)
            self._note(stored)
            return stored
        self._folder.delete(stored.path)  # whoever claimed the address gets another when asked for again
        self._journal.release(stored.id)
        return None

    def _has_say(self, item: Item, draft: Draft, stored: Stored) -> bool:
        """Whether a draft was found where the article is at home, or its item has the say on it."""
        return key_of(draft.found_at) == stored.key or self._is_speaker(item, stored)

    def _is_speaker(self, item: Item, stored: Stored) -> bool:
        return key_of_item(item) == stored.key or self._journal.speaker_of(stored) in (None, key_of_item(item))

    def _at_home(self, source: Source, draft: Draft, now: datetime) -> Stored | None:
        """The article whose home is that of the draft: in the journal, or else in the folder, as after a crash."""
        if found := self._journal.article_at_home(draft.key):
            return found
        path = self._folder.find(draft.article.id)
        article = self._read_file(path) if path else None
        if path is None or article is None:
            return None
        stored = replace(_describe(article, draft.key, source, path, now), is_claimed=draft.is_claimed)
        self._journal.note_article(stored)
        return stored

    def _read_file(self, path: str) -> Article | None:
        """The article of a file; None where it is gone.

        Raises:
            NoDraft: There is a file, and it can no longer be read.
        """
        article = self._folder.read(path)
        if article is None and self._folder.has(path):
            raise NoDraft(f"its file {path} was edited and cannot be read; mend or delete it")
        return article

    def _add(self, source: Source, draft: Draft, report: SourceReport, now: datetime) -> str:
        path = self._folder.add(draft.article, now)
        report.copies += self._signatures.has_copy(draft.signature)
        stored = _describe(draft.article, draft.key, source, path, now)
        is_claimed = draft.is_claimed
        self._note(replace(stored, signature=draft.signature, has_page=draft.has_page, is_claimed=is_claimed))
        return draft.article.id

    def _update(self, stored: Stored, draft: Draft, now: datetime, *, is_own: bool) -> Outcome:
        """Store what changed of an article; what the file says counts, not the journal.

        Args:
            is_own: Whether its headline is this source's; another one may have headlines of its own.
        """
        article = self._read_file(stored.path)
        told = replace(stored, text_hash=draft.text_hash, signature=draft.signature)
        if article is None:
            self._folder.put(stored.path, replace(draft.article, id=stored.id), now)
            self._note(told)
            return Outcome.NEW
        revised = replace(article, paragraphs=draft.article.paragraphs)
        revised = replace(revised, title=draft.article.title) if is_own else revised
        if revised == article:
            if stored.text_hash != draft.text_hash:  # a crash came between file and journal
                self._note(replace(told, title=revised.title))
            return Outcome.UNCHANGED
        if is_teaser(revised, article):
            raise NoDraft("the page shows but the beginning of it")
        if draft.key != stored.key and not _is_copy(draft, stored):
            raise NoDraft(f"its address leads to another page, {draft.article.url}")
        if is_another(revised, article):
            raise NoDraft("its page shows another text")
        self._folder.revise(stored.path, revised, draft.updated_at or now, now)
        self._note(replace(told, title=revised.title, has_page=draft.has_page))
        return Outcome.CHANGED

    def _note(self, stored: Stored) -> None:
        self._journal.note_article(stored)
        self._signatures.put(stored.id, stored.signature)

    def _is_wanted(self, source: Source, item: Item, now: datetime) -> bool:
        """Whether an item was not withdrawn, and would not expire at once."""
        told = item.published_at or item.updated_at
        is_old = bool(source.keep_days and told and told < now - timedelta(days=source.keep_days))
        return not is_old and not self._journal.is_withdrawn(hash_mark(key_of_item(item)))


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


async def _draft_from_feed(source: Source, item: Item, now: datetime, reason: str) -> Draft:
    return await asyncio.to_thread(draft_from_feed, source, item, now, reason)


def _is_open(source: Source, known: Known, now: datetime) -> bool:
    """Whether an item is looked at though it is no longer listed."""
    is_recent = known.state is State.KEPT and now - known.first_seen < RECENT
    return known.state is State.WAITING or (source.full_text and is_recent)


def _await(item: Item, now: datetime) -> Known:
    """An item of which nothing is known yet."""
    return Known(item, item.fingerprint, None, State.WAITING, now, now, "", "")


def _put_off(known: Known, now: datetime) -> Known:
    """An item that could not be had, and is tried again for a week."""
    if known.state is not State.WAITING:
        return replace(known, state=State.WAITING, first_seen=now)
    gives_up = now - known.first_seen >= _GIVE_UP_AFTER
    return replace(known, state=_settled_state(known)) if gives_up else known


def _settled_state(known: Known) -> State:
    return State.KEPT if known.article else State.REFUSED


def _by_age(now: datetime) -> Callable[[Item], datetime]:
    """Sorts items by when they were changed or published; what has no date is taken for new."""
    return lambda item: item.updated_at or item.published_at or now


def _refuse(report: SourceReport, item: Item, reason: str) -> None:
    report.counts[Outcome.REFUSED] += 1
    report.refusals.append(Refusal((item.url or item.guid)[:300], reason))


def _explain(error: Exception, url: str) -> str:
    """What is told of an error that nobody foresaw, which goes to the log."""
    log.error("%s cannot be read", url, exc_info=error)
    return f"cannot be read ({type(error).__name__})"


def _is_copy(draft: Draft, stored: Stored) -> bool:
    is_near = bool(draft.signature.any()) and are_copies(draft.signature, stored.signature)
    return is_near or draft.text_hash == stored.text_hash


def _may_be_one(title: str, other: str) -> bool:
    """Whether two titles may be those of one article; what is not known may be anything."""
    a, b = slug_of(title, 300), slug_of(other, 300)
    return not a or not b or a in b or b in a


def _describe(article: Article, key: str, source: Source, path: str, now: datetime) -> Stored:
    text = "\n\n".join(article.paragraphs)
    return Stored(
        *(article.id, key, source.url, source.name, path, article.title, hash_text(text)),
        signature=sign_text(text),
        moment=article.published_at or now,
    )
