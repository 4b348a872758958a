"""A rebuild in a process of its own, so that answering goes on and its memory is given back."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import Callable
from typing import Any

from bot.settings import Settings
from index.errors import NewsdeskError

_SECRETS = ("DISCORD_TOKEN", "NEWSDESK_DISCORD_TOKEN", "NEWSDESK_LLM_API_KEY")
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
    environment = {k: v for k, v in os.environ.items() if k not in _SECRETS}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # a file of the working folder must not pass for a package of ours
        "-c",
        "from bot.cli import main; main()",
        *("index", "build", "--json"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**environment, "NEWSDESK_HOME": str(settings.home)},
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
