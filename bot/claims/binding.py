"""Whether one clause of a text says who did what to whom, and how much of it, as a claim does. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from bot.claims.scopes import Scope, find_scopes, is_finite
from bot.verify import english
from bot.verify.neighbours import kind_of
from bot.verify.reading import names_within, read
from bot.verify.tokens import Clause, Reading, Token
from bot.verify.words import opposed, same_word
from index.sentences import split_sentences

_RESTRICTS = re.compile(
    r"\b(?:other than|rather than|instead of|except|apart from|all but|as (?:if|though)|(?:would|could|should) have"
    r"|(?:meant|supposed|yet|expected) to|if|unless)\b",
    re.IGNORECASE,
)
"""What makes a sentence say less than a clause of it seems to."""
_DENIES = english.NEGATORS | {"against"}
_UNIT = r"\s+(?:year|month|week|day|hour|minute|metre|kilo|gram|pound|tonne)s?\b"
_AND_MORE = re.compile(rf"{_UNIT}\s+and\s+\S+{_UNIT}")
_SETTING = frozenset("in at during near".split())
_PART_OF = re.compile(r"\s+of (?:the|them|those|these|its|their|his|her)\b")
_AMOUNTS = frozenset({"number", "percent", "money"})
_PREPOSITION = re.compile(r"\s+(?:of|by|in|at|on|for)\b")
_MIN_WITHOUT_VERB = 3


def is_bound(claim: str, texts: Sequence[str], context: str, published: date | None, core: str = "") -> bool:
    """Whether each clause of an English claim has its subject, verb, objects and figures in one clause of the texts.

    Args:
        context: What the article makes plain besides; where something happened may stand there alone.
        core: Words of the claim whose clause alone is looked at.
    """
    names = frozenset[str]().union(*map(names_within, (claim, context, *texts))) - english.FUNCTION
    mine, known, *told = (read(part, published, names) for part in (claim, context, *texts))
    scopes = [(s, t) for t in told for s in find_scopes(t) if not _says_less(t, s.clause.sentence, claim)]
    clauses = [c for c in mine.clauses if c.tokens]
    at = mine.text.find(core) if core else -1
    if at >= 0:
        clauses = [c for c in clauses if _start(c.tokens[0], mine) <= at][-1:] or clauses
    return all(any(_Pair(c, mine, s, t, known).is_told for s, t in scopes) for c in clauses)


def _says_less(told: Reading, sentence: int, claim: str) -> bool:
    a, b = _spans(told.text)[sentence]
    return any(m[0].lower() not in claim.lower() for m in _RESTRICTS.finditer(told.text[a:b]))


class _Pair:
    """A clause of a claim, held against a clause of a text with what belongs to that."""

    def __init__(self, clause: Clause, claim: Reading, scope: Scope, told: Reading, known: Reading) -> None:
        self._clause, self._claim, self._scope, self._told, self._known = clause, claim, scope, told, known
        verbs = [t for t in clause.tokens if t.verb]
        is_going_on = bool(clause.words & english.BE)
        self._verb = next((t for t in verbs if is_going_on or is_finite(t)), None)

    @property
    def is_told(self) -> bool:
        """Whether the clause of the text says what the claim's clause says."""
        scope, clause = self._scope, self._clause
        if bool(scope.clause.words & _DENIES) != bool(clause.words & _DENIES):
            return False
        done = self._find_verb()
        if self._verb and done is None and not self._says_much:
            return False
        others = [t for t in clause.tokens if t is not self._verb]
        return all(self._has(t, i, others, done) for i, t in enumerate(others)) and self._keeps_figures(others)

    @property
    def _says_much(self) -> bool:
        """Whether it can be known without its verb: by a figure and as many other words, names counted once."""
        tokens = [t for t in self._clause.tokens if t is not self._verb]
        n_names = len({t.at for t in tokens if t.kind == "name"})
        n_words = len(tokens) - max(0, n_names - 1)
        has_verb = any(t.verb for t in self._scope.clause.tokens)
        return has_verb and any(t.kind == "figure" for t in tokens) and n_words >= _MIN_WITHOUT_VERB

    def _find_verb(self) -> Token | None:
        mine = self._verb
        if mine is None:
            return None
        found = (t for c in self._scope.clauses for t in c.tokens if _same(mine, t))
        return next((t for t in found if (t.verb or t.text == mine.text) and t.negated == mine.negated), None)

    def _has(self, token: Token, i: int, others: Sequence[Token], done: Token | None) -> bool:
        """Whether a token has its counterpart, a subject's in the part of the subject."""
        found = [t for c in self._scope.clauses for t in c.tokens if _same(token, t) and t.negated == token.negated]
        carried = [t for t in self._scope.carried if _same(token, t)]
        if token.kind == "figure":
            return any(not self._is_partial(t, token) for t in found)
        if self._completes_name(token, i, others):
            return True
        if self._leads(token):
            return bool(carried) or any(self._may_lead(t, done) for t in found)
        return bool(found or carried) or self._is_known(token, i, others)

    def _is_known(self, token: Token, i: int, others: Sequence[Token]) -> bool:
        """Whether a word that only describes, or tells where, stands beside the clause or in the context."""
        if token.kind == "word" and any(_same(token, t) for c in self._scope.described for t in c.tokens):
            return True
        is_modifier = i + 1 < len(others) and others[i + 1].at - token.at - token.length <= 1
        is_setting = token.preposition in _SETTING
        text = self._told.tokens if is_setting and token.kind == "word" else []
        return (is_modifier or is_setting) and any(_same(token, t) for t in [*self._known.tokens, *text])

    def _completes_name(self, token: Token, i: int, others: Sequence[Token]) -> bool:
        """Whether it is part of a longer name that the article has, another part of which stands in the scope."""
        near = [t for t in others[max(0, i - 1) : i + 2] if t is not token and t.kind == token.kind == "name"]
        told = [t for c in self._scope.clauses for t in (*c.tokens, *self._scope.carried)]
        is_there = any(_same(token, t) for t in told)
        has_other = any(_same(n, t) for n in near for t in told)
        return not is_there and has_other and any(_same(token, t) for t in self._known.tokens)

    def _leads(self, token: Token) -> bool:
        is_before = self._verb is None or token.at < self._verb.at
        return is_before and not token.preposition and not self._is_owner(token, self._claim)

    def _may_lead(self, token: Token, done: Token | None) -> bool:
        """Whether a token of the text may be the subject of the claim's verb."""
        if self._verb is None or done is None:
            return not token.preposition
        if self._verb.passive != done.passive and not (self._verb.passive and self._is_participle(done)):
            return token.at > done.at if self._verb.passive else token.preposition == "by"
        return token.at < done.at and not token.preposition and not self._is_owner(token, self._told)

    def _is_participle(self, done: Token) -> bool:
        """Whether a verb of a headline, such as `convicted of`, lacks its `was`."""
        return done.past and _PREPOSITION.match(_behind(done, self._told)) is not None

    @staticmethod
    def _is_owner(token: Token, reading: Reading) -> bool:
        return bool(re.search(r"'s?$", _text_of(token, reading)))

    def _is_partial(self, told: Token, mine: Token) -> bool:
        """Whether a number is only that of a part, as in `two of the dead` and `three years and nine months`."""
        theirs, ours = _behind(told, self._told), _behind(mine, self._claim)
        return any(part.match(theirs) and not part.match(ours) for part in (_PART_OF, _AND_MORE))

    def _keeps_figures(self, others: Sequence[Token]) -> bool:
        """Whether no counterpart stands in a clause that has a rival of one of the claim's figures."""
        figures = [t for t in others if t.kind == "figure"]
        for clause in self._scope.clauses:
            is_used = any(_same(t, o) for t in others for o in clause.tokens)
            rivals = [o for o in clause.tokens if o.figure and not any(_same(o, t) for t in self._claim.tokens)]
            own = {_sort(f) for f in figures if not any(_same(f, o) for o in clause.tokens)}
            if is_used and any(_sort(o) in own for o in rivals):
                return False
        return True


def _sort(token: Token) -> str:
    kind = kind_of(token) if token.figure else ""
    return "number" if kind in _AMOUNTS else kind


def _same(a: Token, b: Token) -> bool:
    return same_word(a, b) and not opposed(a, b)


def _text_of(token: Token, reading: Reading) -> str:
    start = _start(token, reading)
    return reading.text[start : start + token.length]


def _behind(token: Token, reading: Reading) -> str:
    return reading.text[_start(token, reading) + token.length :]


def _start(token: Token, reading: Reading) -> int:
    return _spans(reading.text)[token.sentence][0] + token.at


@lru_cache(maxsize=64)
def _spans(text: str) -> list[tuple[int, int]]:
    return split_sentences(text)
