"""Readers of the loopback Discord who ask a bot in a process of its own, and how long they wait."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from bot.evaluation.metrics import percentile
from tests.discord_server import LoopbackDiscord, Person, Reply
from tests.discord_server.alone import BotAlone, Signs, running_alone
from tests.discord_server.state import Message, walk_components

_WAITING = "Please wait"
_PATIENCE_S = 120.0
_HEARTBEAT_S = 1.0
_N_SOAKED_SERVERS = 40
_N_SOAKED_READERS = 10
_BREAK_EVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class Asking:
    """A question by a command, and when it was asked on the event loop's clock."""

    reader: Person
    question: str
    reply: Reply
    at: float


@dataclass(frozen=True, slots=True)
class Waited:
    """How long readers waited, in milliseconds, and what went wrong.

    Attributes:
        late_s: By how many seconds a heartbeat came too late at most.
        held_s: The longest time that the bot's event loop was held up.
    """

    acknowledged: Sequence[float]
    answered: Sequence[float]
    proven: Sequence[float]
    n_lost: int
    n_twice: int
    late_s: float
    held_s: float

    def report(self, name: str) -> Iterator[str]:
        """The figures in lines."""
        kinds = {"acknowledged": self.acknowledged, "first answer": self.answered, "proof opened": self.proven}
        for kind, ms in kinds.items():
            if ms:
                p50, p95, p99 = (f"{percentile(ms, q):.0f} ms" for q in (0.5, 0.95, 0.99))
                yield f"{name}, {kind}: p50 {p50}, p95 {p95}, p99 {p99}; {len(ms)} times"
        yield (
            f"{name}: {self.n_lost} lost, {self.n_twice} answered twice, heartbeat late by {self.late_s:.2f} s, "
            f"event loop held up for {self.held_s:.2f} s at most"
        )


@dataclass(frozen=True, slots=True)
class Soaked:
    """A bot's process over a long time of questions and broken sockets.

    Attributes:
        signs: Of each second; those of the first third are of a process that still fills its caches.
    """

    signs: Sequence[Signs]
    n_answered: int
    n_lost: int
    n_resumed: int

    def median(self, sign: str, third: int) -> float:
        """The median of a sign in one of the thirds of the time, 0 to 2."""
        n = len(self.signs) // 3
        return float(median(getattr(s, sign) for s in self.signs[n * third : n * (third + 1)]))

    def growth(self, sign: str) -> float:
        """By how much a sign is higher in the last third than in the middle one."""
        return self.median(sign, 2) - self.median(sign, 1)

    def report(self) -> Iterator[str]:
        """The figures in lines."""
        answers = f"{self.n_answered} answers in {len(self.signs)} s, {self.n_lost} lost"
        yield f"soak: {answers}, the socket resumed {self.n_resumed} times"
        for sign in ("resident_mb", "n_files", "n_threads", "n_tasks"):
            yield f"soak, {sign}: {', '.join(f'{self.median(sign, third):.0f}' for third in range(3))} by thirds"


@asynccontextmanager
async def busy_discord() -> AsyncIterator[LoopbackDiscord]:
    """A Discord with its real limits and deadlines, where heartbeats are due every second."""
    async with LoopbackDiscord(clock=time.time, heartbeat_s=_HEARTBEAT_S, patience_s=_PATIENCE_S) as loopback:
        loopback.rest.enforce_limits()
        yield loopback
        loopback.check()


async def ask_one_by_one(index_home: Path, questions: Sequence[str], n_servers: int = 5) -> Waited:
    """One reader at a time, who opens the first proof of every answer that has any."""
    async with busy_discord() as loopback:
        guilds = [loopback.add_guild(f"server {n}") for n in range(n_servers)]
        asked, proven = [], []
        with TemporaryDirectory() as home:
            async with running_alone(loopback, index_home, Path(home)) as bot:
                for n, question in enumerate(questions):
                    asking = await _ask(guilds[n % n_servers].add_member(f"reader {n}"), question)
                    asked.append(asking)
                    message = await asking.reply.until(is_answer)
                    proven += await _open_proof(asking.reader, message)
                late_s = loopback.gateway.heartbeat_lateness()
        return _weigh(loopback, bot, asked, proven, late_s)


