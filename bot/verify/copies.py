"""What keeps the wording of a sentence, and where it departs from it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from bot.verify import english
from bot.verify.attribution import is_speech
from bot.verify.neighbours import kind_of
from bot.verify.opposites import CONVERSE
from bot.verify.phrases import FIRST_SINCE
from bot.verify.tokens import Item, Reading, Token
from bot.verify.words import same_word, shared_opposites

_COPIED = 0.6
_CLOSELY_COPIED = 0.75
_NEARLY_WHOLE = 0.9
_SHORT_PART = 6
_MAY = frozenset("may might could can".split())
_SURE = frozenset("will would must".split())
_OPEN = _MAY | {"will", "would", "should"}


def compare_copies(claim: Reading, told: Reading) -> Iterator[str]:
    """Whether what follows the wording of a sentence departs from it in a figure, a name, a word or a negation."""
    for mine, theirs, matcher, is_close in _copies(claim, told):
        if not _is_turned(mine, theirs):
            if is_close and _is_fronted(mine) == _is_fronted(theirs):
                yield from _compare_order(mine, theirs, matcher)
            if is_close:
                yield from _compare_words(mine, theirs, matcher, told.tokens)
            yield from _compare_parts(mine, theirs, matcher, is_close)
        if is_close:
            yield from _compare_negators(mine, theirs, matcher)
            yield from _compare_modals(mine, theirs, matcher)


def compare_negators(claim: Reading, told: Reading) -> Iterator[str]:
    """Whether a not was put into the wording of a sentence, or left out of it."""
    for mine, theirs, matcher, _ in _copies(claim, told):
        yield from _compare_negators(mine, theirs, matcher)


def _copies(claim: Reading, told: Reading) -> Iterator[tuple[list[Item], list[Item], SequenceMatcher[str], bool]]:
    """The sentences whose wording is kept, and whether closely."""
    mine = [item for c in claim.clauses for item in c.sequence]
    for sentence in {c.sentence for c in told.clauses}:
        theirs = [item for c in told.clauses if c.sentence == sentence for item in c.sequence]
        matcher = SequenceMatcher(None, [key for key, _ in mine], [key for key, _ in theirs], autojunk=False)
        n_same = sum(block.size for block in matcher.get_matching_blocks())
        if n_same >= _COPIED * len(mine):
            yield mine, theirs, matcher, n_same >= _CLOSELY_COPIED * len(mine)


def _is_turned(mine: Sequence[Item], theirs: Sequence[Item]) -> bool:
    """Whether a verb that both have is in the passive in one of them."""
    passives = {(key, t.passive) for key, t in theirs if t and t.verb}
    return any(t and t.verb and (key, not t.passive) in passives for key, t in mine)


def _is_fronted(sentence: Sequence[Item]) -> bool:
    """Whether it begins with what may stand behind the main clause as well."""
    return sentence[0][0] in english.CLAUSE_STARTS | english.PREPOSITIONS


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
            strange = [t for t in put if not any(same_word(t, o) for o in out)]
            if kind == "figure":
                kinds = {kind_of(o) for o in out}
                strange = [t for t in strange if kind_of(t) in kinds and not any(same_word(t, o) for o in elsewhere)]
            if strange and out and not any(same_word(t, o) for t in put for o in out):
                yield f"{kind} in place of another ({strange[0].text or min(strange[0].keys)})"


def _compare_order(mine: Sequence[Item], theirs: Sequence[Item], matcher: SequenceMatcher[str]) -> Iterator[str]:
    """Whether a name or noun has left its place without the preposition or the said that it stood with."""
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
            is_speaker = all(
                any(key in english.SAYING or (t and is_speech(t)) for key, t in words) for words in (part, other)
            )
            if back and part[0][0] not in english.PREPOSITIONS and not is_speaker:
                yield f"roles ({', '.join(sorted(back))})"


def _compare_words(
    mine: Sequence[Item], theirs: Sequence[Item], matcher: SequenceMatcher[str], told: Sequence[Token]
) -> Iterator[str]:
    """Whether a word of another sentence stands in place of one; a word that nothing tells may mean the same."""
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "replace" or d - c > _SHORT_PART:
            continue
        put = [t for _, t in mine[a:b] if t and t.kind == "word"]
        out = [t for _, t in theirs[c:d] if t and t.kind == "word"]
        is_of_another = len(put) == 1 and any(_is_told_by(put[0], t) for t in told)
        if is_of_another and out and not any(same_word(put[0], t) for _, t in theirs if t):
            yield f"word in place of another ({put[0].text})"


def _is_told_by(token: Token, other: Token) -> bool:
    return bool(token.keys & other.keys) or (same_word(token, other) and not shared_opposites(token, other) & CONVERSE)


def _compare_negators(mine: Sequence[Item], theirs: Sequence[Item], matcher: SequenceMatcher[str]) -> Iterator[str]:
    """Whether a not was put in or left out, or something is denied on one side alone."""
    if any(t and t.text == FIRST_SINCE for _, t in theirs):
        return
    words, told = [key for key, _ in mine], [key for key, _ in theirs]
    if words != told and _without_negators(words) == _without_negators(told):
        yield "negation put in or left out"
    for block in matcher.get_matching_blocks():
        pairs = zip(mine[block.a : block.a + block.size], theirs[block.b : block.b + block.size], strict=True)
        for (_, t), (_, h) in pairs:
            if t and h and t.negated != h.negated:
                yield f"negation put in or left out ({t.text})"


def _compare_modals(mine: Sequence[Item], theirs: Sequence[Item], matcher: SequenceMatcher[str]) -> Iterator[str]:
    """Whether a will or a may has given way to something else, or a may to a will."""
    is_open = any(key in _OPEN or key in english.POSSIBLE for key, _ in mine)
    for tag, a, b, c, d in matcher.get_opcodes():
        put = {key for key, _ in mine[a:b]}
        lost = [key for key, _ in theirs[c:d] if key in (_MAY if is_open else _OPEN)]
        if tag == "replace" and d - c < _SHORT_PART and lost and (put & _SURE or not is_open):
            yield f"certainty ({lost[0]})"


def _without_negators(words: Sequence[str]) -> list[str]:
    return [word for word in words if word not in english.NEGATORS]
