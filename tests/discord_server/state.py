"""What Discord remembers: plain records of users, guilds, channels, messages and interactions."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Any

_EPOCH_MS = 1_420_070_400_000
RESPONSE_S = 3.0
TOKEN_S = 15 * 60.0

Payload = dict[str, Any]


class ChannelType(IntEnum):
    TEXT = 0
    DM = 1
    PUBLIC_THREAD = 11
    FORUM = 15


class InteractionType(IntEnum):
    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Callback(IntEnum):
    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


class Flag(IntFlag):
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    COMPONENTS_V2 = 1 << 15


class Clock:
    """Stands still until a test moves it, so that no deadline depends on the speed of the machine."""

    def __init__(self) -> None:
        self._now = time.time()

    def __call__(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += seconds


class Ids:
    """Snowflakes, each greater than the one before."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._increments = itertools.count(1)
        self._guilds = itertools.count(1)

    def new(self) -> int:
        return self._at(int(self._clock() * 1000), next(self._increments))

    def new_guild(self) -> int:
        """Of another millisecond each, so that guilds spread over the shards."""
        return self._at(_EPOCH_MS + next(self._guilds), 0)

    @staticmethod
    def _at(ms: int, increment: int) -> int:
        return ((ms - _EPOCH_MS) << 22) | increment


@dataclass(eq=False)
class User:
    id: int
    name: str
    bot: bool = False
    accepts_dms: bool = True

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"


@dataclass(eq=False)
class Role:
    id: int
    name: str
    permissions: int

    @property
    def mention(self) -> str:
        return f"<@&{self.id}>"


@dataclass(eq=False)
class Member:
    user: User
    roles: list[Role] = field(default_factory=list)


@dataclass(eq=False)
class Channel:
    """A text channel, forum, thread or direct message."""

    id: int
    type: ChannelType
    name: str = ""
    guild: Guild | None = None
    parent: Channel | None = None
    owner: User | None = None
    recipient: User | None = None
    archived: bool = False
    overwrites: dict[int, tuple[int, int]] = field(default_factory=dict)  # id of role or member: (allow, deny)
    messages: dict[int, Message] = field(default_factory=dict)

    @property
    def is_thread(self) -> bool:
        return self.type is ChannelType.PUBLIC_THREAD

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"


@dataclass(eq=False)
class Guild:
    id: int
    name: str
    owner: User
    everyone: Role
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.roles[self.everyone.id] = self.everyone


@dataclass(frozen=True)
class Shown:
    """What a message looked like after it was sent or edited."""

    content: str
    embeds: list[Payload]
    components: list[Payload]


@dataclass(eq=False)
class Message:
    id: int
    channel: Channel
    author: User
    created_at: float
    content: str = ""
    embeds: list[Payload] = field(default_factory=list)
    components: list[Payload] = field(default_factory=list)
    attachments: list[Payload] = field(default_factory=list)
    flags: int = 0
    nonce: str | None = None
    reply_to: Message | None = None
    interaction: Interaction | None = None
    is_interaction_response: bool = False
    mentions: list[User] = field(default_factory=list)
    mentioned_roles: list[int] = field(default_factory=list)
    mentions_everyone: bool = False
    edited_at: float | None = None
    deleted: bool = False
    history: list[Shown] = field(default_factory=list)

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & Flag.EPHEMERAL)

    @property
    def thinking(self) -> bool:
        """Whether it is the placeholder of a deferred response."""
        return bool(self.flags & Flag.LOADING)

    @property
    def pings(self) -> bool:
        return bool(self.mentions or self.mentioned_roles or self.mentions_everyone)

    @property
    def text(self) -> str:
        """All that a reader sees of it."""
        return "\n".join(
            filter(None, [self.content, *map(_text_of_embed, self.embeds), *text_displays(self.components)])
        )

    def keep(self) -> None:
        """Remember what it looks like now."""
        self.history.append(Shown(self.content, self.embeds, self.components))


@dataclass(eq=False)
class Interaction:
    id: int
    token: str
    type: InteractionType
    user: User
    channel: Channel
    created_at: float
    data: Payload
    source: Message | None = None  # whose button was pressed
    callback: Callback | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: Payload | None = None
    choices: list[Payload] | None = None


def walk_components(components: list[Payload]) -> Iterator[Payload]:
    """Every component, with those inside it."""
    for component in components:
        yield component
        inner = [*(component.get("components") or []), *filter(None, (component.get("accessory"),))]
        yield from walk_components(inner + list(filter(None, (component.get("component"),))))


def text_displays(components: list[Payload]) -> list[str]:
    return [c.get("content", "") for c in walk_components(components) if c.get("type") == 10]


def _text_of_embed(embed: Payload) -> str:
    fields = [text for f in embed.get("fields") or [] for text in (f.get("name"), f.get("value"))]
    named = [(embed.get("author") or {}).get("name"), embed.get("title"), embed.get("description")]
    return "\n".join(filter(None, [*named, *fields, (embed.get("footer") or {}).get("text")]))
