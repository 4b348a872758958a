"""What a sentence adds to the wording of a sentence that it keeps. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from bot.verify.tokens import Reading, Token
from bot.verify.words import opposed, same_word

_KEPT = 0.6
_PHRASE = 2
_KNOWN = 0.7
_CAUSES = frozenset("because due thanks owing".split())
_JOINING = _CAUSES | frozenset("and or since despite amid including following although though".split())
_TOLD_OF_CAUSE = 1 / 3
"""The share of the words of a cause that may be told elsewhere, and the cause none that the paragraph gives."""


def compare_adjuncts(claim: Reading, told: Reading, context: Reading) -> Iterator[str]:
    """Parts behind a conjunction of which nothing is told, or hardly anything of a cause, beside a rest that is."""
    known = [*told.tokens, *context.tokens]
    parts: list[tuple[str, list[tuple[Token, bool]]]] = [("", [])]
    for clause in claim.clauses:
        for word, token in clause.sequence:
            if word in _JOINING:
                parts.append((word, []))
            if token:
                parts[-1][1].append((token, any(same_word(token, k) for k in known)))
    is_known = [is_told for _, part in parts for _, is_told in part]
    for opening, part in parts[1:]:
        n_told = sum(is_told for _, is_told in part)
        is_new = n_told <= (_TOLD_OF_CAUSE * len(part) if opening in _CAUSES else 0)
        is_phrase = len(part) >= _PHRASE and not any(t.figure for t, _ in part)
        if is_new and is_phrase and sum(is_known) - n_told >= _KNOWN * (len(is_known) - len(part)):
            yield f"added ({' '.join(t.text or min(t.keys) for t, _ in part)})"


def compare_additions(claim: Reading, told: Reading, context: Reading) -> Iterator[str]:
    """Phrases of words that nothing tells, put into or behind the wording of a sentence."""
    known = [*told.tokens, *context.tokens]
    mine = [item for c in claim.clauses for item in c.sequence]
    for number in {c.sentence for c in told.clauses}:
        theirs = [item for c in told.clauses if c.sentence == number for item in c.sequence]
        matcher = SequenceMatcher(None, [key for key, _ in mine], [key for key, _ in theirs], autojunk=False)
        if sum(block.size for block in matcher.get_matching_blocks()) < _KEPT * len(mine):
            continue
        for tag, a, b, c, d in matcher.get_opcodes():
            put = [t for _, t in mine[a:b] if t and not any(same_word(t, k) and not opposed(t, k) for k in known)]
            replaces = any(t for _, t in theirs[c:d])
            if tag != "equal" and len(put) >= _PHRASE and not replaces:
                yield f"added ({' '.join(t.text or min(t.keys) for t in put)})"
