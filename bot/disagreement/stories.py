"""Whole stories that two outlets tell of one event; pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from bot.accounts import Account
from bot.disagreement.cues import DISPUTES, SETS_AGAINST
from bot.disagreement.told import Contrast, alike, are_within, in_order
from bot.types import Difference

_MIN_CHARS = 30
_SAME_STORY, _CLOSE = 0.6, 0.45
_RELATED = 0.45


def contrast_doubted(accounts: Sequence[Account]) -> Contrast | None:
    """What two outlets tell of one event, one of them against the other, where the question doubts what is true."""
    told = [a for a in accounts if a.closeness >= _CLOSE and _tells(a)]
    disputed = [a for a in told if DISPUTES.search(a.surroundings)]
    return _choose([(a, b) for a in disputed for b in told if _tell_at_once(a, b) and alike(a, b) >= _SAME_STORY])


def set_against(accounts: Sequence[Account]) -> list[Account]:
    """Those that say themselves that others tell it differently."""
    return [a for a in accounts if SETS_AGAINST.search(a.text)]


def contrast_set_against(claims: Sequence[Account], others: Sequence[Account]) -> Contrast | None:
    """A claim that says that others tell it differently, and the likeliest answer of another outlet.

    Args:
        others: The likeliest answer first.
    """
    told = ((a, b) for a in set_against(claims) for b in others if _tell_at_once(a, b) and alike(a, b) >= _RELATED)
    return _choose(list(islice(told, 1)))


def _choose(pairs: Sequence[tuple[Account, Account]]) -> Contrast | None:
    best = max(pairs, key=lambda pair: alike(*pair) + 2 * min(a.closeness for a in pair), default=None)
    if best is None:
        return None
    return Contrast(Difference.DIFFERENT, tuple(a.evidence for a in in_order(*best)), ("", ""))


def _tell_at_once(a: Account, b: Account) -> bool:
    return a.source != b.source and are_within(*in_order(a, b))


def _tells(account: Account) -> bool:
    return len(account.text) >= _MIN_CHARS and not account.text.rstrip("\"'”’").endswith(("?", "？"))
