"""Readers as keyed hashes, of which nothing else is stored; and forgetting them."""

from __future__ import annotations

import hmac
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import NewType

from bot.ledger.database import Database
from bot.ledger.errors import BadLedger

ReaderKey = NewType("ReaderKey", str)
"""A reader as the ledger knows them."""

_SECRET = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much of a reader was deleted."""

    n_answers: int
    n_ratings: int


class Readers:
    """Makes keys of readers' ids with a secret that is made once and stands in a file of its own."""

    def __init__(self, db: Database, path: Path) -> None:
        """Read the secret, or make it for a ledger that has none.

        Raises:
            BadLedger: It is missing, cannot be read, or is another than the ledger was written with.
        """
        self._db = db
        self._secret = _open_secret(db, path)

    def key_of(self, reader_id: int) -> ReaderKey:
        """HMAC-SHA256 of the reader's id in Discord, as 64 hexadecimal digits."""
        return ReaderKey(_digest(self._secret, f"reader {reader_id}"))

    def forget(self, reader: ReaderKey) -> Forgotten:
        """Delete a reader's questions with their answers and all ratings of these, and the reader's own ratings."""
        with self._db.write() as transaction:
            n_ratings = transaction.execute("DELETE FROM feedback WHERE reader = ?", (reader,)).rowcount
            n_answers = transaction.execute("DELETE FROM answers WHERE reader = ?", (reader,)).rowcount
        self._db.erase_log()
        return Forgotten(n_answers, n_ratings)


def _open_secret(db: Database, path: Path) -> bytes:
    known = db.read("SELECT value FROM facts WHERE name = 'secret'")
    remedy = f"put back the one that belongs to {db.path.name}, or move both files aside to begin anew"
    try:
        if not path.exists():
            if known:
                raise BadLedger(f"{path}: the secret is missing; {remedy}")
            _make_secret(path)
        path.chmod(0o600)  # a copy that was put back may be open to others
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError as e:
        raise BadLedger(f"{path}: {e.strerror}; let whoever runs Newsdesk own the file") from e
    if not _SECRET.fullmatch(text):
        raise BadLedger(f"{path}: is not a secret of 64 hexadecimal digits; {remedy}")
    secret = bytes.fromhex(text)
    proof = _digest(secret, "proof")
    if not known:
        with db.write() as transaction:
            transaction.execute("INSERT INTO facts VALUES ('secret', ?)", (proof,))
    elif known[0][0] != proof:
        raise BadLedger(f"{path}: is another secret; {remedy}")
    return secret


def _make_secret(path: Path) -> None:
    """Write a new one whole, so that a crash leaves either none or all of it."""
    unfinished = path.with_name(f"{path.name}.new")
    file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w", encoding="ascii") as stream:
        stream.write(secrets.token_hex(32))
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)


def _digest(secret: bytes, text: str) -> str:
    return hmac.new(secret, text.encode(), "sha256").hexdigest()
