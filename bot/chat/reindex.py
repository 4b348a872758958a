"""A rebuild in a process of its own, so that answering goes on and its memory is given back."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from bot.settings import Settings
from index.errors import NewsdeskError

_SECRETS = ("DISCORD_TOKEN", "NEWSDESK_DISCORD_TOKEN", "NEWSDESK_LLM_API_KEY")


async def rebuild_apart(settings: Settings) -> dict[str, Any]:
    """Repeat the last build; returns its report as `newsdesk index build --json` prints it.

    Raises:
        NewsdeskError: The build failed; the earlier index still answers.
    """
    environment = {k: v for k, v in os.environ.items() if k not in _SECRETS}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # a file of the working folder must not pass for a package of ours
        "-c",
        "from bot.cli import main; main()",
        *("index", "build", "--json", "--quiet"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**environment, "NEWSDESK_HOME": str(settings.home)},
    )
    try:
        out, err = await process.communicate()
    except asyncio.CancelledError:
        process.terminate()
        raise
    if process.returncode:
        lines = err.decode(errors="replace").strip().splitlines()
        raise NewsdeskError(lines[-1].removeprefix("newsdesk: ") if lines else "the build was stopped")
    report: dict[str, Any] = json.loads(out)
    return report
