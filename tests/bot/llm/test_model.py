"""How many tokens a text is taken for."""

from __future__ import annotations

import pytest

from bot.llm import estimate_tokens


@pytest.mark.parametrize(
    ("text", "n_tokens"), [("", 0), ("a", 1), ("Who opened it?", 5), ("大桥周一开放", 6), ("\ud800", 1)]
)
def test_three_bytes_are_a_token(text, n_tokens):
    assert estimate_tokens(text) == n_tokens
