"""Where sources differ in the very thing that a question asks about: in a figure, or in what happened; pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.accounts import Account
from bot.amounts import Amount, Unit, find_amounts
from bot.evidence import Evidence
from bot.types import Difference
from index.lexical import tokenize

_N_CLAIMS = 4
_SAME_TIME = timedelta(days=4)
_FEW_WEEKS = timedelta(days=14)
_MAX_RATIO = 8
_NEAR_RATIO = 1.5
_FEW, _MANY = 10, 1000
_MIN_CHARS = 30
# Cosines, chosen on half of the sample corpus's questions and half of realtimeqa's.
_MIN_ALIKE, _ALIKE, _MUCH_ALIKE, _SAME_STORY = 0.4, 0.45, 0.53, 0.6
_CLOSE_TO_QUESTION, _VERY_CLOSE = 0.35, 0.45
_CLAIM_SHARE, _RIVAL_SHARE = 0.8, 0.55

_ALL_AMOUNTS = frozenset(Unit) - {Unit.DAY}
_UNITS: tuple[tuple[re.Pattern[str], frozenset[Unit]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), frozenset(units))
    for pattern, units in (
        (r"\bhow many\b|多少[人个名位条艘]|几[个名人位条艘]", {Unit.COUNT}),
        (r"\bhow much\b|多少", {Unit.MONEY, Unit.PERCENT}),
        (r"\bhow (?:long|far|late)\b|多[久远]", {Unit.COUNT, Unit.TIME, Unit.LENGTH}),
        (r"\bhow (?:high|tall|deep|wide|big|large|heavy)\b", _ALL_AMOUNTS - {Unit.TIME}),
        (r"\b(?:what|which) (?:[\w-]+ )?(?:share|proportion|percentage|rate|turnout)\b|百分之几|比例", {Unit.PERCENT}),
        (r"\b(?:what|which) (?:[\w-]+ )?(?:height|depth|length|distance)\b", {Unit.LENGTH}),
        (
            r"\bwhat (?:was|is|were|are|will|would|did|does)\b[^?]*\b(?:bill|costs?|price|sum|fine|damages?|worth)\b",
            {Unit.MONEY},
        ),
        (
            r"\bwhat (?:was|is|were|are)\b[^?]*\b(?:toll|number|total|count|tally|attendance|turnout)\b",
            {Unit.COUNT, Unit.PERCENT},
        ),
        (
            r"(?:^|[,:] )(?:by |until |since )?when\b|\b(?:what|which) (?:day|date)\b|何时|什么时候|哪[一]?天",
            {Unit.DAY},
        ),
    )
)
_COUNTED = re.compile(
    r"\bhow many (?P<words>(?:(?!(?:are|were|was|is|did|do|does|has|have|had|in|of|on|at|will|would|can|could|may|went"
    r"|got|died|there)\b)[\w’'-]+ ?){1,3})",
    re.IGNORECASE,
)
_ASKS_WHAT_IS_TRUE = re.compile(
    r"\b(?:actually|really)\b|\bwho\b[^?]*\bwhom\b|\bwhose fault\b|\bto blame\b|究竟|到底", re.IGNORECASE
)
_REVISES = re.compile(
    r"\b(?:restat\w+|revis(?:ed|ion|ing)|correct(?:ion|ed|s)\b|recount\w*|recalculat\w+|amended|mistake|miscount\w*"
    r"|clarif\w+|double[- ]counted|w(?:as|ere) (?:never|wrong)|got it wrong)\b|更正|修正|订正|有误|勘误",
    re.IGNORECASE,
)
_DISPUTES = re.compile(
    r"\b(?:disput\w+|den(?:y|ies|ied)|conced\w+|insist\w*|swears?|contest(?:s|ed)|still (?:quoted|claim\w*)"
    r"|pull the other|nonsense|rubbish|untrue|other way a?round|(?:informed|told) (?:its|their) readers"
    r"|(?:and|but) not the|had said|(?:can['’]t|cannot|do(?:es)? not|don['’]t) (?:even )?agree"
    r"|disagree\w*|at odds|by (?:its|their|his|her|our) (?:own )?(?:count|tally|reckoning|sums?)"
    r"|(?:we|they|he|she) (?:make|put)s? it at?)\b|否认|质疑|不同意|反驳",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\b(?:now|still|so far|as of|risen|rose to|climbed to|at last count|since then|to date)\b|目前|截至|已[增升]",
    re.IGNORECASE,
)
_FORESEES = re.compile(r"\b(?:predict\w*|forecast\w*|expect\w*|project(?:ed|s))\b|预计", re.IGNORECASE)
_POLLS = re.compile(r"\b(?:polls?|polling|pollsters?|surveys?)\b|民调", re.IGNORECASE)
_PERIOD = re.compile(
    r"\b(?:(?:first|second|third|fourth)[- ]quarter|(?:19|20)\d\d|January|February|March|April|June|July|August"
    r"|September|October|November|December)\b|\bMay(?= \d|$)"
)
_IN_YEAR = re.compile(r"\b[Ii]n (?:[A-Z][a-z]+ )?((?:19|20)\d\d)\b")
_WORD_BEHIND = re.compile(r" (?!(?:for|from|with|than|and|this|that|but|over|before|after|since)\b)([^\W\d_]{3,})")


@dataclass(frozen=True, slots=True)
class Contrast:
    """Sentences that differ in one thing, the newest first.

    Attributes:
        sides: Their decisive words are their highlights.
        words: For each, the amount that it tells; empty where they differ in something else.
    """

    kind: Difference
    sides: tuple[Evidence, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """An account and one amount in it."""

    account: Account
    amount: Amount


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two accounts that differ, the newer first, and how sure that is."""

    kind: Difference
    newer: _Told
    older: _Told
    score: float