async def ask_at_once(index_home: Path, questions: Sequence[str], n_servers: int = 20) -> Waited:
    """A reader for each question, all in the same moment."""
    async with busy_discord() as loopback:
        guilds = [loopback.add_guild(f"server {n}") for n in range(n_servers)]
        readers = [guilds[n % n_servers].add_member(f"reader {n}") for n in range(len(questions))]
        with TemporaryDirectory() as home:
            async with running_alone(loopback, index_home, Path(home)) as bot:
                asked = [await _ask(reader, question) for reader, question in zip(readers, questions, strict=True)]
                await loopback.until(lambda: all(map(_is_answered, asked)), "an answer for everybody")
                late_s = loopback.gateway.heartbeat_lateness()
        return _weigh(loopback, bot, asked, (), late_s)


async def soak(index_home: Path, questions: Sequence[str], seconds: float, n_askers: int = 4) -> Soaked:
    """Ask without a pause, and now and then break the socket or have it renewed, in turns."""
    async with busy_discord() as loopback:
        guilds = [loopback.add_guild(f"server {n}") for n in range(_N_SOAKED_SERVERS)]
        readers = cycle([guild.add_member(f"reader {n}") for n in range(_N_SOAKED_READERS) for guild in guilds])
        wording, breaks = cycle(questions), cycle((loopback.gateway.drop, loopback.gateway.request_reconnect))
        n_answered = n_lost = 0

        async def ask_on() -> None:
            nonlocal n_answered, n_lost
            while loop.time() < end:
                asking = await _ask(next(readers), next(wording))
                try:
                    await _open_proof(asking.reader, await asking.reply.until(is_answer))
                    n_answered += 1
                except AssertionError:  # nothing came
                    n_lost += 1

        async def break_now_and_then() -> None:
            while loop.time() < end:
                await asyncio.sleep(_BREAK_EVERY_S)
                await next(breaks)()
                await loopback.gateway.wait_until_connected()
                loopback.rest.requests.clear()

        with TemporaryDirectory() as home:
            async with running_alone(loopback, index_home, Path(home)) as bot:
                loop = asyncio.get_running_loop()
                end = loop.time() + seconds
                await asyncio.gather(break_now_and_then(), *(ask_on() for _ in range(n_askers)))
                n_resumed = sum(session.resumed for session in loopback.gateway.sessions)
        return Soaked(bot.signs, n_answered, n_lost, n_resumed)


def is_answer(message: Message) -> bool:
    """Whether it is more than a placeholder or a place among those that wait."""
    return not message.thinking and _shows_answer(message.embeds)


def _shows_answer(embeds: Sequence[Any]) -> bool:
    return bool(embeds) and embeds[0].get("title") != _WAITING


def _is_answered(asking: Asking) -> bool:
    message = asking.reply.message
    return message is not None and is_answer(message)


async def _ask(reader: Person, question: str) -> Asking:
    at = asyncio.get_running_loop().time()
    return Asking(reader, question, await reader.slash("ask", question=question), at)


async def _open_proof(reader: Person, answer: Message) -> list[float]:
    """Milliseconds until the first proof is open; nothing where the answer has none."""
    began = asyncio.get_running_loop().time()
    offered = {c.get("custom_id", "")[:2] for c in walk_components(answer.components)}
    if "pf" in offered:
        opened = await reader.click(answer, "Proof 1")
    elif "ps" in offered:
        opened = await reader.select(answer, "1", of="Open the proof")
    else:
        return []
    await opened.until()
    return [(asyncio.get_running_loop().time() - began) * 1000]


def _weigh(
    loopback: LoopbackDiscord, bot: BotAlone, asked: Sequence[Asking], proven: Sequence[float], late_s: float
) -> Waited:
    """What the requests of the bot, which has ended, say of the questions."""
    acknowledged: dict[str, float] = {}
    answered: dict[str, float] = {}
    for request in loopback.rest.requests:
        token = request.path.split("/")[3] if request.path.count("/") >= 4 else ""
        if request.path.endswith("/callback"):
            acknowledged.setdefault(token, request.at)
        elif request.path.endswith("/messages/@original") and _shows_answer((request.body or {}).get("embeds")):
            answered.setdefault(token, request.at)
    titles = Counter(m.embeds[0].get("title") for m in loopback.messages if m.embeds)
    return Waited(
        [(acknowledged[t] - a.at) * 1000 for a in asked if (t := a.reply.interaction.token) in acknowledged],
        [(answered[t] - a.at) * 1000 for a in asked if (t := a.reply.interaction.token) in answered],
        proven,
        n_lost=sum(not _is_answered(a) for a in asked),
        n_twice=sum(titles[a.reply.message.embeds[0].get("title")] > 1 for a in asked if a.reply.message),
        late_s=late_s,
        held_s=max(s.held_s for s in bot.signs),
    )
