"""Figures of a text in one form: numbers, amounts, percentages, clock times, scores and dates. Pure."""

from __future__ import annotations

from datetime import date

from bot.verify.days import find_days
from bot.verify.figure import Figure, same_figure
from bot.verify.hanzi_figures import find_hanzi_figures
from bot.verify.numbers import find_numbers

__all__ = ["Figure", "read_figures", "same_figure"]


def read_figures(text: str, published: date | None) -> list[Figure]:
    """All figures of a text in order of appearance, none within another."""
    found: list[Figure] = []
    taken: set[int] = set()
    for figure in (*find_days(text, published), *find_hanzi_figures(text, published), *find_numbers(text)):
        place = range(figure.start, figure.end)
        if not taken.intersection(place):
            taken.update(place)
            found.append(figure)
    return sorted(found, key=lambda f: f.start)
