"""What goes wrong behind the bot while it answers: the model hangs, the index changes, the process is told to stop."""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from bot.chat.client import NewsdeskBot
from bot.desk import Desk
from bot.settings import Settings
from index.build import build_index
from index.store import Store
from index.types import Encoder
from tests.bot.conftest import ARTICLES, write_article
from tests.bot.llm.conftest import Endpoint
from tests.discord_server.state import Message

ROOT = Path(__file__).resolve().parents[3]
WHO = "Who opened the harbour bridge in Port Amsel?"
COST = "What did the harbour bridge cost?"
RIBBON = "Mayor Ines Dahl cut the ribbon."
COST_WRITTEN = "The harbour bridge cost 41 million crowns."
CUT = "I am being restarted and cannot answer this now."


def head(message: Message) -> Any:
    return message.embeds[0]["author"]["name"]


def body(message: Message) -> Any:
    return message.embeds[0]["description"]


@pytest.fixture(scope="module", autouse=True)
def clients_of_models() -> None:
    """They take seconds to import, which no model's time limit is to pay for."""
    importlib.import_module("bot.llm.openai")


@pytest.fixture
def model() -> Iterator[Endpoint]:
    """A model behind a socket, which writes what a test wants."""
    endpoint = Endpoint()
    with endpoint.serving():
        yield endpoint


class Editions:
    """Articles whose texts change from build to build, and the index of them from which the bot answers."""

    def __init__(self, folder: Path, home: Path, encoder: Encoder) -> None:
        self.store = Store(home)
        self._folder = folder
        self._encoder = encoder
        self._n_built = 0
        folder.mkdir()

    def build(self, *_: str) -> None:
        """Index the next edition."""
        self._n_built += 1
        for article_id, (title, day, text) in ARTICLES.items():
            write_article(self._folder, article_id, title, day, f"{text}\n\nThis is edition {self._n_built}.")
        build_index(self.store, self._encoder, [self._folder], recorded=[str(self._folder)])

    def prune(self, name: str) -> None:
        """Index editions until a generation is gone, and all that it was made of."""
        segments = {ref.name for ref in self.store.manifest(name).segments}
        while name in self.store.generations():
            self.build()
        kept = {ref.name for g in self.store.generations() for ref in self.store.manifest(g).segments}
        assert not segments & kept


@pytest.fixture
def editions(tmp_path, home, make_encoder) -> Editions:
    editions = Editions(tmp_path / "editions", home, make_encoder("all-MiniLM-L6-v2", 256, 60))
    editions.build()
    return editions


@pytest.fixture
def desk(tmp_path, home, editions, fake_weights, answer_all, model) -> Desk:
    """A desk over the articles and the model, with a home of its own for all else."""
    return Desk(Settings(home=tmp_path / "desk", llm=model.url), home)


@pytest.fixture
async def bot(loopback, guild, desk) -> AsyncIterator[NewsdeskBot]:
    """The bot, which edits as often as there is something new."""
    bot = NewsdeskBot(desk, pace_s=0)
    async with loopback.running(bot):
        yield bot


@pytest.fixture
def goes_on(loopback, guild, desk, model) -> Any:
    """Sees that the question has no other answer than this, and that the next one gets its prose."""

    async def see(answer: Message) -> None:
        await loopback.settled()
        assert [m for m in loopback.messages if not m.ephemeral] == [answer]
        model.respond = model.stream(f"{COST_WRITTEN} [1]")
        desk.model._timeout_s = 60.0
        following = await (await guild.add_member("next").mention(guild.channel, COST)).final()
        assert body(following).startswith(COST_WRITTEN)
        assert [m for m in loopback.messages if not m.ephemeral] == [answer, following]

    return see


# The model


def hang(model: Endpoint, *pieces: str) -> None:
    """Let the model write some pieces, and then nothing more until the test is over."""

    def respond(request: BaseHTTPRequestHandler) -> None:
        if pieces:
            model.send(request, 200, "".join(model.event(content=p) for p in pieces), "text/event-stream")
            request.wfile.flush()
        model.released.wait(60)

    model.respond = respond


async def test_where_a_model_never_says_a_word_the_quotes_stand_and_say_so(bot, reader, desk, model, goes_on):
    hang(model)
    desk.model._timeout_s = 0.5
    reply = await reader.slash("ask", question=WHO)
    answer = await reply.final()
    assert head(answer) == "Quoted from the articles"
    assert body(answer).endswith(
        "*The language model did not answer \\(default took longer than 0.5 seconds\\); these are quotes.*"
    )
    await goes_on(answer)


