"""The generation that is live, whichever process built it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread

from index.collection import nearest
from index.errors import IndexDamaged, IndexGone, IndexMismatch, IndexMissing
from index.generation import Generation
from index.store import Store
from index.types import Encoder

log = logging.getLogger("newsdesk.index")

_EVERY_S = 2.0
_GRAPH_PASSAGES = 1500
"""As much memory as so many passages takes a collection that Chroma has opened, however few it holds."""
_WORTH_RELEASING = 0.25


class Reader:
    """Opens the live generation, and goes after the pointer when it moves."""

    def __init__(self, store: Store, encoder: Encoder) -> None:
        self._store = store
        self._encoder = encoder
        self._open: Generation | None = None
        self._in_memory: dict[str, int] = {}
        self._lock = Lock()
        self._follows = False

    def current(self) -> Generation:
        """The live generation; a caller keeps using the one that it got.

        While `follow` runs, it is the one that was live some seconds ago, and nobody waits for the next.

        Raises:
            IndexMissing: Nothing was built yet.
            IndexMismatch: It was built by another encoder or schema.
        """
        if self._follows and (generation := self._open):
            return generation
        return self.newest()

    def newest(self) -> Generation:
        """The live generation, opened now if need be; raises as `current`."""
        try:
            return self._open_live()
        except IndexGone:  # another was made live, and this one deleted, since the pointer was read
            return self._open_live()

    @contextmanager
    def follow(self, every_s: float = _EVERY_S) -> Iterator[None]:
        """Look for another live generation every so often, and open it in the background."""
        stopped = Event()
        thread = Thread(target=self._keep_looking, args=(stopped, every_s), name="follow", daemon=True)
        self._follows = True
        thread.start()
        try:
            yield
        finally:
            self._follows = False
            stopped.set()
            thread.join()

    def _keep_looking(self, stopped: Event, every_s: float) -> None:
        try:
            trouble = ""
            while not stopped.wait(every_s):
                trouble = self._look(trouble)
        finally:
            self._follows = False  # whatever ended it, who asks next looks for themselves

    def _look(self, trouble: str) -> str:
        """Open the newest generation; returns what is in the way, which is logged where it is another thing."""
        try:
            self.newest()
        except (IndexGone, IndexDamaged) as e:
            found = f"the newest generation cannot be opened: {e}"
        except (IndexMissing, IndexMismatch):
            self._open = None  # so that who asks next is told why
            return ""
        except Exception as e:  # such as a server that is away: what is open answers until it is back
            found = f"whether there is a newer generation cannot be told: {e}"
        else:
            return ""
        if self._open:
            self._open.forget_passages()  # they may have been withdrawn meanwhile
        if found != trouble:
            log.warning("%s", found)
        return found

    def _open_live(self) -> Generation:
        with self._lock:
            name = self._store.live_generation()
            if name is None:
                raise IndexMissing("there is no index yet; run `newsdesk index build`")
            if self._open is None or self._open.name != name:
                manifest = self._store.manifest(name)
                if manifest.fingerprint != self._encoder.fingerprint:
                    raise IndexMismatch(
                        f"the index was built with {manifest.encoder}, settings ask for {self._encoder.name}; "
                        "run `newsdesk index build` or change NEWSDESK_ENCODER"
                    )
                generation = Generation(self._store, manifest)
                for collection, vector in generation.graphs():  # so that no question waits for Chroma to open them
                    nearest(collection, vector, 1)
                self._in_memory |= _weigh_graphs(generation)
                self._open = generation
                if self._store.server:  # where it was built on another machine, nobody else does
                    self._store.forget_caches()
            self._release_memory(self._open)
            return self._open

    def _release_memory(self, generation: Generation) -> None:
        """Have Chroma forget what it has opened, once much of that is of no more use; while a build runs, later.

        Not at each flip, for all that is live has to be opened anew then: 0.2 s for 8,000 passages.
        """
        live = _weigh_graphs(generation)
        is_worth_it = sum(self._in_memory.values()) > (1 + _WORTH_RELEASING) * sum(live.values())
        if is_worth_it and self._store.release_memory(generation.graphs()):
            self._in_memory = live


def _weigh_graphs(generation: Generation) -> dict[str, int]:
    """What Chroma opens of a generation, each with the passages that would take as much memory."""
    manifest = generation.manifest
    graphs = {ref.name: _GRAPH_PASSAGES + ref.n_passages for ref in manifest.segments}
    return {**graphs, manifest.generation: _GRAPH_PASSAGES}
