"""What readers thought of an answer: one rating of each, the last one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.ledger.database import Database, storable
from bot.ledger.errors import BadRequest
from bot.ledger.readers import ReaderKey

MAX_NOTE_CHARS = 500


class Vote(StrEnum):
    """Whether an answer was of use."""

    UP = "up"
    DOWN = "down"


class Reason(StrEnum):
    """What is amiss with an answer."""

    WRONG = "wrong"
    OUTDATED = "outdated"
    MISSING = "missing"
    BAD_SOURCE = "bad source"


@dataclass(frozen=True, slots=True)
class Rating:
    """A reader's vote on an answer; reason and note go with one against it, and may follow later."""

    vote: Vote
    reason: Reason | None = None
    note: str = ""


class Feedback:
    """The ratings of the answers that are kept."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def give(self, answer_id: str, reader: ReaderKey, rating: Rating, now: datetime) -> None:
        """Keep a reader's rating of an answer, in place of an earlier one.

        Raises:
            BadRequest: The answer is no longer kept, the note is too long, or a vote for it has a reason.
        """
        note = " ".join(storable(rating.note).split())
        if len(note) > MAX_NOTE_CHARS:
            raise BadRequest(f"That is {len(note)} characters long. Please say it in {MAX_NOTE_CHARS}.")
        if rating.vote is Vote.UP and (rating.reason or note):
            raise BadRequest("A reason goes with a vote against the answer.")
        row = (answer_id, reader, now.timestamp(), rating.vote, rating.reason, note)
        with self._db.write() as transaction:
            if not transaction.execute("SELECT 1 FROM answers WHERE id = ?", (answer_id,)).fetchone():
                raise BadRequest("I no longer have that answer. Please ask again, and rate the new one.")
            transaction.execute("INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?, ?)", row)

    def of_answer(self, answer_id: str) -> list[Rating]:
        """All ratings of an answer, oldest first, without who gave them."""
        rows = self._db.read("SELECT vote, reason, note FROM feedback WHERE answer = ? ORDER BY at, reader", answer_id)
        return [Rating(Vote(vote), Reason(reason) if reason else None, note) for vote, reason, note in rows]
