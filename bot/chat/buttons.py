"""What can be pressed under an answer: its proofs and sources, questions that lead on from it, sharing, and votes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, cast

import discord
from discord import Embed, ui

from bot.chat.asking import ask_by, continue_from
from bot.chat.feedback import VoteButton
from bot.chat.kept import ANSWER, OfAnswer, make_view
from bot.chat.plain import plain_answer
from bot.chat.proof import choose_proof
from bot.chat.render import clip, escape, link_title, pack_embeds, render_answer
from bot.chat.surface import NOBODY, ChannelSurface, Page, post_once
from bot.development import asks_for_development
from bot.ledger.answers import KeptAnswer
from bot.ledger.errors import BadRequest
from bot.ledger.feedback import Vote
from bot.lines import Line
from bot.terminal import format_day
from bot.types import Answer, Citation, Outcome, Question

if TYPE_CHECKING:
    from bot.chat.client import NewsdeskBot

_MAX_DESCRIPTION = 4096
_MAX_TITLE = 150
_MAX_SOURCE = 100
_ACTIONS_ROW = 1
_MAY_NOT_WRITE = "I may not write in this channel."
_RELAXED = {
    Outcome.OUT_OF_RANGE: ("anytime", "Ask without the dates"),
    Outcome.FILTERED_OUT: ("anywhere", "Ask without the filter"),
}
_DEVELOPMENT = Line("How did this unfold?", "这件事的来龙去脉是怎样的？")


def row_under(answer: Answer, answer_id: str, *, private: bool = False) -> ui.View:
    """What can be pressed under an answer, without what makes no sense for it; nothing where nothing was searched.

    Args:
        answer_id: The answer's id in the ledger.
        private: Whether the answer is for one reader of a channel alone.
    """
    if answer.outcome is Outcome.NO_SEARCH:
        return make_view()
    votes = [VoteButton(answer_id, vote) for vote in Vote]
    if not answer.citations:
        return make_view(_second_try(answer, answer_id), *votes)
    since = f" since {format_day(answer.newest_source)}" if answer.newest_source else ""
    actions: list[ui.Item[Any]] = [
        SourcesButton(answer_id),
        AskAgainButton(answer_id, "new", f"What's new{since}"),
    ]
    if not asks_for_development(answer.question):
        actions.append(AskAgainButton(answer_id, "story", "How it unfolded"))
    if private:
        actions.append(ShareButton(answer_id))
    return make_view(*choose_proof(answer, answer_id), *actions, *votes)


class SourcesButton(OfAnswer[ui.Button[Any]], template=rf"so:{ANSWER}"):
    """Lists all sources of an answer."""

    def __init__(self, answer_id: str) -> None:
        super().__init__(ui.Button(label="Sources", custom_id=f"so:{answer_id}", row=_ACTIONS_ROW))
        self.answer_id = answer_id

    async def press(self, interaction: discord.Interaction[NewsdeskBot], kept: KeptAnswer) -> None:
        """List them for whoever pressed it."""
        first, *rest = pack_embeds(list_sources(kept.answer))
        await interaction.response.send_message(embeds=first, ephemeral=True, allowed_mentions=NOBODY)
        for embeds in rest:
            await post_once(interaction, Page(tuple(embeds)), private=True)


class AskAgainButton(OfAnswer[ui.Button[Any]], template=rf"aa:{ANSWER}:(new|story|again|anytime|anywhere)"):
    """Asks a question that leads on from an answer."""

    def __init__(self, answer_id: str, way: str, label: str = "") -> None:
        super().__init__(ui.Button(label=label, custom_id=f"aa:{answer_id}:{way}", row=_ACTIONS_ROW))
        self.answer_id = answer_id
        self._way = way

    async def press(self, interaction: discord.Interaction[NewsdeskBot], kept: KeptAnswer) -> None:
        """Answer it by a new message, for the reader alone where the first answer was."""
        question = _WAYS[self._way](kept, datetime.now(UTC), interaction.client.desk.settings.zone)
        private = interaction.message is not None and interaction.message.flags.ephemeral
        await ask_by(interaction, question, private=private)


class ShareButton(OfAnswer[ui.Button[Any]], template=rf"sh:{ANSWER}"):
    """Posts a private answer into its channel, without the name of whoever asked."""

    def __init__(self, answer_id: str) -> None:
        super().__init__(ui.Button(label="Share in this channel", custom_id=f"sh:{answer_id}", row=_ACTIONS_ROW))
        self.answer_id = answer_id

    async def press(self, interaction: discord.Interaction[NewsdeskBot], kept: KeptAnswer) -> None:
        """Post it once, and tell the reader where that cannot be."""
        await interaction.response.defer()  # a second delivery of the same press ends here
        surface = ChannelSurface(cast(discord.abc.Messageable, interaction.channel))
        try:
            if not await surface.begin():
                raise BadRequest(_MAY_NOT_WRITE)
            await _post(kept, surface, interaction.client.row_under(kept.answer, kept.id))
        except discord.Forbidden as e:
            raise BadRequest(_MAY_NOT_WRITE) from e
        finally:
            surface.end()
        self.item.label, self.item.disabled = "Shared", True
        if self.view:
            self.view.stop()
            await interaction.edit_original_response(view=self.view, allowed_mentions=NOBODY)


def _second_try(answer: Answer, answer_id: str) -> AskAgainButton:
    """For a refusal: the question without what left no answer, or, where its own words demand that, once more."""
    way, label = _RELAXED.get(answer.outcome, ("", ""))
    if not way or "only" in answer.query:
        way, label = "again", "Ask again"
    return AskAgainButton(answer_id, way, label)


def list_sources(answer: Answer) -> list[Embed]:
    """Each article with its outlet and day, and below it what is quoted of it, linked to where it stands."""
    bodies = [""]
    for article_id in dict.fromkeys(c.article_id for c in answer.citations):
        own = [c for c in answer.citations if c.article_id == article_id]
        for line in (_article_line(own[0]), *map(_quote_line, own)):
            if len(bodies[-1]) + len(line) > _MAX_DESCRIPTION:
                bodies.append("")
            bodies[-1] += line
    return [Embed(title="Sources" if n == 0 else None, description=body) for n, body in enumerate(bodies)]


def _article_line(c: Citation) -> str:
    title, source = clip(escape(c.title), _MAX_TITLE), clip(escape(c.source), _MAX_SOURCE)
    return f"**{title}**, {source}, {format_day(c.published_at)}\n"


def _quote_line(c: Citation) -> str:
    return f"- \\[{c.n}\\] paragraph {c.paragraph}: {link_title(c.quote, c.link, c.url)}\n"


async def _post(kept: KeptAnswer, surface: ChannelSurface, view: ui.View) -> None:
    if surface.plain:
        first, *rest = (Page(text=text) for text in plain_answer(kept.answer))
    else:
        first, *rest = (Page(tuple(embeds)) for embeds in render_answer(kept.answer))
    await surface.show(first, view)
    for page in rest:
        await surface.add(page)


def _ask_what_is_new(kept: KeptAnswer, now: datetime, zone: tzinfo) -> Question:
    """The same question, about what came after the newest source or, without any that is dated, after the answer."""
    newest = kept.answer.newest_source
    since = newest + timedelta(seconds=1) if newest else kept.question.now
    filters = replace(kept.question.filters, since=since.astimezone(zone), until=None, as_of=None)
    return replace(kept.question, now=now, filters=filters)


def _ask_how_it_unfolded(kept: KeptAnswer, now: datetime, _: tzinfo) -> Question:
    """The same in the language of what was told, for it is to be followed up on in the words of its sources."""
    history = continue_from(kept)
    return Question(_DEVELOPMENT.to(history[-1].answer), now, kept.question.filters, history)


def _ask_the_same(kept: KeptAnswer, now: datetime, _: tzinfo) -> Question:
    return replace(kept.question, now=now)


def _ask_anytime(kept: KeptAnswer, now: datetime, _: tzinfo) -> Question:
    return replace(kept.question, now=now, filters=replace(kept.question.filters, since=None, until=None))


def _ask_anywhere(kept: KeptAnswer, now: datetime, _: tzinfo) -> Question:
    filters = replace(kept.question.filters, sources=(), excluded=(), language=None)
    return replace(kept.question, now=now, filters=filters)


_WAYS: dict[str, Callable[[KeptAnswer, datetime, tzinfo], Question]] = {
    "new": _ask_what_is_new,
    "story": _ask_how_it_unfolded,
    "again": _ask_the_same,
    "anytime": _ask_anytime,
    "anywhere": _ask_anywhere,
}


def add_to(bot: NewsdeskBot) -> None:
    """Let the buttons of all answers work, those of before the bot's start too."""
    bot.add_dynamic_items(SourcesButton, AskAgainButton, ShareButton)
