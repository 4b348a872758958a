"""Whether a sentence is told as the paragraph tells it: done or planned, in its order, of all or some. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from bot.verify import english
from bot.verify.forms import stems
from bot.verify.tokens import Clause, Reading, Token
from bot.verify.verbs import DOUBT
from bot.verify.words import same_word

_DONE = frozenset("has have had was were did".split())
_FACTIVE = stems("admit concede confess confirm acknowledge promise vow pledge")
"""What is reported by these is more than said: the paragraph must have such a word too."""
_ALL = frozenset("all everyone everybody everything entire entirely always unanimous unanimously".split())
_WHOLE = frozenset("both every whole throughout none no nobody never any anyone only".split())
_BEFORE = 0.4


def compare_manner(claim: Reading, told: Reading) -> Iterator[str]:
    """What speaks against a sentence, clause by clause, each held against the sentence that it is nearest to."""
    doubted = find_doubted(claim)
    for clause, here in nearest_clauses(claim, told):
        yield from _compare_order(clause, told)
        yield from _compare_certainty(clause, here, doubted)
    yield from _compare_force(claim, told)


@lru_cache(maxsize=8)
def nearest_clauses(claim: Reading, told: Reading) -> tuple[tuple[Clause, list[Clause]], ...]:
    """Each clause of a sentence, with those of the sentence of the paragraph that it is nearest to."""
    return tuple(_find_nearest(claim, told))


def _find_nearest(claim: Reading, told: Reading) -> Iterator[tuple[Clause, list[Clause]]]:
    earlier: Mapping[int, float] = {}
    for clause in claim.clauses:
        if not clause.tokens:
            continue
        shared = _share_words(clause, told)
        places = dict.fromkeys(c.sentence for c in told.clauses)
        best = max(places, key=lambda n: shared.get(n, 0.0) + _BEFORE * earlier.get(n, 0.0), default=0)
        yield clause, [c for c in told.clauses if c.sentence == best]
        earlier = shared


def _share_words(clause: Clause, told: Reading) -> Mapping[int, float]:
    """For each sentence of the paragraph, how many of the words of a clause it has, by their weight."""
    shared: defaultdict[int, float] = defaultdict(float)
    for token in clause.tokens:
        for n in {h.sentence for h in told.tokens if same_word(token, h)}:
            shared[n] += _weight(token)
    return shared


def _weight(token: Token) -> float:
    return {"figure": 1.2, "name": 0.5}.get(token.kind, 1.0)


def _compare_order(clause: Clause, told: Reading) -> Iterator[str]:
    """Whether the end of a clause is told before its beginning, so that it cannot be said of it."""
    places = [p for t in clause.tokens if (p := {h.sentence for h in told.tokens if same_word(t, h)})]
    if len(places) < 4:
        return
    first, last = places[0] & places[1], places[-1] & places[-2]
    if first and last and max(last) < min(first):
        openings = {c.sentence: c for c in reversed(told.clauses)}
        if not any(openings[n].pronouns for n in first):
            yield "blend"


def _compare_certainty(clause: Clause, here: Sequence[Clause], doubted: set[int]) -> Iterator[str]:
    for token in clause.tokens:
        same = [h for c in here for h in c.tokens if token.keys & h.keys or (token.figure and same_word(token, h))]
        if not same or token.negated or id(token) in doubted:
            continue
        surest = min(h.certainty for h in [h for h in same if h.verb] or same)
        if token.figure:
            is_counted = token.figure.kind in ("number", "percent") and bool(clause.words & _DONE)
            is_surer = is_counted and token.certainty == 0 < surest
        else:
            is_surer = token.verb and (token.certainty < surest == 2 or (token.past and token.certainty == 0 < surest))
        if is_surer:
            yield f"certainty ({token.text or min(token.keys)})"
    words = [t for t in clause.tokens if t.kind == "word"]
    if words and clause.words & english.BE and not any(t.verb or t.certainty for t in words):
        same = [h for c in here for h in c.tokens if words[-1].keys & h.keys]
        if same and min(h.certainty for h in same) > 0:
            yield f"certainty ({words[-1].text})"


def _compare_force(claim: Reading, told: Reading) -> Iterator[str]:
    """Whether what was admitted, confirmed or ordered was so told, and what is said of all is told of all."""
    for token in claim.tokens_of("word"):
        if (
            token.keys & _FACTIVE
            and not (token.negated or token.certainty)
            and not any(
                (token.keys & h.keys or token.opposites & h.opposites) and token.negated == h.negated
                for h in told.tokens
            )
        ):
            yield f"force ({token.text})"
    words = {w for c in claim.clauses for w in c.words}
    if words & _ALL and not {w for c in told.clauses for w in c.words} & (_ALL | _WHOLE):
        yield f"quantity ({', '.join(sorted(words & _ALL))})"


def find_doubted(told: Reading) -> set[int]:
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
    return token.kind == "word" and bool(token.keys & DOUBT)
