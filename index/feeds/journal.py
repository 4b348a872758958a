"""What was collected, when and from where: `feeds.sqlite`, without which nothing is lost but time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from pydantic import TypeAdapter

from index.copies import N_PERMUTATIONS, Signatures
from index.feeds.identity import hash_text
from index.feeds.journal_file import BadJournal, JournalFile
from index.feeds.listing import Item
from index.feeds.records import Known, Listed, State, Stored, key_of_item

_BATCH = 500
"""Values of one query."""
_ITEM = TypeAdapter(Item)


class Journal(JournalFile):
    """The rows of the file."""

    def listed(self, url: str, source: str) -> Listed:
        """What is known of a feed or sitemap; nothing, where it was never fetched."""
        rows = self._read("SELECT * FROM listings WHERE url = ?", url)
        if not rows:
            return Listed(url, source)
        ((url, source, etag, last_modified, fetched_at, *counted),) = rows
        return Listed(url, source, etag, last_modified, _to_moment(fetched_at), *counted)

    def note_listing(self, listed: Listed) -> None:
        """Keep what is known of a feed or sitemap."""
        row = (
            *(listed.url, listed.source, listed.etag, listed.last_modified, listed.fetched_at.timestamp()),
            *(listed.n_items, listed.n_failures, listed.error),
        )
        with self._write() as transaction:
            transaction.execute("REPLACE INTO listings VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def known(self, source: str, keys: Collection[str], since: datetime) -> dict[str, Known]:
        """Items of a source by their keys: these, those that wait, and those that came since a moment."""
        columns = "key, record, fingerprint, article, state, first_seen, checked_at, etag, last_modified"
        query = f"SELECT {columns} FROM items WHERE source = ? AND"
        rows = self._read(f"{query} (state = ? OR first_seen > ?)", source, State.WAITING, since.timestamp())
        wanted = list(keys)
        for some in (wanted[i : i + _BATCH] for i in range(0, len(wanted), _BATCH)):
            rows += self._read(f"{query} key IN ({', '.join('?' * len(some))})", source, *some)
        return {
            key: Known(
                *(_ITEM.validate_json(record), fingerprint, article, State(state)),
                *(_to_moment(first), _to_moment(checked), etag, last_modified),
            )
            for key, record, fingerprint, article, state, first, checked, etag, last_modified in rows
        }

    def note_seen(self, source: str, keys: Iterable[str], now: datetime) -> None:
        """Keep that items are still listed."""
        with self._write() as transaction:
            transaction.executemany(
                "UPDATE items SET last_seen = ? WHERE source = ? AND key = ?",
                [(now.timestamp(), source, key) for key in keys],
            )

    def note_item(self, source: str, known: Known, now: datetime, reason: str = "") -> None:
        """Keep what became of an item; its own text only while there is no other."""
        self._note_items([_to_row(source, known, now, reason)])

    def note_waiting(self, source: str, items: Iterable[Known], now: datetime) -> None:
        """Keep items that are still to be asked for, so that they are, whatever happens."""
        self._note_items([_to_row(source, item, now, "") for item in items])

    def _note_items(self, rows: Sequence[tuple[object, ...]]) -> None:
        with self._write() as transaction:
            transaction.executemany("REPLACE INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def forget_unlisted(self, source: str, before: datetime) -> None:
        """Forget items that are no articles and were not listed for long."""
        with self._write() as transaction:
            transaction.execute(
                "DELETE FROM items WHERE source = ? AND last_seen < ? AND state IN (?, ?)",
                (source, before.timestamp(), State.REFUSED, State.EXPIRED),
            )

    def article(self, article_id: str) -> Stored | None:
        """The article with an id."""
        return self._one("id = ?", article_id)

    def article_at(self, key: str) -> Stored | None:
        """The article whose address has a key, be it the one that it has at home or one that a listing gave it."""
        return self.article_at_home(key) or self._one("id IN (SELECT article FROM items WHERE key = ?)", key)

    def article_at_home(self, key: str) -> Stored | None:
        """The article that is at home at the address with a key."""
        return self._one("key = ?", key)

    def ids_of_items(self, key: str) -> list[str]:
        """The articles that items with a key are or were before they expired."""
        rows = self._read("SELECT DISTINCT article FROM items WHERE key = ? AND article IS NOT NULL ORDER BY 1", key)
        return [article_id for (article_id,) in rows]

    def keys_of(self, article_id: str) -> list[str]:
        """The keys of all items that are or were an article."""
        return [key for (key,) in self._read("SELECT DISTINCT key FROM items WHERE article = ? ORDER BY 1", article_id)]

    def speaker_of(self, stored: Stored) -> str | None:
        """The key of the item that has the say on an article: the one at its home, or else the first; None for none."""
        query = "SELECT key FROM items WHERE article = ? ORDER BY key != ?, first_seen, key LIMIT 1"
        return next((key for (key,) in self._read(query, stored.id, stored.key)), None)

    def article_with(self, outlet: str, text_hash: str) -> Stored | None:
        """The article of an outlet that has a text."""
        return self._one("outlet = ? AND text_hash = ?", outlet, text_hash)

    def articles_of(self, source: str) -> list[Stored]:
        """All articles that came from a source, the newest first."""
        return list(self._articles("source = ? ORDER BY moment DESC, id", source))

    def count_articles(self, source: str) -> int:
        """How many articles came from a source."""
        return int(self._read("SELECT count(*) FROM articles WHERE source = ?", source)[0][0])

    def signatures(self, since: datetime) -> tuple[list[str], Signatures]:
        """The ids of articles from a moment on, and their signatures, one a row."""
        rows = self._read("SELECT id, signature FROM articles WHERE moment >= ?", since.timestamp())
        return [article_id for article_id, _ in rows], _to_signatures(b"".join(blob for _, blob in rows))

    def note_article(self, stored: Stored) -> None:
        """Keep what is known of an article that is stored."""
        row = (
            *(stored.id, stored.key, stored.source, stored.outlet, stored.path, stored.title, stored.text_hash),
            *(stored.signature.astype("<u4").tobytes(), stored.moment.timestamp(), stored.has_page, stored.is_claimed),
        )
        with self._write() as transaction:
            transaction.execute(f"REPLACE INTO articles VALUES ({', '.join('?' * len(row))})", row)

    def expire(self, article_id: str) -> None:
        """Forget an article, and keep of its items that they are not to come back."""
        with self._write() as transaction:
            transaction.execute("DELETE FROM articles WHERE id = ?", (article_id,))
            transaction.execute(
                "UPDATE items SET state = ?, etag = '', last_modified = '' WHERE article = ?",
                (State.EXPIRED, article_id),
            )

    def hand_over(self, article_id: str, source: str) -> bool:
        """Let an article be another source's that lists it; false where no other does.

        Args:
            source: Whose it is no longer, and is not to come back to.
        """
        query = """SELECT source FROM items WHERE article = ? AND source != ? AND state IN (?, ?)
            AND source IN (SELECT source FROM listings) ORDER BY first_seen LIMIT 1"""
        heirs = self._read(query, article_id, source, State.KEPT, State.WAITING)
        if not heirs:
            return False
        with self._write() as transaction:
            transaction.execute("UPDATE articles SET source = ? WHERE id = ?", (heirs[0][0], article_id))
            transaction.execute(
                "UPDATE items SET state = ? WHERE article = ? AND source = ?", (State.EXPIRED, article_id, source)
            )
        return True

    def release(self, article_id: str) -> None:
        """Forget an article, and let its items be asked for again."""
        with self._write() as transaction:
            transaction.execute("DELETE FROM articles WHERE id = ?", (article_id,))
            transaction.execute(
                "UPDATE items SET state = ?, article = NULL, etag = '', last_modified = '' WHERE article = ?",
                (State.WAITING, article_id),
            )

    def forget_source(self, source: str, *, with_articles: bool) -> None:
        """Forget a source: its listings, and where wanted its items and articles."""
        with self._write() as transaction:
            transaction.execute("DELETE FROM listings WHERE source = ?", (source,))
            if with_articles:
                transaction.execute("DELETE FROM items WHERE source = ?", (source,))
                transaction.execute("DELETE FROM articles WHERE source = ?", (source,))

    def withdraw(self, marks: Collection[str], now: datetime) -> None:
        """Keep marks of what is not to be collected again."""
        with self._write() as transaction:
            transaction.executemany(
                "REPLACE INTO withdrawn VALUES (?, ?)", [(mark, now.timestamp()) for mark in sorted(marks)]
            )

    def erase(self, article_ids: Collection[str]) -> None:
        """Forget all of articles, down to the bytes of the file.

        Raises:
            BadJournal: Another process has been reading for long, and so the log keeps them.
        """
        with self._write() as transaction:
            for article_id in article_ids:
                transaction.execute("DELETE FROM items WHERE article = ?", (article_id,))
                transaction.execute("DELETE FROM articles WHERE id = ?", (article_id,))
        (is_busy, *_), *_ = self._read("PRAGMA wal_checkpoint(TRUNCATE)")  # the log still holds what was deleted
        if is_busy:
            raise BadJournal(f"{self.path}-wal: still holds what was withdrawn, for it is being read; purge it again")

    def forget_item(self, source: str, key: str) -> None:
        """Forget one item."""
        with self._write() as transaction:
            transaction.execute("DELETE FROM items WHERE source = ? AND key = ?", (source, key))

    def is_withdrawn(self, *marks: str) -> bool:
        """Whether one of some marks tells an article that was withdrawn."""
        query = f"SELECT 1 FROM withdrawn WHERE hash IN ({', '.join('?' * len(marks))})"
        return bool(self._read(query, *marks))

    def _one(self, condition: str, *values: object) -> Stored | None:
        return next(self._articles(f"{condition} LIMIT 1", *values), None)

    def _articles(self, condition: str, *values: object) -> Iterator[Stored]:
        query = f"SELECT * FROM articles WHERE {condition}"
        for row in self._read(query, *values):
            article_id, key, source, outlet, path, title, text_hash, blob, moment, has_page, is_claimed = row
            told = (_to_signatures(blob)[0], _to_moment(moment), bool(has_page), bool(is_claimed))
            yield Stored(article_id, key, source, outlet, path, title, text_hash, *told)


def hash_mark(*parts: str) -> str:
    """What is kept of something withdrawn: it tells it again, but not what it was."""
    return hash_text("\0".join(parts), 64)


def _to_moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _to_signatures(blob: bytes) -> Signatures:
    return np.frombuffer(blob, dtype="<u4").astype(np.uint32).reshape(-1, N_PERMUTATIONS)


def _to_row(source: str, known: Known, now: datetime, reason: str) -> tuple[object, ...]:
    item = known.item if known.state is State.WAITING else replace(known.item, paragraphs=())
    return (
        *(source, key_of_item(item), _ITEM.dump_json(item).decode(), known.fingerprint, known.article),
        *(known.state.value, reason, known.first_seen.timestamp(), now.timestamp()),
        *(known.checked_at.timestamp(), known.etag, known.last_modified),
    )
