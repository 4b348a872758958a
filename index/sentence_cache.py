"""Vectors of passages' sentences, so that no question waits for an encoder.

They come out of the pass that embeds the passage, at no cost of their own, and are kept beside Chroma in one
SQLite file, by the passage's vector key. It is a cache: what is missing is computed anew from the passage.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock

import numpy as np

from index.errors import NewsdeskError
from index.passages import article_context, passage_sentences
from index.sqlite_file import open_file
from index.types import Encoder, Hit, Passage, Vectors

_VERSION = 1
_PAGE = 500
_WORTH_SHRINKING = 5


class SentenceCache:
    """Sentence vectors by vector key, each component in one byte (cosine to the exact vector over 0.999)."""

    def __init__(self, path: Path) -> None:
        """Open or create the file; one of another version is started anew.

        Raises:
            NewsdeskError: It cannot be opened.
        """
        self._path = path
        self._lock = Lock()
        try:
            self._open()
        except sqlite3.DatabaseError as e:
            raise NewsdeskError(f"{path}: the cache cannot be opened ({e}); delete the file and try again") from e

    def _open(self) -> None:
        self._db = open_file(self._path, check_same_thread=False)
        self._db.execute("PRAGMA secure_delete=ON")  # what is withdrawn is overwritten
        if self._read_version() != _VERSION:
            self._create()

    def _read_version(self) -> int:
        (found,) = self._db.execute("PRAGMA user_version").fetchone()
        return int(found)

    def _create(self) -> None:
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            if self._read_version() != _VERSION:  # else another process was quicker
                self._db.execute("DROP TABLE IF EXISTS sentences")
                self._db.execute("CREATE TABLE sentences (key TEXT PRIMARY KEY, vectors BLOB NOT NULL) WITHOUT ROWID")
                self._db.execute(f"PRAGMA user_version={_VERSION}")

    def get(self, keys: Sequence[str], dim: int) -> dict[str, Vectors]:
        """The sentences' vectors of some passages, each of shape (n_sentences, dim), rows of unit length."""
        found: dict[str, Vectors] = {}
        for i in range(0, len(keys), _PAGE):
            page = list(keys[i : i + _PAGE])
            query = f"SELECT key, vectors FROM sentences WHERE key IN ({','.join('?' * len(page))})"
            with self._lock:
                rows = self._db.execute(query, page).fetchall()
            found |= {key: _unpack(blob, dim) for key, blob in rows}
        return found

    def put(self, vectors: Mapping[str, Vectors]) -> None:
        """Keep vectors, in place of those that are there.

        Raises:
            NewsdeskError: They cannot be written, for example because the disk is full.
        """
        rows = [(key, _pack(matrix)) for key, matrix in vectors.items()]
        try:
            with self._lock, self._db:
                self._db.executemany("INSERT OR REPLACE INTO sentences VALUES (?, ?)", rows)
        except sqlite3.Error as e:
            raise NewsdeskError(f"{self._path}: cannot be written ({e}); the earlier index still answers") from e

    def keep_only(self, keys: Iterable[str]) -> None:
        """Forget the vectors of all other passages and give their disk space back."""
        with self._lock:
            with self._db:
                self._db.execute("DROP TABLE IF EXISTS kept")  # of a call in which the keys broke off
                self._db.execute("CREATE TEMP TABLE kept (key TEXT PRIMARY KEY) WITHOUT ROWID")
                self._db.executemany("INSERT OR IGNORE INTO kept VALUES (?)", ((key,) for key in keys))
                n_gone = self._db.execute("DELETE FROM sentences WHERE key NOT IN (SELECT key FROM kept)").rowcount
                self._db.execute("DROP TABLE kept")
            n_left = self._db.execute("SELECT count(*) FROM sentences").fetchone()[0]
            if n_gone * _WORTH_SHRINKING > n_left:
                self._db.execute("VACUUM")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def of_hits(self, hits: Sequence[Hit], encoder: Encoder) -> list[Vectors]:
        """For each hit the vectors of its sentences; those that are missing are computed and kept.

        So are those of a passage that was divided into other sentences when they were kept.
        """
        found = self.get([hit.vector_key for hit in hits], encoder.dim)
        missing = [
            h
            for h in hits
            if h.vector_key not in found or len(found[h.vector_key]) != len(passage_sentences(h.passage))
        ]
        if missing:
            contexts = [article_context(hit) for hit in missing]
            _, computed = encoder.encode_spans(
                [context + hit.passage.text for context, hit in zip(contexts, missing, strict=True)],
                [sentence_ranges(hit.passage, len(c)) for c, hit in zip(contexts, missing, strict=True)],
            )
            new = {hit.vector_key: vectors for hit, vectors in zip(missing, computed, strict=True)}
            with suppress(NewsdeskError):  # a full disk costs time, no answer
                self.put(new)
            found |= new
        return [found[hit.vector_key] for hit in hits]


def sentence_ranges(passage: Passage, offset: int) -> list[tuple[int, int]]:
    """Where a passage's sentences stand in its text as encoded, `offset` characters of context before it."""
    return [(offset + s.start, offset + s.end) for s in passage_sentences(passage)]


def _pack(vectors: Vectors) -> bytes:
    largest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-12)
    packed: bytes = np.round(vectors / largest * 127).astype(np.int8).tobytes()
    return packed


def _unpack(blob: bytes, dim: int) -> Vectors:
    rows = np.frombuffer(blob, dtype=np.int8).reshape(-1, dim).astype(np.float32)
    unit: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return unit
