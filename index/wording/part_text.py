"""The wording of a part of a question: what it is about, without who reported it and when."""

from __future__ import annotations

import re
from collections.abc import Sequence

ARTICLE = (
    r"(?:articles?|reports?|reporting|pieces?|story|stories|reviews?|coverage|columns?|interviews?|editorials?|sources?"
    r"|guides?)"
)
"""A pattern for what an outlet publishes."""

JOINED = re.compile(
    rf"(?:['’]s)?['\"”’]?(?: {ARTICLE})?,?(?: and| or| &| as well as| versus| vs\.?)?"
    rf"(?: both| also| in| by| from| the| an?| another){{0,3}}(?: {ARTICLE})?(?: by| from| in)?(?: the)? ?['\"“‘]?",
    re.I,
)
"""What stands between two outlets of one list."""

_OUTLET, _TIME = "\x00", "\x01"
_LIST = re.compile(
    rf"{_OUTLET}(?:(?:['’]s)?['\"”’]?,?(?: and| or|,)?(?: both| the| in| by| from)? ?['\"“‘]?{_OUTLET})+", re.I
)
_LEADS_TO_OUTLET = re.compile(
    r"(?:,? ?\b(?:(?:as|were|was|is|also|being|been|both) ){0,3}"
    r"(?:(?:reported|covered|discussed|described|noted|mentioned|highlighted|featured|published|depicted|portrayed"
    r"|reviewed|identified|cited|claimed|alleged|suggested|written) (?:on )?)?"
    rf"(?:according to|as per|per|(?:(?:the|an?|another|both|its|their) )?(?:[a-z]+ ){{0,2}}{ARTICLE} (?:by|from|in|of)"
    r"|by|from|in|of|to|on)(?: both)?(?: an?| the| another)? )?['\"“‘]?$",
    re.I,
)
_FOLLOWS_OUTLET = re.compile(
    rf"(?:['’]s)?['\"”’]?(?: (?:says?|said|reports?|reported|suggests?|claims?|claimed|writes?|wrote)\b(?: that\b)?"
    rf"|(?: {ARTICLE}\b)?,?)",
    re.I,
)
_REACH = 80
_PUBLISHED = re.compile(
    rf"\b(?:published|reported)(?: (?:on|at|in))? ?(?={_TIME}|,|$)|\b(?:on|at|in|of) {_TIME}|[{_OUTLET}{_TIME}]", re.I
)
_OPENING = re.compile(
    r"(?:(?:and|but|or|while|whereas|as opposed to|compared to|does|do|did|the|an?|both|also|it|another|between|after"
    r"|before|considering|based on|articles?|reports?|then|again|subsequent|from|information|that|than|compared) +)*"
    r"(?:(?:suggest|claim|report|indicate|impl(?:y|ie)|discuss|describe|mention|detail|feature|highlight|state|argue|note"
    r"|cover|attribute|allege|portray|depict|identif(?:y|ie)|focus|credit|cite|raise concern|say|said|show|provide"
    r"|recommend)(?:e?s|e?d|ing)? +(?:that |on |about )?)?",
    re.I,
)
_CLOSING = re.compile(r"(?:[\s,]+(?:and|or|but|as|by|with|the|compared|both))+$", re.I)
_WORD = re.compile(r"[^\W\d_]{3,}")
_EMPTY_WORDS = frozenset(
    "the and which what who whose company individual person player team entity entities type name organization does did"
    " that with from according recently known both center there was were has have had between after before article"
    " articles report reports reported allegations these those".split()
)
_MARKS = " ,;:?.-'\""


def clean_clause(text: str, outlets: Sequence[tuple[int, int]], times: Sequence[tuple[int, int]]) -> str:
    """A clause without the outlets that it names, the days of their articles, and the words around them.

    Args:
        outlets: Where outlets begin and end in it.
        times: Where the days of articles do.
    """
    marked = sorted([(*span, _OUTLET) for span in outlets] + [(*span, _TIME) for span in times], reverse=True)
    for start, end, mark in marked:
        text = text[:start] + mark + text[end:]
    if marked:
        text = _PUBLISHED.sub(" ", _drop_attributions(_LIST.sub(_OUTLET, text)))
    text = _CLOSING.sub("", " ".join(text.split()).strip(_MARKS))
    opening = _OPENING.match(text)
    return (text[opening.end() :] if opening and marked else text).strip(_MARKS)


def _drop_attributions(text: str) -> str:
    """A marked text without outlets: `as reported by`, `according to an article from`, and what follows them."""
    first, *others = text.split(_OUTLET)
    kept = first
    for following in others:
        kept = kept[:-_REACH] + _LEADS_TO_OUTLET.sub("", kept[-_REACH:])
        kept += " " + _FOLLOWS_OUTLET.sub("", following, count=1)
    return kept


def is_full(text: str, min_words: int = 3) -> bool:
    """Whether a clause has words enough to be searched."""
    return sum(word.lower() not in _EMPTY_WORDS for word in _WORD.findall(text)) >= min_words
