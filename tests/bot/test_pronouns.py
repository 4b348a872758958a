"""Which sentences need the one before them."""

from __future__ import annotations

import pytest

from bot.pronouns import begins_with_pronoun


@pytest.mark.parametrize(
    "sentence",
    [
        "She resigned on Monday.",
        "But they had left by then.",
        "Meanwhile, its shares fell.",
        "“He never called,” said the clerk.",
        "It closed at noon.",
        "It is now fifty-two of them that stay closed today.",
        "One of them was a nurse.",
        "Both were held overnight.",
        "The other sank.",
        "This is the third time.",
        "That was denied.",
        "他周一辞职。",
        "这是第三次。",
    ],
)
def test_it_begins_with_a_pronoun(sentence):
    assert begins_with_pronoun(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Sheila resigned on Monday.",
        "This week the court sits.",
        "Both teams scored late.",
        "One of the crew was a nurse.",
        "It was rain that closed the road.",
        "It is unclear whether the road is open.",
        "Theirry left.",
        "I saw her.",
        "The mayor said she would go.",
        "这周法院开庭。",
        "",
    ],
)
def test_it_stands_by_itself(sentence):
    assert not begins_with_pronoun(sentence)
