"""What a question allows as evidence where it says so itself: outlets and times of articles, and none besides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from index.dates import parse_bound
from index.errors import BadDate
from index.types import Filters
from index.wording.outlets import Mention
from index.wording.times import FoundPeriod, Period

Range = tuple[int, int]
"""Where words begin and end in a text."""

_ONLY = r"(?:only|just|solely|exclusively|nothing but)"
_NOUN = r"(?:(?:news |press )?(?:articles|reports|reporting|pieces|stories|coverage|columns|posts|sources|news))"
_START = (
    r"(?:^|(?<=[.?!;:,(—–。？！；：，（]))['\"“‘]?\s*(?:(?:and|but|then|please|kindly|now|also"
    r"|(?:can|could|would|will) you|I(?:['’]d like| would like| want)(?: you)? to|you (?:should|must|may|can)"
    r"|let['’]s) ){0,3}"
)
_VERB = (
    r"(?:us(?:e|ing)|look(?:ing)?|search(?:ing)?|consider(?:ing)?|consult(?:ing)?|read(?:ing)?|check(?:ing)?|rely(?:ing)?"
    r"|draw(?:ing)?|going|cit(?:e|ing)|quot(?:e|ing)|tak(?:e|ing)|show(?: me)?|give(?: me)?|find(?: me)?|list"
    r"|includ(?:e|ing)|answer(?:ing)?|tell me|summari[sz]e|based|judging|I (?:want|need|would like)|I['’]d like)"
)
_PREPOSITION = r"(?:at|in|on|upon|through|into|by|to|from|with|within|according to)"
_FROM = r"(?:from|in|according to)"
_WITHIN = (
    r"(?:restrict|limit|confin|stick|keep)(?:e|ed|ing)?"
    r"(?: (?:yourself|it|this|(?:the |your )?(?:search|answers?|results|sources)))? to"
)
_LIMITED_TO = (
    rf"(?:{_ONLY} {_VERB}(?: {_PREPOSITION})?|{_VERB}(?: {_PREPOSITION})? {_ONLY}(?: {_PREPOSITION})?"
    rf"|I {_ONLY} (?:want|need)|{_WITHIN})"
)

# In a text where outlets are written over with the first, times with an end with the second, others with the third.
_OUTLET, _TIME, _SINCE = "\x00", "\x01", "\x02"
_ONE = rf"(?:the )?['\"“‘]?{_OUTLET}+(?:['’]s)?['\"”’]?"
_OUTLETS = rf"{_ONE}(?:(?:, {_ONE})*,? (?:and|or|&) (?:(?:from|by|in) )?{_ONE})?"
_ONE_TIME = rf"(?:the )?[{_TIME}{_SINCE}]+(?: (?:on(?:wards?)?|and later)\b)?"
_WHEN = rf"{_ONE_TIME}(?:,? (?:and|or) {_ONE_TIME})?(?! (?:and|or)\b)"
_NAMED = rf"(?:{_OUTLETS}|{_WHEN})"
_PUBLISHED = (
    r"(?:(?:that|which) (?:were|was|are|is|have been) )?(?:(?:published|printed|written|posted|reported|dated) )?"
)
_OF = rf"{_PUBLISHED}(?:(?:from|by|in|of|on|at) )?"
_ARTICLES = (
    rf"(?:(?:(?:the|those|these) )?(?:(?:{_OUTLETS}) )?(?:(?:own|recent|latest) )?{_NOUN}\b"
    rf"(?: {_OF}{_NAMED}){{0,3}}"
    rf"|what {_OUTLETS} (?:has |have )?(?:reported|reports|published|printed|wrote|writes|says?|said))"
)
_BARE = rf"(?:{_OUTLETS}(?: {_OF}{_WHEN})?)"
_END = (
    r"(?=['\"”’]?\s*(?:$|[.?!;:)—–]|please\b"
    rf"|,(?! ?(?:and|or|but|nor)\b(?! (?:[{_TIME}{_SINCE}]|(?:nothing|no|only|please|what|who|when|where|how|tell)\b)))"
    rf"(?! (?:the )?(?-i:{_OUTLET}+|[A-Z])[^,.;:?!]{{0,30}},? (?:and|or)\b)))"
)
_GOES_ON = rf"(?:{_END}|(?= (?!(?:and|or|but|nor|is|was|are|were|has|have|had)\b)[^\W_]))"
_FOR = rf"(?:{_END}|(?= (?:for|about|on|to)\b))"
_ALONE = r"(?:only|exclusively|alone)"
_ORDER = rf"{_START}(?:show|give|tell|find|list|get|fetch|summari[sz]e|I want|I need)\b(?: me\b)?"
_NEWS = rf"(?P<kept>[^.?!;:]{{0,60}}?\b{_NOUN}\b[^.?!;:]{{0,60}}?)"
_TOPIC = rf"(?P<kept> (?:about|on|regarding|concerning) [^.?!;:{_OUTLET}{_TIME}{_SINCE}]{{1,60}}?)"
_ASKS = r"(?:^|(?<=[.?!:] ))(?P<kept>(?:what|who|when|where|why|how)\b{}[^.?!;:]{{1,120}}?)"
_APPEARS_IN = r"(?:appear|found|mention|report|publish|cover|quot|seen)[a-z]* in"
_DEMANDS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"{_START}{_LIMITED_TO} {_ARTICLES}{_GOES_ON}",
        rf"{_START}(?:{_LIMITED_TO} {_BARE}{_FOR}|(?:{_FROM} {_ONLY}|{_ONLY} {_FROM}) {_BARE}{_END})",
        rf"{_START}(?:{_PREPOSITION} )?{_ONLY} (?:{_PREPOSITION} )?{_ARTICLES}{_END}",
        rf"{_START}(?:{_LIMITED_TO}|{_ONLY}) {_NOUN}{_TOPIC} {_PUBLISHED}(?:{_SINCE}+|(?:from|by) {_BARE}){_END}",
        rf"{_START}(?:(?:{_VERB} )?(?:{_PREPOSITION} )?{_ARTICLES}|(?:{_VERB}(?: {_PREPOSITION})?|{_FROM}) {_BARE})"
        rf" {_ALONE}{_END}",
        rf"{_ASKS.format('')} (?:(?:using|citing|consulting) {_ONLY}|{_ONLY} (?:using|according to)"
        rf"|according (?:to {_ONLY}|{_ONLY} to)|(?:based|relying) {_ONLY} on) {_ARTICLES}{_END}",
        rf"{_ASKS.format(f'(?![^.?!;:]*? {_APPEARS_IN} )')} {_FROM} {_ARTICLES} {_ALONE}{_END}",
        rf"\baccording (?:to {_ONLY}|{_ONLY} to) {_BARE}{_END}",
        rf"{_ORDER}{_NEWS} (?:{_ONLY} (?:from|by|in) {_BARE}|(?:from|by|in) {_BARE} {_ALONE}){_END}",
        rf"^{_BARE} {_ALONE}(?=:)|(?:^|(?<=[.?!] ))(?:{_ONLY} {_SINCE}+|{_SINCE}+ {_ALONE})(?=[:,]|\.?$)",
    )
)

_HANZI_ONE = rf"[《「“]? ?{_OUTLET}+ ?[》」”]?"
_HANZI_OUTLETS = rf"{_HANZI_ONE}(?:(?:[和与跟及或、]|以及){_HANZI_ONE})*"
_HANZI_WHEN = rf"(?:[自从在] ?)?[{_TIME}{_SINCE}]+ ?(?:以来|以后|之后|起|以前|之前|为止)?"
_HANZI_PUBLISHED = r"(?:发表|刊登|发布|刊发)?"
_HANZI_NOUN = r"(?:报道|报导|文章|新闻|消息)"
_HANZI_DEMAND = re.compile(
    r"(?:^|(?<=[，。；：？！、（,.;:?!(\s])|请[你问]?|麻烦你?)(?:只|仅)能?"
    r"(?:看|用|查|读|引用|参考|根据|依据|使用|要|从|搜索?|限[于定]?) ?"
    rf"(?:(?:{_HANZI_WHEN}的?)?{_HANZI_OUTLETS}(?:的?{_HANZI_WHEN})?{_HANZI_PUBLISHED}的?{_HANZI_NOUN}?"
    rf"|{_HANZI_WHEN}{_HANZI_PUBLISHED}的?{_HANZI_NOUN})(?:里面?|中)?(?:来?回答)?(?=$|[，。；：？！、）,.;:?!)\s])"
)

_DROP = (
    r"(?:exclud(?:e|ing)|ignor(?:e|ing)|skip(?:ping)?|omit(?:ting)?|avoid(?:ing)?|disregard(?:ing)?|leav(?:e|ing) out"
    rf"|(?:don['’]?t|do not|never) {_VERB}|without using)(?: {_PREPOSITION})?"
)
_ANY = rf"(?:(?:any|all|the) )?(?:(?:everything|anything|{_NOUN}) )?"
_EXCLUSIONS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"{_START}{_DROP} {_ANY}{_OF}{_NAMED}(?: {_NOUN})?{_FOR}",
        rf"{_START}(?:(?:(?:no {_NOUN}|nothing) (?:from|by)|not from) {_NAMED}|(?:no {_NOUN}|not) {_PUBLISHED}{_TIME}+)"
        rf"{_END}",
        rf"\b(?:without|excluding|ignoring) (?:(?:any|the) )?{_NOUN} {_OF}{_NAMED}{_END}",
        rf"(?:^|(?<=[，。；：？！（,.;:?!(\s])|请你?)(?:不要?|别)(?:看|用|引用|参考){_HANZI_OUTLETS}(?:的{_HANZI_NOUN})?",
    )
)
_UNWANTED = re.compile(
    rf"(?:\b(?:{_DROP}|(?:apart|aside) from|except(?: for)?|other than|besides|instead of|rather than|without)"
    rf"|(?:[,;(] ?|\b(?:but|and) )not(?! by\b))(?: {_PREPOSITION})? {_ANY}{_OF}{_NAMED}"
    rf"|(?:除了?|排除|(?:不要?|别)(?:看|用|引用|参考)){_HANZI_OUTLETS}",
    re.I,
)

_AGE = re.compile(
    r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) "
    r"(?:hour|day|week|fortnight|month|year)s?",
    re.I,
)
_LIMIT = re.compile(
    rf"(?:{_START}(?:{_VERB} )?|(?:{_START}{_VERB} )?\b{_NOUN} (?:that are )?(?=no))"
    rf"(?P<limit>(?:nothing|no {_NOUN}|no|not|{_DROP} (?:(?:any|all|the) )?(?:everything|anything|{_NOUN}))"
    r"(?: (?:that (?:is|was|are|were)|published|dated|written|from))*"
    r" (?:(?P<since>before|prior to|(?:older|earlier) than)|after|(?:newer|later) than)"
    rf" (?P<time>\w[\w -]{{0,40}}?)){_END}",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Demand:
    """What a question demands, and where it says so.

    Attributes:
        spans: The words that demand it, and none of what is asked about.
    """

    filters: Filters = field(default_factory=Filters)
    spans: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit(FoundPeriod):
    """A time that a question leaves by saying what lies outside it; `span` is that with the words that lead to it."""

    span: Range = (0, 0)


def find_limits(text: str, now: datetime, timezone: tzinfo) -> tuple[Limit, ...]:
    """Times that a question leaves by saying what lies outside them: `nothing older than a week`, `no news before May`.

    Args:
        now: The aware moment that ages refer to.
        timezone: Where a day begins and ends.
    """
    return tuple(_read_limits(text, now, timezone))


def _read_limits(text: str, now: datetime, timezone: tzinfo) -> Iterator[Limit]:
    for match in _LIMIT.finditer(text):
        words = f"{match['time']} ago" if _AGE.fullmatch(match["time"]) else match["time"]
        try:
            bound = parse_bound(words, now, timezone, end=not match["since"])
        except BadDate:
            continue
        start, end = match.span("limit")
        period = Period(bound if match["since"] else None, None if match["since"] else bound, match["limit"])
        yield Limit(period, start, end, match.span())


def find_demands(
    text: str, mentions: Sequence[Mention], times: Sequence[FoundPeriod], limits: Sequence[Limit]
) -> Demand:
    """The filters that a question itself demands; empty where that is not sure.

    Several outlets are allowed together, several times only where they overlap, unless one demand names them. Times
    that leave nothing between them are no demand. A time that is to be left out filters nothing, but is a demand.
    """
    masked = _mask(text, mentions, times)
    demands = [_find_pieces(m) for pattern in (*_DEMANDS, _HANZI_DEMAND) for m in pattern.finditer(masked)]
    exclusions = [m.span() for pattern in _EXCLUSIONS for m in pattern.finditer(masked)]
    wanted = [pieces for pieces in demands if _names_any(pieces, [*mentions, *times])]
    unwanted = [span for span in exclusions if _names_any([span], [*mentions, *times])]
    since, until = _overlap([*(limit.period for limit in limits), *_join_times(wanted, times)])
    if since and until and since > until:
        return Demand()
    allowed, excluded = (
        tuple(dict.fromkeys(source for m in mentions if _is_within(m, spans) for source in m.sources))
        for spans in ([piece for pieces in wanted for piece in pieces], unwanted)
    )
    spans = [*(piece for pieces in wanted for piece in pieces), *unwanted, *(limit.span for limit in limits)]
    return Demand(Filters(since=since, until=until, sources=allowed, excluded=excluded), tuple(sorted(spans)))


def drop_unwanted(
    text: str, mentions: Sequence[Mention], times: Sequence[FoundPeriod]
) -> tuple[tuple[Mention, ...], tuple[FoundPeriod, ...]]:
    """The outlets and times without those that a question names only to leave them out: `apart from CNN`."""
    spans = [m.span() for m in _UNWANTED.finditer(_mask(text, mentions, times))]
    return (
        tuple(m for m in mentions if not _is_within(m, spans)),
        tuple(t for t in times if not _is_within(t, spans)),
    )


def _mask(text: str, mentions: Sequence[Mention], times: Sequence[FoundPeriod]) -> str:
    marked = [(m, _OUTLET) for m in mentions] + [(t, _TIME if t.period.until else _SINCE) for t in times]
    for span, mark in marked:
        text = text[: span.start] + mark * (span.end - span.start) + text[span.end :]
    return text


def _find_pieces(match: re.Match[str]) -> list[Range]:
    """Where a match is, without what it keeps for the search."""
    if "kept" not in match.re.groupindex:
        return [match.span()]
    start, end = match.span("kept")
    return [(match.start(), start), (end, match.end())]


def _join_times(demands: Sequence[Sequence[Range]], times: Sequence[FoundPeriod]) -> Iterator[Period]:
    """For each demand what its times leave together; where they do not overlap, from the first to the last of them."""
    for pieces in demands:
        periods = [t.period for t in times if _is_within(t, pieces)]
        since, until = _overlap(periods)
        firsts, lasts = [p.since for p in periods if p.since], [p.until for p in periods if p.until]
        if since and until and since > until and len(firsts) == len(lasts) == len(periods):
            since, until = min(firsts), max(lasts)
        yield Period(since, until, "")


def _overlap(periods: Sequence[Period]) -> tuple[datetime | None, datetime | None]:
    since = max((p.since for p in periods if p.since), default=None)
    return since, min((p.until for p in periods if p.until), default=None)


def _names_any(spans: Sequence[Range], named: Sequence[Mention | FoundPeriod]) -> bool:
    return any(_is_within(one, spans) for one in named)


def _is_within(span: Mention | FoundPeriod, ranges: Sequence[Range]) -> bool:
    return any(start <= span.start and span.end <= end for start, end in ranges)
