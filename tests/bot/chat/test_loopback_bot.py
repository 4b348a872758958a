"""The real bot over real sockets: asks, mentions and follow-ups, and what readers get when Discord falters."""

from __future__ import annotations

from typing import Any

import pytest

from bot.chat.client import NewsdeskBot
from bot.types import Turn
from tests.discord_server import LoopbackDiscord
from tests.discord_server.state import Message

WHEN = "When did the harbour bridge open?"


def title(message: Message) -> Any:
    return message.embeds[0]["title"]


def head(message: Message) -> Any:
    return message.embeds[0]["author"]["name"]


# Asking


async def test_a_slash_command_is_deferred_and_then_answered(loopback, bot, reader):
    reply = await reader.slash("ask", question=WHEN)
    answer = await reply.final()
    assert title(answer) == WHEN
    assert not answer.thinking
    deferred, edited = loopback.rest.requests[-2:]
    assert deferred.body == {"type": 5}
    assert edited.path.endswith("/messages/@original")


async def test_the_quoted_answer_is_shown_before_the_model_has_written(bot, reader, two_steps):
    reply = await reader.slash("ask", question=WHEN)
    await reply.until(lambda m: head(m) == "Quoted from the articles")
    two_steps.set()
    answer = await reply.final()
    assert [shown.embeds[0]["author"]["name"] for shown in answer.history[1:]] == ["Quoted from the articles", "Answer"]


async def test_a_long_answer_goes_on_in_messages_of_the_channel(loopback, bot, reader, desk, quoted, cite):
    desk.answerer.script = lambda question, _: quoted(question.text, *(cite(n) for n in range(1, 26)))
    first = await (await reader.slash("ask", question=WHEN)).final()
    assert loopback.messages[0] is first
    assert len(loopback.messages) >= 3
    assert sum(len(m.embeds) for m in loopback.messages) == 26


async def test_a_mention_is_answered_by_one_reply_to_it(loopback, guild, bot, reader):
    asked = await reader.mention(guild.channel, WHEN)
    reply = await asked.final()
    assert title(reply) == WHEN
    assert loopback.messages == [reply]


async def test_the_bot_types_while_it_looks_for_an_answer(loopback, guild, bot, reader, two_steps):
    asked = await reader.mention(guild.channel, WHEN)
    await loopback.until(lambda: loopback.world.typing == [guild.channel], "typing")
    two_steps.set()
    await asked.final()


async def test_a_reply_to_the_bot_is_a_follow_up(guild, bot, reader, desk):
    first = await (await reader.mention(guild.channel, WHEN)).final()
    await (await reader.send(guild.channel, "And who paid?", reply_to=first)).final()
    assert desk.answerer.asked[1].text == "And who paid?"
    assert desk.answerer.asked[1].history == (Turn(WHEN, "The harbour bridge opened on 17 April."),)


async def test_a_reply_that_pings_the_bot_follows_up_on_a_command_too(guild, bot, reader, desk):
    first = await (await reader.slash("ask", question=WHEN)).final()
    await (await reader.send(guild.channel, "And who paid?", reply_to=first)).final()
    assert desk.answerer.asked[1].text == "And who paid?"
    assert len(desk.answerer.asked[1].history) == 1


async def test_commands_work_in_direct_messages(loopback, bot, desk):
    friend = loopback.add_person()
    answer = await (await friend.slash("ask", question=WHEN)).final()
    assert title(answer) == WHEN
    assert "ask" in friend.offered()


async def test_direct_messages_are_answered_without_a_mention(loopback, bot):
    answer = await (await loopback.add_person().dm(WHEN)).final()
    assert title(answer) == WHEN
    assert loopback.messages == [answer]


async def test_commands_of_managers_answer_them_alone(loopback, guild, bot, reader):
    manager = guild.add_member("manager", guild.add_role("managers", manage_guild=True))
    shown = await (await manager.slash("status")).final()
    assert shown.ephemeral
    assert "69" in shown.text
    assert not {"reindex", "status"} & set(reader.offered())


# What the bot may read


