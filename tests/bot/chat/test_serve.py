"""The bot's life: commands that are registered when they changed, a clean stop, and the link that invites it."""

from __future__ import annotations

import asyncio
import base64
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from bot import cli
from bot.chat import serve
from bot.chat.client import NewsdeskBot
from bot.settings import BadSettings, Settings
from tests.discord_server import LoopbackDiscord

ROOT = Path(__file__).resolve().parents[3]
WHEN = "When did the harbour bridge open?"
CUT = "I am being restarted and cannot answer this now. Please ask again in 60 seconds."


# Commands


def count_syncs(loopback: LoopbackDiscord) -> int:
    return len(loopback.rest.asked("PUT", "/applications/*/commands"))


async def test_commands_are_registered_only_when_they_have_changed(loopback, guild, reader, desk):
    for _ in range(2):
        async with loopback.running(NewsdeskBot(desk)):
            pass
    assert count_syncs(loopback) == 1
    assert "ask" in reader.offered()
    changed = NewsdeskBot(desk)
    changed.tree.remove_command("status")
    async with loopback.running(changed):
        pass
    assert count_syncs(loopback) == 2


async def test_commands_whose_registration_failed_are_registered_next_time(loopback, desk):
    loopback.rest.fail("PUT", "/applications/*/commands", 400)
    with pytest.raises(Exception, match="400"):
        async with loopback.running(NewsdeskBot(desk)):
            pass
    async with loopback.running(NewsdeskBot(desk)):
        assert count_syncs(loopback) == 2


async def test_what_was_set_for_a_server_is_forgotten_when_the_bot_leaves_it(loopback, guild, bot):
    bot.ledger.config.set(guild.id, "language", "en")
    guild.kick_bot()
    await loopback.settled()
    assert bot.ledger.config.get(guild.id).language == ""


# Stopping


@pytest.fixture
def hanging(desk, quoted) -> Any:
    """A model that writes nothing until the test is over."""
    over = threading.Event()

    def script(question, on_quoted):
        on_quoted(quoted(question.text))
        over.wait(30)
        return quoted(question.text)

    desk.answerer.script = script
    yield
    over.set()


async def test_an_answer_that_takes_too_long_for_a_stop_keeps_its_quotes_and_says_so(
    loopback, guild, bot, reader, hanging
):
    asked = await reader.mention(guild.channel, WHEN)
    shown = await asked.until()
    await bot.stop(0)
    assert shown.embeds[0]["description"] == f"The harbour bridge opened on 17 April. \\[1\\]\n\n*{CUT}*"
    assert len(loopback.messages) == 1


async def test_a_question_that_comes_while_the_bot_stops_is_told_so(loopback, guild, bot, reader, two_steps):
    asked = await reader.mention(guild.channel, WHEN)
    await asked.until()
    stopping = asyncio.create_task(bot.stop(30))
    await asyncio.sleep(0)
    late = await (await guild.add_member("late").slash("ask", question=WHEN)).until()
    assert late.ephemeral
    assert late.embeds[0]["description"] == CUT
    two_steps.set()
    await stopping
    assert asked.replies[0].embeds[0]["author"]["name"] == "Answer"


ALONE = """
import sys, threading
from pathlib import Path
from bot.chat.client import NewsdeskBot
from bot import cli
from bot.chat import serve
from bot.settings import Settings
from tests.bot.chat.conftest import ScriptedDesk, make_quoted
from tests.discord_server import point_discord_py_at

rest, gateway, token, home = sys.argv[1:]
point_discord_py_at(rest, gateway)
desk = ScriptedDesk(Settings(home=Path(home)))

def script(question, on_quoted):
    on_quoted(make_quoted(question.text))
    threading.Event().wait()

desk.answerer.script = script
serve._STOPPING_S = 0.1
bot = NewsdeskBot(desk)
async def at_once(shard_id, *, initial=False): pass
bot.before_identify_hook = at_once
serve.work(bot, token)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_process_well_even_while_a_model_hangs(loopback, guild, reader, tmp_path, number):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ALONE, loopback.rest_url, loopback.gateway.url, loopback.token, str(tmp_path)),
        cwd=ROOT,
    )
    try:
        await loopback.gateway.wait_until_connected()
        asked = await reader.mention(guild.channel, WHEN)
        await asked.until()
        process.send_signal(number)
        async with asyncio.timeout(30):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert CUT in asked.replies[0].text


# Watching


async def test_the_index_is_watched_as_long_as_the_bot_works_where_that_is_set(loopback, desk, monkeypatch):
    told = []

    async def watch(settings):
        told.append("begun")
        try:
            await asyncio.Event().wait()
        finally:
            told.append("ended")

    monkeypatch.setattr(serve, "watch_apart", watch)
    for settings in (desk.settings, desk.settings.model_copy(update={"watch": True})):
        assert told == []
        desk.settings = settings
        with pytest.raises(BadSettings):
            await serve.serve(NewsdeskBot(desk), "wrong")
    assert told == ["begun", "ended"]


# Tokens


def settings_with(tmp_path: Path, token: str) -> Settings:
    return Settings(home=tmp_path, discord_token=token)


def test_the_bot_says_which_variable_is_missing_where_there_is_no_token(tmp_path):
    for act in (serve.run, serve.make_invitation):
        with pytest.raises(BadSettings, match="DISCORD_TOKEN"):
            act(settings_with(tmp_path, ""))


async def test_a_token_that_discord_does_not_take_is_told_in_one_line(loopback, desk):
    with pytest.raises(BadSettings, match="does not take the token"):
        await serve.serve(NewsdeskBot(desk), "wrong")


def test_the_invitation_names_the_application_and_few_permissions(tmp_path):
    first = base64.b64encode(b"123456789012345678").decode().rstrip("=")
    link = serve.make_invitation(settings_with(tmp_path, f"{first}.abc.def"))
    assert link == (
        "https://discord.com/oauth2/authorize?client_id=123456789012345678"
        "&scope=bot+applications.commands&permissions=274877991936"
    )


def test_the_command_prints_the_invitation(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("NEWSDESK_HOME", str(tmp_path))
    monkeypatch.setenv("DISCORD_TOKEN", base64.b64encode(b"42").decode() + ".a.b")
    cli.run_bot(invite=True)
    assert "client_id=42&" in capsys.readouterr().out


@pytest.mark.parametrize("token", ["loopback", "bG9vcGJhY2s=.a.b"])
async def test_where_the_token_does_not_tell_the_application_discord_is_asked(loopback, tmp_path, token):
    loopback.world.token = token
    link = await asyncio.to_thread(serve.make_invitation, settings_with(tmp_path, token))
    assert f"client_id={loopback.bot.id}&" in link
