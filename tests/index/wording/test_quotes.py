"""Which of the strings that a question quotes a passage has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.wording.quotes import share_quoted


@pytest.mark.parametrize(
    ("quoted", "text"),
    [
        ("Hold Me Closer", "He sang “hold me\u00a0closer,” twice."),
        ("It’s Time", "THE SONG\nIt's  time, they said."),
        ('the "big" one', "The “big” one fell."),
        ("两生花", "她写了《两生花》这本书"),
        ("花", "两生花开"),
        ("12%", "about 12% more"),
    ],
)
def test_a_quote_is_found_in_any_case_spacing_and_shape_of_quotation_marks(quoted, text):
    assert share_quoted([quoted], text) == 1


@pytest.mark.parametrize(
    ("quoted", "text"),
    [
        ("Hold Me", "He holds me."),
        ("Hold Me", "Hold merely this."),
        ("Hold Me Closer", "Hold me, closer."),
        ("art", "A cart of smart parts"),
        ("a.b", "a-b"),
    ],
)
def test_other_words_and_parts_of_words_are_no_quote(quoted, text):
    assert share_quoted([quoted], text) == 0


def test_of_several_quotes_the_share_is_told():
    assert share_quoted(["one two", "three", "four", "five"], "Five, then three.") == 0.5


def test_without_quotes_there_is_no_share():
    assert share_quoted([], "Words.") == 0


@given(st.text(min_size=1, max_size=30).filter(str.strip), st.text(max_size=30))
def test_any_quote_is_found_between_spaces(quoted, around):
    assert share_quoted([quoted.strip()], f"{around} {quoted} {around}") == 1
