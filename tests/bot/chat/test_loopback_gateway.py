"""The loopback Discord's gateway, spoken to without a library: its opcodes, its close codes, and what it replays."""

from __future__ import annotations

import json
import zlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from discord import Intents

from tests.discord_server import LoopbackDiscord

INTENTS = Intents(guilds=True, guild_messages=True, dm_messages=True).value


class Socket:
    """One connection to the gateway; `ended` once it is closed, with the code."""

    def __init__(self, discord: LoopbackDiscord, socket: aiohttp.ClientWebSocketResponse, compressed: bool) -> None:
        self.discord = discord
        self.socket = socket
        self.inflate = zlib.decompressobj() if compressed else None

    async def send(self, op: int, data: Any = None) -> None:
        await self.socket.send_json({"op": op, "d": data})

    async def next(self) -> Any:
        message = await self.socket.receive(timeout=30)
        if message.type is aiohttp.WSMsgType.CLOSE:
            return {"closed": message.data}
        if self.inflate is None:
            return json.loads(message.data)
        assert message.data.endswith(b"\x00\x00\xff\xff")
        return json.loads(self.inflate.decompress(message.data))

    async def next_event(self) -> tuple[int, str, Any]:
        payload = await self.next()
        assert payload["op"] == 0, payload
        return payload["s"], payload["t"], payload["d"]

    async def identify(self, **fields: Any) -> Any:
        await self.send(2, {"token": self.discord.token, "intents": INTENTS, "properties": {}} | fields)
        return await self.next()

    async def resume(self, session: str, seq: int) -> None:
        await self.send(6, {"token": self.discord.token, "session_id": session, "seq": seq})


Connect = Callable[..., Any]


@pytest.fixture
async def loopback() -> AsyncIterator[LoopbackDiscord]:
    async with LoopbackDiscord() as discord:
        yield discord


@pytest.fixture
async def connect(loopback) -> AsyncIterator[Connect]:
    """Connects, and has the HELLO behind it."""
    async with aiohttp.ClientSession() as session:

        async def connect(url: str = loopback.gateway.url, compressed: bool = False) -> Socket:
            query = "?v=10&encoding=json" + ("&compress=zlib-stream" if compressed else "")
            socket = Socket(loopback, await session.ws_connect(url + query, autoclose=False), compressed)
            assert await socket.next() == {"op": 10, "d": {"heartbeat_interval": 41250}}
            return socket

        yield connect


@pytest.mark.parametrize("compressed", [False, True])
async def test_an_identify_brings_ready_and_then_the_guilds(loopback, connect, compressed):
    guild = loopback.add_guild()
    socket = await connect(compressed=compressed)
    ready = await socket.identify()
    assert ready["t"] == "READY"
    assert ready["d"]["guilds"] == [{"id": str(guild.id), "unavailable": True}]
    assert ready["d"]["resume_gateway_url"] != loopback.gateway.url
    number, event, data = await socket.next_event()
    assert (number, event) == (2, "GUILD_CREATE")
    assert [c["name"] for c in data["channels"]] == ["news"]


async def test_a_heartbeat_is_acknowledged_and_one_can_be_asked_for(loopback, connect):
    socket = await connect()
    await socket.send(1)
    assert await socket.next() == {"op": 11}
    await socket.identify()
    loopback.add_guild()
    assert (await socket.next_event())[0] == 2
    assert loopback.gateway.sessions[0].heard == 0
    await socket.send(1, 2)
    await socket.next()
    assert loopback.gateway.sessions[0].heard == 2
    await loopback.gateway.delivered()


@pytest.mark.parametrize(("heartbeat_s", "late"), [(0.0, True), (1000.0, False)])
async def test_a_heartbeat_that_comes_too_late_is_noticed(connect, loopback, heartbeat_s, late):
    socket = await connect()
    for _ in range(2):
        await socket.send(1)
        await socket.next()
    loopback.gateway.heartbeat_s = heartbeat_s
    assert (loopback.gateway.heartbeat_lateness() > 0) == late


