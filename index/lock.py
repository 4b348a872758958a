"""One build at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import BuildBusy

_PATIENCE_S = 5.0


@contextmanager
def build_lock(home: Path) -> Iterator[None]:
    """Hold the right to build this index; raises BuildBusy where another process has it."""
    lock = FileLock(home / "build.lock")
    try:
        with lock.acquire(timeout=_PATIENCE_S):  # a build that finds nothing new is over at once
            yield
    except Timeout as e:
        raise BuildBusy(f"{home}: another process is building this index; wait until it is done") from e
