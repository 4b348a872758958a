"""The one change by which a claim says what a sentence tells: a figure, a name, a word, a not, who did it. Pure.

Whether the changed claim is told is for others to check; where it is, the sentence contradicts the claim as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from bot.claims.types import Change, ChangeKind
from bot.verify import english, hanzi
from bot.verify.figures import Figure, read_figures, same_figure
from bot.verify.forms import stem
from bot.verify.reading import names_within, read
from bot.verify.tokens import Reading, Token
from bot.verify.words import opposed, same_word

_HAN = re.compile(r"[\u3400-\u9fff]")
_OPEN_ENDED = re.compile(r"\b(?P<more>at least|more than|over|above|upwards of)|\b(?P<less>at most|up to|under|below)")
_ROUGH = re.compile(r"\b(?:about|around|some|nearly|almost|roughly|approximately|close to)\s*$", re.IGNORECASE)
_ROUGHLY = 0.1
_DENIED = re.compile(r"\bnot (?:the |as many as )?$")
_LABEL = re.compile(
    r"\b(?!(?:The|A|In|On|At|About|Some|Only|But|And|Of|By|All|Another|Around|Nearly|Over)\b)[A-Z][\w’'-]*\s$"
)
_UNIT = r"\s+(?:year|month|week|day|hour|minute|metre|kilo|gram|pound|tonne)s?\b"
_QUANTITY = re.compile(rf"{_UNIT}(?P<more>\s+and\s+\S+{_UNIT})?")
_GOES_ON = re.compile(rf"{_UNIT}\s+and\s+$")
_COUNSEL = re.compile(
    r"\b(?:lawyer|counsel|barrister|solicitor|attorney|prosecutor|spokes(?:man|woman|person)|advocate)s?\b(?: \S+)?$",
    re.IGNORECASE,
)
_SPEAKS = english.SAYING | frozenset("ask asks asked argue argues argued described describes".split())
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BREAK = re.compile(r"[,;:.()]")
_N_BEHIND = 4
_COMPARED_BEFORE = re.compile(
    r"\b(?:from|against|compared (?:with|to)|than|instead of|down on|up on)\s+(?:the |about |around )?$"
)
_COMPARED_BEHIND = re.compile(
    r"[^,;.()]{0,40}\b(?:in (?:19|20)\d\d\b|(?:a|one|the) (?:year|month|week|quarter) (?:ago|before|earlier)"
    r"|last (?:year|time)|previous|earlier)"
)
_ONE_ALONE = re.compile(
    r"\b(?:\w{2,}est|most|first|only|w[io]n|winner|beat|elected|appointed|named|replaced|succeed(?:s|ed)|became|becomes?"
    r"|resign(?:s|ed)|in charge|heads?|headed|chairs?|chaired|runs|minister|mayor|director|chief|president|captain"
    r"|coach|manager|leads|leader|editor|owns?|owner|convicted|sentenced|author|wrote|written|invented|founded|drawn|painted"
    r"|directed)\b",
    re.IGNORECASE,
)
"""What is true of one person or place alone, so that another name contradicts it."""
_MIN_TELLING = 10
_NEGATOR = re.compile(r"\b(?:did not|does not|do not)\s+|\b(?:not|never)\s+", re.IGNORECASE)
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|did|does|do)\b", re.IGNORECASE
)


def find_changes(claim: str, sentence: str, published: date | None) -> Iterator[Change]:
    """The claims that differ from one in a single thing, which they take from a sentence: a figure, a name, a word.

    Args:
        published: The day that the sentence's weekdays refer to.
    """
    if _HAN.search(claim):
        yield from _change_figures(claim, sentence, published)
        yield from _change_hanzi_negation(claim, sentence)
        return
    names = names_within(claim) | names_within(sentence)
    mine, told = read(claim, published, names), read(sentence, published, names)
    yield from _change_figures(mine.text, sentence, published)
    if _is_one(mine) and _is_one(told):
        yield from _change_words(mine, told)
        yield from _change_names(mine, told)


def reverse(claim: str) -> Iterator[Change]:
    """The claim with a not put in or left out, and with its names in each other's place."""
    mine = read(claim, None, names_within(claim))
    if not _HAN.search(claim) and _is_one(mine):
        yield from _change_roles(mine)
        yield from _change_negation(mine)


def _is_one(reading: Reading) -> bool:
    """Whether it is one sentence, for only then do tokens tell where in the text they stand."""
    return len({c.sentence for c in reading.clauses}) == 1


