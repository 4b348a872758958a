"""A breaker: what failed some times in a row is left alone for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock


class Breaker:
    """Says whether an endpoint may be asked; after a rest, one caller tries it for all.

    After Nygard, Release It!, chapter 5.
    """

    def __init__(
        self, max_failures: int = 3, rest_s: float = 60.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._max_failures = max_failures
        self._rest_s = rest_s
        self._clock = clock
        self._lock = Lock()
        self._n_failures = 0
        self._rests_until = 0.0

    def admit(self) -> bool:
        """Whether to ask now; who is admitted after a rest keeps all others out until it has an answer."""
        with self._lock:
            if self._n_failures < self._max_failures:
                return True
            if self._clock() < self._rests_until:
                return False
            self._rests_until = self._clock() + self._rest_s
            return True

    def note_success(self) -> None:
        """The endpoint answered."""
        with self._lock:
            self._n_failures = 0

    def note_failure(self) -> None:
        """The endpoint failed; from the last failure allowed on, it rests."""
        with self._lock:
            self._n_failures += 1
            if self._n_failures >= self._max_failures:
                self._rests_until = self._clock() + self._rest_s
