"""The right to do one thing, among all machines that share a Chroma server.

It is a collection, for only one can create it. Its metadata say who holds it, and count on while that one lives. Where
they stand still for a minute, it is taken away by renaming the collection by its id: of two who do so at once, none can
hit what the other has created since, and only one creates it anew.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

from chromadb.api import ClientAPI
from chromadb.api.models.Collection import Collection
from chromadb.errors import ChromaError, NotFoundError
from filelock import FileLock, Timeout

from index.catalogue import list_collections
from index.errors import BuildBusy, NewsdeskError

LEASE = "newsdesk-lease-"
_SPENT = "newsdesk-spent-"
_STALE_S = 60.0
_RENEW_S = 3.0
_MAX_GAP_S = 5.0
"""Time that nobody looked does not count as silence: the server may have been away."""


class Lease:
    """One such right, held or to be had.

    Within one home folder a lock on a file stands beside it: who has that, and finds the collection held from the
    same folder, knows at once that its holder died.
    """

    def __init__(self, client: ClientAPI, name: str, home: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self.is_alive = False
        """Whether somebody else who holds it has been seen to live."""
        self._client = client
        self._clock = clock
        self._home = _home_id(home)
        self._file = FileLock(home / f"{name}.lock")
        self._seen: tuple[object, object] | None = None
        self._looked = 0.0
        self._silent_s = 0.0
        self._held: Collection | None = None
        self._facts: dict[str, Any] = {}
        self._renewing = Lock()
        self._stopped = Event()

    def take(self) -> bool:
        """Take it if it is free or its holder is dead; whether it is now held.

        Raises:
            ChromaUnavailable: The server cannot be reached.
        """
        try:
            self._file.acquire(timeout=0)
        except Timeout:
            self.is_alive = True
            return False
        try:
            found = self._find()
            if found and not _result(found) and self._is_dead(found):
                _retire(self._client, found)
                found = None
            return found is None and self._create()
        finally:
            if not self._held:
                self._file.release()

    def renew(self) -> None:
        """Let others know that the holder lives.

        Raises:
            BuildBusy: It was taken away meanwhile, because this process was not heard of.
            ChromaUnavailable: The server cannot be reached.
        """
        if not self._is_kept():
            raise BuildBusy("this process was not heard of for a minute, and another took over its work; run it again")

    def release(self) -> None:
        """Give it back; where the server is away, others find out."""
        self._stopped.set()
        with self._renewing:
            if self._held:
                with suppress(NewsdeskError, ChromaError):
                    _retire(self._client, self._held)
            self._held = None
        self._file.release()

    def finish(self, result: str) -> None:
        """Give it back for good: what it was for is done, with this result; raises as `renew`."""
        self._stopped.set()
        self._facts["result"] = result
        try:
            self.renew()
        finally:
            self._held = None
            self._file.release()

    def result(self) -> str:
        """What its last holder finished it with; empty while it is not done."""
        found = self._find()
        return _result(found) if found else ""

    def holder(self) -> str:
        """Who holds it, in words."""
        facts: Mapping[str, Any] = ((found := self._find()) and found.metadata) or {}
        if "pid" not in facts:
            return "another process"
        return f"process {facts['pid']} on {facts['host']} (since {facts['since']})"

    def _find(self) -> Collection | None:
        try:
            return self._client.get_collection(LEASE + self.name, embedding_function=None)
        except NotFoundError:
            return None

    def _is_dead(self, found: Collection) -> bool:
        facts = found.metadata or {}
        now, sign = self._clock(), (found.id, facts.get("beat"))
        if sign == self._seen:
            self._silent_s += min(now - self._looked, _MAX_GAP_S)
        else:
            self.is_alive = self._seen is not None
            self._seen, self._silent_s = sign, 0.0
        self._looked = now
        is_neighbour = (facts.get("home"), facts.get("host")) == (self._home, socket.gethostname())
        return is_neighbour or self._silent_s >= _STALE_S

    def _create(self) -> bool:
        facts = {
            "home": self._home,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
            "beat": 0,
        }
        try:
            self._held = self._client.create_collection(LEASE + self.name, metadata=facts, embedding_function=None)
        except ChromaError as e:
            if "already exists" in str(e) or self._find():  # another was faster, and may have given it back by now
                return False
            raise
        self._facts = facts
        self._stopped.clear()
        Thread(target=self._keep, name=f"lease {self.name}", daemon=True).start()
        return True

    def _is_kept(self) -> bool:
        with self._renewing:
            if self._held is None:
                return False
            self._facts["beat"] += 1
            try:
                self._held.modify(metadata=dict(self._facts))
                return self._client.get_collection(LEASE + self.name, embedding_function=None).id == self._held.id
            except NotFoundError:
                return False

    def _keep(self) -> None:
        while not self._stopped.wait(_RENEW_S):
            with suppress(NewsdeskError, ChromaError):
                if not self._is_kept():
                    return


def _home_id(home: Path) -> str:
    """A name that no other home folder has."""
    path = home / "home.id"
    with FileLock(home / "home.lock"):
        if not path.is_file():
            path.write_text(secrets.token_hex(16), encoding="ascii")
        return path.read_text(encoding="ascii")


def sweep(client: ClientAPI) -> None:
    """Delete what was left of leases whose breakers were killed."""
    for collection in list_collections(client, _SPENT):
        with suppress(NotFoundError):
            client.delete_collection(collection.name)


def _result(found: Collection) -> str:
    return str((found.metadata or {}).get("result", ""))


def _retire(client: ClientAPI, lease: Collection) -> None:
    name, spent = lease.name, f"{_SPENT}{secrets.token_hex(8)}"
    with suppress(NotFoundError):
        try:
            lease.modify(name=spent)
            client.delete_collection(spent)
        except ChromaError:  # a server says other things of what another process deletes at this moment
            if client.get_collection(name, embedding_function=None).id == lease.id:
                raise
