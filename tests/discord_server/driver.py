"""The loopback Discord as tests use it: servers, people, the bot, and what goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import TypeVar

from aiohttp import web
from discord import Intents, Permissions
from discord.ext import commands

from tests.discord_server.addresses import point_discord_py_at
from tests.discord_server.openapi import ABSENT, description
from tests.discord_server.people import Person
from tests.discord_server.rest import PREFIX, Rest, Violation
from tests.discord_server.state import Channel, ChannelType, Clock, Guild, Member, Message, Role, User
from tests.discord_server.waiting import Changes
from tests.discord_server.world import World

T = TypeVar("T")
TOKEN = "loopback"
# How discord.py names the tasks that handle an event.
_HANDLERS = (
    "discord.py: on_",
    "CommandTree-invoker",
    "discord-ui-view-dispatch-",
    "discord-ui-modal-dispatch-",
    "discord-ui-dynamic-item-",
)


class LoopbackDiscord:
    """A Discord of its own, on a port of its own.

    Args:
        message_content: Whether the bot's page in the developer portal has the privileged intent.
        clock: Seconds, for the deadlines of interactions; stands still unless the test moves it.
        heartbeat_s: The interval that HELLO asks for.
        patience_s: How long to wait for anything before the test fails.
    """

    def __init__(
        self,
        *,
        n_shards: int = 1,
        message_content: bool = False,
        clock: Callable[[], float] | None = None,
        heartbeat_s: float = 41.25,
        patience_s: float = 30.0,
    ) -> None:
        self.clock = clock or Clock()
        approved = Intents(message_content=message_content).value
        self._changes = Changes(patience_s)
        self.world = World(self.clock, self._changes, TOKEN, n_shards, approved, heartbeat_s)
        self.gateway = self.world.gateway
        self.rest = Rest(self.world)
        self._before = ("", "")

    async def __aenter__(self) -> LoopbackDiscord:
        app = web.Application(client_max_size=32 << 20)
        self.rest.add_routes(app)
        for path in ("/", "/resume/"):
            app.router.add_get(path, self.gateway.handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.rest_url = f"http://{host}:{port}{PREFIX}"
        self.gateway.url = f"ws://{host}:{port}/"
        self._before = point_discord_py_at(self.rest_url, self.gateway.url)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        point_discord_py_at(*self._before)
        await self.gateway.close()
        await self._runner.cleanup()

    # The bot

    @property
    def bot(self) -> User:
        return self.world.bot

    @property
    def token(self) -> str:
        return TOKEN

    @asynccontextmanager
    async def running(self, bot: commands.AutoShardedBot) -> AsyncIterator[None]:
        """Let a bot log in, and be connected inside; it ends cleanly afterwards."""
        bot.before_identify_hook = _identify_at_once  # type: ignore[method-assign]
        running = asyncio.create_task(bot.start(TOKEN), name="the bot")
        running.add_done_callback(lambda _: self._changes.announce())
        try:
            await self.until(lambda: running.done() or self.gateway.connected, "the bot to connect")
            if running.done():
                running.result()
            yield
        finally:
            await bot.close()
            await asyncio.gather(running, return_exceptions=True)

    async def settled(self) -> None:
        """Wait until a bot in this process has taken in all events and dealt with them."""
        await self.gateway.delivered()
        await self.handled()

    async def handled(self) -> None:
        """Wait until a bot in this process has dealt with the events that it has taken in."""
        async with self._changes.limit("the bot's handlers to end"):
            while busy := [t for t in asyncio.all_tasks() if t.get_name().startswith(_HANDLERS)]:
                await asyncio.wait(busy)

    async def until(self, check: Callable[[], T | None], what: str) -> T:
        """The first true result of `check`, which is called again after every request and event."""
        return await self._changes.until(check, what)

    # What there is

    def add_guild(self, name: str = "newsroom", channel: str = "news") -> GuildHandle:
        """A guild with a text channel, where the bot may do what everyone may."""
        guild = self.world.add_guild(name, self.world.add_user(f"owner of {name}"))
        self.world.add_channel(guild, channel)
        self.world.announce_guild(guild)
        return GuildHandle(self, guild)

    def add_person(self, name: str = "friend") -> Person:
        """Somebody who shares no guild with the test, and writes in direct messages."""
        return Person(self, self.world.add_user(name))

    # What the bot did

    @property
    def violations(self) -> list[Violation]:
        """Requests that break a limit or Discord's description, or that could ping someone."""
        return self.rest.violations

    @property
    def messages(self) -> list[Message]:
        """All messages of the bot that stand, oldest first, those for one reader among them."""
        every = [m for c in self.world.channels.values() for m in c.messages.values()]
        return sorted((m for m in every if m.author is self.bot and not m.deleted), key=lambda m: m.id)

    def check(self) -> None:
        """Assert that no request was wrong and that no message of the bot pings anyone."""
        problems = [str(v) for v in self.violations]
        problems += [f"a message pings: {m.text[:80]!r}" for m in self.messages if m.pings]
        assert not problems, "\n".join(problems) + ("" if description() else f"\n({ABSENT})")


class GuildHandle:
    """A guild, as tests furnish it."""

    def __init__(self, discord: LoopbackDiscord, guild: Guild) -> None:
        self.discord = discord
        self.guild = guild

    @property
    def id(self) -> int:
        return self.guild.id

    @property
    def channel(self) -> Channel:
        """The first channel."""
        return next(iter(self.guild.channels.values()))

    def add_channel(self, name: str) -> Channel:
        return self._announce(self.discord.world.add_channel(self.guild, name))

    def add_forum(self, name: str) -> Channel:
        return self._announce(self.discord.world.add_channel(self.guild, name, ChannelType.FORUM))

    def delete_channel(self, channel: Channel) -> None:
        """Also a thread."""
        self.discord.world.delete_channel(channel)

    def add_role(self, name: str, **permissions: bool) -> Role:
        return self.discord.world.add_role(self.guild, name, Permissions(**permissions).value)

    def add_member(self, name: str = "reader", *roles: Role, bot: bool = False) -> Person:
        user = self.discord.world.add_user(name, bot)
        self.guild.members[user.id] = Member(user, list(roles))
        return Person(self.discord, user, self.guild)

    def deny(self, channel: Channel, who: User | Role, **permissions: bool) -> None:
        """Take permissions away in a channel, such as `send_messages=True`."""
        allow, deny = channel.overwrites.get(who.id, (0, 0))
        channel.overwrites[who.id] = (allow, deny | Permissions(**permissions).value)
        self.discord.world.announce_channel("CHANNEL_UPDATE", channel)

    def kick_bot(self) -> None:
        self.discord.world.remove_bot(self.guild)

    def _announce(self, channel: Channel) -> Channel:
        self.discord.world.announce_channel("CHANNEL_CREATE", channel)
        return channel


async def _identify_at_once(shard_id: int | None, *, initial: bool = False) -> None:
    """Discord wants five seconds between two identifies; here nobody has to wait."""
