"""A sentence knows its vector and the paragraphs around it, from whichever passage they were found in."""

from __future__ import annotations

import numpy as np

from bot.accounts import find_sentences, read_accounts
from bot.evidence import understand
from index.types import Hit, Passage

FIRST, SECOND = "A paper spoke of nineteen crates. It was wrong.", "There are twelve."
HITS = [
    Hit(1, 1.0, Passage("a", 1, 1, FIRST), "Crates", "Courier", None, "", "en"),
    Hit(2, 0.5, Passage("a", 2, 3, f"{SECOND}\n\nShe looked it up."), "Crates", "Courier", None, "", "en"),
]
VECTORS = [np.eye(4, dtype=np.float32)[:2], np.eye(4, dtype=np.float32)[2:]]
QUESTION = np.array([0, 0, 1, 0], dtype=np.float32)


def test_surroundings_join_neighbouring_paragraphs_of_several_passages_under_the_headline():
    asked = understand("How many crates are there?", QUESTION, {"crate": 1.0}, None)
    accounts = read_accounts(list(find_sentences(asked, HITS)), HITS, VECTORS, QUESTION)
    assert [a.text for a in accounts] == [
        "A paper spoke of nineteen crates.",
        "It was wrong.",
        SECOND,
        "She looked it up.",
    ]
    assert accounts[0].surroundings == f"Crates\n{FIRST}\n{SECOND}"
    assert accounts[2].surroundings == f"Crates\n{FIRST}\n{SECOND}\nShe looked it up."
    assert [a.closeness for a in accounts] == [0, 0, 1, 0]


def test_what_could_be_the_answer_is_highlighted():
    asked = understand("How many crates are there?", QUESTION, {"crate": 1.0}, None)
    told = [e.text[a:b] for e in find_sentences(asked, HITS) for a, b in e.highlights]
    assert told == ["nineteen", "twelve"]
