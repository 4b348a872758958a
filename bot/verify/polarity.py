"""Whether what a sentence affirms is affirmed in the paragraph, and what it denies denied. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.verify.manner import nearest_clauses
from bot.verify.opposites import CONVERSE
from bot.verify.phrases import FIRST_SINCE
from bot.verify.tokens import Clause, Reading, Token
from bot.verify.words import opposed, same_word, shared_opposites

_NEAR = 2


def compare_opposites(claim: Reading, told: Reading) -> Iterator[str]:
    """Words of a sentence whose opposites are told in their place, as both stand, and figures that are denied."""
    for clause, here in nearest_clauses(claim, told):
        for token in clause.tokens:
            theirs = _counterparts(token, clause, claim.tokens, here)
            others = [h for h in theirs if shared_opposites(token, h) and not token.keys & h.keys]
            is_of_same = any(_share_neighbour(token, h, claim.tokens, told.tokens) for h in others)
            if is_of_same and not any(_agrees(token, h) for h in theirs):
                yield f"opposite ({token.text}, not {theirs[0].text})"
            if token.kind == "figure" and not token.negated:
                own = [h for h in told.tokens if same_word(token, h)]
                if own and all(h.negated and h.preposition != "of" for h in own):
                    yield f"denied figure ({min(token.keys)})"


def compare_negation(claim: Reading, told: Reading) -> Iterator[str]:
    """Words of a sentence that stand below a negator where the paragraph has none, or the reverse."""
    for clause, here in nearest_clauses(claim, told):
        tokens = [h for c in here for h in c.tokens]
        own = {key for t in clause.tokens for key in t.keys}
        pairs = [
            (t, h) for t in clause.tokens for h in tokens if same_word(t, h) and (t.keys & h.keys or not own & h.keys)
        ]
        if any(t.opposites & h.opposites and not t.keys & h.keys for t, h in pairs) or _is_since(claim.clauses, here):
            continue
        if any(t.negated and h.negated and same_word(t, h) for t in clause.tokens for h in told.tokens):
            continue
        is_denied = any(h.negated or any(opposite for _, opposite in h.opposites) for h in tokens)
        if pairs and not is_denied and any(t.negated for t in clause.tokens):
            yield "negation (none in the paragraph)"
        for token in clause.tokens:
            same = [h for t, h in pairs if t is token]
            if token.kind == "word" and same and all(h.negated != token.negated for h in same):
                yield f"negation ({token.text})"


def compare_denials(claim: Reading, told: Reading) -> Iterator[str]:
    """Verbs of a sentence that are denied where the paragraph affirms them, or the reverse."""
    for clause, here in nearest_clauses(claim, told):
        if _is_since(claim.clauses, here):
            continue
        for token in clause.tokens:
            theirs = _counterparts(token, clause, claim.tokens, here) if token.verb else []
            same = [h for h in theirs if token.keys & h.keys]
            if same and all(token.negated != h.negated for h in theirs):
                yield f"denial ({token.text})"


def compare_absence(claim: Reading, told: Reading) -> Iterator[str]:
    """Nouns of which the paragraph only says that there is no such thing, where a sentence denies nothing."""
    absent: dict[str, bool] = {}
    for clause in told.clauses:
        for (word, _), (key, token) in pairwise([("", None), *clause.sequence]):
            if token and token.kind == "word":
                absent[key] = absent.get(key, True) and word == "no"
    for clause in claim.clauses:
        is_denied = any(t.negated or any(second for _, second in t.opposites) for t in clause.tokens)
        for key, token in clause.sequence:
            if token and absent.get(key) and not is_denied and not token.certainty:
                yield f"absent ({token.text})"


def _is_since(clauses: Sequence[Clause], here: Sequence[Clause]) -> bool:
    """Whether one tells of the first time since, which the other may tell as not since."""
    return any("since" in c.words for c in clauses) and any(FIRST_SINCE in c.words for c in here)


def _share_neighbour(token: Token, other: Token, claimed: Sequence[Token], told: Sequence[Token]) -> bool:
    """Whether one of the two words before or behind a token stands as near to the other."""
    near = _neighbours(other, told)
    return any(same_word(t, h) for t in _neighbours(token, claimed) for h in near)


def _neighbours(token: Token, tokens: Sequence[Token]) -> list[Token]:
    at = next(i for i, t in enumerate(tokens) if t is token)
    around = tokens[max(0, at - _NEAR) : at + _NEAR + 1]
    return [t for t in around if t is not token and t.sentence == token.sentence]


def _agrees(token: Token, told: Token) -> bool:
    return not opposed(token, told) if shared_opposites(token, told) else token.negated == told.negated


def _counterparts(token: Token, clause: Clause, claimed: Sequence[Token], here: Sequence[Clause]) -> list[Token]:
    """The same word in the sentence that is nearest to its clause; else what may mean the same, or the opposite.

    Opposites that tell the same of the other side are left to the comparison of roles.
    """
    if token.kind != "word":
        return []
    others = {key for t in claimed for key in t.keys} - token.keys
    near = max(here, key=lambda c: sum(any(same_word(t, h) for h in c.tokens) for t in clause.tokens), default=None)
    alike = [h for c in here for h in c.tokens if h.kind == "word" and same_word(token, h) and not h.keys & others]
    close = [h for h in alike if near and h.clause == near.number]
    for group in (close, alike):
        found = [h for h in group if token.keys & h.keys] or group
        if found:
            break
    else:
        return []
    return [] if any(shared_opposites(token, h) & CONVERSE for h in found) else found
