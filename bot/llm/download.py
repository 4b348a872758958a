"""Fetch a model of the catalogue: resumed where it broke off, checked by its hash, there whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from bot.llm.catalogue import CatalogueEntry
from index.errors import NewsdeskError
from index.survey import OnProgress

if TYPE_CHECKING:
    import httpx

_TIMEOUT_S = 30.0
_PARTIAL, _OK, _OUT_OF_RANGE = 206, 200, 416


class FetchFailed(NewsdeskError):
    """A model could not be fetched; what has come is kept for the next try, unless it is wrong."""


def fetch_model(entry: CatalogueEntry, home: Path, hub: str, on_progress: OnProgress = lambda *_: None) -> Path:
    """The path of a model's file, fetched from the hub unless it is there.

    Raises:
        FetchFailed: No connection, no room, another process at it, or a file with another hash.
    """
    from filelock import FileLock, Timeout

    path = entry.path_in(home)
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", timeout=0):
            if path.exists() and _hash(path) == entry.sha256:
                return path
            _check_room(entry, part)
            _download(entry, part, hub, on_progress)
            _check(entry, part)
            part.replace(path)
    except Timeout as e:
        raise FetchFailed(f"{entry.name} is being fetched by another process") from e
    except OSError as e:
        raise FetchFailed(f"{path.parent}: {e.strerror}; mend that and run the command again") from e
    return path


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _check_room(entry: CatalogueEntry, part: Path) -> None:
    missing = entry.n_bytes - _size(part)
    if (free := shutil.disk_usage(part.parent).free) < missing:
        raise FetchFailed(
            f"{part.parent}: {missing / 1e6:,.0f} MB are needed and {free / 1e6:,.0f} MB free; "
            "free some disk space, or move NEWSDESK_HOME"
        )


def _download(entry: CatalogueEntry, part: Path, hub: str, on_progress: OnProgress) -> None:
    """Add to `part` what it lacks."""
    from httpx import Client, HTTPError, InvalidURL

    url = f"{hub.rstrip('/')}/{entry.repository}/resolve/{entry.revision}/{entry.file}"
    try:
        with Client(timeout=_TIMEOUT_S, follow_redirects=True) as client:
            if not _append(client, url, entry, part, on_progress):
                part.unlink(missing_ok=True)
                _append(client, url, entry, part, on_progress)
    except (HTTPError, InvalidURL) as e:
        raise FetchFailed(
            f"the hub broke off ({type(e).__name__}); {_size(part) / 1e6:,.0f} of {entry.n_bytes / 1e6:,.0f} MB are "
            "here; run the command again to go on"
        ) from None


def _append(client: httpx.Client, url: str, entry: CatalogueEntry, part: Path, on_progress: OnProgress) -> bool:
    """Ask for the rest of a file and add it; False where the hub has no such rest."""
    n_done = _size(part)
    if n_done == entry.n_bytes:
        return True
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={n_done}-"} if n_done else {})
    with client.stream("GET", url, headers=headers) as response:
        if response.status_code == _OUT_OF_RANGE:
            return False
        if response.status_code not in (_OK, _PARTIAL):
            raise FetchFailed(f"the hub answered with HTTP status {response.status_code} for {entry.file}")
        resumed = response.status_code == _PARTIAL
        if resumed and not response.headers.get("Content-Range", "").startswith(f"bytes {n_done}-"):
            return False
        n_done = n_done if resumed else 0
        with part.open("ab" if resumed else "wb") as file:
            for block in response.iter_raw():
                file.write(block)
                n_done += len(block)
                on_progress(entry.name, n_done, entry.n_bytes)
                if n_done > entry.n_bytes:
                    break
            file.flush()
            os.fsync(file.fileno())
    return True


def _check(entry: CatalogueEntry, part: Path) -> None:
    if (n_bytes := _size(part)) < entry.n_bytes:
        raise FetchFailed(f"the hub sent {n_bytes:,} of {entry.n_bytes:,} bytes; run the command again to go on")
    if (found := _hash(part)) != entry.sha256:
        part.unlink()
        raise FetchFailed(f"{entry.file} has the sha256 {found}, not {entry.sha256}; it was deleted")


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
