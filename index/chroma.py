"""Chroma's client: of the database under the home folder, or of a server, whose silence is waited out for seconds."""

from __future__ import annotations

import ctypes
import logging
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import chromadb
import httpx
from chromadb.api import ClientAPI
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from index.errors import ChromaUnavailable, NewsdeskError
from index.reclaim import make_shrinkable
from index.types import Vectors

_PORTS = {"http": 8000, "https": 443}
log = logging.getLogger("newsdesk.index")

_HEARTBEAT = "nanosecond heartbeat"
_MAX_TRIES = 6
_CONNECT_S = 5.0
_ANSWER_S = 60.0
_M_MMAP_THRESHOLD = -3
_LARGE_BYTES = 1 << 20
"""Blocks from here on the C library takes from the system one by one, and gives back when they are freed."""
_NO_PROXY = {"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None}


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """A Chroma server or cluster.

    Attributes:
        url: Its address, such as `https://chroma.example:8000`.
        token: Sent as `X-Chroma-Token`; empty for none.
    """

    url: str
    tenant: str = "default_tenant"
    database: str = "default_database"
    token: str = field(default="", repr=False)

    @property
    def has_tls(self) -> bool:
        """Whether what is said is encrypted."""
        return self.url.startswith("https:")

    @property
    def port(self) -> int:
        """The one in the address, or the usual one."""
        url = urlsplit(self.url)
        return url.port or _PORTS[url.scheme]

    @property
    def host(self) -> str:
        """Name or number, an IPv6 one in brackets."""
        host = urlsplit(self.url).hostname or ""
        return f"[{host}]" if ":" in host else host


def open_client(home: Path, server: ChromaServer | None = None) -> ClientAPI:
    """Connect to a server, or open the database under the home folder.

    Raises:
        ChromaUnavailable: The server cannot be reached or does not let this client in.
        NewsdeskError: The folder cannot be used.
    """
    logging.getLogger("chromadb").setLevel(logging.ERROR)
    try:
        home.mkdir(parents=True, exist_ok=True)
        return _connect(server) if server else _open_folder(home)
    except (OSError, ChromaError, ValueError, RuntimeError) as e:
        raise NewsdeskError(
            f"{home}: the index cannot be opened ({e}); set NEWSDESK_HOME to a folder that you may write to"
        ) from e


def release_memory(
    client: ClientAPI, in_use: Iterable[tuple[Collection, Vectors]], alone: AbstractContextManager[object]
) -> bool:
    """Let embedded Chroma forget the vector indexes that this process has opened; whether it could.

    Chroma 1.5 keeps each to the end, also where its collection was deleted: 2.7 MB and the vectors in memory, and four
    open files. So another engine takes over; calls that run, writes among them, end on the old one, which goes with the
    last of them. For a moment the indexes in use are in memory twice.

    Args:
        in_use: Collections that the new engine is to have opened before, so that no search waits for that, each with a
            vector to search by.
        alone: Entered while the new engine starts. To start, it waits for who writes to the database, and all threads
            of this process with it; where entering raises, the old engine stays.
    """
    server = cast(Any, client)._server
    following = copy(server)
    try:
        with alone:
            following.start()
        for collection, vector in in_use:
            following._query(collection.id, [vector.tolist()], n_results=1, include=["distances"])
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as e:  # Rust's panics are no Exception
        log.info("Chroma goes on with what it has opened: %s", e)
        return False
    server.bindings = following.bindings
    del following
    _call_libc("malloc_trim", 0)
    return True


def _open_folder(home: Path) -> ClientAPI:
    make_shrinkable(home / "chroma")
    # else vector indexes come to lie in heaps, one for each thread of Chroma's, of which not all is given back
    _call_libc("mallopt", _M_MMAP_THRESHOLD, _LARGE_BYTES)
    return chromadb.PersistentClient(path=str(home / "chroma"), settings=ChromaSettings(anonymized_telemetry=False))


def _call_libc(name: str, *numbers: int) -> None:
    """Call a function that GNU's C library has, where this is that one."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None)[name](*numbers)


def _connect(server: ChromaServer) -> ClientAPI:
    patient = PatientClient(server)
    patient.check()
    try:
        client = chromadb.HttpClient(
            host=server.host,
            port=server.port,
            ssl=server.has_tls,
            headers={"X-Chroma-Token": server.token} if server.token else {},
            settings=ChromaSettings(
                anonymized_telemetry=False,
                chroma_server_ssl_verify=None if server.has_tls else False,  # certificates take 0.1 s to load
            ),
            tenant=server.tenant,
            database=server.database,
        )
    except (ChromaError, ValueError, httpx.HTTPError) as e:
        raise ChromaUnavailable(
            f"the Chroma server at {server.url} cannot be used ({e}); check NEWSDESK_CHROMA_TENANT "
            f"({server.tenant}), NEWSDESK_CHROMA_DATABASE ({server.database}) and NEWSDESK_CHROMA_TOKEN"
        ) from e
    cast(Any, client)._server._session = patient  # Chroma's own waits for ever, and never asks twice
    return client


class PatientClient(httpx.Client):
    """Asks a Chroma server again where it does no harm and may help; says in one line what does not pass."""

    def __init__(self, server: ChromaServer, sleep: Callable[[float], None] = time.sleep) -> None:
        headers = {"Content-Type": "application/json"} | ({"X-Chroma-Token": server.token} if server.token else {})
        timeout = httpx.Timeout(_ANSWER_S, connect=_CONNECT_S)
        super().__init__(headers=headers, timeout=timeout, mounts=_NO_PROXY, verify=server.has_tls)
        self._server = server
        self._url = server.url
        self._sleep = sleep

    def check(self) -> None:
        """See that the server is there and speaks as this version of Chroma does; raises as `send`."""
        scheme, server = urlsplit(self._url).scheme, self._server
        response = self.get(f"{scheme}://{server.host}:{server.port}/api/v2/heartbeat")
        if not response.is_success or _HEARTBEAT not in response.text:
            raise self._strange(response)

    def send(self, request: httpx.Request, **how: Any) -> httpx.Response:
        """Send a request, several times if need be.

        Raises:
            ChromaUnavailable: The server cannot be reached, does not let this client in, or is not Chroma.
        """
        tries = Retrying(
            retry=retry_if_exception_type(_MayPassError),
            wait=wait_exponential(multiplier=0.2, max=2.0) + wait_random(max=0.3),
            stop=stop_after_attempt(_MAX_TRIES),
            sleep=self._sleep,
            retry_error_callback=self._give_up,
        )
        response: httpx.Response = tries(self._send_once, tries, request, how)
        return response

    def _send_once(self, tries: Retrying, request: httpx.Request, how: dict[str, Any]) -> httpx.Response:
        try:
            response = super().send(request, **how)
        except (httpx.ConnectError, httpx.ConnectTimeout) as e:
            raise _MayPassError(str(e) or "no connection in time") from e
        except httpx.TimeoutException as e:
            raise self._away(f"no answer in {_ANSWER_S:.0f} s") from e
        except httpx.TransportError as e:
            if not _may_repeat(request):
                raise self._away(str(e) or type(e).__name__) from e
            raise _MayPassError(str(e) or type(e).__name__) from e
        status = response.status_code
        if status == httpx.codes.TOO_MANY_REQUESTS or (response.is_server_error and _may_repeat(request)):
            raise _MayPassError(f"HTTP {status}", response)
        if status == httpx.codes.NOT_FOUND and request.method == "DELETE" and tries.statistics["attempt_number"] > 1:
            return httpx.Response(200, json={}, request=request)  # an earlier try did it, and its answer was lost
        if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise ChromaUnavailable(
                f"the Chroma server at {self._url} does not let this client in (HTTP {status}); "
                "check NEWSDESK_CHROMA_TOKEN, NEWSDESK_CHROMA_TENANT and NEWSDESK_CHROMA_DATABASE"
            )
        if not response.is_success and not _is_told_by_chroma(response):
            raise self._strange(response)
        return response

    def _give_up(self, state: RetryCallState) -> httpx.Response:
        error = state.outcome.exception() if state.outcome else None
        assert isinstance(error, _MayPassError)
        if error.response is not None and _is_told_by_chroma(error.response):
            return error.response  # the client makes an error of Chroma of it
        raise self._away(str(error)) from error

    def _away(self, reason: str) -> ChromaUnavailable:
        return ChromaUnavailable(
            f"the Chroma server at {self._url} cannot be reached ({reason}); start it or change NEWSDESK_CHROMA"
        )

    def _strange(self, response: httpx.Response) -> ChromaUnavailable:
        return ChromaUnavailable(
            f"{self._url} does not answer as a Chroma server does (HTTP {response.status_code}); change NEWSDESK_CHROMA"
        )


class _MayPassError(Exception):
    def __init__(self, reason: str, response: httpx.Response | None = None) -> None:
        super().__init__(reason)
        self.response = response


def _may_repeat(request: httpx.Request) -> bool:
    """Whether a second time changes nothing, as is true of all but making a collection."""
    return request.method != "POST" or not request.url.path.endswith("/collections")


def _is_told_by_chroma(response: httpx.Response) -> bool:
    try:
        return "error" in response.json()
    except ValueError:
        return False
