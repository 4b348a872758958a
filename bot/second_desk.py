"""A process that finds answers beside this one, for in each Python does but one thing at a time."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Lock, Thread

from pydantic import SecretStr

from bot.desk import Desk
from bot.settings import Settings
from bot.types import Answer, Question
from index.errors import NewsdeskError

log = logging.getLogger("newsdesk.desk")

_SPAWN = multiprocessing.get_context("spawn")
_PATIENCE_S = 20.0
_AGAIN_S = 60.0
_NOT_NEEDED = ("discord_token", "llm_api_key", "openai_api_key", "anthropic_api_key")


class SecondDesk:
    """Answers one question at a time, without a language model; it ends with this process, however that ends.

    One that is lost, or silent for long, is started again after a while.
    """

    def __init__(self, settings: Settings, index_home: Path | None = None) -> None:
        """`index_home` is as in `Desk`."""
        self._settings = settings.model_copy(update={"llm": "none", **dict.fromkeys(_NOT_NEEDED, SecretStr(""))})
        self._home = index_home
        self._lock = Lock()
        self._is_closed = False
        self._process: BaseProcess | None = None
        self._start()

    def ask(self, question: Question) -> Answer | None:
        """The answer; None where it is busy or not ready, or fails: why is for the own desk to tell."""
        if not self._lock.acquire(blocking=False):
            return None
        try:
            if not self._is_ready():
                return None
            self._pipe.send(question)
            if not self._pipe.poll(_PATIENCE_S):
                raise TimeoutError
            answer: Answer | None = self._pipe.recv()
            return answer
        except (EOFError, OSError):
            self._lose()
            return None
        finally:
            self._lock.release()

    def wait(self) -> None:
        """Return once it is ready, or lost."""
        with self._lock:
            if self._process:
                self._pipe.poll(None)

    def close(self) -> None:
        """End it now; a question on its way gets no answer."""
        self._is_closed = True
        self._kill()
        with self._lock:
            self._kill()

    def _start(self) -> None:
        self._pipe, far_end = _SPAWN.Pipe()
        process = _SPAWN.Process(target=_work, args=(far_end, self._settings, self._home), daemon=True)
        with _without_working_folder():
            process.start()
        far_end.close()  # so that the end of the process is the end of the pipe
        self._process = process
        self._has_begun = False

    def _is_ready(self) -> bool:
        if self._is_closed:
            return False
        if self._process is None:
            if time.monotonic() >= self._again_at:
                self._start()
            return False
        if not self._has_begun and self._pipe.poll():
            self._has_begun = self._pipe.recv()
        return self._has_begun

    def _lose(self) -> None:
        process = self._process
        self._kill()
        self._pipe.close()
        self._process, self._again_at = None, time.monotonic() + _AGAIN_S
        if process and not self._is_closed:
            log.warning("a process that finds answers was lost (%s); another follows in a while", process.exitcode)

    def _kill(self) -> None:
        if process := self._process:
            process.kill()
            process.join()


@contextmanager
def _without_working_folder() -> Iterator[None]:
    """Let a process that is started import nothing that lies there."""
    before = os.environ.get("PYTHONSAFEPATH", "")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        os.environ["PYTHONSAFEPATH"] = before  # empty is as good as none


def _work(pipe: Connection, settings: Settings, index_home: Path | None) -> None:
    """Answer what comes through the pipe, until this process is killed or the other one ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to both, and the other one sees to the end
    Thread(target=_end_with_parent, daemon=True).start()
    desk = Desk(settings, index_home)
    try:
        desk.warm_up()
    except NewsdeskError as e:
        log.warning("a process that finds answers does not begin: %s", e)
        return
    with desk.reader.follow(), suppress(EOFError, OSError):  # of the pipe, when the other one has ended
        pipe.send(True)
        while True:
            pipe.send(_find_answer(desk, pipe.recv()))


def _find_answer(desk: Desk, question: Question) -> Answer | None:
    try:
        return desk.answerer.ask(question)
    except NewsdeskError:
        return None
    except Exception:
        log.exception("a process that finds answers failed")
        return None


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(0)
