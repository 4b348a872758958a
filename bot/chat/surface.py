"""Where an answer is shown: in a channel, or as the response to an interaction; and what Discord may refuse there."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

import aiohttp
import discord
from discord.abc import GuildChannel, Messageable

from bot.chat.failures import ALREADY_ACKNOWLEDGED, UNREACHABLE, describe_fault
from bot.chat.rules import Place

log = logging.getLogger("newsdesk.chat")

T = TypeVar("T")
NOBODY = discord.AllowedMentions.none()
RETRY_PAUSES_S = (1.0, 3.0)
_BROKEN = (aiohttp.ClientError, OSError)
_FALTERING = (*_BROKEN, discord.DiscordServerError)  # those of webhooks discord.py tries again itself
_TOKEN_IS_OVER = frozenset({10015, 50027})  # unknown webhook, invalid webhook token


@dataclass(frozen=True, slots=True)
class Page:
    """What one message shows: embeds, or text where embeds may not be shown."""

    embeds: tuple[discord.Embed, ...] = ()
    text: str = ""

    def fields(self, view: discord.ui.View | None) -> dict[str, Any]:
        """The arguments that show it over whatever stood there."""
        return {"content": self.text or None, "embeds": list(self.embeds), "view": view, "allowed_mentions": NOBODY}


class Surface(Protocol):
    """Where one question is answered.

    Attributes:
        event: Id of the message or interaction that asks.
        private: Whether the reader alone sees the answer.
    """

    event: int
    place: Place
    private: bool

    @property
    def plain(self) -> bool:
        """Whether embeds may not be shown."""

    async def acknowledge(self) -> None:
        """Let Discord know that the question has arrived, where it wants to."""

    async def begin(self) -> bool:
        """Show that an answer is being looked for; returns whether anything can be said there at all."""

    async def show(self, page: Page, view: discord.ui.View | None = None) -> None:
        """Show the first message of the answer, over what it showed before."""

    async def add(self, page: Page) -> None:
        """Show a further message."""

    async def refuse(self, page: Page) -> None:
        """Show why there is no answer, to the reader alone where that can be."""

    def end(self) -> None:
        """Nothing more is shown."""


class ChannelSurface:
    """A channel, in reply to a message or on its own."""

    def __init__(
        self,
        channel: Messageable,
        asked: discord.Message | None = None,
        permissions: discord.Permissions | None = None,
    ) -> None:
        """`permissions` are those of the bot, where they are known better than the cache does."""
        self.event = asked.id if asked else 0
        self.place = place_of(asked.guild if asked else None, channel, is_message=True)
        self.private = False
        self._permissions = permissions
        self._channel = channel
        self._asked = asked
        self._shown: discord.Message | None = None
        self._typing: asyncio.Task[None] | None = None

    @property
    def plain(self) -> bool:
        """Whether embeds may not be shown, which may change while an answer is looked for, as all permissions may."""
        return not self._may.embed_links

    @property
    def _may(self) -> discord.Permissions:
        return _permissions_in(self._channel) if self._permissions is None else self._permissions

    @property
    def _may_write(self) -> bool:
        may = self._may
        return may.send_messages_in_threads if isinstance(self._channel, discord.Thread) else may.send_messages

    async def acknowledge(self) -> None:
        """Nothing: a message may wait."""

    async def begin(self) -> bool:
        """Type, where the bot may write; a line for the log where it may not."""
        may_write = self._may_write
        if not may_write:
            log.warning("channel %s: a question is not answered, for the bot may not write there", self.place.channel)
        elif self._typing is None:
            self._typing = asyncio.create_task(self._type())
        return may_write

    async def show(self, page: Page, view: discord.ui.View | None = None) -> None:
        """Post the message, or edit it once it stands."""
        shown = self._shown
        if shown:
            await insist(lambda: shown.edit(**page.fields(view)), _FALTERING)
        elif self._may_write:
            to = self._asked if self._may.read_message_history else None  # else Discord refuses a reply
            self._shown = await self._send(page, view, to)
        else:
            log.warning("channel %s: an answer is not shown, for the bot may not write there", self.place.channel)

    async def add(self, page: Page) -> None:
        """Post one more."""
        if self._may_write:
            await self._send(page, None, None)

    async def refuse(self, page: Page) -> None:
        """Post it as an answer would be."""
        await self.show(page)

    def end(self) -> None:
        """Type no longer."""
        if self._typing:
            self._typing.cancel()

    async def _send(self, page: Page, view: discord.ui.View | None, to: discord.Message | None) -> discord.Message:
        """Post a message; by its nonce Discord knows it again when it is sent a second time."""
        fields = page.fields(view) | {"nonce": secrets.randbits(63)}
        if view is None:
            del fields["view"]
        if to is None:
            return await insist(lambda: self._channel.send(**fields), _FALTERING)
        return await insist(lambda: to.reply(mention_author=False, **fields), _FALTERING)

    async def _type(self) -> None:
        """Show that the bot is at it, as long as that works."""
        try:
            async with self._channel.typing():
                await asyncio.Event().wait()
        except UNREACHABLE as e:
            log.debug("typing could not be shown: %s", describe_fault(e))


class InteractionSurface:
    """The response to an interaction; a channel, or direct messages, where its token is over or was never good."""

    def __init__(self, interaction: discord.Interaction[Any], *, private: bool = False) -> None:
        may = interaction.app_permissions if interaction.guild_id else discord.Permissions.all()
        self.event = interaction.id
        self.place = place_of(_server_of(interaction), interaction.channel)
        self.private = private
        self.plain = not may.embed_links
        self._may = may
        self._interaction = interaction
        self._acknowledging: asyncio.Task[None] | None = None
        self._elsewhere: ChannelSurface | None = None

    async def acknowledge(self) -> None:
        """Respond with a placeholder, once for all who wait for that."""
        if self._acknowledging is None:
            self._acknowledging = asyncio.create_task(self._acknowledge())
        await asyncio.shield(self._acknowledging)

    async def begin(self) -> bool:
        """Let the placeholder stand; where it could not be, type."""
        await self.acknowledge()
        return self._elsewhere is None or await self._elsewhere.begin()

    async def show(self, page: Page, view: discord.ui.View | None = None) -> None:
        """Edit the response, which may be done any number of times."""
        await self.acknowledge()
        if self._elsewhere is None and not self._interaction.is_expired():
            try:
                await insist(lambda: self._interaction.edit_original_response(**page.fields(view)))
                return
            except discord.HTTPException as e:
                if e.code not in _TOKEN_IS_OVER:
                    raise
        await self._go_elsewhere("its token is over").show(page, view)

    async def add(self, page: Page) -> None:
        """In the channel where that can be: what a webhook posts is posted twice where Discord's answer is lost."""
        channel = self._interaction.channel
        if self._elsewhere:
            await self._elsewhere.add(page)
        elif self.private or not self._may.send_messages or not isinstance(channel, Messageable):
            await post_once(self._interaction, page, private=self.private)
        else:
            await ChannelSurface(channel, permissions=self._may).add(page)

    async def refuse(self, page: Page) -> None:
        """Respond to the reader alone, where nobody has yet seen that the bot is thinking."""
        if self._acknowledging or self._interaction.response.is_done():
            await self.show(page)
        else:
            await self._interaction.response.send_message(
                content=page.text or None, embeds=list(page.embeds), ephemeral=True, allowed_mentions=NOBODY
            )

    def end(self) -> None:
        """Type no longer, where it went elsewhere."""
        if self._elsewhere:
            self._elsewhere.end()

    async def _acknowledge(self) -> None:
        if self._interaction.response.is_done():
            return
        defer = partial(self._interaction.response.defer, thinking=True, ephemeral=self.private)
        try:
            with self._interaction.client.quiet.needed():
                await insist(defer)
        except UNREACHABLE as e:
            if getattr(e, "code", None) != ALREADY_ACKNOWLEDGED:  # as after an answer of Discord that was lost
                self._go_elsewhere(f"it was not acknowledged ({describe_fault(e)})")

    def _go_elsewhere(self, reason: str) -> ChannelSurface:
        if self._elsewhere is None:
            log.warning("an interaction is answered by a plain message: %s", reason)
            user, channel = self._interaction.user, self._interaction.channel
            if self.private:
                self._elsewhere = ChannelSurface(user)
            elif isinstance(channel, Messageable):
                self._elsewhere = ChannelSurface(channel, permissions=self._may)
            else:
                self._elsewhere = ChannelSurface(user, permissions=discord.Permissions.none())
        return self._elsewhere


