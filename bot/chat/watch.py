"""Topics that channels follow: /watch and /unwatch, and telling what is new on them once it is indexed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property, partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, cast

import discord
from discord import app_commands
from discord.ext import commands, tasks

from bot.arrivals import Arrivals
from bot.chat.ask_command import choose
from bot.chat.failures import UNREACHABLE, describe_fault, explain
from bot.chat.pages import list_watches, tell_new
from bot.chat.sheet import Sheet, show_sheet
from bot.chat.surface import NOBODY, ChannelSurface
from bot.ledger.errors import BadRequest
from bot.ledger.watches import MAX_PER_DAY, MAX_TOPIC_CHARS, Watch
from bot.topics import Story, find_on_topic, list_newest
from index.errors import NewsdeskError
from index.generation import Generation, Mask
from index.types import Filters

if TYPE_CHECKING:
    from bot.chat.client import NewsdeskBot

log = logging.getLogger("newsdesk.chat")

_EVERY_S = 30
_PER_DAY = 5


def add_to(bot: NewsdeskBot) -> None:
    """Register the commands, and begin to look for what is new once the bot is connected."""
    bot.tree.add_command(_watch)
    bot.tree.add_command(_unwatch)

    async def begin() -> None:
        if bot.get_cog(Watcher.__cog_name__) is None:
            await bot.add_cog(Watcher(bot))

    bot.add_listener(begin, "on_ready")


@app_commands.command(name="watch", description="Tell this channel of new articles on a topic; lists what it follows.")
@app_commands.describe(topic="What they are to be about", per_day="Messages a day at most; 5 if you do not say")
@app_commands.default_permissions(manage_channels=True)
@app_commands.guild_only()
async def _watch(
    interaction: discord.Interaction[NewsdeskBot],
    topic: app_commands.Range[str, 1, MAX_TOPIC_CHARS] | None = None,
    per_day: app_commands.Range[int, 1, MAX_PER_DAY] = _PER_DAY,
) -> None:
    bot, server, channel = interaction.client, interaction.guild_id, interaction.channel_id
    assert server is not None
    assert channel is not None
    watches = bot.ledger.watches

    async def make() -> Sheet:
        if topic is not None:
            if not _may_write(interaction):
                raise BadRequest("I may not write in this channel. Please let me send messages here first.")
            await bot.run_apart(partial(watches.follow, server, channel, topic, datetime.now(UTC), per_day))
        return list_watches(await bot.run_apart(partial(watches.of_channel, channel)))

    await show_sheet(interaction, make, private=True)


@app_commands.command(name="unwatch", description="Tell this channel no longer of new articles on a topic.")
@app_commands.describe(topic="One that it follows")
@app_commands.default_permissions(manage_channels=True)
@app_commands.guild_only()
async def _unwatch(
    interaction: discord.Interaction[NewsdeskBot], topic: app_commands.Range[str, 1, MAX_TOPIC_CHARS]
) -> None:
    bot, channel = interaction.client, interaction.channel_id
    assert channel is not None
    watches = bot.ledger.watches

    async def make() -> Sheet:
        if not await bot.run_apart(partial(watches.unfollow, channel, topic)):
            raise BadRequest(f"This channel does not follow {topic}.")
        return list_watches(await bot.run_apart(partial(watches.of_channel, channel)))

    await show_sheet(interaction, make, private=True)


@_unwatch.autocomplete("topic")
async def _complete_topic(interaction: discord.Interaction[NewsdeskBot], typed: str) -> list[app_commands.Choice[str]]:
    bot, channel = interaction.client, interaction.channel_id
    assert channel is not None
    try:
        followed: list[Watch] = await bot.run_apart(partial(bot.ledger.watches.of_channel, channel))
    except Exception as e:
        explain(e)
        return []
    return [app_commands.Choice(name=t, value=t) for t in choose([w.topic for w in followed], typed)]


def _may_write(interaction: discord.Interaction[Any]) -> bool:
    may = interaction.app_permissions
    is_thread = isinstance(interaction.channel, discord.Thread)
    return may.send_messages_in_threads if is_thread else may.send_messages


class Watcher(commands.Cog):
    """Tells channels of the new articles on their topics, each once and no more than they want on a day."""

    def __init__(self, bot: NewsdeskBot, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._bot = bot
        self._clock = clock

    @cached_property
    def _arrivals(self) -> Arrivals:
        desk = self._bot.desk
        return Arrivals(desk.store, desk.reader, desk.settings.home)

    def _find_arrivals(self) -> tuple[Generation, Mask] | None:
        return self._arrivals.look()

    async def cog_load(self) -> None:
        """Begin to look."""
        self._repeat.start()

    async def cog_unload(self) -> None:
        """Look no longer."""
        self._repeat.cancel()

    @tasks.loop(seconds=_EVERY_S)
    async def _repeat(self) -> None:
        try:
            await self.look()
        except NewsdeskError as e:
            log.warning("what is new cannot be told: %s", e)
        except Exception as e:  # else nothing would be told until a restart
            explain(e)

    async def look(self) -> None:
        """Tell what is new since the last time; what Discord could not take is tried again the next time."""
        watches: list[Watch] = await self._bot.run_apart(self._bot.ledger.watches.list_all)
        arrived = await self._bot.run_apart(self._find_arrivals) if watches else None
        if arrived is None:
            return
        generation, new = arrived
        is_done = True
        for watch in watches:
            if watch.since <= generation.manifest.created_at:
                is_done &= await self._serve(watch, generation, new)
        if is_done:
            await self._bot.run_apart(partial(self._arrivals.remember, generation))

    async def _serve(self, watch: Watch, generation: Generation, new: Mask) -> bool:
        """Tell a channel of what fits its topic; False where that is to be tried again."""
        guild = self._bot.get_guild(watch.server)
        if guild is None:  # left, or of another process
            return True
        try:
            channel = guild.get_channel_or_thread(watch.channel) or await guild.fetch_channel(watch.channel)
            surface = ChannelSurface(cast(discord.abc.Messageable, channel))
            find = partial(self._find_stories, watch, surface.place.parent, generation, new)
            for story in await self._bot.run_apart(find):
                await self._tell(watch, story, plain=surface.plain)
        except discord.NotFound:
            await self._bot.run_apart(partial(self._bot.ledger.watches.unfollow, watch.channel, watch.topic))
            log.warning("channel %s is gone and follows nothing any more", watch.channel)
        except UNREACHABLE as e:
            log.warning("channel %s: what is new could not be told: %s", watch.channel, describe_fault(e))
            return isinstance(e, discord.HTTPException) and not isinstance(e, discord.DiscordServerError)
        except NewsdeskError as e:
            log.warning("channel %s: what is new could not be told: %s", watch.channel, e)
        return True

    def _find_stories(self, watch: Watch, parent: int | None, generation: Generation, new: Mask) -> list[Story]:
        """What is new on a topic, as far as the options of its channel let it be searched; the newest first.

        Args:
            parent: The channel of a thread, whose options are those of the thread.
        """
        options = self._bot.ledger.config.get(watch.server, parent or watch.channel)
        filters = Filters(sources=options.sources, language=options.language or None)
        wanted = new & generation.allowed_articles(filters)
        vector = self._bot.desk.encoder.encode_queries([watch.topic])[0]
        return list_newest(generation, find_on_topic(generation, wanted, watch.topic, vector), watch.per_day)

    async def _tell(self, watch: Watch, story: Story, *, plain: bool) -> None:
        """Send one message, unless the channel had the story or enough for the day."""
        watches = self._bot.ledger.watches
        claim = partial(watches.claim, watch, story.article_id, story.copies, self._clock())
        if not await self._bot.run_apart(claim):
            return
        channel = self._bot.get_partial_messageable(watch.channel, guild_id=watch.server)
        [page] = tell_new(story, watch.topic).to_pages(plain=plain)
        # By the same nonce Discord knows a message again that it took without saying so.
        nonce = blake2b(f"{watch.channel} {story.article_id}".encode(), digest_size=12).hexdigest()
        try:
            await channel.send(page.text or None, embeds=list(page.embeds), allowed_mentions=NOBODY, nonce=nonce)
        except UNREACHABLE:
            await self._bot.run_apart(partial(watches.give_back, watch, story.article_id, story.copies))
            raise
