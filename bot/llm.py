"""Language models behind one function: a prompt in, text out, within a time limit."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from index.errors import NewsdeskError


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
        from httpx import HTTPError
        from llama_index.core.llms import ChatMessage
        from llama_index.llms.openai_like import OpenAILike
        from openai import APIStatusError, OpenAIError

        deadline = time.monotonic() + self._timeout_s
        model = OpenAILike(
            model=self.name,
            api_base=self._base_url,
            api_key=self._api_key or "none",
            is_chat_model=True,
            timeout=self._timeout_s,
            max_retries=0,
            max_tokens=self._max_tokens,
            temperature=0.0,
        )
        pieces: list[str] = []
        try:
            for chunk in model.stream_chat([ChatMessage(role="user", content=prompt)]):
                if time.monotonic() > deadline:
                    raise ModelFailed(f"{self.name} took longer than {self._timeout_s:g} seconds")
                if chunk.delta:
                    pieces.append(chunk.delta)
                    on_text(chunk.delta)
        except APIStatusError as e:
            raise ModelFailed(f"{self.name} answered with HTTP status {e.status_code}") from e
        except (OpenAIError, HTTPError, ValueError, TypeError, KeyError, IndexError, AttributeError) as e:
            raise ModelFailed(f"{self.name} could not be reached or answered nonsense ({type(e).__name__})") from e
        return "".join(pieces)
