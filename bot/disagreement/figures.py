"""Amounts and days that two accounts tell of one thing, and that cannot both be true; pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from bot.accounts import Account
from bot.amounts import Unit, find_amounts
from bot.disagreement.asked import units_asked, words_counted
from bot.disagreement.corrections import contrast_withdrawn, judge_quote
from bot.disagreement.cues import DISPUTES, GOES_ON, MOVES, POLLS, REVISES
from bot.disagreement.told import (
    FEW_WEEKS,
    Contrast,
    alike,
    are_within,
    in_order,
    show,
    speak_of_one_time,
    tell_difference,
)
from bot.disagreement.told_figures import (
    Told,
    are_like,
    count_the_same,
    is_alone,
    ratio_of,
    read_told,
    share_matter,
    share_words,
)
from bot.disagreement.updates import has_moved, is_later_estimate, outgrows
from bot.types import Difference
from index.lexical import tokenize

_MAX_RATIO = 8
_PEOPLE = frozenset(tokenize("people persons"))
_THINGS = frozenset(
    tokenize(
        "points votes titles nominations goals games matches cases tickets seats flights cars vehicles boats ships"
        " homes houses buildings schools states cities countries counties companies shares units items times miles"
    )
)
# Cosines, chosen on the sample corpus, realtimeqa and the development half of tests/golden/conflicts.jsonl.
_PAIR_SHARE = 0.7
_ALIKE, _MUCH_ALIKE = 0.45, 0.53
_CLOSE_TO_QUESTION, _VERY_CLOSE = 0.35, 0.6
_ONE_EVENT = 0.6
_MUCH_SHARED, _SAME_WORDS = 0.3, 0.7


def tell_figure(question: str, accounts: Iterable[Account]) -> list[Account]:
    """Those that have an amount of a kind that is asked for, with what the question counts, where some have that."""
    return list({id(t.account): t.account for t in _read_answers(question, accounts)}.values())


def contrast_figures(question: str, claims: Sequence[Account], others: Sequence[Account]) -> Contrast | None:
    """The surest difference between an amount of a claim and that of another account, and a third that differs too."""
    units = units_asked(question)
    claimed = _read_answers(question, claims)
    near = 2 * _PAIR_SHARE * max((a.closeness for a in others), default=0.0)
    least = near - max((t.account.closeness for t in claimed), default=0.0)
    told = list(read_told(question, (a for a in others if a.closeness >= least), units))
    found = [
        (kind, a, b)
        for a in claimed
        for b in told
        if a.account.closeness + b.account.closeness >= near and (kind := _compare(a, b, others))
    ]
    best = max(found, key=lambda pair: _rate(*pair[1:]), default=None)
    if best is None:
        return contrast_withdrawn(units, others)
    kind, *pair = best
    third = _find_third(kind, pair, told, others)
    return show(kind, [(t.account, t.span) for t in (*pair, third) if t])


def _read_answers(question: str, accounts: Iterable[Account]) -> list[Told]:
    """Those that count what the question counts, where some do; else all, but for things where it asks for people."""
    units = units_asked(question)
    told = [t for t in read_told(question, accounts, units) if t.amount.unit in units]
    counted = words_counted(question)
    others = [t for t in told if not t.amount.counted & _THINGS] if counted & _PEOPLE else told
    return [t for t in told if counted & t.amount.counted] or others


def _find_third(kind: Difference, pair: Sequence[Told], told: Sequence[Told], others: Sequence[Account]) -> Told | None:
    """One that differs from both of a pair; of what went on changing, the newest that brings either up to date."""
    articles = {one.account.article_id for one in pair}
    others_told = (t for t in told if t.account.article_id not in articles)
    apart = [t for t in others_told if not any(_agree(t, one) for one in pair)]
    if kind is Difference.UPDATED:
        later = [t for t in apart if any(_compare(t, one, others) is kind for one in pair)]
        return max(later, key=lambda t: t.account.moment, default=None)
    return next((t for t in apart if all(_compare(t, one, others) for one in pair)), None)


def _compare(a: Told, b: Told, others: Sequence[Account]) -> Difference | None:
    """In what two sentences of two articles contradict each other; None where both can be true."""
    if a.account.article_id == b.account.article_id or ratio_of(a, b) > _MAX_RATIO:
        return None
    newer, older = (a, b) if in_order(a.account, b.account)[0] is a.account else (b, a)
    if _agree(a, b):
        return Difference.UPDATED if outgrows(newer, older) else None
    return judge_quote(newer, older, others) or _judge(newer, older)


def _rate(a: Told, b: Told) -> float:
    """How sure it is that both tell of one thing, and of what is asked."""
    closeness = (a.account.closeness + b.account.closeness) / 2
    return alike(a.account, b.account) + closeness + share_words(a, b) - 0.2 * math.log(ratio_of(a, b))


def _judge(newer: Told, older: Told) -> Difference | None:
    cosine = alike(newer.account, older.account)
    is_of_poll = any(POLLS.search(t.account.text) for t in (newer, older))
    if cosine < _ALIKE or is_of_poll or not count_the_same(newer, older):
        return None
    if REVISES.search(newer.account.text) and share_matter(newer, older):
        return Difference.CORRECTED
    if has_moved(newer, older):
        return Difference.UPDATED
    kind = _judge_likeness(newer, older, cosine)
    return None if kind and _is_known(newer, older) else kind


def _judge_likeness(newer: Told, older: Told, cosine: float) -> Difference | None:
    """What the difference is where both must be meant as the answer, or were told at once, or one after the other."""
    goes_on = bool(GOES_ON.search(newer.account.text))
    if _answer_the_question(newer, older, cosine):
        return Difference.UPDATED if goes_on else _tell_apart(newer, older)
    if _differ_at_once(newer, older, cosine):
        return Difference.UPDATED if goes_on else Difference.DIFFERENT
    return Difference.UPDATED if is_later_estimate(newer, older) else None


def _tell_apart(newer: Told, older: Told) -> Difference | None:
    """What two answers are to each other; a correction is of the same outlet, or in words of what it corrects."""
    kind = tell_difference(newer.account, older.account)
    may_correct = newer.account.source == older.account.source or share_matter(newer, older)
    return None if kind is Difference.CORRECTED and not may_correct else kind


def _answer_the_question(newer: Told, older: Told, cosine: float) -> bool:
    """Whether both sentences are so close to the question that each must be meant as its answer."""
    closest = min(newer.account.closeness, older.account.closeness)
    is_soon = are_within(newer.account, older.account, FEW_WEEKS) or newer.amount.unit is Unit.DAY
    return cosine >= _MUCH_ALIKE and closest >= _VERY_CLOSE and is_soon and _tell_one_each(newer, older)


def _tell_one_each(newer: Told, older: Told) -> bool:
    """Whether both are meant as the one amount of one thing, and not one of several, or of another time."""
    is_doubted = bool(DISPUTES.search(newer.account.surroundings) or REVISES.search(newer.account.surroundings))
    are_alone = is_alone(newer) and is_alone(older)
    if newer.amount.unit is Unit.DAY:
        is_event = are_alone and _tell_one_event(newer, older)
        return is_doubted or is_event or _may_be_put_off(newer, older)
    is_plain = newer.amount.unit is Unit.COUNT or is_doubted or _say_the_same(newer, older)
    return are_alone and is_plain and speak_of_one_time(newer.account, older.account)


def _tell_one_event(newer: Told, older: Told) -> bool:
    """Whether two outlets tell nearly the same within weeks, of days within weeks."""
    a, b = newer.account, older.account
    is_near = abs(newer.amount.value - older.amount.value) <= FEW_WEEKS.days
    return is_near and a.source != b.source and are_within(a, b, FEW_WEEKS) and alike(a, b) >= _ONE_EVENT


def _say_the_same(newer: Told, older: Told) -> bool:
    """Whether two outlets use much the same words within days, their amounts apart."""
    is_at_once = newer.account.source != older.account.source and are_within(newer.account, older.account)
    return is_at_once and share_words(newer, older) >= _SAME_WORDS


def _may_be_put_off(newer: Told, older: Told) -> bool:
    """Whether a day to come was told, and another one is, as put off or about then in much the same words."""
    told_on, moved_on = older.account.day, newer.account.day
    if not older.is_foreseen or told_on is None or moved_on is None or newer.amount.value <= told_on.toordinal():
        return False
    is_about_then = moved_on.toordinal() <= older.amount.value + FEW_WEEKS.days
    return bool(MOVES.search(newer.account.text)) or (is_about_then and share_words(newer, older) >= _MUCH_SHARED)


def _is_known(newer: Told, older: Told) -> bool:
    """Whether either article tells the other's amount too."""
    return _tells_too(newer.account, older) or _tells_too(older.account, newer)


