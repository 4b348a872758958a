"""The command /config: the options of a server and of its channels, for those who manage it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.chat.ask_command import MAX_CHOICES, choose
from bot.chat.failures import explain
from bot.chat.pages import EMPTY, list_options, show_option
from bot.chat.render import escape
from bot.chat.sheet import Sheet, show_sheet
from bot.desk import Desk
from bot.ledger.config import Replies, ServerConfig
from bot.ledger.errors import BadRequest
from index.errors import IndexMissing

if TYPE_CHECKING:
    from bot.chat.client import NewsdeskBot

_MAX_VALUE_CHARS = 1000
_MAX_CHOICE_CHARS = 100
_CHOICES = {"replies": tuple(Replies), "model": ("on", "off")}
_MAY_BE_EMPTY = ("channels", "roles", "language", "sources")
_NO_CONTENT = "Without the message content intent I cannot read such posts; whoever runs me can ask Discord for it."
_NO_MODEL = "No language model is set up, so answers are quotations in any case."


def add_to(bot: NewsdeskBot) -> None:
    """Register the command."""
    bot.tree.add_command(_config)


class _ChannelOption(app_commands.Transformer):
    """A channel that may have options: threads go with theirs, and nobody asks in a category."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """What Discord lets people choose."""
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """Those kinds where people write."""
        kinds = discord.ChannelType
        return [kinds.text, kinds.news, kinds.voice, kinds.stage_voice, kinds.forum]

    async def transform(self, _: discord.Interaction[Any], value: Any, /) -> Any:
        """The channel as Discord tells it."""
        return value


_Channel = app_commands.Transform[app_commands.AppCommandChannel, _ChannelOption]


class _OfManagers(app_commands.Group):
    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Refuse others, those too whom the server lets see the command."""
        if not interaction.permissions.manage_guild:
            raise app_commands.MissingPermissions(["manage_guild"])
        return True


_config = _OfManagers(
    name="config",
    description="What I do on this server and in its channels.",
    guild_only=True,
    default_permissions=discord.Permissions(manage_guild=True),
)
_options = [app_commands.Choice(name=name, value=name) for name in ServerConfig.model_fields]


@_config.command(name="show", description="Show all options, with what they are set to.")
@app_commands.describe(channel="What holds in this channel")
async def _show(interaction: discord.Interaction[NewsdeskBot], channel: _Channel | None = None) -> None:
    bot, server = interaction.client, _server_of(interaction)

    async def make() -> Sheet:
        config, channel_id = bot.ledger.config, channel.id if channel else None
        own = await bot.run_apart(partial(config.own, server))
        options = await bot.run_apart(partial(config.get, server, channel_id))
        return list_options(_title(channel), options, own, channel_id)

    await show_sheet(interaction, make, private=True)


@_config.command(name="set", description="Set an option.")
@app_commands.describe(
    option="What to set",
    value="Several are parted by commas; “empty” for none",
    channel="Only in this channel and its threads, else on the whole server",
)
@app_commands.choices(option=_options)
async def _set(
    interaction: discord.Interaction[NewsdeskBot],
    option: str,
    value: app_commands.Range[str, 1, _MAX_VALUE_CHARS],
    channel: _Channel | None = None,
) -> None:
    bot, server = interaction.client, _server_of(interaction)

    async def make() -> Sheet:
        usable = "" if option in _MAY_BE_EMPTY and value.strip().casefold() == EMPTY else value
        wanted = ServerConfig.read(option, usable)
        _check_ids(wanted, interaction.guild)
        await bot.run_apart(partial(_check_outlets, wanted, bot.desk))
        await bot.run_apart(partial(bot.ledger.config.set, server, option, usable, channel.id if channel else None))
        lines = [f"**{escape(option)}** is now {show_option(wanted, option)}.", *_find_notes(wanted, option, bot.desk)]
        return Sheet(_title(channel), tuple(("\n", line) for line in lines))

    await show_sheet(interaction, make, private=True)


