"""The language models of the settings, each an LLM of llama-index that speaks HTTP."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.llm.catalogue import find_entry
from bot.llm.choice import ModelChoice
from bot.llm.first_to_answer import FirstToAnswer
from bot.llm.http_model import HttpModel
from bot.llm.local import LocalModel
from bot.llm.model import LanguageModel, ModelNotSetUp

if TYPE_CHECKING:
    import httpx
    from llama_index.core.llms import LLM

    from bot.settings import Settings

_LOCAL_CONTEXT_TOKENS = 4096


def make_model(settings: Settings) -> LanguageModel | None:
    """The language model of the settings, or None for quotes only; nothing is loaded or asked yet."""
    models = [_make_one(choice, settings) for choice in settings.models]
    return FirstToAnswer(models) if len(models) > 1 else next(iter(models), None)


def find_gguf(choice: ModelChoice, home: Path) -> Path:
    """Where the file of a local model lies, or will lie once it was fetched."""
    return Path(choice.address) if choice.address else find_entry(choice.name).path_in(home)


def find_key(choice: ModelChoice, settings: Settings) -> str:
    """The key for a model; empty where it needs none.

    Raises:
        ModelNotSetUp: There must be one, and there is none.
    """
    keys = {
        "openai": settings.openai_api_key,
        "anthropic": settings.anthropic_api_key,
        "endpoint": settings.llm_api_key,
    }
    key = keys[choice.provider].get_secret_value() if choice.provider in keys else ""
    if not key and choice.provider in ("openai", "anthropic"):
        raise ModelNotSetUp(f"{choice.name} needs a key; set {choice.provider.upper()}_API_KEY")
    return key


def _make_one(choice: ModelChoice, settings: Settings) -> HttpModel:
    window = settings.llm_context_tokens
    if choice.provider == "local":
        window = window or _LOCAL_CONTEXT_TOKENS
        threads = settings.llm_threads or os.cpu_count() or 1
        connect = LocalModel(find_gguf(choice, settings.home), threads, window, settings.llm_max_tokens).connect
    else:
        connect = partial(connect_hosted, choice, settings)
    return HttpModel(choice.name, connect, settings.llm_timeout_s, window)


def connect_hosted(choice: ModelChoice, settings: Settings, client: httpx.Client) -> LLM:
    """A hosted model as an LLM of llama-index, which is imported here, for it takes a second."""
    from bot.llm.anthropic import AnthropicMessages
    from bot.llm.openai import make_openai, make_openai_like

    key = find_key(choice, settings)
    n_tokens = settings.llm_max_tokens
    if choice.provider == "anthropic":
        return AnthropicMessages(
            client, model=choice.name, base_url=choice.address, api_key=SecretStr(key), max_tokens=n_tokens
        )
    make = make_openai if choice.provider == "openai" else make_openai_like
    return make(client, choice.name, choice.address, key, n_tokens)
