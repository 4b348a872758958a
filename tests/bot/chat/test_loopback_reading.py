"""Commands for readers over real sockets and a small index: the latest, timelines, sources, about, forgetting."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.chat.client import NewsdeskBot
from bot.desk import Desk
from bot.development import asks_for_development
from bot.settings import Settings
from bot.types import Question
from tests.discord_server.state import Message


@pytest.fixture
def desk(tmp_path, built_home, fake_weights, answer_all) -> Desk:
    """A desk over the dozen articles, with a home of its own for all else."""
    return Desk(Settings(home=tmp_path / "desk"), built_home)


def body(message: Message) -> str:
    return "\n".join(embed.get("description", "") for embed in message.embeds)


def keep_answer(bot, quoted, reader_id):
    """An answer that the ledger has of a reader."""
    question = Question("When did the bridge open?", datetime.now(UTC))
    return bot.ledger.answers.keep(question, quoted(), bot.ledger.readers.key_of(reader_id), 1, 2)


# The latest


async def test_the_latest_articles_are_listed_for_all_to_see(bot, reader):
    shown = await (await reader.slash("latest")).final()
    assert not shown.ephemeral
    lines = body(shown).splitlines()
    assert lines[:3] == [
        "**2 June 2025**",
        "[Bridge toll announced](<https://star.example/toll>) (Star)",
        "The harbour bridge toll will be nine crowns for cars from July, the council said.",
    ]
    assert body(shown).count("](<https://") == 10


async def test_the_latest_on_a_topic_leaves_out_the_rest(bot, reader):
    shown = await (await reader.slash("latest", topic="ferry strike")).final()
    assert shown.embeds[0]["title"] == "The latest on ferry strike"
    assert body(shown).count("](<https://") == 1
    assert "Ferry strike ends" in body(shown)


async def test_the_latest_of_an_outlet_which_completes_itself(bot, reader):
    assert await (await reader.autocomplete("latest", "source", "st")).choices() == ["Star"]
    shown = await (await reader.slash("latest", source="star")).final()
    assert [line for line in body(shown).splitlines() if "(Gazette)" in line] == []
    assert body(shown).count("(Star)") == 3


async def test_nothing_on_a_topic_is_said_kindly(bot, reader):
    shown = await (await reader.slash("latest", topic="@everyone volcano")).final()
    assert shown.embeds[0]["title"] == "Nothing found"


async def test_a_server_shows_the_outlets_that_it_allows(guild, bot, reader):
    bot.ledger.config.set(guild.id, "sources", "Star")
    assert body(await (await reader.slash("latest")).final()).count("](<https://") == 3
    assert body(await (await reader.slash("sources")).final()).startswith("3 articles of 1 outlet:")


async def test_where_the_bot_may_not_answer_it_lists_nothing(guild, bot, reader):
    bot.ledger.config.set(guild.id, "channels", str(guild.add_channel("elsewhere").id))
    assert "which channels" in body(await (await reader.slash("latest")).final())


async def test_without_embed_links_the_latest_are_plain_text(loopback, guild, bot, reader):
    guild.deny(guild.channel, loopback.bot, embed_links=True)
    shown = await (await reader.slash("latest")).final()
    assert shown.embeds == []
    assert shown.content.startswith("**The latest**\n\n**2 June 2025**\n[Bridge toll announced]")


async def test_without_an_index_a_list_says_so(loopback, guild, reader, tmp_path, fake_weights):
    async with loopback.running(NewsdeskBot(Desk(Settings(home=tmp_path / "empty")))):
        assert "Nothing is indexed yet" in body(await (await reader.slash("latest")).final())


# Timelines


async def test_a_timeline_is_asked_for_in_words_that_ask_for_one(bot, reader, monkeypatch):
    asked = []
    monkeypatch.setattr("bot.answer.look_for_timeline", lambda question, *_: asked.append(question.text) or [])
    shown = await (await reader.slash("timeline", topic="harbour bridge")).final()
    assert shown.embeds[0]["author"]["name"] == "Quoted from the articles"
    assert [asks_for_development(text) for text in asked] == [True]


# Sources and about


async def test_sources_are_listed_for_the_reader_alone(bot, reader):
    shown = await (await reader.slash("sources")).final()
    assert shown.ephemeral
    assert body(shown).splitlines() == [
        "12 articles of 2 outlets:",
        "- **Gazette**: 9 articles, newest 25 May 2025",
        "- **Star**: 3 articles, newest 2 June 2025",
    ]


async def test_about_works_in_direct_messages_and_where_the_bot_may_not_answer(loopback, guild, bot, reader):
    bot.ledger.config.set(guild.id, "roles", "12345")
    for person in (reader, loopback.add_person()):
        shown = await (await person.slash("about")).final()
        assert shown.ephemeral
        assert "30 days" in body(shown)
        assert "Nothing: no language model of another host is asked." in body(shown)


async def test_about_names_the_host_of_a_hosted_model_unless_the_server_does_without(loopback, guild, reader, tmp_path):
    settings = Settings(home=tmp_path / "hosted", llm="https://models.example/v1", keep_days=7)
    bot = NewsdeskBot(Desk(settings))
    async with loopback.running(bot):
        shown = body(await (await reader.slash("about")).final())
        assert "A language model at models.example writes answers" in shown
        assert "7 days" in shown
        bot.ledger.config.set(guild.id, "model", False)
        assert "models.example" not in body(await (await reader.slash("about")).final())


# Forgetting


async def test_a_reader_is_forgotten_once_that_is_confirmed(bot, reader, quoted):
    kept, of_another = keep_answer(bot, quoted, reader.user.id), keep_answer(bot, quoted, 99)
    asked = await (await reader.slash("forget-me")).final()
    assert asked.ephemeral
    assert bot.ledger.answers.load(kept) is not None
    done = await (await reader.click(asked, "Delete it all")).final()
    assert "1 question with answers and 0 votes deleted." in body(done)
    assert not done.components
    assert bot.ledger.answers.load(kept) is None
    assert bot.ledger.answers.load(of_another) is not None


async def test_forgetting_is_confirmed_after_a_restart_too(loopback, guild, desk, reader, quoted):
    async with loopback.running(NewsdeskBot(desk)):
        asked = await (await reader.slash("forget-me")).final()
    bot = NewsdeskBot(desk)
    async with loopback.running(bot):
        kept = keep_answer(bot, quoted, reader.user.id)
        await (await reader.click(asked, "Delete it all")).final()
        assert bot.ledger.answers.load(kept) is None
