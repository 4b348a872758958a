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
from types import SimpleNamespace
from typing import cast

import pytest
from pydantic import SecretStr

from bot import second_desk
from bot.desk import Desk
from bot.second_desk import SecondDesk
from bot.settings import Settings
from bot.types import Answer, Question

QUESTION = Question("How much did the harbour bridge in Port Amsel cost?", datetime(2025, 7, 1, tzinfo=UTC))
KILLED = """
import multiprocessing, os, sys, threading
from datetime import UTC, datetime
from pathlib import Path
from bot.second_desk import SecondDesk
from bot.settings import Settings
from bot.types import Question

if __name__ == "__main__":
    second = SecondDesk(Settings(home=Path(sys.argv[1])))
    second.wait()
    if "busy" in sys.argv:
        threading.Thread(target=second.ask, args=(Question("What did the bridge cost?", datetime.now(UTC)),)).start()
    print(*(child.pid for child in multiprocessing.active_children()), flush=True)
    os.kill(os.getpid(), 9)
"""
LEFT_OPEN = """
import sys
from pathlib import Path
from bot.second_desk import SecondDesk
from bot.settings import Settings

if __name__ == "__main__":
    SecondDesk(Settings(home=Path(sys.argv[1]))).wait()
"""


def pid_of(second: SecondDesk) -> int:
    assert second._process is not None
    assert second._process.pid is not None
    return second._process.pid


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def runs(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def run_script(folder: Path, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script of another folder in this one."""
    path = folder / "scripts" / "script.py"
    path.parent.mkdir()
    path.write_text(script, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    command = [sys.executable, str(path), *arguments]
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False, timeout=90)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, articles: Path) -> Settings:
    settings = Settings(home=tmp_path_factory.mktemp("second"))
    Desk(settings).rebuild([articles])
    return settings


@pytest.fixture
def second(settings: Settings) -> Iterator[SecondDesk]:
    second = SecondDesk(settings)
    second.wait()
    yield second
    second.close()


def test_where_there_is_no_index_it_says_so_and_finds_nothing(tmp_path, capfd, caplog):
    second = SecondDesk(Settings(home=tmp_path))
    second.wait()
    assert second.ask(QUESTION) is None
    assert "a process that finds answers was lost (0)" in caplog.text
    assert second.ask(QUESTION) is None
    second.close()
    told = capfd.readouterr().err
    assert "there is no index yet" in told
    assert "Traceback" not in told


def test_a_fault_is_logged_and_left_to_the_other_process(caplog):
    def fail(_: Question) -> Answer:
        raise ZeroDivisionError("one by none")

    assert second_desk._find_answer(cast(Desk, SimpleNamespace(answerer=SimpleNamespace(ask=fail))), QUESTION) is None
    assert "one by none" in caplog.text


def test_it_is_given_no_token_and_no_key(tmp_path):
    names = ("discord_token", "llm_api_key", "openai_api_key", "anthropic_api_key", "chroma_token")
    second = SecondDesk(Settings(home=tmp_path, **{name: SecretStr("secret") for name in names}))
    second.close()
    assert [name for name in names if getattr(second._settings, name).get_secret_value()] == ["chroma_token"]


def test_a_module_in_the_working_folder_is_not_run(tmp_path):
    (tmp_path / "pickle.py").write_text("print('run', flush=True)", encoding="utf-8")
    ended = run_script(tmp_path, LEFT_OPEN, str(tmp_path))
    assert (ended.returncode, ended.stdout) == (0, "")


@pytest.mark.slow
@pytest.mark.weights
class TestWithAnIndex:
    def test_it_answers_as_this_process_does(self, second, settings):
        answer = second.ask(QUESTION)
        own = Desk(settings).answerer.ask(QUESTION)
        assert any("41 million crowns" in sentence.text for sentence in answer.sentences)
        assert (answer.sentences, answer.citations, answer.hits) == (own.sentences, own.citations, own.hits)

    def test_one_that_is_busy_is_not_waited_for(self, second):
        os.kill(pid_of(second), signal.SIGSTOP)
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(second.ask, QUESTION)
            try:
                until(second._lock.locked)
                assert second.ask(QUESTION) is None
            finally:
                os.kill(pid_of(second), signal.SIGCONT)
            assert first.result(60) is not None

    def test_one_that_is_silent_is_given_up(self, second, monkeypatch, caplog):
        monkeypatch.setattr(second_desk, "_PATIENCE_S", 0.05)
        silent = pid_of(second)
        os.kill(silent, signal.SIGSTOP)
        assert second.ask(QUESTION) is None
        assert "a process that finds answers was lost (-9)" in caplog.text
        assert not runs(silent)

    def test_one_that_was_killed_is_started_again_after_a_while(self, second, caplog):
        os.kill(pid_of(second), signal.SIGKILL)
        assert second.ask(QUESTION) is None
        assert "a process that finds answers was lost (-9)" in caplog.text
        assert second.ask(QUESTION) is None
        assert second._process is None
        second._again_at = time.monotonic()
        assert second.ask(QUESTION) is None
        second.wait()
        assert second.ask(QUESTION)

    def test_an_index_that_is_gone_is_for_the_other_process_to_tell(self, tmp_path, articles):
        desk = Desk(Settings(home=tmp_path))
        desk.rebuild([articles])
        second = SecondDesk(desk.settings)
        second.wait()
        assert second.ask(QUESTION)
        desk.drop()
        until(lambda: second.ask(QUESTION) is None)
        assert runs(pid_of(second))
        second.close()

    @pytest.mark.parametrize("state", ["idle", "busy"])
    def test_it_ends_with_the_process_that_started_it_even_where_that_is_killed(self, settings, tmp_path, state):
        ended = run_script(tmp_path, KILLED, str(settings.home), state)
        assert ended.returncode == -9
        until(lambda: not runs(int(ended.stdout)))
        assert "Traceback" not in ended.stderr

    def test_one_that_nobody_closes_holds_up_no_end(self, settings, tmp_path):
        assert run_script(tmp_path, LEFT_OPEN, str(settings.home)).returncode == 0

    def test_ctrl_c_leaves_the_end_to_the_other_process(self, second):
        os.kill(pid_of(second), signal.SIGINT)
        assert second.ask(QUESTION)