def _tells_too(account: Account, told: Told) -> bool:
    """Whether the paragraphs around an account have an amount of another one too."""
    amounts = find_amounts(account.surroundings, account.day)
    return any((are_like(a, told.amount) or a.is_bare) and a.agrees_with(told.amount) for a in amounts)


def _differ_at_once(newer: Told, older: Told, cosine: float) -> bool:
    """Whether two outlets tell it differently within days; of sums and shares, only where that is disputed."""
    return (
        cosine >= _MUCH_ALIKE
        and newer.amount.unit is not Unit.DAY
        and _is_at_once(newer.account, older.account)
        and speak_of_one_time(newer.account, older.account)
        and (newer.amount.unit is Unit.COUNT or bool(DISPUTES.search(newer.account.surroundings)))
    )


def _is_at_once(newer: Account, older: Account) -> bool:
    """Whether two outlets write within days, both near to the question."""
    is_close = min(newer.closeness, older.closeness) >= _CLOSE_TO_QUESTION
    return newer.source != older.source and are_within(newer, older) and is_close


def _agree(a: Told, b: Told) -> bool:
    """Whether either sentence has an amount that the other's may be."""
    return any(
        amount.unit is other.amount.unit and amount.agrees_with(other.amount)
        for own, other in ((a, b), (b, a))
        for amount in find_amounts(own.account.text, own.account.day)
        if not amount.is_compared
    )
