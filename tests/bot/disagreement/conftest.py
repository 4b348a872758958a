"""Accounts written by hand, and what is found between them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from bot.accounts import Account
from bot.asked import classify_question, find_answers
from bot.disagreement.contrast import choose_claims, find_contrast
from bot.disagreement.told import Contrast
from bot.evidence import Evidence
from index.lexical import tokenize
from index.types import Hit, Passage

START = datetime(2025, 4, 7, 6, tzinfo=UTC)

MakeAccount = Callable[..., Account]
FindContrast = Callable[..., Contrast | None]


def make(
    text: str, source: str, days: float = 0, alike: float = 0.8, title: str = "Story", closeness: float = 0.6
) -> Account:
    """The first paragraph of an article; its cosine to what is alike by 1 is `alike`."""
    passage = Passage(f"{source}-{days}", 1, 1 + text.count("\n\n"), text)
    hit = Hit(1, 1.0, passage, title, source, START + timedelta(days=days), "", "en")
    evidence = Evidence(hit, 1, 0, text.split("\n\n", maxsplit=1)[0], 1.0, {})
    vector = np.array([alike, (1 - alike**2) ** 0.5], dtype=np.float32)
    return Account(evidence, vector, closeness, "\n".join([title, *text.split("\n\n")[:2]]))


@pytest.fixture
def account() -> MakeAccount:
    return make


@pytest.fixture
def contrast() -> FindContrast:
    def find(question: str, *accounts: Account) -> Contrast | None:
        return find_contrast(question, choose_claims(question, accounts), accounts)

    return find


@pytest.fixture
def answering() -> MakeAccount:
    """An account with the spans highlighted that could answer a question."""

    def mark(question: str, *args: object, **kwargs: object) -> Account:
        found = make(*args, **kwargs)
        spans = find_answers(classify_question(question), found.text, frozenset(tokenize(question)))
        evidence = Evidence(found.evidence.hit, 1, 0, found.text, 1.0, {}, tuple(spans))
        return Account(evidence, found.vector, found.closeness, found.surroundings)

    return mark
