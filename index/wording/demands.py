"""What a question allows as evidence where it says so itself: outlets and times of articles, and none besides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from index.dates import parse_bound
from index.errors import BadDate
from index.types import Filters
from index.wording.outlets import Mention
from index.wording.times import FoundPeriod, Period

_ONLY = r"(?:only|solely|exclusively|nothing but)"
_NOUN = r"(?:(?:news |press )?(?:articles|reports|reporting|pieces|stories|coverage|columns|posts|sources|news))"
_START = (
    r"(?:^|[.?!;:,(—–])['\"“‘]?\s*(?:(?:and|but|then|please|kindly|now|also|(?:can|could|would|will) you"
    r"|I(?:['’]d like| would like| want)(?: you)? to|you (?:should|must|may|can)|let['’]s) ){0,3}"
)
_VERB = (
    r"(?:us(?:e|ing)|look(?:ing)?|search(?:ing)?|consider(?:ing)?|consult(?:ing)?|read(?:ing)?|check(?:ing)?|rely(?:ing)?"
    r"|draw(?:ing)?|going|cit(?:e|ing)|quot(?:e|ing)|tak(?:e|ing)|show(?: me)?|give(?: me)?|find(?: me)?|list"
    r"|includ(?:e|ing)|answer(?:ing)?|tell me|summari[sz]e|based|judging|I (?:want|need|would like)|I['’]d like)"
)
_PREPOSITION = r"(?:at|in|on|upon|through|into|by|to|from|with|within|according to)"
_VERB_ONLY = (
    rf"(?:{_ONLY} {_VERB}(?: {_PREPOSITION})?|{_VERB}(?: {_PREPOSITION})? {_ONLY}(?: {_PREPOSITION})?"
    rf"|I {_ONLY} (?:want|need))"
)

# In a text where outlets are written over with the one and times with the other.
_OUTLET, _TIME = "\x00", "\x01"
_ONE = rf"(?:the )?['\"“‘]?{_OUTLET}+(?:['’]s)?['\"”’]?"
_OUTLETS = rf"{_ONE}(?:(?:, {_ONE})*,? (?:and|or|&) (?:(?:from|by|in) )?{_ONE})?"
_WHEN = rf"{_TIME}+(?: (?:onwards?|and later)\b)?(?! (?:and|or)\b)"
_OF = (
    r"(?:(?:that|which) (?:were|was|are|is|have been) )?(?:(?:published|printed|written|posted|reported|dated) )?"
    r"(?:(?:from|by|in|of|on|at) )?"
)
_ARTICLES = (
    rf"(?P<item>(?:(?:the|those|these) )?(?:(?:{_OUTLETS}) )?(?:(?:own|recent|latest) )?{_NOUN}\b"
    rf"(?: {_OF}(?:{_OUTLETS}|{_WHEN})){{0,3}}"
    rf"|what {_OUTLETS} (?:has |have )?(?:reported|reports|published|printed|wrote|writes|says?|said))"
)
_BARE = rf"(?P<item>{_OUTLETS}(?: {_OF}{_WHEN})?)"
_END = (
    r"(?=['\"”’]?\s*(?:$|[.?!;:)—–]|please\b"
    rf"|,(?! ?(?:and|or|but|nor)\b(?! (?:{_TIME}|(?:nothing|no|only|please|what|who|when|where|how|tell)\b)))"
    rf"(?! (?:the )?(?-i:{_OUTLET}+|[A-Z])[^,.;:?!]{{0,30}},? (?:and|or)\b)))"
)
_GOES_ON = rf"(?:{_END}|(?= (?!(?:and|or|but|nor|is|was|are|were|has|have|had)\b)[^\W_]))"
_ALONE = r"(?:only|exclusively|alone)"
_ORDER = rf"{_START}(?:show|give|tell|find|list|get|fetch|summari[sz]e|I want|I need)\b"
_NEWS_ON = rf"{_ORDER}[^.?!;:]{{0,60}}?\b{_NOUN}\b[^.?!;:]{{0,60}}?"
_WITHIN = (
    r"(?:restrict|limit|confin|stick|keep)(?:e|ed|ing)?"
    r"(?: (?:yourself|it|this|(?:the |your )?(?:search|answers?|results|sources)))? to"
)
_ASKS = r"(?:^|[.?!:] )(?:what|who|when|where|why|how)\b"
_APPEARS_IN = r"(?:appear|found|mention|report|publish|cover|quot|seen)[a-z]* in"
_DEMANDS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"{_START}{_VERB_ONLY} {_ARTICLES}{_GOES_ON}",
        rf"{_START}{_VERB_ONLY} {_BARE}{_END}",
        rf"{_ASKS}[^.?!;:]{{1,120}}? (?:(?:using|citing|consulting) {_ONLY}|{_ONLY} (?:using|according to)"
        rf"|according (?:to {_ONLY}|{_ONLY} to)|(?:based|relying) {_ONLY} on) {_ARTICLES}{_END}",
        rf"\baccording (?:to {_ONLY}|{_ONLY} to) {_BARE}{_END}",
        rf"{_START}(?:{_PREPOSITION} )?{_ONLY} (?:{_PREPOSITION} )?{_ARTICLES}{_END}",
        rf"{_START}(?:(?:from|according to) {_ONLY}|{_ONLY} (?:from|according to)) {_BARE}{_END}",
        rf"{_NEWS_ON} {_ONLY} (?:from|by|in) {_BARE}{_END}",
        rf"{_NEWS_ON} (?:from|by|in) {_BARE} {_ALONE}{_END}",
        rf"{_START}(?:(?:{_VERB} )?{_PREPOSITION} |{_VERB} )?{_ARTICLES} {_ALONE}{_END}",
        rf"{_START}(?:{_VERB}(?: {_PREPOSITION})?|from|according to) {_BARE} {_ALONE}{_END}",
        rf"{_ASKS}(?![^.?!;:]*? {_APPEARS_IN} )[^.?!;:]{{1,120}}? (?:in|from|according to) {_ARTICLES} {_ALONE}{_END}",
        rf"^{_BARE} {_ALONE}(?=:)",
        rf"{_START}{_WITHIN} {_ARTICLES}{_GOES_ON}",
        rf"{_START}{_WITHIN} {_BARE}{_END}",
    )
)

_HANZI_ONE = rf"[《「“]? ?{_OUTLET}+ ?[》」”]?"
_HANZI_OUTLETS = rf"{_HANZI_ONE}(?:(?:[和与跟及或、]|以及){_HANZI_ONE})*"
_HANZI_WHEN = rf"(?:[自从在] ?)?{_TIME}+ ?(?:以来|以后|之后|起|以前|之前|为止)?"
_HANZI_PUBLISHED = r"(?:发表|刊登|发布|刊发)?"
_HANZI_NOUN = r"(?:报道|报导|文章|新闻|消息)"
_HANZI_DEMAND = re.compile(
    r"(?:^|[，。；：？！、（,.;:?!(\s]|请你?|麻烦你?)(?:只|仅)能?"
    r"(?:看|用|查|读|引用|参考|根据|依据|使用|要|从|搜索?|限[于定]?) ?"
    rf"(?P<item>(?:{_HANZI_WHEN}的?)?{_HANZI_OUTLETS}(?:的?{_HANZI_WHEN})?{_HANZI_PUBLISHED}的?{_HANZI_NOUN}?"
    rf"|{_HANZI_WHEN}{_HANZI_PUBLISHED}的?{_HANZI_NOUN})(?:里面?|中)?(?:来?回答)?(?=$|[，。；：？！、）,.;:?!)\s])"
)

_AGE = re.compile(
    r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) "
    r"(?:hour|day|week|fortnight|month|year)s?",
    re.I,
)
_LIMIT = re.compile(
    rf"(?:{_START}(?:{_VERB} )?(?=no)|\b{_NOUN} (?:that are )?(?=no))(?P<limit>(?:nothing|no {_NOUN}|no|not)"
    r"(?: (?:that (?:is|was|are|were)|published|dated|written|from))*"
    r" (?:(?P<since>before|prior to|(?:older|earlier) than)|after|(?:newer|later) than)"
    rf" (?P<time>\w[\w -]{{0,40}}?)){_END}",
    re.I,
)


def find_limits(text: str, now: datetime, timezone: tzinfo) -> tuple[FoundPeriod, ...]:
    """Times that a question leaves by saying what lies outside them: `nothing older than a week`, `no news before May`.

    Args:
        now: The aware moment that ages refer to.
        timezone: Where a day begins and ends.
    """
    return tuple(_read_limits(text, now, timezone))


def _read_limits(text: str, now: datetime, timezone: tzinfo) -> Iterator[FoundPeriod]:
    for match in _LIMIT.finditer(text):
        words = f"{match['time']} ago" if _AGE.fullmatch(match["time"]) else match["time"]
        try:
            bound = parse_bound(words, now, timezone, end=not match["since"])
        except BadDate:
            continue
        start, end = match.span("limit")
        period = Period(bound if match["since"] else None, None if match["since"] else bound, match["limit"])
        yield FoundPeriod(period, start, end)


def find_demands(
    text: str, mentions: Sequence[Mention], times: Sequence[FoundPeriod], limits: Sequence[FoundPeriod]
) -> Filters:
    """The filters that a question itself demands; empty where that is not sure.

    Several outlets are allowed together, several times only where they overlap. Times that leave nothing between
    them are no demand.
    """
    masked = text
    for spans, mark in ((mentions, _OUTLET), (times, _TIME)):
        for span in spans:
            masked = masked[: span.start] + mark * (span.end - span.start) + masked[span.end :]
    items = [m.span("item") for pattern in (*_DEMANDS, _HANZI_DEMAND) for m in pattern.finditer(masked)]
    periods = [t.period for t in (*limits, *(t for t in times if _is_within(t, items)))]
    since = max((p.since for p in periods if p.since), default=None)
    until = min((p.until for p in periods if p.until), default=None)
    if since and until and since > until:
        since = until = None
    sources = dict.fromkeys(source for m in mentions if _is_within(m, items) for source in m.sources)
    return Filters(since=since, until=until, sources=tuple(sources))


def _is_within(span: Mention | FoundPeriod, items: Sequence[tuple[int, int]]) -> bool:
    return any(start <= span.start and span.end <= end for start, end in items)
