"""Whether a paragraph says a claim: by the rules, by how many of its words are told, and by meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.claims.binding import is_bound
from bot.claims.binding_hanzi import is_bound_in_chinese, list_pairs
from bot.claims.days import resolve_day
from bot.claims.types import Change, ChangeKind
from bot.verify import english
from bot.verify.check import Source, check_sentence, is_verbatim
from bot.verify.figure import day_keys
from bot.verify.figures import read_figures
from bot.verify.meaning import Meaning
from bot.verify.reading import names_within, read
from bot.verify.words import opposed, same_word
from index.dates import MONTHS
from index.sentences import split_sentences
from index.types import Hit

_FULL_NAME = re.compile(r"\b[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)+")
_WORD = re.compile(r"\w[\w’'-]*")
_HAN = re.compile(r"[\u3400-\u9fff]")
_NOT_OF_A_NAME = english.FUNCTION | english.TITLES
_DAY_KEY = re.compile(r"(?:(\d{4})-)?(\d{1,2})-\d{1,2}")
_MONTH_NAMES = {n: name.capitalize() for name, n in reversed(MONTHS.items())}


@dataclass(frozen=True, slots=True)
class Bar:
    """How much of a claim a text must have.

    Attributes:
        closeness: Cosine.
        reworded: Cosine where none of the claim's verbs is told.
        share: Of the claim's words and figures; of Chinese, of its pairs of signs.
        together: Both, added up.
    """

    closeness: float
    reworded: float
    share: float
    together: float


SUPPORTS = Bar(0.4, 0.6, 0.4, 1.1)
"""The supported pairs of the development half of tests/golden/support.jsonl reach it in 92 of 100."""
CONTRADICTS = Bar(0.5, 0.6, 0.6, 1.2)
"""For a claim with one thing changed; higher, since many changes are tried."""
NAMES_ANOTHER = Bar(0.5, 1.0, 0.65, 1.25)
"""For a claim with another name, since most of what is true of one is true of others too."""


def make_source(hit: Hit, number: int, paragraphs: Mapping[int, str]) -> Source:
    """A paragraph with what its article makes plain: the title, the months of its days, the full names of those in it.

    Not the day or month of publication, which need not be that of what is told.

    Args:
        paragraphs: All of the article, by number.
    """
    text = paragraphs[number]
    day = hit.published_at.date() if hit.published_at else None
    known = [f"{hit.title} ({hit.source})", *_full_names(text, paragraphs), *_periods(text, day)]
    return Source(text, ", ".join(known), day)


def fit_said(claim: str, source: Source, title: str, meaning: Meaning) -> float:
    """How well a paragraph, under its article's title, fits a claim that it supports; 0 where it does not."""
    fit = _fit(claim, source.text, source, meaning, SUPPORTS)
    if fit and _agrees(claim, source) and _binds(claim, (source.text, title), source):
        return fit
    titled = replace(source, text=f"{title}. {source.text}")
    is_told = _agrees(claim, titled) and _binds(claim, (title,), source)
    if not is_told or not _fit(claim, title, source, meaning, SUPPORTS):
        return 0.0
    return _share_told(claim, source.text, source.published)[0]  # less than any that says it by itself


def fit_changed(change: Change, sentence: str, source: Source, meaning: Meaning) -> float:
    """How well a sentence of a paragraph fits a changed claim; 0 where it does not say that."""
    bar = NAMES_ANOTHER if change.kind is ChangeKind.NAME else CONTRADICTS
    is_said = _agrees(change.text, source) and _binds(change.text, (source.text,), source, change.told or change.text)
    return _fit(change.text, sentence, source, meaning, bar) if is_said else 0.0


def fit_sentence(claim: str, sentence: str, source: Source, meaning: Meaning) -> float:
    """How well a sentence of a paragraph fits a claim, whether or not it says that."""
    return _share_told(claim, sentence, source.published)[0] + meaning.closeness(claim, [sentence])


