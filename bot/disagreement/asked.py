"""What a question asks for, as far as sources can be seen to differ in it; pure."""

from __future__ import annotations

import re

from bot.amounts import Unit
from index.lexical import tokenize
from index.sentences import split_sentences

_ALL_AMOUNTS = frozenset(Unit) - {Unit.DAY}
_UNITS: tuple[tuple[re.Pattern[str], frozenset[Unit]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), frozenset(units))
    for pattern, units in (
        (r"\bhow many (?:tonne|ton|kilogram|kilo)s?\b", {Unit.WEIGHT}),
        (r"\bhow many (?:hectare|acre)s?\b", {Unit.AREA}),
        (r"\bhow many (?:kilometre|metre|meter|mile|feet|foot)s?\b", {Unit.LENGTH}),
        (r"\bhow many (?:second|minute|hour|day|week|month|year)s?\b", {Unit.TIME}),
        (r"\bhow many (?:dollar|euro|pound|crown)s?\b", {Unit.MONEY}),
        (r"\bhow many\b|多少[人个名位条艘]|几[个名人位条艘]", {Unit.COUNT}),
        (
            r"\bhow much\b[^?]*\b(?:spen[dt]\w*|costs?|pa(?:y|ys|id)|charged?|worth|earn\w*|money|borrow\w*|fined?)\b",
            {Unit.MONEY},
        ),
        (
            r"\b(?:price|cost|rent|wage|salary|salaries|fare|fee)s?\b[^?!]*(?<!\bby )"
            r"\bhow much\b(?! (?:did|do|does|has|have|had|will|higher|lower|more|less)\b)",
            {Unit.MONEY},
        ),
        (r"\bhow much\b|多少", {Unit.MONEY, Unit.PERCENT, Unit.WEIGHT}),
        (r"\bhow (?:long|far|late)\b|多[久远]", {Unit.COUNT, Unit.TIME, Unit.LENGTH}),
        (r"\bhow (?:high|tall|deep|wide|big|large|heavy)\b", _ALL_AMOUNTS - {Unit.TIME}),
        (r"\b(?:what|which) (?:[\w-]+ )?(?:share|proportion|percentage|rate|turnout)\b|百分之几|比例", {Unit.PERCENT}),
        (r"\b(?:what|which) (?:[\w-]+ )?(?:height|depth|length|distance)\b", {Unit.LENGTH}),
        (
            r"\bwhat (?:was|is|were|are|will|would|did|does)\b[^?]*\b(?:bill|costs?|price|sum|fine|damages?|worth)\b",
            {Unit.MONEY},
        ),
        (
            r"\bwhat (?:was|is|were|are)\b[^?]*\b(?:toll|number|total|count|tally|attendance|turnout)\b",
            {Unit.COUNT, Unit.PERCENT},
        ),
        (
            r"(?:^|[,:] )(?:by |until |since )?when\b|\b(?:what|which) (?:day|date)\b|何时|什么时候|哪[一]?天",
            {Unit.DAY},
        ),
    )
)
_COUNTED = re.compile(
    r"\bhow many (?P<words>(?:(?!(?:are|were|was|is|did|do|does|has|have|had|in|of|on|at|will|would|can|could|may|went"
    r"|got|died|there)\b)[\w’'-]+ ?){1,3})",
    re.IGNORECASE,
)
_WHAT_IS_TRUE = re.compile(
    r"\b(?:actually|really)\b|\bwho\b[^?]*\bwhom\b|\bwhose fault\b|\bto blame\b"
    r"|\bwhat do(?:es)?\b[^?]*\bsay\b[^?]*\bsay\b|究竟|到底",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(
    r"^(?:and |but |so )?(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should)(?:n['’]t)? \w"
    r"|[吗嘛][？?]?$|是否|有没有",
    re.IGNORECASE,
)
_PLACES = frozenset("village town city country island region state county district".split())
WH_NOUNS = _PLACES | frozenset(
    "company firm party team club bank airline newspaper man woman player minister president actor candidate artist"
    " author painter driver captain".split()
)
_FOR_NAME = re.compile(
    rf"\bwho(?:m|se)?\b|\bwhere\b|\b(?:what|which) (?:[\w-]+ )?(?:{'|'.join(sorted(WH_NOUNS))})\b"
    r"|谁|哪位|哪里|哪儿|何处|哪个(?:城市|国家|地方|公司)",
    re.IGNORECASE,
)
_IN_COUNTRY = re.compile(r"\b(?:what|which) (?:[\w-]+ )?(?:state|city|town|village|county|district)\b", re.IGNORECASE)
_FOR_PLACE = re.compile(
    rf"\bwhere\b|\b(?:what|which) (?:[\w-]+ )?(?:{'|'.join(sorted(_PLACES))})\b|哪里|哪儿|何处|哪个(?:城市|国家|地方)",
    re.IGNORECASE,
)


def units_asked(question: str) -> frozenset[Unit]:
    """The units of the amounts that would answer a question; empty where it asks for none."""
    return next((units for pattern, units in _UNITS if pattern.search(question)), frozenset())


def words_counted(question: str) -> frozenset[str]:
    """Stems of what a question wants to have counted."""
    match = _COUNTED.search(question)
    return frozenset(tokenize(match["words"])) if match else frozenset()


def asks_yes_or_no(question: str) -> bool:
    """Whether a yes or a no answers it."""
    return bool(_YES_OR_NO.search(question))


def asks_for_name(question: str) -> bool:
    """Whether a person, a place or another name answers it."""
    return bool(_FOR_NAME.search(question))


def asks_for_place(question: str) -> bool:
    """Whether that name is to be one of a place."""
    return bool(_FOR_PLACE.search(question))


def asks_within_country(question: str) -> bool:
    """Whether that place is smaller than a country."""
    return bool(_IN_COUNTRY.search(question))


def asking_part(question: str) -> str:
    """The last sentence of a question, what goes before it being told only."""
    start, end = split_sentences(question)[-1]
    return question[start:end]


def asks_what_is_true(question: str) -> bool:
    """Whether it takes for granted that this is in doubt."""
    return bool(_WHAT_IS_TRUE.search(question))
