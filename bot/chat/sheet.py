"""A title with what stands under it: how lists and notices of the bot are made and shown."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import discord

from bot.chat.failures import UNREACHABLE, describe_fault, explain
from bot.chat.plain import MAX_CONTENT
from bot.chat.render import clip, escape, flow, pack_embeds, render_notice
from bot.chat.rules import hold_to_options
from bot.chat.surface import InteractionSurface, Page, Surface
from bot.ledger.config import ServerConfig
from bot.types import Question
from index.types import Filters

if TYPE_CHECKING:
    from bot.chat.client import NewsdeskBot

log = logging.getLogger("newsdesk.chat")

_MAX_TITLE = 256
_MAX_DESCRIPTION = 4096
_NOT_ALL = "The rest of this could not be shown."
_MAX_PLAIN = MAX_CONTENT - len(f"\n\n{_NOT_ALL}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A title, and the parts under it that are not to be cut, each with what stands between it and the one before."""

    title: str
    units: tuple[tuple[str, str], ...]

    def to_pages(self, *, plain: bool = False) -> list[Page]:
        """As many messages as are needed; without embeds where they may not be shown."""
        if plain:
            title = f"**{clip(escape(self.title), _MAX_TITLE)}**"
            units = [("", title), ("\n\n", self.units[0][1]), *self.units[1:]]
            return [Page(text=text) for text in flow(units, _MAX_PLAIN)]
        first, *rest = flow(self.units, _MAX_DESCRIPTION)
        embeds = [render_notice(self.title, first), *(render_notice("", text) for text in rest)]
        return [Page(tuple(message)) for message in pack_embeds(embeds)]


async def show_sheet(
    interaction: discord.Interaction[Any], make: Callable[[], Awaitable[Sheet]], *, private: bool = False
) -> None:
    """Acknowledge an interaction, and respond with a sheet as soon as it is made."""
    await show_on(InteractionSurface(interaction, private=private), make)


async def show_on(surface: Surface, make: Callable[[], Awaitable[Sheet]]) -> None:
    """The same on a surface; where no sheet can be made, why."""
    try:
        if await surface.begin():
            first, *rest = (await _make_any(make)).to_pages(plain=surface.plain)
            await surface.show(first)
            try:
                for page in rest:
                    await surface.add(page)
            except UNREACHABLE as e:
                log.warning("channel %s: not shown to its end: %s", surface.place.channel, describe_fault(e))
                await surface.show(replace(first, text=f"{first.text}\n\n{_NOT_ALL}".strip()))
    finally:
        surface.end()


async def _make_any(make: Callable[[], Awaitable[Sheet]]) -> Sheet:
    try:
        return await make()
    except Exception as e:
        return Sheet("Sorry", (("", explain(e)),))


async def find_options(interaction: discord.Interaction[NewsdeskBot]) -> ServerConfig:
    """The options that hold where somebody uses a command; the defaults in direct messages."""
    bot, place = interaction.client, InteractionSurface(interaction).place
    if place.server is None:
        return ServerConfig()
    get = partial(bot.ledger.config.get, place.server, place.parent or place.channel)
    options: ServerConfig = await bot.run_apart(get)
    return options


async def find_filters(interaction: discord.Interaction[NewsdeskBot]) -> Filters:
    """What the options let be searched there.

    Raises:
        Declined: They do not let it be asked for.
    """
    return filters_within(await find_options(interaction), interaction)


def filters_within(options: ServerConfig, interaction: discord.Interaction[Any]) -> Filters:
    """What the options let be searched where somebody uses a command; raises as `find_filters`."""
    place = InteractionSurface(interaction).place
    roles = [role.id for role in getattr(interaction.user, "roles", ())]
    return hold_to_options(Question("", interaction.created_at), options, place, roles).filters