async def test_where_a_model_stops_in_the_middle_what_was_proven_stands_and_says_so(bot, reader, desk, model, goes_on):
    hang(model, f"{RIBBON} [1] The bridge ", "cost")
    desk.model._timeout_s = 3.0
    reply = await reader.slash("ask", question=WHO)
    answer = await reply.final()
    assert head(answer) == "Answer"
    assert body(answer).startswith(f"{RIBBON} \\[1\\]\n\n*The language model broke off")
    await goes_on(answer)


async def test_what_a_model_wrote_before_it_hung_is_shown_while_it_hangs(loopback, guild, bot, reader, model):
    hang(model, f"{RIBBON} [1] The bridge ", "cost")
    asked = await reader.mention(guild.channel, WHO)
    shown = await asked.until(lambda m: body(m).startswith(RIBBON))
    assert "More is being written." in body(shown)
    model.released.set()
    await asked.final()
    assert len(loopback.messages) == 1


# The index


@pytest.mark.parametrize("goes", [False, True])
async def test_the_index_may_change_while_a_model_writes(loopback, bot, reader, desk, model, editions, goes_on, goes):
    may_write = Event()
    write = model.stream(f"{RIBBON} [1]")
    model.respond = lambda request: may_write.wait(60) and write(request)
    reply = await reader.slash("ask", question=WHO)
    await reply.until(lambda m: head(m) == "Quoted from the articles")
    await asyncio.to_thread(editions.prune if goes else editions.build, desk.reader.current().name)
    may_write.set()
    answer = await reply.final()
    assert body(answer).startswith(f"{RIBBON} \\[1\\]")
    assert (await (await reader.click(answer, "Proof 1")).final()).ephemeral
    await goes_on(answer)


async def test_where_the_index_goes_during_the_search_the_newest_answers(
    loopback, bot, reader, desk, editions, goes_on, monkeypatch
):
    searching, may_search = Event(), Event()
    encode = desk.encoder.encode_queries

    def encode_late(texts):
        searching.set()
        assert may_search.wait(60)
        return encode(texts)

    monkeypatch.setattr(desk.encoder, "encode_queries", encode_late)
    name = desk.reader.current().name
    reply = await reader.slash("ask", question=WHO)
    assert await asyncio.to_thread(searching.wait, 60)
    await asyncio.to_thread(editions.prune, name)
    may_search.set()
    answer = await reply.final()
    assert head(answer) == "Quoted from the articles"
    assert len(loopback.messages) == 1
    await goes_on(answer)


# The process

BOT = """
import sys
from bot import answer, cli, desk
from tests.conftest import HashEncoder
from tests.discord_server import point_discord_py_at

point_discord_py_at(*sys.argv[1:])
desk.SentenceEncoder = lambda name, threads: HashEncoder(name, 256, 60)
answer.CONFIDENCE_THRESHOLD = 1e-12
sys.argv = ["newsdesk", "bot"]
cli.main()
"""


@pytest.fixture
def newsdesk_bot(loopback, home, editions, model) -> Any:
    """Runs `newsdesk bot` in a process of its own, whose home has the index; the process is the context's."""

    @asynccontextmanager
    async def run() -> AsyncIterator[asyncio.subprocess.Process]:
        settings = {"NEWSDESK_HOME": str(home), "NEWSDESK_LLM": model.url, "DISCORD_TOKEN": loopback.token}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", BOT, loopback.rest_url, loopback.gateway.url), cwd=ROOT, env=os.environ | settings
        )
        try:
            await loopback.gateway.wait_until_connected()
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    return run


async def test_a_bot_that_is_stopped_tells_all_who_wait_and_answers_them_once_it_is_back(
    loopback, guild, desk, model, newsdesk_bot
):
    hang(model)
    first, second, third = (guild.add_member(name) for name in ("first", "second", "third"))
    async with newsdesk_bot() as process:
        asked = await first.mention(guild.channel, WHO)
        reply = await second.slash("ask", question=WHO)
        answers = [await asked.until(), await reply.until()]
        late = await third.slash("ask", question=WHO)
        answers.append(await late.until())
        assert "you are next" in answers[2].text
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(60):
            assert await process.wait() == 0
    assert [CUT in m.text for m in loopback.messages] == [True, True, True]
    assert [head(m) for m in answers[:2]] == ["Quoted from the articles"] * 2
    model.respond = model.stream(f"{COST_WRITTEN} [1]")
    async with loopback.running(NewsdeskBot(desk)):
        answer = await (await third.mention(guild.channel, COST)).final()
        assert body(answer).startswith(COST_WRITTEN)
        assert len(loopback.messages) == 4
