"""Conversations: the button for a follow-up, replies, direct messages and threads; and what completes /ask."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot.chat.ask_command import choose
from bot.chat.client import NewsdeskBot
from bot.types import Turn
from tests.discord_server import LoopbackDiscord
from tests.discord_server.state import Message

WHEN = "When did the harbour bridge open?"
PAID = "And who paid?"
TURN = Turn(WHEN, "The harbour bridge opened on 17 April.")


def title(message: Message) -> Any:
    return message.embeds[0]["title"]


# Follow-ups


async def test_the_button_under_an_answer_asks_a_follow_up(bot, reader, desk):
    answer = await (await reader.slash("ask", question=WHEN)).final()
    opened = await reader.click(answer, "Follow up")
    followed = await (await reader.submit(opened, question=PAID)).final()
    assert title(followed) == PAID
    assert not followed.ephemeral
    assert desk.answerer.asked[1].history == (TURN,)
    opened = await reader.click(followed, "Follow up")
    await (await reader.submit(opened, question="And when?")).final()
    assert [turn.question for turn in desk.answerer.asked[2].history] == [WHEN, PAID]


async def test_a_follow_up_on_a_private_answer_is_private(bot, reader):
    answer = await (await reader.slash("ask", question=WHEN, private=True)).final()
    opened = await reader.click(answer, "Follow up")
    assert (await (await reader.submit(opened, question=PAID)).final()).ephemeral


async def test_a_bot_that_was_restarted_takes_follow_ups_on_earlier_answers(loopback, guild, reader, desk):
    async with loopback.running(NewsdeskBot(desk)):
        answer = await (await reader.slash("ask", question=WHEN)).final()
        opened = await reader.click(answer, "Follow up")
        await opened.modal()
    async with loopback.running(NewsdeskBot(desk)):
        await (await reader.submit(opened, question=PAID)).final()
        await (await reader.submit(await reader.click(answer, "Follow up"), question="And when?")).final()
    assert [q.history for q in desk.answerer.asked] == [(), (TURN,), (TURN,)]


async def test_a_follow_up_on_an_answer_that_is_forgotten_is_a_question_of_its_own(bot, reader, desk):
    answer = await (await reader.slash("ask", question=WHEN)).final()
    bot.ledger.readers.forget(bot.ledger.readers.key_of(reader.user.id))
    await (await reader.submit(await reader.click(answer, "Follow up"), question=PAID)).final()
    assert desk.answerer.asked[1].history == ()


async def test_a_reply_goes_on_with_the_whole_conversation(guild, bot, reader, desk):
    first = await (await reader.mention(guild.channel, WHEN)).final()
    second = await (await reader.send(guild.channel, PAID, reply_to=first)).final()
    await (await reader.send(guild.channel, "And when?", reply_to=second)).final()
    assert [turn.question for turn in desk.answerer.asked[2].history] == [WHEN, PAID]


async def test_a_reply_to_plain_text_is_a_follow_up_too(loopback, guild, bot, reader, desk):
    guild.deny(guild.channel, loopback.bot, embed_links=True)
    await loopback.settled()
    first = await (await reader.mention(guild.channel, WHEN)).final()
    await (await reader.send(guild.channel, PAID, reply_to=first)).final()
    assert desk.answerer.asked[1].history == (TURN,)


async def test_direct_messages_are_a_conversation(loopback, bot, desk):
    friend = loopback.add_person()
    await (await friend.dm(WHEN)).final()
    await (await friend.dm(PAID)).final()
    other = loopback.add_person("other")
    await (await other.dm(PAID)).final()
    assert [q.history for q in desk.answerer.asked] == [(), (TURN,), ()]


async def test_a_conversation_in_direct_messages_ends_after_a_while(loopback, bot, desk, monkeypatch):
    friend = loopback.add_person()
    await (await friend.dm(WHEN)).final()
    later = datetime.now(UTC) + timedelta(minutes=61)
    loopback.clock.advance(later.timestamp() - loopback.clock())
    await (await friend.dm(PAID)).final()
    assert desk.answerer.asked[1].history == ()


# Where content comes without a mention


@pytest.fixture
async def all_content(desk) -> AsyncIterator[LoopbackDiscord]:
    """A Discord that gives the bot the content of all messages, with the bot connected."""
    desk.settings = desk.settings.model_copy(update={"message_content": True})
    async with LoopbackDiscord(message_content=True) as discord:
        discord.add_guild()
        discord.bot_under_test = NewsdeskBot(desk)
        async with discord.running(discord.bot_under_test):
            yield discord
        discord.check()


@pytest.fixture
def open_guild(all_content) -> Any:
    guild = all_content.add_guild("open")
    return SimpleNamespace(guild=guild, reader=guild.add_member(), channel=guild.channel)


async def test_a_thread_where_the_bot_has_answered_goes_on_without_mentions(all_content, open_guild, desk):
    reader = open_guild.reader
    thread = await reader.start_thread(open_guild.channel, "The bridge")
    await reader.send(thread, "Nobody has asked the bot yet.")
    await (await reader.mention(thread, WHEN)).final()
    await (await reader.send(thread, PAID)).final()
    await reader.send(open_guild.channel, "This is said elsewhere.")
    await all_content.settled()
    assert [q.text for q in desk.answerer.asked] == [WHEN, PAID]
    assert desk.answerer.asked[1].history == (TURN,)


@pytest.mark.parametrize("replies", ["mentions", "forums"])
async def test_posts_of_a_forum_are_answered_where_the_server_wants_it(all_content, open_guild, desk, replies):
    guild = open_guild.guild
    all_content.bot_under_test.ledger.config.set(guild.id, "replies", replies)
    forum = guild.add_forum("questions")
    await open_guild.reader.post(forum, "The bridge", WHEN)
    await all_content.settled()
    assert [q.text for q in desk.answerer.asked] == ([WHEN] if replies == "forums" else [])


async def test_without_content_nothing_in_a_thread_is_taken_for_a_question(loopback, guild, bot, reader, desk):
    thread = await reader.start_thread(guild.channel, "The bridge")
    await (await reader.mention(thread, WHEN)).final()
    await reader.send(thread, PAID)
    await loopback.settled()
    assert len(desk.answerer.asked) == 1


async def test_a_server_may_want_messages_answered_in_threads_only(loopback, guild, bot, reader, desk):
    bot.ledger.config.set(guild.id, "replies", "threads")
    told = await (await reader.mention(guild.channel, WHEN)).final()
    assert "in threads only" in told.text
    thread = await reader.start_thread(guild.channel, "The bridge")
    await (await reader.mention(thread, WHEN)).final()
    await (await reader.slash("ask", question=PAID)).final()
    assert [q.text for q in desk.answerer.asked] == [WHEN, PAID]


async def test_a_server_may_allow_some_channels_and_roles_only(guild, bot, reader, desk):
    chosen, role = guild.add_channel("chosen"), guild.add_role("askers")
    bot.ledger.config.set(guild.id, "channels", [chosen.id])
    bot.ledger.config.set(guild.id, "roles", [role.id])
    asker = guild.add_member("asker", role)
    for person, channel in ((reader, chosen), (asker, guild.channel)):
        refused = await (await person.slash("ask", channel, question=WHEN)).until()
        assert refused.ephemeral
    thread = await asker.start_thread(chosen, "The bridge")
    await (await asker.mention(thread, WHEN)).final()
    assert len(desk.answerer.asked) == 1


async def test_the_options_of_a_channel_hold_in_its_threads(guild, bot, reader, desk):
    bot.ledger.config.set(guild.id, "max_question_chars", 20, guild.channel.id)
    thread = await reader.start_thread(guild.channel, "The bridge")
    refused = await (await reader.slash("ask", thread, question=WHEN)).until()
    assert "at most 20" in refused.text
    assert desk.answerer.asked == []


# Completion


async def test_outlets_are_completed_those_that_begin_so_first(bot, reader):
    reply = await reader.autocomplete("ask", "source", "POST", question=WHEN)
    assert await reply.choices() == ["Aldersund Post", "Velmora Post"]
    assert await (await reader.autocomplete("ask", "source", "v", question=WHEN)).choices() == ["Velmora Post"]


def test_what_begins_as_typed_comes_before_what_contains_it():
    assert choose(["The Post", "Morning", "Post of Velmora", "post"], "post") == ["Post of Velmora", "post", "The Post"]


async def test_a_reader_is_offered_questions_of_their_own(guild, bot, reader):
    other = guild.add_member("other")
    for person, question in ((reader, WHEN), (reader, PAID), (reader, "x" * 101), (other, "Whose bridge is it?")):
        await (await person.slash("ask", question=question)).final()
    assert await (await reader.autocomplete("ask", "question", "")).choices() == [PAID, WHEN]
    assert await (await reader.autocomplete("ask", "question", "BRIDGE")).choices() == [WHEN]


async def test_no_more_is_offered_than_discord_takes(bot, reader, desk):
    desk.reader.sources = (*(f"Outlet {n:03}" for n in range(40)), "o" * 101)
    assert len(await (await reader.autocomplete("ask", "source", "o", question=WHEN)).choices()) == 25


async def test_without_an_index_nothing_is_offered(bot, reader, desk, monkeypatch):
    monkeypatch.setattr(desk.reader, "current", lambda: 1 / 0, raising=False)
    assert await (await reader.autocomplete("ask", "source", "o", question=WHEN)).choices() == []
