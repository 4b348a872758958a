"""Amounts and days that two accounts tell of one thing, and that cannot both be true; pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.accounts import Account
from bot.amounts import Amount, Unit, find_amounts
from bot.disagreement.asked import units_asked, words_counted
from bot.disagreement.cues import DISPUTES, GOES_ON, POLLS, REVISES
from bot.disagreement.told import (
    FEW_WEEKS,
    Contrast,
    Span,
    alike,
    are_within,
    show,
    speak_of_one_time,
    tell_difference,
)
from bot.types import Difference
from index.lexical import tokenize

_MAX_RATIO = 8
_NEAR_RATIO = 1.5
_FEW, _MANY = 10, 1000
# Cosines, chosen on the sample corpus, realtimeqa and the development half of tests/golden/conflicts.jsonl.
_PAIR_SHARE = 0.7
_MIN_ALIKE, _ALIKE, _MUCH_ALIKE = 0.35, 0.45, 0.53
_CLOSE_TO_QUESTION, _VERY_CLOSE = 0.35, 0.6

_NEVER = re.compile(r"\bw(?:as|ere) never\b", re.IGNORECASE)
_WORD_BEHIND = re.compile(r" (?!(?:for|from|with|than|and|this|that|but|over|before|after|since)\b)([^\W\d_]{3,})")


@dataclass(frozen=True, slots=True)
class _Told:
    """An account and one amount in it."""

    account: Account
    amount: Amount

    @property
    def span(self) -> Span:
        return self.amount.start, self.amount.end


def tell_figure(question: str, accounts: Iterable[Account]) -> list[Account]:
    """Those that have an amount of a kind that is asked for, with what the question counts, where some have that."""
    units = units_asked(question)
    told = [t for t in _read_amounts(accounts, units) if t.amount.unit in units]
    counted = words_counted(question)
    answers = [t for t in told if counted & t.amount.counted] or told
    return list({id(t.account): t.account for t in answers}.values())


def contrast_figures(question: str, claims: Sequence[Account], others: Sequence[Account]) -> Contrast | None:
    """The surest difference between an amount of a claim and that of another account, and a third that differs too."""
    units = units_asked(question)
    claimed = [t for t in _read_amounts(claims, units) if t.amount.unit in units]
    near = 2 * _PAIR_SHARE * max((a.closeness for a in others), default=0.0)
    least = near - max((t.account.closeness for t in claimed), default=0.0)
    told = list(_read_amounts((a for a in others if a.closeness >= least), units))
    found = [
        (kind, a, b)
        for a in claimed
        for b in told
        if a.account.closeness + b.account.closeness >= near and (kind := _compare(a, b, others))
    ]
    best = max(found, key=lambda pair: _rate(*pair[1:]), default=None)
    if best is None:
        return None
    kind, *pair = best
    third = next((t for t in told if all(_compare(t, one, others) for one in pair)), None)
    return show(kind, [(t.account, t.span) for t in (*pair, third) if t])


def _read_amounts(accounts: Iterable[Account], units: frozenset[Unit]) -> Iterator[_Told]:
    """The amounts that are of some units, or of none that is said; not those that are only compared with."""
    for account in accounts:
        for amount in find_amounts(account.text, account.day):
            if not amount.is_compared and (amount.unit in units or (amount.is_bare and Unit.DAY not in units)):
                yield _Told(account, amount)


def _compare(a: _Told, b: _Told, others: Sequence[Account]) -> Difference | None:
    """In what two sentences of two articles contradict each other; None where both can be true."""
    if a.account.article_id == b.account.article_id or _ratio(a, b) > _MAX_RATIO or _agree(a, b):
        return None
    newer, older = (a, b) if a.account.moment >= b.account.moment else (b, a)
    cosine = alike(a.account, b.account)
    return _judge_quote(newer, older, cosine, others) or _judge(newer, older, cosine)


def _rate(a: _Told, b: _Told) -> float:
    """How sure it is that both tell of one thing, and of what is asked."""
    closeness = (a.account.closeness + b.account.closeness) / 2
    return alike(a.account, b.account) + closeness + _share_words(a, b) - 0.2 * math.log(_ratio(a, b))


def _judge_quote(newer: _Told, older: _Told, cosine: float, others: Sequence[Account]) -> Difference | None:
    """What the newer article makes of the older amount, where it names that too."""
    for part in _parts_that_quote(newer, older):
        is_revised = bool(REVISES.search(part) or _NEVER.search(part))
        is_disputed = bool(DISPUTES.search(part))
        if (is_revised or is_disputed) and max(cosine, _likeness_around(newer, older, others)) >= _MIN_ALIKE:
            return Difference.CORRECTED if is_revised else Difference.DIFFERENT
    return None


def _likeness_around(newer: _Told, older: _Told, others: Sequence[Account]) -> float:
    """How much the likest sentence in the paragraphs around the newer one is like the older one."""
    article, at = newer.account.article_id, newer.account.evidence.paragraph
    around = (a for a in others if a.article_id == article and abs(a.evidence.paragraph - at) <= 1)
    return max((alike(a, older.account) for a in around), default=0.0)


def _judge(newer: _Told, older: _Told, cosine: float) -> Difference | None:
    is_of_poll = any(POLLS.search(t.account.text) for t in (newer, older))
    if cosine < _ALIKE or is_of_poll or not _count_the_same(newer, older):
        return None
    if REVISES.search(newer.account.text) and _share_words(newer, older):
        return Difference.CORRECTED
    kind = _judge_likeness(newer, older, cosine)
    return None if kind and _is_known(newer, older) else kind


def _judge_likeness(newer: _Told, older: _Told, cosine: float) -> Difference | None:
    """What the difference is where both must be meant as the answer, or were told at once, or one after the other."""
    goes_on = bool(GOES_ON.search(newer.account.text))
    if _answer_the_question(newer, older, cosine):
        return Difference.UPDATED if goes_on else tell_difference(newer.account, older.account)
    if _differ_at_once(newer, older, cosine):
        return Difference.UPDATED if goes_on else Difference.DIFFERENT
    return Difference.UPDATED if _is_later_estimate(newer, older) else None


def _answer_the_question(newer: _Told, older: _Told, cosine: float) -> bool:
    """Whether both sentences are so close to the question that each must be meant as its answer."""
    closest = min(newer.account.closeness, older.account.closeness)
    is_soon = are_within(newer.account, older.account, FEW_WEEKS) or newer.amount.unit is Unit.DAY
    return (
        cosine >= _MUCH_ALIKE
        and closest >= _VERY_CLOSE
        and is_soon
        and (newer.amount.unit is Unit.DAY or speak_of_one_time(newer.account, older.account))
    )


def _is_known(newer: _Told, older: _Told) -> bool:
    """Whether either article tells the other's amount too."""
    return _tells_too(newer.account, older) or _tells_too(older.account, newer)