def _change_figures(claim: str, sentence: str, published: date | None) -> Iterator[Change]:
    figures = [f for f in read_figures(sentence, published) if not _GOES_ON.search(sentence[: f.start])]
    told = [g for g in _join_dates(figures, sentence) if not _is_denied(g, sentence)]
    for group in _join_dates(read_figures(claim, published), claim):
        if any(same_figure(group[-1], other[-1]) for other in told):
            continue
        for other in told:
            if _sort_of(other) == _sort_of(group) and _may_differ(group, other, claim, sentence):
                a, c = group[0].start, other[0].start
                b, d = _ends_of_quantities(claim, group[-1].end, sentence, other[-1].end)
                words = sentence[c:d].strip(" .,")
                yield Change(ChangeKind.FIGURE, claim[a:b].strip(" .,"), words, f"{claim[:a]}{words}{claim[b:]}")


def _ends_of_quantities(claim: str, b: int, sentence: str, d: int) -> tuple[int, int]:
    """Where two quantities end: with their units where one is of two parts, as in `three years and nine months`."""
    mine, told = _QUANTITY.match(claim, b), _QUANTITY.match(sentence, d)
    if mine and told and (mine["more"] or told["more"]):
        return mine.end(), told.end()
    return b, d


def _may_differ(mine: Sequence[Figure], told: Sequence[Figure], claim: str, sentence: str) -> bool:
    """Whether two figures are of one thing, neither a bound that both keep nor what the other is compared with."""
    is_count = mine[-1].kind in ("number", "span") and not mine[-1].currency
    if is_count and not (_HAN.search(claim) or _count_one_thing(mine[-1], told[-1], claim, sentence)):
        return False
    return not _is_compared(told, sentence) and not _leaves_open(mine[-1], told[-1], sentence)


def _count_one_thing(mine: Figure, told: Figure, claim: str, sentence: str) -> bool:
    """Whether the word behind a figure stands near the other too, and neither is the number of a name, as in Shed 9."""
    if any(_LABEL.search(text[: f.start]) for text, f in ((claim, mine), (sentence, told))):
        return False
    counted = _WORDS.findall(claim[mine.end :])[:1]
    near = _WORDS.findall(_BREAK.split(sentence[told.end :])[0])[:_N_BEHIND]
    return not counted or stem(counted[0]) in {stem(w) for w in near} or counted[0].lower() in english.FUNCTION


def _join_dates(figures: Sequence[Figure], text: str) -> list[list[Figure]]:
    """Figures, a weekday with the day of the month behind it taken as one."""
    groups: list[list[Figure]] = []
    for figure in figures:
        last = groups[-1][-1] if groups else None
        if last and last.kind == figure.kind == "date" and text[last.end : figure.start] in (" ", ", "):
            groups[-1].append(figure)
        else:
            groups.append([figure])
    return groups


def _sort_of(group: Sequence[Figure]) -> str:
    """What can stand in one another's place: days, months, years, money, counts, shares, ordinals, times, scores."""
    figure = group[-1]
    if figure.kind == "date":
        is_year, is_month = all(k.isdigit() for k in figure.keys), all("m" in k for k in figure.keys)
        return "year" if is_year else "month" if is_month else "day"
    return "money" if figure.currency else figure.kind


def _is_denied(group: Sequence[Figure], sentence: str) -> bool:
    """Whether a figure is told as what is not so, as in `four, and not the five of Saturday`."""
    return bool(_DENIED.search(sentence[: group[0].start]))


def _is_compared(group: Sequence[Figure], sentence: str) -> bool:
    """Whether a figure is only what another is compared with, as in `up from 31 in 2021`."""
    before, behind = sentence[: group[0].start], sentence[group[-1].end :]
    return bool(_COMPARED_BEFORE.search(before) or _COMPARED_BEHIND.match(behind))


def _leaves_open(claimed: Figure, told: Figure, sentence: str) -> bool:
    """Whether a figure that is told as a bound, or roughly, lets the claimed one be true."""
    if told.kind not in ("number", "percent", "span"):
        return False
    before = sentence[max(0, told.start - 16) : told.start]
    if _ROUGH.search(before):
        return abs(claimed.value - told.value) <= _ROUGHLY * told.value
    bound = _OPEN_ENDED.search(before.lower())
    return bool(bound and (claimed.value >= told.value if bound["more"] else claimed.value <= told.value))


