"""Language models behind one function: a prompt in, text out, within a time limit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol

from index.errors import NewsdeskError

if TYPE_CHECKING:
    import httpx


class ModelFailed(NewsdeskError):
    """The language model could not be reached, was too slow, or refused; the message holds no key."""


class LanguageModel(Protocol):
    """What writes prose."""

    @property
    def name(self) -> str:
        """The model's name, as shown to readers."""

    def complete(self, prompt: str, on_text: Callable[[str], None]) -> str:
        """Answer a prompt; `on_text` gets each piece as it is written.

        Raises:
            ModelFailed: There is no answer, or none in time.
        """


class OpenAICompatible:
    """Any OpenAI-compatible endpoint, through llama-index, streaming."""

    def __init__(self, base_url: str, model: str, api_key: str, timeout_s: float, max_tokens: int) -> None:
        self.name = model
        self._base_url = base_url
        self._api_key = api_key
        self._timeout_s = timeout_s
        self._max_tokens = max_tokens

    def complete(self, prompt: str, on_text: Callable[[str], None] = lambda _: None) -> str:
        """Answer a prompt; the time limit holds for the whole answer, not for each piece of it."""
        from httpx import Client, HTTPError
        from llama_index.core.llms import ChatMessage
        from llama_index.llms.openai_like import OpenAILike
        from openai import APIStatusError, OpenAIError

        pieces: list[str] = []
        try:
            hooks = {"response": [self._time_response()]}
            with Client(timeout=self._timeout_s, follow_redirects=True, event_hooks=hooks) as client:
                model = OpenAILike(
                    model=self.name,
                    api_base=self._base_url,
                    api_key=self._api_key or "none",
                    is_chat_model=True,
                    timeout=self._timeout_s,
                    max_retries=0,
                    max_tokens=self._max_tokens,
                    temperature=0.0,
                    http_client=client,  # type: ignore[call-arg]  # an argument of __init__, no field
                )
                for chunk in model.stream_chat([ChatMessage(role="user", content=prompt)]):
                    if chunk.delta:
                        pieces.append(chunk.delta)
                        on_text(chunk.delta)
        except APIStatusError as e:
            raise ModelFailed(f"{self.name} answered with HTTP status {e.status_code}") from e
        except (OpenAIError, HTTPError, ValueError, TypeError, KeyError, IndexError, AttributeError) as e:
            raise ModelFailed(f"{self.name} could not be reached or answered nonsense ({type(e).__name__})") from e
        if not pieces:
            raise ModelFailed(f"{self.name} answered with no text")
        return "".join(pieces)

    def _time_response(self) -> Callable[[httpx.Response], None]:
        """A hook that ends the reading of a response at the deadline.

        httpx limits the wait for each piece, and servers send comments to keep a connection open.
        """
        from httpx import SyncByteStream

        deadline = time.monotonic() + self._timeout_s
        too_long = ModelFailed(f"{self.name} took longer than {self._timeout_s:g} seconds")

        class Timed(SyncByteStream):
            def __init__(self, stream: SyncByteStream) -> None:
                self._stream = stream

            def __iter__(self) -> Iterator[bytes]:
                for part in self._stream:
                    if time.monotonic() > deadline:
                        raise too_long
                    yield part

            def close(self) -> None:
                self._stream.close()

        def limit(response: httpx.Response) -> None:
            if isinstance(response.stream, SyncByteStream):
                response.stream = Timed(response.stream)

        return limit
