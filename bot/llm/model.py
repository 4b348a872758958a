"""What a language model is to the rest of the bot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from index.errors import NewsdeskError

_BYTES_PER_TOKEN = 3

OnText = Callable[[str], None]
"""Called with each piece of an answer as it is written."""


class ModelFailed(NewsdeskError):
    """The language model could not be reached, was too slow, or refused; the message holds no key and no prompt."""


class ModelNotSetUp(ModelFailed):
    """A key, a file or a package is missing; the message says which."""


class LanguageModel(Protocol):
    """What writes prose."""

    @property
    def name(self) -> str:
        """The model's name, as shown to readers."""

    @property
    def context_tokens(self) -> int:
        """Tokens of the window, which prompt and answer share."""

    def complete(self, prompt: str, on_text: OnText) -> str:
        """Answer a prompt; `on_text` gets each piece as it is written.

        Raises:
            ModelFailed: There is no answer, or none in time.
        """


def estimate_tokens(text: str) -> int:
    """Tokens of a text, rather too many than too few: a token for three bytes, so one for each Chinese character."""
    return -(-len(text.encode(errors="replace")) // _BYTES_PER_TOKEN)
