"""Which figure or name belongs to what: the one that stands nearest to the same words. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.verify import english
from bot.verify.subjects import subject_of, with_subjects
from bot.verify.tokens import Reading, Token
from bot.verify.words import opposed, same_word

_CLAUSE_GAP = 4.0
_SENTENCE_GAP = 6.0
_NEAR = 3.0
_OTHER_SIDE = 0.7
_NEXT = 0.5
_MARGINS = {"figure": 1.35, "name": 1.5}
"""How much better another one must fit, by kind; chosen on tests/golden/support*.jsonl but for the blind set."""
_MORE = 0.1
_LEAST_FITS = {"figure": 0.3, "name": 0.5}
_RUN_CHARS = 20
_TWICE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A token where it stands, or where a pronoun or a missing subject stands for it.

    Attributes:
        leads: Whether it is part of its clause's subject.
    """

    token: Token
    position: float
    leads: bool = False


_Around = Sequence[tuple[float, float, Sequence[Place]]]
"""Weight and signed distance of each word of the sentence, and where the paragraph has it."""


def compare_neighbours(claimed: Reading, told: Reading) -> Iterator[str]:
    """Whether another figure or name would fit the sentence better."""
    claim, source = _places(claimed), _places(told)
    matches = {id(p): [q for q in source if same_word(p.token, q.token)] for p in claim}
    agreeing = {id(p): [q for q in matches[id(p)] if not opposed(p.token, q.token)] for p in claim}
    named: defaultdict[int, set[int]] = defaultdict(set)
    for q in (q for p in claim if p.token.kind == "name" for q in matches[id(p)]):
        named[q.token.sentence].add(q.token.at)
    is_reported = any(c.words & english.SAYING for c in claimed.clauses)
    for place in claim:
        token, own = place.token, agreeing[id(place)]
        rivals = [q for q in _rivals(token, source, named) if q not in own]
        if not rivals or not own or (token.kind == "name" and not (place.leads and _may_act(own))):
            continue
        around = _words_around(place, claim, agreeing)
        fit = max(_fit(q, around) for q in own)
        best = max(rivals, key=lambda q: _fit(q, around))
        if token.kind == "name" and not is_reported and _is_told_fully(best, own, agreeing):
            continue
        if _fit(best, around) > max(_MARGINS[token.kind] * fit + _MORE, _LEAST_FITS[token.kind]):
            other = best.token.text or min(best.token.keys)
            yield f"{token.kind} of something else ({token.text or min(token.keys)}, not {other})"


def _is_told_fully(rival: Place, own: Sequence[Place], agreeing: Mapping[int, Sequence[Place]]) -> bool:
    """Whether a sentence with the name itself has twice as many of the words as the one with its rival."""
    shares = Counter(n for matched in agreeing.values() for n in {q.token.sentence for q in matched})
    return max(shares[q.token.sentence] for q in own) >= _TWICE * shares[rival.token.sentence]


def _may_act(own: Sequence[Place]) -> bool:
    """Whether a name is not only told as the place of something."""
    return any(q.token.preposition not in ("in", "at", "on") for q in own)


def _words_around(place: Place, claim: Sequence[Place], agreeing: Mapping[int, Sequence[Place]]) -> _Around:
    own = agreeing[id(place)]
    return [
        (_weight(p, place), p.position - place.position, agreeing[id(p)])
        for p in claim
        if p is not place and not place.token.kind == p.token.kind == "name" and agreeing[id(p)] != own
    ]


def _places(reading: Reading) -> list[Place]:
    """All tokens, and the names that pronouns and missing subjects stand for."""
    found: list[Place] = []
    position = 0.0
    sentence = 0
    for clause, _, subject in with_subjects(reading):
        position += _SENTENCE_GAP if clause.sentence != sentence else _CLAUSE_GAP
        sentence = clause.sentence
        own = subject_of(clause)
        if not own and clause.opening != "the":
            found += [Place(t, position) for t in subject]
        for token in clause.tokens:
            position += 1
            found.append(Place(token, position, leads=token in own and not clause.words & english.SAYING))
    return found


def _rivals(token: Token, source: Sequence[Place], named: Mapping[int, set[int]]) -> list[Place]:
    """What might stand in the token's place; of names, those that are no part of one that the sentence has."""
    alike = [q for q in source if kind_of(q.token) == kind_of(token)]
    if token.kind != "name":
        return alike if token.kind == "figure" else []
    return [
        q
        for q in alike
        if q.token.preposition in ("", "by")
        and not any(abs(q.token.at - at) < _RUN_CHARS for at in named.get(q.token.sentence, ()))
    ]


def kind_of(token: Token) -> str:
    """What sort of figure it is, so that a day is not taken for a year; of others the token's kind."""
    figure = token.figure
    if figure is None:
        return token.kind
    if figure.kind == "date":
        is_year, is_month = all(k.isdigit() for k in token.keys), all("m" in k for k in token.keys)
        return "year" if is_year else "month" if is_month else "day"
    if figure.kind in ("number", "percent"):
        return "money" if figure.currency or figure.value >= 1e5 else "number"
    return figure.kind


def _weight(other: Place, place: Place) -> float:
    return (1.5 if other.token.verb else 1.0) / (1 + abs(other.position - place.position) / _NEAR)


def _fit(place: Place, around: _Around) -> float:
    """How near the words around stand in the source too."""
    return sum(
        weight * max((_nearness(distance, q.position - place.position) for q in matched if q is not place), default=0.0)
        for weight, distance, matched in around
    )


def _nearness(claimed: float, told: float) -> float:
    """From 0 to 1.5: whether a word stands near in the source, on the same side, and right behind in both."""
    side = 1.0 if (claimed < 0) == (told < 0) else _OTHER_SIDE
    return side / (1 + abs(told) / _NEAR) + _NEXT * (claimed == told == 1)
