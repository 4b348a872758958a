"""Outlets that a question names, in full or by the short names that people use."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.wording.outlet_names import ORDINARY, Alias, Kind, list_aliases

_WORD = re.compile(r"[^\W_]+")
_TIME_WORDS = frozenset("age ages day evening hour hours now time times today week weekly".split())
_OPENING = "'\"“‘«「《"
_CLOSING = "'\"”’»」》"
_SENTENCE_START = re.compile(r"(?:^|[.?!:;]\s+)['\"“‘]?$")

_NOUN = (
    r"(?:article|report|reporting|piece|story|stories|review|coverage|interview|column|columnist|editorial|editor|guide"
    r"|newsletter|magazine|newspaper|paper|reporter|correspondent|journalist|analysis|poll|survey|opinion|podcast)s?"
)
_VERB = (
    r"(?:says?|said|report(?:s|ed)?|writes?|wrote|claim(?:s|ed)?|suggest(?:s|ed)?|describe[sd]?|publish(?:es|ed)?"
    r"|argue[sd]?|note[sd]?|mention(?:s|ed)?|cover(?:s|ed)?|attributed?|highlight(?:s|ed)?|quote[sd]?|call(?:s|ed)?)"
)
_BEFORE = re.compile(
    rf"(?:\baccording to|\b(?:as )?per|\btold|\b{_NOUN}(?: [a-z]+)? (?:by|from|in|of|on)"
    r"|\b(?:reported|covered|published|written|said|noted|mentioned|discussed|described|highlighted|featured|alleged"
    r"|claimed|quoted|depicted|portrayed|identified|cited|shown|seen) (?:by|in|on|for))"
    r"(?: both)?(?: the)? ?['\"“‘]?$",
    re.I,
)
_AFTER = re.compile(
    rf"['\"”’]?(?:['’]s)? (?:[\w’'-]+ ){{0,4}}?{_NOUN}\b|['\"”’]? (?:also |first |later )?{_VERB}\b", re.I
)
_DONE_BY = re.compile(r"\b[a-z]+(?:ed|en|wn|ht) by (?:the )?['\"“‘]?$", re.I)
_SURELY_BEFORE = re.compile(
    rf"(?:\baccording to|\b(?:reported|published|written) (?:by|in)|\b{_NOUN} (?:by|from))(?: the)? ?['\"“‘]?$", re.I
)
_SURELY_AFTER = re.compile(rf"['\"”’]? {_NOUN}\b", re.I)
_AND = re.compile(r"(?:['’]s)?,?(?: and| or)? (?:the )?")
_REACH = 60


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text names an outlet; several sources where one name stands for an outlet's sections."""

    start: int
    end: int
    sources: tuple[str, ...]