async def test_a_message_that_does_not_mention_the_bot_comes_without_its_content(loopback, guild, bot, reader, desk):
    await reader.send(guild.channel, WHEN)
    await loopback.settled()
    assert [m.content for m in bot.cached_messages] == [""]
    assert desk.answerer.asked == []


async def test_a_mention_brings_its_content_and_that_of_others_stays_hidden(loopback, guild, bot, reader):
    other = await reader.send(guild.channel, "a secret between readers")
    asked = await reader.mention(guild.channel, WHEN, reply_to=other.message)
    await asked.final()
    seen = next(m for m in bot.cached_messages if m.id == asked.message.id)
    assert WHEN in seen.content
    assert seen.reference.resolved.content == ""


# When Discord falters


async def test_a_drop_in_the_middle_of_an_answer_is_resumed_and_answered_once(loopback, guild, bot, reader, two_steps):
    asked = await reader.mention(guild.channel, WHEN)
    await asked.until()
    await loopback.gateway.drop()
    await loopback.gateway.wait_until_connected()
    two_steps.set()
    await asked.final()
    await loopback.settled()
    assert [head(m) for m in loopback.messages] == ["Answer"]
    assert loopback.gateway.identifies == 1
    assert loopback.gateway.sessions[0].resumed == 1


async def test_what_is_asked_while_the_bot_is_away_is_answered_when_it_is_back(loopback, guild, bot, reader, desk):
    async with loopback.gateway.outage():
        asked = await reader.mention(guild.channel, WHEN)
    await asked.final()
    await loopback.settled()
    assert len(loopback.messages) == len(desk.answerer.asked) == 1


async def test_a_refused_resume_ends_in_a_new_session_that_answers(loopback, guild, bot, reader):
    before = loopback.gateway.sessions[0]
    loopback.gateway.refuse_resume()
    await loopback.gateway.drop()
    await loopback.until(lambda: loopback.gateway.identifies == 2, "a second identify")
    assert title(await (await reader.mention(guild.channel, WHEN)).final()) == WHEN
    assert loopback.gateway.sessions != [before]


async def test_a_request_to_reconnect_costs_no_answer(loopback, guild, bot, reader, two_steps):
    asked = await reader.mention(guild.channel, WHEN)
    await loopback.gateway.request_reconnect()
    two_steps.set()
    assert head(await asked.final()) == "Answer"
    assert loopback.gateway.sessions[0].resumed == 1


@pytest.mark.parametrize("resumable", [False, True])
async def test_an_invalid_session_is_resumed_or_begun_anew(loopback, guild, bot, reader, resumable):
    await loopback.gateway.invalidate(resumable)
    assert title(await (await reader.mention(guild.channel, WHEN)).final()) == WHEN
    assert loopback.gateway.identifies == (1 if resumable else 2)


@pytest.mark.parametrize("is_global", [False, True])
async def test_a_rate_limit_is_waited_out(loopback, guild, bot, reader, is_global):
    loopback.rest.fail("POST", "/channels/*/messages", 429, retry_after=0.05, is_global=is_global, times=2)
    await (await reader.mention(guild.channel, WHEN)).final()
    assert [r.status for r in loopback.rest.asked("POST", "/channels/*/messages")] == [429, 429, 200]
    assert len(loopback.messages) == 1


async def test_a_rate_limit_on_the_edit_of_a_deferred_answer_is_waited_out(loopback, bot, reader):
    loopback.rest.fail("PATCH", "/webhooks/*/@original", 429, retry_after=0.05)
    reply = await reader.slash("ask", question=WHEN)
    assert title(await reply.final()) == WHEN
    assert len(loopback.rest.invalid) == 1


async def test_an_answer_that_discord_took_but_did_not_confirm_is_not_posted_twice(loopback, guild, bot, reader):
    loopback.rest.fail("POST", "/channels/*/messages", 502, carried_out=True)
    await (await reader.mention(guild.channel, WHEN)).final()
    assert [r.status for r in loopback.rest.asked("POST", "/channels/*/messages")] == [502, 200]
    assert len(loopback.messages) == 1


