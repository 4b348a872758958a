"""Proof on tap: the paragraph behind a citation with its neighbours, and the way to other paragraphs and sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import discord
from discord import Embed, ui

from bot.chat.kept import ANSWER, OfAnswer, make_view
from bot.chat.render import clip, escape, name_source, quote_paragraph, show_plainly, web_address
from bot.chat.surface import NOBODY
from bot.ledger.answers import KeptAnswer
from bot.types import Answer, Citation
from index.errors import NewsdeskError
from index.segment import to_timestamp

if TYPE_CHECKING:
    from bot.chat.client import NewsdeskBot
    from index.reader import Reader

_MAX_NUMBERED = 5
_MAX_OPTIONS = 25
_MAX_TITLE = 256
_MAX_URL = 2048
_MAX_ALONE = 3700
_MAX_BETWEEN = 2700
"""Of the paragraph where its neighbours stand beside it: with them and the notes it fits into an embed's 4,096."""
_MAX_NEIGHBOUR = 300
_CITED = 0
"""Stands in a custom id for the paragraph that the source cites."""
_LABELS = {
    "before": "Previous paragraph",
    "behind": "Next paragraph",
    "cited": "Cited paragraph",
    "last": "Previous source",
    "next": "Next source",
}
_CHANGED = "The article has changed or is gone. This is the paragraph as it stood when the answer was given."


@dataclass(frozen=True, slots=True)
class Proof:
    """A paragraph of a cited article.

    Attributes:
        number: Of the paragraph that is shown; one of `paragraphs`.
        paragraphs: All of the article, by number; the cited one alone where the article is no longer as it was.
        is_whole: Whether the article is still as it was.
    """

    answer: Answer
    citation: Citation
    number: int
    paragraphs: Mapping[int, str]
    is_whole: bool

    @property
    def quote(self) -> str:
        """The words that prove a sentence, in the paragraph that is shown; empty in another one."""
        return self.citation.quote if self.number == self.citation.paragraph else ""

    @property
    def before(self) -> int | None:
        """Number of the paragraph before."""
        return max((n for n in self.paragraphs if n < self.number), default=None)

    @property
    def behind(self) -> int | None:
        """Number of the paragraph behind."""
        return min((n for n in self.paragraphs if n > self.number), default=None)


def open_proof(answer: Answer, n: int, number: int, reader: Reader, moment: datetime) -> Proof:
    """A paragraph of the n-th source, from the live generation or, where the article is gone, as the answer has it.

    Args:
        moment: As of which the answer was given; of an article that was changed since, neighbours are not shown either.
    """
    citation = answer.citations[n - 1]
    try:
        generation = reader.current()
        paragraphs = generation.paragraphs_of(citation.article_id)
        is_changed = generation.article(citation.article_id).changed > to_timestamp(moment)
        is_whole = paragraphs.get(citation.paragraph) == citation.text and not is_changed
    except (KeyError, NewsdeskError):
        is_whole = False
    if not is_whole:
        paragraphs = {citation.paragraph: citation.text}
    shown = number if number in paragraphs else citation.paragraph
    return Proof(answer, citation, shown, paragraphs, is_whole)


def render_proof(proof: Proof) -> Embed:
    """The whole paragraph with the sentence in bold, between the ends of its neighbours that are next to it."""
    c = proof.citation
    shown = quote_paragraph(proof.paragraphs[proof.number], proof.quote, _MAX_ALONE)
    number = f"{proof.number} of {len(proof.paragraphs)}" if proof.is_whole else str(proof.number)
    note = ", cited, the sentence in bold" if proof.quote else ""
    parts = [f"*Paragraph {number}{note}*\n{shown}"]
    if len(shown) <= _MAX_BETWEEN:
        if proof.before is not None:
            parts.insert(0, _neighbour(proof.before, _end_of(proof.paragraphs[proof.before])))
        if proof.behind is not None:
            parts.append(_neighbour(proof.behind, clip(proof.paragraphs[proof.behind], _MAX_NEIGHBOUR)))
    if not proof.is_whole:
        parts.append(f"*{_CHANGED}*")
    link = c.link if proof.quote else c.url
    embed = Embed(
        title=clip(escape(c.title), _MAX_TITLE),
        url=web_address(link, _MAX_URL) or web_address(c.url, _MAX_URL) or None,
        description="\n\n".join(parts),
    )
    embed.set_author(name=name_source(c))
    embed.set_footer(text=f"source {c.n} of {len(proof.answer.citations)}")
    return embed