def _change_names(claim: Reading, told: Reading) -> Iterator[Change]:
    """Another name in the same part, where only one can be right: of an office, a deed, or what a figure measures."""
    figures = [t.figure for t in claim.tokens_of("figure") if t.figure and t.figure.value >= _MIN_TELLING]
    shared = [f for f in figures if any(t.figure and same_figure(f, t.figure) for t in told.tokens)]
    if not shared and not _ONE_ALONE.search(claim.text):
        return
    known = {t.text for t in told.tokens}
    own = {t.text for t in claim.tokens_of("name")}
    for a, b, run in _runs(claim):
        if any(t.text in known for t in run):
            continue
        for c, d, other in _runs(told):
            if _speaks(other[0], told):
                continue
            if run[0].preposition == other[0].preposition and not any(t.text in own for t in other):
                name = told.text[c:d]
                yield Change(ChangeKind.NAME, claim.text[a:b], name, f"{claim.text[:a]}{name}{claim.text[b:]}")


def _speaks(name: Token, told: Reading) -> bool:
    """Whether a name is that of counsel, or of somebody who only tells it."""
    clause = next(c for c in told.clauses if c.number == name.clause)
    return bool(_COUNSEL.search(told.text[: name.at + name.length]) or clause.words & _SPEAKS)


def _runs(reading: Reading) -> list[tuple[int, int, list[Token]]]:
    """Names of one or more words, each with where it stands."""
    runs: list[list[Token]] = []
    for token in reading.tokens_of("name"):
        last = runs[-1][-1] if runs else None
        if last and reading.text[last.at + last.length : token.at] == " ":
            runs[-1].append(token)
        else:
            runs.append([token])
    return [(run[0].at, run[-1].at + len(run[-1].text), run) for run in runs]


def _change_words(claim: Reading, told: Reading) -> Iterator[Change]:
    """The opposite of a word, where its clause is about something that the word's clause is about too."""
    for token in claim.tokens_of("word"):
        beside = [t for t in claim.tokens if t.clause == token.clause and t is not token]
        for other in told.tokens:
            if not opposed(token, other) or token.text == other.text:
                continue
            theirs = [t for t in told.tokens if t.clause == other.clause and t is not other]
            if any(same_word(t, o) for t in beside for o in theirs):
                a, b = token.at, token.at + token.length
                yield Change(
                    ChangeKind.WORD, claim.text[a:b], other.text, f"{claim.text[:a]}{other.text}{claim.text[b:]}"
                )


def _change_roles(claim: Reading) -> Iterator[Change]:
    """The first name before a verb and the first behind it in each other's place."""
    verb = next((t for t in claim.tokens if t.verb), None)
    if verb is None:
        return
    runs = _runs(claim)
    left = [r for r in runs if r[1] <= verb.at]
    right = [r for r in runs if r[0] > verb.at]
    if left and right:
        (a, b, _), (c, d, _) = left[0], right[0]
        text = claim.text
        yield Change(ChangeKind.ROLES, "", "", f"{text[:a]}{text[c:d]}{text[b:c]}{text[a:b]}{text[d:]}")


def _change_negation(claim: Reading) -> Iterator[Change]:
    """The claim with its first not left out, or one put in."""
    text = claim.text
    if found := _NEGATOR.search(text):
        yield Change(ChangeKind.NEGATION, "", "", f"{text[: found.start()]}{text[found.end() :]}")
    elif (found := _AUXILIARY.search(text)) is not None:
        yield Change(ChangeKind.NEGATION, "", "", f"{text[: found.end()]} not{text[found.end() :]}")
    elif (verb := next((t for t in claim.tokens if t.verb), None)) is not None:
        yield Change(ChangeKind.NEGATION, "", "", f"{text[: verb.at]}did not {text[verb.at :]}")


def _change_hanzi_negation(claim: str, sentence: str) -> Iterator[Change]:
    """The claim with a not that the sentence has before the same characters, or without one that it has not."""
    for negator in hanzi.NEGATORS:
        for m in re.finditer(negator, sentence):
            behind = sentence[m.end() : m.end() + 2]
            at = claim.find(behind)
            if len(behind) == 2 and at >= 0 and not claim[:at].endswith(negator):
                yield Change(ChangeKind.NEGATION, "", "", f"{claim[:at]}{negator}{claim[at:]}")
        for m in re.finditer(negator, claim):
            behind = claim[m.end() : m.end() + 2]
            if behind in sentence and f"{negator}{behind}" not in sentence:
                yield Change(ChangeKind.NEGATION, "", "", f"{claim[: m.start()]}{claim[m.end() :]}")