async def test_the_quoted_answer_stands_where_the_edit_fails(loopback, guild, bot, reader, two_steps, caplog):
    asked = await reader.mention(guild.channel, WHEN)
    await asked.until()
    loopback.rest.fail("PATCH", "/channels/*", 503, times=3)
    two_steps.set()
    assert head(await asked.final()) == "Quoted from the articles"
    assert "HTTP status 503" in caplog.text


async def test_a_channel_where_the_bot_may_not_write_stays_silent(loopback, guild, bot, reader, caplog):
    guild.deny(guild.channel, loopback.bot, send_messages=True)
    await reader.mention(guild.channel, WHEN)
    await loopback.settled()
    assert loopback.rest.asked("POST", "/channels/*") == []
    assert caplog.text.count("the bot may not write there") == 1


async def test_a_question_that_is_deleted_meanwhile_is_not_answered(loopback, guild, bot, reader):
    typing = loopback.rest.hold("POST", "/channels/*/typing")
    asked = await reader.mention(guild.channel, WHEN)
    await typing.reached()
    await reader.delete(asked.message)
    typing.release()
    await loopback.settled()
    assert [r.status for r in loopback.rest.asked("POST", "/channels/*/messages")] == [400]
    assert loopback.messages == []


async def test_a_bot_that_is_kicked_while_it_answers_goes_on_elsewhere(loopback, guild, bot, reader):
    elsewhere = loopback.add_guild("elsewhere")
    typing = loopback.rest.hold("POST", f"/channels/{guild.channel.id}/typing")
    await reader.mention(guild.channel, WHEN)
    await typing.reached()
    guild.kick_bot()
    typing.release()
    await loopback.settled()
    assert loopback.messages == []
    asked = await elsewhere.add_member().mention(elsewhere.channel, WHEN)
    assert title(await asked.final()) == WHEN


async def test_an_acknowledgement_that_comes_too_late_is_made_up_for_in_the_channel(loopback, bot, reader, caplog):
    callback = loopback.rest.hold("POST", "/interactions/*/callback")
    reply = await reader.slash("ask", question=WHEN)
    await callback.reached()
    loopback.clock.advance(3.1)
    callback.release()
    await loopback.settled()
    assert reply.failed
    assert [r.status for r in loopback.rest.asked("POST", "/interactions/*")] == [404]
    assert [title(m) for m in loopback.messages] == [WHEN]
    assert "code 10062" in caplog.text
    assert "Traceback" not in caplog.text


async def test_a_token_ends_after_fifteen_minutes_and_the_channel_is_told(loopback, guild, bot, reader, desk, quoted):
    def script(question, _):
        loopback.clock.advance(15 * 60 + 1)
        return quoted(question.text)

    desk.answerer.script = script
    reply = await reader.slash("ask", question=WHEN)
    await reply.acknowledged()
    await loopback.settled()
    assert reply.message.thinking
    [told] = [m for m in loopback.messages if m is not reply.message]
    assert told.channel is guild.channel
    assert told.reply_to is None
    assert title(told) == WHEN


# Shards


async def test_every_shard_answers_its_own_guilds(desk):
    async with LoopbackDiscord(n_shards=2) as loopback:
        guilds = [loopback.add_guild(name) for name in ("first", "second")]
        async with loopback.running(NewsdeskBot(desk)):
            assert [s.n_events for s in loopback.gateway.sessions] == [2, 2]  # READY and one guild
            for guild in guilds:
                await (await guild.add_member().mention(guild.channel, WHEN)).final()
        assert len(loopback.messages) == 2
        loopback.check()


async def test_heartbeats_come_again_and_again_while_the_desk_is_busy(desk, two_steps):
    async with LoopbackDiscord(heartbeat_s=0.02) as loopback:
        guild = loopback.add_guild()
        async with loopback.running(NewsdeskBot(desk)):
            asked = await guild.add_member().mention(guild.channel, WHEN)
            await asked.until()
            [session] = loopback.gateway.sessions
            n = len(session.connection.heartbeats)
            await loopback.until(lambda: len(session.connection.heartbeats) > n + 2, "heartbeats")
            two_steps.set()
            await asked.final()
