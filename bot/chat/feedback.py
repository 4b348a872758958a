"""What readers think of an answer: a vote at one tap, one for what is amiss, and a sentence if they like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.chat.failures import tell_failure
from bot.chat.kept import ANSWER, OfAnswer, make_view
from bot.chat.render import render_notice
from bot.chat.surface import NOBODY
from bot.ledger.answers import KeptAnswer
from bot.ledger.feedback import MAX_NOTE_CHARS, Rating, Reason, Vote

if TYPE_CHECKING:
    from bot.chat.client import NewsdeskBot

_VOTES = {Vote.UP: ("Helpful", "\N{THUMBS UP SIGN}"), Vote.DOWN: ("Not helpful", "\N{THUMBS DOWN SIGN}")}
_REASONS = {
    Reason.WRONG: "Wrong",
    Reason.OUTDATED: "Outdated",
    Reason.MISSING: "Something is missing",
    Reason.BAD_SOURCE: "Bad source",
}
_REASON = f"({'|'.join(Reason)})"
_NOTE_OF = re.compile(rf"nm:{ANSWER}:{_REASON}")


class VoteButton(OfAnswer[ui.Button[Any]], template=rf"vo:{ANSWER}:({'|'.join(Vote)})"):
    """A vote for or against an answer; one against it asks what is amiss."""

    def __init__(self, answer_id: str, vote: str) -> None:
        self._vote = Vote(vote)
        label, emoji = _VOTES[self._vote]
        super().__init__(ui.Button(label=label, emoji=emoji, custom_id=f"vo:{answer_id}:{self._vote}", row=2))
        self.answer_id = answer_id

    async def press(self, interaction: discord.Interaction[NewsdeskBot], kept: KeptAnswer) -> None:
        """Keep the vote, in place of an earlier one of the same reader."""
        await _keep(interaction, kept.id, Rating(self._vote))
        notice, view = render_notice("Thank you", "Your vote is kept with the answer."), make_view()
        if self._vote is Vote.DOWN:
            notice = render_notice("Thank you", "Your vote is kept with the answer. What is amiss with it?")
            view = make_view(*(ReasonButton(kept.id, reason) for reason in Reason))
        await interaction.response.send_message(embed=notice, view=view, ephemeral=True, allowed_mentions=NOBODY)


class ReasonButton(OfAnswer[ui.Button[Any]], template=rf"re:{ANSWER}:{_REASON}"):
    """Tells what is amiss with an answer."""

    def __init__(self, answer_id: str, reason: str) -> None:
        self._reason = Reason(reason)
        super().__init__(ui.Button(label=_REASONS[self._reason], custom_id=f"re:{answer_id}:{self._reason}"))
        self.answer_id = answer_id

    async def press(self, interaction: discord.Interaction[NewsdeskBot], kept: KeptAnswer) -> None:
        """Keep it, and offer to say more."""
        await _keep(interaction, kept.id, Rating(Vote.DOWN, self._reason))
        notice = render_notice("Thank you", f"Noted: {_REASONS[self._reason].lower()}.")
        view = make_view(NoteButton(kept.id, self._reason))
        await interaction.response.edit_message(embed=notice, view=view, allowed_mentions=NOBODY)


class NoteButton(OfAnswer[ui.Button[Any]], template=rf"no:{ANSWER}:{_REASON}"):
    """Asks for a sentence on what is amiss."""

    def __init__(self, answer_id: str, reason: str) -> None:
        self._reason = Reason(reason)
        super().__init__(ui.Button(label="Add a sentence", custom_id=f"no:{answer_id}:{self._reason}"))
        self.answer_id = answer_id

    async def press(self, interaction: discord.Interaction[NewsdeskBot], kept: KeptAnswer) -> None:
        """Open a modal, which `_take_note` takes when it is sent, also by a bot that has restarted meanwhile."""
        modal = ui.Modal(title="What is amiss?", custom_id=f"nm:{kept.id}:{self._reason}")
        text = ui.TextInput[Any](custom_id="note", style=discord.TextStyle.paragraph, max_length=MAX_NOTE_CHARS)
        modal.add_item(ui.Label(text=f"{_REASONS[self._reason]}: what exactly?", component=text))
        modal.stop()
        await interaction.response.send_modal(modal)


async def _take_note(interaction: discord.Interaction[NewsdeskBot]) -> None:
    data: Mapping[str, Any] = interaction.data or {}
    match = _NOTE_OF.fullmatch(data.get("custom_id", ""))
    if interaction.type is not discord.InteractionType.modal_submit or not match:
        return
    try:
        note = data["components"][0]["component"]["value"]
        await _keep(interaction, match[1], Rating(Vote.DOWN, Reason(match[2]), note))
        notice = render_notice("Thank you", "Your vote is kept with the answer, and what you wrote with it.")
        await interaction.response.edit_message(embed=notice, view=None, allowed_mentions=NOBODY)
    except Exception as e:
        await tell_failure(interaction, e)


async def _keep(interaction: discord.Interaction[NewsdeskBot], answer_id: str, rating: Rating) -> None:
    bot = interaction.client
    reader = bot.ledger.readers.key_of(interaction.user.id)
    await bot.run_apart(partial(bot.ledger.feedback.give, answer_id, reader, rating, datetime.now(UTC)))


def add_to(bot: NewsdeskBot) -> None:
    """Let the buttons of all answers work, those of before the bot's start too."""
    bot.add_dynamic_items(VoteButton, ReasonButton, NoteButton)
    bot.add_listener(_take_note, "on_interaction")
