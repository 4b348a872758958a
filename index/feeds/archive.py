"""The articles that are stored, in folder and journal: which of them a draft is, and what of it is stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from index.copies import are_copies, sign_text
from index.feeds.draft import Draft, NoDraft, is_another, is_teaser, put_where_found, share_paragraphs
from index.feeds.folder import ArticleFolder
from index.feeds.identity import hash_text, key_of, slug_of
from index.feeds.journal import Journal, hash_mark
from index.feeds.listing import Item
from index.feeds.records import Known, Stored, key_of_item
from index.feeds.report import Outcome, SourceReport
from index.feeds.signatures import SignatureTable
from index.feeds.subscriptions import Source
from index.types import Article

_COPIES_WITHIN = timedelta(days=14)
_MIN_SHARED = 0.5


class Archive:
    """Decides and stores in one step, so that what is collected at once does not interfere."""

    def __init__(self, folder: ArticleFolder, journal: Journal, now: datetime) -> None:
        self._folder = folder
        self._journal = journal
        self._signatures = SignatureTable(*journal.signatures(now - _COPIES_WITHIN))

    def settle(
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

    def heed_withdrawal(self, source: Source, known: Known) -> None:
        """Take back what was withdrawn by another process while it was fetched and stored."""
        key = key_of_item(known.item)
        stored = self._journal.article(known.article) if known.article else None
        if not self._journal.is_withdrawn(hash_mark(key), *([hash_mark(stored.id)] if stored else [])):
            return
        self._journal.forget_item(source.url, key)
        if stored and self._journal.is_withdrawn(hash_mark(stored.id)):
            self._folder.delete(stored.path)
            self._journal.erase([stored.id])

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
            self._folder.put(stored.path, replace(draft.article, id=stored.id), draft.updated_at or now, now)
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
