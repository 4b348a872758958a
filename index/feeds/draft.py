"""An article out of what its feed tells and what its page shows, with all that is foolish or hostile left out; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from index.copies import Signatures, are_copies, sign_text
from index.corpus.fields import BadField, make_article
from index.corpus.text import clean_text
from index.corpus.web import NoArticle, Page, read_page
from index.dates import parse_published
from index.errors import BadDate
from index.feeds.charset import decode_text
from index.feeds.identity import choose_url, clean_url, hash_text, is_home_page, key_of, slug_of
from index.feeds.listing import Item, cut, cut_names
from index.feeds.subscriptions import Source
from index.types import Article

MIN_CHARS = 250
"""Of a text that is more than a summary; a Chinese character counts as three."""
MAX_CHARS = 500_000
MAX_URL_CHARS = 1500
_MAX_AHEAD = timedelta(days=1)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class NoDraft(ValueError):
    """There is no article to be had; the message says why."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as it would be stored, if it is none that is there already.

    Attributes:
        key: What all addresses of the article have in common.
        found_at: Where it was found, which its page may say is not its home.
        updated_at: When its outlet says that it last changed it; None where it says nothing, or nothing likely.
        text_hash: Equal for equal texts.
        signature: Tells near copies, as `index.copies` does.
        has_page: Whether it is what its page shows, instead of what the feed holds.
    """

    article: Article
    key: str
    found_at: str
    updated_at: datetime | None
    text_hash: str
    signature: Signatures
    has_page: bool

    @property
    def is_claimed(self) -> bool:
        """Whether its page says that it is at home elsewhere than where it was found."""
        return bool(self.found_at) and key_of(self.found_at) != self.key


def draft_from_page(source: Source, item: Item, body: bytes, charset: str, url: str, now: datetime) -> Draft:
    """The article that a page shows; the feed's own text where that is a whole article and the page has none.

    Args:
        url: Where the page was found, after redirects.

    Raises:
        NoDraft: Neither has one.
    """
    try:
        page = read_page(decode_text(body, charset))
    except NoArticle as e:
        return draft_from_feed(source, item, now, str(e))
    if _weigh(page.paragraphs) < MIN_CHARS:
        return draft_from_feed(source, item, now, "the page has too little text")
    if is_home_page(clean_url(url)) and not is_home_page(item.url):
        raise NoDraft("redirects to the home page")
    return _make_draft(source, item, page, choose_url(url, page.canonical, source.url), clean_url(url), now)


def put_where_found(source: Source, draft: Draft) -> Draft:
    """A draft that is at home where it was found, whatever its page says."""
    key = key_of(draft.found_at)
    article = replace(draft.article, id=make_id(source.name, key), url=draft.found_at)
    return replace(draft, article=article, key=key)


def draft_from_feed(source: Source, item: Item, now: datetime, reason: str) -> Draft:
    """The article that a feed holds itself.

    Args:
        reason: Why it is not taken from its page.

    Raises:
        NoDraft: There is but a summary.
    """
    if _weigh(item.paragraphs) < MIN_CHARS:
        raise NoDraft(f"{reason}, and the feed has {'but a summary' if item.paragraphs else 'none'}")
    return _make_draft(source, item, None, item.url, item.url, now)


def _make_draft(source: Source, item: Item, page: Page | None, url: str, found_at: str, now: datetime) -> Draft:
    told = page or Page(item.paragraphs)
    if sum(map(len, told.paragraphs)) > MAX_CHARS:
        raise NoDraft(f"its text is longer than {MAX_CHARS:,} characters")
    key = key_of(url) if url else f"{key_of(source.url)}#{item.guid}"
    fields = {
        "title": item.title or cut(clean_text(told.title)),
        "source": source.name,
        "authors": list(item.authors or cut_names([clean_text(name) for name in told.authors.split(",")])),
        "published_at": _settle_moment([item.published_at, _read(told.published), _read(told.day)], now),
        "url": url,
        "language": source.language or told.language or item.language,
        "section": cut(clean_text(told.section)) or item.section,
    }
    try:
        article = make_article(fields, told.paragraphs, make_id(source.name, key))
    except BadField as e:
        raise NoDraft(str(e)) from e
    text = "\n\n".join(article.paragraphs)
    updated_at = _settle_moment([item.updated_at, _read(told.modified)], now)
    return Draft(article, key, found_at, updated_at, hash_text(text), sign_text(text), page is not None)


def make_id(outlet: str, key: str) -> str:
    """A stable id: the outlet's name, as far as it can stand in one, and the hash of the article's key."""
    return "-".join(filter(None, (slug_of(outlet, 40), hash_text(key))))


def share_paragraphs(article: Article, other: Article) -> float:
    """How much of an article's paragraphs another one has, from 0 to 1."""
    return len(set(article.paragraphs) & set(other.paragraphs)) / len(set(article.paragraphs))


def is_another(article: Article, other: Article) -> bool:
    """Whether two texts have no paragraph in common, and neither is a copy of the other with changes."""
    if not set(article.paragraphs).isdisjoint(other.paragraphs):
        return False
    signatures = [sign_text("\n\n".join(a.paragraphs)) for a in (article, other)]
    return not all(s.any() for s in signatures) or not are_copies(*signatures)


def is_teaser(article: Article, whole: Article) -> bool:
    """Whether an article is but a beginning of what it was, as behind a paywall."""
    return 2 * _weigh(article.paragraphs) < _weigh(whole.paragraphs) and set(article.paragraphs) <= set(
        whole.paragraphs
    )


def _weigh(paragraphs: Sequence[str]) -> int:
    text = " ".join(paragraphs)
    return len(text) + 2 * len(_CJK.findall(text))


def _read(text: str) -> datetime | None:
    try:
        return parse_published(text) if text else None
    except BadDate:
        return None


def _settle_moment(told: Sequence[datetime | None], now: datetime) -> datetime | None:
    """The first moment that is told, to the second; now, where that is more than a day ahead."""
    moment = next(filter(None, told), None)
    if moment is None:
        return None
    return (now if moment > now + _MAX_AHEAD else moment).astimezone(UTC).replace(microsecond=0)
