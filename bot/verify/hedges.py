"""Whether what is alleged, believed or likely in the paragraph is told as a fact, and how strongly. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.verify import english
from bot.verify.forms import stems
from bot.verify.manner import find_doubted, nearest_clauses
from bot.verify.tokens import Reading
from bot.verify.verbs import DOUBT

_REPORT = english.SAYING | stems(
    "say tell report announce write state warn add call describe acknowledge admit opinion view see"
)
_CERTAIN = stems(
    "prove proof guarantee certain certainly definitely definite undoubtedly doubtless conclusive conclusively "
    "inevitable inevitably unavoidable"
)
_MAY = 2
_PROMISED = stems("promise pledge vow assure disprove")


def compare_hedges(claim: Reading, told: Reading) -> Iterator[str]:
    """What a sentence states that the paragraph only reports as thought, and words that call it certain."""
    stated = {key for t in claim.tokens for key in t.keys}
    is_reported = bool(stated & DOUBT or {w for c in claim.clauses for w in c.words} & _REPORT or stated & _REPORT)
    doubted = find_doubted(told)
    for clause, here in nearest_clauses(claim, told):
        for token in clause.tokens:
            same = [h for c in here for h in c.tokens if token.keys & h.keys]
            if is_reported or not token.verb or token.certainty == _MAY or token.negated or not same:
                continue
            if all(id(h) in doubted for h in same):
                yield f"certainty ({token.text})"
    theirs = {key for t in told.tokens for key in t.keys}
    for token in claim.tokens_of("word"):
        if token.keys & _CERTAIN and not (token.negated or token.certainty) and not theirs & (_CERTAIN | _PROMISED):
            yield f"force ({token.text})"
