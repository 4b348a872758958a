"""Figures in many forms, each with one value."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.verify import days, hanzi_figures, numbers
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
        ("half past nine", "9.30 a.m."),
        ("a quarter to midnight", "23:45"),
        ("six in the evening", "6 p.m."),
        ("seven o'clock", "19:00"),
        ("the past decade", "ten years"),
        ("first", "1st"),
        ("4 April", "April 4"),
        ("4 April 2025", "Apr. 4, 2025"),
        ("Tuesday", "15 April 2025"),
        ("yesterday", "April 15"),
        ("620万", "6.2 million"),
        ("百分之六", "6%"),
        ("三分之一", "a third"),
        ("一万五", "15,000"),
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
        ("five weeks", "five months"),
        ("half past nine", "9.15 p.m."),
        ("一万零五", "15,000"),
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


def test_a_month_is_told_by_one_of_its_days_and_not_the_reverse():
    assert same_figure(only("in March"), only("14 March 2025"))
    assert not same_figure(only("14 March 2025"), only("in March"))


def test_both_days_of_a_span_are_of_its_month():
    assert [sorted(f.keys)[-1] for f in read_figures("between 3 and 17 July", WEDNESDAY)] == ["7-3", "7-17"]


def test_a_result_is_a_score_either_way_round():
    assert same_figure(read_figures("Castle Rovers 1, Arden 3.", None)[1], only("3-1"))


def test_a_small_may_is_no_month_and_one_is_no_number():
    assert read_figures("It may be the one thing that matters.", WEDNESDAY) == []


_PIECES = (
    *"a an the half quarter third thirds fifths dozen hundred thousand million one two seven nine twenty-one".split(),
    *"first seventh 3rd 12 12,500 3.5 2019 1990s 7 p.m. 18:30 1:02:03 0930 noon midnight minutes hour past to".split(),
    *"before after at by in out of every o'clock morning evening night per cent % $ € bn dollars decades".split(),
    *"fortnight weeks day's years last next this month Monday yesterday tomorrow May March Sept January 4-1".split(),
    *"2024-05-06 Rovers 1, Arden 3 votes half-past six. five, and the- rain fell".split(),
    *"１２ 三月 十二日 百分之五 星期二 明天".split(),
)


@given(st.lists(st.sampled_from(_PIECES), min_size=1, max_size=7).map(" ".join))
def test_nothing_is_missed_where_a_text_is_not_searched(text):
    day = date(2025, 3, 14)
    assert list(numbers.find_numbers(text)) == [f for find, *_ in numbers._FINDERS for f in find(text)]
    everything = frozenset(days._CUES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(days, "words_of", lambda _: everything)
        all_days = list(days.find_days(text, day))
        patch.setattr(hanzi_figures, "_ANY_HANZI", re.compile(""))
        all_hanzi = list(hanzi_figures.find_hanzi_figures(text, day))
    assert list(days.find_days(text, day)) == all_days
    assert list(hanzi_figures.find_hanzi_figures(text, day)) == all_hanzi
