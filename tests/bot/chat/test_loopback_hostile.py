"""Hostile text as questions, as articles and as what a model writes: all is answered, and nothing of it works."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from bot.chat.client import NewsdeskBot
from bot.chat.turns import Turns
from bot.desk import Desk
from bot.settings import Settings
from bot.smalltalk import MAX_QUESTION_CHARS
from index.build import build_index
from index.store import Store
from tests.bot.chat.hostile import HOSTILE, SECRET, find_hidden, find_live
from tests.bot.llm.conftest import Endpoint
from tests.discord_server.state import Channel, Message, User, walk_components

AMONG_ARTICLES = "xyzzy"
"""Stands for the secret in articles, which may be quoted."""


def ask_for(n: int) -> str:
    return f"What did keeper Qw{n}x write on the harbour wall?"


def wrote(n: int) -> str:
    return f"Keeper Qw{n}x wrote {HOSTILE[n]} on the harbour wall.".replace(SECRET, AMONG_ARTICLES)


@pytest.fixture(scope="module")
def wall_home(tmp_path_factory, make_encoder) -> Path:
    """An index of articles, each with a hostile text as its title, in its text, and every other time as its outlet."""
    home = tmp_path_factory.mktemp("wall")
    lines = []
    for n, text in enumerate(t.replace(SECRET, AMONG_ARTICLES) for t in HOSTILE):
        record = {"id": f"wall-{n}", "title": text, "source": text if n % 2 else "Wall", "published_at": "2025-04-17"}
        lines.append(json.dumps(record | {"url": f"https://wall.example/{n}", "paragraphs": [text, wrote(n), text]}))
    articles = home / "wall.jsonl"
    articles.write_text("\n".join(lines), encoding="utf-8")
    report = build_index(Store(home), make_encoder("all-MiniLM-L6-v2", 256, 60), [articles], recorded=[str(articles)])
    assert report.articles == len(HOSTILE)
    return home


@pytest.fixture
def start(loopback, guild, wall_home, tmp_path, fake_weights, answer_all) -> Callable[..., Any]:
    """Runs a bot that answers from that index, however often it is asked; those whom the texts name are there."""
    for number in (1, 123456789012345678):
        loopback.world.users[number] = User(number, "named")

    @asynccontextmanager
    async def start(**settings: Any) -> AsyncIterator[NewsdeskBot]:
        bot = NewsdeskBot(Desk(Settings(home=tmp_path / "desk", daily_questions=0, **settings), wall_home))
        bot.turns = Turns(2, clock=itertools.count(step=60).__next__)  # a minute passes between two questions
        async with loopback.running(bot):
            yield bot

    return start


class Seen:
    """What was wrong with the messages that were seen; each is to say something, and nothing in it is to work."""

    def __init__(self) -> None:
        self.problems: list[tuple[str, str]] = []
        self.n_messages = 0

    def see(self, message: Message, asked: str) -> None:
        """Look at a message as it is, and as it was before it was edited."""
        self.n_messages += 1
        if not message.text.strip():
            self.problems.append((asked, "says nothing"))
        for shown in message.history:
            names = [part.get("name") or part.get("text") or "" for e in shown.embeds for part in _beside(e)]
            for component in walk_components(shown.components):
                parts = (component, *(component.get("options") or []))
                names += [part.get(key) or "" for part in parts for key in ("label", "description")]
            said = [text for e in shown.embeds for text in (e.get("title") or "", e.get("description") or "")]
            self._check(asked, shown.content, said, names)

    def _check(self, asked: str, content: str, said: list[str], names: list[str]) -> None:
        found = [f"works: {live}" for text in (content, *said) for live in find_live(text)]
        found += [f"hides: {mark}" for text in (content, *said, *names) for mark in find_hidden(text)]
        told = [content.partition("\n")[2], *said[1:], *names]  # all but the question
        if SECRET in "\n".join(told).lower():
            found.append("obeyed")
        self.problems += [(asked, problem) for problem in found]


def _beside(embed: dict[str, Any]) -> list[dict[str, Any]]:
    return [embed.get("author") or {}, embed.get("footer") or {}]


@pytest.fixture
def seen() -> Iterator[Seen]:
    """Fails the test where anything was wrong."""
    seen = Seen()
    yield seen
    assert seen.problems == []


def test_what_works_and_what_hides_would_be_seen():
    for text in (
        "@here",
        "<@1>",
        "<t:1:R>",
        "discord.gg/x",
        "[a](<https://evil.example>)",
        "*b",
        "`x`",
        "a\n# b",
        "-# s",
    ):
        assert list(find_live(text)), text
    assert find_hidden("a\u202eb\x00\u3164") == ["0x202e", "0x0", "0x3164"]


# As questions


def as_discord_has_it(text: str) -> str:
    """Discord keeps texts in UTF-8, where half a character is none."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


