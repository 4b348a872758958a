"""A desk whose answers are scripted, the bot over it, and a server in memory where people talk to it."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest
import simcord

from bot.chat import surface
from bot.chat.client import NewsdeskBot
from bot.settings import Settings
from bot.types import Answer, Citation, Nearest, Outcome, Question, Sentence
from bot.writing import OnSentence
from index.articles import UNDATED, ArticleRow
from tests.discord_server import LoopbackDiscord

LIMITS = {"title": 256, "description": 4096, "url": 2048}
Script = Callable[[Question, Callable[[Answer], None]], Answer]
WritingScript = Callable[[Question, Callable[[Answer], None], OnSentence], Answer]


def make_citation(n: int = 1, **fields: Any) -> Citation:
    quote = fields.get("quote", "The harbour bridge opened on 17 April.")
    values: dict[str, Any] = {
        "n": n,
        "article_id": f"post-{n}",
        "title": "Bridge opens after nine years",
        "source": "Velmora Post",
        "published_at": datetime(2025, 4, 18, 7, tzinfo=UTC),
        "url": "https://post.example/bridge",
        "paragraph": 3,
        "text": f"It rained. {quote} The mayor cut a ribbon.",
        "quote": quote,
        "link": "https://post.example/bridge#:~:text=The%20harbour%20bridge",
    }
    return Citation(**values | fields)


def make_quoted(question: str = "When did the harbour bridge open?", *citations: Citation, **fields: Any) -> Answer:
    """A quoted answer: the quotes of the citations, each cited."""
    cited = citations or (make_citation(),)
    sentences = tuple(Sentence(c.quote, (c.n,)) for c in cited)
    return Answer(question, Outcome.QUOTED, sentences, tuple(cited), **fields)


def make_refusal(question: str = "Who built the tower?", **fields: Any) -> Answer:
    near = Nearest(
        "post-1", "Bridge opens", "Velmora Post", datetime(2025, 4, 18, tzinfo=UTC), "https://post.example/b"
    )
    values: dict[str, Any] = {"nearest": (near,), "message": "That is not in these articles."}
    return Answer(question, fields.pop("outcome", Outcome.NOT_COVERED), **values | fields)


def check_limits(embeds: list[dict[str, Any]]) -> None:
    """Assert that Discord takes these embeds as one message."""
    assert 1 <= len(embeds) <= 10
    total = 0
    for embed in embeds:
        footer, author = embed.get("footer", {}).get("text", ""), embed.get("author", {}).get("name", "")
        for name, limit in LIMITS.items():
            assert len(embed.get(name) or "") <= limit
        assert len(footer) <= 2048
        assert len(author) <= 256
        assert "fields" not in embed
        if embed.get("url"):
            assert embed["url"].lower().startswith(("http://", "https://"))
            assert not any(c.isspace() or ord(c) > 126 for c in embed["url"])
        total += len(embed.get("title") or "") + len(embed.get("description") or "") + len(footer) + len(author)
    assert total <= 6000


@pytest.fixture(scope="session")
def cite() -> Callable[..., Citation]:
    return make_citation


@pytest.fixture(scope="session")
def quoted() -> Callable[..., Answer]:
    return make_quoted


@pytest.fixture(scope="session")
def refusal() -> Callable[..., Answer]:
    return make_refusal


@pytest.fixture(scope="session")
def within_limits() -> Callable[[list[dict[str, Any]]], None]:
    return check_limits


class ScriptedAnswerer:
    """Does what `script` says, in the bot's own thread, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Question] = []
        self.used_model: list[bool] = []
        self.script: Script = lambda question, _: make_quoted(question.text)
        self.writes: WritingScript | None = None

    def ask(
        self, question: Question, on_quoted: Callable[[Answer], None], on_sentence: OnSentence, *, use_model: bool
    ) -> Answer:
        self.asked.append(question)
        self.used_model.append(use_model)
        if self.writes:
            return self.writes(question, on_quoted, on_sentence)
        return self.script(question, on_quoted)


@dataclass
class ScriptedReader:
    """Stands in for the live generation too, whose name and outlets are scripted."""

    name: str = "000007"
    sources: tuple[str, ...] = ("Aldersund Post", "The Ledger", "Velmora Post")
    manifest: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(n_articles=69))
    texts: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    changed: Mapping[str, int] = field(default_factory=dict)

    def current(self) -> ScriptedReader:
        return self

    def paragraphs_of(self, article_id: str) -> Mapping[int, str]:
        return self.texts[article_id]

    def article(self, article_id: str) -> ArticleRow:
        return ArticleRow(article_id, "", "", "", "", UNDATED, "", self.changed.get(article_id, UNDATED))