def _tells_too(account: Account, told: _Told) -> bool:
    """Whether the paragraphs around an account have an amount of another one too."""
    amounts = find_amounts(account.surroundings, account.day)
    return any((_is_like(a, told.amount) or a.is_bare) and a.agrees_with(told.amount) for a in amounts)


def _differ_at_once(newer: _Told, older: _Told, cosine: float) -> bool:
    """Whether two outlets tell it differently within days; of sums and shares, only where that is disputed."""
    is_disputed = bool(DISPUTES.search(newer.account.surroundings))
    is_count = newer.amount.unit is Unit.COUNT
    return (
        cosine >= _MUCH_ALIKE
        and newer.amount.unit is not Unit.DAY
        and _is_at_once(newer.account, older.account)
        and speak_of_one_time(newer.account, older.account)
        and (is_count or is_disputed)
    )


def _is_later_estimate(newer: _Told, older: _Told) -> bool:
    """Whether both say the same of another measure within weeks, as in `six weeks late` and `eleven weeks late`."""
    words = _word_behind(newer), _word_behind(older)
    is_soon = are_within(newer.account, older.account, FEW_WEEKS)
    return newer.amount.unit is not Unit.COUNT and bool(words[0]) and words[0] == words[1] and is_soon


def _parts_that_quote(newer: _Told, older: _Told) -> Iterator[str]:
    """Paragraphs near the newer amount, or their headline, that name the older one."""
    if older.amount.unit is Unit.COUNT and (older.amount.value < _FEW or not _may_count_the_same(newer, older)):
        return
    if newer.amount.unit is not older.amount.unit and (
        newer.amount.unit is not Unit.COUNT or _ratio(newer, older) > _NEAR_RATIO
    ):
        return
    for part in newer.account.surroundings.split("\n"):
        amounts = find_amounts(part, newer.account.day)
        named = (a for a in amounts if _is_like(a, older.amount) or a.is_bare)
        if any(a.repeats(older.amount) and not a.repeats(newer.amount) for a in named):
            yield part


def _may_count_the_same(a: _Told, b: _Told) -> bool:
    return _is_like(a.amount, b.amount) or a.amount.is_bare or b.amount.is_bare


def _is_at_once(newer: Account, older: Account) -> bool:
    """Whether two outlets write within days, both near to the question."""
    is_close = min(newer.closeness, older.closeness) >= _CLOSE_TO_QUESTION
    return newer.source != older.source and are_within(newer, older) and is_close


def _agree(a: _Told, b: _Told) -> bool:
    """Whether either sentence has an amount that the other's may be."""
    return any(
        amount.unit is other.amount.unit and amount.agrees_with(other.amount)
        for own, other in ((a, b), (b, a))
        for amount in find_amounts(own.account.text, own.account.day)
        if not amount.is_compared
    )


def _count_the_same(a: _Told, b: _Told) -> bool:
    """Whether they have one unit or noun; or are large counts near to each other, of one of which no noun is said."""
    if _is_like(a.amount, b.amount):
        return True
    are_large = min(a.amount.value, b.amount.value) >= _MANY and _ratio(a, b) <= _NEAR_RATIO
    are_counts = a.amount.unit is b.amount.unit is Unit.COUNT
    return are_counts and are_large and (a.amount.is_bare or b.amount.is_bare)


def _is_like(a: Amount, b: Amount) -> bool:
    return a.unit is b.unit and (a.unit is not Unit.COUNT or bool(a.counted & b.counted))


def _ratio(a: _Told, b: _Told) -> float:
    low, high = sorted((a.amount.value, b.amount.value))
    return 1.0 if a.amount.unit is Unit.DAY else high / max(low, 1e-9)


def _share_words(a: _Told, b: _Told) -> float:
    """How much of the shorter sentence's words, its amount apart, the other has, from 0 to 1."""
    words = [set(tokenize(f"{t.account.text[: t.amount.start]} {t.account.text[t.amount.end :]}")) for t in (a, b)]
    return len(words[0] & words[1]) / max(1, min(map(len, words)))


def _word_behind(told: _Told) -> list[str]:
    match = _WORD_BEHIND.match(told.account.text, told.amount.end)
    return tokenize(match[1]) if match else []
