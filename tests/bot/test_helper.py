"""A process that finds answers beside the test's own: real processes, the real weights, a dozen articles."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.desk import Desk
from bot.helper import Helper
from bot.settings import Settings
from bot.types import Question
from index.errors import IndexMissing

pytestmark = [pytest.mark.slow, pytest.mark.weights]

QUESTION = Question("How much did the harbour bridge in Port Amsel cost?", datetime(2025, 7, 1, tzinfo=UTC))
ORPHAN = """
import os, sys
from pathlib import Path
from bot.helper import Helper
from bot.settings import Settings

if __name__ == "__main__":
    helper = Helper(Settings(home=Path(sys.argv[1])))
    helper.wait()
    print(helper.pid, flush=True)
    os.kill(os.getpid(), 9)
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, articles: Path) -> Settings:
    settings = Settings(home=tmp_path_factory.mktemp("helped"))
    Desk(settings).rebuild([articles])
    return settings


@pytest.fixture
def helper(settings: Settings) -> Iterator[Helper]:
    helper = Helper(settings)
    helper.wait()
    yield helper
    helper.close()


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_it_answers_as_this_process_does(helper, settings):
    answer = helper.ask(QUESTION)
    own = Desk(settings).answerer.ask(QUESTION)
    assert "41 million crowns" in answer.sentences[0].text
    assert (answer.sentences, answer.citations, answer.hits) == (own.sentences, own.citations, own.hits)


def test_one_that_is_busy_is_not_waited_for(helper):
    os.kill(helper.pid, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(helper.ask, QUESTION)
        until(lambda: helper.is_busy)
        assert helper.ask(QUESTION) is None
        os.kill(helper.pid, signal.SIGCONT)
        assert first.result(60) is not None


def test_one_that_was_killed_is_started_again(helper, caplog):
    assert helper.ask(QUESTION)
    killed = helper.pid
    os.kill(killed, signal.SIGKILL)
    assert helper.ask(QUESTION) is None
    assert "a process that finds answers has ended (-9)" in caplog.text
    helper.wait()
    assert helper.pid != killed
    assert helper.ask(QUESTION)


def test_what_the_answer_raises_is_raised_here(tmp_path, articles):
    settings = Settings(home=tmp_path)
    desk = Desk(settings)
    desk.rebuild([articles])
    helper = Helper(settings)
    helper.wait()
    try:
        desk.drop()
        with pytest.raises(IndexMissing, match="there is no index yet"):
            until(lambda: helper.ask(QUESTION) is None)
    finally:
        helper.close()


def test_without_an_index_it_ends_quietly(tmp_path, capfd):
    helper = Helper(Settings(home=tmp_path))
    helper.wait()
    assert helper.ask(QUESTION) is None
    helper.close()
    assert "Traceback" not in capfd.readouterr().err


def test_it_ends_with_the_process_that_started_it_even_where_that_is_killed(settings, tmp_path):
    script = tmp_path / "orphan.py"
    script.write_text(ORPHAN, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    command = [sys.executable, str(script), str(settings.home)]
    ended = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == -9
    until(lambda: not _runs(int(ended.stdout)))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_whole_group_leaves_the_end_to_the_other_process(helper, number):
    os.kill(helper.pid, number)
    assert helper.ask(QUESTION)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
