"""Answers of a real index say where its sources differ, how a matter unfolded, and nothing of what came later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.answer import Answerer
from bot.second_look import look_for_timeline
from bot.types import Answer, Difference, Outcome, Question
from index.types import Filters

pytestmark = pytest.mark.usefixtures("answer_all")
HOW_MANY = "How many people came to the rally in Harrow Meadow?"
POST = "About 3,800 people came to the rally in Harrow Meadow on Sunday."
GAZETTE = "Stewards counted 6,500 people at the rally in Harrow Meadow on Sunday."
FERRY = "Day {n} of the ferry strike: the ferry strike talks at Saltby went on."

Ask = Callable[..., Answer]


@pytest.fixture
def ask(newsroom) -> Ask:
    newsroom.write("post", POST, source="Post", published_at="2025-04-07T06:00:00Z")
    newsroom.write("gazette", GAZETTE, source="Gazette", published_at="2025-04-10T06:00:00Z")
    for n in range(1, 6):
        newsroom.write(f"ferry-{n}", FERRY.format(n=n), source="Star", published_at=f"2025-04-1{n}T06:00:00Z")
    newsroom.build()

    def ask(text: str, model: object = None, **filters: datetime) -> Answer:
        question = Question(text, datetime(2025, 5, 1, tzinfo=UTC), Filters(**filters))
        return Answerer(newsroom.reader, newsroom.encoder, model).ask(question)

    return ask


def test_both_sides_are_quoted_first_the_newer_before_the_older(ask):
    answer = ask(HOW_MANY)
    assert answer.disagreement is not None
    assert answer.disagreement.kind is Difference.DIFFERENT
    assert [s.text for s in answer.sentences[:2]] == [GAZETTE, POST]
    assert [(s.words, answer.citations[s.citation - 1].source) for s in answer.disagreement.sides] == [
        ("6,500", "Gazette"),
        ("3,800", "Post"),
    ]
    assert all(c.quote in c.text for c in answer.citations)


def test_where_sources_differ_on_what_is_asked_it_is_covered(ask, refuse_all):
    answer = ask(HOW_MANY)
    assert answer.outcome is Outcome.QUOTED
    assert [s.text for s in answer.sentences] == [GAZETTE, POST]


def test_a_side_later_than_as_of_is_never_hinted_at(ask):
    answer = ask(HOW_MANY, as_of=datetime(2025, 4, 9, tzinfo=UTC))
    assert answer.disagreement is None
    assert {c.source for c in answer.citations} == {"Post"}


def test_a_question_of_another_kind_has_no_disagreement(ask):
    assert ask("Where was the rally on Sunday?").disagreement is None


def test_a_model_that_takes_one_side_does_not_hide_the_other(ask, scripted):
    answer = ask(HOW_MANY, scripted("Stewards counted 6,500 people at the rally in Harrow Meadow [1]."))
    assert answer.disagreement is not None
    assert {answer.citations[s.citation - 1].source for s in answer.disagreement.sides} == {"Gazette", "Post"}


def test_how_it_unfolded_is_a_line_a_day_the_oldest_first(ask, scripted):
    model = scripted("The strike went on [1].")
    answer = ask("How did the ferry strike talks at Saltby develop?", model)
    assert answer.is_timeline
    assert answer.outcome is Outcome.QUOTED
    assert model.prompts == []
    assert [s.text for s in answer.sentences] == [FERRY.format(n=n) for n in range(1, 6)]
    days = [c.published_at for c in answer.citations]
    assert days == sorted(days)


def test_what_is_old_is_no_worse_in_a_timeline(ask, newsroom):
    question = Question("How did the ferry strike talks at Saltby develop?", datetime(2025, 4, 19, tzinfo=UTC))
    gathered = Answerer(newsroom.reader, newsroom.encoder).gather(question)
    assert len({e.features["age"] for e in gathered.evidence}) > 1
    assert {e.features["age"] for e in look_for_timeline(question, gathered, newsroom.encoder)} == {0}


def test_a_timeline_ends_at_as_of(ask):
    until = datetime(2025, 4, 14, tzinfo=UTC)
    answer = ask("How did the ferry strike talks at Saltby develop?", as_of=until)
    assert [s.text for s in answer.sentences] == [FERRY.format(n=n) for n in range(1, 4)]


def test_the_age_of_the_newest_source_is_told_against_the_moment_of_the_question(ask):
    assert "2 weeks old" in ask("Where do the ferry strike talks stand now?").freshness
    as_of = datetime(2025, 4, 15, 12, tzinfo=UTC)
    assert ask("Where do the ferry strike talks stand now?", as_of=as_of).freshness == ""
    assert ask("Where were the ferry strike talks?").freshness == ""


def test_the_newest_source_is_that_of_the_citations(ask):
    answer = ask(HOW_MANY, until=datetime(2025, 4, 7, tzinfo=UTC) + timedelta(days=1))
    assert answer.newest_source == datetime(2025, 4, 7, 6, tzinfo=UTC)
    assert answer.to_json()["newest_source"] == "2025-04-07T06:00:00Z"
