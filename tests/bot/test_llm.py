"""An OpenAI-compatible endpoint over a real socket: what it streams, and every way it fails."""

from __future__ import annotations

import json
import socket
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest

from bot.llm import ModelFailed, OpenAICompatible

KEY = "sk-secret-key-4711"
LONG_S = 60.0
SHORT_S = 0.3

Respond = Callable[[BaseHTTPRequestHandler], None]


class Endpoint:
    """A server on the loopback; `respond` writes the response to a request."""

    def __init__(self) -> None:
        self.respond: Respond = lambda request: send(request, 404)
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.released = Event()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint.requests.append({"path": self.path, **json.loads(body)})
                endpoint.keys.append(self.headers["Authorization"])
                endpoint.respond(self)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    thread = Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.released.set()
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def send(request: BaseHTTPRequestHandler, status: int, body: str = "", kind: str = "application/json") -> None:
    request.send_response(status)
    request.send_header("Content-Type", kind)
    request.end_headers()
    request.wfile.write(body.encode())


def event(**delta: str) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": None}
    record = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return f"data: {json.dumps(record)}\n\n"


def stream(*pieces: str) -> Respond:
    body = event(role="assistant", content="") + "".join(event(content=p) for p in pieces) + "data: [DONE]\n\n"
    return lambda request: send(request, 200, body, "text/event-stream")


def make_model(url: str, timeout_s: float = LONG_S) -> OpenAICompatible:
    return OpenAICompatible(url, "small-model", KEY, timeout_s, max_tokens=77)


def fail(model: OpenAICompatible) -> ModelFailed:
    """The error of a model that fails, in which the key must not occur."""
    with pytest.raises(ModelFailed) as error:
        model.complete("Who?")
    assert KEY not in "".join(traceback.format_exception(error.value))
    return error.value


def test_the_text_of_a_stream_is_put_together(endpoint):
    endpoint.respond = stream("The bridge ", "opened ", "[1].")
    assert make_model(endpoint.url).complete("Who?") == "The bridge opened [1]."


def test_each_piece_is_handed_on_as_it_is_written(endpoint):
    endpoint.respond = stream("The bridge ", "opened ", "[1].")
    pieces: list[str] = []
    make_model(endpoint.url).complete("Who?", pieces.append)
    assert pieces == ["The bridge ", "opened ", "[1]."]


def test_the_endpoint_gets_model_prompt_limit_and_key(endpoint):
    endpoint.respond = stream("Yes.")
    make_model(endpoint.url).complete("Who opened it?")
    request = endpoint.requests[0]
    assert request["path"] == "/v1/chat/completions"
    assert (request["model"], request["max_tokens"], request["stream"]) == ("small-model", 77, True)
    assert request["messages"] == [{"role": "user", "content": "Who opened it?"}]
    assert endpoint.keys == [f"Bearer {KEY}"]


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_an_error_of_the_endpoint_is_named_by_its_status_and_not_tried_again(endpoint, status):
    endpoint.respond = lambda request: send(request, status, f'{{"error": {{"message": "bad key {KEY}"}}}}')
    with pytest.raises(ModelFailed, match=f"^small-model answered with HTTP status {status}$"):
        make_model(endpoint.url).complete("Who?")
    assert len(endpoint.requests) == 1


def test_a_refused_connection_is_said_to_be_one_that_cannot_be_reached():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        error = fail(make_model(f"http://127.0.0.1:{taken.getsockname()[1]}/v1"))
    assert "small-model could not be reached" in str(error)


@pytest.mark.parametrize("url", ["nonsense", "http://", "ftp://127.0.0.1/v1", "http://[oops/v1"])
def test_an_address_that_is_none_is_said_to_be_one_that_cannot_be_reached(url):
    assert "could not be reached" in str(fail(make_model(url)))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("data: {nonsense\n\n", "text/event-stream"),
        ('data: {"choices": 7}\n\n', "text/event-stream"),
        ('data: {"error": {"message": "overloaded"}}\n\n', "text/event-stream"),
        ("data: [1, 2]\n\n", "text/event-stream"),
        ("<html>Welcome to the router</html>", "text/html"),
        ('{"choices": []}', "application/json"),
        ("", "text/event-stream"),
        ("\xff\x00" * 1000, "application/octet-stream"),
    ],
)
def test_a_body_that_is_no_stream_of_text_is_a_failure(endpoint, body, kind):
    endpoint.respond = lambda request: send(request, 200, body, kind)
    assert str(fail(make_model(endpoint.url))).startswith("small-model ")


def test_an_endpoint_that_hangs_up_in_the_middle_is_a_failure(endpoint):
    def hang_up(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/event-stream")
        request.send_header("Content-Length", "100000")
        request.end_headers()
        request.wfile.write(event(content="The bridge ").encode())

    endpoint.respond = hang_up
    assert "could not be reached" in str(fail(make_model(endpoint.url)))


def test_an_endpoint_that_never_answers_is_given_up_after_the_time_limit(endpoint):
    endpoint.respond = lambda request: endpoint.released.wait() and None
    fail(make_model(endpoint.url, SHORT_S))
    assert len(endpoint.requests) == 1


def test_an_endpoint_that_stops_in_the_middle_is_given_up_after_the_time_limit(endpoint):
    def stop(request: BaseHTTPRequestHandler) -> None:
        send(request, 200, event(content="The bridge "), "text/event-stream")
        request.wfile.flush()
        endpoint.released.wait()

    endpoint.respond = stop
    fail(make_model(endpoint.url, SHORT_S))


@pytest.mark.parametrize("part", [": still thinking\n\n", event(content="and "), "data: "])
def test_an_endpoint_that_keeps_sending_is_given_up_after_the_time_limit(endpoint, part):
    def drip(request: BaseHTTPRequestHandler) -> None:
        send(request, 200, "", "text/event-stream")
        try:
            while not endpoint.released.wait(0.02):
                request.wfile.write(part.encode())
        except OSError:
            endpoint.released.set()

    endpoint.respond = drip
    fail(make_model(endpoint.url, SHORT_S))
    assert len(endpoint.requests) == 1


def test_a_key_that_no_header_can_hold_is_not_in_the_error(endpoint):
    endpoint.respond = stream("Yes.")
    model = OpenAICompatible(endpoint.url, "small-model", f"{KEY}\n", LONG_S, 77)
    with pytest.raises(ModelFailed) as error:
        model.complete("Who?")
    assert KEY not in str(error.value)
