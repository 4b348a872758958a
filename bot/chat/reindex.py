"""Builds in a process of their own, so that answering goes on and their memory is given back."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable
from typing import Any, NoReturn

from bot.apart import command_line, environment
from bot.settings import Settings
from index.errors import NewsdeskError

log = logging.getLogger("newsdesk.chat")

_AGAIN_S = 30.0
_ENDING_S = 3.0
_PROGRESS = re.compile(r"[a-z ]+: \d+(?: of \d+)?(?:, [\d.]+/s, \d+ s left)?")
"""A line of progress, as the command line prints it where there is no terminal."""
_MAX_LINE_BYTES = 1 << 20


async def rebuild_apart(settings: Settings, on_progress: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """Repeat the last build; returns its report as `newsdesk index build --json` prints it.

    Args:
        on_progress: Called with lines such as `encoding: 200 of 5000, 30.1/s, 159 s left`.

    Raises:
        NewsdeskError: The build failed; the earlier index still answers.
    """
    process = await asyncio.create_subprocess_exec(
        *command_line("index", "build", "--json"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment(settings),
        limit=_MAX_LINE_BYTES,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        out, last = await asyncio.gather(process.stdout.read(), _follow(process.stderr, on_progress))
        await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
    if process.returncode:
        raise NewsdeskError(last.removeprefix("newsdesk: ") or "the build was stopped")
    report: dict[str, Any] = json.loads(out)
    return report


async def watch_apart(settings: Settings) -> NoReturn:
    """Build again whenever files change, until this task is cancelled or this process ends, however it does.

    What is built is told on standard output.
    """
    while True:
        process = await asyncio.create_subprocess_exec(
            *command_line("index", "watch", "--attached"),
            stdin=asyncio.subprocess.PIPE,  # closed by the system when this process ends, and with it the other
            env=environment(settings),
        )
        try:
            await process.wait()
        finally:
            if process.returncode is None:
                process.terminate()
                await _end(process)
        log.warning("watching the files of the index has ended (%s) and begins again", process.returncode)
        await asyncio.sleep(_AGAIN_S)


async def _end(process: asyncio.subprocess.Process) -> None:
    try:
        await asyncio.wait_for(process.wait(), _ENDING_S)
    except TimeoutError:
        process.kill()  # which costs a build nothing but time


async def _follow(lines: asyncio.StreamReader, on_progress: Callable[[str], None]) -> str:
    """Hand on the lines of progress as they come; returns the last of the others, which tells why a build failed."""
    last = ""
    async for line in lines:
        text = line.decode(errors="replace").strip()
        if _PROGRESS.fullmatch(text):
            on_progress(text)
        else:
            last = text or last
    return last
