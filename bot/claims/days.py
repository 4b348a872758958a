"""The day that a weekday or a word such as yesterday means. Pure."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

from bot.verify.figures import Figure, read_figures

_NEXT = re.compile(r"\b(?:will|shall|next|going to|due|to be)\b|将|会|下")
_SPELT = re.compile(r"[^\W\d]+(?: [^\W\d]+)?")
_HAN = re.compile(r"[\u3400-\u9fff]")
_HAS_PREPOSITION = re.compile(r"\b(?:on|since|until|by|from|to|of|after|before)\s$", re.IGNORECASE)
_N_BETWEEN = 2


def resolve_day(figure: Figure, text: str) -> date | None:
    """The day that a figure names with its year; of a weekday the last one, or the next where the text looks ahead."""
    days = []
    for year, month, day in (key.split("-") for key in figure.keys if key.count("-") == 2):
        with suppress(ValueError):  # of the 30th of February
            days.append(date(int(year), int(month), int(day)))
    if not days:
        return None
    return max(days) if _NEXT.search(text) else min(days)


def write_days(text: str, today: date) -> str:
    """A sentence with weekdays and words such as yesterday as dates; a weekday with a date behind it is kept."""
    figures = [f for f in read_figures(text, today) if f.kind == "date"]
    is_chinese = bool(_HAN.search(text))
    for figure in reversed(figures):
        word = text[figure.start : figure.end]
        has_date = any(0 < f.start - figure.end <= _N_BETWEEN for f in figures)
        day = resolve_day(figure, text)
        if day is None or has_date or not _SPELT.fullmatch(word):
            continue
        before = text[: figure.start]
        on = "" if is_chinese or _HAS_PREPOSITION.search(before) else "on "
        written = f"{day.month}月{day.day}日" if is_chinese else f"{day:%-d %B %Y}"
        text = f"{before}{on}{written}{text[figure.end :]}"
    return text
