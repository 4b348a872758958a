"""A question in its conversation: made to stand alone by rule where it leans on the one before it, and understood."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo

from bot.types import Question, Turn
from index.lexical import tokenize
from index.query import Outlets, Query, understand_query
from index.types import Filters

_OPENERS = re.compile(
    r"\W*(?:(?:and|but|so|or|also|then|what about|how about|who else|what else)\b|那|还有)", re.IGNORECASE
)
_POINTERS = re.compile(
    r"\b(?:he|him|his|she|her|hers|it|its|they|them|their|theirs|that|those|these|this|there|then|one|ones|"
    r"the same|else|instead|other|others)\b|[他她它]|这|那",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")
_FEW_WORDS = 4
_MAX_NAMES = 4
_MAX_WORDS = 60
_MAX_TURNS = 5


def understand_question(question: Question, zone: tzinfo, outlets: Outlets) -> tuple[Query, Filters]:
    """What a question and what it leaves unsaid ask for, and its filters: the reader's, and what its words demand.

    What an earlier question demanded is over.

    Args:
        zone: The reader's, in which the days that questions name begin and end.
        outlets: Those of the index.
    """
    query = understand_query(question.text, question.moment, zone, outlets)
    filters = question.filters.narrow(query.demanded)
    if carried := carry_over(question.text, question.history):
        whole = understand_query(f"{question.text} {carried}", question.moment, zone, outlets)
        query = replace(whole, demanded=query.demanded)
    return query, filters


def carry_over(text: str, history: Sequence[Turn]) -> str:
    """What a follow-up leaves unsaid: the last question, and the names of its answer; else empty."""
    if not history or not _leans(text):
        return ""
    last = history[-1]
    names = [n for n in _NAME.findall(last.answer) if len(n) > 3 and n.lower() not in text.lower()]
    carried = " ".join(dict.fromkeys(names[:_MAX_NAMES]))
    earlier = carry_over(last.question, history[-_MAX_TURNS:-1])
    return " ".join(f"{last.question} {carried} {earlier}".split()[:_MAX_WORDS])


def _leans(text: str) -> bool:
    return bool(_OPENERS.match(text) or _POINTERS.search(text) or len(set(tokenize(text))) < _FEW_WORDS)
