"""SQLite files that several processes open at once."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random

_PATIENCE_S = 30
_PAUSE_S = 0.05


def open_file(path: Path, **options: Any) -> sqlite3.Connection:
    """Open or create a file to which is written by a log beside it, so that nobody who reads waits.

    Args:
        options: Those of `sqlite3.connect`.

    Raises:
        sqlite3.DatabaseError: It is none, or stays locked for half a minute.
    """
    db: sqlite3.Connection = sqlite3.connect(path, timeout=_PATIENCE_S, **options)
    # SQLite itself waits for no other process that does this to a new file.
    patience = stop_after_delay(_PATIENCE_S)
    for attempt in Retrying(
        retry=retry_if_exception(_is_locked), stop=patience, wait=wait_random(0, _PAUSE_S), reraise=True
    ):
        with attempt:
            db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=NORMAL")
    return db


def _is_locked(error: BaseException) -> bool:
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
