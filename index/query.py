"""A question understood: the outlets, times, names and quotes that it names, and the parts that it falls into."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from index.types import Filters
from index.wording.asides import cut_out, find_courtesies
from index.wording.demands import Limit, drop_unwanted, find_demands, find_limits
from index.wording.outlets import Mention, Outlets
from index.wording.parts import Marked, Part, split_question
from index.wording.quotes import find_quotes
from index.wording.times import FoundPeriod, Period, find_periods, speaks_of_past

__all__ = ["Outlets", "Part", "Period", "Query", "understand_query"]

_MAX_CHARS = 2_000
_HANZI = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_LETTER = rf"[^\W{_HANZI}]"
_START = rf"(?<!{_LETTER})"
_LARGE = rf"[^\W\d_a-z{_HANZI}](?:[^\W{_HANZI}]|[&-]|\.(?={_LETTER})|(?!['’]s\b)['’](?={_LETTER}))*"
_NAME = re.compile(
    rf"(?:[$€£¥]\s?)?{_START}\d+(?:[.,]\d+)*"
    rf"(?:%|\s?(?:percent|per cent|million|billion|trillion|m|bn|pct)\b|(?!{_LETTER}))"
    rf"|{_START}(?:[A-Z]\.){{2,}}|{_START}[a-z]{{1,2}}[A-Z]{_LETTER}+"
    rf"|{_START}{_LARGE}"
    rf"(?:(?:\s(?:of|of the|de|van|von|der|al|bin|for)){{0,2}}\s{_LARGE}|\s\d+\b(?![.,]\d)){{0,6}}"
)
_CALENDAR = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:january|february|march|april|may|june|july|august|september|october"
    r"|november|december)(?: \d+)?",
    re.I,
)
_CALENDAR_OF = re.compile(rf"^(?:{_CALENDAR.pattern}) of ", re.I)
_POSSESSIVE = re.compile(r"['’]s?$")
_OPENERS = frozenset(
    "a according after an and are as at based before between by can considering could despite did do does for from "
    "had has have how i if in is it its may might no not of on or should since that the their there these they this "
    "those to under was were what what's when where where's which while who who's whom whose why will with would "
    "yes you going".split()
)
_ARTICLE = r"(?:article|report|piece|story|review|coverage|column|editorial)s?"
_HAPPENING = (
    r"(?:that|which|who|whom|what|when|where|why|how|happen\w*|occur\w*|took|taken|takes?|says?|said|tells?|told|was|were"
    r"|is|are|did|do|does|suggests?|indicates?|claims?|coming|launch(?:es|ed|ing)|began|broke|died|killed|won|spoke|sa[wy])"
)
_OUTLET, _TIME = "\x00", "\x01"
_ARTICLE_BEFORE = re.compile(
    rf"\b(?:published|{_ARTICLE})(?:,? (?:back|online|there|in full))?,? ?{_TIME}"
    rf"|\b{_ARTICLE}\b(?:(?!\b{_HAPPENING}\b)[^?!;]){{0,80}}{_TIME}(?!(?:back )?in |over |during )"
    rf"|{_OUTLET}['’\"”]?s? (?:(?:did not |also )?(?:agree|disagree|say|said|write|wrote)"
    rf"|(?:report(?:ed|s|ing)?|highlighted|covered)(?:(?!\b{_HAPPENING}\b)[^?!;]){{0,100}}),? ?{_TIME}"
    rf"|\b(?:published|reported|written|covered) by (?:the )?['\"“‘]?{_OUTLET}['’\"”]?,? ?{_TIME}",
    re.I,
)
_ARTICLE_AFTER = re.compile(rf",? {_ARTICLE}\b", re.I)


@dataclass(frozen=True, slots=True)
class Query:
    """What a question says about where and when to look.

    Attributes:
        text: What is searched: the question without what it demands and words of courtesy.
        sources: Outlets of the index that this names, as the index spells them, but for those that it leaves out.
        periods: Times that it names, as far as they have begun, but for those that it leaves out.
        names: Names of people, places and other things, and numbers, as it writes them.
        quoted: Quoted strings that are no outlets.
        parts: What to search apart, where it asks several things; empty where it asks one.
        is_past: It speaks of another time than the recent weeks, but names no date.
        demanded: What it restricts the search to by its own words; for the caller to put into the filters.
    """

    text: str
    sources: tuple[str, ...] = ()
    periods: tuple[Period, ...] = ()
    names: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    is_past: bool = False
    demanded: Filters = field(default_factory=Filters)

    def summary(self) -> dict[str, list[str]]:
        """What was understood, by name, in words for people; nothing is left out but what is empty."""
        found = {
            "outlets": list(self.sources),
            "times": [p.words for p in self.periods] + (["the past"] if self.is_past else []),
            "names": list(self.names),
            "quoted": list(self.quoted),
            "parts": [p.text for p in self.parts],
            "only": _describe(self.demanded),
        }
        return {name: values for name, values in found.items() if values}


def understand_query(text: str, now: datetime, timezone: tzinfo, outlets: Outlets) -> Query:
    """What a question says about where and when to look; never fails, and reads 2,000 characters at most.

    Args:
        now: The aware moment at which it is asked.
        timezone: The reader's, in which days begin and end.
        outlets: Those of the index.
    """
    read = _read(text)
    mentions, times, limits = _find_named(read, now, timezone, outlets)
    demand = find_demands(read, mentions, times, limits)
    searched = cut_out(text, [*demand.spans, *find_courtesies(read)])
    if searched != text:
        read = _read(searched)
        mentions, times, _ = _find_named(read, now, timezone, outlets)
    names = _find_names(read, mentions, times)
    mentions, times = drop_unwanted(read, mentions, times)
    return Query(
        text=searched,
        sources=tuple(dict.fromkeys(source for m in mentions for source in m.sources)),
        periods=tuple(dict.fromkeys(t.period for t in times)),
        names=tuple(dict.fromkeys(name for _, name in names)),
        quoted=find_quotes(read, outlets),
        parts=split_question(Marked(read, mentions, times, names)),
        is_past=not times and speaks_of_past(read, now),
        demanded=demand.filters,
    )


def _read(text: str) -> str:
    return re.sub(r"\s", " ", text[:_MAX_CHARS])


def _describe(filters: Filters) -> list[str]:
    bounds = [(name, bound) for name, bound in (("since", filters.since), ("until", filters.until)) if bound]
    outlets = [*filters.sources, *(f"not {source}" for source in filters.excluded)]
    return [*outlets, *(f"{name} {bound:%-d %B %Y, %H:%M %Z}" for name, bound in bounds)]


def _find_named(
    text: str, now: datetime, timezone: tzinfo, outlets: Outlets
) -> tuple[tuple[Mention, ...], tuple[FoundPeriod, ...], tuple[Limit, ...]]:
    """Outlets, times, and those of the times that are limits."""
    mentions = outlets.find(text)
    limits = find_limits(text, now, timezone)
    return mentions, _find_times(text, mentions, limits, now, timezone), limits


def _find_times(
    text: str, mentions: Sequence[Mention], limits: Sequence[FoundPeriod], now: datetime, timezone: tzinfo
) -> tuple[FoundPeriod, ...]:
    """Times outside the names of outlets, such as USA Today; those of an article are marked."""
    found = [*limits, *find_periods(_blank(text, [*mentions, *limits]), now, timezone)]
    return tuple(
        replace(
            t,
            period=replace(t.period, words=text[t.start : t.end].strip(), published=_is_of_article(text, t, mentions)),
        )
        for t in found
    )


def _is_of_article(text: str, found: FoundPeriod, mentions: Sequence[Mention]) -> bool:
    since, until = found.period.since, found.period.until
    if since and until and (until - since).days > 40:
        return False
    before = text[: found.start]
    for mention in reversed([m for m in mentions if m.end <= found.start]):
        before = before[: mention.start] + _OUTLET + before[mention.end :]
    around = before[-180:] + _TIME + text[found.start : found.end]
    return bool(_ARTICLE_BEFORE.search(around) or _ARTICLE_AFTER.match(text, found.end))


def _find_names(text: str, mentions: Sequence[Mention], times: Sequence[FoundPeriod]) -> tuple[tuple[int, str], ...]:
    """Capitalised runs and numbers outside outlets and times, with where they stand."""
    blanked = _blank(text, [*mentions, *times])
    found = []
    for match in _NAME.finditer(blanked):
        start, name = _drop_opener(match.start(), match.group().strip(" .'’&-"), blanked)
        name = _CALENDAR_OF.sub("", _POSSESSIVE.sub("", name))
        is_telling = any(c.isupper() or c.isdigit() for c in name[:3])  # scripts without capitals would match, too
        if is_telling and (len(name) > 1 or name.isdigit()) and not _CALENDAR.fullmatch(name):
            found.append((start, name))
    return tuple(found)


def _drop_opener(start: int, name: str, text: str) -> tuple[int, str]:
    """Without the word that is written large only because a sentence begins with it; a colon begins none."""
    first, _, rest = name.partition(" ")
    before = text[:start].rstrip("'\"“‘ ")
    opens = not before or before[-1] in ".?!"
    if first.lower() in _OPENERS:
        rest = rest.removeprefix("of ").removeprefix("the ").strip()
        return start + len(name) - len(rest), rest
    if opens and not rest and first[1:].islower():
        return start, ""
    return start, name


def _blank(text: str, spans: Sequence[Mention | FoundPeriod]) -> str:
    """Text with spans overwritten by commas, so that places stay and nothing runs across them."""
    for span in spans:
        text = text[: span.start] + "," * (span.end - span.start) + text[span.end :]
    return text
