"""Outlets that a question names, in full or by the short names that people use."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.wording.outlet_names import ORDINARY, Alias, Kind, fold_word, list_aliases

_WORD = re.compile(r"[^\W_]+")
_TIME_WORDS = frozenset("age ages day evening hour hours now time times today week weekly".split())
_OPENERS = frozenset(
    "a according after an and are as at before but by can could did do does for from had has have how if in is like no "
    "of on or per should since so than that the then to unlike was were what when where whether which while who whom "
    "whose why will with would yes".split()
)
_OPENING = "'\"“‘«「《"
_CLOSING = "'\"”’»」》"
_SENTENCE_START = re.compile(r"(?:^|[.?!:;]\s+)['\"“‘]?$")

_NOUN = (
    r"(?:article|report|reporting|piece|story|stories|review|coverage|interview|column|columnist|editorial|editor|guide"
    r"|newsletter|magazine|newspaper|paper|reporter|correspondent|journalist|analysis|poll|survey|opinion|podcast"
    r"|post|scoop|headline)s?"
)
_VERB = (
    r"(?:says?|said|report(?:s|ed)?|writes?|wrote|finds?|found|reveal(?:s|ed)?"
    r"|explain(?:s|ed)?|recommend(?:s|ed)?|warn(?:s|ed)?|predict(?:s|ed)?|tells?|lists?|claim(?:s|ed)?|suggest(?:s|ed)?|describe[sd]?|publish(?:es|ed)?"
    r"|argue[sd]?|accuse[sd]?|note[sd]?|mention(?:s|ed)?|cover(?:s|ed)?|attributed?|highlight(?:s|ed)?|quote[sd]?|call(?:s|ed)?)"
)
_NO_LINK = r"(?!(?:a|an|and|are|as|at|for|from|had|has|in|is|it|of|on|or|that|the|to|was|were|which|who|with)\b)"
_BEFORE = re.compile(
    rf"(?:\baccording to|\b(?:as )?per|\btold|\b{_NOUN}['”’]?(?: [a-z]+)? (?:by|from|in)"
    rf"|\b(?:{_NOUN}|news|latest|updates?)(?: [a-z]+){{0,4}} (?:by|from)"
    r"|\b(?:article|piece)s? on(?! the)|\banother (?:by|from)"
    r"|\b(?:reported|covered|published|written|said|noted|mentioned|discussed|described|highlighted|featured|alleged"
    r"|claimed|quoted|depicted|portrayed|identified|cited|shown|seen) (?:by|in|on|for))"
    r"(?: both)?(?: the)? ?['\"“‘]?$",
    re.I,
)
_AFTER = re.compile(
    rf"['\"”’]?(?:['’]s)? (?:{_NO_LINK}[\w’'-]+ ){{0,4}}?{_NOUN}\b"
    rf"|['\"”’]?(?:,? (?:and|or) (?:the )?\w+)? (?:also |first |later )?{_VERB}\b",
    re.I,
)
_ASKED_BEFORE = re.compile(r"\b(?:did|does|do|has|have|had) (?:the )?$", re.I)
_ASKED_AFTER = re.compile(rf" (?:also )?{_VERB}\b", re.I)
_HOST = re.compile(r"\.(?:com|org|net|news|co\.[a-z]{2}|com\.[a-z]{2})\b")
_ON = re.compile(r" on \w")
_DONE_BY = re.compile(r"\b[a-z]+(?:ed|en|wn|ht) by (?:the )?['\"“‘]?$", re.I)
_SURELY_BEFORE = re.compile(
    rf"(?:\baccording to|\b(?:reported|published|written) (?:by|in)|\b{_NOUN} (?:by|from))(?: the)? ?['\"“‘]?$", re.I
)
_SURELY_AFTER = re.compile(rf"['\"”’]? {_NOUN}\b", re.I)
_AND = re.compile(r"(?:['’]s)?,?(?: and| or)? (?:the )?")
_MARK = re.compile(r"[?!]$")
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
        folded = [fold_word(word.group()) for word in words]
        at = end = 0
        while at < len(words):
            size = 1
            for alias in self._by_word.get(folded[at], ()):
                mark = _MARK.search(alias.written)
                place = _Place(text, words, folded, at, len(alias.words), end, mark[0] if mark else "")
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
    """Some words of a text, and what stands around them; a mark ends the name, as in `Which?`."""

    text: str
    words: Sequence[re.Match[str]]
    folded: Sequence[str]
    at: int
    size: int
    end_of_last: int = 0
    mark: str = ""

    @property
    def found(self) -> Sequence[re.Match[str]]:
        return self.words[self.at : self.at + self.size]

    @property
    def start(self) -> int:
        return self.words[self.at].start()

    @property
    def end(self) -> int:
        end = self.words[self.at + self.size - 1].end()
        return end + len(self.mark) if self.text.startswith(self.mark, end) else end

    @property
    def written(self) -> str:
        return self.text[self.start : self.end]

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
    def has_small_article(self) -> bool:
        return self.has_article and self.text[self.start_with_article].islower()

    @property
    def has_large_article(self) -> bool:
        """Whether `The` stands before, within a sentence or to open a topic, as in `The Verge on phones`."""
        if not self.has_article or self.has_small_article:
            return False
        return self.has_after(_ON) or not replace(self, at=self.at - 1, size=1).begins_sentence

    @property
    def is_in_longer_name(self) -> bool:
        """Whether another capital or a number touches the words."""
        return self.leads_name or self.follows_name

    @property
    def leads_name(self) -> bool:
        following = self.words[self.at + self.size] if self.at + self.size < len(self.words) else None
        if not following or self.text[self.end : following.start()] not in {" ", "-"}:
            return False
        word = following.group()
        return word[0].isupper() or word[0].isdigit() or word == "of"

    @property
    def follows_name(self) -> bool:
        if not self.at or self.text[self.words[self.at - 1].end() : self.start] not in {" ", "-"}:
            return False
        before = self.words[self.at - 1].group()
        return before[0].isupper() and before.casefold() not in ORDINARY | _OPENERS

    def has_before(self, pattern: re.Pattern[str]) -> bool:
        return bool(pattern.search(self.text, max(0, self.start - _REACH), self.start))

    def has_after(self, pattern: re.Pattern[str]) -> bool:
        return bool(pattern.match(self.text, self.end, self.end + _REACH))


def _names(alias: Alias, place: _Place) -> bool:
    """Whether an alias that stands in a place means its outlet there."""
    if _is_torn(place) or (place.size == 1 and place.has_after(_HOST)):
        return not _is_torn(place)
    match alias.kind:
        case Kind.PLAIN:
            return not _is_moment(alias, place) or _is_said_in_small(place)
        case Kind.EXACT | Kind.TINY:
            return _means_initials(alias, place)
        case Kind.WORD:
            return _means_word(alias, place)
        case Kind.ORDINARY:
            return _means_ordinary(alias, place)
        case Kind.SHORT | Kind.STEM:
            return place.is_written_large and (place.is_quoted or _means_short(alias, place))


def _is_moment(alias: Alias, place: _Place) -> bool:
    """Whether the last word may just tell the time, as in `prices in the USA today`."""
    return alias.words[-1] in _TIME_WORDS and place.found[-1].group()[0].islower()


def _is_said_in_small(place: _Place) -> bool:
    return not place.has_article and (place.continues_list or _reports(place))


def _means_initials(alias: Alias, place: _Place) -> bool:
    if len(alias.written) == 1 or place.is_quoted:
        return place.is_quoted and place.written == alias.written
    if place.written != alias.written:
        return place.written.islower() and (_is_asked(place) or place.has_before(_SURELY_BEFORE))
    return alias.kind is Kind.EXACT or (not place.is_in_longer_name and (place.has_article or _reports(place)))


def _means_word(alias: Alias, place: _Place) -> bool:
    """Whether what may be a word of the dictionary, or a person's name, is an outlet: Deadline, Bloomberg, Which?."""
    if alias.words[0] in _OPENERS and place.written != alias.written:
        return False
    if not place.is_written_large:
        return _is_asked(place) or place.continues_list or place.has_before(_SURELY_BEFORE)
    if place.is_quoted:
        return True
    if place.follows_name and not place.is_in_title:
        return False
    if _is_done_by(place):
        return True
    opens_topic = place.begins_sentence and place.has_after(_ON)
    is_free = not place.leads_name or place.has_after(_SURELY_AFTER)
    return is_free and (place.continues_list or opens_topic or _reports(place))


