"""What a text is read as: tokens, in clauses, in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bot.verify.figures import Figure


@dataclass(frozen=True, slots=True)
class Token:
    """A word, name or figure that says something.

    Attributes:
        kind: word, name or figure.
        keys: Its stem, or the forms that a figure may have.
        opposites: The pairs of opposites it belongs to, each with whether it is the second of the pair as it stands.
        negated: Whether it stands below a negator.
        certainty: 0 for a fact, 1 for what is to come, 2 for what may be.
        past: Whether it is told as having happened.
        passive: Whether it is a verb in the passive voice.
        verb: Whether it looks like a verb.
        preposition: The one before it, if any since the last verb.
    """

    text: str
    kind: str
    keys: frozenset[str]
    sentence: int
    clause: int
    at: int
    length: int
    opposites: frozenset[tuple[str, bool]] = frozenset()
    negated: bool = False
    certainty: int = 0
    past: bool = False
    passive: bool = False
    verb: bool = False
    preposition: str = ""
    figure: Figure | None = None


Item = tuple[str, Token | None]
"""A word of a sentence by its stem, with its token if it says something."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence between commas and conjunctions.

    Attributes:
        words: All its words, in lower case.
        opening: The first of them.
        sequence: All its words in order.
    """

    number: int
    sentence: int
    tokens: tuple[Token, ...]
    pronouns: tuple[str, ...]
    words: frozenset[str]
    opening: str
    sequence: tuple[Item, ...]


@dataclass(frozen=True, eq=False)
class Reading:
    """A text, read; its phrases are single words in `text`. It is equal to itself alone, and so a cheap key."""

    text: str
    clauses: tuple[Clause, ...]
    quotes: tuple[str, ...]

    @cached_property
    def tokens(self) -> list[Token]:
        """All tokens in order."""
        return [t for c in self.clauses for t in c.tokens]

    def tokens_of(self, kind: str) -> list[Token]:
        """Tokens of one kind in order."""
        return [t for t in self.tokens if t.kind == kind]
