"""The menu of a message over real sockets and a small index: its claims are checked, and questions about it asked."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.chat.check_menu import begin_question, cut_claims
from bot.chat.client import NewsdeskBot
from bot.desk import Desk
from bot.settings import Settings
from bot.types import Turn
from tests.discord_server.state import Message

MENU = 3
DAY = date(2025, 7, 1)
TRUE, FALSE = "The ferry strike ended after nine days.", "The bridge cost 52 million crowns, said the contractor Ravn."


@pytest.fixture
def desk(tmp_path, built_home, fake_weights, answer_all) -> Desk:
    """A desk over the dozen articles, with a home of its own for all else."""
    return Desk(Settings(home=tmp_path / "desk"), built_home)


@pytest.fixture
def asked(desk, monkeypatch) -> list[Any]:
    """The questions that reach the answerer."""
    asked = []
    ask = desk.answerer.ask
    monkeypatch.setattr(
        desk.answerer, "ask", lambda question, *told, **how: asked.append(question) or ask(question, *told, **how)
    )
    return asked


async def write(guild, text):
    return (await guild.add_member("writer").send(guild.channel, text)).message


def body(message: Message) -> str:
    return "\n".join(embed.get("description", "") for embed in message.embeds)


# Checking


async def test_claims_are_checked_for_the_reader_alone(guild, bot, reader):
    shown = await (await reader.menu("Check this message", await write(guild, f"{TRUE} {FALSE}"))).final()
    assert shown.ephemeral
    told = body(shown)
    assert told.startswith("2 claims: 1 supported; 1 contradicted.")
    assert f"**Claim 1: supported**\n{TRUE}\nSupported by [Ferry strike ends](<https://gazette.example/ferry" in told
    assert "> **The ferry strike ended after nine days.**" in told
    assert "It says: 41 million" in told


async def test_a_hostile_message_pings_nobody(guild, bot, reader):
    text = f"@everyone <@1> [{TRUE}](https://evil.example) **{FALSE}"
    shown = await (await reader.menu("Check this message", await write(guild, text))).final()
    assert "@everyone" not in body(shown).replace("\\@everyone", "")


async def test_a_message_is_checked_in_direct_messages(loopback, bot):
    friend = loopback.add_person()
    asked = await friend.dm(TRUE)
    await asked.final()
    shown = await (await friend.menu("Check this message", asked.message)).final()
    assert "1 claim: 1 supported." in body(shown)


@pytest.mark.parametrize("menu", ["Check this message", "Ask about this"])
async def test_a_message_without_text_is_told_so(guild, bot, reader, menu):
    shown = await (await reader.menu(menu, await write(guild, ""))).final()
    assert shown.ephemeral
    assert shown.embeds[0]["title"] == "Nothing to read"


async def test_a_message_without_claims_is_told_so(guild, bot, reader):
    shown = await (await reader.menu("Check this message", await write(guild, "Good morning! How are you?"))).final()
    assert shown.embeds[0]["title"] == "Nothing to check"


async def test_only_the_first_ten_claims_are_checked(guild, bot, reader):
    text = " ".join(f"Crane number {n} was inspected by Alder in the spring." for n in range(12))
    reply = await reader.menu("Check this message", await write(guild, text))
    await reply.final()
    told = "\n".join(body(message) for message in reply.messages)
    assert "It has 2 more, which I did not check." in told
    assert told.count("**Claim ") == 10
    assert all(message.ephemeral for message in reply.messages)


async def test_a_check_takes_its_turn(guild, bot, reader):
    message = await write(guild, TRUE)
    async with bot.turns.take(server=guild.id, reader=reader.user.id, on_position=lambda _: None):
        refused = await (await reader.menu("Check this message", message)).final()
    assert "not answered yet" in body(refused)
    assert refused.ephemeral


@pytest.mark.parametrize(
    ("option", "told"), [("server_per_minute", "came from this server"), ("daily_questions", "ask again tomorrow")]
)
async def test_checks_count_among_the_questions_of_the_server(guild, bot, reader, option, told):
    bot.ledger.config.set(guild.id, option, "1")
    message = await write(guild, TRUE)
    assert "1 supported" in body(await (await reader.menu("Check this message", message)).final())
    assert told in body(await (await guild.add_member("other").menu("Check this message", message)).final())


async def test_a_check_counts_among_what_the_reader_asks_in_a_minute(guild, bot, reader):
    bot.ledger.config.set(guild.id, "reader_per_minute", "1")
    await (await reader.menu("Check this message", await write(guild, TRUE))).final()
    refused = await (await reader.slash("ask", question=TRUE)).final()
    assert "You asked many questions" in body(refused)


async def test_verdicts_whose_arrival_discord_did_not_confirm_are_not_sent_again(loopback, guild, bot, reader):
    text = " ".join(f"Crane number {n} was inspected by Alder in the spring." for n in range(12))
    message = await write(guild, text)
    loopback.rest.fail("POST", "/webhooks/*", 503, carried_out=True)
    reply = await reader.menu("Check this message", message)
    shown = await reply.final()
    assert len(reply.followups) == 1
    assert shown.content == "The rest of this could not be shown."
    assert body(shown).startswith("10 claims")


async def test_a_check_that_fails_is_told_kindly_to_the_reader_alone(guild, bot, reader, desk, monkeypatch):
    def fail(_):
        raise RuntimeError("/home/operator/secret")

    monkeypatch.setattr(desk, "check", fail)
    shown = await (await reader.menu("Check this message", await write(guild, TRUE))).final()
    assert shown.ephemeral
    assert "Something went wrong" in body(shown)
    assert "secret" not in body(shown)


@pytest.mark.parametrize(
    ("text", "kept", "n_left_out"),
    [
        (f"{TRUE} {FALSE}", f"{TRUE} {FALSE}", 0),
        (f"Hello! {TRUE} {FALSE} The bridge is long. Nobody paid the toll.", f"Hello!\n{TRUE}\n{FALSE}", 2),
        ("Hello! How are you?", "Hello! How are you?", 0),
    ],
)
def test_a_text_is_cut_behind_its_last_claim_that_is_checked(text, kept, n_left_out):
    assert cut_claims(text, DAY, 2) == (kept, n_left_out)


# Asking


async def test_a_question_about_a_message_begins_with_its_first_sentence(guild, bot, reader, asked):
    message = await write(guild, f"{TRUE} Crews accepted a rise.")
    opened = await reader.menu("Ask about this", message)
    [box] = [row["component"] for row in (await opened.modal())["components"]]
    assert box["value"] == TRUE
    shown = await (await reader.submit(opened)).final()
    assert not shown.ephemeral
    assert shown.embeds[0]["author"]["name"] == "Quoted from the articles"
    assert asked[0].text == TRUE


async def test_it_can_be_made_into_another_that_leans_on_the_message(guild, bot, reader, asked):
    opened = await reader.menu("Ask about this", await write(guild, TRUE))
    await (await reader.submit(opened, question="How long did it last?")).final()
    assert asked[0].text == "How long did it last?"
    assert asked[0].history == (Turn(TRUE, ""),)


async def test_it_is_answered_after_a_restart_too(loopback, guild, desk, reader, asked):
    message = await write(guild, TRUE)
    async with loopback.running(NewsdeskBot(desk)):
        opened = await reader.menu("Ask about this", message)
        await opened.modal()
    async with loopback.running(NewsdeskBot(desk)):
        await (await reader.submit(opened)).final()
    assert [(question.text, question.history) for question in asked] == [(TRUE, ())]


def test_both_are_offered_on_servers_and_in_direct_messages(loopback, bot, reader):
    for person in (reader, loopback.add_person()):
        assert person.offered(type=MENU) == ["Check this message", "Ask about this"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (f"  {TRUE}\n\n{FALSE}", TRUE),
        ("no full stop here", "no full stop here"),
        ("word " * 200, ("word " * 200)[:300]),
        ("。", "。"),
    ],
)
def test_the_first_sentence_of_a_message(text, first):
    assert begin_question(text) == first
