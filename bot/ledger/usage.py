"""Questions, tokens and cost of each server and day, held under a cap."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TypeVar

from bot.ledger.database import Database

_Number = TypeVar("_Number", int, float)
_MILLION = 1_000_000
_SELECT = "SELECT questions, tokens, cost FROM usage WHERE day = ? AND server = ?"
_ADD = """INSERT INTO usage VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    questions = questions + excluded.questions, tokens = tokens + excluded.tokens, cost = cost + excluded.cost"""


@dataclass(frozen=True, slots=True)
class Amount:
    """What was used, is to be used, or may be used on one day; in a cap, 0 stands for no limit.

    Attributes:
        cost: In the currency of the prices.
    """

    questions: int = 0
    tokens: int = 0
    cost: float = 0.0

    def narrow(self, other: Amount) -> Amount:
        """The cap that holds where both hold."""
        return Amount(
            _stricter(self.questions, other.questions),
            _stricter(self.tokens, other.tokens),
            _stricter(self.cost, other.cost),
        )

    def exceeded_by(self, used: Amount, wanted: Amount) -> str | None:
        """The name of the first limit of this cap that does not allow what is wanted on top of what was used."""
        for name in (f.name for f in fields(self)):
            limit, more = getattr(self, name), getattr(wanted, name)
            if limit and more and getattr(used, name) + more > limit:
                return name
        return None


@dataclass(frozen=True, slots=True)
class Prices:
    """What a million tokens cost that a model reads and that it writes."""

    read: float = 0.0
    written: float = 0.0

    def amount_of(self, n_read: int, n_written: int) -> Amount:
        """What so many tokens come to."""
        cost = (n_read * self.read + n_written * self.written) / _MILLION
        return Amount(tokens=n_read + n_written, cost=cost)


UNLIMITED = Amount()
FREE = Prices()


class Usage:
    """What was used on each day in UTC; direct messages, whose server is None, count as one server together."""

    def __init__(self, db: Database, cap: Amount) -> None:
        """`cap` holds for every server."""
        self._db = db
        self._cap = cap

    def reserve(self, server: int | None, now: datetime, wanted: Amount, own_cap: Amount = UNLIMITED) -> str | None:
        """Count what a question is about to use, unless that is too much.

        Args:
            own_cap: The server's own, which holds beside the general one.

        Returns:
            None where it was counted, else the limit that it would exceed: `questions`, `tokens` or `cost`.
        """
        cap = self._cap.narrow(own_cap)
        with self._db.write() as transaction:
            rows = transaction.execute(_SELECT, (_day(now), server or 0)).fetchall()
            limit = cap.exceeded_by(Amount(*rows[0]) if rows else Amount(), wanted)
            if limit is None:
                transaction.execute(_ADD, (_day(now), server or 0, wanted.questions, wanted.tokens, wanted.cost))
        return limit

    def settle(self, server: int | None, reserved_at: datetime, reserved: Amount, used: Amount) -> None:
        """Put what was used in the place of what was reserved."""
        difference = (
            used.questions - reserved.questions,
            used.tokens - reserved.tokens,
            used.cost - reserved.cost,
        )
        with self._db.write() as transaction:
            transaction.execute(_ADD, (_day(reserved_at), server or 0, *difference))

    def of_day(self, server: int | None, now: datetime) -> Amount:
        """What was used or is reserved."""
        rows = self._db.read(_SELECT, _day(now), server or 0)
        return Amount(*rows[0]) if rows else Amount()


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()


def _stricter(a: _Number, b: _Number) -> _Number:
    return min(a, b) if a and b else a or b
