"""What each file of a corpus held when it was last read, so that one that did not change is not read again.

It is a cache in the home folder: without it everything is read.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from types import TracebackType

from index.corpus.files import CorpusFile
from index.corpus.reading import read_file
from index.errors import BadArticle, UnreadableFile
from index.sqlite_file import open_file
from index.types import Article

_SETTLED_S = 2.0
"""A file as young as this may be written to again within what its file system tells of the time (FAT: 2 s)."""
_BAD_FOR_S = 3600.0
"""What is bad may be good later, for a date is bad only while it lies far ahead."""
_LIBRARIES = ("PyYAML", "dateparser", "python-frontmatter", "trafilatura")


@dataclass(frozen=True, slots=True)
class Known:
    """An article of a file, or what is wrong with it.

    Attributes:
        place: What messages name.
        article_id: Empty for a bad one.
        digest: Of an article, as the survey makes it.
        reason: Of a bad one.
    """

    place: str
    article_id: str = ""
    digest: str = ""
    reason: str = ""


class FileMemory:
    """Files by path, each with its stamp and what it held; what is new is kept at the end of a `with` statement.

    Attributes:
        away: The articles, with their digests, that were last found in what cannot be read now.
    """

    def __init__(self, path: Path, digest: Callable[[Article], str], made_by: str) -> None:
        """Open or create the file; one that is damaged or made by other means is started anew.

        Args:
            digest: Changes whenever an article would be indexed in another way.
            made_by: Names the digest.
        """
        self.away: dict[str, str] = {}
        self._digest = digest
        self._seen: set[bytes] = set()
        try:
            self._open(path, f"{_reading()} {made_by}")
        except sqlite3.Error:
            with suppress(OSError):
                path.unlink()
            try:
                self._open(path, f"{_reading()} {made_by}")
            except sqlite3.Error:  # a folder that cannot be written to
                self._open(Path(":memory:"), "")

    def __enter__(self) -> FileMemory:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(sqlite3.Error):  # a full disk costs another reading, no build
            self._db.commit()
        self._db.close()

    def articles_of(self, file: CorpusFile) -> Iterator[Known]:
        """The articles of a file, read only where it changed since it was last read."""
        key, stamp = os.fsencode(file.path), _stamp(file)
        self._seen.add(key)
        known = self._recall(key, stamp) if stamp else None
        if known is None:
            known = []
            lasts = True
            for place, article in read_file(file):
                if isinstance(article, BadArticle):
                    known.append(Known(article.place, reason=article.reason))
                    if isinstance(article, UnreadableFile):
                        lasts = False
                        self.miss(article.path)
                else:
                    known.append(Known(place, article.id, self._digest(article)))
                yield known[-1]
            if lasts:
                self._keep(key, stamp, known)
        else:
            yield from known

    def miss(self, path: Path) -> None:
        """Note that a file cannot be read now, or a folder with all that is in it; it is not forgotten."""
        key = os.fsencode(path)
        first = os.path.join(key, b"")
        behind = first[:-1] + bytes([first[-1] + 1])
        query = "SELECT path, known FROM files WHERE path = ? OR (path >= ? AND path < ?)"
        with suppress(sqlite3.Error, ValueError, TypeError):
            for name, known in self._db.execute(query, (key, first, behind)):
                self._seen.add(name)
                self.away |= {k.article_id: k.digest for k in (Known(*fields) for fields in json.loads(known))}

    def forget_others(self) -> None:
        """Forget the files of which `articles_of` was not asked, but for those that cannot be read now."""
        with suppress(sqlite3.Error):
            gone = [(path,) for (path,) in self._db.execute("SELECT path FROM files") if path not in self._seen]
            self._db.executemany("DELETE FROM files WHERE path = ?", gone)

    def _open(self, path: Path, made_by: str) -> None:
        self._db = open_file(path)
        if self._read_maker() == made_by:
            return
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            if self._read_maker() != made_by:  # else another process was quicker
                self._db.execute("DROP TABLE IF EXISTS made")
                self._db.execute("DROP TABLE IF EXISTS files")
                self._db.execute("CREATE TABLE made (made_by TEXT)")
                self._db.execute("CREATE TABLE files (path BLOB PRIMARY KEY, stamp TEXT, bad_until REAL, known TEXT)")
                self._db.execute("INSERT INTO made VALUES (?)", (made_by,))

    def _read_maker(self) -> str | None:
        """By what means the file was made; None of a new one."""
        if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'made'").fetchone():
            return None
        row = self._db.execute("SELECT made_by FROM made").fetchone()
        return row and str(row[0])

    def _recall(self, key: bytes, stamp: str) -> list[Known] | None:
        query = "SELECT known FROM files WHERE path = ? AND stamp = ? AND bad_until > ?"
        try:
            row = self._db.execute(query, (key, stamp, time.time())).fetchone()
            return None if row is None else [Known(*fields) for fields in json.loads(row[0])]
        except (sqlite3.Error, ValueError, TypeError):
            return None

    def _keep(self, key: bytes, stamp: str, known: list[Known]) -> None:
        bad_until = time.time() + _BAD_FOR_S if any(k.reason for k in known) else float("inf")
        row = (key, stamp, bad_until, json.dumps([astuple(k) for k in known]))
        with suppress(sqlite3.Error):
            self._db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", row)


def _stamp(file: CorpusFile) -> str:
    """What is another one whenever the file was written to or is called otherwise; empty where that cannot be told."""
    try:
        found = os.stat(file.path)
    except (OSError, ValueError):
        return ""
    changed = max(found.st_mtime_ns, found.st_ctime_ns)
    if changed > time.time_ns() - _SETTLED_S * 1e9:
        return ""
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino} {file.named:d} {file.name!a}"


def _reading() -> str:
    """Names how files are made into articles: by these modules and libraries."""
    modules = sorted([*Path(__file__).parent.glob("*.py"), Path(__file__).parents[1] / "dates.py"])
    code = sha256(b"".join(module.read_bytes() for module in modules)).hexdigest()[:32]
    return " ".join([code, *(f"{name}-{version(name)}" for name in _LIBRARIES)])
