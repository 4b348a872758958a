"""Amounts and days that were told, and are other ones since: a toll that grew, a price or a day that moved; pure."""

from __future__ import annotations

import re

from bot.amounts import Unit, find_amounts
from bot.disagreement.cues import LOWERS, MOVES, PLANS_TO_PAY, RAISES
from bot.disagreement.told import FEW_WEEKS, alike, are_within
from bot.disagreement.told_figures import Told, are_like
from index.lexical import tokenize

_ALIKE, _MUCH_ALIKE, _CLOSE = 0.45, 0.53, 0.55
_WORD_BEHIND = re.compile(r" (?!(?:for|from|with|than|and|this|that|but|over|before|after|since)\b)([^\W\d_]{3,})")


def outgrows(newer: Told, older: Told) -> bool:
    """Whether a later, higher figure is told of what was `at least` so many."""
    is_count = newer.amount.unit is Unit.COUNT
    is_higher = is_count and older.amount.is_least and newer.amount.value > older.amount.value
    named = find_amounts(newer.account.text, newer.account.day)
    return (
        is_higher
        and are_like(newer.amount, older.amount)
        and newer.account.moment > older.account.moment
        and are_within(newer.account, older.account, FEW_WEEKS)
        and min(newer.account.closeness, older.account.closeness) >= _CLOSE
        and alike(newer.account, older.account) >= _MUCH_ALIKE
        and not any(a.repeats(older.amount) for a in named)
    )


def has_moved(newer: Told, older: Told) -> bool:
    """Whether the newer sentence says that its price or day is another than was foreseen, or its count fell or rose.

    A day that had passed when the newer one was written is not the one that was put off.
    """
    a, b = newer.amount, older.amount
    if not are_like(a, b) or alike(newer.account, older.account) < _ALIKE:
        return False
    if newer.account.moment <= older.account.moment:
        return False
    if a.unit is Unit.COUNT:
        goes_there = LOWERS.search(newer.before) if b.value > a.value else RAISES.search(newer.before)
        return bool(goes_there) and min(newer.account.closeness, older.account.closeness) >= _CLOSE
    if not MOVES.search(newer.account.text):
        return False
    if a.unit is Unit.DAY:
        return newer.account.day is not None and b.value >= newer.account.day.toordinal()
    return a.unit is Unit.MONEY and all(PLANS_TO_PAY.search(t.account.text) for t in (newer, older))


def is_later_estimate(newer: Told, older: Told) -> bool:
    """Whether both say the same of another length of time within weeks, as `six weeks late` and `eleven weeks late`."""
    words = _word_behind(newer), _word_behind(older)
    is_soon = are_within(newer.account, older.account, FEW_WEEKS)
    return newer.amount.unit is Unit.TIME and bool(words[0]) and words[0] == words[1] and is_soon


def _word_behind(told: Told) -> list[str]:
    match = _WORD_BEHIND.match(told.account.text, told.amount.end)
    return tokenize(match[1]) if match else []
