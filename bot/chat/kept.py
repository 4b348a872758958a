"""Components under an answer: they name it by its id in the ledger, so that they work after the bot has restarted."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar

import discord
from discord import ui

from bot.chat.failures import tell_failure
from bot.ledger.answers import KeptAnswer
from bot.ledger.errors import BadRequest

if TYPE_CHECKING:
    from bot.chat.client import NewsdeskBot

ANSWER = "([A-Za-z0-9_-]{12})"
"""The part of a component's template that is the id of an answer."""
_NEVER = "(?!)"
_FORGOTTEN = "I no longer have that answer, for I keep answers for a limited time. Please ask your question again."

_Item = TypeVar("_Item", bound=ui.Item[Any])


class OfAnswer(ui.DynamicItem[_Item], ABC, template=_NEVER):
    """A button or select of an answer, made anew from the groups of its template whenever it is pressed."""

    answer_id: str

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction[Any], __: ui.Item[Any], match: re.Match[str], /) -> Self:
        """What was pressed."""
        make: Callable[..., Self] = cls
        return make(*match.groups())

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what is to be done with the answer; what goes wrong is told to whoever pressed it."""
        bot: NewsdeskBot = interaction.client
        try:
            kept = await bot.run_apart(partial(bot.ledger.answers.load, self.answer_id))
            if kept is None:
                raise BadRequest(_FORGOTTEN)
            await self.press(interaction, kept)
        except Exception as e:
            await tell_failure(interaction, e)

    @abstractmethod
    async def press(self, interaction: discord.Interaction[NewsdeskBot], kept: KeptAnswer) -> None:
        """Respond to the interaction."""


def make_view(*items: ui.Item[Any]) -> ui.View:
    """A view of which discord.py keeps nothing once it is sent, for its items are found by their ids."""
    view = ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    view.stop()
    return view
