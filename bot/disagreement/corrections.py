"""Amounts that a newer report takes back or disputes, its own or those of another; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.accounts import Account
from bot.amounts import Unit, find_amounts
from bot.disagreement.cues import DISPUTES, REVISES
from bot.disagreement.told import Contrast, alike, show
from bot.disagreement.told_figures import NEAR_RATIO, Told, are_like, ratio_of, read_all
from bot.types import Difference

MIN_ALIKE = 0.35
_CLOSE = 0.45
_FEW = 10
_MAX_RATIO, _MAX_RATIO_QUOTED = 8, 3
_NEVER = re.compile(r"\bw(?:as|ere) never\b", re.IGNORECASE)


def judge_quote(newer: Told, older: Told, others: Sequence[Account]) -> Difference | None:
    """What the newer article makes of the older amount, where it names that too."""
    if ratio_of(newer, older) > _MAX_RATIO_QUOTED:
        return None
    cosine = alike(newer.account, older.account)
    for part in _parts_that_quote(newer, older):
        is_revised = bool(REVISES.search(part) or _NEVER.search(part))
        is_disputed = bool(DISPUTES.search(part))
        if (is_revised or is_disputed) and max(cosine, _likeness_around(newer, older, others)) >= MIN_ALIKE:
            return Difference.CORRECTED if is_revised else Difference.DIFFERENT
    return None


def contrast_withdrawn(units: frozenset[Unit], accounts: Sequence[Account]) -> Contrast | None:
    """An amount that an article takes back, and before it the one that the same paragraph puts in its place.

    Args:
        accounts: The likeliest answer first.
    """
    told = list(read_all(accounts, units))
    withdrawn = (t for t in told if t.is_withdrawn and t.amount.unit in units and t.account.closeness >= _CLOSE)
    for old in (t for t in withdrawn if REVISES.search(t.account.evidence.paragraph_text)):
        own = [t for t in told if t.account.article_id == old.account.article_id and not t.is_withdrawn]
        beside = [t for t in own if _replaces(t, old)]
        for new in (t for t in own if t.amount.unit in units):
            if new.account is not old.account and any(new.amount.repeats(t.amount) for t in beside):
                return show(Difference.CORRECTED, [(new.account, new.span), (old.account, old.span)])
    return None


def _replaces(told: Told, old: Told) -> bool:
    """Whether an amount stands in the paragraph of one that is withdrawn, and may be of the same thing."""
    is_beside = told.account.evidence.paragraph == old.account.evidence.paragraph
    is_other = not told.amount.repeats(old.amount) and ratio_of(told, old) <= _MAX_RATIO
    return is_beside and is_other and (are_like(told.amount, old.amount) or told.amount.is_bare)


def _likeness_around(newer: Told, older: Told, others: Sequence[Account]) -> float:
    """How much the likest sentence in the paragraphs around the newer one is like the older one."""
    article, at = newer.account.article_id, newer.account.evidence.paragraph
    around = (a for a in others if a.article_id == article and abs(a.evidence.paragraph - at) <= 1)
    return max((alike(a, older.account) for a in around), default=0.0)


def _parts_that_quote(newer: Told, older: Told) -> Iterator[str]:
    """Paragraphs near the newer amount, or their headline, that name the older one."""
    if older.amount.unit is Unit.COUNT and (older.amount.value < _FEW or not _may_count_the_same(newer, older)):
        return
    if newer.amount.unit is not older.amount.unit and (
        newer.amount.unit is not Unit.COUNT or ratio_of(newer, older) > NEAR_RATIO
    ):
        return
    for part in newer.account.surroundings.split("\n"):
        amounts = find_amounts(part, newer.account.day)
        named = (a for a in amounts if are_like(a, older.amount) or a.is_bare)
        if any(a.repeats(older.amount) and not a.repeats(newer.amount) for a in named):
            yield part


def _may_count_the_same(a: Told, b: Told) -> bool:
    return are_like(a.amount, b.amount) or a.amount.is_bare or b.amount.is_bare