def choose_proof(answer: Answer, answer_id: str) -> list[ui.Item[Any]]:
    """What opens the proofs of an answer: a button for each of a few sources, a select for more; none without any."""
    n_sources = len(answer.citations)
    if n_sources > _MAX_NUMBERED:
        return [ProofSelect(answer_id, answer.citations)]
    return [ProofButton(answer_id, "open", n, label=f"Proof {n}") for n in range(1, n_sources + 1)]


class ProofButton(
    OfAnswer[ui.Button[Any]],
    template=rf"pf:{ANSWER}:([a-z]+):([0-9]{{1,3}}):([0-9]{{1,6}})",
):
    """Opens the proof of a source, or goes on to another paragraph or source where one is open."""

    def __init__(
        self,
        answer_id: str,
        move: str,
        n: int | str,
        paragraph: int | str = _CITED,
        *,
        label: str = "",
        disabled: bool = False,
    ) -> None:
        custom_id = f"pf:{answer_id}:{move}:{n}:{paragraph}"
        row = 1 if move in ("last", "next") else 0
        super().__init__(ui.Button(label=label or _LABELS.get(move), custom_id=custom_id, disabled=disabled, row=row))
        self.answer_id = answer_id
        self._move = move
        self._n = int(n)
        self._paragraph = int(paragraph)

    async def press(self, interaction: discord.Interaction[NewsdeskBot], kept: KeptAnswer) -> None:
        """Show the paragraph to whoever pressed it."""
        await _show(interaction, kept, self._n, self._paragraph, is_open=self._move != "open")


class ProofSelect(OfAnswer[ui.Select[Any]], template=rf"ps:{ANSWER}"):
    """Opens the proof of the source that is chosen."""

    def __init__(self, answer_id: str, citations: tuple[Citation, ...] = ()) -> None:
        options = [
            discord.SelectOption(
                label=clip(name_source(c), 100), value=str(c.n), description=clip(show_plainly(c.title), 100) or None
            )
            for c in citations[:_MAX_OPTIONS]
        ]
        super().__init__(ui.Select(custom_id=f"ps:{answer_id}", placeholder="Open the proof", options=options, row=0))
        self.answer_id = answer_id

    async def press(self, interaction: discord.Interaction[NewsdeskBot], kept: KeptAnswer) -> None:
        """Show the cited paragraph to whoever chose it."""
        await _show(interaction, kept, int(self.item.values[0]), _CITED, is_open=False)


async def _show(
    interaction: discord.Interaction[NewsdeskBot], kept: KeptAnswer, n: int, number: int, *, is_open: bool
) -> None:
    bot = interaction.client
    proof = await bot.run_apart(partial(open_proof, kept.answer, n, number, bot.desk.reader, kept.question.moment))
    embed, view = render_proof(proof), _moves(kept.id, proof)
    if is_open:
        await interaction.response.edit_message(embed=embed, view=view, allowed_mentions=NOBODY)
    else:
        await interaction.response.send_message(embed=embed, view=view, ephemeral=True, allowed_mentions=NOBODY)


def _moves(answer_id: str, proof: Proof) -> ui.View:
    """Where one can go from a proof; at an end, what leads on cannot be pressed."""
    n, n_sources = proof.citation.n, len(proof.answer.citations)
    buttons = [
        ProofButton(answer_id, "before", n, proof.before or proof.number, disabled=proof.before is None),
        ProofButton(answer_id, "behind", n, proof.behind or proof.number, disabled=proof.behind is None),
    ]
    if not proof.quote:
        buttons.append(ProofButton(answer_id, "cited", n))
    if n_sources > 1:
        buttons.append(ProofButton(answer_id, "last", max(1, n - 1), disabled=n == 1))
        buttons.append(ProofButton(answer_id, "next", min(n_sources, n + 1), disabled=n == n_sources))
    return make_view(*buttons)


def _neighbour(number: int, text: str) -> str:
    return f"*Paragraph {number}*\n{escape(text)}"


def _end_of(text: str) -> str:
    """The end of a text that is too long, from the beginning of a word."""
    if len(text) <= _MAX_NEIGHBOUR:
        return text
    end = text[-_MAX_NEIGHBOUR:]
    return "…" + (end.partition(" ")[2] or end)


def add_to(bot: NewsdeskBot) -> None:
    """Let the components of all answers work, those of before the bot's start too."""
    bot.add_dynamic_items(ProofButton, ProofSelect)