def may_differ(question: str) -> bool:
    """Whether a question asks for something in which sources can be seen to differ: a figure, or what is true."""
    return bool(_units_asked(question) or _ASKS_WHAT_IS_TRUE.search(question))


def choose_claims(question: str, accounts: Sequence[Account]) -> list[Account]:
    """The first few sentences that could be the answer; with what the question counts, where some have that."""
    if not (units := _units_asked(question)):
        return list(accounts[:_N_CLAIMS])
    told = [t for t in _read_amounts(accounts, units) if t.amount.unit in units]
    match = _COUNTED.search(question)
    counted = set(tokenize(match["words"])) if match else set()
    answers = [t for t in told if counted & t.amount.counted] or told
    chosen = list({id(t.account): t.account for t in answers}.values())[:_N_CLAIMS]
    best = max((a.closeness for a in chosen), default=0.0)
    return [a for a in chosen if a.closeness >= _CLAIM_SHARE * best]


def find_contrast(question: str, claims: Sequence[Account], others: Sequence[Account]) -> Contrast | None:
    """The surest difference between a claim and another account; None where all of them can be true."""
    best = max((a.closeness for a in claims), default=0.0)
    near = [a for a in others if a.closeness >= _RIVAL_SHARE * best]
    if units := _units_asked(question):
        claimed = [t for t in _read_amounts(claims, units) if t.amount.unit in units]
        return _contrast_amounts(claimed, list(_read_amounts(near, units)))
    return _contrast_stories(claims, near)


def _units_asked(question: str) -> frozenset[Unit]:
    """The units of the amounts that would answer a question; empty where it asks for none."""
    return next((units for pattern, units in _UNITS if pattern.search(question)), frozenset())


def _read_amounts(accounts: Iterable[Account], units: frozenset[Unit]) -> Iterator[_Told]:
    """The amounts that are of some units, or of none that is said; not those that are only compared with."""
    for account in accounts:
        for amount in find_amounts(account.text, account.day):
            if not amount.is_compared and (amount.unit in units or (amount.is_bare and Unit.DAY not in units)):
                yield _Told(account, amount)


def _contrast_amounts(claims: Sequence[_Told], others: Sequence[_Told]) -> Contrast | None:
    pairs = (pair for a in claims for b in others if (pair := _compare(a, b)))
    best = max(pairs, key=lambda pair: pair.score, default=None)
    if best is None:
        return None
    third = next((t for t in others if _compare(t, best.newer) and _compare(t, best.older)), None)
    told = sorted([best.newer, best.older, *([third] if third else [])], key=lambda t: t.account.moment, reverse=True)
    spans = [(t.amount.start, t.amount.end) for t in told]
    sides = tuple(replace(t.account.evidence, highlights=(span,)) for t, span in zip(told, spans, strict=True))
    return Contrast(best.kind, sides, tuple(side.text[a:b] for side, (a, b) in zip(sides, spans, strict=True)))


