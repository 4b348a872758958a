"""The bot: slash commands, mentions and replies; thin, for the answers come from the desk."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.reindex import rebuild_apart
from bot.chat.render import escape, read_turn, render_answer, render_facts, render_notice
from bot.desk import Desk
from bot.questions import BadQuestion, Wording, make_question
from bot.settings import BadSettings, Settings
from bot.smalltalk import MAX_QUESTION_CHARS
from bot.types import Answer, Question
from index.errors import IndexMissing, NewsdeskError

log = logging.getLogger("newsdesk.chat")

_THREADS = 2
_REPORTED = ("generation", "articles", "passages", "added", "changed", "removed", "skipped", "embedded", "seconds")
_SHOWN_STATUS = ("generation", "built_at", "articles", "passages", "newest", "encoder")
# A reply to the answer of a command is no mention for Discord (discord/discord-api-docs#5395).
_HIDDEN = "Discord hides the text of that reply from me. Please mention me in it, and I will follow up."

Edit = Callable[[Sequence[discord.Embed]], Awaitable[Any]]
"""Shows embeds in the message of an answer, over what stood there."""


def make_intents() -> discord.Intents:
    """Guilds and messages, without the privileged content: one that mentions the bot carries its own."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True)


class _Tree(app_commands.CommandTree[Any]):
    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        """One kind sentence to the reader, whatever happened."""
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        embed = render_notice("Sorry", explain(cause))
        if interaction.response.is_done():
            await _finish(interaction, embed)
        else:
            await interaction.response.send_message(embeds=[embed], ephemeral=True)


class NewsdeskBot(commands.AutoShardedBot):
    """Answers in Discord from one desk."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=make_intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            tree_cls=_Tree,
        )
        self.desk = desk
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="answer")
        self.tree.add_command(_ask)
        self.tree.add_command(_reindex)
        self.tree.add_command(_status)

    async def setup_hook(self) -> None:
        """Register the slash commands."""
        await self.tree.sync()

    async def close(self) -> None:
        """Disconnect and let running answers end."""
        await super().close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def on_message(self, message: discord.Message) -> None:
        """Answer what mentions the bot; a reply to one of its messages is a follow-up."""
        if message.author.bot or self.user is None or self.user not in message.mentions:
            return
        text = _without_mention(message.content, self.user.id)
        sent: list[discord.Message] = []

        async def show(embeds: Sequence[discord.Embed]) -> None:
            if sent:
                await sent[0].edit(embeds=embeds, allowed_mentions=discord.AllowedMentions.none())
            else:
                sent.append(await message.reply(embeds=embeds, mention_author=False))

        async def add(embeds: Sequence[discord.Embed]) -> None:
            await message.channel.send(embeds=embeds)

        try:
            async with message.channel.typing():
                earlier = await self._replied_to(message)
                if earlier and earlier.interaction_metadata and not message.content:
                    return await show([render_notice("Sorry", _HIDDEN)])
                turn = read_turn(earlier.embeds) if earlier and self._remembers(earlier, message) else None
                question = make_question(text, Wording(), self.desk.settings.zone, (turn,) if turn else ())
                await self.answer(question, show, add)
        except discord.HTTPException as e:
            log.warning("a reply could not be sent: HTTP status %s", e.status)
        except Exception as e:
            await show([render_notice("Sorry", explain(e))])

    async def answer(self, question: Question, show: Edit, add: Edit) -> None:
        """Show the quoted answer as soon as it is there, then what a model wrote, in as many messages as needed."""
        loop = asyncio.get_running_loop()
        quoted: asyncio.Future[Answer] = loop.create_future()

        def on_quoted(answer: Answer) -> None:
            loop.call_soon_threadsafe(quoted.set_result, answer)

        asking = loop.run_in_executor(self._threads, self.desk.answerer.ask, question, on_quoted)
        await asyncio.wait((asking, quoted), return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            await self._show_quoted(quoted.result(), show)
        try:
            final = await asking
        except Exception as e:
            if not quoted.done():
                raise
            final = replace(quoted.result(), notice=explain(e))
        first, *rest = render_answer(final)
        await show(first)
        for embeds in rest:
            await add(embeds)

    async def _show_quoted(self, answer: Answer, show: Edit) -> None:
        try:
            await show(render_answer(answer)[0])
        except discord.HTTPException as e:
            log.warning("a quoted answer could not be shown: HTTP status %s", e.status)

    async def run_apart(self, function: Callable[[], Any]) -> Any:
        """Call what blocks in a thread of the bot's own."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, function)

    def _remembers(self, earlier: discord.Message, now: discord.Message) -> bool:
        return now.created_at - earlier.created_at <= timedelta(minutes=self.desk.settings.memory_minutes)

    async def _replied_to(self, message: discord.Message) -> discord.Message | None:
        """The bot's own message that this one replies to."""
        reference = message.reference
        if reference is None or reference.message_id is None:
            return None
        earlier = reference.resolved
        if not isinstance(earlier, discord.Message):
            try:
                earlier = await message.channel.fetch_message(reference.message_id)
            except discord.HTTPException:
                return None
        return earlier if self.user is not None and earlier.author.id == self.user.id else None


