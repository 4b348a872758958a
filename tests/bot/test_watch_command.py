"""`newsdesk index watch` in a process of its own, over real files."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import index.merge
import index.task
from bot import apart
from bot.chat import reindex
from bot.desk import Desk
from bot.settings import Settings
from index.build import build_index
from index.errors import NewsdeskError

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120.0
COMMAND = """
import bot.desk
from tests.conftest import HashEncoder
bot.desk.SentenceEncoder = lambda *_, **__: HashEncoder()
from bot.cli import main
main()
"""

Line = Callable[[str], Awaitable[str]]


@pytest.fixture
def built(newsroom):
    """A newsroom with an index over one article."""
    newsroom.write("bridge", "On Monday there was news of the bridge.")
    newsroom.build()
    return newsroom


@asynccontextmanager
async def watching(home: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, Line]]:
    """The process, and what waits for its next line that has something in it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", COMMAND, "index", "watch"),
        cwd=ROOT,
        env={**os.environ, "NEWSDESK_HOME": str(home), "PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said: list[str] = []

    async def wait_for(text: str) -> str:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            async for raw in process.stdout:
                said.append(raw.decode())
                if text in said[-1]:
                    return said[-1]
        pytest.fail(f"{text!r} was never said, but {said}")

    try:
        yield process, wait_for
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_articles_that_come_change_and_go_are_answered_from(built, home):
    async with watching(home) as (process, line):
        assert "1 unchanged" in await line("generation 000001")
        built.write("giraffe", "On Monday there was news of the giraffe.")
        said = await line("generation 000002")
        assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d generation 000002: 2 articles", said)
        assert "1 added, 0 changed, 0 removed, 1 unchanged, 0 skipped" in said
        assert built.find("news") == {"bridge", "giraffe"}
        built.remove("bridge")
        assert "0 added, 0 changed, 1 removed" in await line("generation 000003")
        assert built.find("news") == {"giraffe"}
        (built.folder / "bad.jsonl").write_text("{nope}\n")
        assert "bad.jsonl:1: is not JSON" in await line("skipped")
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_S):
            assert await process.wait() == 0


async def test_it_tells_of_failures_and_of_a_hold_and_goes_on(built, home, tmp_path):
    async with watching(home) as (process, line):
        await line("generation 000001")
        built.folder.rename(tmp_path / "away")
        assert "trying again in 2 s" in await line("No such file or directory")
        (tmp_path / "away").rename(built.folder)
        built.write("giraffe", "On Monday there was news of the giraffe.")
        await line("generation 000002")
        built.store.rollback()
        await line("held at generation 000001")
        built.store.release()
        assert "2 articles" in await line("generation 000003")
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(PATIENCE_S):
            assert await process.wait() == 0


def test_sources_are_looked_at_where_there_are_any(tmp_path, monkeypatch):
    looked: list[dict[str, bool]] = []
    monkeypatch.setattr("index.feeds.collect.collect_articles", lambda home, **how: looked.append(how))
    desk = Desk(Settings(home=tmp_path))
    assert desk._collect() == 30
    assert looked == []
    (tmp_path / "corpus.toml").write_text('[[source]]\nurl = "https://a.example/feed"\nname = "Paper"\n')
    desk._collect()
    assert looked == [{"due_only": True}]


STARTER = """
import asyncio, sys
from pathlib import Path
from bot.chat import reindex
from bot.settings import Settings
reindex.command_line = lambda *arguments: (sys.executable, "-c", sys.argv[2], *arguments)
asyncio.run(reindex.watch_apart(Settings(home=Path(sys.argv[1]))))
"""


def test_beside_the_bot_it_ends_with_it_however_that_ends(built, home):
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(home), COMMAND],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert starter.stdout is not None
    assert "generation 000001" in starter.stdout.readline()
    starter.kill()
    starter.wait(PATIENCE_S)
    assert starter.stdout.read() == ""  # comes to an end once no process has it open


async def test_beside_the_bot_it_is_started_again_where_it_ends(tmp_path, monkeypatch):
    starts = tmp_path / "starts"
    script = f"open({str(starts)!r}, 'a').write('x')"
    monkeypatch.setattr(reindex, "command_line", lambda *arguments: (sys.executable, "-c", script))
    monkeypatch.setattr(reindex, "_AGAIN_S", 0.0)
    task = asyncio.create_task(reindex.watch_apart(Settings(home=tmp_path)))
    async with asyncio.timeout(PATIENCE_S):
        while not starts.exists() or len(starts.read_text()) < 2:
            await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()


MERGING = f"""
import index.compaction, index.merge
index.merge.QUICK = index.compaction.QUICK = 0
{COMMAND}
"""


def test_segments_are_merged_in_a_process_of_its_own(newsroom, home, monkeypatch):
    for module in (index.merge, index.task):
        monkeypatch.setattr(module, "QUICK", 0)
    for word in ("bridge", "giraffe"):
        newsroom.write(word, f"On Monday there was news of the {word}.")
        build_index(newsroom.store, newsroom.encoder, [newsroom.folder], recorded=[], asked_for=False)
    assert len(newsroom.store.live().segments) == 2
    monkeypatch.setattr(apart, "command_line", lambda *arguments: (sys.executable, "-c", MERGING, *arguments))
    assert Desk(Settings(home=home))._compact() == 10
    assert len(newsroom.store.live().segments) == 1
    assert newsroom.find("news") == {"bridge", "giraffe"}


def test_where_nothing_is_to_be_merged_no_process_is_started(built, home, monkeypatch):
    monkeypatch.setattr(apart, "command_line", lambda *_: pytest.fail("a process was started"))
    assert Desk(Settings(home=home))._compact() == 10


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("import sys; sys.exit('merging: 3 of 4\\nnewsdesk: the disk is full')", "^the disk is full$"),
        ("import os; os.kill(os.getpid(), 9)", "was stopped"),
    ],
)
def test_a_merge_that_fails_says_why(tmp_path, monkeypatch, script, reason):
    monkeypatch.setattr(apart, "command_line", lambda *_: (sys.executable, "-c", script))
    with pytest.raises(NewsdeskError, match=reason):
        apart.compact_apart(Settings(home=tmp_path))
