"""Words of courtesy, and words cut out of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.wording.asides import cut_out, find_courtesies


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Could you please tell me who won?", "who won?"),
        ("Please tell me: who won?", "who won?"),
        ("please say who won", "say who won"),
        ("I'd like to know who won, please.", "who won."),
        ("Hello, can you tell me who won? Thanks!", "who won?"),
        ("Do you know who won?", "who won?"),
        ("请问谁赢了？", "谁赢了？"),
        ("Please Please Me topped the charts when?", "Please Please Me topped the charts when?"),
        ("Tell Me Lies is by whom?", "Tell Me Lies is by whom?"),
        ("Hello, Dolly! opened when?", "Hello, Dolly! opened when?"),
        ("What did he tell me?", "What did he tell me?"),
        ("Thanks!", "Thanks!"),
        ("Please?", "Please?"),
    ],
)
def test_words_of_courtesy_are_cut_out_unless_they_are_a_name_or_all_there_is(text, left):
    assert cut_out(text, find_courtesies(text)) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("~~~: who won?", "who won?"),
        ("Who won? ~~~.", "Who won?"),
        ("Who won (~~~)?", "Who won?"),
        ("Who won, ~~~, and why?", "Who won, and why?"),
        ("Who won? ~~~! And why?", "Who won? And why?"),
        ('~~~, "Hold Me" is by whom?', '"Hold Me" is by whom?'),
        ("She is known as: ~~~.", "She is known as:"),
        ("谁赢了？~~~。", "谁赢了？"),
        ("~~~.", "~~~."),
    ],
)
def test_no_marks_are_left_where_words_were(text, left):
    start = text.index("~~~")
    assert cut_out(text, [(start, start + 3)]) == left


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=4))
def test_nothing_is_added_to_a_text(text, spans):
    left = cut_out(text, [(min(span), max(span)) for span in spans])
    rest = iter(text)
    assert all(character in rest for character in left if character != " ")
