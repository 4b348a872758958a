"""Questions understood."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.query import Outlets, Query, understand_query

NOW = datetime(2025, 4, 18, 12, 0, tzinfo=UTC)
OUTLETS = Outlets(["USA Today", "The Week", "Velmora Post", "FOX News - Health", "FOX News - Lifestyle"])
ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"


def understand(text: str) -> Query:
    return understand_query(text, NOW, UTC, OUTLETS)


def test_a_question_tells_its_outlets_as_the_index_spells_them():
    assert understand("What do fox news and usa today say?").sources == (
        "FOX News - Health",
        "FOX News - Lifestyle",
        "USA Today",
    )


def test_today_in_an_outlets_name_is_no_time():
    assert understand("What does USA Today say?").periods == ()
    assert understand("What does usa today say today?").periods[0].words == "today"


@pytest.mark.parametrize(
    "text",
    [
        "What changed after the report on the bridge published on October 22, 2023?",
        "Does the Velmora Post agree on October 22, 2023?",
        "What did their October 22, 2023, article say?",
        "What did the Velmora Post's October 22, 2023 article say?",
        "What did the report from the Velmora Post on the bridge of October 22, 2023, say?",
        "What did the report by the Velmora Post on October 22, 2023, say?",
        "After the Velmora Post's coverage of the bridge on October 22, 2023, what broke?",
        "After the Velmora Post reported on the bridge on October 22, 2023, what broke?",
        "What broke, as reported by the Velmora Post on October 22, 2023?",
    ],
)
def test_the_day_of_an_article_is_marked(text):
    [period] = understand(text).periods
    assert period.published
    assert period.since == datetime(2023, 10, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Who spoke on October 22, 2023?",
        "What does the Velmora Post say of 2021, or in 2022?",
        "What did the police report say happened at the port on 3 March?",
        "Who was interviewed after his interview in March?",
        "What does USA Today say happened at the Capitol on January 6, 2021?",
        "Who was fired by the Velmora Post on 3 March?",
        "Did the Velmora Post report that a bridge fell on 3 March?",
        "What does the story tell of the bridge in March?",
        "Who wrote the report on the bridge that fell on 3 March?",
        "What was in the report on the flood in March?",
    ],
)
def test_the_day_of_an_event_or_a_whole_year_is_not(text):
    assert not any(period.published for period in understand(text).periods)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Which wildly popular show returns?", ()),
        ("Who replaced Liz Truss in Britain?", ("Liz Truss", "Britain")),
        ("Liz Truss became the leader of which country?", ("Liz Truss",)),
        ("Where did the U.S. send NATO's 1,500 troops for $2.5 billion?", ("U.S", "NATO", "1,500", "$2.5 billion")),
        ("How did the Bank of England's boss vote?", ("Bank of England",)),
        ("Prices rose in the US. Who gained?", ("US",)),
        ("What share, 12% or more, went to iRobot?", ("12%", "iRobot")),
        ("What did The Week say on Tuesday of Jean-Luc Godard in October 2022?", ("Jean-Luc Godard",)),
        ("Who ordered layoffs: Meta, Twitter or Amazon?", ("Meta", "Twitter", "Amazon")),
        ("Tell me: Who won in Saltby? Nobody?", ("Saltby",)),
        ("who won?", ()),
        ("谁在大学地下室里守着H20和 12 台机器？", ("H20", "12")),
    ],
)
def test_names_and_numbers_are_kept_as_written(text, names):
    assert understand(text).names == names


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('Who wrote "Hold Me Closer"?', ("Hold Me Closer",)),
        ("Who wrote “Hold Me Closer,” and when?", ("Hold Me Closer",)),
        ("Who wrote 'Hold Me Closer'?", ("Hold Me Closer",)),
        ("Who wrote ‘It’s Time’?", ("It’s Time",)),
        ("谁写了《两生花》？", ("两生花",)),
        ("What did the boss's dog do to the cat's tail?", ()),
        ("What does 'The Week' say?", ()),
    ],
)
def test_quoted_strings_are_kept_but_for_outlets(text, quoted):
    assert understand(text).quoted == quoted


def test_a_question_that_speaks_of_the_past_without_a_date_says_so():
    assert understand("What did she originally plan?").is_past
    assert understand("Who won the 2018 World Cup?").is_past
    assert not understand("Who won the 2025 derby?").is_past
    assert not understand("What did she plan?").is_past
    assert not understand("What did she originally plan in March?").is_past


def test_of_a_very_long_question_only_the_beginning_is_read():
    query = understand("What did they say? " + "x " * 50_000 + "USA Today in 2021")
    assert len(query.text) > 100_000
    assert query.sources == ()
    assert query.periods == ()


@given(st.text(max_size=200))
def test_no_question_fails(text):
    assert understand(text).text == text


@given(
    st.lists(
        st.sampled_from(
            ["USA Today", "The Week's", ", and is ", " or ", "?", ": ", "'", "“", "’s ", "Between ", "on May 3, 2022",
             "in 2021", "the article from ", "which is larger, ", "while ", "\x00", "İ", "上周", "\n", "A of ",
             "published on the same day"]
        ),
        max_size=40,
    )
)  # fmt: skip
def test_no_heap_of_telling_words_fails(words):
    query = understand(" ".join(words))
    assert len(query.parts) != 1
    assert all(part.text for part in query.parts)


def test_outlets_that_benchmark_questions_name_are_found():
    path = DATA / "multihop_rag" / "queries.json"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    cases = json.loads(path.read_text(encoding="utf-8"))
    outlets = Outlets(e["source"] for case in cases for e in case["evidence_list"])
    found = wrong = wanted = 0
    for case in cases:
        gold = {e["source"] for e in case["evidence_list"]}
        named = set(understand_query(case["query"], NOW, UTC, outlets).sources) if gold else set()
        found, wrong, wanted = found + len(named & gold), wrong + len(named - gold), wanted + len(gold)
    assert found / wanted > 0.95
    assert wrong / found < 0.01


def test_quiz_questions_hardly_name_outlets_or_fall_into_parts():
    path = DATA / "realtimeqa" / "questions.jsonl"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    outlets = Outlets(["CNN", "USA Today", "The Week", "Time", "The Age", "Fortune", "The Guardian", "Wired"])
    texts = [json.loads(line)["question"] for line in path.read_text(encoding="utf-8").splitlines()]
    queries = [understand_query(text, NOW, UTC, outlets) for text in texts]
    assert sum(bool(q.sources) for q in queries) <= 2
    assert sum(bool(q.parts) for q in queries) <= 4


def test_questions_about_the_past_of_the_sample_newsroom_keep_their_articles_in_the_time_they_name():
    lines = (ROOT / "corpus" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    missed = []
    for case in (json.loads(line) for line in lines):
        asked = datetime.fromisoformat(case["asked_on"]).replace(hour=12, tzinfo=UTC)
        [*periods] = understand_query(case["question"], asked, UTC, OUTLETS).periods
        gold = [datetime.fromisoformat(article[:10]).replace(tzinfo=UTC) for article in case["articles"]]
        started = [p for p in periods if p.since is None or any(p.since <= day for day in gold)]
        if gold and periods and not started:
            missed.append(case["id"])
    assert len(missed) <= 2
