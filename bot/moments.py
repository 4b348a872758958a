"""When a sentence says that its figures stood so, and whether another one went on from there; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.disagreement.cues import LOWERS, RAISES, REVISES

_PART = r"(?:morning|noon|midday|afternoon|evening|night|nightfall|midnight|dawn|daybreak|sunrise|dusk|sunset)"
_CLOCK = rf"(?:{_PART}|\d{{1,2}}(?:[:.]\d\d)? ?[ap]\.?m\b\.?|\d{{1,2}}:\d\d|\d{{1,2}} o['’]clock)"
_WEEKDAY = (
    rf"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?: {_PART})?|today|tonight|yesterday(?: {_PART})?|this {_PART})"
)
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DATE = rf"(?:\d{{1,2}} {_MONTH}(?: \d{{4}})?|{_MONTH} \d{{1,2}}(?:, \d{{4}})?)"
_EARLY = r"(?:(?:early|late|mid|shortly before|shortly after)[ -])?(?:on )?"
_TIME = rf"{_EARLY}(?:{_CLOCK}|{_WEEKDAY})"
_DAY_OR_TIME = rf"{_EARLY}(?:{_CLOCK}|{_WEEKDAY}|{_DATE})"
_STOOD = re.compile(
    rf"\bas (?:of|at) {_DAY_OR_TIME}(?:,? (?:on |of )?{_DAY_OR_TIME})*|\bby {_TIME}(?:,? (?:on |of )?{_DAY_OR_TIME})*"
    r"|截[至止]到?[^，。；]{0,12}?(?:[时日点午晨晚夜分]|为止)(?=[，。；,\s已共有])",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"\b(?:said|says|told \w+|report(?:s|ed)|announced|stated|confirmed|counted|estimated)"
    rf" (?P<time>{_DAY_OR_TIME})",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\b(?:now|still|so far|as of|to date|up to now|at (?:the )?(?:last|latest) count|since then"
    r"|ha(?:s|ve|d) (?:\w+ )?(?:risen|climbed|grown|gone up|increased|passed|reached|fallen|dropped|gone down))\b"
    r"|目前|截[至止]|至今|迄今|已(?:经|有|达|增|升|确认)",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(
    r"(?P<ahead>(?:\b(?:will|would|shall|should|must|can|cannot|could|may|might)|['’]ll)\b(?! have\b)"
    r"|\b(?:will|shall|must|should) have\b"
    r"|\b(?:is|are|was|were|has|have|had|going|set|expected|ordered|agreed|promised|pledged|plans) to (?=[a-z]))"
    r"|\b(?:is|are|was|were|has|have|had)\b"
)
"""Auxiliaries and what stands for them, those of what is to be done or may be. In lower case, for May is a month."""
_NEXT_CLAUSE = re.compile(r"[;:]\s|,\s(?:and|but|while|as|who|which|where)\b")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in a sentence.

    Attributes:
        is_of_telling: Whether it is when the figures were told, instead of when they stood so.
        is_deadline: Whether it is by when something is to be done, which says nothing of when they stood so.
    """

    start: int
    end: int
    is_of_telling: bool = False
    is_deadline: bool = False

    def covers(self, start: int) -> bool:
        """Whether a place of the sentence lies in it."""
        return self.start <= start < self.end


def find_moments(sentence: str) -> Iterator[Moment]:
    """All times of its figures, deadlines among them, and then those of their telling."""
    for found in _STOOD.finditer(sentence):
        yield Moment(*found.span(), is_deadline=_is_deadline(sentence, *found.span()))
    for found in _TOLD.finditer(sentence):
        yield Moment(*found.span("time"), is_of_telling=True)


def show_moment(sentence: str) -> str:
    """When the figures of a sentence stood so, or else when they were told, as within a sentence; empty for never."""
    moment = _find_first(sentence)
    words = sentence[moment.start : moment.end] if moment else ""
    return words if moment and moment.is_of_telling else words[:1].lower() + words[1:]


def goes_on(new: str, new_at: int, old: str, old_at: int) -> bool:
    """Whether the figure of a newer sentence is a later one than that of the older, which was true when told.

    Both name the moment at which theirs stood or was told, and not the same one; or the newer one says that it is the
    count so far, or where it went, which the older does not, unless of another moment. One that says that it was wrong
    corrects it.

    Args:
        new_at: Where the figure begins in it.
        old_at: Likewise.
    """
    if REVISES.search(new):
        return False
    a, b = _find_first(new), _find_first(old)
    is_same = show_moment(new) == show_moment(old)
    if a and b and a.is_of_telling == b.is_of_telling and not (is_same and a.is_of_telling):
        return not is_same
    if _GOES_ON.search(new) and not (is_same and _GOES_ON.search(old)):
        return True
    return _moves(new[:new_at]) and not _moves(old[:old_at])


def _find_first(sentence: str) -> Moment | None:
    return next((moment for moment in find_moments(sentence) if not moment.is_deadline), None)


def _is_deadline(sentence: str, start: int, end: int) -> bool:
    """Whether a time is one by which something is to be done, instead of one by which it was."""
    if not sentence[start:].lower().startswith("by "):
        return False
    before = _NEXT_CLAUSE.split(sentence[:start])[-1]
    nearest = [*_AUXILIARY.finditer(before)][-1:] if before.strip() else [*_AUXILIARY.finditer(sentence, end)][:1]
    return any(auxiliary["ahead"] for auxiliary in nearest)


def _moves(before: str) -> bool:
    return bool(RAISES.search(before) or LOWERS.search(before))