@app_commands.command(name="ask", description="Ask about the news; every sentence comes with its source.")
@app_commands.describe(
    question="What you want to know",
    since="Only articles from this date on, such as 2025-04-17 or last week",
    until="Only articles up to this date",
    source="Only this outlet",
)
async def _ask(
    interaction: discord.Interaction[NewsdeskBot],
    question: app_commands.Range[str, 1, MAX_QUESTION_CHARS],
    since: app_commands.Range[str, 1, 60] | None = None,
    until: app_commands.Range[str, 1, 60] | None = None,
    source: app_commands.Range[str, 1, 100] | None = None,
) -> None:
    await interaction.response.defer(thinking=True)
    wording = Wording(since=since or "", until=until or "", sources=(source,) if source else ())
    asked = make_question(question, wording, interaction.client.desk.settings.zone)

    async def show(embeds: Sequence[discord.Embed]) -> None:
        await interaction.edit_original_response(embeds=embeds)

    async def add(embeds: Sequence[discord.Embed]) -> None:
        await interaction.followup.send(embeds=embeds)

    await interaction.client.answer(asked, show, add)


@app_commands.command(name="reindex", description="Read the articles again; answers go on meanwhile.")
@app_commands.default_permissions(manage_guild=True)
@app_commands.checks.has_permissions(manage_guild=True)
@app_commands.guild_only()
async def _reindex(interaction: discord.Interaction[NewsdeskBot]) -> None:
    await interaction.response.defer(thinking=True, ephemeral=True)
    report = await rebuild_apart(interaction.client.desk.settings)
    facts = {name: report[name] for name in _REPORTED}
    await _finish(interaction, render_facts("The index is up to date", facts))


@app_commands.command(name="status", description="Show what is indexed.")
@app_commands.default_permissions(manage_guild=True)
@app_commands.checks.has_permissions(manage_guild=True)
@app_commands.guild_only()
async def _status(interaction: discord.Interaction[NewsdeskBot]) -> None:
    await interaction.response.defer(thinking=True, ephemeral=True)
    bot = interaction.client
    facts = await bot.run_apart(bot.desk.status)
    if facts["generation"] is None:
        raise IndexMissing("nothing is indexed yet")
    shown = {name: facts[name] for name in _SHOWN_STATUS} | {
        "model": ", ".join(choice.name for choice in bot.desk.settings.models) or "none"
    }
    await _finish(interaction, render_facts("Newsdesk", shown))


def run(settings: Settings) -> None:
    """Run the bot until it is stopped.

    Raises:
        BadSettings: There is no token, or Discord does not take it.
        IndexMissing: There is nothing to answer from.
    """
    token = settings.discord_token.get_secret_value()
    if not token:
        raise BadSettings("no token; set DISCORD_TOKEN to the one of your bot's page in Discord's developer portal")
    desk = Desk(settings)
    desk.warm_up()
    try:
        NewsdeskBot(desk).run(token)
    except discord.LoginFailure as e:
        raise BadSettings("Discord does not take the token; check DISCORD_TOKEN") from e


def explain(error: BaseException) -> str:
    """A sentence for the reader; of an unexpected error, the id that the log has."""
    if isinstance(error, app_commands.CheckFailure):
        return "That is for those who may manage this server."
    if isinstance(error, BadQuestion):
        return f"I did not understand that: {escape(str(error))}."
    if isinstance(error, IndexMissing):
        return "Nothing is indexed yet. Whoever runs me can build the index."
    reference = secrets.token_hex(4)
    kind = "expected" if isinstance(error, NewsdeskError) else "unexpected"
    log.error("error %s (%s)", reference, kind, exc_info=error)
    return f"Something went wrong on my side. Please try again; the log has it as {reference}."


async def _finish(interaction: discord.Interaction[Any], embed: discord.Embed) -> None:
    """Answer a deferred command; its token ends after 15 minutes, and then a plain message must do."""
    try:
        await interaction.edit_original_response(embeds=[embed])
    except discord.HTTPException as e:
        log.warning("a deferred reply came too late: HTTP status %s", e.status)
        if isinstance(interaction.channel, discord.abc.Messageable):
            await interaction.channel.send(embeds=[embed])


def _without_mention(content: str, bot_id: int) -> str:
    return " ".join(content.replace(f"<@{bot_id}>", " ").replace(f"<@!{bot_id}>", " ").split())