def _fit(claim: str, text: str, source: Source, meaning: Meaning, bar: Bar) -> float:
    """Share of a claim's words that a paragraph or a part of it has, and cosine together; 0 below the bar."""
    share, is_done = _share_told(claim, text, source.published)
    if share < bar.share:
        return 0.0
    if _HAN.search(claim):
        return share
    closeness = meaning.closeness(claim, [text])
    is_near = closeness >= (bar.closeness if is_done else bar.reworded)
    return share + closeness if is_near and share + closeness >= bar.together else 0.0


def _share_told(claim: str, text: str, published: date | None) -> tuple[float, bool]:
    """Which share of a claim's words and figures, names aside, a text has; and whether a verb is among them.

    Of Chinese it is the share of pairs of signs.
    """
    if _HAN.search(claim):
        pairs = set(list_pairs(claim, read_figures(claim, published)))
        return sum(pair in text for pair in pairs) / max(1, len(pairs)), True
    names = names_within(claim) | names_within(text)
    mine, told = read(claim, published, names), read(text, published, names)
    tokens = [t for t in mine.tokens if t.kind != "name"]
    known = [t for t in tokens if any(same_word(t, o) and not opposed(t, o) for o in told.tokens)]
    is_done = any(t.verb for t in known) or not any(t.verb for t in tokens)
    return (len(known) / len(tokens) if tokens else 1.0), is_done


def _agrees(claim: str, source: Source) -> bool:
    """Whether a claim keeps the rules, and the paragraph tells its days and scores as they are."""
    return check_sentence(claim, source).supported and _has_days(claim, source) and _has_scores(claim, source)


def _binds(claim: str, texts: Sequence[str], source: Source, core: str = "") -> bool:
    if any(is_verbatim(claim, text) for text in texts):
        return True
    if _HAN.search(claim):
        return is_bound_in_chinese(claim, texts, source.published)
    return is_bound(claim, texts, source.context, source.published, core)


def _has_scores(claim: str, source: Source) -> bool:
    """Whether each score is written in the paragraph; one put together of two numbers may be the other side's."""
    told = [f for f in read_figures(source.text, source.published) if f.kind == "score"]
    scores = [f for f in read_figures(claim, None) if f.kind == "score"]
    return all(any(f.keys == g.keys for g in told) for f in scores)


def _has_days(claim: str, source: Source) -> bool:
    """Whether each day that a claim names by its date is told, a weekday meaning one day and not two."""
    told = {key for text in (source.text, source.context) for key in _day_keys(text, source.published)}
    named = [f for f in read_figures(claim, None) if f.kind == "date"]
    return all(f.keys & told for f in named if any(_DAY_KEY.fullmatch(key) for key in f.keys))


def _day_keys(text: str, published: date | None) -> Iterator[str]:
    for a, b in split_sentences(text):
        for figure in read_figures(text[a:b], published):
            if figure.kind == "date":
                day = resolve_day(figure, text[a:b])
                yield from figure.keys if day is None else day_keys(day)


def _full_names(text: str, paragraphs: Mapping[int, str]) -> list[str]:
    """Names of several words elsewhere in the article of which a paragraph has the last word alone.

    That word may be a small one, such as `the board`.
    """
    words = set(_WORD.findall(text))
    words |= {m[1].capitalize() for m in re.finditer(r"\b[Tt]he ([a-z]+)", text)}
    by_last: dict[str, set[str]] = {}
    for paragraph in paragraphs.values():
        for run in _FULL_NAME.findall(paragraph):
            parts = [p for p in run.split() if p.lower() not in _NOT_OF_A_NAME]
            if len(parts) > 1:
                by_last.setdefault(parts[-1], set()).add(" ".join(parts))
    return [name for last, (name, *others) in by_last.items() if last in words and name not in text and not others]


def _periods(text: str, published: date | None) -> list[str]:
    """The months in which a paragraph's days lie."""
    found = dict.fromkeys(int(m[2]) for key in _day_keys(text, published) if (m := _DAY_KEY.fullmatch(key)))
    return [f"in {_MONTH_NAMES[month]}" for month in found]
