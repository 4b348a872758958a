"""Those in a hurry go before those that compute, but not for ever."""

from __future__ import annotations

import asyncio

from bot.chat.quiet import Quiet


async def test_nothing_is_waited_for_where_nobody_is_in_a_hurry():
    async with asyncio.timeout(10):
        await Quiet(patience_s=30).wait()


async def test_what_computes_waits_for_the_last_in_a_hurry():
    quiet = Quiet(patience_s=30)
    with quiet.needed():
        with quiet.needed():
            waiting = asyncio.create_task(quiet.wait())
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not waiting.done()
    async with asyncio.timeout(10):
        await waiting


async def test_what_computes_is_not_held_back_for_ever():
    quiet = Quiet(patience_s=0)
    with quiet.needed():
        async with asyncio.timeout(10):
            await quiet.wait()


async def test_no_answer_is_looked_for_while_a_reader_waits_to_be_acknowledged(loopback, guild, bot, desk, reader):
    bot.quiet = Quiet(patience_s=30)
    held = loopback.rest.hold("POST", "/interactions/*")
    reply = await reader.slash("ask", question="Who built it?")
    await held.reached()
    asked = await guild.add_member("other").mention(guild.channel, "When did it open?")
    await loopback.until(lambda: bot.turns.n_running == 2, "the second question to have its turn")
    await loopback.gateway.delivered()
    assert desk.answerer.asked == []
    held.release()
    await asked.final()
    await reply.final()
    assert {question.text for question in desk.answerer.asked} == {"Who built it?", "When did it open?"}