class Outlets:
    """The outlets of an index, findable in a text by their full and their usual short names."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(dict.fromkeys(str(name) for name in names if _WORD.search(name)))
        self._by_word: dict[str, list[Alias]] = defaultdict(list)
        self._by_character: dict[str, list[Alias]] = defaultdict(list)
        order = list(Kind)
        for alias in sorted(
            list_aliases(self.names), key=lambda a: (-len(a.words), -len(a.written), order.index(a.kind))
        ):
            if alias.is_unspaced:
                self._by_character[alias.written[0]].append(alias)
            else:
                self._by_word[alias.words[0]].append(alias)

    def find(self, text: str) -> tuple[Mention, ...]:
        """Every mention of an outlet, in order, without overlaps; the longest name wins."""
        kept: list[Mention] = []
        found = [*self._find_spaced(text), *self._find_unspaced(text)]
        for mention in sorted(found, key=lambda m: (m.start, -m.end)):
            if not kept or kept[-1].end <= mention.start:
                kept.append(mention)
        return tuple(kept)

    def _find_spaced(self, text: str) -> Iterator[Mention]:
        words = list(_WORD.finditer(text))
        folded = [word.group().casefold() for word in words]
        at = end = 0
        while at < len(words):
            size = 1
            for alias in self._by_word.get(folded[at], ()):
                place = _Place(text, words, folded, at, len(alias.words), end)
                if tuple(folded[at : at + place.size]) == alias.words and _names(alias, place):
                    yield Mention(place.start_with_article, place.end, alias.sources)
                    size, end = place.size, place.end
                    break
            at += size

    def _find_unspaced(self, text: str) -> Iterator[Mention]:
        at = 0
        while self._by_character and at < len(text):
            alias = next((a for a in self._by_character.get(text[at], ()) if text.startswith(a.written, at)), None)
            if alias:
                yield Mention(at, at + len(alias.written), alias.sources)
            at += len(alias.written) if alias else 1


@dataclass(frozen=True, slots=True)
class _Place:
    """Some words of a text, and what stands around them."""

    text: str
    words: Sequence[re.Match[str]]
    folded: Sequence[str]
    at: int
    size: int
    end_of_last: int = 0

    @property
    def found(self) -> Sequence[re.Match[str]]:
        return self.words[self.at : self.at + self.size]

    @property
    def start(self) -> int:
        return self.words[self.at].start()

    @property
    def end(self) -> int:
        return self.words[self.at + self.size - 1].end()

    @property
    def has_article(self) -> bool:
        """Whether `the` or `that` stands before."""
        before = self.folded[self.at - 1] if self.at else ""
        return before in {"the", "that"} and self.start - self.words[self.at - 1].end() == 1

    @property
    def start_with_article(self) -> int:
        return self.words[self.at - 1].start() if self.has_article else self.start

    @property
    def is_written_large(self) -> bool:
        return not any(word.group()[0].islower() for word in self.found)

    @property
    def is_quoted(self) -> bool:
        start, end = self.start_with_article, self.end
        return start > 0 and end < len(self.text) and self.text[start - 1] in _OPENING and self.text[end] in _CLOSING

    @property
    def begins_sentence(self) -> bool:
        return bool(_SENTENCE_START.search(self.text, max(0, self.start - 4), self.start)) if self.start else True

    @property
    def continues_list(self) -> bool:
        """Whether an outlet stands right before, as in `cnn and the guardian`."""
        return self.end_of_last > 0 and bool(_AND.fullmatch(self.text, self.end_of_last, self.start))

    @property
    def is_in_title(self) -> bool:
        """Whether most words of the text are written large, so that a capital tells nothing."""
        long = [word.group() for word in self.words if len(word.group()) > 3]
        return len(long) > 4 and sum(word[0].isupper() for word in long) > 0.8 * len(long)

    @property
    def is_in_longer_name(self) -> bool:
        """Whether another capital or a number touches the words."""
        following = self.words[self.at + self.size] if self.at + self.size < len(self.words) else None
        if following and self.text[self.end : following.start()] in {" ", "-"}:
            word = following.group()
            if word[0].isupper() or word[0].isdigit() or word == "of":
                return True
        if self.at < 2 or self.text[self.words[self.at - 1].end() : self.start] not in {" ", "-"}:
            return False
        before = self.words[self.at - 1].group()
        return before[0].isupper() and before.casefold() not in ORDINARY | {"the"}

    def has_before(self, pattern: re.Pattern[str]) -> bool:
        return bool(pattern.search(self.text, max(0, self.start - _REACH), self.start))

    def has_after(self, pattern: re.Pattern[str]) -> bool:
        return bool(pattern.match(self.text, self.end, self.end + _REACH))


def _names(alias: Alias, place: _Place) -> bool:
    """Whether an alias that stands in a place means its outlet there."""
    if _is_torn(place):
        return False
    if alias.kind in {Kind.PLAIN, Kind.EXACT}:
        return alias.kind is Kind.PLAIN or place.text[place.start : place.end] == alias.written
    if not place.is_written_large:
        return alias.kind is Kind.ORDINARY and _reports_in_small(alias, place)
    if place.is_quoted:
        return True
    return _means_outlet(alias, place) if alias.kind is Kind.ORDINARY else _means_short(alias, place)


def _means_short(alias: Alias, place: _Place) -> bool:
    if place.is_in_longer_name:
        return False
    if alias.kind is Kind.STEM:
        return place.has_before(_SURELY_BEFORE) or place.has_after(_SURELY_AFTER)
    return place.has_article or _reports(place)


def _is_torn(place: _Place) -> bool:
    """Whether the words belong to two sentences, or two items of a list."""
    gaps = [place.text[a.end() : b.start()] for a, b in pairwise(place.found)]
    return any(len(gap) > 4 or gap == ". " or any(mark in gap for mark in ",;?!") for gap in gaps)


def _means_outlet(alias: Alias, place: _Place) -> bool:
    """Whether an ordinary word written large is an outlet: Time, but not Time Warner or `Time will tell`."""
    if place.is_in_longer_name and not (place.has_after(_AFTER) or place.has_before(_DONE_BY)):
        return False
    if place.is_in_title or (alias.has_article and not place.has_article):
        return _reports(place)
    return place.has_article or place.size > 1 or not place.begins_sentence or _reports(place)


def _reports(place: _Place) -> bool:
    return place.has_before(_BEFORE) or place.has_after(_AFTER)


def _reports_in_small(alias: Alias, place: _Place) -> bool:
    """`according to the guardian` names an outlet, `the guardian of the child` does not; `the week` never does."""
    if _TIME_WORDS.intersection(alias.words):
        return False
    return place.continues_list or place.has_before(_BEFORE) or (place.has_article and place.has_after(_AFTER))
