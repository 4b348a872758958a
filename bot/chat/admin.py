"""Commands for those who manage a server: /reindex, with its progress, and /status."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.chat.failures import UNREACHABLE, describe_fault, last_fault
from bot.chat.pace import Pace
from bot.chat.pages import tell_facts
from bot.chat.reindex import rebuild_apart
from bot.chat.sheet import Sheet, find_options, show_on, show_sheet
from bot.chat.surface import InteractionSurface, Surface
from bot.ledger.errors import BadRequest
from bot.types import format_moment
from index.errors import IndexMissing

if TYPE_CHECKING:
    from bot.chat.client import NewsdeskBot

log = logging.getLogger("newsdesk.chat")

REPORTED = ("generation", "articles", "passages", "added", "changed", "removed", "skipped", "embedded", "seconds")
_SHOWN_STATUS = ("generation", "built_at", "articles", "passages", "newest", "encoder")
_IS_REBUILDING = "The articles are being read again already. /status tells when there is a new generation."


def add_to(bot: NewsdeskBot) -> None:
    """Register the commands."""
    bot.tree.add_command(_reindex)
    bot.tree.add_command(_status)


@app_commands.command(name="reindex", description="Read the articles again; answers go on meanwhile.")
@app_commands.default_permissions(manage_guild=True)
@app_commands.checks.has_permissions(manage_guild=True)
@app_commands.guild_only()
async def _reindex(interaction: discord.Interaction[NewsdeskBot]) -> None:
    bot = interaction.client
    if bot.rebuilding.locked():
        raise BadRequest(_IS_REBUILDING)
    surface = InteractionSurface(interaction, private=True)
    async with bot.rebuilding:
        await show_on(surface, partial(_rebuild, bot, surface))


async def _rebuild(bot: NewsdeskBot, surface: Surface) -> Sheet:
    """Build, tell how far that is, and then what was done."""
    pace: Pace[str] = Pace(partial(_show_progress, surface), bot.pace_s)
    try:
        report = await rebuild_apart(bot.desk.settings, pace.offer)
    finally:
        await pace.stop()
    return tell_facts("The index is up to date", {name: report[name] for name in REPORTED})


async def _show_progress(surface: Surface, progress: str) -> None:
    [page] = tell_facts("The articles are being read again", {"progress": progress}).to_pages(plain=surface.plain)
    try:
        await surface.show(page)
    except UNREACHABLE as e:
        log.warning("the progress of a build is not shown for now: %s", describe_fault(e))


@app_commands.command(name="status", description="Show what is indexed, who waits, and what went wrong last.")
@app_commands.default_permissions(manage_guild=True)
@app_commands.checks.has_permissions(manage_guild=True)
@app_commands.guild_only()
async def _status(interaction: discord.Interaction[NewsdeskBot]) -> None:
    bot = interaction.client

    async def make() -> Sheet:
        facts = await bot.run_apart(bot.desk.status)
        if facts["generation"] is None:
            raise IndexMissing("nothing is indexed yet")
        options = await find_options(interaction)
        shown = {name: facts[name] for name in _SHOWN_STATUS}
        return tell_facts("Newsdesk", shown | _describe_work(bot, use_model=options.model))

    await show_sheet(interaction, make, private=True)


def _describe_work(bot: NewsdeskBot, *, use_model: bool) -> dict[str, Any]:
    models = ", ".join(choice.name for choice in bot.desk.settings.models) or "none"
    fault = last_fault()
    return {
        "reading_again": "yes" if bot.rebuilding.locked() else "no",
        "questions": f"{bot.turns.n_running} being answered, {bot.turns.n_waiting} waiting",
        "model": models if use_model else f"{models}, off here",
        "last_error": f"{fault.reference} in the log, {format_moment(fault.at.replace(microsecond=0))}"
        if fault
        else "none",
    }
