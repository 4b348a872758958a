"""The generation that is live, whichever process built it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread

from index.errors import IndexDamaged, IndexGone, IndexMismatch, IndexMissing
from index.generation import Generation
from index.manifest import Manifest
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
        trouble = ""
        while not stopped.wait(every_s):
            try:
                self.newest()
                trouble = ""
            except (IndexGone, IndexDamaged) as e:
                log.warning("the newest generation cannot be opened: %s", e)
            except (IndexMissing, IndexMismatch):
                self._open = None  # so that who asks next is told why
            except Exception as e:  # such as a server that is away: what is open answers until it is back
                if str(e) != trouble:
                    trouble = str(e)
                    log.warning("whether there is a newer generation cannot be told: %s", e)

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
                self._open = Generation(self._store, manifest)
                self._release_memory(manifest)
                if self._store.server:  # where it was built on another machine, nobody else does
                    self._store.forget_caches()
            return self._open

    def _release_memory(self, manifest: Manifest) -> None:
        """Let Chroma forget what it has opened, once much of that is of no more use.

        Not at each flip, for what is live has to be opened anew then by the next question: 0.2 s for 8,000 passages.
        """
        live = {ref.name: _GRAPH_PASSAGES + ref.n_passages for ref in manifest.segments}
        live[manifest.generation] = _GRAPH_PASSAGES
        self._in_memory |= live
        if sum(self._in_memory.values()) > (1 + _WORTH_RELEASING) * sum(live.values()):
            self._store.release_memory()
            self._in_memory = live
