"""A memory of a fixed size for what was done lately."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """The values that were put in last, by key; the oldest are forgotten. For any number of threads."""

    def __init__(self, max_kept: int) -> None:
        self._max_kept = max_kept
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def put(self, key: K, value: V) -> bool:
        """Remember a value; returns whether its key was new."""
        with self._lock:
            is_new = key not in self._kept
            self._kept[key] = value
            self._kept.move_to_end(key)
            if len(self._kept) > self._max_kept:
                self._kept.popitem(last=False)
            return is_new

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()

    def get(self, key: K) -> V | None:
        """The value of a key, if it is still remembered."""
        return self._kept.get(key)
