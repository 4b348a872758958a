"""Fixtures of the language models' tests: an endpoint on the loopback that says what a test wants."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest

from bot.llm.choice import ModelChoice
from bot.llm.http_model import HttpModel
from bot.llm.providers import connect_hosted
from bot.settings import Settings

KEY = "sk-secret-key-4711"

Respond = Callable[[BaseHTTPRequestHandler], None]


class Endpoint:
    """A server that speaks OpenAI's and Anthropic's protocols.

    Attributes:
        respond: Writes the response to a request; of a list, each in turn, the last one ever after.
        requests: What was asked: `path`, `headers`, and the fields of the body.
        released: Set when the test is over, for what waits.
    """

    def __init__(self) -> None:
        self.respond: Respond | list[Respond] = lambda request: self.send(request, 404)
        self.requests: list[dict[str, Any]] = []
        self.released = Event()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                endpoint.requests.append({"path": self.path, "headers": dict(self.headers), **body})
                respond = endpoint.respond
                if isinstance(respond, list):
                    respond = respond.pop(0) if len(respond) > 1 else respond[0]
                respond(self)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        self.url = f"{self.origin}/v1"

    @staticmethod
    def send(
        request: BaseHTTPRequestHandler, status: int, body: str = "", kind: str = "application/json", **headers: str
    ) -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body.encode())

    def fail(self, status: int, body: str = "", **headers: str) -> Respond:
        """Writes an error."""
        return lambda request: self.send(request, status, body, **headers)

    @staticmethod
    def event(**delta: str) -> str:
        """One event of OpenAI's stream."""
        choice = {"index": 0, "delta": delta, "finish_reason": None}
        record = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        return f"data: {json.dumps(record)}\n\n"

    def stream(self, *pieces: str) -> Respond:
        """Writes an answer as OpenAI does."""
        events = [self.event(role="assistant", content=""), *(self.event(content=p) for p in pieces)]
        return lambda request: self.send(request, 200, "".join(events) + "data: [DONE]\n\n", "text/event-stream")

    def stream_messages(self, *pieces: str, error: str = "") -> Respond:
        """Writes an answer as Anthropic does, in the end an error where one is given."""
        start = {"id": "m1", "type": "message", "role": "assistant", "content": [], "usage": {"input_tokens": 3}}
        events: list[dict[str, Any]] = [
            {"type": "message_start", "message": start},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "ping"},
        ]
        deltas = [{"type": "text_delta", "text": piece} for piece in pieces]
        events += [{"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas]
        if error:
            events.append({"type": "error", "error": {"type": error, "message": "try later"}})
        else:
            events += [
                {"type": "content_block_stop", "index": 0},
                {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}},
                {"type": "message_stop"},
            ]
        body = "".join(f"event: {e['type']}\ndata: {json.dumps(e, ensure_ascii=False)}\n\n" for e in events)
        return lambda request: self.send(request, 200, body, "text/event-stream; charset=utf-8")

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Answer inside."""
        thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield
        self.released.set()
        self.server.shutdown()
        thread.join()
        self.server.server_close()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    with made.serving():
        yield made


class Sleeper:
    """Sleeps without taking time; `slept` are the seconds."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def sleeper() -> Sleeper:
    return Sleeper()


@pytest.fixture
def make_model(tmp_path, sleeper) -> Callable[..., HttpModel]:
    """Makes a model behind an address, by default of an endpoint that speaks OpenAI's protocol."""

    def make(address: str, timeout_s: float = 60.0, provider: Any = "endpoint", key: str = KEY, **more: Any) -> Any:
        settings = Settings(
            home=tmp_path, llm_api_key=key, openai_api_key=key, anthropic_api_key=key, llm_max_tokens=77
        )
        choice = ModelChoice(provider, more.pop("name", "small-model"), address)
        connect = lambda client: connect_hosted(choice, settings, client)  # noqa: E731
        return HttpModel(choice.name, connect, timeout_s, sleep=sleeper, **more)

    return make
