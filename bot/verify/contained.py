"""Whether the quotations, figures, names and words of a sentence stand in its paragraph. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.verify.figures import Figure, same_figure
from bot.verify.forms import stem
from bot.verify.nations import COUNTRIES
from bot.verify.reckoning import is_reckoned
from bot.verify.subjects import name_runs
from bot.verify.tokens import Reading, Token
from bot.verify.words import opposed, same_word

_MIN_KNOWN = 0.3
_ROUGHLY = 0.03
_FIRST_TIME = re.compile("(?:first|1st) (?:time|ever)", re.IGNORECASE)
_TWO = re.compile(r"\b(?:both|couple|pair|twins?|twice|doubl\w+)\b", re.IGNORECASE)
_APPROXIMATE = re.compile(
    r"\b(?:about|around|nearly|almost|some|roughly|approximately|more than|over|close to)\s\S*$", re.IGNORECASE
)


def check_contained(claim: Reading, told: Reading, context: Reading) -> Iterator[str]:
    """What a sentence has that neither the paragraph nor its title, outlet and day have."""
    yield from _check_figures(claim, [*told.tokens_of("figure"), *context.tokens_of("figure")], told.text)
    yield from _check_names(claim, f"{told.text} {context.text}")
    yield from _check_runs(claim, told, context)
    yield from _check_words(claim, told, context)


def check_quotes(quotes: Sequence[str], text: str) -> Iterator[str]:
    """Quotations that a text does not have word for word."""
    told = _words(text)
    for quote in quotes:
        if _words(quote) not in told:
            yield f"quotation ({quote})"


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _check_figures(claim: Reading, known: Sequence[Token], paragraph: str) -> Iterator[str]:
    told = [t.figure for t in known if t.figure]
    for figure in [t.figure for t in claim.tokens if t.figure]:
        comparable = [f for f in told if f.kind == figure.kind or not _has_other_unit(figure, told)]
        is_told = any(same_figure(figure, f) for f in comparable) or _is_the_two(figure, claim.text)
        is_told = is_told or is_reckoned(figure, known, claim.text)
        if not is_told and not _is_derived(figure, told, claim.text, paragraph):
            yield f"figure ({min(figure.keys)})"


def _is_the_two(figure: Figure, text: str) -> bool:
    """Whether it only refers to two that are known, as in the two sides."""
    return figure.kind == "number" and figure.value == 2 and text[: figure.start].lower().endswith("the ")


def _has_other_unit(span: Figure, told: Sequence[Figure]) -> bool:
    """Whether as many of another length of time are told, such as five months for five weeks."""
    return span.kind == "span" and any(f.kind == "span" and f.value == span.value for f in told)


def _is_derived(figure: Figure, told: Sequence[Figure], text: str, paragraph: str) -> bool:
    """Whether a figure follows from those that are told: rounded, part of a score, or with its unit left out."""
    values = {(f.kind, f.value) for f in told}
    match figure.kind:
        case "span":
            is_derived = figure.value == 1
        case "date":
            is_derived = "this year" in figure.keys
        case "ordinal":
            is_derived = ("number", figure.value) in values or (
                figure.value == 1 and not _FIRST_TIME.match(text, figure.start)
            )
        case "percent":
            is_derived = ("number", figure.value) in values and any(kind == "percent" for kind, _ in values)
        case "score":
            parts = [float(x) for key in figure.keys for x in re.findall(r"\d+", key) if key.count(":") == 2]
            is_derived = bool(parts) and all(any(f.value == x for f in told) for x in parts)
        case "number":
            scored = {part for f in told if f.kind == "score" for part in re.split("[-–:]", min(f.keys))}
            is_rough = bool(_APPROXIMATE.search(text[: figure.start + 1]))
            is_derived = (
                (figure.value == 2 and bool(_TWO.search(paragraph)))
                or f"{figure.value:.0f}" in scored
                or ("percent", figure.value) in values
                or (is_rough and any(_is_near(figure, f) for f in told))
            )
        case _:
            is_derived = False
    return is_derived


def _is_near(claimed: Figure, told: Figure) -> bool:
    return told.kind == "number" and claimed.value >= 20 and abs(claimed.value - told.value) <= _ROUGHLY * told.value


def _check_names(claim: Reading, text: str) -> Iterator[str]:
    words = set(re.findall(r"[^\W\d_]+", text.lower()))
    known = words | {stem(w) for w in words} | {COUNTRIES[w] for w in words & COUNTRIES.keys()}
    initials = "".join(re.findall(r"\b[A-Z]", text)).lower()
    for token in claim.tokens_of("name"):
        name = token.text
        parts = re.findall(r"[^\W\d_]+", name)
        letters = name.replace(".", "")
        is_acronym = len(letters) > 1 and (letters in initials or letters in words)
        if (
            not all(p in known or stem(p) in known for p in parts)
            and not is_acronym
            and not _is_derived_name(name, words)
        ):
            yield f"name ({name})"


def _is_derived_name(name: str, words: set[str]) -> bool:
    """Whether one is made of the other, as Patagonian is of Patagonia."""
    return len(name) >= 5 and any(w[:5] == name[:5] and abs(len(w) - len(name)) <= 3 for w in words)


def _check_runs(claim: Reading, *sources: Reading) -> Iterator[str]:
    """Whether words that make one name stand in one name."""
    told = [run for source in sources for run in name_runs(source)]
    for run in name_runs(claim):
        if any(set(run) <= set(other) for other in told):
            continue
        begins_common = re.search(rf"\b{run[0]}\b", sources[0].text) is not None  # written small elsewhere
        for first, second in pairwise(run[begins_common:]):
            behind = [set(other[other.index(first) + 1 :]) for other in told if first in other]
            before = [set(other[: other.index(second)]) for other in told if second in other]
            if any(
                parts and all(p and word not in p for p in parts) for parts, word in ((behind, second), (before, first))
            ):
                yield f"name ({first} {second})"


def _check_words(claim: Reading, told: Reading, context: Reading) -> Iterator[str]:
    """Whether some words of the sentence are told, and one at least by the paragraph itself."""

    missing = _missing(claim, [*told.tokens, *context.tokens])
    is_elsewhere = len(_missing(claim, told.tokens)) == len(claim.tokens)
    if len(missing) > (1 - _MIN_KNOWN) * len(claim.tokens) + 0.5 or is_elsewhere:
        yield f"invented ({' '.join(t.text or min(t.keys) for t in missing)})"


def share_known(claim: Reading, *sources: Reading) -> float:
    """Share of a sentence's words, names and figures that texts tell, from 0 to 1; 1 of one that has none."""
    known = [token for source in sources for token in source.tokens]
    return 1 - len(_missing(claim, known)) / max(1, len(claim.tokens))


def _missing(claim: Reading, known: Sequence[Token]) -> list[Token]:
    return [t for t in claim.tokens if not any(same_word(t, k) and not opposed(t, k) for k in known)]