def _compare(a: _Told, b: _Told) -> _Pair | None:
    """What two sentences of two articles contradict each other in; None where both can be true."""
    if a.account.article_id == b.account.article_id or _agree(a, b) or _ratio(a, b) > _MAX_RATIO:
        return None
    alike = float(a.account.vector @ b.account.vector)
    newer, older = sorted((a, b), key=lambda t: t.account.moment, reverse=True)
    if alike < _MIN_ALIKE or not (kind := _judge(newer, older, alike)):
        return None
    closeness = (a.account.closeness + b.account.closeness) / 2
    return _Pair(kind, newer, older, alike + closeness + _share_words(a, b) - 0.2 * math.log(_ratio(a, b)))


def _judge(newer: _Told, older: _Told, alike: float) -> Difference | None:
    for part in _parts_that_quote(newer, older):
        if _REVISES.search(part):
            return Difference.CORRECTED
        if _DISPUTES.search(part):
            return Difference.DIFFERENT
    is_of_poll = any(_POLLS.search(t.account.text) for t in (newer, older))
    if alike < _ALIKE or is_of_poll or not _count_the_same(newer, older):
        return None
    if _REVISES.search(newer.account.text) and _share_words(newer, older):
        return Difference.CORRECTED
    if _differ_at_once(newer, older, alike):
        return Difference.UPDATED if _GOES_ON.search(newer.account.text) else Difference.DIFFERENT
    return Difference.UPDATED if _is_later_estimate(newer, older) else None


def _differ_at_once(newer: _Told, older: _Told, alike: float) -> bool:
    """Whether two outlets tell it differently within days; of sums and shares, only where that is disputed."""
    is_count = newer.amount.unit is Unit.COUNT
    return (
        alike >= _MUCH_ALIKE
        and newer.amount.unit is not Unit.DAY
        and _is_at_once(newer.account, older.account)
        and _speak_of_one_time(newer, older)
        and (is_count or bool(_DISPUTES.search(newer.account.surroundings)))
    )


def _is_later_estimate(newer: _Told, older: _Told) -> bool:
    """Whether both say the same of another measure within weeks, as in `six weeks late` and `eleven weeks late`."""
    words = _word_behind(newer), _word_behind(older)
    is_soon = newer.account.moment - older.account.moment <= _FEW_WEEKS
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
    return (
        newer.source != older.source
        and newer.moment - older.moment <= _SAME_TIME
        and min(newer.closeness, older.closeness) >= _CLOSE_TO_QUESTION
    )


def _speak_of_one_time(newer: _Told, older: _Told) -> bool:
    """Whether no two periods are told apart, no year long past is named, nor what will be told from what was."""
    periods = [set(_PERIOD.findall(t.account.text)) for t in (newer, older)]
    years = {int(year) for t in (newer, older) for year in _IN_YEAR.findall(t.account.text)}
    if any(year < older.account.moment.year for year in years):
        return False
    foresees = [bool(_FORESEES.search(t.account.text)) for t in (newer, older)]
    return (not all(periods) or bool(periods[0] & periods[1])) and foresees[0] == foresees[1]


def _agree(a: _Told, b: _Told) -> bool:
    """Whether either sentence has an amount that the other's may be."""
    return any(
        amount.unit is other.amount.unit and amount.agrees_with(other.amount)
        for own, other in ((a, b), (b, a))
        for amount in find_amounts(own.account.text, own.account.day)
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


def _contrast_stories(claims: Sequence[Account], others: Sequence[Account]) -> Contrast | None:
    """What two outlets tell of one event of which the question doubts what is true."""
    found: list[tuple[float, Account, Account]] = []
    for a in claims:
        for b in others:
            newer, older = sorted((a, b), key=lambda account: account.moment, reverse=True)
            alike, closeness = float(a.vector @ b.vector), min(a.closeness, b.closeness)
            if (
                alike >= _SAME_STORY
                and closeness >= _VERY_CLOSE
                and _is_at_once(newer, older)
                and _tells(a)
                and _tells(b)
            ):
                found.append((alike + 2 * (a.closeness + b.closeness), newer, older))
    if not found:
        return None
    _, newer, older = max(found, key=lambda pair: pair[0])
    return Contrast(Difference.DIFFERENT, (newer.evidence, older.evidence), ("", ""))


def _tells(account: Account) -> bool:
    return len(account.text) >= _MIN_CHARS and not account.text.rstrip("\"'”’").endswith(("?", "？"))
