"""Answers under short ids, so that the buttons of a message work after the bot has restarted."""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from bot.ledger.database import Database, storable
from bot.ledger.readers import ReaderKey
from bot.types import Answer, Question

MAX_RECENT = 25
"""As many choices as Discord completes a question with."""
_ID_BYTES = 9  # twelve characters, 72 bits
_RECORD = TypeAdapter(tuple[Question, Answer])
_COLUMNS = "id, record, reader, server, channel"


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it was given.

    Attributes:
        server: None for a direct message.
        channel: None for a direct message, whose channel would tell who the reader is.
    """

    id: str
    question: Question
    answer: Answer
    reader: ReaderKey
    server: int | None = None
    channel: int | None = None


class Answers:
    """The answers that are kept."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def keep(
        self,
        question: Question,
        answer: Answer,
        reader: ReaderKey,
        server: int | None = None,
        channel: int | None = None,
    ) -> str:
        """Keep an answer from the moment of its question on; returns its id, of 12 letters, digits, `-` and `_`."""
        answer_id = secrets.token_urlsafe(_ID_BYTES)
        row = (
            answer_id,
            question.now.timestamp(),
            server,
            None if server is None else channel,
            reader,
            storable(question.text),
            answer.generation,
            _pack(question, answer),
        )
        with self._db.write() as transaction:
            transaction.execute("INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        return answer_id

    def load(self, answer_id: str) -> KeptAnswer | None:
        """The answer with this id; None where there is none, no longer, or none that this version can read."""
        rows = self._db.read(f"SELECT {_COLUMNS} FROM answers WHERE id = ?", answer_id)
        return _read(rows[0]) if rows else None

    def withdraw(self, article_ids: Collection[str]) -> int:
        """Delete the answers that hold anything of some articles, with their votes; returns how many.

        So are those to a follow-up question of a conversation in which such an answer was given.
        """
        names = [json.dumps(i)[:-1] + end for i in article_ids for end in ('"', ":")]  # an article's id, or a passage's
        gone: list[str] = []
        told: set[str] = set()
        with self._db.write() as transaction:
            for answer_id, record in transaction.execute("SELECT id, record FROM answers ORDER BY at"):
                kept = zlib.decompress(record).decode("ascii")
                question, answer = json.loads(kept)
                before = [turn["answer"] for turn in question.get("history", ())]
                if any(name in kept for name in names) or any(words in turn for turn in before for words in told):
                    gone.append(answer_id)
                    told |= {s["text"] for s in answer.get("sentences", ())} - {""}
            transaction.executemany("DELETE FROM answers WHERE id = ?", [(answer_id,) for answer_id in gone])
        self._db.erase_log()
        return len(gone)

    def list_rated(self) -> list[str]:
        """Ids of the answers that readers have rated, oldest first."""
        rows = self._db.read("SELECT id FROM answers WHERE id IN (SELECT answer FROM feedback) ORDER BY at, id")
        return [answer_id for (answer_id,) in rows]

    def recent_questions(self, reader: ReaderKey, part: str = "", n: int = MAX_RECENT) -> list[str]:
        """A reader's own questions that contain a part in any case, each once, the latest first."""
        rows = self._db.read(
            "SELECT question FROM answers WHERE reader = ? GROUP BY question ORDER BY max(at) DESC", reader
        )
        wanted = part.strip().casefold()
        return [text for (text,) in rows if text.strip() and wanted in text.casefold()][:n]


def _pack(question: Question, answer: Answer) -> bytes:
    """JSON in ASCII, for a text may hold half a character; compressed to a third."""
    record = json.dumps(_RECORD.dump_python((question, answer)), default=datetime.isoformat)
    return zlib.compress(record.encode("ascii"))


def _read(row: tuple[str, bytes, ReaderKey, int | None, int | None]) -> KeptAnswer | None:
    answer_id, record, reader, server, channel = row
    try:
        question, answer = _RECORD.validate_python(json.loads(zlib.decompress(record)))
    except ValidationError:
        return None
    return KeptAnswer(answer_id, question, answer, reader, server, channel)
