"""Figures with what they count or measure, so that those of two texts can be compared; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from bot.verify.figures import Figure, read_figures
from index.lexical import tokenize

_ROUGH_SHARE = 0.1
_NEAR_SHARE = 0.01
_LARGE = 10
_REACH = 24


class Unit(StrEnum):
    """What an amount is given in."""

    COUNT = "count"
    PERCENT = "percent"
    MONEY = "money"
    LENGTH = "metres"
    TIME = "days"
    WEIGHT = "kilograms"
    AREA = "square metres"
    DAY = "day of the calendar"


_MEASURES: dict[str, tuple[Unit, float]] = {
    "centimetre": (Unit.LENGTH, 0.01),
    "kilometre": (Unit.LENGTH, 1000),
    "km": (Unit.LENGTH, 1000),
    "metre": (Unit.LENGTH, 1),
    "meter": (Unit.LENGTH, 1),
    "mile": (Unit.LENGTH, 1609),
    "feet": (Unit.LENGTH, 0.305),
    "foot": (Unit.LENGTH, 0.305),
    "inch": (Unit.LENGTH, 0.0254),
    "tonne": (Unit.WEIGHT, 1000),
    "ton": (Unit.WEIGHT, 1000),
    "kilogram": (Unit.WEIGHT, 1),
    "kilo": (Unit.WEIGHT, 1),
    "hectare": (Unit.AREA, 10_000),
    "acre": (Unit.AREA, 4047),
    "second": (Unit.TIME, 1 / 86_400),
    "minute": (Unit.TIME, 1 / 1440),
    "hour": (Unit.TIME, 1 / 24),
    "day": (Unit.TIME, 1),
    "week": (Unit.TIME, 7),
    "month": (Unit.TIME, 30),
    "year": (Unit.TIME, 365),
    "cent": (Unit.MONEY, 0.01),
    "crown": (Unit.MONEY, 1),
    "dollar": (Unit.MONEY, 1),
    "euro": (Unit.MONEY, 1),
    "pound": (Unit.MONEY, 1),
    "yuan": (Unit.MONEY, 1),
    "克朗": (Unit.MONEY, 1),
    "美元": (Unit.MONEY, 1),
    "欧元": (Unit.MONEY, 1),
    "元": (Unit.MONEY, 1),
    "米": (Unit.LENGTH, 1),
    "公里": (Unit.LENGTH, 1000),
    "吨": (Unit.WEIGHT, 1000),
    "公顷": (Unit.AREA, 10_000),
    "小时": (Unit.TIME, 1 / 24),
    "天": (Unit.TIME, 1),
    "年": (Unit.TIME, 365),
}
_MEASURE = re.compile(
    rf"[ -]?(?P<unit>{'|'.join(_MEASURES)})(?:e?s)?(?![a-z]|(?: per| an?) (?:hour|second)\b)", re.IGNORECASE
)
_COUNTED = re.compile(
    r"(?: (?!(?:an?|and|are|as|at|be|been|but|by|did|do|does|for|from|had|has|have|her|his|in|into|is|its|less|more|of"
    r"|off|on|or|out|over|than|that|the|their|they|this|those|through|to|under|up|was|were|when|where|which|who|will|with"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|hundred|thousand|million|billion)\b)[^\W\d_]+(?:[-’'][^\W\d_]+)*){1,3}"
    r"|[个名位条艘座件只头辆张所]?[\u3400-\u9fff]{1,2}"
)
_ROUGH_BEFORE = re.compile(
    r"(?:\b(?:about|around|roughly|some|nearly|almost|approximately|close to|estimated|just (?:over|under)|up to"
    r"|as (?:many|much) as)|[约近]) ?[$€£¥]?$",
    re.IGNORECASE,
)
LEAST_BEFORE = re.compile(
    r"(?:\b(?:at least|more than|over|above|upwards of|no (?:fewer|less) than)|至少|超过|逾) ?[$€£¥]?$", re.IGNORECASE
)
_COMPARED_BEFORE = re.compile(
    r"(?:\b(?:from|against|compared (?:with|to)|than|instead of|not|never|previous(?:ly)?|another|additional|further"
    r"|extra)|而非|不是|另外?) ?(?:\w+ )?[$€£¥]?$",
    re.IGNORECASE,
)
_FROM_BEFORE = re.compile(r"\bfrom (?:\w+ )?$", re.IGNORECASE)
_WEEKDAY_BEFORE = re.compile(r"\b((?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day),? (?:the )?$", re.IGNORECASE)
_OF_WHOLE = re.compile(r" of (?:the |its |their |all )?\d[\d,]*(?= )")
_PART_BEFORE = re.compile(r"\d of (?:the |its |their |all )?$")
_ADDED_BEHIND = re.compile(r"(?: \w+)? (?:more|extra)\b(?! than)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount or a day that a text tells.

    Attributes:
        start: Where it begins in the text.
        end: Where it ends there, exclusive; its unit belongs to it.
        value: In the unit; of a day its ordinal.
        counted: Stems of the words behind a count, its noun among them.
        step: How finely it is given, 100 for 3,800.
        is_rough: It is said to be near the truth only.
        is_least: It is said to be a lower bound.
        is_compared: It is named only beside another, as an earlier one, one that is not so, one that is added, or the
            whole of which the other is a part.
    """

    start: int
    end: int
    value: float
    unit: Unit
    counted: frozenset[str] = frozenset()
    step: float = 1.0
    is_rough: bool = False
    is_least: bool = False
    is_compared: bool = False

    @property
    def is_bare(self) -> bool:
        """Whether nothing tells what it is an amount of."""
        return self.unit is Unit.COUNT and not self.counted

    def agrees_with(self, other: Amount) -> bool:
        """Whether both can be true of one thing: equal, rounded, or above a lower bound."""
        low, high = sorted((self, other), key=lambda a: a.value)
        distance = high.value - low.value
        if self.unit is Unit.DAY:
            return distance == 0
        slack = _ROUGH_SHARE if low.is_rough or high.is_rough else _NEAR_SHARE
        is_rounded = distance <= max(low.step, high.step) / 2 and distance <= _ROUGH_SHARE * high.value
        return low.is_least or is_rounded or distance <= slack * high.value

    def repeats(self, other: Amount) -> bool:
        """Whether it is the value of another, given a little less finely at most."""
        distance = abs(self.value - other.value)
        may_be_near = self.unit is not Unit.DAY and other.value >= _LARGE
        return distance == 0 or (may_be_near and distance <= _NEAR_SHARE * other.value)


