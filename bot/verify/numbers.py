"""English numbers: amounts, percentages, fractions, ordinals, scores, clock times and lengths of time. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bot.verify.figure import Figure, number_key, words_of

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {w: n for n, w in enumerate(_ONES)} | {w: 10 * n for n, w in enumerate(_TENS, 2)}
_WORDS |= {"twice": 2, "pair": 2, "duo": 2, "trio": 3}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12, "score": 20}
_SUFFIXES = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "b": 1e9, "tn": 1e12}
_ORDINALS = {
    w: n
    for n, w in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        1,
    )
}
_PARTS = {w: n for w, n in _ORDINALS.items() if 3 <= n <= 12} | {"quarter": 4, "half": 2}
_CURRENCIES = {
    "$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "dollars": "dollar", "dollar": "dollar", "euros": "euro",
    "euro": "euro", "pounds": "pound", "pound": "pound", "crowns": "crown", "crown": "crown", "yen": "yen",
}  # fmt: skip

_WORD = rf"(?:{'|'.join([*_WORDS, *_SCALES])})"
_SPELT = rf"(?:\ba\s+(?=(?:hundred|thousand|million|billion|dozen)\b))?\b{_WORD}\b(?:(?:[\s-]+(?:and\s+)?){_WORD}\b)*"
_NUMBER = re.compile(
    rf"(?P<currency>[$€£¥])?\s?(?:(?P<half>\bhalf an?\s)|(?P<digits>\d+(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"|(?P<spelt>{_SPELT}))(?P<and_half>\sand a half)?"
    r"(?:[\s-]?(?P<scale>hundred|thousand|million|billion|trillion|dozen)\b|(?P<suffix>bn|tn|mn|[mkb])\b)?"
    r"(?P<percent>\s?%|\s?(?:per\s?cent|pct|percentage points?)\b)?"
    r"(?:\s(?P<after>dollars?|euros?|pounds?|crowns?|yen)\b)?",
    re.IGNORECASE,
)
_DENOMINATOR = "|".join(_PARTS)
_COUNT = rf"(?:\d+|{'|'.join(_WORDS)})"
_FRACTION = re.compile(
    rf"(?<!and )\b(?P<top>an?|one|two|three|four|five|seven|nine)[\s-](?P<part>{_DENOMINATOR})s?\b"
    r"(?!\s(?:time|place|day|year|hour|quarter))"
    r"|\b(?<!and a )(?P<half>half)\b(?!-)(?!\san?\b)"
    rf"|\b(?P<some>{_COUNT})\s(?:\w+\s(?=(?:in|out\sof)\s(?:every\s)?{_COUNT}(?:[.,;]|$|\s(?:in|of|at|on|and|are|were|have)\b)))?"
    rf"(?:in|out of)\s(?:every\s)?(?P<all>{_COUNT})\b",
    re.IGNORECASE,
)
_ORDINAL = re.compile(
    rf"\b(?:(?P<word>{'|'.join(_ORDINALS)})|(?P<digits>\d+)(?:st|nd|rd|th))\b(?!\shalf)", re.IGNORECASE
)
_CLOCK = re.compile(
    r"\b(?P<h>\d{1,2})(?:[:.](?P<m>\d\d))?\s?(?P<half>[ap])\.?m\b\.?|\b(?P<h24>[01]?\d|2[0-3]):(?P<m24>[0-5]\d)\b(?!:)"
    r"|\b(?P<four>[012]\d[0-5]\d)(?=\s(?:local|UTC|GMT|hours)|[.,;]|\sand\b)|\b(?P<noon>noon|midday|midnight)\b",
    re.IGNORECASE,
)
_HOUR = rf"(?:\d{{1,2}}|{'|'.join(_ONES[1:13])})"
_SPOKEN_CLOCK = re.compile(
    rf"\b(?:(?P<minutes>(?:half|(?:a )?quarter|five|ten|twenty|twenty-five)(?=\spast)|half an hour|(?:a )?quarter"
    rf"|\d{{1,2}} minutes)\s(?P<way>past|after|to|before)\s(?P<hour>{_HOUR}|noon|midday|midnight)\b"
    rf"|(?:(?<=\bat )|(?<=\bby )|(?<=until ))(?P<plain>{_HOUR})[.:](?P<m>[0-5]\d)\b(?!\s?[ap]\.?m|\s?%|\sper)"
    rf"|(?P<alone>{_HOUR})(?=\so['’]clock|\sin the (?:morning|afternoon|evening)|\sat night"
    r"|\s(?:this|that) (?:morning|afternoon|evening)))"
    r"(?:\so['’]clock)?(?=(?:\s(?:in the|this|that|at)?\s?(?:(?P<am>morning)|(?P<pm>afternoon|evening|night)))?)",
    re.IGNORECASE,
)
_LONG_CLOCK = re.compile(r"\b(\d{1,2}):(\d\d):(\d\d)\b")
_SCORE = re.compile(r"(?<![\d-])(\d{1,3})[-–](\d{1,3})(?![\d-])|(?<=\bby )(\d{1,3})(?: votes)? to (\d{1,3})\b")
_PAST_HOUR = {"half": 30, "half an hour": 30, "quarter": 15, "five": 5, "ten": 10, "twenty": 20, "twenty-five": 25}
_RESULT = re.compile(r"(?<=[a-z] )(\d{1,2}), (?:[A-Z][\w'’-]*\s){1,3}(\d{1,2})\b(?!\d|[,.]\d|%)")
_BOUND_REACH = 16
_BOUND_BEFORE = re.compile(
    r"\b(?:(?P<exact>exactly|precisely)|(?P<least>at least|more than|over|above)"
    r"|at most|under|below|fewer than|less than|up to)\s*[$€£¥]?$",
    re.IGNORECASE,
)
_SPAN_UNITS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 360, "decade": 3600}
"""In days, and a year as twelve months."""
_SPAN = re.compile(
    rf"(?P<n>\ban?|\b(?:the|last|past|previous)(?=\s(?:decade|fortnight)\b)|(?<![\d.,])\d{{1,3}}|\b(?:{'|'.join(_WORDS)})(?:-(?:{'|'.join(_WORDS)}))?)"
    rf"[\s-](?P<unit>{'|'.join(_SPAN_UNITS)})s?\b",
    re.IGNORECASE,
)


def find_numbers(text: str) -> Iterator[Figure]:
    """Every reading of a number; where two overlap, the first is the right one."""
    has_digit, words = _DIGIT.search(text) is not None, words_of(text)
    for find, cues, by_digit in _FINDERS:
        if (by_digit and has_digit) or not cues.isdisjoint(words):
            yield from find(text)


def _long_clocks(text: str) -> Iterator[Figure]:
    for m in _LONG_CLOCK.finditer(text):
        yield Figure("score", frozenset({m[0]}), m.start(), m.end())


def _spoken_clocks(text: str) -> Iterator[Figure]:
    """Half past nine, 9.20, six in the evening; of both halves of the day where the text does not say which."""
    for m in _SPOKEN_CLOCK.finditer(text):
        hour = (m["hour"] or m["plain"] or m["alone"]).lower()
        named = {"noon": 720, "midday": 720, "midnight": 0}
        at = named.get(hour, 60 * (int(hour) if hour.isdigit() else _WORDS.get(hour, 0)))
        past = (m["minutes"] or m["m"] or "0").lower().removesuffix(" minutes").removeprefix("a ")
        minutes = int(past) if past.isdigit() else _PAST_HOUR[past]
        at += -minutes if (m["way"] or "").lower() in ("to", "before") else minutes
        if hour not in named:
            at %= 720
        halves = [0] if hour in named or m["am"] else [720] if m["pm"] else [0, 720]
        keys = {f"clock{(at + half) % 1440}" for half in halves} | ({number_key(at / 60)} if m["alone"] else set())
        yield Figure("clock", frozenset(keys), m.start(), m.end(), at)


def _clocks(text: str) -> Iterator[Figure]:
    for m in _CLOCK.finditer(text):
        if m["noon"]:
            minutes = 0 if m["noon"].lower() == "midnight" else 720
        elif m["four"]:
            minutes = int(m["four"][:2]) * 60 + int(m["four"][2:])
        elif m["h24"]:
            minutes = int(m["h24"]) * 60 + int(m["m24"])
        else:
            minutes = int(m["h"]) % 12 * 60 + int(m["m"] or 0) + (720 if m["half"].lower() == "p" else 0)
        keys = {f"clock{minutes}"} | ({number_key(int(m["h"]))} if m["h"] and not m["m"] else set())
        yield Figure("clock", frozenset(keys), m.start(), m.end(), minutes)


def _scores(text: str) -> Iterator[Figure]:
    for m in _SCORE.finditer(text):
        yield Figure("score", frozenset({f"{m[1] or m[3]}-{m[2] or m[4]}"}), m.start(), m.end())


def _results(text: str) -> Iterator[Figure]:
    """Castle Rovers 1, Arden 3: as a score, either way round, in the place of the second figure."""
    for m in _RESULT.finditer(text):
        yield Figure("score", frozenset({f"{m[1]}-{m[2]}", f"{m[2]}-{m[1]}"}), m.start(2), m.end())


def _spans(text: str) -> Iterator[Figure]:
    for m in _SPAN.finditer(text):
        counted = m["n"].lower()
        n = float(counted) if counted.isdigit() else _number(counted) or 1.0
        days = n * _SPAN_UNITS[m["unit"].lower()]
        keys = {f"days{number_key(days)}"} if n == 1 else {f"days{number_key(days)}", number_key(n)}
        yield Figure("span", frozenset(keys), m.start(), m.start("unit") - 1, n)


def _fractions(text: str) -> Iterator[Figure]:
    for m in _FRACTION.finditer(text):
        if m["half"]:
            share = 50.0
        elif m["part"]:
            top = 1 if m["top"].lower() in ("a", "an") else _WORDS[m["top"].lower()]
            share = 100 * top / _PARTS[m["part"].lower()]
        else:
            some, every = (float(x) if x.isdigit() else float(_WORDS[x.lower()]) for x in (m["some"], m["all"]))
            if every < 2 or some >= every:
                continue
            share = 100 * some / every
        yield Figure("percent", frozenset({f"%{number_key(share)}"}), m.start(), m.end(), share)


def _ordinals(text: str) -> Iterator[Figure]:
    for m in _ORDINAL.finditer(text):
        n = int(m["digits"]) if m["digits"] else _ORDINALS[m["word"].lower()]
        yield Figure("ordinal", frozenset({f"#{n}"}), m.start(), m.end(), n)


def _numbers(text: str) -> Iterator[Figure]:
    for m in _NUMBER.finditer(text):
        start = m.start() + len(m[0]) - len(m[0].lstrip())
        word = m["spelt"]
        if word and word.lower() in ("one", "score", "zero") and not (m["scale"] or m["percent"] or m["after"]):
            continue
        value = 0.5 if m["half"] else float(m["digits"].replace(",", "")) if m["digits"] else _number(word)
        if m["half"] and not m["scale"]:
            continue
        value += 0.5 if m["and_half"] else 0
        scale = _SCALES[m["scale"].lower()] if m["scale"] else _SUFFIXES[m["suffix"].lower()] if m["suffix"] else 1
        value *= scale
        currency = _CURRENCIES.get((m["currency"] or m["after"] or "").lower(), "")
        decimals = (m["digits"] or "").partition(".")[2]
        is_amount = bool(m["scale"] or m["suffix"] or m["percent"] or currency)
        before = _BOUND_BEFORE.search(text[max(0, start - _BOUND_REACH) : start])
        may_round = is_amount and not (before and before["exact"])
        bound = 0 if before is None else 1 if before["least"] else -1
        kind = "percent" if m["percent"] else "number"
        keys = {f"%{number_key(value)}"} if kind == "percent" else {number_key(value)}
        if kind == "number" and m["digits"] and re.fullmatch(r"[01]\d[0-5]\d|2[0-3][0-5]\d", m["digits"]):
            keys.add(f"clock{int(m['digits'][:2]) * 60 + int(m['digits'][2:])}")
        step = scale / 10 ** len(decimals) if decimals and may_round else 0.0
        yield Figure(kind, frozenset(keys), start, m.end(), value, currency, step, bound)


def _number(text: str) -> float:
    """Value of a number in words: two hundred and five, twenty-one, a dozen."""
    total, part = 0.0, 0.0
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in _WORDS:
            part += _WORDS[word]
        elif word in _SCALES:
            scale = _SCALES[word]
            part = (part or 1) * scale
            if scale >= 1000:
                total, part = total + part, 0.0
    return total + part


_DIGIT = re.compile(r"\d")
_HOURS = frozenset({*_ONES[1:13], "noon", "midday", "midnight", "half", "quarter"})
_ALL_WORDS = frozenset({*_WORDS, *_SCALES, "half"})
_ALL_PARTS = frozenset({*_PARTS, *(f"{part}s" for part in _PARTS), *_WORDS})
_ALL_UNITS = frozenset({*_SPAN_UNITS, *(f"{unit}s" for unit in _SPAN_UNITS)})
_FINDERS: tuple[tuple[Callable[[str], Iterator[Figure]], frozenset[str], bool], ...] = (
    (_long_clocks, frozenset(), True),
    (_spoken_clocks, _HOURS, True),
    (_clocks, frozenset({"noon", "midday", "midnight"}), True),
    (_scores, frozenset(), True),
    (_results, frozenset(), True),
    (_spans, _ALL_UNITS, False),
    (_fractions, _ALL_PARTS, True),
    (_ordinals, frozenset(_ORDINALS), True),
    (_numbers, _ALL_WORDS, True),
)
"""In order; each with the words without which a text has none of its kind, and whether a digit can make one."""
