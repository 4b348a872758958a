"""What is told of a build that runs in a process of its own."""

from __future__ import annotations

import asyncio

import pytest

from bot.chat import reindex
from bot.settings import Settings
from index.errors import NewsdeskError

SAID = ["reading: 5000", "encoding: 0 of 5000", "encoding: 200 of 5000, 30.1/s, 159 s left", "indexing words: 0"]
NOISE = ["/home/operator/articles/a.md:4: 3 of 4", "", "Warning: 3"]


@pytest.fixture
def build(tmp_path, monkeypatch):
    """Runs a script in the place of the command line."""
    start = asyncio.create_subprocess_exec

    async def run(script, on_progress=lambda _: None):
        async def start_script(program, *_, **how):
            return await start(program, "-c", script, **how)

        monkeypatch.setattr(asyncio, "create_subprocess_exec", start_script)
        return await reindex.rebuild_apart(Settings(home=tmp_path), on_progress)

    return run


async def test_lines_of_progress_are_handed_on_and_nothing_else_is(build):
    progress = []
    lines = "\n".join([*SAID[:2], *NOISE, *SAID[2:]])
    report = await build(
        f"import sys; print({lines!r}, file=sys.stderr); print('{{\"articles\": 3}}')", progress.append
    )
    assert progress == SAID
    assert report == {"articles": 3}


async def test_a_build_that_fails_tells_why_also_behind_progress(build):
    lines = "newsdesk: disk full\n" + "\n".join(SAID)
    with pytest.raises(NewsdeskError, match=r"^disk full$"):
        await build(f"import sys; print({lines!r}, file=sys.stderr); sys.exit(1)")


async def test_a_build_that_was_killed_says_that_it_was_stopped(build):
    with pytest.raises(NewsdeskError, match="the build was stopped"):
        await build("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
