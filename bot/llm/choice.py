"""Which language models the settings ask for; pure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from bot.llm.catalogue import UnknownModel, find_entry

Provider = Literal["local", "ollama", "openai", "anthropic", "endpoint"]

_ADDRESSES: dict[str, tuple[Provider, str]] = {
    "ollama": ("ollama", "http://127.0.0.1:11434/v1"),
    "openai": ("openai", "https://api.openai.com/v1"),
    "anthropic": ("anthropic", "https://api.anthropic.com/v1"),
}
_FORMS = (
    "is not `none`, nor a list of `local`, `local/NAME`, the path of a .gguf file, `ollama/NAME`, `openai/NAME`, "
    "`anthropic/NAME` and http(s) addresses"
)


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """One language model that is asked for.

    Attributes:
        name: What its provider calls it; that of the file where it is one.
        address: Base URL; for a local model the path of its file, or empty where it is one of the catalogue.
    """

    provider: Provider
    name: str
    address: str


def parse_choices(text: str, endpoint_model: str) -> tuple[ModelChoice, ...]:
    """The models of a comma-separated list, the first to be asked first; none for `none` and for nothing.

    Args:
        endpoint_model: The model of an address that names none behind a `#`.

    Raises:
        ValueError: A part is of none of the known forms; the message does not show it, for it may hold a password.
    """
    if text.strip() in ("", "none"):
        return ()
    return tuple(_parse_choice(part.strip(), endpoint_model) for part in text.split(","))


def _parse_choice(text: str, endpoint_model: str) -> ModelChoice:
    if text.lower().endswith(".gguf"):
        path = Path(text).expanduser()
        return ModelChoice("local", path.stem, str(path))
    if "://" in text:
        address, _, model = text.partition("#")
        if not _is_address(address):
            raise ValueError(_FORMS)
        return ModelChoice("endpoint", model or endpoint_model, address.rstrip("/"))
    provider, _, name = text.partition("/")
    if provider == "local":
        try:
            return ModelChoice("local", find_entry(name).name, "")
        except UnknownModel as e:
            raise ValueError(str(e)) from e
    if provider not in _ADDRESSES or not name:
        raise ValueError(_FORMS)
    known, address = _ADDRESSES[provider]
    return ModelChoice(known, name, address)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
