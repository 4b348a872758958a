"""A model that answers over HTTP: one time limit for the whole answer, another try where that may help."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from socket import SHUT_RDWR, socket
from threading import Timer
from typing import TYPE_CHECKING

from bot.llm.breaker import Breaker
from bot.llm.model import ModelFailed, ModelNotSetUp, OnText

if TYPE_CHECKING:
    import httpx
    from llama_index.core.llms import LLM
    from tenacity import RetryCallState

_MAX_TRIES = 3
_TALKATIVE = ("openai", "httpx", "httpcore")  # they log prompts and addresses with their passwords
NO_PROXY = {"all://127.0.0.1": None, "all://localhost": None}
"""Transports of a client that asks this machine directly, whatever proxy the environment names."""


class HttpModel:
    """A LanguageModel over an LLM of llama-index that speaks HTTP."""

    def __init__(
        self,
        name: str,
        connect: Callable[[httpx.Client], LLM],
        timeout_s: float,
        context_tokens: int = 0,
        breaker: Breaker | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Make a model of what `connect` makes of an HTTP client.

        Args:
            connect: Called for each try; may raise ModelFailed, which ends the tries.
            context_tokens: The window; 0 for what llama-index knows of the model.
        """
        self.name = name
        self._connect = connect
        self._timeout_s = timeout_s
        self._context_tokens = context_tokens
        self._breaker = breaker or Breaker()
        self._sleep = sleep

    @cached_property
    def context_tokens(self) -> int:
        """Tokens of the window, which prompt and answer share."""
        from httpx import Client
        from llama_index.core.constants import DEFAULT_CONTEXT_WINDOW

        if self._context_tokens:
            return self._context_tokens
        try:
            with Client() as client:
                return self._connect(client).metadata.context_window
        except (ModelFailed, ValueError):  # ValueError for a model that llama-index does not know
            return DEFAULT_CONTEXT_WINDOW

    def complete(self, prompt: str, on_text: OnText = lambda _: None) -> str:
        """Answer a prompt; the time limit holds for the whole answer, with all tries.

        What `on_text` raises ends the answer, and passes through.
        """
        if not self._breaker.admit():
            raise ModelFailed(f"{self.name} failed several times and is left alone for a while")
        try:
            text = self._try_often(prompt, on_text)
        except ModelNotSetUp:
            raise
        except ModelFailed:
            self._breaker.note_failure()
            raise
        except Exception:  # of `on_text`, to which the model had sent something
            self._breaker.note_success()
            raise
        self._breaker.note_success()
        return text

    def _try_often(self, prompt: str, on_text: OnText) -> str:
        from httpx import HTTPError, InvalidURL
        from openai import OpenAIError
        from tenacity import Retrying, retry_if_exception, stop_after_attempt, stop_before_delay

        deadline = time.monotonic() + self._timeout_s
        pieces: list[str] = []
        is_handing_on = False

        def hand_on(piece: str) -> None:
            nonlocal is_handing_on
            pieces.append(piece)
            is_handing_on = True
            on_text(piece)
            is_handing_on = False

        tries = Retrying(
            retry=retry_if_exception(lambda e: not pieces and _may_pass(e)),
            wait=_choose_wait,
            stop=stop_after_attempt(_MAX_TRIES) | stop_before_delay(self._timeout_s),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            tries(self._try_once, prompt, hand_on, deadline)
        except (OpenAIError, HTTPError, InvalidURL, ValueError, TypeError, KeyError, IndexError, AttributeError) as e:
            if is_handing_on:  # what `on_text` raises is no failure of the model
                raise
            raise ModelFailed(self._explain(e, deadline)) from None  # what an endpoint says may hold key and prompt
        if time.monotonic() >= deadline:  # a body without a length ends where it was cut
            raise ModelFailed(self._explain(None, deadline))
        if not pieces:
            raise ModelFailed(f"{self.name} answered with no text")
        return "".join(pieces)

    def _try_once(self, prompt: str, on_text: OnText, deadline: float) -> None:
        from llama_index.core.llms import ChatMessage

        for logger in _TALKATIVE:
            logging.getLogger(logger).setLevel(logging.WARNING)
        with _open_client(deadline) as client:
            for chunk in self._connect(client).stream_chat([ChatMessage(role="user", content=prompt)]):
                if chunk.delta:
                    on_text(chunk.delta)

    def _explain(self, error: Exception | None, deadline: float) -> str:
        if time.monotonic() >= deadline:
            return f"{self.name} took longer than {self._timeout_s:g} seconds"
        if (response := _response_of(error)) is not None:
            return f"{self.name} answered with HTTP status {response.status_code}"
        return f"{self.name} could not be reached or answered nonsense ({type(error).__name__})"


@contextmanager
def _open_client(deadline: float) -> Iterator[httpx.Client]:
    """A client whose connection is cut at the deadline.

    httpx limits the wait for each piece, and servers send comments to keep a connection open.
    """
    from httpx import Client

    timers: list[Timer] = []

    def cut_in_time(response: httpx.Response) -> None:
        connection = response.extensions["network_stream"].get_extra_info("socket")
        timers.append(Timer(max(0.0, deadline - time.monotonic()), _cut, [connection]))
        timers[-1].daemon = True
        timers[-1].start()

    left_s = max(0.001, deadline - time.monotonic())
    hooks = {"response": [cut_in_time]}
    try:
        with Client(timeout=left_s, follow_redirects=True, event_hooks=hooks, mounts=NO_PROXY) as client:
            yield client
    finally:
        for timer in timers:
            timer.cancel()


def _cut(connection: socket) -> None:
    """End what another thread reads from a connection; that of TLS must not be told, for it would wait."""
    try:
        socket.shutdown(connection, SHUT_RDWR)
    except OSError:  # it has ended by itself
        return


def _response_of(error: BaseException | None) -> httpx.Response | None:
    """The response with an error status that raised an error, if one did."""
    response: httpx.Response | None = getattr(error, "response", None)
    return response


def _may_pass(error: BaseException) -> bool:
    """Whether another try may help: the endpoint is busy, broken, or not to be reached."""
    from httpx import TransportError
    from openai import APIConnectionError

    if (response := _response_of(error)) is not None:
        return response.status_code == 429 or response.status_code >= 500
    return isinstance(error, (APIConnectionError, TransportError))


def _choose_wait(state: RetryCallState) -> float:
    """Seconds before the next try: as many as the endpoint asks for, or more each time, with jitter."""
    from tenacity import wait_exponential, wait_random

    error = state.outcome.exception() if state.outcome else None
    response = _response_of(error)
    wanted = response.headers.get("Retry-After", "") if response is not None else ""
    asked_s = _read_retry_after(wanted)
    return (wait_exponential(0.5) + wait_random(0, 0.5))(state) if asked_s is None else asked_s


def _read_retry_after(value: str) -> float | None:
    """Seconds that a header asks to wait, given as such or as a date; None where it says neither."""
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
