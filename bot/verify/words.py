"""Whether two words mean the same, or the opposite. Pure."""

from __future__ import annotations

from bot.verify.figures import Figure, same_figure
from bot.verify.tokens import Token


def same_word(a: Token, b: Token) -> bool:
    """Whether two words may mean the same, or the opposite of each other."""
    if a.figure or b.figure:
        return bool(a.figure and b.figure and (same_figure(a.figure, b.figure) or _is_elliptic(a.figure, b.figure)))
    if not a.keys.isdisjoint(b.keys) or (a.opposites and b.opposites and shared_opposites(a, b)):
        return True
    short = min(len(a.text), len(b.text))
    return short >= 5 and a.text[: max(5, short - 3)] == b.text[: max(5, short - 3)]


def opposed(a: Token, b: Token) -> bool:
    """Whether two words are the opposites of each other, as they stand."""
    return not a.opposites & b.opposites and any((c, not opposite) in b.opposites for c, opposite in a.opposites)


def shared_opposites(a: Token, b: Token) -> set[str]:
    """The pairs of opposites to which both words belong."""
    return {concept for concept, _ in a.opposites} & {concept for concept, _ in b.opposites}


def _is_elliptic(a: Figure, b: Figure) -> bool:
    """Whether one is a percentage and the other the same number without the word."""
    return {a.kind, b.kind} == {"percent", "number"} and a.value == b.value
