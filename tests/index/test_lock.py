"""Who may build, and who is told to be building."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

import pytest

from index.errors import BuildBusy
from index.lock import build_lock

ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import sys
from pathlib import Path
from index.lock import build_lock
from index.store import Store
with build_lock(Store(Path(sys.argv[1]))):
    print("holding", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr("index.lock._PATIENCE_S", 0)


@pytest.fixture
def holder(store):
    """Another process that holds the lock."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", HOLD, str(store.home)], cwd=ROOT, **pipes) as process:
        assert process.stdout.readline() == b"holding\n"
        yield process
        process.kill()


def test_who_finds_the_index_being_built_is_told_by_whom_and_since_when(store, holder, impatient):
    since = json.loads((store.home / "builder.json").read_text(encoding="utf-8"))["since"]
    said = rf"process {holder.pid} on {socket.gethostname()} \(since {since}\) is building this index"
    with pytest.raises(BuildBusy, match=said.replace("+", r"\+")), build_lock(store):
        pass


def test_the_lock_of_a_process_that_was_killed_is_free(store, holder, impatient):
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    assert (store.home / "builder.json").exists()
    with build_lock(store):
        assert json.loads((store.home / "builder.json").read_text(encoding="utf-8"))["pid"] == os.getpid()
    assert not (store.home / "builder.json").exists()


def test_who_waits_builds_once_the_other_is_done(store, holder, impatient):
    asked, built = Event(), Event()

    def wait() -> None:
        asked.set()
        with build_lock(store, wait=True):
            built.set()

    waiting = Thread(target=wait)
    waiting.start()
    assert asked.wait(60)
    assert not built.is_set()
    holder.communicate()
    waiting.join(60)
    assert built.is_set()


def test_a_record_of_the_builder_that_cannot_be_read_changes_nothing(store, holder, impatient):
    (store.home / "builder.json").write_text("{nope", encoding="utf-8")
    with pytest.raises(BuildBusy, match="another process is building this index"), build_lock(store):
        pass
