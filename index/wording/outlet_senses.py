"""Whether the words of an outlet's name mean the outlet where they stand, by what reports or is reported there."""

from __future__ import annotations

import re
from itertools import pairwise

from index.wording.outlet_names import Alias, Kind
from index.wording.outlet_places import OPENERS, Place

_TIME_WORDS = frozenset("age ages day evening hour hours now time times today week weekly".split())
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
    r"|\b(?:article|piece)s? on(?! the)|\banother (?:by|from)|(?:^|[.?!;:,(]\s?)only from"
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
_DONE_BY = re.compile(r"\b[a-z]+(?:ed|en|wn|ht) by (?:the )?['\"“‘]?$", re.I)
_SURELY_BEFORE = re.compile(
    rf"(?:\baccording to|\b(?:reported|published|written) (?:by|in)|\b{_NOUN} (?:by|from))(?: the)? ?['\"“‘]?$", re.I
)
_SURELY_AFTER = re.compile(rf"['\"”’]? {_NOUN}\b", re.I)


def means_outlet(alias: Alias, place: Place) -> bool:
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


def _is_moment(alias: Alias, place: Place) -> bool:
    """Whether the last word may just tell the time, as in `prices in the USA today`."""
    return alias.words[-1] in _TIME_WORDS and place.found[-1].group()[0].islower()


def _is_said_in_small(place: Place) -> bool:
    return not place.has_article and (place.continues_list or _reports(place))


def _means_initials(alias: Alias, place: Place) -> bool:
    if len(alias.written) == 1 or place.is_quoted:
        return place.is_quoted and place.written == alias.written
    if place.written != alias.written:
        return place.written.islower() and (_is_asked(place) or place.has_before(_SURELY_BEFORE))
    return alias.kind is Kind.EXACT or (not place.is_in_longer_name and (place.has_article or _reports(place)))


def _means_word(alias: Alias, place: Place) -> bool:
    """Whether what may be a word of the dictionary, or a person's name, is an outlet: Deadline, Bloomberg, Which?."""
    if alias.words[0] in OPENERS and place.written != alias.written:
        return False
    if not place.is_written_large:
        return _is_asked(place) or place.continues_list or place.has_before(_SURELY_BEFORE)
    if place.is_quoted:
        return True
    if place.follows_name and not place.is_in_title:
        return False
    if _is_done_by(place):
        return True
    opens_topic = place.begins_sentence and place.leads_topic
    is_free = not place.leads_name or place.has_after(_SURELY_AFTER)
    return is_free and (place.continues_list or opens_topic or _reports(place))


def _means_short(alias: Alias, place: Place) -> bool:
    if place.is_in_longer_name:
        return False
    if alias.kind is Kind.STEM:
        return place.has_before(_SURELY_BEFORE) or place.has_after(_SURELY_AFTER)
    return place.has_article or _reports(place)


def _is_torn(place: Place) -> bool:
    """Whether the words belong to two sentences, or two items of a list."""
    gaps = [place.text[a.end() : b.start()] for a, b in pairwise(place.found)]
    return any(len(gap) > 4 or any(mark in gap for mark in ",;?!") for gap in gaps) or any(
        gap == ". " and len(word.group()) > 1 for word, gap in zip(place.found, gaps, strict=False)
    )


def _means_ordinary(alias: Alias, place: Place) -> bool:
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


def _reports(place: Place) -> bool:
    return place.has_before(_BEFORE) or place.has_after(_AFTER)


def _is_asked(place: Place) -> bool:
    """Whether it is asked what the outlet says, as in `what did vice report`."""
    return place.has_before(_ASKED_BEFORE) and place.has_after(_ASKED_AFTER)


def _is_done_by(place: Place) -> bool:
    """Whether something is done by it: `accused by Fortune`, but not `heated by the Sun`."""
    return not place.has_small_article and place.has_before(_DONE_BY)


def _reports_in_small(alias: Alias, place: Place) -> bool:
    """`according to the guardian` names an outlet, `the guardian of the child` does not; `the week` never does."""
    if _TIME_WORDS.intersection(alias.words):
        return False
    return place.continues_list or place.has_before(_BEFORE) or (place.has_article and place.has_after(_AFTER))
