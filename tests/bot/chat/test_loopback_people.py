"""What people do on the loopback Discord, met by a small bot with every kind of command and component."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands, ui
from discord.ext import commands

from tests.discord_server import LoopbackDiscord, NotOffered

ROOT = Path(__file__).resolve().parents[3]
TOPICS = [f"topic {n}" for n in range(40)]
NOBODY = discord.AllowedMentions.none()


class Follow(ui.Modal, title="Follow up"):
    question: ui.TextInput[Any] = ui.TextInput(label="Your question", custom_id="question", max_length=20)

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message(f"asked: {self.question.value}", ephemeral=True)


class Buttons(ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @ui.button(label="Sources", custom_id="sources")
    async def sources(self, interaction: discord.Interaction[Any], button: ui.Button[Any]) -> None:
        await interaction.response.send_message("the paragraph", ephemeral=True, view=Buttons())

    @ui.button(label="Next", custom_id="next")
    async def turn(self, interaction: discord.Interaction[Any], button: ui.Button[Any]) -> None:
        await interaction.response.edit_message(content="page 2", allowed_mentions=NOBODY)

    @ui.button(label="Later", custom_id="later")
    async def later(self, interaction: discord.Interaction[Any], button: ui.Button[Any]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="page 3", view=None)

    @ui.button(label="Follow up", custom_id="follow")
    async def follow(self, interaction: discord.Interaction[Any], button: ui.Button[Any]) -> None:
        await interaction.response.send_modal(Follow())

    @ui.button(label="Closed", custom_id="closed", disabled=True)
    async def closed(self, interaction: discord.Interaction[Any], button: ui.Button[Any]) -> None:
        raise AssertionError("nobody can press it")

    @ui.select(placeholder="Sources", options=[discord.SelectOption(label=f"[{n}]", value=str(n)) for n in (1, 2, 3)])
    async def pick(self, interaction: discord.Interaction[Any], select: ui.Select[Any]) -> None:
        await interaction.response.send_message(f"picked {select.values}", ephemeral=True)


class SmallBot(commands.AutoShardedBot):
    def __init__(self) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        super().__init__("!", intents=intents, allowed_mentions=NOBODY, help_command=None)
        for command in (latest, config, weigh, check, open_thread, tell):
            self.tree.add_command(command)

    async def setup_hook(self) -> None:
        await self.tree.sync()


@app_commands.command(description="The latest on a topic.")
async def latest(interaction: discord.Interaction[Any], topic: str, n: app_commands.Range[int, 1, 5] = 3) -> None:
    await interaction.response.send_message(f"{n} on {topic}", view=Buttons())


@latest.autocomplete("topic")
async def complete(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
    found = [t for t in TOPICS if typed in t and str(interaction.namespace.n or "") in t]
    return [app_commands.Choice(name=t.upper(), value=t) for t in found[:25]]


config = app_commands.Group(name="config", description="Settings.")


@config.command(name="allow", description="Allow a channel.")
async def allow(
    interaction: discord.Interaction[Any], where: discord.TextChannel, who: discord.Member, role: discord.Role
) -> None:
    await interaction.response.send_message(f"{where.name}, {who.name}, {role.name}", ephemeral=True)


@app_commands.command(description="Weigh.")
@app_commands.guild_only()
@app_commands.choices(kind=[app_commands.Choice(name="Light", value="light")])
async def weigh(interaction: discord.Interaction[Any], kind: str, exact: bool = False) -> None:
    await interaction.response.send_message(f"{kind}, {exact}")


@app_commands.context_menu(name="Check this message")
async def check(interaction: discord.Interaction[Any], message: discord.Message) -> None:
    await interaction.response.defer(thinking=True, ephemeral=True)
    await interaction.followup.send(f"checked: {message.content}")
    await interaction.followup.send("and more", ephemeral=True)


@app_commands.command(name="thread", description="Open a thread.")
async def open_thread(interaction: discord.Interaction[Any]) -> None:
    await interaction.response.send_message("here")
    message = await interaction.original_response()
    thread = await (await message.fetch()).create_thread(name="bridge")
    await thread.send("in the thread")


@app_commands.command(description="Write to a reader.")
async def tell(interaction: discord.Interaction[Any]) -> None:
    try:
        await interaction.user.send("a word", file=discord.File(__file__, "words.txt"))
    except discord.Forbidden as e:
        await interaction.response.send_message(f"closed: {e.code}")
    else:
        await interaction.response.send_message("told", delete_after=None)


@pytest.fixture
async def loopback() -> AsyncIterator[LoopbackDiscord]:
    async with LoopbackDiscord() as loopback:
        async with loopback.running(SmallBot()):
            yield loopback
        loopback.check()


@pytest.fixture
def reader(guild) -> Any:
    return guild.add_member()


@pytest.fixture
async def shown(reader) -> Any:
    """A message with all the components."""
    return await (await reader.slash("latest", topic="bridge")).final()


# Commands


async def test_options_arrive_with_their_types(guild, reader):
    role = guild.add_role("managers")
    reply = await reader.slash("config allow", where=guild.channel, who=reader, role=role)
    message = await reply.final()
    assert message.content == "news, reader, managers"
    assert message.ephemeral
    assert (await (await reader.slash("weigh", kind="light", exact=True)).final()).content == "light, True"


@pytest.mark.parametrize(
    ("command", "options", "told"),
    [
        ("nothing", {}, "offered no 'nothing'"),
        ("latest", {}, "needs topic"),
        ("latest", {"topic": "x", "day": 1}, "has no day"),
        ("latest", {"topic": 3}, "topic cannot be 3"),
        ("latest", {"topic": "x", "n": 6}, "n is out of bounds: 6"),
        ("latest", {"topic": "x", "n": True}, "n cannot be True"),
        ("weigh", {"kind": "heavy"}, "kind is one of"),
        ("config", {}, "has subcommands"),
    ],
)
async def test_what_discords_client_would_not_send_is_an_error_of_the_test(reader, command, options, told):
    with pytest.raises(NotOffered, match=told):
        await reader.slash(command, **options)


async def test_commands_of_guilds_are_not_offered_in_direct_messages(loopback, reader):
    assert reader.offered() == ["latest", "config", "weigh", "thread", "tell"]
    assert loopback.add_person().offered() == ["latest", "config", "thread", "tell"]


async def test_autocomplete_offers_values_for_what_is_typed(reader):
    reply = await reader.autocomplete("latest", "topic", "topic 3")
    assert await reply.choices() == ["topic 3", *(f"topic 3{n}" for n in range(10))]
    assert await (await reader.autocomplete("latest", "topic", "topic 1", n=2)).choices() == ["topic 12"]
    with pytest.raises(NotOffered, match="does not complete"):
        await reader.autocomplete("weigh", "kind", "l")


async def test_a_context_menu_brings_the_content_of_a_message_that_was_hidden(guild, reader):
    asked = await reader.send(guild.channel, "The bridge cost 40 million.")
    reply = await reader.menu("Check this message", asked.message)
    first = await reply.final()
    assert first.content == "checked: The bridge cost 40 million."
    assert first.ephemeral
    assert [m.content for m in reply.followups] == ["and more"]


# Components


async def test_a_button_opens_a_message_for_the_one_who_pressed_it(reader, shown):
    proof = await (await reader.click(shown, "Sources")).final()
    assert proof.content == "the paragraph"
    assert proof.ephemeral
    assert proof is not shown


async def test_buttons_change_their_message_at_once_or_later(reader, shown):
    await (await reader.click(shown, "Next")).final()
    assert shown.content == "page 2"
    await (await reader.click(shown, "Later")).final()
    assert [s.content for s in shown.history] == ["3 on bridge", "page 2", "page 3"]
    assert shown.components == []
    with pytest.raises(NotOffered, match="there is no 'Next'"):
        await reader.click(shown, "Next")


async def test_a_select_brings_the_values_that_were_chosen(reader, shown):
    assert (await (await reader.select(shown, "[2]")).final()).content == "picked ['2']"
    with pytest.raises(NotOffered, match="cannot choose"):
        await reader.select(shown, "[1]", "[2]")


async def test_a_disabled_button_cannot_be_pressed(reader, shown):
    with pytest.raises(NotOffered, match="Closed is disabled"):
        await reader.click(shown, "Closed")


async def test_a_modal_is_filled_in_and_sent(reader, shown):
    opened = await reader.click(shown, "Follow up")
    assert (await opened.modal())["title"] == "Follow up"
    answer = await (await reader.submit(opened, question="And who paid?")).final()
    assert answer.content == "asked: And who paid?"
    with pytest.raises(NotOffered, match="required"):
        await reader.submit(opened)
    with pytest.raises(NotOffered, match="wrong length"):
        await reader.submit(opened, question="x" * 21)


async def test_a_message_for_one_reader_has_buttons_for_that_reader_alone(guild, reader, shown):
    proof = await (await reader.click(shown, "Sources")).final()
    await (await reader.click(proof, "Next")).final()
    assert (proof.content, shown.content) == ("page 2", "3 on bridge")
    with pytest.raises(NotOffered, match="does not see"):
        await guild.add_member("other").click(proof, "Next")


# Threads, forums, direct messages


async def test_a_thread_grows_from_a_message(loopback, reader):
    reply = await reader.slash("thread")
    here = await reply.final()
    [said] = [m for m in loopback.messages if m.content == "in the thread"]
    assert said.channel.id == here.id
    assert said.channel.name == "bridge"
    assert (await reader.send(said.channel, "thanks")).message.channel.is_thread


async def test_a_post_in_a_forum_is_a_thread_where_commands_work(loopback, guild, reader):
    asked = await reader.post(guild.add_forum("questions"), "The bridge", "When did it open?")
    await loopback.settled()
    assert asked.message.channel.name == "The bridge"
    assert asked.message.id == asked.message.channel.id
    assert (await (await reader.slash("latest", asked.message.channel, topic="x")).final()).channel.is_thread


async def test_a_file_arrives_in_direct_messages_unless_they_are_closed(loopback, reader):
    assert (await (await reader.slash("tell")).final()).content == "told"
    [sent] = reader.private.messages.values()
    assert [f["filename"] for f in sent.attachments] == ["words.txt"]
    reader.close_dms()
    assert (await (await reader.slash("tell")).final()).content == "closed: 50007"


async def test_what_never_comes_is_an_error_that_says_what_was_awaited():
    async with LoopbackDiscord(patience_s=0.01) as loopback:
        asked = await loopback.add_person().dm("hello")
        with pytest.raises(AssertionError, match="in vain for a reply to 'hello'"):
            await asked.until()


# A bot in a process of its own

ALONE = """
import asyncio, sys
import discord
from tests.discord_server import point_discord_py_at

rest, gateway, token = sys.argv[1:]
point_discord_py_at(rest, gateway)
client = discord.Client(intents=discord.Intents(guilds=True, guild_messages=True))

@client.event
async def on_message(message):
    if client.user in message.mentions:
        await message.reply("here", allowed_mentions=discord.AllowedMentions.none())

client.run(token, log_handler=None)
"""


async def test_a_bot_in_another_process_is_met_over_the_wire_alone():
    async with LoopbackDiscord() as loopback:
        guild = loopback.add_guild()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", ALONE, loopback.rest_url, loopback.gateway.url, loopback.token), cwd=ROOT
        )
        try:
            await loopback.gateway.wait_until_connected()
            asked = await guild.add_member().mention(guild.channel, "where are you?")
            assert (await asked.until()).content == "here"
        finally:
            process.terminate()
            await process.wait()
        loopback.check()
