"""Delete collected articles for good: of a source that is removed, or one that is withdrawn and must not come back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from index.copies import sign_text
from index.corpus.files import find_files
from index.errors import BadArticle, NewsdeskError
from index.feeds.collect import locked
from index.feeds.draft import make_id
from index.feeds.folder import ArticleFolder
from index.feeds.identity import hash_text, key_of
from index.feeds.journal import Journal, hash_mark
from index.feeds.records import Stored
from index.feeds.subscriptions import Source, load_subscriptions, remove_source
from index.types import Article

if TYPE_CHECKING:
    from index.store import Store


class NoSuchArticle(NewsdeskError):
    """No collected article has an id or address."""


def withdraw_article(
    home: Path,
    article: str,
    now: datetime,
    purge: Callable[[Sequence[str]], object],
    find_indexed: Callable[[str], Sequence[str]] = lambda _: (),
) -> list[str]:
    """Delete an article with its earlier versions, here and wherever else it is, and see that it does not come back.

    Nothing of it is kept but hashes. These are kept first, so that a collection which runs heeds them; what tells where
    the article is goes last, so that after a failure the same words find it again.

    Args:
        article: Its id or its address.
        purge: Deletes the articles with some ids wherever else they are.
        find_indexed: The ids of articles elsewhere that have this id or address, as after they expired here.

    Returns:
        The ids.

    Raises:
        NoSuchArticle: No article is it, and none that was withdrawn.
        BadSubscriptions: `corpus.toml` cannot be read.
        BadJournal: The journal cannot be read or written.
    """
    subscriptions = load_subscriptions(home)
    folder = ArticleFolder(subscriptions.articles)
    key = key_of(article)
    with Journal(home) as journal:
        stored = journal.article(article) or journal.article_at(key) or _find(folder, article, now)
        ids = [stored.id] if stored else journal.ids_of_items(key) or list(find_indexed(article))
        if not ids and journal.is_withdrawn(hash_mark(article), hash_mark(key)):
            ids = [make_id(source.name, key) for source in subscriptions.source] if key else [article]
        if not ids:
            raise NoSuchArticle(f"{article[:200]} is the id or address of no article in {folder.root} or the index")
        names = {article, key, *ids, *(k for i in ids for k in journal.keys_of(i))} - {""}
        marks = set(map(hash_mark, names))
        if stored:
            texts = {stored.text_hash, *map(_hash, folder.read_versions(stored.path))}
            marks |= {hash_mark(stored.key), *(hash_mark(stored.outlet, text) for text in texts)}
        journal.withdraw(marks, now)
        purge(ids)
        if stored:
            folder.delete(stored.path)
        journal.erase(ids)
    return ids


def drop_source(home: Path, url: str, *, with_articles: bool) -> tuple[Source, list[str]]:
    """Stop collecting from a source, and where wanted delete its articles, but for those that another one lists.

    What is known of its items stays with its articles, so that it goes on where it ended if it is added again.

    Returns:
        The source, and the ids of what was deleted.

    Raises:
        BadSubscriptions: There is none at this address, or `corpus.toml` cannot be read or written.
        CollectBusy: Another process is collecting; nothing has changed.
    """
    subscriptions = load_subscriptions(home)
    source = subscriptions.find(url)
    folder = ArticleFolder(subscriptions.articles)
    deleted: list[str] = []
    with locked(home), Journal(home) as journal:
        for stored in journal.articles_of(source.url) if with_articles else ():
            if not journal.hand_over(stored.id, source.url):
                folder.delete(stored.path)
                journal.release(stored.id)
                deleted.append(stored.id)
        journal.forget_source(source.url, with_articles=with_articles)
        remove_source(home, url)
    return source, deleted


def find_indexed(store: Store, article: str) -> list[str]:
    """The ids of articles with an id or address in any generation that is kept."""
    refs = {ref.name: ref for name in store.generations() for ref in store.manifest(name).segments}
    articles = (a for ref in refs.values() for a in store.segment(ref.name, ref.n_passages).articles)
    key = key_of(article)
    return sorted({a.id for a in articles if a.id == article or (key and a.url and key_of(a.url) == key)})


def _find(folder: ArticleFolder, wanted: str, now: datetime) -> Stored | None:
    """An article of the folder that the journal does not know."""
    key = key_of(wanted)
    for file in find_files(folder.root, set()) if folder.root.is_dir() else ():
        if isinstance(file, BadArticle) or file.ending != ".md":
            continue
        article = folder.read(file.name)
        if article and (article.id == wanted or (key and article.url and key_of(article.url) == key)):
            text = "\n\n".join(article.paragraphs)
            return Stored(
                *(article.id, key_of(article.url) or article.id, "", article.source, file.name, article.title),
                *(hash_text(text), sign_text(text), article.published_at or now),
            )
    return None


def _hash(article: Article) -> str:
    return hash_text("\n\n".join(article.paragraphs))
