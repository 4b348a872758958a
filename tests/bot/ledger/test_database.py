"""The file of the ledger: versions, transactions, damage."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.ledger.database import Database
from bot.ledger.errors import BadLedger

FIRST = ("CREATE TABLE notes (text TEXT PRIMARY KEY)",)
SECOND = ("ALTER TABLE notes ADD COLUMN colour TEXT", "UPDATE notes SET colour = 'white'")
KILLED = """
import os, signal, sys
from pathlib import Path
from bot.ledger.database import Database
db = Database(Path(sys.argv[1]), (("CREATE TABLE notes (text TEXT PRIMARY KEY)",),))
with db.write() as transaction:
    transaction.execute("INSERT INTO notes VALUES ('whole')")
with db.write() as transaction:
    transaction.execute("INSERT INTO notes VALUES ('half')")
    os.kill(os.getpid(), signal.SIGKILL)
"""
WRITING = """
import sys
from pathlib import Path
from bot.ledger.database import Database
db = Database(Path(sys.argv[1]), (("CREATE TABLE notes (text TEXT PRIMARY KEY)",),))
for n in range(200):
    with db.write() as transaction:
        transaction.execute("INSERT INTO notes VALUES (?)", (f"theirs {n}",))
"""
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def path(home) -> Path:
    home.mkdir()
    return home / "notes.db"


def write(db: Database, text: str) -> None:
    with db.write() as transaction:
        transaction.execute("INSERT INTO notes (text) VALUES (?)", (text,))


def start(script: str, path: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", script, str(path)], cwd=ROOT)


def version_of(path: Path) -> int:
    with sqlite3.connect(path) as db:
        return db.execute("PRAGMA user_version").fetchone()[0]


def test_what_was_written_is_seen_by_another_connection(path):
    one, other = Database(path, (FIRST,)), Database(path, (FIRST,))
    write(one, "a")
    assert other.read("SELECT text FROM notes") == [("a",)]


def test_a_transaction_that_fails_leaves_nothing(path):
    db = Database(path, (FIRST,))
    with pytest.raises(sqlite3.IntegrityError), db.write() as transaction:
        transaction.executemany("INSERT INTO notes VALUES (?)", [("a",), ("b",), ("a",)])
    assert db.read("SELECT * FROM notes") == []
    write(db, "b")
    assert db.read("SELECT * FROM notes") == [("b",)]


def test_a_process_that_is_killed_between_writes_leaves_whole_transactions(path):
    assert start(KILLED, path).wait() == -signal.SIGKILL
    assert Database(path, (FIRST,)).read("SELECT text FROM notes") == [("whole",)]


def test_two_processes_and_several_threads_write_at_once(path):
    db = Database(path, (FIRST,))
    other = start(WRITING, path)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: write(db, f"ours {n}"), range(200)))
    assert other.wait() == 0
    assert db.read("SELECT count(*) FROM notes") == [(400,)]


def test_an_older_file_takes_the_steps_that_it_lacks_and_keeps_what_is_in_it(path):
    write(Database(path, (FIRST,)), "a")
    assert Database(path, (FIRST, SECOND)).read("SELECT * FROM notes") == [("a", "white")]
    assert Database(path, (FIRST, SECOND)).read("SELECT * FROM notes") == [("a", "white")]
    assert version_of(path) == 2


def test_a_step_that_fails_leaves_the_older_file(path):
    write(Database(path, (FIRST,)), "a")
    with pytest.raises(BadLedger, match=r"notes\.db"):
        Database(path, (FIRST, (*SECOND, "UPDATE nothing SET x = 1")))
    assert version_of(path) == 1
    assert Database(path, (FIRST,)).read("SELECT * FROM notes") == [("a",)]


def test_a_file_of_a_later_version_is_refused_with_the_remedy_and_stays(path):
    write(Database(path, (FIRST, SECOND)), "a")
    with pytest.raises(BadLedger, match=r"notes\.db: was written by a later Newsdesk .*update Newsdesk"):
        Database(path, (FIRST,))
    assert Database(path, (FIRST, SECOND)).read("SELECT text FROM notes") == [("a",)]


def test_a_database_of_something_else_is_refused_and_stays(path):
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE recipes (text)")
    with pytest.raises(BadLedger, match=r"notes\.db: is a database of something else"):
        Database(path, (FIRST,))
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]


def test_a_file_that_is_no_database_is_refused_with_the_remedy_and_stays(path):
    content = b"no database at all, but long enough to be read as one" * 100
    path.write_bytes(content)
    with pytest.raises(BadLedger, match=r"notes\.db: is damaged .*left as it is.*move it aside"):
        Database(path, (FIRST,))
    assert path.read_bytes() == content


def test_damage_that_shows_only_later_is_told_with_the_remedy(path):
    db = Database(path, (FIRST,))
    for n in range(500):
        write(db, f"{n:050}")
    db.close()
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\x17" * (len(content) - 4096))
    with pytest.raises(BadLedger, match=r"notes\.db: is damaged"):
        Database(path, (FIRST,)).read("SELECT * FROM notes")
    assert path.stat().st_size == len(content)


def test_a_place_that_cannot_be_written_to_is_told(path):
    path.mkdir()
    with pytest.raises(BadLedger, match=r"notes\.db: .*can be written to"):
        Database(path, (FIRST,))


def test_a_fault_of_ours_is_not_told_as_one_of_the_file(path):
    db = Database(path, (FIRST,))
    write(db, "a")
    with pytest.raises(sqlite3.IntegrityError):
        write(db, "a")


def test_the_file_is_for_its_owner_alone(path):
    write(Database(path, (FIRST,)), "a")
    assert {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {
        "notes.db": 0o600,
        "notes.db-wal": 0o600,
        "notes.db-shm": 0o600,
    }