@_config.command(
    name="reset", description="Let an option be what it is by default, or a channel's what the server's is."
)
@app_commands.describe(option="One that is set", channel="What this channel has of its own")
async def _reset(
    interaction: discord.Interaction[NewsdeskBot],
    option: app_commands.Range[str, 1, _MAX_CHOICE_CHARS],
    channel: _Channel | None = None,
) -> None:
    bot, server = interaction.client, _server_of(interaction)

    async def make() -> Sheet:
        config, channel_id = bot.ledger.config, channel.id if channel else None
        if not await bot.run_apart(partial(config.reset, server, option, channel_id)):
            raise BadRequest(f"{option} is not set {'for that channel' if channel else 'for the server'}.")
        return Sheet(_title(channel), (("", f"**{escape(option)}** is reset."),))

    await show_sheet(interaction, make, private=True)


@_set.autocomplete("value")
async def _complete_value(interaction: discord.Interaction[NewsdeskBot], typed: str) -> list[app_commands.Choice[str]]:
    """The values of an option that has few, or the outlets, each behind those that were typed before."""
    option = interaction.namespace.option
    before, comma, last = typed.rpartition(",")
    if option == "sources":
        bot = interaction.client
        try:
            generation = await bot.run_apart(bot.desk.reader.current)
        except Exception as e:
            explain(e)
            return []
        return _make_choices(
            f"{before}{comma}{' ' if comma else ''}{name}" for name in choose(generation.sources, last)
        )
    return _make_choices(choose(_CHOICES.get(option, (EMPTY,) if option in _MAY_BE_EMPTY else ()), typed))


@_reset.autocomplete("option")
async def _complete_option(interaction: discord.Interaction[NewsdeskBot], typed: str) -> list[app_commands.Choice[str]]:
    """What is set for the server or, where one was named, for the channel."""
    bot = interaction.client
    try:
        own = await bot.run_apart(partial(bot.ledger.config.own, _server_of(interaction)))
    except Exception as e:
        explain(e)
        return []
    channel = interaction.namespace.channel
    return _make_choices(choose(own.get(channel.id if channel else None, ()), typed))


def _make_choices(values: Iterable[str]) -> list[app_commands.Choice[str]]:
    fitting = [value for value in values if len(value) <= _MAX_CHOICE_CHARS]
    return [app_commands.Choice(name=value, value=value) for value in fitting[:MAX_CHOICES]]


def _server_of(interaction: discord.Interaction[Any]) -> int:
    assert interaction.guild_id is not None
    return interaction.guild_id


def _title(channel: app_commands.AppCommandChannel | None) -> str:
    return f"Options of #{channel.name}" if channel else "Options of this server"


def _check_ids(wanted: ServerConfig, guild: discord.Guild | None) -> None:
    """Refuse channels and roles that the server does not have."""
    if guild is None:
        return
    for channel in wanted.channels:
        if guild.get_channel(channel) is None:
            raise BadRequest(
                f"{channel} is no channel of this server. Choose one after typing #; threads go with theirs."
            )
    for role in wanted.roles:
        if guild.get_role(role) is None:
            raise BadRequest(f"{role} is no role of this server. Choose one after typing @.")


def _check_outlets(wanted: ServerConfig, desk: Desk) -> None:
    """Refuse outlets that no article is from, if anything is indexed."""
    if not wanted.sources:
        return
    try:
        known = {name.casefold() for name in desk.reader.current().sources}
    except IndexMissing:
        return
    for name in wanted.sources:
        if name.casefold() not in known:
            raise BadRequest(f"No article is from {name}. /sources lists the outlets.")


def _find_notes(wanted: ServerConfig, option: str, desk: Desk) -> list[str]:
    """What keeps an option from having an effect."""
    if option == "replies" and wanted.replies is Replies.FORUMS and not desk.settings.message_content:
        return [_NO_CONTENT]
    if option == "model" and wanted.model and not desk.settings.models:
        return [_NO_MODEL]
    return []
