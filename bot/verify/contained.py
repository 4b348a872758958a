"""Whether the quotations, figures, names and words of a sentence stand in its paragraph. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.verify.figures import Figure, same_figure
from bot.verify.reading import Reading, Token, stem
from bot.verify.subjects import name_runs
from bot.verify.words import opposed, same_word

_MIN_KNOWN = 0.6
_ROUGHLY = 0.03
_APPROXIMATE = re.compile(
    r"\b(?:about|around|nearly|almost|some|roughly|approximately|more than|over|close to)\s\S*$", re.IGNORECASE
)


def check_contained(claim: Reading, told: Reading, context: Reading) -> Iterator[str]:
    """What a sentence has that neither the paragraph nor its title, outlet and day have."""
    yield from check_quotes(claim.quotes, told.text)
    yield from _check_figures(claim, [*told.tokens_of("figure"), *context.tokens_of("figure")])
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


def _check_figures(claim: Reading, known: Sequence[Token]) -> Iterator[str]:
    told = [t.figure for t in known if t.figure]
    for token in claim.tokens_of("figure"):
        figure = token.figure
        if figure and not any(same_figure(figure, f) for f in told) and not _is_derived(figure, told, claim.text):
            yield f"figure ({min(figure.keys)})"


def _is_derived(figure: Figure, told: Sequence[Figure], text: str) -> bool:
    """Whether a figure follows from those that are told: rounded, part of a score, or with its unit left out."""
    match figure.kind:
        case "span":
            return figure.value == 1
        case "score":
            parts = [float(x) for key in figure.keys for x in re.findall(r"\d+", key) if key.count(":") == 2]
            return bool(parts) and all(any(f.value == x for f in told) for x in parts)
        case "percent":
            is_share = any(f.kind == "percent" for f in told)
            return is_share and any(f.kind == "number" and f.value == figure.value for f in told)
        case "number":
            scored = {part for f in told if f.kind == "score" for part in re.split("[-–:]", min(f.keys))}
            is_rough = bool(_APPROXIMATE.search(text[: figure.start + 1]))
            return f"{figure.value:.0f}" in scored or any(
                (f.kind == "percent" and f.value == figure.value) or (is_rough and _is_near(figure, f)) for f in told
            )
        case _:
            return False


def _is_near(claimed: Figure, told: Figure) -> bool:
    return told.kind == "number" and claimed.value >= 20 and abs(claimed.value - told.value) <= _ROUGHLY * told.value


def _check_names(claim: Reading, text: str) -> Iterator[str]:
    words = set(re.findall(r"[^\W\d_]+", text.lower()))
    known = words | {stem(w) for w in words}
    initials = "".join(re.findall(r"\b[A-Z]", text)).lower()
    for token in claim.tokens_of("name"):
        name = token.text
        parts = re.findall(r"[^\W\d_]+", name)
        letters = name.replace(".", "")
        is_acronym = len(letters) > 1 and letters in initials
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
        for first, second in pairwise(run):
            behind = [set(other[other.index(first) + 1 :]) for other in told if first in other]
            before = [set(other[: other.index(second)]) for other in told if second in other]
            if any(
                parts and all(p and word not in p for p in parts) for parts, word in ((behind, second), (before, first))
            ):
                yield f"name ({first} {second})"


def _check_words(claim: Reading, told: Reading, context: Reading) -> Iterator[str]:
    """Whether most words of the sentence, and some of each of its clauses, are told."""
    known = [*told.tokens, *context.tokens]
    missing = [t for t in claim.tokens if not any(same_word(t, k) and not opposed(t, k) for k in known)]
    strange = [
        c
        for c in claim.clauses
        if all(t in missing for t in c.tokens)
        and (len(c.tokens) > 1 or (any(t.negated for t in c.tokens) and not any(k.negated for k in known)))
    ]
    if len(missing) > (1 - _MIN_KNOWN) * len(claim.tokens) + 0.5 or len(missing) == len(claim.tokens) or strange:
        yield f"invented ({' '.join(t.text or min(t.keys) for t in missing)})"
