"""The bot: its life, and what its parts share; thin, for the answers come from the desk."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands, tasks

from bot.answer import OnQuoted
from bot.chat import admin, ask_command, buttons, check_menu, config_command, feedback, proof, reading, watch
from bot.chat.failures import tell_failure
from bot.chat.follow_up import FollowUpButton
from bot.chat.messages import answer_message
from bot.chat.quiet import Quiet
from bot.chat.turns import Turns
from bot.desk import Desk
from bot.ledger.errors import BadLedger
from bot.ledger.ledger import Ledger, open_ledger
from bot.second_desk import SecondDesk
from bot.types import Answer, Question
from bot.writing import OnSentence
from index.recent import Recent

log = logging.getLogger("newsdesk.chat")

_PARTS = (admin, ask_command, buttons, check_menu, config_command, feedback, proof, reading, watch)
"""The modules that add commands, buttons and listeners of their own."""
_N_ANSWERING = 2
_N_OTHER_THREADS = 4
_PACE_S = 1.2
_QUIET_S = 1.0
_TELLING_S = 3.0  # for the last messages of those that were cut
_MAX_HANDLED = 10_000
_MAX_CACHED = 100
"""Messages that discord.py keeps, a thousand unless it is told; nothing here looks there."""
_MAX_TALKS = 1_000
_SYNCED_FILE = "discord_commands.sha256"


def make_intents(message_content: bool = False) -> discord.Intents:
    """Guilds and messages; without the privileged content, as a message that mentions the bot carries its own."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=message_content)


class _Tree(app_commands.CommandTree[Any]):
    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        """One kind sentence to the reader, whatever happened."""
        await tell_failure(interaction, error)


class NewsdeskBot(commands.AutoShardedBot):
    """Answers in Discord from one desk.

    Attributes:
        handled: Ids of the messages and interactions that were answered lately, for Discord may bring one twice.
        last_answers: By channel, the id of the answer that was given last.
        quiet: Needed by those who wait to be acknowledged.
        rebuilding: Held while the index is built again.
    """

    def __init__(
        self, desk: Desk, ledger: Ledger | None = None, pace_s: float = _PACE_S, others: Sequence[SecondDesk] = ()
    ) -> None:
        """Make it of its parts.

        Args:
            ledger: That of the home folder by default.
            pace_s: The least time between edits of a message.
            others: Processes that find answers too.
        """
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=make_intents(desk.settings.message_content),
            allowed_mentions=discord.AllowedMentions.none(),
            tree_cls=_Tree,
            max_messages=_MAX_CACHED,
        )
        self.desk = desk
        self.ledger = ledger or open_ledger(desk.settings)
        n_answering = max(_N_ANSWERING, 1 + len(others))
        self.turns = Turns(n_answering)
        self.pace_s = pace_s
        self.quiet = Quiet(_QUIET_S)
        self.handled: Recent[int, bool] = Recent(_MAX_HANDLED)
        self.last_answers: Recent[int, str] = Recent(_MAX_TALKS)
        self.rebuilding = asyncio.Lock()
        self._owns_ledger = ledger is None
        self._other_desks = others
        self._asking: set[asyncio.Task[Any]] = set()
        self._answering = ThreadPoolExecutor(n_answering, thread_name_prefix="answer")
        self._others = ThreadPoolExecutor(_N_OTHER_THREADS, thread_name_prefix="apart")
        for part in _PARTS:
            part.add_to(self)

    # Life

    async def setup_hook(self) -> None:
        """Register the commands where they are others than those registered before."""
        payload = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        listed = json.dumps([self.application_id, payload], sort_keys=True, default=str)
        digest = hashlib.sha256(listed.encode()).hexdigest()
        synced = self.desk.settings.home / _SYNCED_FILE
        if not synced.is_file() or synced.read_text(encoding="ascii", errors="replace").strip() != digest:
            await self.tree.sync()
            synced.write_text(f"{digest}\n", encoding="ascii")
        self._prune.start()

    async def stop(self, timeout_s: float) -> None:
        """Disconnect once the answers that are on their way have ended; those that take longer say they were cut."""
        await self.turns.drain(timeout_s)
        if self._asking:
            await asyncio.wait(self._asking, timeout=_TELLING_S)
        await self.close()

    async def close(self) -> None:
        """Disconnect, and let go of threads and files."""
        self._prune.cancel()
        await super().close()
        self._answering.shutdown(wait=False, cancel_futures=True)
        self._others.shutdown(wait=False, cancel_futures=True)
        if self._owns_ledger:
            self.ledger.close()

    @tasks.loop(hours=24)
    async def _prune(self) -> None:
        try:
            await self.run_apart(lambda: self.ledger.prune(datetime.now(UTC)))
        except BadLedger as e:
            log.error("what is old could not be deleted: %s", e)

    # What Discord brings

    async def on_message(self, message: discord.Message, /) -> None:
        """Answer questions; there are no commands with a prefix."""
        await answer_message(self, message)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Forget what was set for a server that the bot is no longer in."""
        await self.run_apart(lambda: self.ledger.leave_server(guild.id))

    # For the parts

    def row_under(self, answer: Answer, answer_id: str, *, private: bool = False) -> discord.ui.View:
        """All that can be pressed under an answer."""
        view = buttons.row_under(answer, answer_id, private=private)
        view.add_item(FollowUpButton(answer_id))
        return view

    async def find_answer(
        self, question: Question, on_quoted: OnQuoted, on_sentence: OnSentence, *, use_model: bool
    ) -> Answer:
        """Answer a question as `Answerer.ask` does; where no model is asked, in whichever process is free."""
        others = () if use_model and self.desk.settings.models else self._other_desks

        def find() -> Answer:
            answer = next(filter(None, (desk.ask(question) for desk in others)), None)
            return answer or self.desk.answerer.ask(question, on_quoted, on_sentence, use_model=use_model)

        found: Answer = await self.run_answer(find)
        return found

    async def run_answer(self, function: Callable[[], Any]) -> Any:
        """Call what finds an answer, in a thread for that, once all are acknowledged; there are as many as turns."""
        await self.quiet.wait()
        return await asyncio.get_running_loop().run_in_executor(self._answering, function)

    async def run_apart(self, function: Callable[[], Any]) -> Any:
        """Call what blocks in a thread that slow models do not hold up."""
        return await asyncio.get_running_loop().run_in_executor(self._others, function)

    @contextmanager
    def tracking(self) -> Iterator[None]:
        """Let `stop` wait for the present task to leave the block."""
        task = asyncio.current_task()
        assert task is not None
        self._asking.add(task)
        try:
            yield
        finally:
            self._asking.discard(task)
