"""The button under an answer that asks for a follow-up; both it and its modal hold the answer's id."""

from __future__ import annotations

import re
from typing import Any

import discord
from discord import ui

from bot.chat.failures import tell_failure
from bot.smalltalk import MAX_QUESTION_CHARS

_BUTTON, _MODAL, _INPUT = "fu:", "fm:", "question"
_ID = r"(?P<id>[\w-]{1,32})"


class FollowUpButton(ui.DynamicItem[ui.Button[Any]], template=f"{_BUTTON}{_ID}"):
    """Opens the modal for a question that follows up on an answer."""

    def __init__(self, answer_id: str) -> None:
        super().__init__(ui.Button(label="Follow up", custom_id=f"{_BUTTON}{answer_id}", row=1))
        self.answer_id = answer_id

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction[Any], __: ui.Item[Any], match: re.Match[str], /
    ) -> FollowUpButton:
        """The button of a message that was sent before, perhaps by an earlier run of the bot."""
        return cls(match["id"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Open the modal."""
        modal = ui.Modal(title="Follow up", custom_id=f"{_MODAL}{self.answer_id}", timeout=None)
        text: ui.TextInput[Any] = ui.TextInput(
            custom_id=_INPUT, style=discord.TextStyle.paragraph, max_length=MAX_QUESTION_CHARS
        )
        modal.add_item(ui.Label(text="Your question", component=text))
        modal.stop()  # it is taken in by its custom id, so that it works after a restart too
        try:
            await interaction.response.send_modal(modal)
        except Exception as e:
            await tell_failure(interaction, e)


def read_submission(interaction: discord.Interaction[Any]) -> tuple[str, str] | None:
    """The answer's id and the question of a submitted modal; None for every other interaction."""
    data: Any = interaction.data or {}
    if interaction.type is not discord.InteractionType.modal_submit or not data["custom_id"].startswith(_MODAL):
        return None
    inputs = [row.get("component") or row["components"][0] for row in data["components"]]
    text = next((i["value"] for i in inputs if i["custom_id"] == _INPUT), "")
    return data["custom_id"].removeprefix(_MODAL), text


def read_answer_id(message: discord.Message) -> str | None:
    """The id of the answer that a message of the bot shows, by its button."""
    rows = (row for row in message.components if isinstance(row, discord.ActionRow))
    ids = (getattr(item, "custom_id", None) or "" for row in rows for item in row.children)
    return next((i.removeprefix(_BUTTON) for i in ids if i.startswith(_BUTTON)), None)
