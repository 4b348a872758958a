"""The tables of the ledger, as the steps that lead from one version of it to the next.

A step that was released is never changed; what is to be otherwise becomes a step of its own behind it.
Moments are seconds since 1970. `told.day` is empty for copies, which make no message. A channel of 0
stands for the whole server, a server of 0 for all direct messages.
"""

from __future__ import annotations

from collections.abc import Sequence

Step = Sequence[str]
"""The statements that make one version out of the one before it."""

STEPS: tuple[Step, ...] = (
    (
        "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        """CREATE TABLE answers (
            id TEXT PRIMARY KEY, at REAL NOT NULL, server INTEGER, channel INTEGER, reader TEXT NOT NULL,
            question TEXT NOT NULL, generation TEXT NOT NULL, record BLOB NOT NULL)""",
        "CREATE INDEX answers_of_reader ON answers (reader, at)",
        "CREATE INDEX answers_by_age ON answers (at)",
        """CREATE TABLE feedback (
            answer TEXT NOT NULL REFERENCES answers ON DELETE CASCADE, reader TEXT NOT NULL, at REAL NOT NULL,
            vote TEXT NOT NULL, reason TEXT, note TEXT NOT NULL, PRIMARY KEY (answer, reader)) WITHOUT ROWID""",
        "CREATE INDEX feedback_of_reader ON feedback (reader)",
        """CREATE TABLE options (
            server INTEGER NOT NULL, channel INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
            PRIMARY KEY (server, channel, name)) WITHOUT ROWID""",
        """CREATE TABLE watches (
            channel INTEGER NOT NULL, key TEXT NOT NULL, server INTEGER NOT NULL, topic TEXT NOT NULL,
            per_day INTEGER NOT NULL, since REAL NOT NULL, PRIMARY KEY (channel, key)) WITHOUT ROWID""",
        """CREATE TABLE told (
            channel INTEGER NOT NULL, article TEXT NOT NULL, key TEXT NOT NULL, at REAL NOT NULL, day TEXT,
            PRIMARY KEY (channel, article),
            FOREIGN KEY (channel, key) REFERENCES watches ON DELETE CASCADE) WITHOUT ROWID""",
        "CREATE INDEX told_of_watch ON told (channel, key, day)",
        """CREATE TABLE usage (
            day TEXT NOT NULL, server INTEGER NOT NULL, questions INTEGER NOT NULL, tokens INTEGER NOT NULL,
            cost REAL NOT NULL, PRIMARY KEY (day, server)) WITHOUT ROWID""",
    ),
)
