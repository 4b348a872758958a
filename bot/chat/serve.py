"""Running the bot until it is told to stop, and the link by which it is invited."""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import discord

from bot.chat.client import NewsdeskBot
from bot.chat.reindex import watch_apart
from bot.desk import Desk
from bot.second_desk import SecondDesk
from bot.settings import BadSettings, Settings

_STOPPING_S = 4.0
_PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    embed_links=True,
    read_message_history=True,
)


def run(settings: Settings) -> None:
    """Run the bot until it gets SIGTERM or SIGINT; answers that are on their way then have some seconds to end.

    Raises:
        BadSettings: There is no token, or Discord does not take it.
        IndexMissing: There is nothing to answer from.
        BadLedger: What the bot remembers cannot be opened.
    """
    token = _token_of(settings)
    desk = Desk(settings)
    with other_desks(settings) as others:
        desk.warm_up()
        discord.utils.setup_logging(root=False)
        with desk.reader.follow():
            work(NewsdeskBot(desk, others=others), token)


@contextmanager
def other_desks(settings: Settings, index_home: Path | None = None) -> Iterator[list[SecondDesk]]:
    """The other processes that find answers, as many as the settings say; `index_home` is as in `Desk`."""
    with ExitStack() as opened:
        yield [
            opened.enter_context(closing(SecondDesk(settings, index_home)))
            for _ in range(settings.answer_processes - 1)
        ]


def work(bot: NewsdeskBot, token: str) -> None:
    """Let a bot work in this process until a signal comes; raises as `serve`."""
    asyncio.run(serve(bot, token))
    if any(t.name.startswith("answer") for t in threading.enumerate()):
        logging.shutdown()
        os._exit(0)  # a thread that still waits for a model would hold up the end of the process


async def serve(bot: NewsdeskBot, token: str) -> None:
    """Let a bot work until a signal comes.

    Raises:
        BadSettings: Discord does not take the token.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    settings = bot.desk.settings
    working = asyncio.create_task(bot.start(token))
    waiting = asyncio.create_task(stopped.wait())
    watching = asyncio.create_task(watch_apart(settings)) if settings.watch else None
    try:
        await asyncio.wait((working, waiting), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            await bot.stop(_STOPPING_S)
        await working
    except discord.LoginFailure as e:
        raise BadSettings("Discord does not take the token; check DISCORD_TOKEN") from e
    except discord.PrivilegedIntentsRequired as e:
        raise BadSettings(
            "Discord does not let the bot read all messages; allow it the message content intent on its page in "
            "the developer portal, or unset NEWSDESK_MESSAGE_CONTENT"
        ) from e
    finally:
        waiting.cancel()
        if watching:
            watching.cancel()
            await asyncio.wait([watching])
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
        await bot.close()


def make_invitation(settings: Settings) -> str:
    """The link by which somebody who manages a server adds the bot to it, with no more permissions than it needs.

    Raises:
        BadSettings: There is no token, or Discord does not take it.
    """
    token = _token_of(settings)
    bot_id = _read_id(token) or asyncio.run(_ask_for_id(token))
    return discord.utils.oauth_url(bot_id, permissions=_PERMISSIONS, scopes=("bot", "applications.commands"))


def _token_of(settings: Settings) -> str:
    token = settings.discord_token.get_secret_value()
    if not token:
        raise BadSettings("no token; set DISCORD_TOKEN to the one of your bot's page in Discord's developer portal")
    return token


def _read_id(token: str) -> int | None:
    """The application's id out of the first part of its token; None where that holds none."""
    first = token.partition(".")[0]
    try:
        text = base64.b64decode(first + "=" * (-len(first) % 4), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return int(text) if text.isdecimal() else None


async def _ask_for_id(token: str) -> int:
    async with discord.Client(intents=discord.Intents.none()) as client:
        try:
            await client.login(token)
            return (await client.application_info()).id
        except discord.LoginFailure as e:
            raise BadSettings("Discord does not take the token; check DISCORD_TOKEN") from e
