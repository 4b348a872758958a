"""A process that finds answers beside this one, for in each Python does but one thing at a time."""

from __future__ import annotations

import logging
import multiprocessing
import signal
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock

from bot.desk import Desk
from bot.settings import Settings
from bot.types import Answer, Question
from index.errors import NewsdeskError

log = logging.getLogger("newsdesk.helper")

_SPAWN = multiprocessing.get_context("spawn")


class Helper:
    """Answers one question at a time, without a language model; it ends with this process, however that ends."""

    def __init__(self, settings: Settings, index_home: Path | None = None) -> None:
        """`index_home` is as in `Desk`."""
        self._settings = settings.model_copy(update={"llm": "none"})
        self._home = index_home
        self._lock = Lock()
        self._is_closed = False
        self._start()

    @property
    def pid(self) -> int | None:
        """The number of its process."""
        return self._process.pid

    @property
    def is_busy(self) -> bool:
        """Whether it has a question that is not answered yet."""
        return self._lock.locked()

    def ask(self, question: Question) -> Answer | None:
        """The answer; None where it is not free, has not begun, or was lost with its process. Raises as `Answerer.ask`.

        A process that was lost is started again, but for one that has answered nothing.
        """
        if not self._lock.acquire(blocking=False):
            return None
        try:
            if not self._is_ready():
                return None
            self._pipe.send(question)
            found: Answer | Exception = self._pipe.recv()
        except (EOFError, OSError):
            self._replace()
            return None
        finally:
            self._lock.release()
        self._has_answered = True
        if isinstance(found, Exception):
            raise found
        return found

    def wait(self) -> None:
        """Wait until it has begun, or has ended."""
        with self._lock:
            self._pipe.poll(None)

    def close(self) -> None:
        """End it now; a question on its way gets no answer."""
        self._is_closed = True
        self._process.kill()
        self._process.join()

    def _start(self) -> None:
        self._pipe, far_end = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_work, args=(far_end, self._settings, self._home), daemon=True)
        self._process.start()
        far_end.close()  # so that the loss of the process is the end of the pipe
        self._is_warm = self._has_answered = False

    def _is_ready(self) -> bool:
        if not self._is_warm and self._pipe.poll():
            self._is_warm = self._pipe.recv()
        return self._is_warm and not self._is_closed

    def _replace(self) -> None:
        if self._is_closed:
            return
        self._process.join()
        log.warning("a process that finds answers has ended (%s); this one goes on", self._process.exitcode)
        if self._has_answered:
            self._pipe.close()
            self._start()
        else:
            self._is_closed = True


def _work(pipe: Connection, settings: Settings, index_home: Path | None) -> None:
    """Answer what comes through the pipe, until that is closed."""
    for number in (signal.SIGINT, signal.SIGTERM):  # they go to the whole group, and the other process sees to the end
        signal.signal(number, signal.SIG_IGN)
    desk = Desk(settings, index_home)
    try:
        desk.warm_up()
    except NewsdeskError:  # the other process has it too, and tells
        return
    with desk.reader.follow():
        pipe.send(True)
        while True:
            try:
                question: Question = pipe.recv()
            except EOFError:
                return
            pipe.send(_answer(desk, question))


def _answer(desk: Desk, question: Question) -> Answer | Exception:
    try:
        return desk.answerer.ask(question)
    except NewsdeskError as e:
        return e
    except Exception as e:
        e.add_note(traceback.format_exc())  # a pipe carries no traceback
        return e
