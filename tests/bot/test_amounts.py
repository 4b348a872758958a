"""Amounts are read with their unit and precision, and agree where both can be true."""

from __future__ import annotations

from datetime import date

import pytest

from bot.amounts import Amount, Unit, find_amounts

DAY = date(2025, 4, 18)


def read(text: str) -> Amount:
    (amount,) = find_amounts(text, DAY)
    return amount


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("It cost 2.31 billion crowns.", 2.31e9, Unit.MONEY),
        ("It cost $1.2bn.", 1.2e9, Unit.MONEY),
        ("A rise of 5.4 per cent was agreed.", 5.4, Unit.PERCENT),
        ("Turnout was 68.3 pct.", 68.3, Unit.PERCENT),
        ("It is six weeks late.", 42, Unit.TIME),
        ("It stood 3.82 metres high.", 3.82, Unit.LENGTH),
        ("Sixty-eight members came.", 68, Unit.COUNT),
        ("They meet on 30 April.", date(2025, 4, 30).toordinal(), Unit.DAY),
        ("Some 65 tonnes of oil ran out.", 65_000, Unit.WEIGHT),
        ("It has burnt 1,200 hectares.", 12_000_000, Unit.AREA),
        ("It flew at 15,000 miles per hour.", 15_000, Unit.COUNT),
        ("罚款六万克朗。", 60_000, Unit.MONEY),
    ],
)
def test_an_amount_has_its_value_and_unit(text, value, unit):
    amount = read(text)
    assert (amount.value, amount.unit) == (pytest.approx(value), unit)


def test_a_day_without_a_year_is_the_one_nearest_to_the_article():
    (amount,) = find_amounts("It opens on 3 January.", date(2025, 12, 20))
    assert amount.value == date(2026, 1, 3).toordinal()


@pytest.mark.parametrize(("text", "year"), [("to Saturday 18 October", 2025), ("to Friday 18 October", 2024)])
def test_a_weekday_tells_which_year_is_meant(text, year):
    (amount,) = find_amounts(f"It has been put back {text}.", date(2025, 4, 17))
    assert amount.value == date(year, 10, 18).toordinal()


def test_a_count_knows_what_is_counted():
    assert read("There were 14 boats.").counted == {"boat"}
    part, whole = find_amounts("They took 36 of 101 seats.", DAY)
    assert (part.counted, part.is_compared, whole.is_compared) == ({"seat"}, False, True)
    assert read("The total was 46,300.").is_bare


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("about 3,800 people came", "3,812 people came"),
        ("3,800 people came", "3,812 people came"),
        ("at least 3 people died", "9 people died"),
        ("nearly 2 million people", "1.9 million people"),
        ("5 per cent", "five percent"),
    ],
)
def test_what_is_rounded_or_bounded_agrees(one, other):
    assert read(one).agrees_with(read(other))
    assert read(other).agrees_with(read(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3,800 people came", "6,500 people came"),
        ("14 boats", "23 boats"),
        ("68.3 per cent", "66.9 per cent"),
        ("on 3 May", "on 4 May"),
        ("at least 30 people", "12 people"),
    ],
)
def test_what_cannot_both_be_true_does_not_agree(one, other):
    assert not read(one).agrees_with(read(other))
    assert not read(other).agrees_with(read(one))


def test_an_amount_that_is_only_compared_with_says_so():
    now, before = find_amounts("It fell to 46,300 at the end of March from 48,280 in December.", DAY)[:2]
    assert (now.is_compared, before.is_compared) == (False, True)


@pytest.mark.parametrize(
    ("text", "n_compared"),
    [
        ("It approved another $350 million.", 1),
        ("It approved $350 million more in aid.", 1),
        ("It holds 500 more than the other.", 0),
        ("It is on 29 August and not on 22 August.", 1),
        ("It was moved from 22 August to 29 August.", 1),
        ("It carries traffic from Friday 29 August.", 0),
    ],
)
def test_what_is_added_or_denied_is_only_compared_with(text, n_compared):
    assert sum(a.is_compared for a in find_amounts(text, DAY)) == n_compared


def test_a_day_repeats_itself_alone():
    one, other = find_amounts("It is on 29 August and not on 22 August.", DAY)
    assert not one.repeats(other)
    assert one.repeats(one)


def test_nothing_is_an_amount_too():
    assert [a.value for a in find_amounts("The economy grew by 0.0 percent, and by $0.0 a head.", None)] == [0.0, 0.0]