async def test_a_resume_replays_what_was_missed_and_nothing_else(loopback, connect):
    guild = loopback.add_guild()
    reader = guild.add_member()
    first = await connect()
    ready = await first.identify()
    await first.next_event()
    async with loopback.gateway.outage():
        await reader.mention(guild.channel, "one")
        await reader.mention(guild.channel, "two")
        loopback.gateway.reopen()
        second = await connect(ready["d"]["resume_gateway_url"])
        await second.resume(ready["d"]["session_id"], 3)
        number, event, data = await second.next_event()
    assert (number, event) == (4, "MESSAGE_CREATE")
    assert data["content"].endswith("two")
    assert (await second.next_event())[:2] == (5, "RESUMED")


@pytest.mark.parametrize("refused", [False, True])
async def test_a_session_that_is_unknown_or_refused_is_invalid(loopback, connect, refused):
    first = await connect()
    session = (await first.identify())["d"]["session_id"]
    if refused:
        loopback.gateway.refuse_resume()
    second = await connect()
    await second.resume(session if refused else "other", 1)
    assert await second.next() == {"op": 9, "d": False}


async def test_a_session_ends_with_a_normal_close(loopback, connect):
    socket = await connect()
    await socket.identify()
    await socket.socket.close(code=1000)
    await loopback.until(lambda: not loopback.gateway.sessions, "the session to end")


@pytest.mark.parametrize(
    ("op", "data", "code"),
    [
        (99, None, 4001),
        (4, None, 4003),
        (2, {"token": "other", "intents": 0}, 4004),
        (2, {"token": "loopback", "intents": 0, "shard": [2, 2]}, 4010),
        (2, {"token": "loopback", "intents": Intents(message_content=True).value}, 4014),
        (2, {"token": "loopback", "intents": Intents(members=True).value}, 4014),
    ],
)
async def test_what_is_wrong_ends_the_connection_with_its_code(loopback, connect, op, data, code):
    socket = await connect()
    await socket.send(op, data)
    assert await socket.next() == {"closed": code}
    assert loopback.gateway.close_codes == [code]


async def test_a_second_identify_and_a_broken_payload_end_the_connection(connect):
    socket = await connect()
    await socket.identify()
    await socket.send(2, {"token": "loopback", "intents": 0})
    assert await socket.next() == {"closed": 4005}
    socket = await connect()
    await socket.socket.send_str("{")
    assert await socket.next() == {"closed": 4002}


async def test_a_resume_from_the_future_is_refused(connect):
    first = await connect()
    session = (await first.identify())["d"]["session_id"]
    second = await connect()
    await second.resume(session, 17)
    assert await second.next() == {"closed": 4007}


async def test_more_than_120_payloads_a_minute_end_the_connection(connect):
    socket = await connect()
    for _ in range(121):
        await socket.send(1)
    answers = [await socket.next() for _ in range(121)]
    assert answers == [{"op": 11}] * 120 + [{"closed": 4008}]


async def test_an_approved_intent_shows_what_others_write():
    async with LoopbackDiscord(message_content=True) as loopback, aiohttp.ClientSession() as session:
        guild = loopback.add_guild()
        reader = guild.add_member()
        for intents, seen in [(INTENTS, ""), (INTENTS | Intents(message_content=True).value, "plain")]:
            url = f"{loopback.gateway.url}?v=10&encoding=json"
            async with session.ws_connect(url) as ws:
                socket = Socket(loopback, ws, False)
                await socket.next()
                await socket.identify(intents=intents)
                await socket.next_event()
                await reader.send(guild.channel, "plain")
                assert (await socket.next_event())[2]["content"] == seen


async def test_events_need_their_intent_and_a_channel_that_the_bot_sees(loopback, connect):
    guild = loopback.add_guild()
    reader = guild.add_member()
    hidden = guild.add_channel("hidden")
    guild.deny(hidden, loopback.bot, view_channel=True)
    socket = await connect()
    await socket.identify(intents=Intents(guilds=True, guild_messages=True).value)
    await socket.next_event()
    await reader.dm("in private")
    await reader.send(hidden, "in secret")
    await reader.send(guild.channel, "in public")
    _, event, data = await socket.next_event()
    assert (event, data["channel_id"]) == ("MESSAGE_CREATE", str(guild.channel.id))
