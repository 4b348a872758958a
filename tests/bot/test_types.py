"""The JSON of answers and hits, key by key, as scripts hold on to it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.types import Answer, Citation, Nearest, Outcome, Sentence, format_moment, hit_json
from index.types import Hit, Passage

PUBLISHED = datetime(2025, 4, 17, tzinfo=UTC)
HIT = Hit(
    rank=1,
    score=0.03278688524,
    passage=Passage("a1", 2, 3, "He flew in on 17 April.\n\nHe left on Friday."),
    title="Visit",
    source="Gazette",
    published_at=PUBLISHED,
    url="https://gazette.example/a1",
    language="en",
    copies=("a2", "a3"),
    similarity=0.7,
    dense_rank=1,
    lexical_rank=2,
)
HIT_JSON = {
    "rank": 1,
    "score": 0.032787,
    "article_id": "a1",
    "first_paragraph": 2,
    "last_paragraph": 3,
    "text": "He flew in on 17 April.\n\nHe left on Friday.",
    "title": "Visit",
    "source": "Gazette",
    "published_at": "2025-04-17T00:00:00Z",
    "url": "https://gazette.example/a1",
    "copies": ["a2", "a3"],
}
CITATION = Citation(
    n=1,
    article_id="a1",
    title="Visit",
    source="Gazette",
    published_at=PUBLISHED,
    url="https://gazette.example/a1",
    paragraph=3,
    text="The whole paragraph. He flew in on 17 April.",
    quote="He flew in on 17 April.",
    link="https://gazette.example/a1#:~:text=He",
)
NEAREST = Nearest("a9", "Other", "Star", None, "")


def make_answer(**fields) -> Answer:
    return Answer("When?", **{"outcome": Outcome.QUOTED, **fields})


def test_a_hit_has_the_keys_of_the_contract():
    assert hit_json(HIT) == HIT_JSON


def test_an_answer_has_the_keys_of_the_contract():
    answer = make_answer(
        sentences=(Sentence("He flew in on 17 April.", (1,), ((14, 22),)),),
        citations=(CITATION,),
        nearest=(NEAREST,),
        hits=(HIT,),
        notice="a line",
        confidence=0.87654321,
        dropped=("no citation: It rained.",),
        timings_ms={"search": 12.3456},
        generation="000007",
        model="small",
    )
    assert answer.to_json() == {
        "question": "When?",
        "outcome": "quoted",
        "answer": "He flew in on 17 April. [1]",
        "sentences": [{"text": "He flew in on 17 April.", "citations": [1], "highlights": [[14, 22]]}],
        "citations": [
            {
                "n": 1,
                "article_id": "a1",
                "title": "Visit",
                "source": "Gazette",
                "published_at": "2025-04-17T00:00:00Z",
                "url": "https://gazette.example/a1",
                "paragraph": 3,
                "text": "The whole paragraph. He flew in on 17 April.",
                "quote": "He flew in on 17 April.",
                "link": "https://gazette.example/a1#:~:text=He",
            }
        ],
        "nearest": [{"article_id": "a9", "title": "Other", "source": "Star", "published_at": None, "url": ""}],
        "hits": [HIT_JSON],
        "notice": "a line",
        "disagreement": None,
        "newest_source": "2025-04-17T00:00:00Z",
        "freshness": "",
        "is_timeline": False,
        "confidence": 0.8765,
        "dropped": ["no citation: It rained."],
        "timings_ms": {"search": 12.3},
        "generation": "000007",
        "model": "small",
    }


def test_an_answer_without_a_search_has_the_same_keys_with_nothing_in_them():
    empty = make_answer(outcome=Outcome.NO_SEARCH, message="Hello!").to_json()
    assert set(empty) == set(make_answer(citations=(CITATION,), hits=(HIT,)).to_json())
    assert (empty["answer"], empty["hits"], empty["confidence"], empty["model"]) == ("Hello!", [], None, None)


def test_the_json_of_an_answer_can_be_written_as_json():
    answer = make_answer(citations=(CITATION,), hits=(HIT,), nearest=(NEAREST,), timings_ms={"search": 1.0})
    assert json.loads(json.dumps(answer.to_json())) == answer.to_json()


def test_the_outcomes_are_those_of_the_contract():
    assert [o.value for o in Outcome] == [
        "answered",
        "quoted",
        "not_covered",
        "out_of_range",
        "filtered_out",
        "no_search",
        "error",
    ]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_only_an_answered_and_a_quoted_outcome_have_an_answer(outcome):
    assert outcome.has_answer == (outcome.value in ("answered", "quoted"))


def test_the_text_has_the_markers_of_each_sentence_behind_it():
    answer = make_answer(sentences=(Sentence("It opened.", (1, 2)), Sentence("It cost much.", (3,))))
    assert answer.text == "It opened. [1] [2] It cost much. [3]"


def test_moments_are_shown_in_utc():
    east = datetime(2025, 4, 17, 2, tzinfo=timezone(timedelta(hours=2)))
    assert format_moment(east) == "2025-04-17T00:00:00Z"


def test_a_missing_moment_is_null():
    assert format_moment(None) is None
