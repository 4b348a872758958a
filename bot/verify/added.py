"""What a sentence adds to the wording of a sentence that it keeps. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from bot.verify.tokens import Reading
from bot.verify.words import opposed, same_word

_KEPT = 0.6
_PHRASE = 2


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
