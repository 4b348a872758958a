"""Whether a sentence is told as the paragraph tells it: denied or not, done or planned, of all or some. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.verify import english
from bot.verify.reading import Clause, Reading, Token, stem
from bot.verify.words import same_word

_DONE = frozenset("has have had was were did".split())
_FACTIVE = frozenset(stem(w) for w in english.FACTIVE)
_ALL = frozenset("all every everyone everybody everything each".split())
_WHOLE = frozenset("both entire whole throughout none no nobody never always any anyone only".split())
_BEFORE = 0.4


def compare_manner(claim: Reading, told: Reading) -> Iterator[str]:
    """What speaks against a sentence, clause by clause, each held against the sentence that it is nearest to."""
    before: Clause | None = None
    for clause in claim.clauses:
        if clause.tokens:
            here = _nearest_sentence(clause, before, told)
            yield from _compare_order(clause, told)
            yield from _compare_negation(clause, here, claim, told)
            yield from _compare_certainty(clause, here)
            before = clause
    yield from _compare_force(claim, told)


def _nearest_sentence(clause: Clause, before: Clause | None, told: Reading) -> list[Clause]:
    def overlap(n: int) -> float:
        here = [t for c in told.clauses if c.sentence == n for t in c.tokens]
        score = sum(_weight(t) for t in clause.tokens if any(same_word(t, h) for h in here))
        earlier = before.tokens if before else ()
        return score + _BEFORE * sum(_weight(t) for t in earlier if any(same_word(t, h) for h in here))

    best = max(dict.fromkeys(c.sentence for c in told.clauses), key=overlap, default=0)
    return [c for c in told.clauses if c.sentence == best]


def _weight(token: Token) -> float:
    return {"figure": 1.2, "name": 0.8}.get(token.kind, 1.0) * (0.5 if token.opposites else 1.0)


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


def _compare_negation(clause: Clause, here: Sequence[Clause], claim: Reading, told: Reading) -> Iterator[str]:
    pairs = [(t, h) for t in clause.tokens for c in here for h in c.tokens if same_word(t, h)]
    if any(t.opposites & h.opposites for t, h in pairs) or any(
        t.negated and h.negated and same_word(t, h) for t in clause.tokens for h in told.tokens
    ):
        return
    if any("since" in c.words for c in claim.clauses) and any("firstsince" in c.words for c in here):
        return
    told_here = [h for c in here for h in c.tokens]
    if any(t.negated for t in clause.tokens) and _denies_alone(told_here, clause.tokens):
        return
    if any(h.negated for _, h in pairs) and _denies_alone(claim.tokens, told_here):
        return
    is_denied = any(h.negated or any(opposite for _, opposite in h.opposites) for c in here for h in c.tokens)
    if pairs and not is_denied and any(t.negated for t in clause.tokens):
        yield "negation (none in the paragraph)"
    for token in clause.tokens:
        same = [h for t, h in pairs if t is token]
        if token.kind == "word" and not token.opposites and same and all(h.negated != token.negated for h in same):
            yield f"negation ({token.text})"


def _denies_alone(one: Sequence[Token], other: Sequence[Token]) -> bool:
    """Whether one text says by a verb, such as skip, what the other says by a not."""
    return any(
        pair in english.IMPLIED_NEGATIONS and second and not any(same_word(t, o) for o in other)
        for t in one
        for pair, second in t.opposites
    )


def _compare_certainty(clause: Clause, here: Sequence[Clause]) -> Iterator[str]:
    for token in clause.tokens:
        same = [h for c in here for h in c.tokens if token.keys & h.keys or (token.figure and same_word(token, h))]
        if not same:
            continue
        surest = min(h.certainty for h in [h for h in same if h.verb] or same)
        if token.figure:
            is_counted = token.figure.kind in ("number", "percent") and bool(clause.words & _DONE)
            is_surer = is_counted and token.certainty == 0 < surest
        else:
            is_surer = token.verb and (token.certainty < surest == 2 or (token.past and token.certainty == 0 < surest))
        if is_surer:
            yield f"certainty ({token.text or min(token.keys)})"


def _compare_force(claim: Reading, told: Reading) -> Iterator[str]:
    """Whether what was admitted, confirmed or ordered was so told, and what is said of all is told of all."""
    for token in claim.tokens_of("word"):
        if stem(token.text) in _FACTIVE and not any(
            (token.keys & h.keys or token.opposites & h.opposites) and token.negated == h.negated for h in told.tokens
        ):
            yield f"force ({token.text})"
    words = {w for c in claim.clauses for w in c.words}
    if words & _ALL and not {w for c in told.clauses for w in c.words} & (_ALL | _WHOLE):
        yield f"quantity ({', '.join(sorted(words & _ALL))})"