async def insist(act: Callable[[], Awaitable[T]], on: tuple[type[Exception], ...] = _BROKEN) -> T:
    """Try again what failed in such a way, or was limited again and again; for what does no harm when done twice."""
    for pause_s in RETRY_PAUSES_S:
        try:
            return await act()
        except UNREACHABLE as e:
            if not isinstance(e, on) and not _is_limited(e):
                raise
            await asyncio.sleep(pause_s)
    return await act()


def _is_limited(error: Exception) -> bool:
    """Whether it is a rate limit of Discord, not one of Cloudflare's before it, where each try makes it longer."""
    return isinstance(error, discord.HTTPException) and error.status == 429 and "Via" in error.response.headers


async def post_once(interaction: discord.Interaction[Any], page: Page, *, private: bool) -> None:
    """Post a further message by the interaction's webhook, and never again, whatever comes of it.

    Webhooks know no nonce, so what discord.py posts again after an error of Discord's may stand there twice.

    Raises:
        aiohttp.ClientError: Discord did not say whether it has taken the message; so do the others of UNREACHABLE.
    """
    fields = page.fields(None)
    del fields["view"]
    webhook = interaction.followup
    async with aiohttp.ClientSession(raise_for_status=_see_that_discord_works) as webhook.session:
        await webhook.send(**fields, ephemeral=private)


async def _see_that_discord_works(response: aiohttp.ClientResponse) -> None:
    if response.status >= 500:
        response.raise_for_status()


def place_of(server: discord.abc.Snowflake | None, channel: object, *, is_message: bool = False) -> Place:
    """Where a channel is."""
    parent = channel.parent_id if isinstance(channel, discord.Thread) else None
    return Place(server.id if server else None, getattr(channel, "id", None), parent, is_message)


def _server_of(interaction: discord.Interaction[Any]) -> discord.Object | None:
    """The server, also one that the bot is no member of."""
    return discord.Object(interaction.guild_id) if interaction.guild_id else None


def _permissions_in(channel: Messageable) -> discord.Permissions:
    """The bot's own; all of them in direct messages, and where the cache knows too little to tell."""
    if isinstance(channel, (GuildChannel, discord.Thread)):
        try:
            return channel.permissions_for(channel.guild.me)
        except discord.ClientException:  # a thread whose channel is not in the cache
            pass
    return discord.Permissions.all()
