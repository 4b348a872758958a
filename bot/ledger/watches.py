"""Topics that channels follow, and the articles that they were told of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.ledger.database import Database, storable
from bot.ledger.errors import BadRequest

MAX_WATCHES = 25
"""Topics of one channel; as many as fit into one select."""
MAX_TOPIC_CHARS = 100
MAX_PER_DAY = 24
_COLUMNS = "server, channel, topic, per_day, since"


@dataclass(frozen=True, slots=True)
class Watch:
    """A topic that a channel follows.

    Attributes:
        per_day: Messages on one day in UTC, at most.
        since: When it was first followed; what was indexed before is not news to the channel.
    """

    server: int
    channel: int
    topic: str
    per_day: int
    since: datetime


class Watches:
    """The topics that are followed."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def follow(self, server: int, channel: int, topic: str, now: datetime, per_day: int = 5) -> Watch:
        """Follow a topic, or change how many messages a day it may bring.

        Raises:
            BadRequest: The topic is empty or too long, the number cannot be, or the channel follows too many.
        """
        topic = _clean(topic)
        if not 0 < len(topic) <= MAX_TOPIC_CHARS:
            raise BadRequest(f"Please name a topic in at most {MAX_TOPIC_CHARS} characters.")
        if not 1 <= per_day <= MAX_PER_DAY:
            raise BadRequest(f"Please choose between 1 and {MAX_PER_DAY} messages a day.")
        row = (channel, _key(topic), server, topic, per_day, now.timestamp())
        with self._db.write() as transaction:
            transaction.execute(
                "INSERT INTO watches VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET per_day = excluded.per_day",
                row,
            )
            (n,) = transaction.execute("SELECT count(*) FROM watches WHERE channel = ?", (channel,)).fetchone()
            if n > MAX_WATCHES:
                raise BadRequest(f"This channel follows {MAX_WATCHES} topics already. Please /unwatch one first.")
        return next(w for w in self.of_channel(channel) if _key(w.topic) == _key(topic))

    def unfollow(self, channel: int, topic: str) -> bool:
        """Follow a topic no longer, in whatever case it is written; returns whether it was followed."""
        with self._db.write() as transaction:
            where = (channel, _key(_clean(topic)))
            n_gone = transaction.execute("DELETE FROM watches WHERE channel = ? AND key = ?", where).rowcount
        return n_gone > 0

    def of_channel(self, channel: int) -> list[Watch]:
        """What a channel follows, in the order of the alphabet."""
        rows = self._db.read(f"SELECT {_COLUMNS} FROM watches WHERE channel = ? ORDER BY key", channel)
        return [_read(row) for row in rows]

    def list_all(self) -> list[Watch]:
        """What all channels follow."""
        return [_read(row) for row in self._db.read(f"SELECT {_COLUMNS} FROM watches ORDER BY server, channel, key")]

    def claim(self, watch: Watch, article_id: str, copies: Sequence[str], now: datetime) -> bool:
        """Take it upon oneself to tell a channel of an article; of several that try, one gets True.

        Nobody does where the channel was told of the article or one of its copies, or enough of the topic today.
        """
        channel, key, day = watch.channel, _key(watch.topic), now.astimezone(UTC).date().isoformat()
        ids = [article_id, *copies]
        with self._db.write() as transaction:
            followed = transaction.execute(
                "SELECT per_day FROM watches WHERE channel = ? AND key = ?", (channel, key)
            ).fetchone()
            if not followed:
                return False
            known = transaction.execute(
                f"SELECT 1 FROM told WHERE channel = ? AND article IN ({','.join('?' * len(ids))})", (channel, *ids)
            ).fetchone()
            (n_today,) = transaction.execute(
                "SELECT count(*) FROM told WHERE channel = ? AND key = ? AND day = ?", (channel, key, day)
            ).fetchone()
            if not known and n_today >= followed[0]:
                return False
            days = [None if known else day, *(None for _ in copies)]
            transaction.executemany(
                "INSERT OR IGNORE INTO told VALUES (?, ?, ?, ?, ?)",
                [(channel, i, key, now.timestamp(), d) for i, d in zip(ids, days, strict=True)],
            )
        return not known

    def give_back(self, watch: Watch, article_id: str, copies: Sequence[str]) -> None:
        """Undo a claim whose message could not be sent."""
        with self._db.write() as transaction:
            rows = [(watch.channel, i) for i in (article_id, *copies)]
            transaction.executemany("DELETE FROM told WHERE channel = ? AND article = ?", rows)


def _clean(topic: str) -> str:
    return " ".join(storable(topic).split())


def _key(topic: str) -> str:
    return topic.casefold()


def _read(row: tuple[int, int, str, int, float]) -> Watch:
    server, channel, topic, per_day, since = row
    return Watch(server, channel, topic, per_day, datetime.fromtimestamp(since, UTC))
