"""Commands for readers beside /ask: what is new, how it unfolded, from whom, and what the bot knows of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands, ui

from bot.chat.ask_command import complete_source
from bot.chat.asking import ask_by
from bot.chat.failures import tell_failure
from bot.chat.kept import make_view
from bot.chat.pages import list_latest, list_sources, tell_about, tell_forgotten
from bot.chat.render import render_notice
from bot.chat.sheet import Sheet, find_filters, find_options, show_sheet
from bot.chat.surface import NOBODY
from bot.desk import Desk
from bot.ledger.ledger import describe_retention
from bot.questions import Wording, make_question
from bot.topics import find_on_topic, list_newest, list_outlets
from index.types import Filters

if TYPE_CHECKING:
    import re

    from bot.chat.client import NewsdeskBot

_N_LATEST = 10
_MAX_TOPIC_CHARS = 100
_DEVELOPMENT = "What has happened so far: {}"
"""Of several forms the one that most often gets a timeline for a topic of a word or two."""
_FORGETTING = (
    "This deletes the questions that you asked me with their answers, and your votes. The buttons under these answers "
    "will no longer work. My messages stay where they are, for Discord keeps them."
)


def add_to(bot: NewsdeskBot) -> None:
    """Register the commands, and let the button of /forget-me work after a restart too."""
    commands: tuple[app_commands.Command[Any, ..., None], ...] = (_latest, _timeline, _sources, _about, _forget_me)
    for command in commands:
        bot.tree.add_command(command)
    bot.add_dynamic_items(ForgetButton)


@app_commands.command(name="latest", description="The newest articles, on a topic or of an outlet if you like.")
@app_commands.describe(topic="Only articles on this", source="Only this outlet")
async def _latest(
    interaction: discord.Interaction[NewsdeskBot],
    topic: app_commands.Range[str, 1, _MAX_TOPIC_CHARS] | None = None,
    source: app_commands.Range[str, 1, 100] | None = None,
) -> None:
    bot = interaction.client

    async def make() -> Sheet:
        filters = (await find_filters(interaction)).narrow(Filters(sources=(source,) if source else ()))
        sheet: Sheet = await bot.run_apart(partial(_find_latest, bot.desk, topic or "", source or "", filters))
        return sheet

    await show_sheet(interaction, make)


_latest.autocomplete("source")(complete_source)


def _find_latest(desk: Desk, topic: str, source: str, filters: Filters) -> Sheet:
    generation = desk.reader.current()
    wanted = generation.allowed_articles(filters)
    if topic:
        wanted = find_on_topic(generation, wanted, topic, desk.encoder.encode_queries([topic])[0])
    return list_latest(list_newest(generation, wanted, _N_LATEST), topic, source)


@app_commands.command(name="timeline", description="How something unfolded, day by day.")
@app_commands.describe(topic="What it is about")
async def _timeline(
    interaction: discord.Interaction[NewsdeskBot], topic: app_commands.Range[str, 1, _MAX_TOPIC_CHARS]
) -> None:
    zone = interaction.client.desk.settings.zone
    await ask_by(interaction, make_question(_DEVELOPMENT.format(topic), Wording(), zone))


@app_commands.command(name="sources", description="The outlets that answers come from.")
async def _sources(interaction: discord.Interaction[NewsdeskBot]) -> None:
    bot = interaction.client

    async def make() -> Sheet:
        sheet: Sheet = await bot.run_apart(partial(_find_sources, bot.desk, await find_filters(interaction)))
        return sheet

    await show_sheet(interaction, make, private=True)


def _find_sources(desk: Desk, filters: Filters) -> Sheet:
    generation = desk.reader.current()
    return list_sources(list_outlets(generation, generation.allowed_articles(filters)))


@app_commands.command(name="about", description="What Newsdesk is, what it stores, and what goes where.")
async def _about(interaction: discord.Interaction[NewsdeskBot]) -> None:
    settings = interaction.client.desk.settings

    async def make() -> Sheet:
        options = await find_options(interaction)
        return tell_about(describe_retention(settings.keep_days), settings.models if options.model else ())

    await show_sheet(interaction, make, private=True)


@app_commands.command(name="forget-me", description="Delete what Newsdesk has stored of you.")
async def _forget_me(interaction: discord.Interaction[NewsdeskBot]) -> None:
    await interaction.response.send_message(
        embed=render_notice("Forget me", _FORGETTING),
        view=make_view(ForgetButton()),
        ephemeral=True,
        allowed_mentions=NOBODY,
    )


class ForgetButton(ui.DynamicItem[ui.Button[Any]], template="fg:me"):
    """Deletes what is stored of whoever presses it."""

    def __init__(self) -> None:
        button: ui.Button[Any] = ui.Button(label="Delete it all", custom_id="fg:me", style=discord.ButtonStyle.danger)
        super().__init__(button)

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: ui.Item[Any], _match: re.Match[str], /
    ) -> ForgetButton:
        """The button that was pressed."""
        return cls()

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Say how much was deleted, in place of the button."""
        bot: NewsdeskBot = interaction.client
        readers = bot.ledger.readers
        try:
            forgotten = await bot.run_apart(partial(readers.forget, readers.key_of(interaction.user.id)))
            notice = render_notice("Forgotten", tell_forgotten(forgotten))
            await interaction.response.edit_message(embed=notice, view=None, allowed_mentions=NOBODY)
        except Exception as e:
            await tell_failure(interaction, e)
