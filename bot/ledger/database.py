"""One SQLite file: opening it, bringing it to the present version, transactions, and what is said when they fail."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any

from bot.ledger.errors import BadLedger
from bot.ledger.schema import STEPS, Step
from index.sqlite_file import open_file


class Database:
    """A connection that threads take in turns; other processes may have theirs."""

    def __init__(self, path: Path, steps: Sequence[Step] = STEPS) -> None:
        """Open or create the file, for its owner alone, and take the steps that it lacks.

        Raises:
            BadLedger: It cannot be opened, is damaged, or is of a later version.
        """
        self.path = path
        self._lock = Lock()
        with self._failing():
            path.touch(mode=0o600)
            self._db = open_file(path, check_same_thread=False, isolation_level=None)
            self._db.execute("PRAGMA foreign_keys=ON")
            self._db.execute("PRAGMA secure_delete=ON")  # what is forgotten is overwritten
        self._migrate(steps)

    def read(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows of a query.

        Raises:
            BadLedger: The file cannot be read.
        """
        with self._failing(), self._lock:
            return self._db.execute(query, values).fetchall()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is kept as a whole, or not at all where its block raises; other writers wait.

        Raises:
            BadLedger: The file cannot be written.
        """
        with self._failing(), self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            yield self._db

    def erase_log(self) -> None:
        """Empty the write-ahead log, in which deleted rows may still stand, unless another process reads just now."""
        self.read("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the file; SQLite then removes what stands beside it."""
        with self._lock, suppress(sqlite3.Error):
            self._db.close()

    def _migrate(self, steps: Sequence[Step]) -> None:
        with self.write() as transaction:
            (found,) = transaction.execute("PRAGMA user_version").fetchone()
            if found > len(steps):
                raise BadLedger(
                    f"{self.path}: was written by a later Newsdesk (version {found} of the file, this one reads "
                    f"{len(steps)}); update Newsdesk, or move the file aside to begin anew"
                )
            if not found and transaction.execute("SELECT 1 FROM sqlite_master").fetchone():
                raise BadLedger(f"{self.path}: is a database of something else; move it aside")
            for step in steps[found:]:
                for statement in step:
                    transaction.execute(statement)
            transaction.execute(f"PRAGMA user_version={len(steps)}")

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.OperationalError, OSError) as e:
            raise BadLedger(f"{self.path}: {e}; see that the file can be written to and the disk has room") from e
        except sqlite3.DatabaseError as e:
            if type(e) is not sqlite3.DatabaseError:  # a fault of ours, such as a broken constraint
                raise
            raise BadLedger(
                f"{self.path}: is damaged ({e}) and was left as it is; put a copy in its place, or move it aside "
                "to begin anew"
            ) from e


def storable(text: str) -> str:
    """A text that SQLite takes, with a question mark for half a character."""
    return text.encode("utf-8", "replace").decode("utf-8")
