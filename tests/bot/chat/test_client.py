"""The bot in a server in memory: what readers and managers do, and what they see. Nobody is ever pinged."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
import simcord
from simcord.backend import serializers

from bot.chat import admin, asking, serve
from bot.chat.client import make_intents
from bot.chat.reindex import rebuild_apart
from bot.desk import Desk
from bot.settings import Settings
from bot.types import Answer, Nearest, Outcome, Sentence, Turn
from index.errors import IndexMismatch, IndexMissing, NewsdeskError

pytestmark = pytest.mark.simcord(shard_count=1, settle_timeout=60)

WHEN = "When did the harbour bridge open?"
SECRET = "/home/operator/.local/newsdesk/secret.sqlite3"
HOSTILE = "@everyone <@1> <@&2> **a** # b [news](https://evil.example) https://evil.example ||c|| `d` \u202e \\"
REPORT = {
    **{"generation": "000008", "articles": 70, "passages": 320, "embedded": 8, "skipped": 1},
    **{"added": 1, "changed": 0, "removed": 0, "unchanged": 69, "seconds": 2.5, "bad": []},
}


def fail(error: BaseException) -> Any:
    def script(*_: Any) -> Answer:
        raise error

    return script


def only_embed(message: Any) -> discord.Embed:
    assert len(message.embeds) == 1
    return message.embeds[0]


def unescaped(text: str) -> str:
    return re.sub(r"\\(\W)", r"\1", text)


def see_no_traceback(text: str, log: str) -> None:
    """Assert that an error is one kind sentence, under an id that the log has too."""
    assert text.startswith("Something went wrong on my side. Please try again; the log has it as ")
    reference = re.findall(r"[0-9a-f]{8}", text)[0]
    assert f"error {reference}" in log
    assert "Traceback" not in text
    assert "/" not in text
    assert "\n" not in text


# /ask


async def test_ask_is_deferred_at_once_and_then_edited_to_the_answer_and_its_sources(server, desk):
    result = await server.reader.slash(server.channel, "ask", question=WHEN)
    assert not result.ephemeral
    answer, source = result.response.embeds
    assert answer.title == WHEN
    assert answer.description == r"The harbour bridge opened on 17 April. \[1\]"
    assert source.author.name == "[1] Velmora Post, 18 April 2025"
    assert "**The harbour bridge opened on 17 April.**" in source.description
    deferred, edited = server.env.http_requests[-2:]
    assert deferred.json == {"type": 5}
    assert edited.path.endswith("/messages/@original")
    assert desk.answerer.asked[0].history == ()


async def test_ask_is_deferred_before_the_question_is_looked_at(server, desk):
    paths = []

    def script(question, _):
        paths.extend(r.path for r in server.env.http_requests)
        return Answer(question.text, Outcome.NO_SEARCH, message="Hello!")

    desk.answerer.script = script
    await server.reader.slash(server.channel, "ask", question="hello")
    assert paths[-1].endswith("/callback")


async def test_ask_takes_dates_and_an_outlet(server, desk):
    await server.reader.slash(
        server.channel, "ask", question=WHEN, since="2025-04-01", until="April 17 2025", source="The Ledger"
    )
    filters = desk.answerer.asked[0].filters
    assert filters.since == datetime(2025, 4, 1, tzinfo=UTC)
    assert filters.until == datetime(2025, 4, 17, 23, 59, 59, 999999, tzinfo=UTC)
    assert filters.sources == ("The Ledger",)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"since": "the day of *days*"}, "since: not a date: 'the day of *days*'"),
        ({"until": "[x](https://evil.example)"}, "until: not a date: '[x](https://evil.example)'"),
        ({"since": "2025-04-18", "until": "2025-04-17"}, "since (2025-04-18) is later than until"),
    ],
)
async def test_a_bad_date_is_explained_to_the_reader(server, desk, options, told):
    result = await server.reader.slash(server.channel, "ask", question=WHEN, **options)
    text = only_embed(result.response).description
    assert text.startswith("I did not understand that: ")
    assert told in unescaped(text)
    assert "https://" not in text
    assert desk.answerer.asked == []
    assert result.ephemeral
    assert len(server.env.errors) == 1


async def test_a_refusal_names_its_kind_and_the_nearest_articles(server, desk, refusal):
    desk.answerer.script = lambda question, _: refusal(question.text)
    result = await server.reader.slash(server.channel, "ask", question="Who built the tower?")
    embed = only_embed(result.response)
    assert embed.author.name == "Not covered"
    assert "[Bridge opens](<https://post.example/b>)" in embed.description


async def test_ask_works_in_direct_messages(server):
    user = server.env.create_user("friend")
    await user.send_dm("hi")
    result = await user.slash("ask", question=WHEN)
    assert result.response.embeds[0].title == WHEN


# Mentions


async def test_a_mention_is_answered_by_a_reply_to_it(server, desk):
    asked = await server.reader.send(server.channel, f"{server.bot_mention}  {WHEN} ")
    [reply] = server.posted()
    assert reply.reference.message_id == asked.id
    assert [e.title for e in reply.embeds] == [WHEN, "Bridge opens after nine years"]
    assert desk.answerer.asked[0].text == WHEN


async def test_a_mention_in_the_middle_of_a_question_is_left_out_of_it(server, desk):
    await server.reader.send(server.channel, f"Tell me, <@!{server.env.bot.user.id}>, who paid?")
    assert desk.answerer.asked[0].text == "Tell me, , who paid?"


async def test_a_message_without_a_mention_is_ignored(server, desk):
    await server.reader.send(server.channel, WHEN)
    assert server.posted() == []
    assert desk.answerer.asked == []


async def test_a_mention_of_someone_else_or_of_everyone_is_ignored(server, desk):
    await server.manager.send(server.channel, f"{server.reader.mention} @everyone {WHEN}")
    assert desk.answerer.asked == []


async def test_a_message_of_another_bot_is_ignored(server, desk):
    robot = server.guild.add_member(server.env.create_user("robot", bot=True))
    await robot.send(server.channel, f"{server.bot_mention} {WHEN}")
    assert server.posted() == []
    assert desk.answerer.asked == []


async def test_the_bot_does_not_answer_itself(server, desk):
    await server.reader.send(server.channel, f"{server.bot_mention} {WHEN}")
    [own] = server.posted()
    await server.env.bot.on_message(own)
    assert len(desk.answerer.asked) == 1


# Follow-ups


async def test_a_reply_to_the_bot_is_a_follow_up_with_the_earlier_turn(server, desk):
    await server.reader.send(server.channel, f"{server.bot_mention} {WHEN}")
    await server.reader.send(server.channel, "And who paid?", reply_to=server.posted()[0])
    first, second = desk.answerer.asked
    assert first.history == ()
    assert second.text == "And who paid?"
    assert second.history == (Turn(WHEN, "The harbour bridge opened on 17 April."),)
    assert len(server.posted()) == 2


async def test_a_reply_to_an_answer_that_is_too_old_is_a_question_of_its_own(server, desk, monkeypatch):
    await server.reader.send(server.channel, f"{server.bot_mention} {WHEN}")
    [earlier] = server.posted()
    written = earlier.created_at
    monkeypatch.setattr(
        discord.Message, "created_at", property(lambda m: written + timedelta(minutes=0 if m.id == earlier.id else 61))
    )
    await server.reader.send(server.channel, "And who paid?", reply_to=earlier)
    assert desk.answerer.asked[-1].history == ()


@pytest.fixture
def bare_replies(monkeypatch) -> None:
    """Messages come without the one that they reply to, as Discord is free to send them."""
    whole = serializers.message_payload

    def bare(*args: Any, **kwargs: Any) -> Any:
        return {k: v for k, v in whole(*args, **kwargs).items() if k != "referenced_message"}

    monkeypatch.setattr(serializers, "message_payload", bare)


async def test_a_message_that_is_replied_to_is_fetched_where_discord_does_not_bring_it(server, desk, bare_replies):
    await server.reader.send(server.channel, f"{server.bot_mention} {WHEN}")
    [earlier] = server.posted()
    await server.reader.send(server.channel, f"{server.bot_mention} And who paid?", reply_to=earlier)
    fetched = [(r.method, r.path) for r in server.env.http_requests]
    assert ("GET", f"/channels/{server.channel.id}/messages/{earlier.id}") in fetched
    assert desk.answerer.asked[1].history == (Turn(WHEN, "The harbour bridge opened on 17 April."),)


async def test_a_reply_has_no_history_where_the_earlier_message_cannot_be_fetched(server, desk, bare_replies):
    await server.reader.send(server.channel, f"{server.bot_mention} {WHEN}")
    [earlier] = server.posted()
    server.env.inject_error("GET", f"/channels/*/messages/{earlier.id}", status=404, code=10008)
    await server.reader.send(server.channel, f"{server.bot_mention} And who paid?", reply_to=earlier)
    assert desk.answerer.asked[1].history == ()


async def test_a_reply_to_someone_else_that_mentions_the_bot_has_no_history(server, desk):
    other = await server.manager.send(server.channel, "The bridge is open!")
    await server.reader.send(server.channel, f"{server.bot_mention} when?", reply_to=other)
    assert desk.answerer.asked[0].history == ()


async def test_a_reply_to_an_answer_of_ask_follows_up_where_it_mentions_the_bot(server, desk):
    result = await server.reader.slash(server.channel, "ask", question=WHEN)
    await server.reader.send(server.channel, f"{server.bot_mention} And who paid?", reply_to=result.response)
    assert desk.answerer.asked[1].history[0].question == WHEN


async def test_a_reply_to_an_error_has_no_history(server, desk):
    desk.answerer.script = fail(IndexMissing("there is no index"))
    await server.reader.send(server.channel, f"{server.bot_mention} {WHEN}")
    await server.reader.send(server.channel, "And now?", reply_to=server.posted()[0])
    assert desk.answerer.asked[1].history == ()


# A slow model


@pytest.fixture
def when_shown(monkeypatch) -> Callable[[type, str], threading.Event]:
    """Wraps a method of discord.py that shows a message; the event is set once it has."""

    def wrap(owner: type, name: str) -> threading.Event:
        shown = threading.Event()
        original = getattr(owner, name)

        async def show(*args: Any, **kwargs: Any) -> Any:
            message = await original(*args, **kwargs)
            shown.set()
            return message

        monkeypatch.setattr(owner, name, show)
        return shown

    return wrap


async def ask(server: Any, way: str) -> None:
    if way == "slash":
        await server.reader.slash(server.channel, "ask", question=WHEN)
    else:
        await server.reader.send(server.channel, f"{server.bot_mention} {WHEN}")


@pytest.mark.parametrize("way", ["slash", "mention"])
async def test_quotes_are_on_screen_before_a_slow_model_has_written(server, desk, quoted, when_shown, way):
    shows = (discord.Interaction, "edit_original_response") if way == "slash" else (discord.Message, "reply")
    on_screen = when_shown(*shows)

    def script(question, on_quoted):
        on_quoted(quoted(question.text))
        assert on_screen.wait(30), "the quotes wait for the model"
        written = Sentence("It opened on 17 April.", (1,))
        return Answer(question.text, Outcome.ANSWERED, (written,), quoted().citations, model="slow")

    desk.answerer.script = script
    await ask(server, way)
    shown = [body["embeds"][0] for body in server.bodies()]
    assert [e["author"]["name"] for e in shown] == ["Quoted from the articles", "Answer"]
    [message] = server.posted()
    assert message.embeds[0].description == r"It opened on 17 April. \[1\]"


@pytest.mark.parametrize("way", ["slash", "mention"])
async def test_the_quotes_stay_where_something_breaks_after_them(server, desk, quoted, caplog, way):
    def script(question, on_quoted):
        on_quoted(quoted(question.text))
        raise RuntimeError(SECRET)

    desk.answerer.script = script
    await ask(server, way)
    [message] = server.posted()
    answer, notice = message.embeds[0].description.split("\n\n")
    assert answer == r"The harbour bridge opened on 17 April. \[1\]"
    see_no_traceback(notice.strip("*"), caplog.text)


async def test_the_final_answer_is_shown_where_the_quoted_one_could_not_be(server, desk, quoted, monkeypatch, caplog):
    failed = threading.Event()
    monkeypatch.setattr(asking.log, "warning", lambda *args: failed.set())
    server.env.inject_error("POST", "/channels/*/messages", status=400)

    def script(question, on_quoted):
        on_quoted(quoted(question.text))
        assert failed.wait(30)
        return quoted(question.text, model="slow")

    desk.answerer.script = script
    await server.reader.send(server.channel, f"{server.bot_mention} {WHEN}")
    [message] = server.posted()
    assert message.embeds[0].footer.text.startswith("slow")


async def test_a_slow_answer_does_not_hold_up_another(server, desk, quoted, when_shown):
    second_is_shown = when_shown(discord.Message, "reply")

    def script(question, _):
        assert question.text == "second?" or second_is_shown.wait(30)
        return quoted(question.text)

    desk.answerer.script = script
    server.env.backend.create_message(server.channel.id, server.manager.id, f"{server.bot_mention} first?")
    await server.reader.send(server.channel, f"{server.bot_mention} second?")
    assert [m.embeds[0].title for m in server.posted()] == ["second?", "first?"]


# Errors


async def test_an_error_in_ask_is_one_kind_sentence_with_the_id_of_the_log(server, desk, caplog):
    desk.answerer.script = fail(RuntimeError(f"cannot open {SECRET}"))
    result = await server.reader.slash(server.channel, "ask", question=WHEN)
    see_no_traceback(only_embed(result.response).description, caplog.text)
    assert SECRET in caplog.text


async def test_an_error_after_a_mention_is_one_kind_sentence_with_the_id_of_the_log(server, desk, caplog):
    desk.answerer.script = fail(RuntimeError(f"cannot open {SECRET}"))
    await server.reader.send(server.channel, f"{server.bot_mention} {WHEN}")
    see_no_traceback(only_embed(server.posted()[0]).description, caplog.text)
    assert SECRET in caplog.text


async def test_an_index_of_another_encoder_is_told_to_the_log_and_not_to_the_reader(server, desk, caplog):
    desk.answerer.script = fail(IndexMismatch(f"{SECRET} was built with e5-base"))
    await server.reader.send(server.channel, f"{server.bot_mention} {WHEN}")
    see_no_traceback(only_embed(server.posted()[0]).description, caplog.text)


@pytest.mark.parametrize("way", ["slash", "mention"])
async def test_a_missing_index_is_told_as_it_is(server, desk, way):
    desk.answerer.script = fail(IndexMissing("there is no index yet; run `newsdesk index build`"))
    await ask(server, way)
    embed = only_embed(server.posted()[0])
    assert embed.description == "Nothing is indexed yet. Whoever runs me can build the index."


async def test_a_channel_where_the_bot_may_not_write_costs_a_line_in_the_log(server, caplog):
    server.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
    await server.reader.send(server.channel, f"{server.bot_mention} {WHEN}")
    assert server.posted() == []
    assert "an answer could not be shown: HTTP status 403" in caplog.text
    await server.reader.send(server.channel, f"{server.bot_mention} {WHEN}")
    assert len(server.posted()) == 1


# Managers


@pytest.mark.parametrize("command", ["reindex", "status"])
async def test_commands_of_managers_are_hidden_from_other_members(server, command):
    with pytest.raises(simcord.SetupError, match="default-member-permissions"):
        await server.reader.slash(server.channel, command)


@pytest.mark.parametrize("command", ["reindex", "status"])
async def test_commands_of_managers_are_refused_to_members_whom_the_server_lets_see_them(server, command, monkeypatch):
    monkeypatch.setattr(admin, "rebuild_apart", fail(AssertionError("nothing may be built")))
    known = {
        c["name"]: c
        for c in server.env.backend.visible_commands(user_id=server.manager.id, channel_id=server.channel.id)
    }
    server.guild.set_command_permissions(int(known[command]["id"]), {server.reader: True})
    result = await server.reader.slash(server.channel, command)
    assert result.ephemeral
    assert only_embed(result.response).description == "That is for those who may manage this server."
    assert len(server.env.errors) == 1


async def test_status_shows_managers_what_is_indexed_and_no_paths(server):
    result = await server.manager.slash(server.channel, "status")
    assert result.ephemeral
    text = only_embed(result.response).description
    assert "**articles**: 69" in text
    assert "**model**: none" in text
    assert "/home" not in text


async def test_status_names_the_model_that_writes(server, desk, tmp_path):
    desk.model = object()
    desk.settings = Settings(home=tmp_path, llm="http://127.0.0.1:8080/v1", llm_model="qwen_2.5")
    result = await server.manager.slash(server.channel, "status")
    assert r"**model**: qwen\_2.5" in only_embed(result.response).description


async def test_status_without_an_index_says_so(server, desk):
    desk.facts = {"generation": None, "home": "/home/operator"}
    result = await server.manager.slash(server.channel, "status")
    assert only_embed(result.response).description.startswith("Nothing is indexed yet.")


async def test_reindex_reports_to_managers_what_the_build_did(server, desk, monkeypatch):
    asked = []

    async def rebuild(settings: Settings, _: Any) -> dict[str, Any]:
        asked.append(settings)
        return REPORT

    monkeypatch.setattr(admin, "rebuild_apart", rebuild)
    result = await server.manager.slash(server.channel, "reindex")
    assert result.ephemeral
    embed = only_embed(result.response)
    assert embed.title == "The index is up to date"
    assert "**articles**: 70" in embed.description
    assert "**seconds**: 2.5" in unescaped(embed.description)
    assert asked == [desk.settings]


async def test_questions_are_answered_while_the_index_is_built(server, monkeypatch, when_shown):
    answered = when_shown(discord.Message, "reply")

    async def rebuild(*_: Any) -> dict[str, Any]:
        server.env.backend.create_message(server.channel.id, server.reader.id, f"{server.bot_mention} {WHEN}")
        assert await asyncio.to_thread(answered.wait, 30)
        return REPORT

    monkeypatch.setattr(admin, "rebuild_apart", rebuild)
    result = await server.manager.slash(server.channel, "reindex")
    assert only_embed(result.response).title == "The index is up to date"
    assert WHEN in [m.embeds[0].title for m in server.posted()]


@pytest.mark.parametrize("error", [NewsdeskError(f"{SECRET}: disk full"), ValueError("no JSON")])
async def test_a_failed_reindex_is_one_kind_sentence_with_the_id_of_the_log(server, monkeypatch, caplog, error):
    async def rebuild(*_: Any) -> dict[str, Any]:
        raise error

    monkeypatch.setattr(admin, "rebuild_apart", rebuild)
    result = await server.manager.slash(server.channel, "reindex")
    assert result.ephemeral
    see_no_traceback(only_embed(result.response).description, caplog.text)
    assert str(error) in caplog.text


@pytest.mark.parametrize("failing", [False, True])
async def test_a_reindex_that_outlives_its_token_is_reported_in_direct_messages(server, monkeypatch, failing):
    async def rebuild(*_: Any) -> dict[str, Any]:
        server.env.backend.advance_clock(16 * 60)
        if failing:
            raise NewsdeskError("disk full")
        return REPORT

    monkeypatch.setattr(admin, "rebuild_apart", rebuild)
    await server.manager.slash(server.channel, "reindex")
    assert [m for m in server.posted() if m.embeds] == []
    assert server.bodies()[-1]["embeds"][0]["title"] == ("Sorry" if failing else "The index is up to date")


async def test_commands_of_managers_are_not_offered_in_direct_messages(server):
    user = server.env.create_user("friend")
    await user.send_dm("hi")
    assert not {"reindex", "status"} & set(user.available_commands())


# Safety


async def test_hostile_answers_make_only_valid_messages_that_ping_nobody(server, desk, cite):
    quote = f"Quote {HOSTILE} end."
    cited = [
        cite(n, title=HOSTILE * 5, source=HOSTILE * 5, quote=quote, text=f"{HOSTILE * 40} {quote} {HOSTILE * 40}")
        for n in range(1, 51)
    ]
    near = Nearest("a", HOSTILE * 5, HOSTILE * 5, None, "https://post.example/" + HOSTILE)
    desk.answerer.script = lambda question, _: Answer(
        question.text,
        Outcome.ANSWERED,
        tuple(Sentence(quote, (c.n,), ((0, 5), (6, 15))) for c in cited),
        tuple(cited),
        (near,) * 3,
        notice=HOSTILE * 20,
        model=HOSTILE,
    )
    result = await server.reader.slash(server.channel, "ask", question=HOSTILE)
    assert result.response.id == server.posted()[0].id
    n_embeds = sum(len(m.embeds) for m in server.posted())
    assert n_embeds > 51
    await server.reader.send(server.channel, f"{server.bot_mention} {HOSTILE}")
    assert sum(len(m.embeds) for m in server.posted()) == 2 * n_embeds
    for message in server.posted():
        assert message.mentions == []
        assert not message.mention_everyone
        assert message.role_mentions == []


async def test_no_request_of_any_kind_allows_a_mention(server, desk, quoted, cite, monkeypatch):
    async def rebuild(*_: Any) -> dict[str, Any]:
        return REPORT

    monkeypatch.setattr(admin, "rebuild_apart", rebuild)
    desk.answerer.script = lambda question, _: quoted(question.text, *(cite(n) for n in range(1, 15)))
    await server.reader.slash(server.channel, "ask", question=WHEN)
    await server.reader.send(server.channel, f"{server.bot_mention} {WHEN}")
    await server.manager.slash(server.channel, "reindex")
    await server.manager.slash(server.channel, "status")
    desk.answerer.script = fail(RuntimeError())
    await ask(server, "slash")
    await ask(server, "mention")
    assert len(server.bodies()) == 8


async def test_the_reader_who_is_replied_to_is_not_pinged(server):
    await server.reader.send(server.channel, f"{server.bot_mention} {WHEN}")
    [reply] = server.posted()
    assert reply.mentions == []


def test_no_privileged_intent_is_asked_for():
    intents = make_intents()
    assert not intents.message_content
    assert not intents.members
    assert not intents.presences
    assert intents.guild_messages
    assert intents.dm_messages


@pytest.mark.simcord(shard_count=1, settle_timeout=60, approved_intents=discord.Intents.none())
async def test_the_bot_connects_where_no_privileged_intent_is_approved(server):
    await server.reader.send(server.channel, f"{server.bot_mention} {WHEN}")
    assert len(server.posted()) == 1


async def test_the_commands_are_registered_with_descriptions_and_limits(server):
    commands = {c.name: c for c in await server.env.bot.tree.fetch_commands()}
    assert {"ask", "reindex", "status"} <= set(commands)
    wanted = ["question", "since", "until", "source", "as_of", "private"]
    assert [o.name for o in commands["ask"].options] == wanted
    for command in commands.values():
        assert len(command.description) <= 100
        assert all(1 <= len(o.description) <= 100 for o in command.options)


# A real desk


class TestRealDesk:
    """The same over a real index, with an encoder that hashes words."""

    @pytest.fixture
    def desk(self, home, newsroom) -> Desk:
        real = Desk(Settings(home=home))
        real.encoder = newsroom.encoder
        return real

    async def test_a_question_is_answered_from_the_index_and_its_follow_up_too(self, server, newsroom):
        newsroom.write(
            "bridge",
            "The harbour bridge opened on 17 April. The mayor cut a ribbon.",
            "The harbour bridge cost 40 million crowns, and the state paid for the harbour bridge.",
            title="Harbour bridge opens",
        )
        newsroom.write("storm", "A storm took roofs in Aldersund. Nobody was hurt.", title="Storm in Aldersund")
        newsroom.build()
        await server.reader.send(server.channel, f"{server.bot_mention} When was the harbour bridge opened?")
        [reply] = server.posted()
        assert reply.embeds[0].author.name == "Quoted from the articles"
        assert "17 April" in re.sub(r"\*\*", "", reply.embeds[0].description)
        assert reply.embeds[1].title == "Harbour bridge opens"
        await server.reader.send(server.channel, "And what did it cost?", reply_to=reply)
        assert "40 million" in re.sub(r"\*\*", "", server.posted()[1].embeds[0].description)

    async def test_before_the_first_build_the_reader_is_told_that_nothing_is_indexed(self, server):
        result = await server.reader.slash(server.channel, "ask", question=WHEN)
        assert only_embed(result.response).description.startswith("Nothing is indexed yet.")

    async def test_small_talk_needs_no_index(self, server):
        await server.reader.send(server.channel, server.bot_mention)
        embed = only_embed(server.posted()[0])
        assert embed.author.name == "Newsdesk"
        assert embed.description.startswith("I did not find a question in that.")


@pytest.mark.weights
@pytest.mark.slow
async def test_reindex_builds_in_a_process_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("DISCORD_TOKEN", "never passed on")
    settings = Settings(home=tmp_path / "home")
    progress: list[str] = []
    report = await rebuild_apart(settings, progress.append)
    assert {line.split(":")[0] for line in progress} >= {"reading", "encoding"}
    assert report["articles"] >= 60
    assert report["embedded"] == report["passages"] > 0
    again = await rebuild_apart(settings)
    assert again["embedded"] == 0
    assert set(admin.REPORTED) <= set(report)
    (tmp_path / "home" / "newsdesk.toml").write_text("nonsense = 1\n", encoding="utf-8")
    with pytest.raises(NewsdeskError, match="nonsense"):
        await rebuild_apart(settings)


def test_the_bot_says_which_variable_is_missing_where_there_is_no_token(tmp_path):
    with pytest.raises(NewsdeskError, match="DISCORD_TOKEN"):
        serve.run(Settings(home=tmp_path, discord_token=""))
