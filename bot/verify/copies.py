"""What keeps the wording of a sentence, and where it departs from it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from bot.verify import english
from bot.verify.neighbours import kind_of
from bot.verify.reading import Item, Reading, Token
from bot.verify.words import same_word

_COPIED = 0.6
_CLOSELY_COPIED = 0.75
_SHORT_PART = 6
_IMPLIED = frozenset((pair, True) for pair in english.IMPLIED_NEGATIONS)


def compare_copies(claim: Reading, told: Reading) -> Iterator[str]:
    """Whether what follows the wording of a sentence departs from it in a figure, a name, a word or a negation."""
    mine = [item for c in claim.clauses for item in c.sequence]
    for sentence in {c.sentence for c in told.clauses}:
        theirs = [item for c in told.clauses if c.sentence == sentence for item in c.sequence]
        matcher = SequenceMatcher(None, [key for key, _ in mine], [key for key, _ in theirs], autojunk=False)
        n_same = sum(block.size for block in matcher.get_matching_blocks())
        if n_same < _COPIED * len(mine):
            continue
        is_close = n_same >= _CLOSELY_COPIED * len(mine)
        if not _is_turned(mine, theirs):
            if is_close:
                yield from _compare_order(mine, theirs, matcher)
                yield from _compare_words(mine, theirs, matcher)
            yield from _compare_parts(mine, theirs, matcher, is_close)
        yield from _compare_negators(mine, theirs, matcher)


def _is_turned(mine: Sequence[Item], theirs: Sequence[Item]) -> bool:
    """Whether a verb that both have is in the passive in one of them."""
    passives = {(key, t.passive) for key, t in theirs if t and t.verb}
    return any(t and t.verb and (key, not t.passive) in passives for key, t in mine)


def _compare_parts(
    mine: Sequence[Item], theirs: Sequence[Item], matcher: SequenceMatcher[str], is_close: bool
) -> Iterator[str]:
    """Whether a figure or name stands in place of another."""
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        elsewhere = [] if is_close else [t for _, t in (*theirs[:c], *theirs[d:]) if t]
        for kind in ("figure", "name"):
            put = [t for _, t in mine[a:b] if t and t.kind == kind]
            out = [t for _, t in theirs[c:d] if t and t.kind == kind]
            if kind == "name" and not out and any(key in english.PRONOUNS for key, _ in theirs[c:d]):
                out = [t for _, t in theirs[:c] if t and t.kind == "name"]
            strange = [t for t in put if not any(same_word(t, o) or _may_be_same_day(t, o) for o in out)]
            if kind == "figure":
                kinds = {kind_of(o) for o in out}
                strange = [t for t in strange if kind_of(t) in kinds and not any(same_word(t, o) for o in elsewhere)]
            if strange and out and not any(same_word(t, o) for t in put for o in out):
                yield f"{kind} in place of another ({strange[0].text or min(strange[0].keys)})"


def _may_be_same_day(a: Token, b: Token) -> bool:
    """Whether both are dates and one is a weekday of an unknown week."""
    return bool(a.figure and b.figure and {a.figure.kind, b.figure.kind} == {"date"}) and any(
        key.isalpha() for t in (a, b) for key in t.keys
    )


def _compare_order(mine: Sequence[Item], theirs: Sequence[Item], matcher: SequenceMatcher[str]) -> Iterator[str]:
    """Whether a name or noun has left its place without the preposition that it stood behind."""
    codes = matcher.get_opcodes()
    put = [mine[a:b] for tag, a, b, _, _ in codes if tag in ("delete", "replace")]
    out = [theirs[c:d] for tag, _, _, c, d in codes if tag in ("insert", "replace")]
    for part in put:
        for other in out:
            crosses = any(t and t.verb for _, t in (*part, *other))
            moved = {
                key for key, t in part if t and (t.kind == "name" or (crosses and t.kind == "word" and not t.verb))
            }
            back = moved & {key for key, t in other if t}
            if back and part[0][0] not in english.PREPOSITIONS:
                yield f"roles ({', '.join(sorted(back))})"


def _compare_words(mine: Sequence[Item], theirs: Sequence[Item], matcher: SequenceMatcher[str]) -> Iterator[str]:
    """Whether a word stands in place of one of the sentence that the sentence does not have."""
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "replace" or d - c > _SHORT_PART:
            continue
        put = [t for _, t in mine[a:b] if t and t.kind == "word"]
        out = [t for _, t in theirs[c:d] if t and t.kind == "word"]
        if len(put) == 1 and out and not any(same_word(put[0], t) for _, t in theirs if t):
            yield f"word in place of another ({put[0].text})"


def _compare_negators(mine: Sequence[Item], theirs: Sequence[Item], matcher: SequenceMatcher[str]) -> Iterator[str]:
    """Whether a not was put in or left out; what is cut off at the end takes its own along."""
    if any(key == english.FIRST_SINCE for key, _ in theirs) or _agree_by_opposites(mine, theirs):
        return
    n_negators = 0
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        n_negators += _count_negators(mine[a:b])
        if tag == "replace":
            n_negators -= _count_negators(theirs[c:d] if d - c < _SHORT_PART else theirs[d - 2 : d])
        elif b < len(mine):
            n_negators -= _count_negators(theirs[max(c, d - 2) : d])
    if n_negators % 2:
        yield "negation put in or left out"


def _count_negators(part: Sequence[Item]) -> int:
    """Negators, words such as unharmed, and verbs such as refuse that are the opposite of one thing alone."""
    return sum(
        key in english.NEGATORS
        or bool(t and t.negated and t.text.startswith("un"))
        or bool(t and not t.negated and len(t.opposites) == 1 and t.opposites <= _IMPLIED)
        for key, t in part
    )


def _agree_by_opposites(mine: Sequence[Item], theirs: Sequence[Item]) -> bool:
    """Whether one says refuse where the other says not accept, or another such word."""
    return any(
        m and t and m.opposites & t.opposites & _IMPLIED and m.keys != t.keys for _, m in mine for _, t in theirs
    )
