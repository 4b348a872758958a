"""Fetching a model from a hub on the loopback that serves ranges, redirects and breaks off."""

from __future__ import annotations

import hashlib
import os
from collections import namedtuple
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from filelock import FileLock

from bot.llm.catalogue import CatalogueEntry
from bot.llm.download import FetchFailed, fetch_model

CONTENT = b"GGUF" + bytes(range(256)) * 2000
ENTRY = CatalogueEntry(
    "small", "Owner/Small-GGUF", "abc123", "small.gguf", len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), "MIT"
)
PLACE = "/Owner/Small-GGUF/resolve/abc123/small.gguf"
HALF = len(CONTENT) // 2
Usage = namedtuple("Usage", "total used free")


class Hub:
    """Redirects, as the real one does, to where the file is.

    Attributes:
        content: The file that it has.
        breaks_after: Bytes after which it hangs up.
        with_ranges: Whether it sends a part where a part is wanted.
        status: An error that it answers with.
        ranges: The parts that were asked for, in order.
    """

    def __init__(self) -> None:
        self.content = CONTENT
        self.breaks_after: int | None = None
        self.with_ranges = True
        self.status = 0
        self.ranges: list[str | None] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if hub.status or self.path not in (PLACE, "/blob"):
                    self.respond(hub.status or 404)
                elif self.path == PLACE:
                    self.respond(302, Location="/blob", Content_Length="0")
                else:
                    hub.ranges.append(self.headers["Range"])
                    self.send_blob(self.headers["Range"] if hub.with_ranges else None)

            def send_blob(self, wanted: str | None) -> None:
                size = len(hub.content)
                first = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
                if first >= size:
                    self.respond(416, Content_Range=f"bytes */{size}", Content_Length="0")
                    return
                span = {"Content_Range": f"bytes {first}-{size - 1}/{size}"} if wanted else {}
                self.respond(206 if wanted else 200, Content_Length=str(size - first), **span)
                self.wfile.write(hub.content[first:][: hub.breaks_after])

            def respond(self, status: int, **headers: str) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub()
    thread = Thread(target=hub.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield hub
    hub.server.shutdown()
    thread.join()
    hub.server.server_close()


@pytest.fixture
def part(tmp_path) -> Path:
    """Where a file lies that is not yet complete."""
    path = tmp_path / "models" / "small.gguf.part"
    path.parent.mkdir()
    return path


def test_a_model_is_fetched_with_progress_and_nothing_else_is_left(hub, tmp_path):
    steps: list[tuple[str, int, int | None]] = []
    path = fetch_model(ENTRY, tmp_path, hub.url, lambda *step: steps.append(step))
    assert path == tmp_path / "models" / "small.gguf"
    assert path.read_bytes() == CONTENT
    assert not path.with_name("small.gguf.part").exists()
    assert steps[-1] == ("small", len(CONTENT), len(CONTENT))
    assert [n for _, n, _ in steps] == sorted(n for _, n, _ in steps)


def test_a_model_that_is_there_is_not_fetched_again(hub, tmp_path):
    fetch_model(ENTRY, tmp_path, hub.url)
    assert fetch_model(ENTRY, tmp_path, hub.url).read_bytes() == CONTENT
    assert len(hub.ranges) == 1


def test_a_file_that_was_spoilt_is_fetched_again(hub, tmp_path):
    path = fetch_model(ENTRY, tmp_path, hub.url)
    path.write_bytes(CONTENT[:-1] + b"x")
    assert fetch_model(ENTRY, tmp_path, hub.url).read_bytes() == CONTENT


def test_what_broke_off_goes_on_from_there(hub, tmp_path):
    hub.breaks_after = HALF
    with pytest.raises(FetchFailed, match="run the command again to go on"):
        fetch_model(ENTRY, tmp_path, hub.url)
    hub.breaks_after = None
    assert fetch_model(ENTRY, tmp_path, hub.url).read_bytes() == CONTENT
    assert hub.ranges == [None, f"bytes={HALF}-"]


def test_a_hub_without_ranges_sends_all_again(hub, tmp_path, part):
    hub.with_ranges = False
    part.write_bytes(CONTENT[:HALF])
    assert fetch_model(ENTRY, tmp_path, hub.url).read_bytes() == CONTENT


def test_a_file_that_came_whole_and_was_not_renamed_is_not_fetched_again(hub, tmp_path, part):
    part.write_bytes(CONTENT)
    assert fetch_model(ENTRY, tmp_path, hub.url).read_bytes() == CONTENT
    assert hub.ranges == []


def test_a_part_longer_than_the_file_is_thrown_away(hub, tmp_path, part):
    part.write_bytes(CONTENT + b"more")
    assert fetch_model(ENTRY, tmp_path, hub.url).read_bytes() == CONTENT


@pytest.mark.parametrize("content", [CONTENT[:-1] + b"x", CONTENT + b"x"])
def test_a_file_with_another_hash_is_deleted(hub, tmp_path, content):
    hub.content = content
    with pytest.raises(FetchFailed, match=f"not {ENTRY.sha256}; it was deleted"):
        fetch_model(ENTRY, tmp_path, hub.url)
    assert [p.suffix for p in (tmp_path / "models").iterdir() if p.suffix != ".lock"] == []


def test_a_file_that_is_too_short_is_kept_to_go_on(hub, tmp_path, part):
    hub.content = CONTENT[:HALF]
    with pytest.raises(FetchFailed, match="run the command again"):
        fetch_model(ENTRY, tmp_path, hub.url)
    assert part.read_bytes() == CONTENT[:HALF]


def test_a_wrong_beginning_is_found_by_the_hash_of_the_whole(hub, tmp_path, part):
    part.write_bytes(bytes(HALF))
    with pytest.raises(FetchFailed, match="sha256"):
        fetch_model(ENTRY, tmp_path, hub.url)
    assert fetch_model(ENTRY, tmp_path, hub.url).read_bytes() == CONTENT


@pytest.mark.parametrize("status", [401, 404, 503])
def test_an_error_of_the_hub_is_named_by_its_status(hub, tmp_path, status):
    hub.status = status
    with pytest.raises(FetchFailed, match=rf"HTTP status {status} for small\.gguf"):
        fetch_model(ENTRY, tmp_path, hub.url)


@pytest.mark.parametrize("hub_url", ["http://127.0.0.1:1", "http://user:pa55word@127.0.0.1:1", "nonsense", "http://[x"])
def test_a_hub_that_cannot_be_reached_is_told_without_a_password(tmp_path, hub_url):
    with pytest.raises(FetchFailed, match="0 of 1 MB are here") as error:
        fetch_model(ENTRY, tmp_path, hub_url)
    assert "pa55word" not in str(error.value)


def test_a_full_disk_is_told_before_anything_is_fetched(hub, tmp_path, part, monkeypatch):
    part.write_bytes(CONTENT[:HALF])
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(10, 9, HALF - 1))
    with pytest.raises(FetchFailed, match="NEWSDESK_HOME"):
        fetch_model(ENTRY, tmp_path, hub.url)
    assert hub.ranges == []


def test_room_for_the_rest_is_enough(hub, tmp_path, part, monkeypatch):
    part.write_bytes(CONTENT[:HALF])
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(10, 9, len(CONTENT) - HALF))
    assert fetch_model(ENTRY, tmp_path, hub.url).exists()


def test_a_disk_that_fills_up_meanwhile_is_told(hub, tmp_path, monkeypatch):
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(FetchFailed, match="No space left on device"):
        fetch_model(ENTRY, tmp_path, hub.url)


def test_a_model_that_another_process_fetches_is_left_to_it(hub, tmp_path, part):
    with FileLock(tmp_path / "models" / "small.gguf.lock"), pytest.raises(FetchFailed, match="another process"):
        fetch_model(ENTRY, tmp_path, hub.url)


def test_a_folder_that_cannot_be_made_is_told(hub, tmp_path):
    (tmp_path / "models").write_text("")
    with pytest.raises(FetchFailed, match="File exists"):
        fetch_model(ENTRY, tmp_path, hub.url)
