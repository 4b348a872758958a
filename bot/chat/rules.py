"""What the options of a server and of a channel make of a question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.ledger.config import Replies, ServerConfig
from bot.types import Question
from index.errors import NewsdeskError
from index.types import Filters


class Declined(NewsdeskError):
    """A question that is not answered there; the message is a sentence for its reader."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody asks.

    Attributes:
        server: None in direct messages.
        parent: The channel that a thread is in; None for what is no thread.
        is_message: Whether it is asked by a message, and not by a command or button.
    """

    server: int | None
    channel: int | None
    parent: int | None = None
    is_message: bool = False

    @property
    def channels(self) -> tuple[int, ...]:
        """The channel, and that of the thread."""
        return tuple(c for c in (self.channel, self.parent) if c is not None)


def hold_to_options(question: Question, options: ServerConfig, place: Place, roles: Iterable[int]) -> Question:
    """The question within what the options let be searched.

    Raises:
        Declined: They do not let it be asked.
    """
    if not options.allows(place.channels, roles):
        raise Declined("I may not answer you here: this server has set who may ask me, and in which channels.")
    if place.is_message and options.replies is Replies.THREADS and place.parent is None:
        raise Declined("On this server I answer messages in threads only. Please use /ask here.")
    if len(question.text) > options.max_question_chars:
        raise Declined(
            f"That is {len(question.text)} characters long. Please ask in at most {options.max_question_chars}."
        )
    allowed = Filters(sources=options.sources, language=options.language or None)
    return replace(question, filters=question.filters.narrow(allowed))
