"""A bot whose index is on a Chroma server, which goes while it answers and comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from bot.chat.client import NewsdeskBot
from bot.desk import Desk
from bot.settings import Settings
from index.build import build_index
from index.store import Store
from tests.bot.conftest import ARTICLES, write_article
from tests.chroma_server import ChromaProcess, running_chroma

WHO = "Who opened the harbour bridge in Port Amsel?"
AWAY = "Sorry\nI cannot get at my articles at the moment. Please try again in a few minutes."


@pytest.fixture
def chroma(home, monkeypatch) -> Iterator[ChromaProcess]:
    monkeypatch.setattr("index.chroma._MAX_TRIES", 2)
    with running_chroma(home / "server") as process:
        yield process


@pytest.fixture
def desk(tmp_path, home, chroma, make_encoder, fake_weights, answer_all) -> Desk:
    """A desk whose home has never seen the index, which was built from another."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for article_id, (title, day, text) in ARTICLES.items():
        write_article(folder, article_id, title, day, text)
    build_index(
        Store(home / "builder", chroma.server), make_encoder("all-MiniLM-L6-v2", 256, 60), [folder], recorded=[]
    )
    return Desk(Settings(home=tmp_path / "desk", chroma=chroma.server.url))


@pytest.fixture
async def bot(loopback, guild, desk) -> AsyncIterator[NewsdeskBot]:
    bot = NewsdeskBot(desk, pace_s=0)
    async with loopback.running(bot):
        yield bot


async def test_while_the_server_is_away_one_kind_line_says_so_and_once_it_is_back_questions_are_answered(
    guild, bot, reader, chroma
):
    first = await (await reader.mention(guild.channel, WHO)).final()
    assert first.embeds[0]["author"]["name"] == "Quoted from the articles"
    chroma.kill()
    assert (await (await reader.mention(guild.channel, WHO)).final()).text == AWAY
    reply = await guild.add_member("other").slash("ask", question=WHO)
    assert (await reply.final()).text == AWAY
    chroma.start()
    again = await (await guild.add_member("third").mention(guild.channel, WHO)).final()
    assert again.embeds[0]["description"] == first.embeds[0]["description"]
