"""Which messages are questions, and what they follow up on."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import discord

from bot.chat.asking import ask_in, continue_from
from bot.chat.follow_up import read_answer_id
from bot.chat.render import read_turn
from bot.chat.surface import ChannelSurface
from bot.ledger.config import Replies
from bot.ledger.errors import BadLedger, BadRequest
from bot.questions import Wording, make_question
from bot.types import Turn

if TYPE_CHECKING:
    from bot.chat.client import NewsdeskBot

_SPOKEN = (discord.MessageType.default, discord.MessageType.reply)


async def answer_message(bot: NewsdeskBot, message: discord.Message) -> None:
    """Answer a message if it is a question to the bot; never raises."""
    if message.author.bot or bot.user is None or message.type not in _SPOKEN or not await _is_question(bot, message):
        return
    text = _without_mention(message.content, bot.user.id)
    question = make_question(text, Wording(), bot.desk.settings.zone, await _read_history(bot, message))
    await ask_in(bot, message.author, question, ChannelSurface(message.channel, message))


async def _is_question(bot: NewsdeskBot, message: discord.Message) -> bool:
    """Whether it is a direct message, a mention or a reply that pings; or, where content comes, goes on in a thread."""
    if message.guild is None or bot.user in message.mentions:
        return True
    thread = message.channel
    if not message.content or not isinstance(thread, discord.Thread):
        return False
    if message.id == thread.id:  # the first message of a post in a forum
        return isinstance(thread.parent, discord.ForumChannel) and await _answers_posts(bot, message.guild.id, thread)
    return bot.last_answers.get(thread.id) is not None and not message.mentions and message.reference is None


async def _answers_posts(bot: NewsdeskBot, server: int, thread: discord.Thread) -> bool:
    try:
        options = await bot.run_apart(partial(bot.ledger.config.get, server, thread.parent_id))
    except (BadLedger, BadRequest):
        return False
    return bool(options.replies is Replies.FORUMS)


async def _read_history(bot: NewsdeskBot, message: discord.Message) -> tuple[Turn, ...]:
    """The conversation so far, if the answer that the message follows up on is not too old.

    In direct messages and threads that is the last answer, elsewhere the one that is replied to.
    """
    earliest = message.created_at - timedelta(minutes=bot.desk.settings.memory_minutes)
    if message.reference:
        earlier = await _replied_to(bot, message)
        if earlier is None or earlier.created_at < earliest:
            return ()
        answer_id, turn = read_answer_id(earlier), read_turn(earlier.embeds)
    else:
        in_talk = message.guild is None or isinstance(message.channel, discord.Thread)
        answer_id, turn = bot.last_answers.get(message.channel.id) if in_talk else None, None
    try:
        kept = await bot.run_apart(partial(bot.ledger.answers.load, answer_id)) if answer_id else None
    except BadLedger:
        kept = None
    if kept and (message.reference or kept.question.now >= earliest):
        return continue_from(kept)
    return (turn,) if turn else ()


async def _replied_to(bot: NewsdeskBot, message: discord.Message) -> discord.Message | None:
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
    return earlier if bot.user is not None and earlier.author.id == bot.user.id else None


def _without_mention(content: str, bot_id: int) -> str:
    return " ".join(content.replace(f"<@{bot_id}>", " ").replace(f"<@!{bot_id}>", " ").split())
