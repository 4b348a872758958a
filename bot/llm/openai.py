"""Endpoints that speak OpenAI's protocol, as LLMs of llama-index."""

from __future__ import annotations

from typing import Any

import httpx
from llama_index.core.llms import LLM
from llama_index.llms.openai import OpenAI
from llama_index.llms.openai.utils import openai_modelname_to_contextsize
from llama_index.llms.openai_like import OpenAILike


def make_openai_like(client: httpx.Client, model: str, address: str, key: str, max_tokens: int) -> LLM:
    """A model behind any endpoint; a key in the environment is never sent there."""
    return OpenAILike(**_fields(client, model, address, key), max_tokens=max_tokens, is_chat_model=True)


def make_openai(client: httpx.Client, model: str, address: str, key: str, max_tokens: int) -> LLM:
    """A model of OpenAI; one newer than llama-index's list is asked as their newest are, which take no temperature."""
    fields = _fields(client, model, address, key)
    try:
        openai_modelname_to_contextsize(model)
    except ValueError:
        limit = {"max_completion_tokens": max_tokens}
        return OpenAILike(**fields | {"temperature": 1.0}, additional_kwargs=limit, is_chat_model=True)
    return OpenAI(**fields, max_tokens=max_tokens)


def _fields(client: httpx.Client, model: str, address: str, key: str) -> dict[str, Any]:
    return {
        "model": model,
        "api_base": address,
        "api_key": key or "none",
        "http_client": client,
        "timeout": client.timeout.read,  # theirs would win over the client's own
        "max_retries": 0,
        "temperature": 0.0,
    }
