"""The command /ask, what completes its options, and the modal for a follow-up."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.chat.asking import ask_by, continue_from
from bot.chat.failures import explain, tell_failure
from bot.chat.follow_up import FollowUpButton, read_submission
from bot.questions import Wording, make_question
from bot.smalltalk import MAX_QUESTION_CHARS

if TYPE_CHECKING:
    from bot.chat.client import NewsdeskBot

MAX_CHOICES = 25
_MAX_CHOICE_CHARS = 100


def add_to(bot: NewsdeskBot) -> None:
    """Register the command, the button and the modal."""
    bot.tree.add_command(_ask)
    bot.add_dynamic_items(FollowUpButton)
    bot.add_listener(_on_submission, "on_interaction")


@app_commands.command(name="ask", description="Ask about the news; every sentence comes with its source.")
@app_commands.describe(
    question="What you want to know",
    since="Only articles from this date on, such as 2025-04-17 or last week",
    until="Only articles up to this date",
    source="Only this outlet",
    as_of="Answer as on this date, from what was published by then",
    private="Show the answer to you alone",
)
async def _ask(
    interaction: discord.Interaction[NewsdeskBot],
    question: app_commands.Range[str, 1, MAX_QUESTION_CHARS],
    since: app_commands.Range[str, 1, 60] | None = None,
    until: app_commands.Range[str, 1, 60] | None = None,
    source: app_commands.Range[str, 1, 100] | None = None,
    as_of: app_commands.Range[str, 1, 60] | None = None,
    private: bool = False,
) -> None:
    wording = Wording(since=since or "", until=until or "", as_of=as_of or "", sources=(source,) if source else ())
    asked = make_question(question, wording, interaction.client.desk.settings.zone)
    await ask_by(interaction, asked, private=private)


@_ask.autocomplete("source")
async def complete_source(interaction: discord.Interaction[NewsdeskBot], typed: str) -> list[app_commands.Choice[str]]:
    """The outlets that contain what was typed."""
    bot = interaction.client
    try:
        generation: Any = await bot.run_apart(bot.desk.reader.current)
    except Exception as e:
        explain(e)
        return []
    return _choices(choose(generation.sources, typed))


@_ask.autocomplete("question")
async def _complete_question(
    interaction: discord.Interaction[NewsdeskBot], typed: str
) -> list[app_commands.Choice[str]]:
    ledger = interaction.client.ledger
    reader = ledger.readers.key_of(interaction.user.id)
    try:
        recent = await interaction.client.run_apart(partial(ledger.answers.recent_questions, reader, typed))
    except Exception as e:
        explain(e)
        return []
    return _choices(recent)


def choose(names: Iterable[str], typed: str) -> list[str]:
    """The names that contain what was typed, in any case; those that begin with it come first."""
    wanted = typed.strip().casefold()
    found = [n for n in names if wanted in n.casefold()]
    return sorted(found, key=lambda n: not n.casefold().startswith(wanted))


def _choices(names: Iterable[str]) -> list[app_commands.Choice[str]]:
    """As many as Discord takes, without those that are too long for it."""
    fitting = [n for n in names if 0 < len(n) <= _MAX_CHOICE_CHARS]
    return [app_commands.Choice(name=n, value=n) for n in fitting[:MAX_CHOICES]]


async def _on_submission(interaction: discord.Interaction[NewsdeskBot]) -> None:
    """Answer a follow-up with what its answer was about; private where that was."""
    submission = read_submission(interaction)
    if submission is None:
        return
    answer_id, text = submission
    bot = interaction.client
    try:
        kept = await bot.run_apart(partial(bot.ledger.answers.load, answer_id))
        history = continue_from(kept) if kept else ()
        question = make_question(text, Wording(), bot.desk.settings.zone, history)
    except Exception as e:
        await tell_failure(interaction, e)
        return
    source = interaction.message
    await ask_by(interaction, question, private=bool(source and source.flags.ephemeral))