@dataclass
class ScriptedDesk:
    """Stands in for the Desk: no index, no weights."""

    settings: Settings
    answerer: ScriptedAnswerer = field(default_factory=ScriptedAnswerer)
    reader: ScriptedReader = field(default_factory=ScriptedReader)
    model: object | None = None
    facts: dict[str, Any] = field(
        default_factory=lambda: {
            "generation": "000007",
            "built_at": "2025-04-18T07:00:00Z",
            "articles": 69,
            "passages": 312,
            "encoder": "all-MiniLM-L6-v2",
            "newest": "2025-04-18T06:00:00Z",
            "sources": ["Velmora Post"],
            "paths": ["/home/operator/articles"],
            "home": "/home/operator/.local/newsdesk",
        }
    )

    def status(self) -> dict[str, Any]:
        return self.facts


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Discord cannot do for the moment is tried again at once."""
    monkeypatch.setattr(surface, "RETRY_PAUSES_S", (0.0, 0.0))


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    """What the bot answers from; a test module may put another in its place."""
    return ScriptedDesk(Settings(home=tmp_path))


@pytest.fixture
def simcord_bot(desk: Any) -> NewsdeskBot:
    return NewsdeskBot(desk)


@dataclass
class Server:
    """A Discord server with a channel, the bot, a reader and whoever manages it."""

    env: simcord.Env
    guild: simcord.GuildHandle
    channel: simcord.ChannelHandle
    reader: simcord.MemberActor
    manager: simcord.MemberActor

    @property
    def bot_mention(self) -> str:
        return f"<@{self.env.bot.user.id}>"

    def bodies(self) -> list[dict[str, Any]]:
        """The bodies of all requests that make or change a message, in order."""
        found = []
        for request in self.env.http_requests:
            body = request.json or {}
            if request.path.endswith("/callback"):
                body = body.get("data") or {}
            if "embeds" in body or "content" in body:
                found.append(body)
        return found

    def posted(self) -> list[discord.Message]:
        """The bot's messages in the channel, oldest first."""
        ids = sorted(self.env.backend.messages[self.channel.id])
        messages = [simcord.results.to_discord_message(self.env, self._stored(i)) for i in ids]
        return [m for m in messages if m.author.id == self.env.bot.user.id]

    def _stored(self, message_id: int) -> Any:
        return self.env.backend.messages[self.channel.id][message_id]


@pytest.fixture
async def server(simcord_env: simcord.Env) -> AsyncIterator[Server]:
    """A server; at the end of every test, no message of the bot has pinged anyone or broken a limit."""
    guild = simcord_env.create_guild()
    channel = guild.create_text_channel("news")
    managers = guild.create_role("managers", permissions=discord.Permissions(manage_guild=True))
    reader = guild.add_member(simcord_env.create_user("reader"))
    manager = guild.add_member(simcord_env.create_user("manager"), roles=[managers])
    made = Server(simcord_env, guild, channel, reader, manager)
    yield made
    for body in made.bodies():
        allowed = body["allowed_mentions"]
        assert allowed["parse"] == []
        assert not any(allowed.get(name) for name in ("users", "roles", "replied_user"))
        assert not body.get("content")
        check_limits(body["embeds"])


# The loopback Discord


@pytest.fixture
async def loopback() -> AsyncIterator[LoopbackDiscord]:
    """A Discord that fails the test where the bot broke a limit or could have pinged anyone."""
    async with LoopbackDiscord() as discord:
        yield discord
        discord.check()


@pytest.fixture
def guild(loopback) -> Any:
    return loopback.add_guild()


@pytest.fixture
def reader(guild) -> Any:
    return guild.add_member("reader")


@pytest.fixture
async def bot(loopback, guild, desk) -> AsyncIterator[NewsdeskBot]:
    bot = NewsdeskBot(desk)
    async with loopback.running(bot):
        yield bot


@pytest.fixture
def two_steps(desk, quoted) -> threading.Event:
    """The desk quotes at once, and a model writes once the event is set."""
    written = threading.Event()

    def script(question, on_quoted):
        answer = quoted(question.text)
        on_quoted(answer)
        assert written.wait(30)
        return replace(answer, outcome=Outcome.ANSWERED)

    desk.answerer.script = script
    return written