@lru_cache(maxsize=4096)
def find_amounts(text: str, published: date | None) -> tuple[Amount, ...]:
    """The amounts and days of a text, in order; remembered, for a sentence is compared with many.

    Args:
        published: The day that days without a year are near to.
    """
    return tuple(_read_all(text, published))


def _read_all(text: str, published: date | None) -> Iterator[Amount]:
    for figure in read_figures(text, published):
        if figure.kind == "date":
            before = text[max(0, figure.start - _REACH) : figure.start]
            if day := _read_day(figure, published, before):
                is_begin = _FROM_BEFORE.search(before) and not text.startswith(" to ", figure.end)
                is_compared = bool(_COMPARED_BEFORE.search(before)) and not is_begin
                end = figure.end - text[: figure.end].endswith(".")
                yield Amount(figure.start, end, day.toordinal(), Unit.DAY, is_compared=is_compared)
        elif figure.kind in ("number", "percent", "span"):
            yield _read_amount(text, figure)


def _read_day(figure: Figure, published: date | None, before: str) -> date | None:
    """The day of a date, on the weekday named before it if any; None for a month or a year, or where it is not sure."""
    days = {tuple(map(int, key.split("-"))) for key in figure.keys if "-" in key}
    full = [day for day in days if len(day) == 3]
    if len(full) > 1 or not days or not (full or published):
        return None
    try:
        if full or not published:
            return date(*full[0])
        month, number = next(iter(days))
        near = [date(published.year + n, month, number) for n in (-1, 0, 1)]
        weekday = _WEEKDAY_BEFORE.search(before)
        fit = [day for day in near if weekday and f"{day:%A}" == weekday[1].capitalize()]
        return min(fit or near, key=lambda d: abs(d - published))
    except ValueError:
        return None


def _read_amount(text: str, figure: Figure) -> Amount:
    before = text[max(0, figure.start - _REACH) : figure.start]
    unit, factor, end, counted = _read_unit(text, figure)
    return Amount(
        figure.start,
        end,
        figure.value * factor,
        unit,
        counted,
        _read_step(text[figure.start : figure.end], figure.value) * factor,
        is_rough=bool(_ROUGH_BEFORE.search(before)),
        is_least=bool(LEAST_BEFORE.search(before)),
        is_compared=bool(
            _COMPARED_BEFORE.search(before) or _PART_BEFORE.search(before) or _ADDED_BEHIND.match(text, end)
        ),
    )


def _read_unit(text: str, figure: Figure) -> tuple[Unit, float, int, frozenset[str]]:
    if figure.kind == "percent":
        return Unit.PERCENT, 1.0, figure.end, frozenset()
    if figure.currency:
        return Unit.MONEY, 1.0, figure.end, frozenset()
    if match := _MEASURE.match(text, figure.end):
        unit, factor = _MEASURES[match["unit"].lower()]
        return unit, factor, match.end(), frozenset()
    whole = _OF_WHOLE.match(text, figure.end)
    counted = _COUNTED.match(text, whole.end() if whole else figure.end)
    return Unit.COUNT, 1.0, figure.end, frozenset(tokenize(counted.group())) if counted else frozenset()


def _read_step(written: str, value: float) -> float:
    decimals = re.search(r"\d\.(\d+)", written)
    digits = re.sub(r"\D", "", written)
    if decimals and digits:
        scale = value / (float(re.sub(r"[^\d.]", "", written).strip(".") or 1) or 1.0)
        return 10.0 ** -len(decimals[1]) * (scale or 1.0)
    plain = f"{value:.0f}"
    return 10.0 ** (len(plain) - len(plain.rstrip("0"))) if value else 1.0
