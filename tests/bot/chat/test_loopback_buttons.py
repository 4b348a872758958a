"""What is pressed under an answer, over real sockets: proofs, sources, ways on, sharing, votes; after a restart too."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.chat.client import NewsdeskBot
from bot.conversation import carry_over
from bot.development import asks_for_development
from bot.ledger.feedback import Rating, Reason, Vote
from bot.ledger.ledger import Ledger
from bot.types import Outcome, Turn
from tests.discord_server import NotOffered
from tests.discord_server.state import Message

WHEN = "When did the harbour bridge open?"
QUOTE = "The harbour bridge opened on 17 April."
CITED = f"It rained. {QUOTE} The mayor cut a ribbon."
ARTICLE = {1: "A bridge.", 2: "They had waited nine years.", 3: CITED, 4: "Then it stopped raining."}
FORGOTTEN = "I no longer have that answer, for I keep answers for a limited time. Please ask your question again."

Start = Callable[[], Any]


def shown(message: Message) -> str:
    [embed] = message.embeds
    return embed["description"]


def head(message: Message) -> str:
    return message.embeds[0]["author"]["name"]


@pytest.fixture
def start(loopback, guild, desk, quoted, cite) -> Start:
    """Runs a new bot on the home of the test; its answers cite two articles."""
    desk.reader.texts = {"post-1": ARTICLE, "post-2": ARTICLE}
    desk.answerer.script = lambda question, *_: quoted(question.text, cite(1), cite(2, source="Morning Star"))
    return lambda: loopback.running(NewsdeskBot(desk))


@pytest.fixture
async def bot(start, desk) -> AsyncIterator[None]:
    async with start():
        yield


@pytest.fixture
def ledger(desk) -> Any:
    """A second connection to what the bot remembers."""
    ledger = Ledger(desk.settings.home, datetime.now(UTC))
    yield ledger
    ledger.close()


@pytest.fixture
def ask(reader) -> Callable[..., Any]:
    async def ask(**options: Any) -> Message:
        return await (await reader.slash("ask", question=WHEN, **options)).final()

    return ask


@pytest.fixture
def press(reader) -> Callable[..., Any]:
    async def press(message: Message, label: str) -> Message:
        return await (await reader.click(message, label)).final()

    return press


def id_of(message: Message) -> str:
    custom_ids = [item["custom_id"] for row in message.components for item in row["components"]]
    return custom_ids[0].split(":")[1]


# Proofs


async def test_a_proof_is_shown_to_whoever_opens_it_alone(bot, guild, ask):
    answer = await ask()
    other = guild.add_member("other")
    proof = await (await other.click(answer, "Proof 2")).final()
    assert proof.ephemeral
    assert head(proof) == "[2] Morning Star, 18 April 2025"
    assert f"> It rained. **{QUOTE}** The mayor cut a ribbon." in shown(proof)
    assert "They had waited nine years." in shown(proof)


async def test_previous_and_next_walk_through_the_article_and_back_to_the_cited_paragraph(bot, ask, press):
    proof = await press(await ask(), "Proof 1")
    assert await press(proof, "Previous paragraph") is proof
    assert "> They had waited nine years." in shown(proof)
    await press(proof, "Previous paragraph")
    assert "> A bridge." in shown(proof)
    with pytest.raises(NotOffered, match="disabled"):
        await press(proof, "Previous paragraph")
    await press(proof, "Cited paragraph")
    assert f"**{QUOTE}**" in shown(proof)
    with pytest.raises(NotOffered, match="there is no 'Cited paragraph'"):
        await press(proof, "Cited paragraph")
    await press(proof, "Next paragraph")
    assert "> Then it stopped raining." in shown(proof)
    with pytest.raises(NotOffered, match="disabled"):
        await press(proof, "Next paragraph")


async def test_previous_and_next_walk_through_the_sources(bot, ask, press):
    proof = await press(await ask(), "Proof 1")
    with pytest.raises(NotOffered, match="disabled"):
        await press(proof, "Previous source")
    await press(proof, "Next source")
    assert head(proof).startswith("[2] Morning Star")
    with pytest.raises(NotOffered, match="disabled"):
        await press(proof, "Next source")
    await press(proof, "Previous source")
    assert head(proof).startswith("[1] Velmora Post")


async def test_of_many_sources_one_is_chosen(bot, desk, reader, ask, quoted, cite):
    desk.answerer.script = lambda question, *_: quoted(
        question.text, *(cite(n, title="Title " * 40, source=f"Outlet {n} " * 20) for n in range(1, 9))
    )
    proof = await (await reader.select(await ask(), "7", of="Open the proof")).final()
    assert proof.ephemeral
    assert head(proof).startswith("[7] Outlet 7")
    assert shown(proof).endswith("as it stood when the answer was given.*")


async def test_an_only_source_has_no_other_to_go_to(bot, desk, ask, press, quoted):
    desk.answerer.script = lambda question, *_: quoted(question.text)
    proof = await press(await ask(), "Proof 1")
    with pytest.raises(NotOffered, match="there is no 'Next source'"):
        await press(proof, "Next source")


async def test_everything_works_after_the_bot_has_restarted(start, ask, press, reader, ledger):
    async with start():
        answer = await ask()
        before = await press(answer, "Proof 1")
        amiss = await press(answer, "Not helpful")
    async with start():
        assert f"**{QUOTE}**" in shown(await press(answer, "Proof 2"))
        await press(before, "Previous paragraph")
        assert "> They had waited nine years." in shown(before)
        assert "\\[2\\]" in shown(await press(answer, "Sources"))
        await press(amiss, "Outdated")
        opened = await reader.click(amiss, "Add a sentence")
        await opened.modal()
    async with start():
        await (await reader.submit(opened, note="It reopened in May.")).final()
    assert ledger.feedback.of_answer(id_of(answer)) == [Rating(Vote.DOWN, Reason.OUTDATED, "It reopened in May.")]


@pytest.mark.parametrize("label", ["Proof 1", "Sources", "How it unfolded", "Helpful", "Not helpful"])
async def test_of_a_forgotten_answer_the_reader_is_told_kindly(bot, ask, press, ledger, label):
    answer = await ask()
    ledger.prune(datetime.now(UTC) + timedelta(days=31))
    told = await press(answer, label)
    assert told.ephemeral
    assert shown(told) == FORGOTTEN


async def test_a_proof_shows_nothing_that_its_article_says_only_since_the_question(bot, desk, ask, press):
    answer = await ask()
    later = int((datetime.now(UTC) + timedelta(minutes=5)).timestamp())
    desk.reader.changed = {"post-1": later}
    assert "They had waited nine years." not in shown(await press(answer, "Proof 1"))
    assert "They had waited nine years." in shown(await press(answer, "Proof 2"))


async def test_a_fault_while_a_proof_is_opened_is_told_in_one_sentence(bot, desk, ask, press, caplog):
    answer = await ask()
    desk.reader.texts = None
    told = await press(answer, "Proof 1")
    assert told.ephemeral
    assert shown(told).startswith("Something went wrong on my side.")
    assert "Traceback" in caplog.text


# Sources and ways on


async def test_sources_are_listed_for_the_reader_alone(bot, ask, press):
    told = await press(await ask(), "Sources")
    assert told.ephemeral
    assert [line.split()[1] for line in shown(told).split("\n") if line.startswith("- ")] == ["\\[1\\]", "\\[2\\]"]


@pytest.mark.parametrize("status", [503, 0])
async def test_sources_whose_arrival_discord_did_not_confirm_are_not_listed_again(
    loopback, bot, desk, ask, reader, quoted, cite, status
):
    cited = [cite(n, quote=f"Sentence {n}. {'word ' * 60}") for n in range(1, 41)]
    desk.answerer.script = lambda question, *_: quoted(question.text, *cited)
    answer = await ask()
    loopback.rest.fail("POST", "/webhooks/*", status, carried_out=True)
    reply = await reader.click(answer, "Sources")
    await reply.acknowledged()
    await loopback.handled()
    listed = [m for m in reply.messages if "paragraph 3" in m.text]
    assert len(listed) == 2
    assert listed[0].text != listed[1].text


async def test_what_is_new_asks_the_same_about_what_came_after_the_newest_source(bot, desk, ask, press):
    again = await press(await ask(until="2025-05-01", source="Velmora Post"), "What's new since 18 April 2025")
    assert not again.ephemeral
    first, second = desk.answerer.asked
    assert second.text == first.text
    assert second.filters.since == datetime(2025, 4, 18, 7, 0, 1, tzinfo=UTC)
    assert second.filters.until is None
    assert second.filters.sources == ("Velmora Post",)
    assert second.now > first.now


async def test_how_it_unfolded_follows_up_on_the_answer(bot, desk, ask, press):
    told = await press(await ask(), "How it unfolded")
    assert told.embeds[0]["title"] == "How did this unfold?"
    assert desk.answerer.asked[1].history == (Turn(WHEN, f"{QUOTE} {QUOTE}"),)


async def test_how_it_unfolded_is_asked_in_chinese_of_a_chinese_answer(bot, desk, ask, press, quoted, cite):
    desk.answerer.script = lambda question, *_: quoted(question.text, cite(quote="海港大桥四月十七日通车。"))
    await press(await ask(), "How it unfolded")
    question = desk.answerer.asked[1]
    assert question.text == "这件事的来龙去脉是怎样的？"
    assert asks_for_development(question.text)
    assert "harbour bridge" in carry_over(question.text, question.history)


async def test_what_follows_a_private_answer_is_private(bot, ask, press):
    assert (await press(await ask(private=True), "How it unfolded")).ephemeral


async def test_a_refusal_can_be_asked_again(bot, desk, ask, press, refusal):
    desk.answerer.script = lambda question, *_: refusal(question.text)
    await press(await ask(), "Ask again")
    first, second = desk.answerer.asked
    assert (second.text, second.filters) == (first.text, first.filters)


@pytest.mark.parametrize(
    ("outcome", "label", "left"),
    [
        (Outcome.OUT_OF_RANGE, "Ask without the dates", (None, ("The Ledger",))),
        (Outcome.FILTERED_OUT, "Ask without the filter", (datetime(2025, 4, 1, tzinfo=UTC), ())),
    ],
)
async def test_a_refusal_can_be_asked_again_without_its_reason(bot, desk, ask, press, refusal, outcome, label, left):
    desk.answerer.script = lambda question, *_: refusal(question.text, outcome=outcome)
    await press(await ask(since="2025-04-01", source="The Ledger"), label)
    filters = desk.answerer.asked[1].filters
    assert (filters.since, filters.sources) == left


# Sharing


async def test_a_private_answer_is_shared_once_without_the_readers_name(loopback, bot, guild, ask, reader, press):
    answer = await ask(private=True)
    reply = await reader.click(answer, "Share in this channel")
    await reply.acknowledged()
    await loopback.handled()
    [shared] = [m for m in guild.channel.messages.values() if not m.ephemeral]
    assert shared.embeds == answer.embeds
    assert shared.reply_to is None
    assert shared.interaction is None
    assert "reader" not in shared.text
    assert f"**{QUOTE}**" in shown(await (await guild.add_member("other").click(shared, "Proof 1")).final())
    for message, label in ((answer, "Shared"), (shared, "Share in this channel")):
        with pytest.raises(NotOffered):
            await press(message, label)


async def test_where_the_bot_may_not_write_sharing_is_declined(loopback, bot, guild, ask, reader):
    answer = await ask(private=True)
    guild.deny(guild.channel, loopback.bot, send_messages=True)
    await loopback.settled()
    reply = await reader.click(answer, "Share in this channel")
    await reply.acknowledged()
    await loopback.handled()
    [told] = reply.followups
    assert told.ephemeral
    assert shown(told) == "I may not write in this channel."


async def test_where_the_bot_may_not_embed_links_an_answer_is_shared_as_text(loopback, bot, guild, ask, reader):
    answer = await ask(private=True)
    guild.deny(guild.channel, loopback.bot, embed_links=True)
    await loopback.settled()
    await (await reader.click(answer, "Share in this channel")).acknowledged()
    await loopback.handled()
    [shared] = [m for m in guild.channel.messages.values() if not m.ephemeral]
    assert shared.embeds == []
    assert f"**{QUOTE}**" in shared.content


async def test_an_answer_for_all_cannot_be_shared(bot, ask, press):
    with pytest.raises(NotOffered):
        await press(await ask(), "Share in this channel")


# Votes


async def test_the_last_vote_of_each_reader_counts(bot, guild, ask, press, ledger):
    answer = await ask()
    assert (await press(answer, "Not helpful")).ephemeral
    await press(answer, "Helpful")
    await (await guild.add_member("other").click(answer, "Helpful")).final()
    assert ledger.feedback.of_answer(id_of(answer)) == [Rating(Vote.UP), Rating(Vote.UP)]


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("Wrong", Reason.WRONG),
        ("Outdated", Reason.OUTDATED),
        ("Something is missing", Reason.MISSING),
        ("Bad source", Reason.BAD_SOURCE),
    ],
)
async def test_what_is_amiss_is_told_by_one_tap(bot, ask, press, ledger, label, reason):
    answer = await ask()
    amiss = await press(answer, "Not helpful")
    assert await press(amiss, label) is amiss
    assert ledger.feedback.of_answer(id_of(answer)) == [Rating(Vote.DOWN, reason)]


async def test_a_sentence_can_be_added(bot, ask, press, reader, ledger):
    answer = await ask()
    amiss = await press(answer, "Not helpful")
    await press(amiss, "Wrong")
    opened = await reader.click(amiss, "Add a sentence")
    assert await (await reader.submit(opened, note="It was  <@1> the 18th.")).final() is amiss
    assert ledger.feedback.of_answer(id_of(answer)) == [Rating(Vote.DOWN, Reason.WRONG, "It was <@1> the 18th.")]
    assert amiss.components == []


async def test_a_vote_is_kept_with_question_generation_hits_and_answer(bot, ask, press, ledger):
    answer = await ask()
    await press(answer, "Helpful")
    [rated] = ledger.answers.list_rated()
    kept = ledger.answers.load(rated)
    assert rated == id_of(answer)
    assert kept.question.text == WHEN
    assert kept.answer.citations[0].quote == QUOTE
