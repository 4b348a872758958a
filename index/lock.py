"""One build at a time, and one hand at a time on the pointer."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from index.errors import BuildBusy

if TYPE_CHECKING:
    from index.catalogue import Catalogue
    from index.lease import Lease
    from index.store import Store

_PATIENCE_S = 5.0
_FOR_EVER = -1.0
_LOOK_S = 0.5
_MOMENT_S = 0.05


@contextmanager
def build_lock(store: Store, *, wait: bool = False) -> Iterator[Callable[[], None]]:
    """Hold the right to build an index; that of a process that died is free.

    Of an index on a server a lease is the right, for no file is seen by all who may build it. Yields what raises
    BuildBusy where it was lost meanwhile, as a process may lose it that was suspended.

    Args:
        wait: Wait for whoever has it, however long.

    Raises:
        BuildBusy: Another process has it; says which.
    """
    if store.server:
        lease = store.lease("build")
        _take(lease, store.place, wait, "building this index")
        try:
            yield lease.renew
        finally:
            lease.release()
        return
    builder = store.home / "builder.json"
    try:
        # a build that finds nothing new is over at once
        with FileLock(store.home / "build.lock").acquire(timeout=_FOR_EVER if wait else _PATIENCE_S):
            _sign(builder)
            try:
                yield lambda: None
            finally:
                builder.unlink(missing_ok=True)
    except Timeout as e:
        raise BuildBusy(
            f"{store.home}: {_read_builder(builder)} is building this index; wait until that is done"
        ) from e


@contextmanager
def merge_lock(store: Store, *, wait: bool = False) -> Iterator[None]:
    """Hold the right to merge segments while others build; the arguments and errors are those of `build_lock`."""
    if store.server:
        lease = store.lease("merge")
        _take(lease, store.place, wait, "merging segments of this index")
        try:
            yield
        finally:
            lease.release()
        return
    try:
        with FileLock(store.home / "merge.lock").acquire(timeout=_FOR_EVER if wait else _PATIENCE_S):
            yield
    except Timeout as e:
        raise BuildBusy(f"{store.home}: another process is merging segments of this index") from e


@contextmanager
def nobody_builds(store: Store) -> Iterator[None]:
    """Keep builds and merges of an embedded index from beginning, for a moment that they wait out.

    Raises:
        Timeout: One runs.
    """
    with FileLock(store.home / "build.lock").acquire(timeout=0), FileLock(store.home / "merge.lock").acquire(timeout=0):
        yield


@contextmanager
def pointer_lock(store: Catalogue) -> Iterator[Callable[[], None]]:
    """Hold the right to move the pointer, and to delete what it may be pointed at; it is held for moments alone.

    Yields the same as `build_lock`.
    """
    if store.server:
        lease = store.lease("pointer")
        while not lease.take():
            time.sleep(_MOMENT_S)
        try:
            yield lease.renew
        finally:
            lease.release()
        return
    with FileLock(store.home / "pointer.lock"):
        yield lambda: None


def _take(lease: Lease, place: str, wait: bool, what: str) -> None:
    """Take a lease, if need be after the time that it takes to tell a dead holder from one that lives."""
    patient_until = time.monotonic() + _PATIENCE_S
    while not lease.take():
        if not wait and lease.is_alive and time.monotonic() > patient_until:
            raise BuildBusy(f"{place}: {lease.holder()} is {what}; wait until that is done")
        time.sleep(_LOOK_S)


def _sign(builder: Path) -> None:
    record = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    with suppress(OSError):  # it only tells others whom they wait for
        builder.write_text(json.dumps(record), encoding="utf-8")


def _read_builder(builder: Path) -> str:
    try:
        record = json.loads(builder.read_text(encoding="utf-8"))
        return f"process {record['pid']} on {record['host']} (since {record['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
