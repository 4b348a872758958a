"""Commands of Newsdesk run in processes of their own, so that answering goes on and their memory is given back."""

from __future__ import annotations

import os
import subprocess
import sys

from bot.settings import Settings
from index.errors import NewsdeskError

_SECRETS = ("DISCORD_TOKEN", "NEWSDESK_DISCORD_TOKEN", "NEWSDESK_LLM_API_KEY")


def command_line(*arguments: str) -> tuple[str, ...]:
    """What runs a command of this Newsdesk with this Python."""
    # -P, for a file of the working folder must not pass for a package of ours
    return sys.executable, "-P", "-c", "from bot.cli import main; main()", *arguments


def environment(settings: Settings) -> dict[str, str]:
    """That of this process, without what a build needs not know."""
    return {k: v for k, v in os.environ.items() if k not in _SECRETS} | {"NEWSDESK_HOME": str(settings.home)}


def compact_apart(settings: Settings) -> None:
    """Merge segments as `newsdesk index compact` does; the system ends that when it ends this process.

    Raises:
        NewsdeskError: It failed; the index is as it was.
    """
    with subprocess.Popen(
        command_line("index", "compact", "--attached", "--quiet"),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment(settings),
        text=True,
        errors="replace",
    ) as process:
        assert process.stderr is not None
        lines = [line.strip() for line in process.stderr if line.strip()]
    if process.returncode < 0 or (process.returncode and not lines):
        raise NewsdeskError("a merge of segments was stopped")
    if process.returncode:
        raise NewsdeskError(lines[-1].removeprefix("newsdesk: "))
