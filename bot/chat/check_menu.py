"""The menu of a message: check what it claims, or ask about it."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands, ui

from bot.chat.asking import ask_by, count_question
from bot.chat.render import render_notice
from bot.chat.sheet import Sheet, filters_within, find_options, show_sheet
from bot.chat.surface import NOBODY
from bot.chat.verdicts import tell_verdicts
from bot.claims.split import MAX_CHARS, split_claims
from bot.claims.types import CheckedText
from bot.questions import Wording, make_question
from bot.smalltalk import MAX_QUESTION_CHARS
from bot.types import Question, Turn
from index.recent import Recent
from index.sentences import split_sentences

if TYPE_CHECKING:
    from bot.chat.client import NewsdeskBot

MAX_CLAIMS = 10
_MAX_PREFILLED = 300
_MAX_ABOUT = 1000
_N_REMEMBERED = 1000
_MODAL, _INPUT = "am:", "question"
_NO_TEXT = "There is no text in that message, only what else it shows. I can check and answer what is written."


def add_to(bot: NewsdeskBot) -> None:
    """Register both commands, and take in the modal."""
    asking = _AskingAbout()
    bot.tree.add_command(app_commands.ContextMenu(name="Check this message", callback=_check))
    bot.tree.add_command(app_commands.ContextMenu(name="Ask about this", callback=asking.open))
    bot.add_listener(asking.take_in, "on_interaction")


async def _check(interaction: discord.Interaction[Any], message: discord.Message) -> None:
    """Check the claims of a message, for whoever wants to know alone."""
    if not message.content.strip():
        await _tell_that_there_is_no_text(interaction)
        return

    async def make() -> Sheet:
        bot: NewsdeskBot = interaction.client
        options = await find_options(interaction)
        filters = filters_within(options, interaction)
        day = message.created_at.astimezone(bot.desk.settings.zone).date()
        text, n_left_out = cut_claims(message.content, day)
        question = Question(text, message.created_at, filters)
        async with bot.turns.take(
            server=interaction.guild_id,
            reader=interaction.user.id,
            on_position=lambda _: None,
            reader_per_minute=options.reader_per_minute,
            server_per_minute=options.server_per_minute,
        ):
            await count_question(bot, interaction.guild_id, interaction.created_at, options)
            checked: CheckedText = await bot.run_answer(partial(bot.desk.check, question))
        return tell_verdicts(checked, n_left_out)

    await show_sheet(interaction, make, private=True)


def cut_claims(text: str, today: date, n: int = MAX_CLAIMS) -> tuple[str, int]:
    """A text up to its n-th claim, and how many claims it has behind that."""
    text = text[:MAX_CHARS]
    parts = split_claims(text, today)
    ends = [end for end, part in enumerate(parts, 1) if part.is_claim]
    if len(ends) <= n:
        return text, 0
    return "\n".join(part.text for part in parts[: ends[n - 1]]), len(ends) - n


class _AskingAbout:
    """Asks about a message by a modal, which works after a restart too, if without the message's other sentences."""

    def __init__(self) -> None:
        self._texts: Recent[str, str] = Recent(_N_REMEMBERED)

    async def open(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Open the modal with the first sentence in it."""
        if not message.content.strip():
            await _tell_that_there_is_no_text(interaction)
            return
        custom_id = f"{_MODAL}{interaction.id}"
        self._texts.put(custom_id, message.content[:_MAX_ABOUT])
        modal = ui.Modal(title="Ask about this message", custom_id=custom_id, timeout=None)
        text: ui.TextInput[Any] = ui.TextInput(
            custom_id=_INPUT,
            style=discord.TextStyle.paragraph,
            default=begin_question(message.content),
            max_length=MAX_QUESTION_CHARS,
        )
        modal.add_item(ui.Label(text="Your question", component=text))
        modal.stop()  # it is taken in by its custom id
        await interaction.response.send_modal(modal)

    async def take_in(self, interaction: discord.Interaction[Any]) -> None:
        """Answer what was submitted, as a follow-up on the message."""
        data: Any = interaction.data or {}
        custom_id = data.get("custom_id", "")
        if interaction.type is not discord.InteractionType.modal_submit or not custom_id.startswith(_MODAL):
            return
        about = self._texts.get(custom_id)
        history = (Turn(about, ""),) if about else ()
        question = make_question(_read_input(data), Wording(), interaction.client.desk.settings.zone, history)
        await ask_by(interaction, question)


def begin_question(text: str) -> str:
    """The first sentence of a message, to be asked about as it is or made into another question."""
    line = " ".join(text.split())
    start, end = split_sentences(line)[0]
    return line[start:end][:_MAX_PREFILLED]


def _read_input(data: Any) -> str:
    inputs = [row.get("component") or row["components"][0] for row in data["components"]]
    return str(next((i["value"] for i in inputs if i["custom_id"] == _INPUT), ""))


async def _tell_that_there_is_no_text(interaction: discord.Interaction[Any]) -> None:
    notice = render_notice("Nothing to read", _NO_TEXT)
    await interaction.response.send_message(embed=notice, ephemeral=True, allowed_mentions=NOBODY)
