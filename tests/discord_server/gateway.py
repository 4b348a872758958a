"""The gateway: who connects, which events go to which shard, heartbeats, resuming, and faults."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web
from discord import Intents

from tests.discord_server.payloads import guild_payload, user_payload
from tests.discord_server.session import Close, Closed, Connection, Op, Session
from tests.discord_server.state import Guild, Payload, User
from tests.discord_server.waiting import Changes

_PRIVILEGED = {name: Intents(**{name: True}).value for name in ("message_content", "members", "presences")}
_MOST_PER_MINUTE = 120


class Gateway:
    """Every session of the bot; events go to the shard of their guild."""

    def __init__(
        self, bot: User, token: str, guilds: dict[int, Guild], changes: Changes, approved: int, heartbeat_s: float
    ) -> None:
        self.url = ""
        self.sessions: list[Session] = []
        self.identifies = 0
        self.heartbeat_s = heartbeat_s
        self.close_codes: list[int] = []
        self._bot = bot
        self._token = token
        self._guilds = guilds
        self._changes = changes
        self._approved = approved
        self._connections: set[Connection] = set()
        self._refusals = 0
        self._open = asyncio.Event()
        self._open.set()

    # Events

    def dispatch(
        self, event: str, make: Callable[[Session], Payload], guild: Guild | None, intents: Intents | None = None
    ) -> None:
        """Send an event to the sessions that may have it; direct messages go to shard 0."""
        for session in self.sessions:
            shard = (guild.id >> 22) % session.n_shards if guild else 0
            if session.shard == shard and (intents is None or session.intents & intents.value):
                session.add(event, make(session))

    @property
    def connected(self) -> bool:
        """Whether every shard is connected and knows its guilds."""
        return bool(self.sessions) and all(s.connection for s in self.sessions) and self._all_shards()

    async def delivered(self) -> None:
        """Wait until the bot has taken in every event that was sent; it is asked for a heartbeat to tell."""
        for session in self.sessions:
            if session.heard < session.n_events and session.connection:
                session.connection.send({"op": Op.HEARTBEAT, "d": None})
        await self._changes.until(
            lambda: all(s.heard == s.n_events for s in self.sessions), "the bot to take in all events"
        )

    def heartbeat_lateness(self) -> float:
        """By how many seconds a heartbeat has come too late at most, or is late now, on open connections."""
        now = asyncio.get_running_loop().time()
        gaps = [b - a for c in self._connections for a, b in pairwise([*c.heartbeats, now])]
        return max([0.0, *(gap - self.heartbeat_s for gap in gaps)])

    # Faults

    async def drop(self, code: int | None = None) -> None:
        """Break every socket, without a word or with a close code; the bot may come back at once."""
        broken = [c for c in self._connections if c.session]
        for connection in broken:
            if code is None:
                connection.cut()
            else:
                await connection.socket.close(code=code)
        await self._changes.until(lambda: not self._connections & set(broken), "the sockets to break")

    @asynccontextmanager
    async def outage(self) -> AsyncIterator[None]:
        """No connection at all inside; every shard is connected again afterwards."""
        self._open.clear()
        await self.drop()
        yield
        self.reopen()
        await self.wait_until_connected()

    def reopen(self) -> None:
        """Let connections in again."""
        self._open.set()

    def refuse_resume(self, times: int = 1) -> None:
        """Answer the next resumes with INVALID_SESSION, so that the bot must identify anew."""
        self._refusals += times

    async def request_reconnect(self) -> None:
        """Ask every shard to come back on a new connection (op 7), and wait until they have."""
        await self._renew({"op": Op.RECONNECT, "d": None})

    async def invalidate(self, resumable: bool) -> None:
        """Send INVALID_SESSION (op 9) to every shard, and wait until they are back."""
        if not resumable:
            self.sessions.clear()
        await self._renew({"op": Op.INVALID_SESSION, "d": resumable})

    async def wait_until_connected(self) -> None:
        await self._changes.until(lambda: self.connected, "the bot to connect")

    async def _renew(self, payload: Payload) -> None:
        before = set(self._connections)
        for connection in before:
            connection.send(payload)
        await self._changes.until(lambda: self.connected and not before & self._connections, "the bot to come back")

    # Connections

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One connection from HELLO to its end."""
        await self._open.wait()
        if request.query.get("v") != "10" or request.query.get("encoding") != "json":
            raise web.HTTPBadRequest(text="this gateway speaks version 10 in JSON")
        if request.query.get("compress") not in (None, "zlib-stream"):
            raise web.HTTPBadRequest(text=f"this gateway does not compress as {request.query['compress']}")
        socket = web.WebSocketResponse(max_msg_size=4096)
        await socket.prepare(request)
        connection = Connection(socket, request)
        self._connections.add(connection)
        writer = asyncio.create_task(connection.write())
        connection.send({"op": Op.HELLO, "d": {"heartbeat_interval": int(self.heartbeat_s * 1000)}})
        try:
            await self._read(connection)
        except Closed as e:
            self.close_codes.append(e.code)
            await connection.end(writer)
            await socket.close(code=e.code)
        finally:
            await connection.end(writer)
            self._connections.discard(connection)
            if connection.session and connection.session.connection is connection:
                connection.session.connection = None
                if socket.close_code in (WSCloseCode.OK, WSCloseCode.GOING_AWAY):  # which end the session too
                    self.sessions = [s for s in self.sessions if s is not connection.session]
            self._changes.announce()
        return socket

    async def close(self) -> None:
        """Cut whatever is still connected."""
        self.reopen()
        for connection in self._connections:
            connection.cut()

    async def _read(self, connection: Connection) -> None:
        async for message in connection.socket:
            if message.type is not WSMsgType.TEXT:
                raise Closed(Close.DECODE_ERROR)
            try:
                payload = json.loads(message.data)
                op, data = Op(payload["op"]), payload.get("d")
            except (json.JSONDecodeError, KeyError, TypeError) as e:
                raise Closed(Close.DECODE_ERROR) from e
            except ValueError as e:
                raise Closed(Close.UNKNOWN_OPCODE) from e
            self._count(connection)
            self._receive(connection, op, data)
            self._changes.announce()

    def _count(self, connection: Connection) -> None:
        now = asyncio.get_running_loop().time()
        connection.received_at = [t for t in connection.received_at if t > now - 60] + [now]
        if len(connection.received_at) > _MOST_PER_MINUTE:
            raise Closed(Close.RATE_LIMITED)

    def _receive(self, connection: Connection, op: Op, data: Any) -> None:
        if op is Op.HEARTBEAT:
            connection.heartbeats.append(asyncio.get_running_loop().time())
            if connection.session and data:
                connection.session.hear(data)
            connection.send({"op": Op.HEARTBEAT_ACK})
        elif op in (Op.IDENTIFY, Op.RESUME):
            if connection.session:
                raise Closed(Close.ALREADY_AUTHENTICATED)
            if data.get("token") != self._token:
                raise Closed(Close.AUTHENTICATION_FAILED)
            (self._identify if op is Op.IDENTIFY else self._resume)(connection, data)
        elif connection.session is None:
            raise Closed(Close.NOT_AUTHENTICATED)
        elif op not in (Op.PRESENCE, Op.VOICE_STATE, Op.REQUEST_MEMBERS):
            raise Closed(Close.UNKNOWN_OPCODE)

    def _identify(self, connection: Connection, data: Payload) -> None:
        shard, n_shards = data.get("shard") or (0, 1)
        if not 0 <= shard < n_shards:
            raise Closed(Close.INVALID_SHARD)
        if any(data["intents"] & bit and not self._approved & bit for bit in _PRIVILEGED.values()):
            raise Closed(Close.DISALLOWED_INTENTS)
        self.identifies += 1
        self.sessions = [s for s in self.sessions if (s.shard, s.n_shards) != (shard, n_shards)]
        session = Session(f"session-{self.identifies}", shard, n_shards, data["intents"])
        self._attach(connection, session)
        self.sessions.append(session)
        guilds = [g for g in self._guilds.values() if self._bot.id in g.members and (g.id >> 22) % n_shards == shard]
        ready = {
            "v": 10,
            "user": user_payload(self._bot),
            "guilds": [{"id": str(g.id), "unavailable": True} for g in guilds],
            "session_id": session.id,
            "resume_gateway_url": f"{self.url}resume/",
            "shard": [shard, n_shards],
            "application": {"id": str(self._bot.id), "flags": 0},
        }
        session.add("READY", ready)
        for guild in guilds:
            session.add("GUILD_CREATE", guild_payload(guild, self._bot))

    def _resume(self, connection: Connection, data: Payload) -> None:
        session = next((s for s in self.sessions if s.id == data.get("session_id")), None)
        if session is None or self._refusals > 0:
            self._refusals = max(0, self._refusals - 1)
            return connection.send({"op": Op.INVALID_SESSION, "d": False})
        if not session.heard <= data["seq"] <= session.n_events:
            raise Closed(Close.INVALID_SEQUENCE)
        session.hear(data["seq"])
        self._attach(connection, session)
        for missed in session.unheard:
            connection.send(missed)
        session.resumed += 1
        session.add("RESUMED", {"_trace": []})
        connection.send({"op": Op.HEARTBEAT, "d": None})
        return None

    def _attach(self, connection: Connection, session: Session) -> None:
        connection.session, session.connection = session, connection

    def _all_shards(self) -> bool:
        return {s.shard for s in self.sessions} == set(range(self.sessions[0].n_shards))
