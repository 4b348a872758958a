"""What those who manage a server can do: build the index again, see how the bot is, and set what it does there."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.chat import admin
from bot.chat.client import NewsdeskBot
from bot.settings import Settings
from index.errors import NewsdeskError
from tests.discord_server.state import Message

WHEN = "When did the harbour bridge open?"
PAID = "Who paid for the bridge?"
REPORT = dict.fromkeys(admin.REPORTED, 7)
OPTIONS = [
    *("channels", "roles", "replies", "language", "sources", "model", "max_question_chars", "reader_per_minute"),
    *("server_per_minute", "daily_questions", "daily_tokens"),
]


@pytest.fixture
async def bot(loopback, guild, desk) -> AsyncIterator[NewsdeskBot]:
    """The bot, which edits as often as there is something new."""
    bot = NewsdeskBot(desk, pace_s=0)
    async with loopback.running(bot):
        yield bot


@pytest.fixture
def manager(guild) -> Any:
    return guild.add_member("manager", guild.add_role("managers", manage_guild=True))


@pytest.fixture
def build(monkeypatch) -> Any:
    """A build that goes on until its event is set, or fails with what stands there."""
    ended = asyncio.Event()
    ended.error = None  # type: ignore[attr-defined]

    async def rebuild(_: Settings, on_progress: Any) -> dict[str, Any]:
        on_progress("encoding: 200 of 5000, 30.1/s, 159 s left")
        await ended.wait()
        if ended.error:  # type: ignore[attr-defined]
            raise ended.error  # type: ignore[attr-defined]
        return REPORT

    monkeypatch.setattr(admin, "rebuild_apart", rebuild)
    return ended


def body(message: Message) -> str:
    return "\n".join(embed.get("description", "") for embed in message.embeds).replace("\\", "")


def set_option(bot: NewsdeskBot, guild: Any, name: str, value: Any, channel: Any = None) -> None:
    bot.ledger.config.set(guild.id, name, value, channel.id if channel else None)


# /reindex


async def test_a_build_tells_how_far_it_is_and_then_what_it_did_to_whoever_wanted_it(bot, manager, build):
    reply = await manager.slash("reindex")
    growing = await reply.until(lambda m: "200 of 5000" in body(m))
    assert growing.ephemeral
    build.set()
    done = await reply.final()
    assert done.embeds[0]["title"] == "The index is up to date"
    assert "**embedded**: 7" in body(done)


async def test_the_index_is_built_once_at_a_time(bot, guild, manager, build):
    first = await manager.slash("reindex")
    await first.until()
    other = guild.add_member("other", guild.add_role("more managers", manage_guild=True))
    refused = await (await other.slash("reindex")).until()
    assert refused.ephemeral
    assert "already" in body(refused)
    assert "**reading again**: yes" in body(await (await other.slash("status")).until())
    build.set()
    await first.final()
    assert not bot.rebuilding.locked()


@pytest.mark.parametrize("error", [None, NewsdeskError("disk full")])
async def test_a_build_of_over_fifteen_minutes_is_reported_in_private_too(loopback, guild, bot, manager, build, error):
    build.error = error
    reply = await manager.slash("reindex")
    await reply.until(lambda m: "200 of 5000" in body(m))
    loopback.clock.advance(15 * 60 + 1)
    build.set()
    await loopback.settled()
    assert [m for m in loopback.messages if m.channel is guild.channel] == [reply.message]
    [sent] = manager.private.messages.values()
    assert sent.embeds[0]["title"] == ("Sorry" if error else "The index is up to date")


async def test_progress_that_discord_does_not_take_costs_no_build(loopback, bot, manager, build, caplog):
    loopback.rest.fail("PATCH", "/webhooks/*", 404, code=10008)
    reply = await manager.slash("reindex")
    await loopback.until(lambda: loopback.rest.asked("PATCH", "/webhooks/*"), "an edit")
    build.set()
    assert (await reply.final()).embeds[0]["title"] == "The index is up to date"
    assert "not shown for now" in caplog.text


# /status


async def test_status_tells_how_many_are_answered_and_how_many_wait(bot, guild, reader, manager, two_steps):
    others = [guild.add_member(f"other {n}") for n in range(2)]
    for other in others:
        await (await other.mention(guild.channel, WHEN)).until()
    await (await reader.slash("ask", question=WHEN)).acknowledged()
    shown = await (await manager.slash("status")).until()
    assert "**questions**: 2 being answered, 1 waiting" in body(shown)
    two_steps.set()


async def test_status_tells_the_id_of_what_went_wrong_last(bot, reader, manager, desk):
    desk.answerer.script = lambda *_: 1 / 0
    sorry = body(await (await reader.slash("ask", question=WHEN)).final())
    reference = sorry.rsplit(" ", 1)[1].rstrip(".")
    assert f"**last error**: {reference} in the log, 2" in body(await (await manager.slash("status")).final())


async def test_status_tells_that_the_model_is_off_there(bot, guild, manager):
    set_option(bot, guild, "model", False)
    assert "**model**: none, off here" in body(await (await manager.slash("status")).final())


# What the options do


async def test_where_the_model_is_off_it_is_not_asked_threads_included(bot, guild, reader, desk):
    set_option(bot, guild, "model", False, guild.channel)
    thread = await reader.start_thread(guild.channel, "bridges")
    elsewhere = guild.add_channel("elsewhere")
    for channel in (guild.channel, thread, elsewhere):
        await (await reader.slash("ask", channel, question=WHEN)).final()
    assert desk.answerer.used_model == [False, False, True]


async def test_a_list_in_a_thread_holds_to_the_options_of_its_channel(bot, guild, reader):
    set_option(bot, guild, "max_question_chars", 20)
    set_option(bot, guild, "roles", "12345", guild.channel)
    thread = await reader.start_thread(guild.channel, "bridges")
    assert "who may ask" in body(await (await reader.slash("latest", thread)).final())


async def test_a_server_sets_how_often_a_reader_may_ask(bot, guild, reader, desk):
    set_option(bot, guild, "reader_per_minute", 1)
    await (await reader.slash("ask", question=WHEN)).final()
    assert "many questions" in body(await (await reader.slash("ask", question=PAID)).final())
    assert [q.text for q in desk.answerer.asked] == [WHEN]


# /config


async def test_every_option_is_shown_with_what_it_is_and_what_it_is_set_to(bot, guild, manager):
    set_option(bot, guild, "sources", "The Ledger, Velmora Post")
    set_option(bot, guild, "model", "off", guild.channel)
    shown = await (await manager.slash("config show")).final()
    assert shown.ephemeral
    assert shown.embeds[0]["title"] == "Options of this server"
    lines = body(shown).splitlines()
    assert [line.split("**")[1] for line in lines if line.startswith("**")][: len(OPTIONS)] == OPTIONS
    assert "**sources**: The Ledger, Velmora Post (set for the server)" in lines
    assert "**model**: on (default)" in lines
    assert "Only these outlets; empty for all." in lines
    assert lines[-1] == f"- <#{guild.channel.id}>: model"


async def test_what_holds_in_a_channel_is_shown_with_whence_it_comes(bot, guild, manager):
    set_option(bot, guild, "language", "en")
    set_option(bot, guild, "model", False, guild.channel)
    shown = await (await manager.slash("config show", channel=guild.channel)).final()
    assert shown.embeds[0]["title"] == "Options of #news"
    lines = body(shown).splitlines()
    assert "**model**: off (set for this channel)" in lines
    assert "**language**: en (set for the server)" in lines
    assert "**roles**: empty (default)" in lines


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("model", "off", "**model** is now off."),
        ("sources", "velmora post, The Ledger", "**sources** is now velmora post, The Ledger."),
        ("sources", "Empty", "**sources** is now empty."),
        ("reader_per_minute", "7", "**reader_per_minute** is now 7."),
        ("replies", "threads", "**replies** is now threads."),
        ("replies", "forums", "**replies** is now forums.\nWithout the message content intent"),
        ("model", "on", "**model** is now on.\nNo language model is set up"),
    ],
)
async def test_an_option_is_set_as_it_is_typed(bot, guild, manager, option, value, told):
    shown = await (await manager.slash("config set", option=option, value=value)).final()
    assert shown.ephemeral
    assert body(shown).startswith(told)
    assert list(bot.ledger.config.own(guild.id)[None]) == [option]


async def test_channels_and_roles_are_set_by_mentions_that_ping_nobody(bot, guild, manager):
    role = guild.add_role("readers")
    value = f"<#{guild.channel.id}> <#{guild.add_channel('more').id}>"
    await (await manager.slash("config set", option="channels", value=value)).final()
    shown = await (await manager.slash("config set", option="roles", value=f"<@&{role.id}>")).final()
    assert body(shown) == f"**roles** is now <@&{role.id}>."
    options = bot.ledger.config.get(guild.id)
    assert (options.channels[0], len(options.channels), options.roles) == (guild.channel.id, 2, (role.id,))


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("channels", "news", "chosen after typing # or @"),
        ("channels", "<#123>", "123 is no channel of this server"),
        ("roles", "<@&123>", "123 is no role of this server"),
        ("sources", "The @everyone Times", "No article is from The @everyone Times"),
        ("replies", "always", "'mentions', 'threads' or 'forums'"),
        ("model", "perhaps", "model cannot be that"),
        ("reader_per_minute", "1000", "less than or equal to 60"),
        ("language", "English, please", "no code of a language"),
    ],
)
async def test_what_cannot_be_set_is_said_kindly_and_changes_nothing(bot, guild, manager, option, value, told):
    shown = await (await manager.slash("config set", option=option, value=value)).final()
    assert shown.ephemeral
    assert shown.embeds[0]["title"] == "Sorry"
    assert told in body(shown)
    assert bot.ledger.config.own(guild.id) == {}


async def test_a_channel_has_options_of_its_own_but_not_those_of_the_whole_server(bot, guild, manager):
    forum = guild.add_forum("posts")
    await (await manager.slash("config set", option="language", value="de", channel=forum)).final()
    refused = await (await manager.slash("config set", option="channels", value="empty", channel=forum)).final()
    assert "for the whole server" in body(refused)
    assert bot.ledger.config.own(guild.id) == {forum.id: {"language": "de"}}


async def test_an_option_is_reset_where_it_was_set(bot, guild, manager):
    set_option(bot, guild, "language", "de")
    set_option(bot, guild, "language", "en", guild.channel)
    set_option(bot, guild, "model", False, guild.channel)
    completed = await manager.autocomplete("config reset", "option", "", channel=guild.channel)
    assert await completed.choices() == ["language", "model"]
    assert await (await manager.autocomplete("config reset", "option", "")).choices() == ["language"]
    await (await manager.slash("config reset", option="language", channel=guild.channel)).final()
    assert bot.ledger.config.own(guild.id) == {None: {"language": "de"}, guild.channel.id: {"model": False}}
    again = await (await manager.slash("config reset", option="language", channel=guild.channel)).final()
    assert "language is not set for that channel" in body(again)


async def test_an_option_of_another_version_is_named_and_can_be_reset(bot, guild, manager, desk):
    with sqlite3.connect(desk.settings.home / "ledger.db") as db:
        db.execute("INSERT INTO options VALUES (?, 0, 'colour', '\"red\"')", (guild.id,))
    assert "colour cannot be that" in body(await (await manager.slash("config show")).final())
    assert await (await manager.autocomplete("config reset", "option", "col")).choices() == ["colour"]
    await (await manager.slash("config reset", option="colour")).final()
    assert "**model**: on" in body(await (await manager.slash("config show")).final())


@pytest.mark.parametrize(
    ("option", "typed", "offered"),
    [
        ("model", "", ["on", "off"]),
        ("replies", "th", ["threads"]),
        ("sources", "the", ["The Ledger"]),
        ("sources", "Velmora Post, ald", ["Velmora Post, Aldersund Post"]),
        ("channels", "", ["empty"]),
        ("daily_questions", "", []),
    ],
)
async def test_values_complete_themselves(bot, manager, option, typed, offered):
    assert await (await manager.autocomplete("config set", "value", typed, option=option)).choices() == offered


async def test_options_are_for_managers_alone_and_work_wherever_the_bot_may_not_answer(bot, guild, reader, manager):
    assert "config" not in reader.offered()
    set_option(bot, guild, "channels", "12345")
    assert body(await (await manager.slash("config show")).final()).startswith("**channels**: <#12345>")
