"""What readers are told when something fails: one kind sentence, with an id that the log has."""

from __future__ import annotations

import logging
import secrets
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
import discord
from discord import app_commands

from bot.chat.render import escape, render_notice
from bot.chat.rules import Declined
from bot.chat.turns import Refusal
from bot.ledger.errors import BadRequest
from bot.questions import BadQuestion
from index.errors import ChromaUnavailable, IndexMissing, NewsdeskError

log = logging.getLogger("newsdesk.chat")

UNREACHABLE = (discord.HTTPException, aiohttp.ClientError, OSError)
"""What a request to Discord raises that did not succeed."""
UNKNOWN_INTERACTION = 10062
ALREADY_ACKNOWLEDGED = 40060


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong on the bot's side, by the id that the log has."""

    reference: str
    at: datetime


_last: deque[Fault] = deque(maxlen=1)


def last_fault() -> Fault | None:
    """What went wrong last in this process."""
    return _last[0] if _last else None


def explain(error: BaseException) -> str:
    """A sentence for the reader; of an unexpected error, the id that the log has."""
    if isinstance(error, (Refusal, Declined)):
        return str(error)
    if isinstance(error, BadRequest):
        return escape(str(error))
    if isinstance(error, app_commands.CheckFailure):
        return "That is for those who may manage this server."
    if isinstance(error, BadQuestion):
        return f"I did not understand that: {escape(str(error))}."
    if isinstance(error, (IndexMissing, ChromaUnavailable)):
        return _explain_index(error)
    reference = secrets.token_hex(4)
    kind = "expected" if isinstance(error, NewsdeskError) else "unexpected"
    log.error("error %s (%s)", reference, kind, exc_info=error)
    _last.append(Fault(reference, datetime.now(UTC)))
    return f"Something went wrong on my side. Please try again; the log has it as {reference}."


def _explain_index(error: IndexMissing | ChromaUnavailable) -> str:
    if isinstance(error, IndexMissing):
        return "Nothing is indexed yet. Whoever runs me can build the index."
    log.error("%s", error)
    return "I cannot get at my articles at the moment. Please try again in a few minutes."


def describe_fault(error: BaseException) -> str:
    """What Discord said, for a line of the log."""
    if isinstance(error, discord.HTTPException):
        return f"HTTP status {error.status}, code {error.code}"
    return type(error).__name__


async def tell_failure(interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Say it to the reader alone, whatever state the interaction is in; never raises."""
    cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    if isinstance(cause, discord.HTTPException) and cause.code in (UNKNOWN_INTERACTION, ALREADY_ACKNOWLEDGED):
        log.warning("an interaction could not be acknowledged: %s", describe_fault(cause))
        return
    embed = render_notice("Sorry", explain(cause))
    try:
        if not interaction.response.is_done():
            await interaction.response.send_message(embeds=[embed], ephemeral=True)
        elif interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
            await interaction.edit_original_response(embeds=[embed])
        else:
            await interaction.followup.send(embeds=[embed], ephemeral=True)
    except UNREACHABLE as e:
        log.warning("a failure could not be told: %s", describe_fault(e))
