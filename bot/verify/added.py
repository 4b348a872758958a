"""What a sentence adds to the wording of a sentence that it keeps. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from bot.verify.tokens import Reading, Token
from bot.verify.words import opposed, same_word

_KEPT = 0.6
_PHRASE = 2
_KNOWN = 0.7
_JOINING = frozenset("and or because since due despite amid including following thanks owing although though".split())


def compare_adjuncts(claim: Reading, told: Reading, context: Reading) -> Iterator[str]:
    """Parts behind a conjunction of which nothing is told, beside a rest that is told."""
    known = [*told.tokens, *context.tokens]
    parts: list[list[tuple[Token, bool]]] = [[]]
    for clause in claim.clauses:
        for word, token in clause.sequence:
            if word in _JOINING:
                parts.append([])
            if token:
                parts[-1].append((token, any(same_word(token, k) for k in known)))
    is_known = [is_told for part in parts for _, is_told in part]
    for part in parts[1:]:
        is_new = len(part) >= _PHRASE and not any(is_told or t.figure for t, is_told in part)
        if is_new and sum(is_known) >= _KNOWN * (len(is_known) - len(part)):
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
