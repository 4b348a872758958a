"""The flow of one question: its turn, the quoted answer, prose as it is proven, the final answer with its buttons."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import discord

from bot.chat.failures import UNREACHABLE, describe_fault, explain
from bot.chat.pace import Pace
from bot.chat.plain import plain_answer, plain_notice
from bot.chat.render import render_answer, render_notice
from bot.chat.rules import Declined, hold_to_options
from bot.chat.surface import InteractionSurface, Page, Surface
from bot.chat.turns import describe_position
from bot.ledger.answers import KeptAnswer
from bot.ledger.config import ServerConfig
from bot.ledger.usage import Amount
from bot.types import Answer, Citation, Outcome, Question, Sentence, Turn
from index.errors import NewsdeskError

if TYPE_CHECKING:
    from bot.chat.client import NewsdeskBot

log = logging.getLogger("newsdesk.chat")

_MAX_TURNS = 5
_LONG_S = 4.0
"""After so long, quotes that wait for prose get their buttons."""
_TOKENS_A_WORD = 1.5
_FIXED_TOKENS = 300
_STILL_WRITING = "More is being written."
_NOT_ALL = "The rest of this answer could not be shown."


async def ask_by(interaction: discord.Interaction[NewsdeskBot], question: Question, *, private: bool = False) -> None:
    """Answer an interaction that nothing has responded to yet; never raises."""
    surface = InteractionSurface(interaction, private=private)
    await ask_in(interaction.client, interaction.user, question, surface)


async def ask_in(bot: NewsdeskBot, asked_by: discord.abc.User, question: Question, surface: Surface) -> None:
    """Answer a question on a surface, once however often Discord brings it; never raises."""
    if not bot.handled.put(surface.event, True):
        return
    asking = _Asking(bot, asked_by, question, surface)
    with bot.tracking():
        try:
            await asking.answer()
        except UNREACHABLE as e:
            log.warning("channel %s: an answer could not be shown: %s", surface.place.channel, describe_fault(e))
        except Exception as e:
            explain(e)
        finally:
            surface.end()


async def count_question(bot: NewsdeskBot, server: int | None, now: datetime, options: ServerConfig) -> None:
    """Count what somebody asks among the questions of the day.

    Raises:
        Declined: There were as many as may be.
    """
    reserve = partial(bot.ledger.usage.reserve, server, now, Amount(questions=1), options.daily_cap)
    if await bot.run_apart(reserve) is not None:
        raise Declined("As many questions were asked here today as I may answer. Please ask again tomorrow.")


def continue_from(kept: KeptAnswer) -> tuple[Turn, ...]:
    """The conversation up to an answer, for a question that follows up on it."""
    told = " ".join(s.text for s in kept.answer.sentences) or kept.answer.message
    return (*kept.question.history, Turn(kept.question.text, told))[-_MAX_TURNS:]


class _Asking:
    """One question on its way."""

    def __init__(self, bot: NewsdeskBot, asked_by: discord.abc.User, question: Question, surface: Surface) -> None:
        self._bot = bot
        self._asked_by = asked_by
        self._question = question
        self._surface = surface
        self._options = ServerConfig()
        self._pace: Pace[tuple[Page, discord.ui.View | None]] = Pace(self._show_meanwhile, bot.pace_s)
        self._aside: list[asyncio.Task[None]] = []
        self._position = self._told = 0
        self._quoted: Answer | None = None
        self._written: list[Sentence] = []
        self._cited: dict[int, Citation] = {}
        self._n_articles: int | None = None
        self._use_model = True
        self._reserved = Amount()

    async def answer(self) -> None:
        """Find the answer in its turn, and show it; where that fails, what was quoted, or why there is nothing."""
        place = self._surface.place
        try:
            await self._hold_to_options()
            async with self._bot.turns.take(
                server=place.server,
                reader=self._asked_by.id,
                on_position=self._wait_at,
                reader_per_minute=self._options.reader_per_minute,
                server_per_minute=self._options.server_per_minute,
            ):
                self._cancel_aside()
                await self._reserve()
                answer = await self._find()
                await self._give_back()
        except Exception as e:
            await self._pace.stop()
            if self._quoted is None:
                await self._surface.refuse(self._notice("Sorry", explain(e)))
                return
            answer = replace(self._quoted, notice=explain(e))
        finally:
            self._cancel_aside()
        await self._pace.stop()
        if answer is not None:
            await self._finish(answer)

    async def _hold_to_options(self) -> None:
        place = self._surface.place
        if place.server is not None:
            get = partial(self._bot.ledger.config.get, place.server, place.parent or place.channel)
            self._options = await self._bot.run_apart(get)
        roles = [role.id for role in getattr(self._asked_by, "roles", ())]
        self._question = hold_to_options(self._question, self._options, place, roles)

    async def _reserve(self) -> None:
        """Count the question among those of the day, and what a model may need; beyond the cap no model is asked."""
        await count_question(self._bot, self._surface.place.server, self._question.now, self._options)
        settings = self._bot.desk.settings
        self._use_model = self._options.model
        if self._use_model and settings.models:
            n_read = round(settings.llm_context_words * _TOKENS_A_WORD) + _FIXED_TOKENS
            self._reserved = self._bot.ledger.prices.amount_of(n_read, settings.llm_max_tokens)
            self._use_model = not await self._is_over(self._reserved)

    async def _is_over(self, wanted: Amount) -> bool:
        usage, place = self._bot.ledger.usage, self._surface.place
        reserve = partial(usage.reserve, place.server, self._question.now, wanted, self._options.daily_cap)
        return await self._bot.run_apart(reserve) is not None

    async def _give_back(self) -> None:
        """Count no tokens for a model that was not asked, for there was nothing to write about."""
        if self._use_model and self._reserved.tokens and self._quoted is None:
            usage, place = self._bot.ledger.usage, self._surface.place
            settle = partial(usage.settle, place.server, self._question.now, self._reserved, Amount())
            await self._bot.run_apart(settle)

    def _wait_at(self, position: int) -> None:
        """Take in the place among those that wait; it is told again whenever it is a fourth of what was told."""
        if not self._position:
            self._aside.append(asyncio.create_task(self._tell_soon()))
        self._position = position
        if position <= self._told // 4:
            self._tell_position()

    async def _tell_soon(self) -> None:
        await self._surface.acknowledge()
        await asyncio.sleep(self._bot.pace_s)
        self._tell_position()

    def _tell_position(self) -> None:
        self._told = self._position
        self._pace.offer((self._notice("Please wait", describe_position(self._position)), None))

    def _cancel_aside(self) -> None:
        for task in self._aside:
            task.cancel()

    async def _find(self) -> Answer | None:
        """The answer; None where nothing can be said."""
        if not await self._surface.begin():
            return None
        loop, context = asyncio.get_running_loop(), copy_context()

        def in_loop(act: Callable[..., None]) -> Callable[..., None]:
            def call(*found: Any) -> None:
                loop.call_soon_threadsafe(act, *found, context=context)

            return call

        on_quoted, on_sentence = in_loop(self._take_quoted), in_loop(self._take_sentence)
        return await self._bot.find_answer(self._question, on_quoted, on_sentence, use_model=self._use_model)

    def _take_quoted(self, answer: Answer) -> None:
        self._quoted = answer
        self._pace.offer((self._render(answer)[0], None))
        self._aside.append(asyncio.create_task(self._add_row(answer)))

    async def _add_row(self, quoted: Answer) -> None:
        """Give the quotes their buttons where they stand long; those of prose would have other numbers."""
        await asyncio.sleep(_LONG_S)
        if not self._written:
            self._pace.offer((self._render(quoted)[0], await self._keep(quoted)))

    def _take_sentence(self, sentence: Sentence, citations: tuple[Citation, ...]) -> None:
        self._written.append(sentence)
        self._cited |= {c.n: c for c in citations}
        if self._quoted:
            so_far = replace(
                self._quoted,
                outcome=Outcome.ANSWERED,
                sentences=tuple(self._written),
                citations=tuple(self._cited[n] for n in sorted(self._cited)),
                disagreement=None,
                freshness="",
                notice=_STILL_WRITING,
            )
            self._pace.offer((self._render(so_far)[0], None))

    async def _show_meanwhile(self, shown: tuple[Page, discord.ui.View | None]) -> None:
        try:
            await self._surface.show(*shown)
        except UNREACHABLE as e:
            log.warning("channel %s: not shown for now: %s", self._surface.place.channel, describe_fault(e))
        except Exception as e:  # it must not cost the answer
            explain(e)

    async def _finish(self, answer: Answer) -> None:
        self._n_articles = await self._count_articles(answer)
        first, *rest = self._render(answer)
        view = await self._keep(answer)
        await self._surface.show(first, view)
        try:
            for page in rest:
                await self._surface.add(page)
        except UNREACHABLE as e:
            log.warning("channel %s: not shown to its end: %s", self._surface.place.channel, describe_fault(e))
            cut = replace(answer, notice=f"{answer.notice} {_NOT_ALL}".strip())
            await self._surface.show(self._render(cut)[0], view)

    async def _keep(self, answer: Answer) -> discord.ui.View | None:
        """Keep the answer in the ledger, and make the buttons under it; none where there was nothing to search for."""
        if answer.outcome is Outcome.NO_SEARCH:
            return None
        ledger, place = self._bot.ledger, self._surface.place
        reader = ledger.readers.key_of(self._asked_by.id)
        keep = partial(ledger.answers.keep, self._question, answer, reader, place.server, place.channel)
        try:
            answer_id = await self._bot.run_apart(keep)
        except Exception as e:  # an answer without buttons is better than none
            explain(e)
            return None
        if place.channel is not None and not self._surface.private:
            self._bot.last_answers.put(place.channel, answer_id)
        view = self._bot.row_under(answer, answer_id, private=self._surface.private)
        view.stop()  # else discord.py keeps it; its items are dynamic
        return view

    async def _count_articles(self, answer: Answer) -> int | None:
        """Articles of the generation that was asked, if it is still the live one."""
        if not answer.generation:
            return None
        try:
            generation: Any = await self._bot.run_apart(self._bot.desk.reader.current)
        except NewsdeskError:
            return None
        return generation.manifest.n_articles if generation.name == answer.generation else None

    def _notice(self, title: str, text: str) -> Page:
        return Page(text=plain_notice(title, text)) if self._surface.plain else Page((render_notice(title, text),))

    def _render(self, answer: Answer) -> list[Page]:
        if self._surface.plain:
            return [Page(text=text) for text in plain_answer(answer, self._n_articles)]
        return [Page(tuple(embeds)) for embeds in render_answer(answer, self._n_articles)]
