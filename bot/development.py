"""Questions about how something unfolded, and the dated sentences that tell it; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from bot.accounts import Account
from bot.amounts import Unit, find_amounts
from bot.disagreement.told import read_tokens
from bot.evidence import Evidence
from index.lexical import tokenize

MAX_LINES = 8
MIN_LINES = 2
_MAX_CHARS = 400
_MIN_CHARS = 30
_MIN_LIKELY = 0.001
"""A line's passage is at least so likely to bear on the question, against the first hit's."""
_SHARE = 0.53
"""An article's best sentence has so much of the score of the best of all."""
_MARGIN_WITHIN = 3.0
"""A line scores so much less than the best sentence of its article at most."""
_HAPPENING, _NAME, _OPENING, _ASIDE = 1.5, 0.5, 1.0, 2.0
"""What a line gains by a verb of what happened, by each of three names at most and by opening its article, and loses
by being speech or going on from another sentence."""
_ON_TOPIC = 0.41
"""Its paragraph has so much of the question's words as that of the best one."""

_ASKS = re.compile(
    r"\btime-?line\b|\bchronolog\w+"
    r"|\bhow (?:did|has|have) (?!(?:I|you|we)\b)[^?]{2,100}?\b(?:(?:develop|unfold|evolve|progress)(?:ed|d)?"
    r"|played? out|come about|come to (?:this|that))\b"
    r"|\bhow (?:has|have|had|did) (?:the |its |their )?"
    r"(?:cost|price|bill|toll|count|number|figure|estimate|date|deadline)s?\b"
    r"[^?]{0,80}?\b(?:changed?|risen|rise|grown?|gone up|climb(?:ed)?|moved?)\b"
    r"|\bhow (?:events|things|it|this|that) (?:all )?(?:unfolded|developed|came about|played out)\b"
    r"|\bwhat(?: has|['’]s| have)? (?:all )?(?:happened|changed|been happening)\b[^?]{0,60} since\b"
    r"|\b(?:course|sequence|history|story) of (?:the )?events\b|\bhow did (?:we|it|things) get (?:here|there|to this)\b"
    r"|\bstep by step\b|\bso far\b.*\bhappened\b|\bwhat(?: has| have|['’]s)? happened so far\b"
    r"|来龙去脉|经过(?:是|如何|怎|[？?]|$)|时间[线表]|如何(?:发展|演变)|怎么(?:发展|演变)|始末|进展(?:如何|怎)|发展过程",
    re.IGNORECASE,
)

_OF_ASKING = frozenset(
    tokenize(
        "timeline time line chronology course sequence history story events develop developed unfold unfolded evolve"
        " evolved progress progressed play played come came happen happened happening change changed risen rise grown"
        " grow climbed climb moved step far so since get here there"
    )
)
_OF_ASKING_CJK = re.compile(r"来龙去脉|经过|时间[线表]|如何|怎么?样?|发展|演变|始末|进展|过程|是|的|[？?]")
_GOES_ON = re.compile(r"[“\"‘'「]|(?:That|This|These|It|There|They|He|She|We|And|But|So|Yet)\b")
_MONEY = re.compile(r"\b(?:cost|price|bill)s?\b", re.IGNORECASE)


def asks_for_development(question: str) -> bool:
    """Whether a question asks how something unfolded rather than for one answer."""
    return bool(_ASKS.search(question))


def find_topic(question: str) -> str:
    """A question without the words that only ask how it went; as it is where nothing else is left."""
    text = _OF_ASKING_CJK.sub(" ", question)
    topic = " ".join(word for word in text.split() if not set(tokenize(word)) <= _OF_ASKING)
    return topic or question


def choose_lines(question: str, accounts: Sequence[Account]) -> list[Evidence]:
    """A sentence for each day, no article twice, the oldest first; empty where that makes no timeline.

    Args:
        accounts: The likeliest answer first.
    """
    best = max((a.evidence for a in accounts), key=lambda e: e.score, default=None)
    lines: dict[date, Account] = {}
    articles: set[str] = set()
    for account in accounts:
        is_new = account.day not in lines and account.article_id not in articles
        if best and account.day and is_new and _is_likely(account.evidence, best):
            articles.add(account.article_id)
            if line := _choose_line(question, [a for a in accounts if a.article_id == account.article_id]):
                lines[account.day] = line
        if len(lines) == MAX_LINES:
            break
    return [lines[day].evidence for day in sorted(lines)] if len(lines) >= MIN_LINES else []


def _choose_line(question: str, accounts: Sequence[Account]) -> Account | None:
    """Of one article's sentences the one that best tells what happened; where a price is followed, what it was."""
    near = [a for a in accounts if a.evidence.score >= accounts[0].evidence.score - _MARGIN_WITHIN]
    told = [a for a in near if _MIN_CHARS <= len(a.text) <= _MAX_CHARS]
    if _MONEY.search(question):
        told = [a for a in told if any(amount.unit is Unit.MONEY for amount in find_amounts(a.text, a.day))]
    return max(told, key=_rate_line, default=None)


def _rate_line(account: Account) -> float:
    tokens = read_tokens(account.text)
    n_names = min(3, len({t.text for t in tokens if t.kind == "name"}))
    gained = _HAPPENING * any(t.verb and t.past for t in tokens) + _NAME * n_names
    gained += _OPENING * (account.evidence.paragraph == 1) - _ASIDE * bool(_GOES_ON.match(account.text))
    return account.evidence.score + gained


def _is_likely(evidence: Evidence, best: Evidence) -> bool:
    return (
        evidence.hit.score >= _MIN_LIKELY
        and evidence.score >= _SHARE * best.score
        and evidence.features["around"] >= _ON_TOPIC * best.features["around"]
    )
