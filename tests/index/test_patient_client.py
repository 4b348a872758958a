"""What a Chroma server is asked again, and what is said of one that does not answer as it should."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import httpx
import pytest

from index.chroma import ChromaServer, PatientClient
from index.errors import ChromaUnavailable
from index.store import Store
from tests.chroma_server import ChromaProcess, running_chroma

COLLECTIONS = "/api/v2/tenants/t/databases/d/collections"


@pytest.fixture
def chroma(home) -> Iterator[ChromaProcess]:
    with running_chroma(home / "server") as process:
        yield process


class Answers:
    """A server that gives some answers in turn, and then the last one for ever.

    Attributes:
        asked: Method, path and token of each request.
    """

    def __init__(self, *answers: tuple[int, str]) -> None:
        self.asked: list[tuple[str, str, str]] = []
        left = list(answers)

        class Handler(BaseHTTPRequestHandler):
            def answer(handler) -> None:
                handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
                self.asked.append((handler.command, handler.path, handler.headers.get("X-Chroma-Token", "")))
                status, body = left.pop(0) if len(left) > 1 else left[0]
                handler.send_response(status)
                handler.send_header("Content-Length", str(len(body)))
                handler.end_headers()
                handler.wfile.write(body.encode())

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def log_message(handler, *args: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Answers:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def client(self, token: str = "") -> PatientClient:
        return PatientClient(ChromaServer(self.url, token=token), sleep=lambda _: None)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", COLLECTIONS),
        ("PUT", f"{COLLECTIONS}/1"),
        ("POST", f"{COLLECTIONS}/1/upsert"),
        ("POST", f"{COLLECTIONS}/1/query"),
        ("DELETE", f"{COLLECTIONS}/1"),
    ],
)
def test_what_does_no_harm_twice_is_asked_again_after_an_error_of_the_server(method, path):
    with Answers((503, "busy"), (500, "{}"), (429, "slow down"), (200, "[]")) as server:
        assert server.client().request(method, server.url + path).status_code == 200
        assert len(server.asked) == 4


def test_a_collection_is_made_once_alone_for_its_name_may_be_taken_by_the_first_try():
    with Answers((503, "busy"), (200, "{}")) as server:
        with pytest.raises(ChromaUnavailable, match=r"does not answer as a Chroma server does \(HTTP 503\)"):
            server.client().post(server.url + COLLECTIONS, json={})
        assert len(server.asked) == 1


def test_what_a_first_try_has_deleted_already_is_deleted():
    with Answers((502, "lost"), (404, '{"error": "NotFoundError"}')) as server:
        assert server.client().delete(f"{server.url}{COLLECTIONS}/1").status_code == 200
    with Answers((404, '{"error": "NotFoundError"}')) as server:
        assert server.client().delete(f"{server.url}{COLLECTIONS}/1").status_code == 404


def test_an_error_that_stays_is_told_in_one_line_and_one_of_chroma_is_left_to_its_client():
    with Answers((503, "<html>busy</html>")) as busy, pytest.raises(ChromaUnavailable, match=r"reached \(HTTP 503\)"):
        busy.client().get(busy.url + COLLECTIONS)
    with Answers((500, '{"error": "InternalError", "message": "disk full"}')) as server:
        assert server.client().get(server.url + COLLECTIONS).status_code == 500


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (401, "{}", "does not let this client in .HTTP 401.; check NEWSDESK_CHROMA_TOKEN"),
        (403, "no", "does not let this client in .HTTP 403."),
        (404, "<html>not here</html>", "does not answer as a Chroma server does .HTTP 404.; change NEWSDESK_CHROMA"),
        (200, "<html>welcome</html>", "does not answer as a Chroma server does .HTTP 200."),
    ],
)
def test_a_server_that_is_none_of_ours_is_told_in_one_line(status, body, told, home):
    with Answers((status, body)) as server, pytest.raises(ChromaUnavailable, match=told):
        Store(home / "home", ChromaServer(server.url))


def test_the_token_is_sent_and_never_logged(caplog, home, chroma):
    server = ChromaServer(chroma.server.url, token="hush-1234")
    with caplog.at_level(logging.DEBUG):
        Store(home / "home", server)
        with Answers((200, "{}")) as other:
            other.client("hush-1234").get(other.url)
    assert other.asked == [("GET", "/", "hush-1234")]
    assert "hush" not in caplog.text + repr(server)


def test_a_server_on_this_machine_is_asked_without_a_proxy(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with Answers((200, "{}")) as server:
        assert server.client().get(server.url).status_code == 200


def test_a_server_that_hangs_is_told_in_one_line(monkeypatch):
    monkeypatch.setattr("index.chroma._ANSWER_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = ChromaServer(f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(ChromaUnavailable, match=r"cannot be reached \(no answer in 0 s\)"):
            PatientClient(server, sleep=lambda _: None).check()


def test_a_server_that_breaks_off_its_answer_is_asked_again(monkeypatch):
    tries = iter([httpx.ReadError("broke off"), httpx.Response(200)])

    def send(client, request, **how):
        answer = next(tries)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(httpx.Client, "send", send)
    client = PatientClient(ChromaServer("http://127.0.0.1:1"), sleep=lambda _: None)
    assert client.get("http://127.0.0.1:1/api/v2").status_code == 200
