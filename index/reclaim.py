"""Disk space that embedded Chroma keeps of deleted collections, given back while readers read.

Chroma 1.5 deletes the rows of a collection, but leaves the folder of its vector index, what its full-text index (which
is not searched here, and holds manifests and what earlier versions stored) has of them, and free pages of its database.
Where a third of the passages came and went each day, all that became five times what was needed.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from os import SEEK_END
from pathlib import Path
from struct import Struct
from uuid import UUID

from index.errors import NewsdeskError

DATABASE = "chroma.sqlite3"
_INCREMENTAL = 2
_PATIENCE_S = 5.0
_STEP_PAGES = 1000
_SPARE_PAGES = 250
_SMALL_BYTES = 64_000_000
_WORDS = "embedding_fulltext_search"
_WORTH_MERGING = 0.2
_MERGE_PAGES = 200
_HEADER = Struct("<iQQQQ")
"""Of a vector index: its version, where its places begin, how many there are and are used, and the bytes of one."""
_LENGTH_SIZE = 4


def make_shrinkable(folder: Path) -> None:
    """Make an empty database that can give pages back a few at a time, where Chroma has none yet."""
    if not (folder / DATABASE).exists():
        folder.mkdir(parents=True, exist_ok=True)
        with (
            suppress(sqlite3.OperationalError),
            closing(_connect(folder)) as db,
        ):  # if need be, Chroma says what is wrong
            _vacuum(db)


def reclaim_space(folder: Path) -> None:
    """Delete the folders of vector indexes that are gone, and shrink the database.

    A database that is busy keeps its free pages until the next time.
    """
    with suppress(sqlite3.Error, OSError), closing(_connect(folder)) as db:
        _delete_folders(db, folder)
        with suppress(sqlite3.OperationalError):  # a Python without FTS5
            _merge_words(db)
        if db.execute("PRAGMA auto_vacuum").fetchone()[0] == _INCREMENTAL:
            _shrink(db)
        elif (folder / DATABASE).stat().st_size < _SMALL_BYTES:
            _vacuum(db)


def erase_deleted(folder: Path) -> None:
    """Leave nothing on the disk of what was deleted: write the whole database anew.

    Pages that Chroma frees keep their text, and the unused places of a vector index hold whatever lay in the memory of
    the process that wrote it, texts among it. Readers wait while what was written takes the old one's place.

    Raises:
        NewsdeskError: The database is busy, or the disk too full for a second one.
    """
    try:
        with closing(_connect(folder)) as db:
            _delete_folders(db, folder)
            with suppress(sqlite3.OperationalError):  # a Python without FTS5
                _merge_words(db, always=True)
            _vacuum(db)
        for header in folder.glob("*/header.bin"):
            _blank_unused(header)
    except (sqlite3.Error, OSError) as e:
        raise NewsdeskError(
            f"{folder / DATABASE}: deleted text is still on the disk ({e}); see that it has room, and try again"
        ) from e


def _delete_folders(db: sqlite3.Connection, folder: Path) -> None:
    found = [path for path in folder.iterdir() if path.is_dir() and _is_uuid(path.name)]
    known = {
        name for (name,) in db.execute("SELECT id FROM segments")
    }  # after the folders: a segment's row comes first
    for path in found:
        if path.name not in known:
            shutil.rmtree(path, ignore_errors=True)


def _blank_unused(header: Path) -> None:
    """Write zeros over the places of a vector index that hold no vector."""
    fields = header.read_bytes()[: _HEADER.size]
    if len(fields) < _HEADER.size:
        return
    _, _, _, n_used, place_size = _HEADER.unpack(fields)
    for name, size in (("data_level0.bin", place_size), ("length.bin", _LENGTH_SIZE)):
        with suppress(FileNotFoundError), (header.parent / name).open("r+b") as file:
            n_unused = file.seek(0, SEEK_END) - n_used * size
            file.seek(-max(n_unused, 0), SEEK_END)
            file.write(bytes(max(n_unused, 0)))


def _merge_words(db: sqlite3.Connection, *, always: bool = False) -> None:
    """Write the full-text index anew, in short steps, where many passages were deleted since that was done.

    How many were deleted by then stands in the database's user version, a field that Chroma leaves alone. Passages
    are numbered as they come, so that all but the latest leave gaps.
    """
    n_held, n_ever = db.execute("SELECT count(*), coalesce(max(id), 0) FROM embeddings").fetchone()
    n_by_then = db.execute("PRAGMA user_version").fetchone()[0]
    if not always and abs(n_ever - n_held - n_by_then) <= n_held * _WORTH_MERGING:
        return
    merge = f"INSERT INTO {_WORDS}({_WORDS}, rank) VALUES ('merge', ?)"
    n_before = db.total_changes
    db.execute(merge, (-_MERGE_PAGES,))  # as SQLite's manual has it: the first negative, then till nothing changes
    while db.total_changes - n_before >= 2:
        n_before = db.total_changes
        db.execute(merge, (_MERGE_PAGES,))
    db.execute(f"PRAGMA user_version={n_ever - n_held}")


def _shrink(db: sqlite3.Connection) -> None:
    """Give all but some free pages back, in steps so short that others wait for none of them.

    SQLite answers this PRAGMA page by page; `execute` would end it, and sync, at the first, `executescript` does not.
    """
    n_free = db.execute("PRAGMA freelist_count").fetchone()[0]
    while n_free > _SPARE_PAGES:
        db.executescript(f"PRAGMA incremental_vacuum({min(_STEP_PAGES, n_free - _SPARE_PAGES)})")
        n_before, n_free = n_free, db.execute("PRAGMA freelist_count").fetchone()[0]
        if n_free >= n_before:
            return


def _vacuum(db: sqlite3.Connection) -> None:
    """Write the database anew, so that from then on it gives pages back; nobody can read it meanwhile."""
    db.execute(f"PRAGMA auto_vacuum={_INCREMENTAL}")
    db.execute("VACUUM")


def _connect(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / DATABASE, timeout=_PATIENCE_S, isolation_level=None)


def _is_uuid(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False
