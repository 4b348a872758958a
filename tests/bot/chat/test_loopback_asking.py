"""One question on its way: waiting, growing prose, what Discord refuses, and that nothing is answered twice or lost."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.chat import asking
from bot.chat.client import NewsdeskBot
from bot.second_desk import SecondDesk
from bot.types import Answer, Outcome, Question, Sentence
from tests.bot.chat.conftest import make_refusal
from tests.discord_server.payloads import interaction_payload, message_payload
from tests.discord_server.state import Message

WHEN = "When did the harbour bridge open?"


def head(message: Message) -> Any:
    return message.embeds[0]["author"]["name"]


def told(message: Message) -> Any:
    return message.embeds[0]["description"]


@pytest.fixture
async def bot(loopback, guild, desk) -> AsyncIterator[NewsdeskBot]:
    """The bot, which edits as often as there is something new."""
    bot = NewsdeskBot(desk, pace_s=0)
    async with loopback.running(bot):
        yield bot


@pytest.fixture
def busy(guild, two_steps) -> Any:
    """Both answering threads are taken by questions of others, until the event is set."""

    async def take() -> threading.Event:
        for n in range(2):
            asked = await guild.add_member(f"other {n}").mention(guild.channel, f"question {n}?")
            await asked.until()
        return two_steps

    return take


class ScriptedSecond(SecondDesk):
    """One without a process, which is free or not."""

    def __init__(self, *, is_free: bool = True) -> None:
        self._is_free = is_free

    def ask(self, question: Question) -> Answer | None:
        return make_refusal(question.text, message="Another desk found nothing.") if self._is_free else None


# What the reader sees


@pytest.mark.parametrize(
    ("free", "llm", "by_another"),
    [
        ([True], "none", True),
        ([False], "none", False),
        ([False, True], "none", True),
        ([True], "http://127.0.0.1:9/v1", False),
    ],
)
async def test_another_desk_that_is_free_answers_where_no_model_is_asked(
    loopback, guild, reader, desk, free, llm, by_another
):
    desk.settings = desk.settings.model_copy(update={"llm": llm})
    others = [ScriptedSecond(is_free=is_free) for is_free in free]
    async with loopback.running(NewsdeskBot(desk, others=others)):
        answer = await (await reader.slash("ask", question=WHEN)).final()
    assert ("Another desk found nothing" in told(answer)) is by_another
    assert len(desk.answerer.asked) == (not by_another)


async def test_where_the_server_wants_no_model_another_desk_answers_too(loopback, guild, reader, desk):
    desk.settings = desk.settings.model_copy(update={"llm": "http://127.0.0.1:9/v1"})
    bot = NewsdeskBot(desk, others=[ScriptedSecond()])
    async with loopback.running(bot):
        bot.ledger.config.set(guild.id, "model", False)
        answer = await (await reader.slash("ask", question=WHEN)).final()
    assert "Another desk found nothing" in told(answer)


async def test_prose_grows_sentence_by_sentence_over_the_quotes(bot, reader, desk, quoted, cite):
    shown = threading.Event()
    first, second = Sentence("It opened on 17 April.", (1,)), Sentence("The mayor cut a ribbon.", (1,))

    def writes(question, on_quoted, on_sentence):
        answer = quoted(question.text)
        on_quoted(answer)
        on_sentence(first, answer.citations)
        assert shown.wait(30)
        on_sentence(second, answer.citations)
        return replace(answer, outcome=Outcome.ANSWERED, sentences=(first, second), model="qwen")

    desk.answerer.writes = writes
    reply = await reader.slash("ask", question=WHEN)
    growing = await reply.until(lambda m: "It opened" in told(m))
    assert head(growing) == "Answer"
    assert told(growing) == "It opened on 17 April. \\[1\\]\n\n*More is being written.*"
    shown.set()
    answer = await reply.final()
    assert told(answer) == r"It opened on 17 April. \[1\] The mayor cut a ribbon. \[1\]"


async def test_the_footer_tells_the_model_the_articles_searched_the_newest_source_and_the_time(
    bot, reader, desk, quoted
):
    facts = {"model": "qwen", "generation": "000007", "timings_ms": {"total": 1234.5}}
    desk.answerer.script = lambda question, _: quoted(question.text, **facts)
    answer = await (await reader.slash("ask", question=WHEN)).final()
    footer = answer.embeds[0]["footer"]["text"]
    assert footer == "qwen · 69 articles searched · newest source 18 April 2025 · 1.2 s"


async def test_who_has_to_wait_is_told_so_and_gets_the_answer_in_the_same_message(loopback, bot, reader, guild, busy):
    done = await busy()
    asked = await reader.mention(guild.channel, WHEN)
    waiting = await asked.until()
    assert told(waiting) == "Your question is waiting: you are next."
    done.set()
    answer = await asked.final()
    assert answer is waiting
    assert head(answer) == "Answer"
    assert len(loopback.messages) == 3


async def test_a_reader_has_one_question_at_a_time(bot, reader, guild, two_steps, desk):
    first = await reader.slash("ask", question=WHEN)
    await first.until()
    refused = await (await reader.slash("ask", question="And who paid?")).until()
    assert refused.ephemeral
    assert told(refused).startswith("Your last question is not answered yet.")
    again = await (await reader.mention(guild.channel, "And who paid?")).until()
    assert told(again).startswith("Your last question is not answered yet.")
    two_steps.set()
    await first.final()
    assert len(desk.answerer.asked) == 1


async def test_a_private_answer_is_seen_by_its_reader_alone_however_long_it_is(bot, reader, desk, quoted, cite):
    desk.answerer.script = lambda question, _: quoted(question.text, *(cite(n) for n in range(1, 26)))
    reply = await reader.slash("ask", question=WHEN, private=True)
    await reply.final()
    assert len(reply.messages) >= 3
    assert all(m.ephemeral for m in reply.messages)


async def test_a_question_that_is_too_long_for_the_server_is_refused_to_its_reader_alone(bot, guild, reader, desk):
    bot.ledger.config.set(guild.id, "max_question_chars", 20)
    refused = await (await reader.slash("ask", question=WHEN)).until()
    assert refused.ephemeral
    assert told(refused) == "That is 33 characters long. Please ask in at most 20."
    assert desk.answerer.asked == []


async def test_only_what_the_server_allows_is_searched(bot, guild, reader, desk):
    bot.ledger.config.set(guild.id, "sources", "The Ledger, Velmora Post")
    await (await reader.slash("ask", question=WHEN, source="the ledger")).final()
    assert desk.answerer.asked[0].filters.sources == ("The Ledger",)


async def test_a_server_has_no_more_questions_a_day_than_it_may(bot, guild, reader, desk):
    bot.ledger.config.set(guild.id, "daily_questions", 1)
    await (await reader.slash("ask", question=WHEN)).final()
    refused = await (await reader.slash("ask", question="And who paid?")).until()
    assert refused.ephemeral
    assert "Please ask again tomorrow" in told(refused)
    assert len(desk.answerer.asked) == 1


async def test_beyond_a_servers_tokens_answers_are_quotations(bot, guild, reader, desk):
    desk.settings = desk.settings.model_copy(update={"llm": "ollama/tiny"})
    bot.ledger.config.set(guild.id, "daily_tokens", 4000)
    quote = desk.answerer.script

    def quote_before_writing(question, on_quoted):
        answer = quote(question, on_quoted)
        on_quoted(answer)
        return answer

    desk.answerer.script = quote_before_writing
    for _ in range(3):
        await (await reader.slash("ask", question=WHEN)).final()
    assert desk.answerer.used_model == [True, False, False]


async def test_a_question_for_which_no_model_was_asked_takes_no_tokens(bot, guild, reader, desk):
    desk.settings = desk.settings.model_copy(update={"llm": "ollama/tiny"})
    bot.ledger.config.set(guild.id, "daily_tokens", 4000)
    for _ in range(3):
        await (await reader.slash("ask", question=WHEN)).final()
    assert desk.answerer.used_model == [True, True, True]


async def test_quotes_that_stand_long_have_their_buttons_before_the_model_has_written(
    bot, guild, reader, two_steps, monkeypatch
):
    monkeypatch.setattr(asking, "_LONG_S", 0.0)
    asked = await reader.mention(guild.channel, WHEN)
    waiting = await asked.until(lambda m: bool(m.components))
    assert head(waiting) == "Quoted from the articles"
    opened = await reader.click(waiting, "Follow up")
    assert (await opened.modal())["title"] == "Follow up"
    two_steps.set()
    answer = await asked.final()
    assert head(answer) == "Answer"
    assert answer.components


# Twice


async def test_a_message_that_discord_brings_twice_is_answered_once(loopback, guild, bot, reader, desk):
    asked = await reader.mention(guild.channel, WHEN)
    payload = message_payload(asked.message, loopback.bot, privileged=False)
    loopback.gateway.dispatch("MESSAGE_CREATE", lambda _: payload, guild.guild)
    await asked.final()
    await loopback.settled()
    assert len(desk.answerer.asked) == len(loopback.messages) == 1


async def test_a_command_that_discord_brings_twice_is_answered_once(loopback, guild, bot, reader, desk, caplog):
    reply = await reader.slash("ask", question=WHEN)
    payload = interaction_payload(reply.interaction, loopback.bot)
    loopback.gateway.dispatch("INTERACTION_CREATE", lambda _: payload, guild.guild)
    await reply.final()
    await loopback.settled()
    assert len(desk.answerer.asked) == len(loopback.messages) == 1
    assert caplog.records == []


# What Discord refuses


async def test_a_page_for_one_reader_whose_arrival_discord_did_not_confirm_is_not_sent_again(
    loopback, bot, reader, desk, quoted, cite
):
    desk.answerer.script = lambda question, _: quoted(question.text, *(cite(n) for n in range(1, 26)))
    loopback.rest.fail("POST", "/webhooks/*", 503, carried_out=True)
    reply = await reader.slash("ask", question=WHEN, private=True)
    answer = await reply.final()
    assert len(reply.followups) == 1
    assert "The rest of this answer could not be shown." in answer.text


async def test_without_the_permission_to_embed_links_an_answer_is_plain_text(
    loopback, guild, bot, reader, desk, quoted, cite
):
    guild.deny(guild.channel, loopback.bot, embed_links=True)
    desk.answerer.script = lambda question, _: quoted(question.text, *(cite(n) for n in range(1, 26)))
    await loopback.settled()
    first = await (await reader.mention(guild.channel, WHEN)).final()
    assert first.content.startswith(f"**{WHEN}**\nQuoted from the articles:\nThe harbour bridge opened on 17 April.")
    n_mention = len(loopback.messages)
    assert n_mention >= 3
    await (await reader.slash("ask", question=WHEN)).final()
    assert len(loopback.messages) == 2 * n_mention
    assert not any(m.embeds for m in loopback.messages)
    assert "".join(m.content for m in loopback.messages).count("Velmora Post, 18 April 2025") == 2 * 25


async def test_where_the_bot_may_not_read_history_it_answers_without_a_reply(loopback, guild, bot, reader):
    guild.deny(guild.channel, loopback.bot, read_message_history=True)
    await loopback.settled()
    await reader.mention(guild.channel, WHEN)
    await loopback.settled()
    [answer] = loopback.messages
    assert answer.reply_to is None
    assert head(answer) == "Quoted from the articles"


@pytest.mark.parametrize("status", [403, 503])
async def test_an_answer_does_not_need_that_typing_works(loopback, guild, bot, reader, status):
    loopback.rest.fail("POST", "/channels/*/typing", status)
    answer = await (await reader.mention(guild.channel, WHEN)).final()
    assert head(answer) == "Quoted from the articles"


async def test_a_reply_that_discord_could_not_take_is_sent_again(loopback, guild, bot, reader):
    loopback.rest.fail("POST", "/channels/*/messages", 503, times=2)
    await (await reader.mention(guild.channel, WHEN)).final()
    assert [r.status for r in loopback.rest.asked("POST", "/channels/*/messages")] == [503, 503, 200]


async def test_a_reply_that_was_taken_without_an_answer_is_sent_again_and_stands_once(loopback, guild, bot, reader):
    loopback.rest.fail("POST", "/channels/*/messages", 503, carried_out=True)
    await (await reader.mention(guild.channel, WHEN)).final()
    assert [r.status for r in loopback.rest.asked("POST", "/channels/*/messages")] == [503, 200]
    assert len(loopback.messages) == 1


async def test_an_acknowledgement_that_was_taken_without_an_answer_is_good(loopback, bot, reader, caplog):
    loopback.rest.fail("POST", "/interactions/*", 0, carried_out=True)
    answer = await (await reader.slash("ask", question=WHEN)).final()
    assert head(answer) == "Quoted from the articles"
    assert len(loopback.messages) == 1


async def test_an_answer_that_is_deleted_while_it_grows_stays_deleted(loopback, guild, bot, reader, two_steps, caplog):
    asked = await reader.mention(guild.channel, WHEN)
    await reader.delete(await asked.until())
    two_steps.set()
    await loopback.settled()
    assert loopback.messages == []
    assert "could not be shown: HTTP status 404, code 10008" in caplog.text


async def test_a_private_answer_that_outlives_its_token_comes_as_a_direct_message(
    loopback, bot, guild, reader, desk, quoted
):
    def script(question, _):
        loopback.clock.advance(15 * 60 + 1)
        return quoted(question.text)

    desk.answerer.script = script
    reply = await reader.slash("ask", question=WHEN, private=True)
    await loopback.settled()
    assert [m for m in loopback.messages if m.channel is guild.channel] == [reply.message]
    [sent] = reader.private.messages.values()
    assert head(sent) == "Quoted from the articles"


async def test_where_a_late_command_cannot_be_answered_at_all_nobody_looks_for_an_answer(
    loopback, guild, bot, reader, desk, caplog
):
    guild.deny(guild.channel, loopback.bot, send_messages=True)
    callback = loopback.rest.hold("POST", "/interactions/*/callback")
    await reader.slash("ask", question=WHEN)
    await callback.reached()
    loopback.clock.advance(3.1)
    callback.release()
    await loopback.settled()
    assert desk.answerer.asked == loopback.messages == []
    assert [r.levelname for r in caplog.records] == ["WARNING", "WARNING"]


async def test_an_answer_that_cannot_be_kept_is_shown_without_buttons(bot, reader, monkeypatch, caplog):
    monkeypatch.setattr(bot.ledger.answers, "keep", lambda *_: 1 / 0)
    answer = await (await reader.slash("ask", question=WHEN)).final()
    assert head(answer) == "Quoted from the articles"
    assert answer.components == []
    assert "ZeroDivisionError" in caplog.text
