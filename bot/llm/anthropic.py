"""Anthropic's Messages API as an LLM of llama-index.

Their own package for it, llama-index-llms-anthropic, brings the clients of two clouds along, one of which cannot be
installed beside a current python-dateutil.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import httpx
from llama_index.core.base.llms.generic_utils import (
    chat_response_to_completion_response,
    stream_chat_response_to_completion_response,
)
from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
    MessageRole,
)
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.llms import CustomLLM
from pydantic import SecretStr

_CONTEXT_TOKENS = 200_000


def anthropic_headers(key: str) -> dict[str, str]:
    """The headers that every request needs."""
    return {"x-api-key": key, "anthropic-version": "2023-06-01"}


class AnthropicMessages(CustomLLM):
    """A model behind `/messages`, streaming; errors are those of httpx."""

    model: str
    base_url: str
    api_key: SecretStr
    max_tokens: int
    _client: httpx.Client = PrivateAttr()

    def __init__(self, client: httpx.Client, **fields: Any) -> None:
        super().__init__(**fields)
        self._client = client

    @property
    def metadata(self) -> LLMMetadata:
        """Name and window."""
        return LLMMetadata(
            context_window=_CONTEXT_TOKENS, num_output=self.max_tokens, is_chat_model=True, model_name=self.model
        )

    def stream_chat(self, messages: Sequence[ChatMessage], **_: Any) -> ChatResponseGen:
        """The answer, growing; no redirect is followed, for the key would go along."""
        body = {
            "model": self.model,
            "max_tokens": self.max_tokens,
            "stream": True,
            "messages": [{"role": m.role.value, "content": m.content} for m in messages],
        }
        headers = anthropic_headers(self.api_key.get_secret_value())
        text = ""
        with self._client.stream(
            "POST", f"{self.base_url}/messages", json=body, headers=headers, follow_redirects=False
        ) as response:
            response.raise_for_status()
            for event in _read_events(response.iter_bytes()):
                if event["type"] == "error":
                    raise httpx.RemoteProtocolError(str(event["error"]["type"]))
                if event["type"] == "content_block_delta" and event["delta"]["type"] == "text_delta":
                    delta = event["delta"]["text"]
                    text += delta
                    yield ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=text), delta=delta)

    def chat(self, messages: Sequence[ChatMessage], **_: Any) -> ChatResponse:
        """The whole answer."""
        return list(self.stream_chat(messages))[-1]

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:  # noqa: ARG002
        """The whole answer to a single message."""
        return chat_response_to_completion_response(self.chat([ChatMessage(content=prompt)]))

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponseGen:  # noqa: ARG002
        """The answer to a single message, growing."""
        return stream_chat_response_to_completion_response(self.stream_chat([ChatMessage(content=prompt)]))


def _read_events(parts: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The data of server-sent events; lines end at line feeds alone, for JSON may hold the other line ends."""
    rest = b""
    for part in parts:
        *lines, rest = (rest + part).split(b"\n")
        yield from (json.loads(line.removeprefix(b"data:")) for line in lines if line.startswith(b"data:"))
