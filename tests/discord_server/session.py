"""A shard's session, which outlives its connections, and one connection with what it sends."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum

from aiohttp import web
from discord import Intents

from tests.discord_server.state import Payload

MESSAGE_CONTENT = Intents(message_content=True).value


class Op(IntEnum):
    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class Close(IntEnum):
    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    INVALID_SEQUENCE = 4007
    RATE_LIMITED = 4008
    INVALID_SHARD = 4010
    DISALLOWED_INTENTS = 4014


class Closed(Exception):
    """The gateway ends a connection, with a code."""

    def __init__(self, code: Close) -> None:
        super().__init__(code.name)
        self.code = code


@dataclass(eq=False)
class Session:
    """What outlives a connection: a shard's events, numbered from 1, and what it has heard of them."""

    id: str
    shard: int
    n_shards: int
    intents: int
    n_events: int = 0
    heard: int = 0
    resumed: int = 0
    connection: Connection | None = None
    unheard: deque[Payload] = field(default_factory=deque)

    @property
    def has_content(self) -> bool:
        return bool(self.intents & MESSAGE_CONTENT)

    def add(self, event: str, data: Payload) -> None:
        """Number an event, and send it if the shard is connected; else it waits for a resume."""
        self.n_events += 1
        payload = {"op": Op.DISPATCH, "t": event, "s": self.n_events, "d": data}
        self.unheard.append(payload)
        if self.connection is not None:
            self.connection.send(payload)

    def hear(self, sequence: int) -> None:
        """The bot has all events up to this one; they need not be kept for a resume."""
        self.heard = max(self.heard, sequence)
        while self.unheard and self.unheard[0]["s"] <= self.heard:
            self.unheard.popleft()


class Connection:
    """One socket; what is sent goes out in order."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.socket = socket
        self.session: Session | None = None
        self.heartbeats: list[float] = []
        self.received_at: list[float] = []
        self._transport = request.transport
        self._outgoing: asyncio.Queue[Payload | None] = asyncio.Queue()
        self._compressor = zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None

    def send(self, payload: Payload) -> None:
        self._outgoing.put_nowait(payload)

    async def write(self) -> None:
        """Send what is put in, until the connection ends."""
        while (payload := await self._outgoing.get()) is not None:
            text = json.dumps(payload)
            if self._compressor is None:
                await self.socket.send_str(text)
            else:
                squeezed = self._compressor.compress(text.encode()) + self._compressor.flush(zlib.Z_SYNC_FLUSH)
                await self.socket.send_bytes(squeezed)

    async def end(self, writer: asyncio.Task[None]) -> None:
        """Let the writer send what it still has."""
        self._outgoing.put_nowait(None)
        await asyncio.gather(writer, return_exceptions=True)

    def cut(self) -> None:
        """Break the socket without a word."""
        if self._transport is not None:
            self._transport.abort()
