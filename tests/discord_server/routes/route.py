"""What an operation of the REST API is, and what it is called with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.discord_server.limits import Problems
from tests.discord_server.state import Payload
from tests.discord_server.world import World


class Refused(Exception):
    """A request that breaks a limit which depends on what it is about."""


@dataclass
class Call:
    """One request: the path's parameters, the query, the JSON body and the files beside it."""

    world: World
    params: dict[str, str]
    query: dict[str, str]
    body: Any
    files: list[Payload] = field(default_factory=list)

    def id(self, name: str) -> int:
        return int(self.params[name]) if self.params[name].isdigit() else 0


def no_problems(body: Any, n_files: int = 0) -> Iterator[str]:
    yield from ()


@dataclass(frozen=True)
class Operation:
    """A method and a path, as in Discord's description; what it does, and the limits of its body."""

    method: str
    template: str
    act: Callable[[Call], Any]
    check: Callable[[Any, int], Problems] = no_problems
    check_mentions: Callable[[Any], Problems] = no_problems
    status: int = 200
    needs_token: bool = True
