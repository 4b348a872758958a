"""Figures in many forms, each with one value."""

from __future__ import annotations

from datetime import date

import pytest

from bot.verify.figures import Figure, read_figures, same_figure

WEDNESDAY = date(2025, 4, 16)


def only(text: str) -> Figure:
    figures = read_figures(text, WEDNESDAY)
    assert len(figures) == 1, (text, figures)
    return figures[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5%", "five percent"),
        ("5 per cent", "five per cent"),
        ("12.5%", "an eighth"),
        ("40%", "four in ten"),
        ("33%", "a third"),
        ("$1.2bn", "1.2 billion dollars"),
        ("1,200 million", "1.2 billion"),
        ("half a million", "500,000"),
        ("two and a half million", "2.5m"),
        ("1200", "twelve hundred"),
        ("forty-three", "43"),
        ("a dozen", "12"),
        ("twelve months", "a year"),
        ("9 p.m.", "21:00"),
        ("noon", "12 p.m."),
        ("first", "1st"),
        ("4 April", "April 4"),
        ("4 April 2025", "Apr. 4, 2025"),
        ("Tuesday", "15 April 2025"),
        ("yesterday", "April 15"),
        ("620万", "6.2 million"),
        ("百分之六", "6%"),
        ("三分之一", "a third"),
        ("七万二千", "7.2万"),
        ("4月15日", "15 April"),
        ("去年", "2024"),
        ("星期二", "Tuesday"),
    ],
)
def test_a_figure_is_the_same_in_another_form(one, other):
    assert same_figure(only(one), only(other))
    assert same_figure(only(other), only(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5%", "5"),
        ("15%", "a third"),
        ("$5m", "€5m"),
        ("1.2 billion", "1.2 million"),
        ("4 April 2025", "4 April 2024"),
        ("March 2024", "March 2025"),
        ("Tuesday", "16 April"),
        ("9 p.m.", "9:30 p.m."),
        ("third", "a third"),
        ("620万", "260万"),
    ],
)
def test_another_figure_is_not_the_same(one, other):
    assert not same_figure(only(one), only(other))


def test_figures_are_found_in_order_and_do_not_overlap():
    figures = read_figures("On 4 April 2025, 43 of 1,200 flats, 3.6%, went for $1.2bn at 9 p.m.", WEDNESDAY)
    assert [f.kind for f in figures] == ["date", "number", "number", "percent", "number", "clock"]
    assert all(a.end <= b.start for a, b in zip(figures, figures[1:], strict=False))


def test_a_small_may_is_no_month_and_one_is_no_number():
    assert read_figures("It may be the one thing that matters.", WEDNESDAY) == []
