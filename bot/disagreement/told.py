"""An answer as an account tells it, and two of them that cannot both be true; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.accounts import Account
from bot.disagreement.cues import DISPUTES, FORESEES, IN_YEAR, PERIODS, REVISES
from bot.evidence import Evidence
from bot.types import Difference
from bot.verify.reading import Token, names_within, read

FEW_DAYS, FEW_WEEKS = timedelta(days=4), timedelta(days=14)

Span = tuple[int, int]
"""Half-open range of a sentence's characters."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """Sentences that differ in one thing, the newest first.

    Attributes:
        sides: Their decisive words are their highlights.
        words: For each, the words that differ; empty where whole stories do.
    """

    kind: Difference
    sides: tuple[Evidence, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two accounts that differ, the newer first, where in each, and how sure that is."""

    kind: Difference
    newer: Account
    older: Account
    spans: tuple[Span, Span]
    score: float


def choose_pair(pairs: Iterable[Pair | None]) -> Contrast | None:
    """The surest of some pairs."""
    best = max(filter(None, pairs), key=lambda pair: pair.score, default=None)
    if best is None:
        return None
    return show(best.kind, [(best.newer, best.spans[0]), (best.older, best.spans[1])])


def show(kind: Difference, sides: Iterable[tuple[Account, Span]]) -> Contrast:
    """A contrast of accounts, each with where its decisive words stand; the newest first."""
    ordered = sorted(sides, key=lambda side: side[0].moment, reverse=True)
    return Contrast(
        kind,
        tuple(replace(account.evidence, highlights=(span,)) for account, span in ordered),
        tuple(account.text[a:b] for account, (a, b) in ordered),
    )


def read_tokens(text: str) -> list[Token]:
    """The words, names and figures of a text."""
    return read(text, None, names_within(text)).tokens


def alike(a: Account, b: Account) -> float:
    """Cosine of what two accounts mean."""
    return float(a.vector @ b.vector)


def in_order(a: Account, b: Account) -> tuple[Account, Account]:
    """The newer one first."""
    return (a, b) if a.moment >= b.moment else (b, a)


def are_within(newer: Account, older: Account, span: timedelta = FEW_DAYS) -> bool:
    """Whether so little time lies between them."""
    return newer.moment - older.moment <= span


def tell_difference(newer: Account, older: Account) -> Difference:
    """Whether the newer account corrects the older one, by the words around it, brings it up to date or differs."""
    if REVISES.search(newer.surroundings):
        return Difference.CORRECTED
    is_later = newer.source == older.source or not are_within(newer, older, FEW_WEEKS)
    return Difference.UPDATED if is_later and not DISPUTES.search(newer.surroundings) else Difference.DIFFERENT


def speak_of_one_time(newer: Account, older: Account) -> bool:
    """Whether no two periods are told apart, no year long past is named, nor what will be told from what was."""
    years = {int(year) for a in (newer, older) for year in IN_YEAR.findall(a.text)}
    if any(year < older.moment.year for year in years):
        return False
    if bool(FORESEES.search(newer.text)) != bool(FORESEES.search(older.text)):
        return False
    return not any(_told_apart(kind, newer.text, older.text) for kind in PERIODS)


def _told_apart(period: re.Pattern[str], text: str, other: str) -> bool:
    own, others = ({m.lower() for m in period.findall(t)} for t in (text, other))
    return bool(own and others) and not own & others
