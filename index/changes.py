"""Whether the files of a corpus have changed, and when a burst of changes is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import watchfiles
from watchfiles import Change

from index.corpus import list_corpus
from index.corpus.files import find_ending
from index.errors import BadArticle, CorpusMissing

_TICK_S = 0.25
_QUIET_S = 1.0
_LONGEST_S = 10.0
_LOOK_EVERY_S = 2.0
_LOOK_SHARE = 0.02


@dataclass(slots=True)
class Burst:
    """Changes that come together: over after a second of quiet, or ten seconds after the first of them."""

    first: float | None = None
    last: float = 0.0

    def add(self, now: float) -> None:
        """Something changed."""
        self.first = now if self.first is None else self.first
        self.last = now

    def is_over(self, now: float) -> bool:
        """Whether there were changes, and it is time to take them in."""
        return self.first is not None and (now - self.last >= _QUIET_S or now - self.first >= _LONGEST_S)


class FileChanges:
    """Tells whether files of a corpus change: by the system's events at once, and by looking at all of them at times.

    Looking finds what gives no event, such as what another machine writes into a network folder. It takes
    a fiftieth of the time at most.
    """

    def __init__(self, paths: Sequence[Path], clock: Callable[[], float] = time.monotonic) -> None:
        self.paths = tuple(paths)
        self._clock = clock
        self._events: Iterator[set[tuple[Change, str]]] | None = self._listen()
        self._stamp = b""
        self._heard = False
        self._look_at = clock()

    def wait(self) -> bool:
        """Wait a moment; whether something has changed meanwhile. At the first call, something has."""
        changed = self._hear()
        if self._clock() >= self._look_at:
            changed |= self.look()
        return changed

    def look(self) -> bool:
        """Whether a file is another than when they were last looked at."""
        started = self._clock()
        stamp = _stamp_files(self.paths)
        now = self._clock()
        changed = stamp != self._stamp
        if changed and self._stamp and not self._heard:  # such as in a folder that was away and came back
            self._events = self._listen()
            self._look_at = now
        else:
            self._look_at = now + max(_LOOK_EVERY_S, (now - started) / _LOOK_SHARE)
        self._stamp, self._heard = stamp, False
        return changed

    def _hear(self) -> bool:
        if self._events is None:
            time.sleep(_TICK_S)
            return False
        try:
            changed = bool(next(self._events))
            self._heard |= changed
            return changed
        except (OSError, RuntimeError):  # a folder that is gone, or more of them than the system tells of
            self._events = None
            return False

    def _listen(self) -> Generator[set[tuple[Change, str]], None, None]:
        ms = round(_TICK_S * 1000)
        return watchfiles.watch(
            *self.paths,
            watch_filter=self._may_matter,
            debounce=ms,
            rust_timeout=ms,
            yield_on_timeout=True,
            ignore_permission_denied=True,
        )

    def _may_matter(self, change: Change, name: str) -> bool:
        """Whether it is a file of articles, or may be a folder of them."""
        path = Path(name)
        root = next((p for p in self.paths if path.is_relative_to(p)), path.parent)
        if any(part.startswith(".") for part in path.relative_to(root).parts):
            return False
        return bool(find_ending(path.name)) or not path.suffix or change == Change.deleted or path.is_dir()


def _stamp_files(paths: Sequence[Path]) -> bytes:
    """Changes whenever a file of a corpus does."""
    digest = blake2b()
    try:
        for file in list_corpus(paths):
            digest.update(repr(str(file) if isinstance(file, BadArticle) else _stamp_file(file.path)).encode())
    except (CorpusMissing, OSError) as e:
        digest.update(str(e).encode())
    return digest.digest()


def _stamp_file(path: Path) -> tuple[str, ...] | tuple[str, int, int, int]:
    try:
        found = path.stat()
    except OSError as e:
        return str(path), str(e)
    return str(path), found.st_size, found.st_mtime_ns, found.st_ino
