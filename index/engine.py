"""The engine of an embedded Chroma, without its client, whose import takes more than a second.

Embedded, Chroma's client hands all it is asked to this engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.reclaim import DATABASE

_PLACE = ("default_tenant", "default_database")


class Engine:
    """Names and metadata of collections, to be had as they are from Chroma's client."""

    def __init__(self, folder: Path) -> None:
        """Open the database in a folder, as Chroma's client does."""
        import chromadb_rust_bindings as chroma  # type: ignore[import-untyped]

        database = chroma.SqliteDBConfig(
            url=str(folder / DATABASE),
            hash_type=chroma.MigrationHash.MD5,
            migration_mode=chroma.MigrationMode.Apply,
        )
        self._bindings: Any = chroma.Bindings(
            allow_reset=False, sqlite_db_config=database, persist_path=str(folder), hnsw_cache_size=1
        )

    def list_collections(self, limit: int, offset: int) -> list[EngineCollection]:
        """A page of all there are."""
        found = self._bindings.list_collections(limit, offset, *_PLACE)
        return [EngineCollection(self._bindings, str(c.id), c.name, c.metadata) for c in found]

    def create_collection(self, name: str, metadata: Mapping[str, Any], **_: None) -> None:
        """Create one that is to hold nothing but its metadata."""
        self._bindings.create_collection(name, None, None, metadata, False, *_PLACE)


@dataclass(frozen=True, slots=True)
class EngineCollection:
    """One collection as it was when it was listed."""

    bindings: Any
    id: str
    name: str
    metadata: Mapping[str, Any] | None

    def get(self, include: Sequence[str]) -> dict[str, Any]:
        """All that it holds, of each the id and what is to be included."""
        found = self.bindings.get(self.id, None, None, None, 0, None, include, *_PLACE)
        return {"ids": found.ids, **{what: getattr(found, what) for what in include}}

    def modify(self, metadata: Mapping[str, Any]) -> None:
        """Put these metadata in the place of all it has."""
        self.bindings.update_collection(self.id, None, metadata, None)


def open_engine(home: Path) -> Engine | None:
    """The engine of the database under a home folder; None where it takes Chroma's client to open or create that."""
    if not (home / "chroma" / DATABASE).is_file():
        return None
    try:
        engine = Engine(home / "chroma")
        engine.list_collections(1, 0)
        return engine
    except Exception:  # the client, opened instead, knows another version's engine, or says what is wrong
        return None
