"""What kind of answer a question asks for, and where a sentence has one."""

from __future__ import annotations

import re
from enum import StrEnum

from index.lexical import tokens_of


class AnswerKind(StrEnum):
    """The kind of words that would answer a question."""

    PERSON = "person"
    PLACE = "place"
    TIME = "time"
    NUMBER = "number"
    SPEECH = "speech"
    NAME = "name"
    OTHER = "other"


_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|"
    "dozen|dozens|half|third|quarter|twice|double|triple"
)
_QUESTION_PATTERNS: tuple[tuple[AnswerKind, str], ...] = (
    (
        AnswerKind.SPEECH,
        r"\bwhat (?:did|does|do|has|have|had)\b.*\b(?:say|said|tell|call|describe|think|argue|claim)\b",
    ),
    (AnswerKind.SPEECH, r"\bhow (?:did|does|do)\b.*\b(?:react|respond|describe|justify|explain)\b"),
    (AnswerKind.NUMBER, r"\bhow (?:many|much|long|old|far|high|big|large|tall|fast|often|heavy|deep)\b"),
    (
        AnswerKind.NUMBER,
        r"\b(?:what|which) (?:\w+ ){0,2}(?:percentage|percent|share|number|amount|price|cost|sum|rate|score)\b",
    ),
    (
        AnswerKind.NUMBER,
        r"\b(?:what|which) (?:was|is|were|are) the (?:\w+ ){0,2}(?:toll|score|turnout|price|cost|fine|total|number)\b",
    ),
    (AnswerKind.NUMBER, r"\b(?:cost|pay|paid|worth|price tag)\b.*\?$"),
    (
        AnswerKind.TIME,
        r"\bwhen\b(?! it comes)|\b(?:what|which) (?:year|month|day|date|decade|time)\b|\bhow soon\b|\bsince\W*$",
    ),
    (
        AnswerKind.PLACE,
        r"\bwhere\b|\b(?:what|which) (?:\w+ ){0,2}(?:country|city|state|town|place|island|region|nation|county)\b",
    ),
    (
        AnswerKind.PERSON,
        r"\bwho(?:m|se)?\b|\b(?:what|which) (?:\w+ ){0,2}(?:actor|actress|singer|president|minister|player|"
        r"politician|author|director|senator|person|star|athlete|designer|coach|leader)\b",
    ),
    (AnswerKind.NAME, r"\b(?:what|which)\b"),
    (AnswerKind.NUMBER, r"多少|几[个名人次天年月]|多[长久大高]"),
    (AnswerKind.TIME, r"何时|什么时候|哪[一]?[天年月日]|几[月号]"),
    (AnswerKind.PLACE, r"哪里|哪儿|何处|什么地方|哪个(?:城市|国家|地方)"),
    (AnswerKind.PERSON, r"谁|哪位"),
)
_ANSWER_SPANS: dict[AnswerKind, re.Pattern[str]] = {
    AnswerKind.TIME: re.compile(
        rf"\b\d{{1,2}}(?:st|nd|rd|th)? (?:{_MONTHS})(?:,? \d{{4}})?\b|"
        rf"\b(?:{_MONTHS}|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.? \d{{1,2}}(?:st|nd|rd|th)?(?:, \d{{4}})?\b|"
        rf"\b(?:in|since|by|until|from|of|last|next|early|late|mid-?) ?(?:{_MONTHS}|1[5-9]\d\d|20\d\d)\b|"
        rf"\b(?:{_DAYS})\b(?: (?:morning|afternoon|evening|night))?|\b(?:1[5-9]|20)\d\d\b|"
        r"\b(?:yesterday|today|tonight|tomorrow)\b|"
        rf"\b(?:last|next|this) (?:week|weekend|month|year|spring|summer|autumn|fall|winter)\b|"
        r"\b\d{1,2}(?::\d\d)? ?[ap]\.?m\.?|"
        rf"\b(?:\d+|{_NUMBER_WORDS}) (?:second|minute|hour|day|week|month|year)s?(?: ago| earlier| later)?\b|"
        r"\d{1,4}年(?:\d{1,2}月)?(?:\d{1,2}日)?|\d{1,2}月\d{1,2}[日号]|[一二三四五六七八九十]+月(?:[一二三四五六七八九十]+[日号])?",
        re.IGNORECASE,
    ),
    AnswerKind.NUMBER: re.compile(
        r"[$€£¥]\s?\d[\d,.]*\d?(?: ?(?:thousand|million|billion|trillion|bn|m)\b)?|"
        r"\b\d[\d,]*(?:\.\d+)?(?: ?%| per ?cent| percent| (?:thousand|million|billion|trillion))?|"
        rf"\b(?:{_NUMBER_WORDS})(?:[- ](?:{_NUMBER_WORDS}))*\b(?: per ?cent| percent)?|"
        r"[\d.]+[万亿]?|[一二三四五六七八九十百千万亿两]{2,}",
        re.IGNORECASE,
    ),
    AnswerKind.SPEECH: re.compile(r"“[^”]+”|\"[^\"]+\"|「[^」]+」"),
}
_CAPITALIZED = re.compile(
    r"[“\"‘]?\b[A-Z][\w’'&.-]*(?: (?:(?:of|the|and|de|von|van|for|al|bin) )?[A-Z0-9][\w’'&-]*)*[”\"’]?"
)
_FULL_STOP = re.compile(r"\b(?!(?:Inc|Jr|Sr|Co|Corp|Ltd|Bros|St)\.)[^\W\d_]{2,}\.$")
_QUOTED_NAME = re.compile(r"[“\"][^”\"]{2,60}[”\"]|《[^》]+》")


def classify_question(text: str) -> AnswerKind:
    """The kind of answer asked for, by the question's words."""
    for kind, pattern in _QUESTION_PATTERNS:
        if re.search(pattern, text, re.IGNORECASE):
            return kind
    return AnswerKind.OTHER


def find_answers(kind: AnswerKind, sentence: str, asked: frozenset[str]) -> list[tuple[int, int]]:
    """Half-open ranges of a sentence that could be the answer: of the kind, and not from the question.

    Args:
        asked: Tokens of the question.
    """
    if pattern := _ANSWER_SPANS.get(kind):
        spans = [m.span() for m in pattern.finditer(sentence)]
    elif kind is AnswerKind.OTHER:
        return []
    else:
        spans = [(m.start(), m.end() - bool(_FULL_STOP.search(m[0]))) for m in _CAPITALIZED.finditer(sentence)]
        if kind is AnswerKind.NAME:
            spans += [m.span() for m in _QUOTED_NAME.finditer(sentence)]
    return _merge([(a, b) for a, b in spans if _is_news(sentence[a:b], a, asked)])


def _is_news(span: str, start: int, asked: frozenset[str]) -> bool:
    """Whether a span says more than the question did, and is more than a sentence's first word."""
    tokens = tokens_of(span)
    if not tokens or asked.issuperset(tokens):
        return False
    return start > 0 or len(tokens) > 1 or not span.isalpha()


def _merge(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for a, b in sorted(spans):
        if merged and a < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(b, merged[-1][1]))
        else:
            merged.append((a, b))
    return merged
