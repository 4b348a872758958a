"""A ledger on a temporary disk, and an answer to keep in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.ledger.ledger import Ledger
from bot.types import Answer, Citation, Outcome, Question, Sentence, Turn
from index.types import Hit, Passage

NOW = datetime(2025, 7, 1, 12, tzinfo=UTC)
PUBLISHED = datetime(2025, 4, 14, tzinfo=UTC)


def make_citation(n: int, article_id: str, paragraph: int) -> Citation:
    url = f"https://gazette.example/{article_id}"
    text = "The harbour bridge opened on Monday."
    return Citation(n, article_id, "Harbour bridge opens", "Gazette", PUBLISHED, url, paragraph, text, text, url)


ANSWER = Answer(
    "When did the bridge open?",
    Outcome.QUOTED,
    sentences=(Sentence("The harbour bridge opened on Monday.", (1, 2), ((29, 35),)),),
    citations=(make_citation(1, "bridge", 1), make_citation(2, "toll", 3)),
    hits=(Hit(1, 1.0, Passage("bridge", 1, 2, "The harbour bridge opened."), "Title", "Gazette", PUBLISHED, "", "en"),),
    confidence=0.9,
    timings_ms={"search": 12.5},
    generation="000007",
    query={"names": ["Port Amsel"]},
)
QUESTION = Question(ANSWER.question, NOW, history=(Turn("What opened?", "A bridge."),))

Open = Callable[..., Ledger]


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def question() -> Question:
    return QUESTION


@pytest.fixture
def fresh_question() -> Question:
    """The same, asked just now, for a ledger that reads the clock."""
    return replace(QUESTION, now=datetime.now(UTC))


@pytest.fixture
def answer() -> Answer:
    return ANSWER


@pytest.fixture
def open_again(home: Path) -> Iterator[Open]:
    """Open the ledger of the test's home, each time by a connection of its own, as another process would."""
    opened: list[Ledger] = []

    def open_one(now: datetime = NOW, **given: Any) -> Ledger:
        opened.append(Ledger(home, now, **given))
        return opened[-1]

    yield open_one
    for ledger in opened:
        ledger.close()


@pytest.fixture
def ledger(open_again: Open) -> Ledger:
    return open_again()