async def test_hostile_questions_are_answered(loopback, guild, reader, start, seen):
    """By mentions, and in turn by the command and by the modal of a follow-up."""
    async with start():
        first = await (await reader.slash("ask", question=ask_for(0))).final()
        for n, text in enumerate(map(as_discord_has_it, HOSTILE)):
            seen.see(await (await reader.mention(guild.channel, text)).final(), text)
            if not 1 <= len(text) <= MAX_QUESTION_CHARS:  # Discord sends no other
                continue
            if n % 2:
                reply = await reader.slash("ask", question=text)
            else:
                reply = await reader.submit(await reader.click(first, "Follow up"), question=text)
            seen.see(await reply.final(), text)
    assert seen.n_messages > 1.9 * len(HOSTILE)


# As articles


@pytest.fixture
def plain(loopback, guild) -> Channel:
    """A channel where the bot may show text alone."""
    plain = guild.add_channel("plain")
    guild.deny(plain, loopback.bot, embed_links=True)
    return plain


async def test_hostile_articles_are_quoted_as_text(loopback, reader, plain, start, seen):
    n_quoted = 0
    async with start():
        for n, text in enumerate(HOSTILE):
            if n % 2:
                answer = await (await reader.mention(plain, ask_for(n))).final()
            else:
                answer = await (await reader.slash("ask", question=ask_for(n))).final()
            seen.see(answer, text)
            n_quoted += f"Qw{n}x" in answer.text.partition("\n")[2]
            seen.see(await (await reader.click(answer, "Proof 1")).final(), text)
        for command in ("latest", "sources"):
            seen.see(await (await reader.slash(command)).final(), command)
        assert await (await reader.autocomplete("ask", "source", "e", question="?")).choices()
    assert n_quoted > 0.9 * len(HOSTILE)


# As what a model writes

N_AT_ONCE = 5


@pytest.fixture
def model() -> Iterator[Endpoint]:
    """A model behind a socket, which repeats the text that the question is about and those behind it, and obeys."""
    endpoint = Endpoint()

    def respond(request: BaseHTTPRequestHandler) -> None:
        [message] = endpoint.requests[-1]["messages"]
        first = int(re.findall(r"keeper Qw(\d+)x write", message["content"])[-1])
        pieces = [f"{SECRET.title()}! [1] I say {SECRET}. [2] "]
        for n, text in list(enumerate(HOSTILE))[first : first + N_AT_ONCE]:
            pieces += [f"{wrote(n)} [1] ", f"{text.replace(SECRET, AMONG_ARTICLES)} [1]\n", f"{wrote(n)} [9]\n"]
        endpoint.stream(*pieces)(request)

    endpoint.respond = respond
    with endpoint.serving():
        yield endpoint


async def test_what_a_hostile_model_writes_is_shown_as_text_where_it_is_proven(
    loopback, reader, plain, start, model, seen
):
    n_written = 0
    async with start(llm=model.url):
        for n in range(0, len(HOSTILE), N_AT_ONCE):
            if n % 2:
                answer = await (await reader.slash("ask", question=ask_for(n))).final()
            else:
                answer = await (await reader.mention(plain, ask_for(n))).final()
            seen.see(answer, HOSTILE[n])
            n_written += bool(re.search("^Answer:?$", answer.text, re.MULTILINE))
    assert len(model.requests) == seen.n_messages
    assert n_written > 0.9 * seen.n_messages
