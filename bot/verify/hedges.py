"""Whether what is alleged, believed or likely in the paragraph is told as a fact, and how strongly. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.verify import english
from bot.verify.forms import stems
from bot.verify.manner import nearest_clauses
from bot.verify.tokens import Clause, Reading, Token

_DOUBT = stems(
    "allege claim accuse suspect believe think fear suggest speculate assume suppose guess argue contend maintain "
    "insist rumour hint theory suspicion allegation accusation belief"
)
"""What is reported by these need not be so."""
_REPORT = english.SAYING | stems(
    "say tell report announce write state warn add call describe acknowledge admit opinion view see"
)
_CERTAIN = stems(
    "prove proof guarantee certain certainly definitely definite undoubtedly doubtless conclusive conclusively "
    "inevitable inevitably unavoidable"
)
_PROMISED = stems("promise pledge vow assure disprove")


def compare_hedges(claim: Reading, told: Reading) -> Iterator[str]:
    """What a sentence states that the paragraph only reports as thought, and words that call it certain."""
    stated = {key for t in claim.tokens for key in t.keys}
    is_reported = bool(stated & _DOUBT or {w for c in claim.clauses for w in c.words} & _REPORT or stated & _REPORT)
    doubted = _doubted(told)
    for clause, here in nearest_clauses(claim, told):
        for token in clause.tokens:
            same = [h for c in here for h in c.tokens if token.keys & h.keys]
            if is_reported or not token.verb or token.certainty or token.negated or not same:
                continue
            if all(id(h) in doubted for h in same):
                yield f"certainty ({token.text})"
    theirs = {key for t in told.tokens for key in t.keys}
    for token in claim.tokens_of("word"):
        if token.keys & _CERTAIN and not (token.negated or token.certainty) and not theirs & (_CERTAIN | _PROMISED):
            yield f"force ({token.text})"


def _doubted(told: Reading) -> set[int]:
    """Tokens that stand behind a word of doubt in its clause, or in the clause behind it."""
    found: set[int] = set()
    before: Clause | None = None
    for clause in told.clauses:
        after = before is not None and before.sentence == clause.sentence and _ends_in_doubt(before)
        is_open = after and clause.opening == "that"
        for token in clause.tokens:
            if is_open:
                found.add(id(token))
            is_open = is_open or _is_doubt(token)
        before = clause
    return found


def _ends_in_doubt(clause: Clause) -> bool:
    return bool(clause.tokens) and _is_doubt(clause.tokens[-1])


def _is_doubt(token: Token) -> bool:
    return token.kind == "word" and bool(token.keys & _DOUBT)
