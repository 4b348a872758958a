"""New articles: what the live generation has that it had not when it was last looked at."""

from __future__ import annotations

import logging
from collections.abc import Collection
from pathlib import Path

import numpy as np

from index.errors import IndexMismatch
from index.generation import Generation, Mask
from index.reader import Reader
from index.store import Store
from index.types import Filters

log = logging.getLogger("newsdesk.arrivals")

ARRIVALS_FILE = "looked-at"
_EVERYTHING = Filters()


class Arrivals:
    """Remembers, over a restart too, up to which generation articles are known.

    The first generation that is ever seen is known as a whole: nothing in it is news.
    """

    def __init__(self, store: Store, reader: Reader, home: Path) -> None:
        self._store = store
        self._reader = reader
        self._path = home / ARRIVALS_FILE
        self._name = ""
        self._known: frozenset[str] | None = None

    def look(self) -> tuple[Generation, Mask] | None:
        """The live generation and which of its article rows are new, no copies of known ones; None where nothing is.

        The same again until `remember` is called.

        Raises:
            IndexMissing: Nothing was built yet.
            IndexMismatch: The index was built by another encoder or schema.
        """
        generation = self._reader.current()
        if generation.name == self._name:
            return None
        if self._known is None:
            self._known = self._read() or _ids_of(generation)
        new = _find_new(generation, self._known)
        if new.any():
            return generation, new
        self.remember(generation)
        return None

    def remember(self, generation: Generation) -> None:
        """Count all articles of a generation as known from now on."""
        unfinished = self._path.with_name(f"{ARRIVALS_FILE}.new")
        unfinished.write_text(generation.name, encoding="utf-8")
        unfinished.replace(self._path)
        self._name, self._known = generation.name, _ids_of(generation)

    def _read(self) -> frozenset[str]:
        """The articles of the generation that was looked at last before a restart, or of the first that is kept since.

        None where there is none.
        """
        try:
            known = self._path.read_text(encoding="utf-8")
            name = min(
                (name for name in self._store.generations() if known.isdecimal() and name >= known), default=known
            )
            return _ids_of(Generation(self._store, self._store.manifest(name)))
        except FileNotFoundError:
            return frozenset()
        except (IndexMismatch, OSError, ValueError) as e:
            log.warning("what was new while the bot was away cannot be told: %s", e)
            return frozenset()


def _ids_of(generation: Generation) -> frozenset[str]:
    alive = generation.allowed_articles(_EVERYTHING)
    pairs = zip(generation.articles.ids(), alive.tolist(), strict=True)
    return frozenset(article_id for article_id, is_alive in pairs if is_alive)


def _find_new(generation: Generation, known: Collection[str]) -> Mask:
    alive = generation.allowed_articles(_EVERYTHING)
    is_known = alive & np.array([article_id in known for article_id in generation.articles.ids()], dtype=np.bool_)
    new: Mask = alive & ~np.isin(generation.copy_groups, generation.copy_groups[is_known])
    return new
