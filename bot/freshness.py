"""How old the newest source of an answer is, where the question is about now; pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bot.types import Question
from index.query import Query
from index.types import Filters

TELLING_AGE = timedelta(days=3)
_NOW = re.compile(
    r"\b(?:now|currently|current|latest|newest|today|tonight|right now|at the moment|at present|so far|still|yet"
    r"|up to date|these days|this week|recent(?:ly)?)\b|现在|目前|最新|如今|最近|至今",
    re.IGNORECASE,
)
_PAST = re.compile(r"\b(?:was|were|did|had|used to|back then|ago)\b|当时|曾经?|过去|[了过][？?。]?$", re.IGNORECASE)

_DONE = re.compile(
    r"\b(?:is|are|was|were|be|been|being|has|have|gets?|got|stays?|remains?|to|the|an?|of|how many) \w+"
    r"|\b(?P<verb>won|beat|lost|led|became|began|broke|brought|bought|built|came|caught|chose|drew|drove|fell|fought|found"
    r"|gave|got|grew|held|hit|kept|knew|laid|left|made|met|paid|ran|rose|said|sang|sank|sat|saw|sent|shot|sold|spoke|spent"
    r"|stole|stood|struck|swam|taught|threw|told|took|went|withdrew|wrote|fled|freed|agreed"
    r"|(?!hundred\b|sacred\b)[a-z]+[^\We]ed)\b"
)
"""A verb in the simple past, which no auxiliary or article makes a participle: `won`, `died`, `signed`."""
_ASKS_WHO = re.compile(r"\b(?:who|what|which|how (?:many|much))\b", re.IGNORECASE)


def is_about_now(question: Question, query: Query, filters: Filters) -> bool:
    """Whether a question asks how things stand: no time that is past is named, nor told of.

    Args:
        filters: The reader's, and what the question demands; one that ends before the moment asks of the past.
    """
    if filters.until or query.periods or query.is_past:
        return False
    is_done = bool(_ASKS_WHO.search(question.text)) and any(m["verb"] for m in _DONE.finditer(question.text))
    return bool(_NOW.search(question.text)) or not (is_done or _PAST.search(question.text))


def describe_age(newest: datetime | None, moment: datetime) -> str:
    """A line on the age of the newest source; empty where it is a few days old at most, or not known.

    Args:
        moment: When the question is asked, or the moment that it is to be answered as of.
    """
    if newest is None or moment - newest <= TELLING_AGE:
        return ""
    return f"The newest source is {_in_words((moment - newest).days)} old ({newest:%-d %B %Y})."


def _in_words(days: int) -> str:
    if days < 14:
        return f"{days} days"
    if days < 60:
        return f"{days // 7} weeks"
    return f"{days // 30} months" if days < 730 else f"{days // 365} years"
