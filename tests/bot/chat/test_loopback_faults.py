"""What goes wrong at Discord in the middle of an answer: given once or honestly ended, and the next one follows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.chat.client import NewsdeskBot
from bot.types import Outcome
from tests.discord_server import Asked, LoopbackDiscord, Reply
from tests.discord_server.state import Channel, Message

WHEN = "When did the harbour bridge open?"
NEXT = "And who paid?"
QUOTE = "The harbour bridge opened on 17 April."
STORM = 12  # discord.py gives up after five

Ask = Callable[..., Awaitable[Asked | Reply]]


def title(message: Message) -> Any:
    return message.embeds[0]["title"]


def head(message: Message) -> Any:
    return message.embeds[0]["author"]["name"]


@pytest.fixture
async def bot(loopback, guild, desk) -> AsyncIterator[NewsdeskBot]:
    """The bot, which edits as often as there is something new."""
    bot = NewsdeskBot(desk, pace_s=0)
    async with loopback.running(bot):
        yield bot


@pytest.fixture(params=["mention", "slash"])
def ask(request, guild, reader) -> Ask:
    """Asks by a mention or by the command."""

    async def ask(channel: Channel | None = None) -> Asked | Reply:
        channel = channel or guild.channel
        if request.param == "mention":
            return await reader.mention(channel, WHEN)
        return await reader.slash("ask", channel, question=WHEN)

    return ask


@pytest.fixture
def goes_on(loopback, guild, two_steps) -> Any:
    """Sees that the question stands answered so often, and that the next one is answered too, once."""

    async def see(n_answers: int = 1, channel: Channel | None = None) -> None:
        two_steps.set()
        await loopback.settled()
        assert [WHEN in m.text for m in loopback.messages] == [True] * n_answers
        asked = await guild.add_member("next").mention(channel or guild.channel, NEXT)
        assert head(await asked.final()) == "Answer"
        await loopback.settled()
        assert [NEXT in m.text for m in loopback.messages] == [False] * n_answers + [True]

    return see


# The socket


async def drop(loopback: LoopbackDiscord) -> None:
    await loopback.gateway.drop()
    await loopback.gateway.wait_until_connected()


async def refuse_resume(loopback: LoopbackDiscord) -> None:
    loopback.gateway.refuse_resume()
    await loopback.gateway.drop()
    await loopback.until(lambda: loopback.gateway.identifies == 2, "a second identify")
    await loopback.gateway.wait_until_connected()


async def reconnect(loopback: LoopbackDiscord) -> None:
    await loopback.gateway.request_reconnect()


async def invalidate(loopback: LoopbackDiscord) -> None:
    await loopback.gateway.invalidate(resumable=False)


@pytest.mark.parametrize("happens", [drop, refuse_resume, reconnect, invalidate])
async def test_whatever_befalls_the_socket_an_answer_is_given_once(loopback, bot, ask, two_steps, goes_on, happens):
    asked = await ask()
    shown = await asked.until(lambda m: head(m) == "Quoted from the articles")
    await happens(loopback)
    two_steps.set()
    assert await asked.final() is shown
    assert head(shown) == "Answer"
    await goes_on()


# Rate limits


@pytest.mark.parametrize("is_global", [False, True])
async def test_a_storm_of_rate_limits_on_the_first_response_is_waited_out(loopback, bot, ask, goes_on, is_global):
    for pattern in ("/channels/*/messages", "/interactions/*/callback"):
        loopback.rest.fail("POST", pattern, 429, retry_after=0.001, is_global=is_global, times=STORM)
    await (await ask()).until()
    assert len(loopback.rest.invalid) == STORM
    await goes_on()


@pytest.mark.parametrize("is_global", [False, True])
async def test_a_storm_of_rate_limits_on_edits_is_waited_out(loopback, bot, ask, two_steps, goes_on, is_global):
    asked = await ask()
    shown = await asked.until()
    loopback.rest.fail("PATCH", "*", 429, retry_after=0.001, is_global=is_global, times=STORM)
    two_steps.set()
    await asked.final()
    assert head(shown) == "Answer"
    assert len(loopback.rest.invalid) == STORM
    await goes_on()


async def test_whom_cloudflare_keeps_out_does_not_knock_again(loopback, guild, bot, reader, two_steps, goes_on):
    loopback.rest.fail("POST", "/channels/*/messages", 429, by_cloudflare=True, times=2)
    two_steps.set()
    await reader.mention(guild.channel, WHEN)
    await loopback.settled()
    assert len(loopback.rest.asked("POST", "/channels/*/messages")) == 2  # the quotes, and the answer
    await goes_on(0)


# Broken answers of Discord


@pytest.mark.parametrize("carried_out", [False, True])
@pytest.mark.parametrize("status", [0, 503])
async def test_an_edit_that_fails_is_made_again(loopback, bot, ask, two_steps, goes_on, status, carried_out):
    asked = await ask()
    shown = await asked.until()
    loopback.rest.fail("PATCH", "*", status, carried_out=carried_out)
    two_steps.set()
    await asked.final()
    assert head(shown) == "Answer"
    await goes_on()


@pytest.fixture
def long_answers(desk, two_steps, quoted, cite) -> None:
    """Answers that take several messages; they end once the event is set."""

    def script(question, on_quoted):
        answer = quoted(question.text, *(cite(n) for n in range(1, 26)))
        on_quoted(answer)
        assert two_steps.wait(30)
        return answer

    desk.answerer.script = script


@pytest.mark.parametrize("status", [0, 502, 503])
async def test_a_further_page_that_was_taken_without_an_answer_stands_once(
    loopback, bot, reader, long_answers, two_steps, status
):
    loopback.rest.fail("POST", "/channels/*/messages", status, carried_out=True)
    two_steps.set()
    first = await (await reader.slash("ask", question=WHEN)).final()
    assert loopback.messages[0] is first
    sources = [embed["author"]["name"] for m in loopback.messages for embed in m.embeds[int(m is first) :]]
    assert sources == [f"[{n}] Velmora Post, 18 April 2025" for n in range(1, 26)]


async def test_where_further_pages_cannot_be_shown_the_first_one_says_so(loopback, bot, ask, long_answers, two_steps):
    asked = await ask()
    await asked.until()
    loopback.rest.fail("POST", "/channels/*/messages", 503, times=3)
    two_steps.set()
    answer = await asked.final()
    assert answer.embeds[0]["description"].endswith("*The rest of this answer could not be shown.*")
    assert answer.components
    assert loopback.messages == [answer]


# What is deleted


async def test_the_answer_ends_although_the_question_is_deleted(loopback, guild, bot, reader, two_steps, goes_on):
    asked = await reader.mention(guild.channel, WHEN)
    shown = await asked.until()
    await reader.delete(asked.message)
    two_steps.set()
    await loopback.settled()
    assert head(shown) == "Answer"
    await goes_on()


async def test_an_answer_that_is_deleted_while_it_grows_is_not_given_again(bot, reader, ask, goes_on):
    await reader.delete(await (await ask()).until())
    await goes_on(0)


@pytest.mark.parametrize("is_thread", [False, True])
async def test_an_answer_ends_with_its_channel(loopback, guild, bot, reader, ask, goes_on, caplog, is_thread):
    channel = await reader.start_thread(guild.channel, "bridge") if is_thread else guild.add_channel("other")
    await (await ask(channel)).until()
    guild.delete_channel(channel)
    await goes_on(0)
    assert "could not be shown: HTTP status 404" in caplog.text
    assert "Traceback" not in caplog.text


# What the bot may no longer do


@pytest.mark.parametrize("permission", ["send_messages", "embed_links", "read_message_history"])
async def test_a_permission_that_is_taken_away_in_the_middle_costs_no_answer(
    loopback, guild, bot, ask, two_steps, goes_on, permission
):
    asked = await ask()
    shown = await asked.until()
    guild.deny(guild.channel, loopback.bot, **{permission: True})
    await loopback.gateway.delivered()
    two_steps.set()
    await asked.final()
    assert "Quoted" not in shown.text
    await goes_on(channel=guild.add_channel("other"))


@pytest.mark.parametrize("permission", ["send_messages", "embed_links", "read_message_history"])
async def test_what_may_no_longer_be_said_before_an_answer_is_found_is_said_as_it_may(
    loopback, guild, bot, ask, desk, two_steps, quoted, goes_on, permission
):
    def script(question, _):
        assert two_steps.wait(30)
        return replace(quoted(question.text), outcome=Outcome.ANSWERED)

    desk.answerer.script = script
    n_before = len(loopback.rest.requests)
    asked = await ask()
    await loopback.until(lambda: len(loopback.rest.requests) > n_before, "the bot to begin")
    guild.deny(guild.channel, loopback.bot, **{permission: True})
    await loopback.gateway.delivered()
    silent = permission == "send_messages" and isinstance(asked, Asked)
    await goes_on(0 if silent else 1, guild.add_channel("other"))
    assert all(QUOTE in m.text for m in loopback.messages)


async def test_a_thread_where_the_bot_may_not_write_is_answered_by_commands_alone(
    loopback, guild, bot, reader, ask, goes_on
):
    thread = await reader.start_thread(guild.channel, "bridge")
    guild.deny(guild.channel, loopback.bot, send_messages_in_threads=True)
    await loopback.gateway.delivered()
    asked = await ask(thread)
    await goes_on(0 if isinstance(asked, Asked) else 1)


async def test_a_bot_that_is_kicked_in_the_middle_of_an_answer_goes_on_elsewhere(loopback, guild, bot, ask, two_steps):
    elsewhere = loopback.add_guild("elsewhere")
    asked = await ask()
    shown = await asked.until()
    guild.kick_bot()
    two_steps.set()
    await loopback.settled()
    assert loopback.messages == [shown]
    answer = await (await elsewhere.add_member().mention(elsewhere.channel, NEXT)).final()
    assert title(answer) == NEXT
    assert loopback.messages == [shown, answer]