def _means_short(alias: Alias, place: _Place) -> bool:
    if place.is_in_longer_name:
        return False
    if alias.kind is Kind.STEM:
        return place.has_before(_SURELY_BEFORE) or place.has_after(_SURELY_AFTER)
    return place.has_article or _reports(place)


def _is_torn(place: _Place) -> bool:
    """Whether the words belong to two sentences, or two items of a list."""
    gaps = [place.text[a.end() : b.start()] for a, b in pairwise(place.found)]
    return any(len(gap) > 4 or any(mark in gap for mark in ",;?!") for gap in gaps) or any(
        gap == ". " and len(word.group()) > 1 for word, gap in zip(place.found, gaps, strict=False)
    )


def _means_ordinary(alias: Alias, place: _Place) -> bool:
    """Whether an ordinary word written large is an outlet: Time, but not Time Warner or `Time will tell`."""
    if not place.is_written_large or place.is_quoted:
        return place.is_written_large or _reports_in_small(alias, place)
    if place.size == 1 and place.follows_name and not place.is_in_title:
        return False
    if place.is_in_longer_name and not (place.has_after(_AFTER) or place.has_before(_DONE_BY)):
        return False
    is_sure = not (place.is_in_title or (alias.has_article and not place.has_article))
    if is_sure and (place.size > 1 or place.has_large_article):
        return True
    return _reports(place) or place.continues_list or _is_done_by(place)


def _reports(place: _Place) -> bool:
    return place.has_before(_BEFORE) or place.has_after(_AFTER)


def _is_asked(place: _Place) -> bool:
    """Whether it is asked what the outlet says, as in `what did vice report`."""
    return place.has_before(_ASKED_BEFORE) and place.has_after(_ASKED_AFTER)


def _is_done_by(place: _Place) -> bool:
    """Whether something is done by it: `accused by Fortune`, but not `heated by the Sun`."""
    return not place.has_small_article and place.has_before(_DONE_BY)


def _reports_in_small(alias: Alias, place: _Place) -> bool:
    """`according to the guardian` names an outlet, `the guardian of the child` does not; `the week` never does."""
    if _TIME_WORDS.intersection(alias.words):
        return False
    return place.continues_list or place.has_before(_BEFORE) or (place.has_article and place.has_after(_AFTER))
