"""Several language models as one: the next is asked where one fails."""

from __future__ import annotations

from collections.abc import Sequence
from threading import local

from bot.llm.model import LanguageModel, ModelFailed, OnText


class FirstToAnswer:
    """Asks models in their order, until one answers."""

    def __init__(self, models: Sequence[LanguageModel]) -> None:
        self._models = models
        self._asked = local()  # answers are written in several threads

    @property
    def name(self) -> str:
        """The model that this thread asked last; before that, the first."""
        return str(getattr(self._asked, "name", self._models[0].name))

    @property
    def context_tokens(self) -> int:
        """The smallest window, for the prompt must fit whichever model answers."""
        return min(model.context_tokens for model in self._models)

    def complete(self, prompt: str, on_text: OnText = lambda _: None) -> str:
        """Answer a prompt; once a piece was handed on, no other model is asked."""
        handed_on = False

        def hand_on(text: str) -> None:
            nonlocal handed_on
            handed_on = True
            on_text(text)

        failures = []
        for model in self._models:
            self._asked.name = model.name
            try:
                return model.complete(prompt, hand_on)
            except ModelFailed as e:
                if handed_on:
                    raise
                failures.append(str(e))
        raise ModelFailed("; ".join(failures))
