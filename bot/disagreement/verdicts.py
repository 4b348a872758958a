"""Yes and no, as two accounts tell them of one question; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from bot.accounts import Account
from bot.disagreement.cues import DISPUTES, REVISES
from bot.disagreement.told import Contrast, Pair, Span, alike, choose_pair, in_order, read_tokens, tell_difference
from bot.verify.english import NEGATORS
from bot.verify.reading import Token
from bot.verify.words import opposed, same_word

_NEGATOR = rf"\b(?:{'|'.join(sorted(NEGATORS))}|\w+n['’]t) "
_REACH = 20
_MIN_CLOSE, _MIN_ALIKE, _MIN_TOLD = 0.5, 0.5, 0.5


def tell_verdict(question: str, accounts: Iterable[Account]) -> Iterator[Account]:
    """Those that tell of what is asked, as it is or as it is not."""
    asked = read_tokens(question)
    return (a for a in accounts if _tells(asked, a))


def contrast_verdicts(question: str, claims: Sequence[Account], others: Sequence[Account]) -> Contrast | None:
    """The surest pair of which one says yes and the other no."""
    asked = read_tokens(question)
    told = [b for b in others if _tells(asked, b)]
    return choose_pair(_compare(asked, *in_order(a, b)) for a in claims for b in told)


def _tells(asked: Sequence[Token], account: Account) -> bool:
    """Whether a sentence has most of what is asked."""
    if not asked or account.closeness < _MIN_CLOSE:
        return False
    told = read_tokens(account.text)
    return sum(any(same_word(t, h) for h in told) for t in asked) >= _MIN_TOLD * len(asked)


def _compare(asked: Sequence[Token], newer: Account, older: Account) -> Pair | None:
    cosine = alike(newer, older)
    if newer.article_id == older.article_id or cosine < _MIN_ALIKE:
        return None
    for token in asked:
        first, second = (_find(token, account) for account in (newer, older))
        if first and second and _says_yes(token, first) != _says_yes(token, second):
            if _tells_both(token, newer, older):
                return None
            spans = _span(newer, first), _span(older, second)
            score = cosine + min(newer.closeness, older.closeness)
            return Pair(tell_difference(newer, older), newer, older, spans, score)
    return None


def _tells_both(asked: Token, newer: Account, older: Account) -> bool:
    """Whether a sentence says yes and no, of two things then; or an article that does not call one of them wrong."""
    revises = any(cue.search(newer.surroundings) for cue in (REVISES, DISPUTES))
    near = [older.surroundings, *([] if revises else [newer.surroundings])]
    return any(_says_both(asked, text) for text in (newer.text, older.text, *near))


def _says_both(asked: Token, text: str) -> bool:
    told = [t for t in read_tokens(text) if t.kind == "word" and same_word(asked, t)]
    return len({_says_yes(asked, t) for t in told}) > 1


def _find(asked: Token, account: Account) -> Token | None:
    told = read_tokens(account.text)
    return next((t for t in told if asked.kind == t.kind == "word" and same_word(asked, t)), None)


def _says_yes(asked: Token, told: Token) -> bool:
    if asked.opposites and told.opposites:
        return not opposed(asked, told)
    return asked.negated == told.negated


def _span(account: Account, told: Token) -> Span:
    """Where the word stands, from its negator on, if it has one."""
    word = rf"\b{re.escape(told.text)}"
    denied = (
        re.search(rf"{_NEGATOR}[ \w’']{{0,{_REACH}}}?{word}", account.text, re.IGNORECASE) if told.negated else None
    )
    match = denied or re.search(word, account.text, re.IGNORECASE)
    return match.span() if match else (0, len(account.text))
