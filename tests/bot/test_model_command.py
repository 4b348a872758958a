"""`newsdesk model`: what can be fetched, fetching it, and where it lies."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from bot import cli
from bot.llm import catalogue

CONTENT = b"GGUF" + bytes(3_000_000)
NAME = catalogue.CATALOGUE[0].name

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def newsdesk(monkeypatch, capfd) -> Run:
    """Call the command as its console script does: exit code, standard output, standard error."""

    def run(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["newsdesk", "model", *args])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), *capfd.readouterr()

    return run


@pytest.fixture
def hub(monkeypatch) -> Iterator[str]:
    """A hub on the loopback that has the first model of the catalogue, which is a small one here."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT)

        def log_message(self, *_: Any) -> None:
            pass

    digest = hashlib.sha256(CONTENT).hexdigest()
    small = replace(catalogue.CATALOGUE[0], file="small.gguf", n_bytes=len(CONTENT), sha256=digest)
    monkeypatch.setattr(catalogue, "CATALOGUE", (small,))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("NEWSDESK_MODEL_HUB", f"http://127.0.0.1:{server.server_port}/")
    yield small.name
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_model_is_fetched_then_found(newsdesk, hub, settings):
    path = settings.home / "models" / "small.gguf"
    code, out, err = newsdesk("get", hub)
    assert (code, out) == (0, f"{path}\n")
    assert "MB: 3 of 3" in err or "MB: 0 of 3" in err
    assert path.read_bytes() == CONTENT
    assert newsdesk("path") == (0, f"{path}\n", "")


def test_quiet_fetching_prints_the_path_alone(newsdesk, hub, settings):
    assert newsdesk("get", "--quiet") == (0, f"{settings.home / 'models' / 'small.gguf'}\n", "")


def test_the_list_says_which_models_are_here(newsdesk, hub):
    row = {"name": hub, "megabytes": 3, "licence": "Apache-2.0", "here": False}
    assert json.loads(newsdesk("list", "--json")[1]) == [row]
    newsdesk("get")
    assert json.loads(newsdesk("list", "--json")[1]) == [row | {"here": True}]
    assert hub in newsdesk("list")[1]


def test_a_model_that_was_not_fetched_has_no_path(newsdesk):
    code, out, err = newsdesk("path", NAME)
    assert (code, out) == (1, "")
    assert f"newsdesk model get {NAME}" in err


@pytest.mark.parametrize("command", ["get", "path"])
def test_a_model_that_is_not_in_the_catalogue_is_refused_with_those_that_are(newsdesk, command):
    code, _, err = newsdesk(command, "other")
    assert (code, err) == (1, f"newsdesk: 'other' is not in the catalogue; known are {NAME}\n")


def test_fetching_that_is_stopped_says_that_it_can_go_on(newsdesk, hub, monkeypatch):
    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bot.llm.download.fetch_model", stop)
    assert newsdesk("get")[::2] == (1, "newsdesk: stopped; run the command again to go on\n")
