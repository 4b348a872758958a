"""The real bot in a process of its own, met over the wire alone; once a second it tells how it is doing."""

from __future__ import annotations

import asyncio
import json
import logging
import multiprocessing
import os
import resource
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.chat.client import NewsdeskBot
from bot.chat.serve import other_desks, serve
from bot.desk import Desk
from bot.settings import load_settings
from tests.discord_server.addresses import point_discord_py_at
from tests.discord_server.driver import LoopbackDiscord

ROOT = Path(__file__).resolve().parents[2]
_EVERY_S = 1.0
_TICK_S = 0.02


@dataclass(frozen=True, slots=True)
class Signs:
    """How a bot is doing.

    Attributes:
        resident_mb: With its other processes.
        held_s: The longest time since the last signs that its event loop was held up.
    """

    resident_mb: float
    n_files: int
    n_threads: int
    n_tasks: int
    held_s: float


class BotAlone:
    """A bot's process."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.signs: list[Signs] = []

    async def listen(self) -> None:
        """Take in what it tells, until it ends."""
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.signs.append(Signs(**json.loads(line)))

    async def stop(self) -> int:
        """Stop it as whoever runs it does; returns its exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        return await self.process.wait()


@asynccontextmanager
async def running_alone(loopback: LoopbackDiscord, index_home: Path, home: Path) -> AsyncIterator[BotAlone]:
    """Let the bot answer from an index, with a home folder of its own for all else; connected inside."""
    command = (sys.executable, "-m", "tests.discord_server.alone", loopback.rest_url, loopback.gateway.url)
    process = await asyncio.create_subprocess_exec(
        *command, loopback.token, str(index_home), str(home), cwd=ROOT, stdout=PIPE
    )
    alone = BotAlone(process)
    listening = asyncio.create_task(alone.listen())
    try:
        await loopback.gateway.wait_until_connected()
        alone.signs.clear()
        yield alone
    finally:
        await alone.stop()
        await listening


async def _tell_signs() -> None:
    loop = asyncio.get_running_loop()
    while True:
        held, until = 0.0, loop.time() + _EVERY_S
        while (began := loop.time()) < until:
            await asyncio.sleep(_TICK_S)
            held = max(held, loop.time() - began - _TICK_S)
        print(json.dumps(asdict(_read_signs(held))), flush=True)


def _read_signs(held_s: float) -> Signs:
    pages = sum(map(_pages_of, (os.getpid(), *(child.pid for child in multiprocessing.active_children()))))
    return Signs(
        resident_mb=pages * resource.getpagesize() / 1e6,
        n_files=len(os.listdir("/proc/self/fd")),
        n_threads=len(os.listdir("/proc/self/task")),
        n_tasks=len(asyncio.all_tasks()),
        held_s=held_s,
    )


def _pages_of(pid: int | None) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
        return 0


async def _work(bot: NewsdeskBot, token: str) -> None:
    telling = asyncio.create_task(_tell_signs())
    try:
        await serve(bot, token)
    finally:
        telling.cancel()


def main() -> None:
    """Run the bot until it gets SIGTERM."""
    rest, gateway, token, index_home, home = sys.argv[1:]
    logging.basicConfig(level=logging.WARNING)
    point_discord_py_at(rest, gateway)
    desk = Desk(load_settings(home=Path(home)), Path(index_home))
    with other_desks(desk.settings, Path(index_home)) as others:
        desk.warm_up()
        for other in others:
            other.wait()
        asyncio.run(_work(NewsdeskBot(desk, others=others), token))


if __name__ == "__main__":
    main()
