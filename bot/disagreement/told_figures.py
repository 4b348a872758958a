"""Amounts as accounts tell them, and what two of them have in common; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.accounts import Account
from bot.amounts import LEAST_BEFORE, Amount, Unit, find_amounts
from bot.disagreement.cues import JOINS, WITHDRAWS
from bot.disagreement.told import Span
from index.lexical import tokenize, tokens_of

NEAR_RATIO = 1.5
_MANY = 1000
_ASKS_WHEN_IT_DID = re.compile(r"\bdid\b", re.IGNORECASE)
_PART_BEHIND = re.compile(r" of (?:them|these|those|whom)\b", re.IGNORECASE)
_TODAY = re.compile(r"today|tonight|this (?:morning|afternoon|evening)", re.IGNORECASE)
_EVENT_BEHIND = re.compile(
    r",? (?:(?!(?:an?|the|when|as|and|after|before|in|to|of|by|with|for|from)\b)\w+ ){0,2}?"
    r"(?:attacks?|insurrection|riots?|committee|hearings?|commission)\b"
)
_NAME = r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*"
_TWO_NAMES = re.compile(rf"\b({_NAME}) and (?:the )?({_NAME})")


@dataclass(frozen=True, slots=True)
class Told:
    """An account and one amount in it."""

    account: Account
    amount: Amount

    @property
    def span(self) -> Span:
        """Where the amount stands in the sentence, with the words before it that make it a lower bound."""
        bound = LEAST_BEFORE.search(self.before)
        return (bound.start() if bound else self.amount.start), self.amount.end

    @property
    def before(self) -> str:
        """The sentence up to the amount."""
        return self.account.text[: self.amount.start]

    @property
    def is_withdrawn(self) -> bool:
        """Whether it is told only as what was said wrongly, or before."""
        return bool(WITHDRAWS.search(self.before))

    @property
    def is_foreseen(self) -> bool:
        """Whether it is a day after its article."""
        day = self.account.day
        return self.amount.unit is Unit.DAY and day is not None and self.amount.value > day.toordinal()


def read_told(question: str, accounts: Iterable[Account], units: frozenset[Unit]) -> Iterator[Told]:
    """The amounts that are of some units, or of none that is said, and may answer the question.

    Those that are withdrawn or only compared with do not, nor those of more than it names, nor a day still to come
    where it asks when something did happen.
    """
    is_past = bool(_ASKS_WHEN_IT_DID.search(question))
    return (
        told
        for told in read_all(accounts, units)
        if not (told.is_withdrawn or _is_of_more(question, told) or (is_past and told.is_foreseen))
    )


def read_all(accounts: Iterable[Account], units: frozenset[Unit]) -> Iterator[Told]:
    """Every amount of some units, or of none that is said, but for those that are only compared with."""
    for account in accounts:
        for amount in find_amounts(account.text, account.day):
            is_asked = amount.unit in units or (amount.is_bare and Unit.DAY not in units)
            if is_asked and not amount.is_compared and not _is_no_answer(account.text, amount):
                yield Told(account, amount)


def _is_no_answer(text: str, amount: Amount) -> bool:
    """Whether a day is only `today` or the like, which may mean these days, or the name of an event."""
    is_day = amount.unit is Unit.DAY
    return is_day and bool(_TODAY.match(text, amount.start) or _EVENT_BEHIND.match(text, amount.end))


def count_the_same(a: Told, b: Told) -> bool:
    """Whether they have one unit or noun; or are large counts near to each other, of one of which no noun is said."""
    if are_like(a.amount, b.amount):
        return True
    are_large = min(a.amount.value, b.amount.value) >= _MANY and ratio_of(a, b) <= NEAR_RATIO
    are_counts = a.amount.unit is b.amount.unit is Unit.COUNT
    return are_counts and are_large and (a.amount.is_bare or b.amount.is_bare)


def are_like(a: Amount, b: Amount) -> bool:
    """Whether they have one unit, and counts one noun."""
    return a.unit is b.unit and (a.unit is not Unit.COUNT or bool(a.counted & b.counted))


def is_alone(told: Told) -> bool:
    """Whether its sentence has no other amount of its unit, of counts its noun, but for comparisons and parts of it."""
    text = told.account.text
    may_be_bare = told.amount.unit is Unit.COUNT
    whole = (a for a in find_amounts(text, told.account.day) if not (a.is_compared or _PART_BEHIND.match(text, a.end)))
    return all(a.repeats(told.amount) for a in whole if (a.is_bare and may_be_bare) or are_like(a, told.amount))


def ratio_of(a: Told, b: Told) -> float:
    """How many times as large the larger one is."""
    low, high = sorted((a.amount.value, b.amount.value))
    return 1.0 if a.amount.unit is Unit.DAY else high / max(low, 1e-9)


def share_words(a: Told, b: Told) -> float:
    """How much of the shorter sentence's words, its amount apart, the other has, from 0 to 1."""
    words = [set(tokenize(_without_amount(t))) for t in (a, b)]
    return len(words[0] & words[1]) / max(1, min(map(len, words)))


def share_matter(a: Told, b: Told) -> bool:
    """Whether both sentences have a word that is no name, their amounts apart."""
    words = [{w for w in re.findall(r"[^\W\d_]+", _without_amount(t)) if w.islower()} for t in (a, b)]
    return bool(set(tokenize(" ".join(words[0]))) & set(tokenize(" ".join(words[1]))))


def _without_amount(told: Told) -> str:
    return f"{told.before} {told.account.text[told.amount.end :]}"


def _is_of_more(question: str, told: Told) -> bool:
    """Whether an amount is one of several things together, of which the question names but one."""
    asked = set(tokens_of(question))
    if JOINS.search(told.before) and not JOINS.search(question):
        return not any(asked >= set(tokenize(" ".join(pair))) for pair in _TWO_NAMES.findall(told.before))
    joined = (tuple(set(tokenize(name)) for name in pair) for pair in _TWO_NAMES.findall(told.before))
    return any(bool(one <= asked) != bool(other <= asked) for one, other in joined)
