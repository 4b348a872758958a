"""Whether what a sentence says of all is told of all, not of some or of a counted part. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.verify.tokens import Item, Reading
from bot.verify.words import same_word

_ALL = frozenset("all both each every entire entirely whole completely fully".split())
_PART = frozenset(
    "some most many several part parts half majority few nearly almost mostly partly largely number handful".split()
)
_NEAR = 3
_BEFORE = 5


def compare_quantities(claim: Reading, told: Reading) -> Iterator[str]:
    """Nouns with an all or every, each of which has a some, a percentage or a three of before it in the paragraph."""
    sentences = [
        [item for c in told.clauses if c.sentence == n for item in c.sequence]
        for n in dict.fromkeys(c.sentence for c in told.clauses)
    ]
    mine = [item for c in claim.clauses for item in c.sequence]
    for at, (_, token) in enumerate(mine):
        words = {word for word, _ in mine[max(0, at - _NEAR) : at]}
        if token is None or token.kind != "word" or not words & _ALL or words & _PART:
            continue
        before = [
            theirs[max(0, i - _BEFORE) : i]
            for theirs in _nearest([s for s in sentences if any(t and same_word(token, t) for _, t in s)], mine)
            for i, (_, t) in enumerate(theirs)
            if t and same_word(token, t)
        ]
        if before and all(map(_is_part, before)):
            yield f"quantity ({token.text})"


def _nearest(sentences: Sequence[Sequence[Item]], mine: Sequence[Item]) -> list[Sequence[Item]]:
    """Those with most of the words that a sentence has."""
    shared = [sum(bool(t and any(u and same_word(t, u) for _, u in s)) for _, t in mine) for s in sentences]
    return [s for s, n in zip(sentences, shared, strict=True) if n == max(shared)]


def _is_part(before: Sequence[Item]) -> bool:
    words = [word for word, _ in before]
    shares = [i for i, (_, t) in enumerate(before) if t and t.figure]
    return any(word in _PART for word in words) or any(
        words[i + 1 : i + 2] == ["of"] or _kind(before[i]) == "percent" for i in shares
    )


def _kind(item: Item) -> str:
    return item[1].figure.kind if item[1] and item[1].figure else ""
