"""Topics that a channel follows, over real sockets: it is told of what is new on them once, and of nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.chat import watch
from bot.chat.client import NewsdeskBot
from bot.chat.watch import Watcher
from bot.desk import Desk
from bot.ledger.errors import BadRequest
from bot.settings import Settings
from tests.discord_server import LoopbackDiscord
from tests.discord_server.state import Message

NOON = datetime(2025, 4, 18, 12, tzinfo=UTC)
MESSAGES = "/channels/*/messages"
AGENCY = (
    "The ferry strike in Port Amsel goes on, for the crews of nine ships voted on Monday to refuse what was offered to "
    "them. Seven of ten were in favour, after a debate of four hours about pay, rest and the summer timetable."
)


@pytest.fixture(autouse=True)
def no_looks_between() -> Iterator[None]:
    """Bots look by themselves when they begin, and not again while a slow test runs."""
    Watcher._repeat.change_interval(hours=24)
    yield
    Watcher._repeat.change_interval(seconds=watch._EVERY_S)


@pytest.fixture
def desk(tmp_path, newsroom) -> Desk:
    """A desk over a newsroom that the test writes; at first with one article on the strike."""
    desk = Desk(Settings(home=tmp_path / "desk"))
    desk.encoder, desk.store, desk.reader = newsroom.encoder, newsroom.store, newsroom.reader
    publish(newsroom, "old", "The ferry strike began at dawn.")
    return desk


@pytest.fixture
def manager(guild) -> Any:
    return guild.add_member("manager", guild.add_role("managers", manage_channels=True))


class Looker:
    """Lets bots look for what is new, as they do every half minute, and shows what they told."""

    def __init__(self, loopback: LoopbackDiscord) -> None:
        self._loopback = loopback
        self._watchers: dict[NewsdeskBot, Watcher] = {}
        self.ahead = timedelta()

    async def look(self, bot: NewsdeskBot) -> list[str]:
        """The first lines of the messages that this look brought."""
        before = [m.id for m in self._loopback.messages]
        watcher = self._watchers.setdefault(bot, Watcher(bot, lambda: NOON + self.ahead))
        await watcher.look()
        return [body(m).splitlines()[0] for m in self._loopback.messages if m.id not in before]


@pytest.fixture
def looker(loopback) -> Looker:
    return Looker(loopback)


@pytest.fixture
async def followed(bot, manager, looker) -> None:
    """The channel follows the strike, and has been told that nothing is new."""
    await (await manager.slash("watch", topic="ferry strike")).final()
    assert await looker.look(bot) == []


def publish(newsroom, article_id, text, **fields):
    newsroom.write(article_id, text, **({"title": f"Ferry strike {article_id}"} | fields))
    newsroom.build()


def body(message: Message) -> str:
    return message.content or "\n".join(embed.get("description", "") for embed in message.embeds)


# Following


async def test_managers_of_channels_follow_topics_and_see_them(bot, manager):
    await (await manager.slash("watch", topic="ferry strike", per_day=2)).final()
    shown = await (await manager.slash("watch", topic="herons")).final()
    assert shown.ephemeral
    expected = ["- **ferry strike**: 2 messages a day at most", "- **herons**: 5 messages a day at most"]
    assert body(shown).splitlines() == expected
    assert body(await (await manager.slash("watch")).final()).splitlines() == expected


async def test_a_topic_is_followed_no_longer(bot, manager, followed):
    assert await (await manager.autocomplete("unwatch", "topic", "STR")).choices() == ["ferry strike"]
    shown = await (await manager.slash("unwatch", topic="Ferry Strike")).final()
    assert shown.embeds[0]["title"] == "This channel follows no topic"
    assert "does not follow" in body(await (await manager.slash("unwatch", topic="@everyone")).final())


async def test_readers_and_direct_messages_are_not_offered_it(loopback, guild, bot):
    for person in (guild.add_member("reader"), loopback.add_person()):
        assert not {"watch", "unwatch"} & set(person.offered())


async def test_a_channel_where_the_bot_may_not_write_follows_nothing(loopback, guild, bot, manager):
    guild.deny(guild.channel, loopback.bot, send_messages=True)
    assert "may not write" in body(await (await manager.slash("watch", topic="ferry strike")).final())
    assert bot.ledger.watches.list_all() == []


# Telling


async def test_a_new_article_on_the_topic_is_told(loopback, guild, bot, followed, looker, newsroom):
    publish(newsroom, "new", "The ferry strike ended. Crews are back.", url="https://paper.example/new")
    publish(newsroom, "herons", "Volunteers counted 212 herons.", title="Herons")
    assert await looker.look(bot) == ["[Ferry strike new](<https://paper.example/new>) (Paper)"]
    [told] = [m for m in loopback.messages if not m.ephemeral]
    assert told.channel is guild.channel
    assert told.embeds[0]["title"] == "New on ferry strike"
    assert body(told).splitlines()[1:] == ["The ferry strike ended.", "17 April 2025"]


async def test_nothing_is_told_twice(bot, followed, looker, newsroom):
    publish(newsroom, "new", "The ferry strike ended.")
    assert len(await looker.look(bot)) == 1
    assert await looker.look(bot) == []
    publish(newsroom, "newer", "The ferry strike is over for good.")
    assert await looker.look(bot) == ["Ferry strike newer (Paper)"]


async def test_nothing_is_told_twice_over_a_restart_and_nothing_lost(loopback, guild, desk, manager, looker, newsroom):
    bot = NewsdeskBot(desk)
    async with loopback.running(bot):
        await (await manager.slash("watch", topic="ferry strike")).final()
        await looker.look(bot)
        publish(newsroom, "new", "The ferry strike ended.")
        assert len(await looker.look(bot)) == 1
    publish(newsroom, "away", "The ferry strike flared up again.")
    bot = NewsdeskBot(desk)
    async with loopback.running(bot):
        assert await looker.look(bot) == ["Ferry strike away (Paper)"]
        assert await looker.look(bot) == []


async def test_syndicated_copies_are_told_once(bot, followed, looker, newsroom):
    newsroom.write("copy", AGENCY, title="Ferry strike copy", source="Star", published_at="2025-04-17T13:00:00Z")
    publish(newsroom, "agency", AGENCY, source="Agency")
    assert await looker.look(bot) == ["Ferry strike agency (Agency, also in Star)"]
    publish(newsroom, "late", AGENCY, source="Courier")
    assert await looker.look(bot) == []


async def test_a_channel_gets_no_more_than_it_wants_on_a_day(bot, manager, looker, newsroom):
    await (await manager.slash("watch", topic="ferry strike", per_day=2)).final()
    await looker.look(bot)
    for n in range(3):
        newsroom.write(
            f"n{n}", f"The ferry strike: day {n}.", title=f"Ferry strike day {n}", published_at=f"2025-04-1{n}"
        )
    newsroom.build()
    assert await looker.look(bot) == ["Ferry strike day 2 (Paper)", "Ferry strike day 1 (Paper)"]
    publish(newsroom, "fourth", "The ferry strike: day four.")
    assert await looker.look(bot) == []
    looker.ahead = timedelta(days=1)
    publish(newsroom, "fifth", "The ferry strike: day five.")
    assert await looker.look(bot) == ["Ferry strike fifth (Paper)"]


async def test_what_was_indexed_before_a_topic_was_followed_is_not_told(bot, manager, followed, looker, newsroom):
    publish(newsroom, "herons", "Volunteers counted 212 herons.", title="Herons")
    await (await manager.slash("watch", topic="herons")).final()
    assert await looker.look(bot) == []


async def test_a_server_is_told_only_of_outlets_that_it_allows(guild, bot, followed, looker, newsroom):
    bot.ledger.config.set(guild.id, "sources", "Star")
    newsroom.write("star", "The ferry strike ended.", title="Ferry strike over", source="Star")
    publish(newsroom, "paper", "The ferry strike has ended.")
    assert await looker.look(bot) == ["Ferry strike over (Star)"]


@pytest.mark.parametrize("archived", [False, True])
async def test_a_thread_is_told_only_of_outlets_that_its_channel_allows(
    loopback, guild, desk, manager, looker, newsroom, archived
):
    thread = await manager.start_thread(guild.channel, "strike")
    bot = NewsdeskBot(desk)
    async with loopback.running(bot):
        await (await manager.slash("watch", thread, topic="ferry strike")).final()
        await looker.look(bot)
        bot.ledger.config.set(guild.id, "sources", "Star", guild.channel.id)
    thread.archived = archived
    newsroom.write("star", "The ferry strike ended.", title="Ferry strike over", source="Star")
    publish(newsroom, "paper", "The ferry strike has ended.")
    bot = NewsdeskBot(desk)
    async with loopback.running(bot):
        assert await looker.look(bot) == ["Ferry strike over (Star)"]


async def test_texts_of_articles_ping_nobody(loopback, bot, followed, looker, newsroom):
    publish(newsroom, "new", "@everyone The ferry strike <@1> ended.", title="@here Ferry strike **", source="<@&2>")
    [head] = await looker.look(bot)
    assert head.startswith("\\@here Ferry strike")


async def test_without_embed_links_it_is_told_in_plain_text(loopback, guild, bot, followed, looker, newsroom):
    guild.deny(guild.channel, loopback.bot, embed_links=True)
    publish(newsroom, "new", "The ferry strike ended.")
    assert await looker.look(bot) == ["**New on ferry strike**"]


# When Discord falters


async def test_what_discord_could_not_take_is_told_the_next_time(loopback, bot, followed, looker, newsroom):
    publish(newsroom, "new", "The ferry strike ended.")
    loopback.rest.fail("POST", MESSAGES, 503)
    assert await looker.look(bot) == []
    assert await looker.look(bot) == ["Ferry strike new (Paper)"]
    assert await looker.look(bot) == []


async def test_what_discord_took_without_saying_so_is_not_told_again(loopback, bot, followed, looker, newsroom):
    publish(newsroom, "new", "The ferry strike ended.")
    loopback.rest.fail("POST", MESSAGES, 503, carried_out=True)
    assert len(await looker.look(bot)) == 1
    assert await looker.look(bot) == []
    assert [r.status for r in loopback.rest.asked("POST", MESSAGES)] == [503, 200]


async def test_options_that_cannot_be_read_keep_no_other_channel_from_being_told(
    guild, bot, manager, followed, looker, newsroom, monkeypatch, caplog
):
    await (await manager.slash("watch", guild.add_channel("harbour"), topic="ferry strike")).final()
    get = bot.ledger.config.get

    def get_or_fail(server, channel):
        if channel == guild.channel.id:
            raise BadRequest("replies cannot be that")
        return get(server, channel)

    monkeypatch.setattr(bot.ledger.config, "get", get_or_fail)
    publish(newsroom, "new", "The ferry strike ended.")
    assert len(await looker.look(bot)) == 1
    assert "replies cannot be that" in caplog.text


async def test_a_channel_that_takes_nothing_keeps_no_other_from_being_told(
    loopback, guild, bot, manager, followed, looker, newsroom, caplog
):
    await (await manager.slash("watch", guild.add_channel("harbour"), topic="ferry strike")).final()
    guild.deny(guild.channel, loopback.bot, send_messages=True)
    publish(newsroom, "new", "The ferry strike ended.")
    assert len(await looker.look(bot)) == 1
    assert "HTTP status 403" in caplog.text
    assert await looker.look(bot) == []


async def test_a_channel_that_is_gone_follows_nothing_any_more(loopback, guild, bot, followed, looker, newsroom):
    publish(newsroom, "new", "The ferry strike ended.")
    loopback.rest.fail("POST", MESSAGES, 404)
    assert await looker.look(bot) == []
    assert bot.ledger.watches.list_all() == []


async def test_a_server_that_the_bot_has_left_is_told_nothing(guild, loopback, bot, followed, looker, newsroom):
    guild.kick_bot()
    publish(newsroom, "new", "The ferry strike ended.")
    assert await looker.look(bot) == []
    assert loopback.rest.asked("POST", MESSAGES) == []


# Its life


async def test_it_looks_from_when_the_bot_is_ready_until_it_is_closed(loopback, desk):
    bot = NewsdeskBot(desk)
    async with loopback.running(bot):
        for _ in range(2):
            bot.dispatch("ready")
            await loopback.settled()
        watcher = bot.get_cog("Watcher")
        assert isinstance(watcher, Watcher)
        assert watcher._repeat.is_running()
    await loopback.until(lambda: not watcher._repeat.is_running(), "the end of looking")


async def test_a_look_that_fails_is_not_the_last(loopback, bot, monkeypatch, caplog):
    watcher = Watcher(bot)
    monkeypatch.setattr(bot.ledger.watches, "list_all", lambda: 1 / 0)
    await watcher._repeat.coro(watcher)
    assert "ZeroDivisionError" in caplog.text
