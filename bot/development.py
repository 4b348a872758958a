"""Questions about how something unfolded, and the dated sentences that tell it; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from bot.accounts import Account
from bot.evidence import Evidence

MAX_LINES = 8
MIN_LINES = 3
_MAX_CHARS = 400
_MIN_CHARS = 30
_MIN_LIKELY = 0.001
"""A line's passage is at least so likely to bear on the question, against the first hit's."""
_MARGIN = 4.5
"""A line scores so much less than the best one at most."""
_ON_TOPIC = 0.5
"""Its paragraph has so much of the question's words as that of the best one."""

_ASKS = re.compile(
    r"\btime-?line\b|\bchronolog\w+"
    r"|\bhow (?:did|has|have) (?!(?:I|you|we)\b)[^?]{2,100}?\b(?:(?:develop|unfold|evolve|progress)(?:ed|d)?"
    r"|played? out|come about|come to (?:this|that))\b"
    r"|\bhow (?:events|things|it|this|that) (?:all )?(?:unfolded|developed|came about|played out)\b"
    r"|\bwhat(?: has|['’]s| have)? (?:all )?(?:happened|changed|been happening)\b[^?]{0,60} since\b"
    r"|\b(?:course|sequence|history|story) of (?:the )?events\b|\bhow did (?:we|it|things) get (?:here|there|to this)\b"
    r"|\bstep by step\b|\bso far\b.*\bhappened\b|\bwhat(?: has| have|['’]s)? happened so far\b"
    r"|来龙去脉|经过(?:是|如何|怎|[？?]|$)|时间[线表]|如何(?:发展|演变)|怎么(?:发展|演变)|始末|进展(?:如何|怎)|发展过程",
    re.IGNORECASE,
)


def asks_for_development(question: str) -> bool:
    """Whether a question asks how something unfolded rather than for one answer."""
    return bool(_ASKS.search(question))


def choose_lines(accounts: Sequence[Account]) -> list[Evidence]:
    """A sentence for each day, no article twice, the oldest first; empty where that makes no timeline.

    Args:
        accounts: The likeliest answer first.
    """
    best = max((a.evidence for a in accounts), key=lambda e: e.score, default=None)
    likely = [a for a in accounts if best and _is_likely(a.evidence, best)]
    lines: dict[date, Account] = {}
    articles: set[str] = set()
    for account in likely:
        fits = _MIN_CHARS <= len(account.text) <= _MAX_CHARS
        is_new = account.day not in lines and account.article_id not in articles
        if account.day and is_new and fits:
            lines[account.day] = account
            articles.add(account.article_id)
        if len(lines) == MAX_LINES:
            break
    return [lines[day].evidence for day in sorted(lines)] if len(lines) >= MIN_LINES else []


def _is_likely(evidence: Evidence, best: Evidence) -> bool:
    return (
        evidence.hit.score >= _MIN_LIKELY
        and evidence.score >= best.score - _MARGIN
        and evidence.features["around"] >= _ON_TOPIC * best.features["around"]
    )
