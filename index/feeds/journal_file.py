"""The file that a journal is: its tables and version, reading and writing it, and the error where that fails."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from index.errors import NewsdeskError
from index.sqlite_file import open_file

FILE_NAME = "feeds.sqlite"
_VERSION = 1
_TABLES = (
    """CREATE TABLE listings (
        url TEXT PRIMARY KEY, source TEXT NOT NULL, etag TEXT NOT NULL, last_modified TEXT NOT NULL,
        fetched_at REAL NOT NULL, n_items INTEGER NOT NULL, n_failures INTEGER NOT NULL, error TEXT NOT NULL)""",
    """CREATE TABLE items (
        source TEXT NOT NULL, key TEXT NOT NULL, record TEXT NOT NULL, fingerprint TEXT NOT NULL, article TEXT,
        state TEXT NOT NULL, reason TEXT NOT NULL, first_seen REAL NOT NULL, last_seen REAL NOT NULL,
        checked_at REAL NOT NULL, etag TEXT NOT NULL, last_modified TEXT NOT NULL, PRIMARY KEY (source, key))""",
    "CREATE INDEX items_by_article ON items (article)",
    "CREATE INDEX items_by_key ON items (key)",
    """CREATE TABLE articles (
        id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, source TEXT NOT NULL, outlet TEXT NOT NULL, path TEXT NOT NULL,
        title TEXT NOT NULL, text_hash TEXT NOT NULL, signature BLOB NOT NULL, moment REAL NOT NULL,
        has_page INTEGER NOT NULL, is_claimed INTEGER NOT NULL)""",
    "CREATE INDEX articles_by_text ON articles (outlet, text_hash)",
    "CREATE INDEX articles_by_age ON articles (source, moment)",
    "CREATE TABLE withdrawn (hash TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID",
)


class BadJournal(NewsdeskError):
    """`feeds.sqlite` cannot be opened, read or written."""


class JournalFile:
    """One open file; to be used as a context manager, by one thread."""

    def __init__(self, home: Path) -> None:
        """Open or create it.

        Raises:
            BadJournal: It cannot be opened, or is of a later version.
        """
        self.path = home / FILE_NAME
        with self._failing():
            home.mkdir(parents=True, exist_ok=True)
            self._db = open_file(self.path, isolation_level=None)
            self._db.execute("PRAGMA secure_delete=ON")  # what is withdrawn is overwritten
        if not self._read_version():
            self._create()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def _read_version(self) -> int:
        ((found,),) = self._read("PRAGMA user_version")
        if found > _VERSION:
            raise BadJournal(f"{self.path}: was written by a later Newsdesk; update this one, or move it aside")
        return int(found)

    def _create(self) -> None:
        with self._write() as transaction:
            if self._read_version():  # another process was quicker
                return
            for statement in _TABLES:
                transaction.execute(statement)
            transaction.execute(f"PRAGMA user_version={_VERSION}")

    def _read(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._failing():
            return self._db.execute(query, values).fetchall()

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._failing(), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            yield self._db

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except (sqlite3.DatabaseError, OSError) as e:
            raise BadJournal(
                f"{self.path}: {e}; see that it can be written to, or move it aside, which forgets what was withdrawn"
            ) from e
