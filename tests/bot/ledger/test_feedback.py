"""Ratings of answers, and the evaluation cases that they make."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from bot.evaluation.dataset import BadDataset, load_dataset
from bot.ledger.cases import make_cases
from bot.ledger.errors import BadRequest
from bot.ledger.feedback import MAX_NOTE_CHARS, Rating, Reason, Vote
from bot.types import Outcome
from index.types import Filters

UP, DOWN = Rating(Vote.UP), Rating(Vote.DOWN)


@pytest.fixture
def keep(ledger, question, answer):
    """Keep an answer to which these ratings were given, by a reader each."""

    def keep_one(*ratings: Rating, asked=question, told=answer) -> str:
        answer_id = ledger.answers.keep(asked, told, ledger.readers.key_of(99), 55_501, 55_502)
        for reader, rating in enumerate(ratings):
            moment = question.now + timedelta(minutes=reader)
            ledger.feedback.give(answer_id, ledger.readers.key_of(reader), rating, moment)
        return answer_id

    return keep_one


@pytest.fixture
def cases(ledger):
    return lambda: list(make_cases(ledger.answers, ledger.feedback))


@pytest.fixture
def as_dataset(tmp_path, cases):
    """The cases read as a dataset."""
    (tmp_path / "articles.jsonl").write_text("")

    def read():
        lines = [json.dumps(case) + "\n" for case in cases()]
        (tmp_path / "questions.jsonl").write_text("".join(lines), encoding="utf-8")
        return load_dataset(tmp_path, UTC).questions

    return read


def test_ratings_come_back_in_their_order(ledger, keep):
    wrong = Rating(Vote.DOWN, Reason.WRONG, "It opened on Tuesday.")
    assert ledger.feedback.of_answer(keep(UP, wrong)) == [UP, wrong]


def test_the_last_rating_of_a_reader_counts(ledger, keep, now):
    answer_id = keep(UP)
    later = Rating(Vote.DOWN, Reason.BAD_SOURCE)
    for rating in (DOWN, later):
        ledger.feedback.give(answer_id, ledger.readers.key_of(0), rating, now)
    assert ledger.feedback.of_answer(answer_id) == [later]


def test_a_note_is_kept_on_one_line_and_without_half_characters(ledger, keep):
    [rating] = ledger.feedback.of_answer(keep(Rating(Vote.DOWN, None, " No,\n\tnever \ud800 ")))
    assert rating.note == "No, never ?"


def test_the_longest_note_is_kept_and_a_longer_one_refused(keep):
    keep(Rating(Vote.DOWN, None, "n" * MAX_NOTE_CHARS))
    with pytest.raises(BadRequest, match="501 characters long"):
        keep(Rating(Vote.DOWN, None, "n" * (MAX_NOTE_CHARS + 1)))


def test_a_vote_for_an_answer_has_no_reason(keep):
    with pytest.raises(BadRequest, match="vote against"):
        keep(Rating(Vote.UP, Reason.WRONG))


def test_an_answer_that_is_gone_cannot_be_rated(ledger, now):
    with pytest.raises(BadRequest, match="no longer have that answer"):
        ledger.feedback.give("AAAAAAAAAAAA", ledger.readers.key_of(0), UP, now)


def test_what_an_answer_cites_is_gold_where_readers_found_it_right(keep, as_dataset, question):
    answer_id = keep(UP, UP)
    [gold] = as_dataset()
    assert (gold.id, gold.kind, gold.answerable) == (answer_id, "feedback", True)
    assert (gold.articles, gold.paragraphs) == ({"bridge", "toll"}, {"bridge:1", "toll:3"})
    assert (gold.question.text, gold.question.now) == (question.text, question.now)
    assert gold.question.history == question.history


def test_a_question_as_of_a_day_is_a_case_as_of_that_day(keep, as_dataset, question, now):
    as_of = now - timedelta(days=9)
    keep(UP, asked=replace(question, filters=Filters(as_of=as_of)))
    [gold] = as_dataset()
    assert gold.question.filters.as_of == as_of


@pytest.mark.parametrize(
    ("ratings", "outcome"),
    [([DOWN], Outcome.QUOTED), ([UP, DOWN], Outcome.ANSWERED), ([UP], Outcome.NOT_COVERED)],
)
def test_a_case_whose_gold_is_not_known_is_to_be_judged_and_is_no_case_until_then(
    keep, cases, as_dataset, answer, ratings, outcome
):
    keep(*ratings, told=replace(answer, outcome=outcome))
    [case] = cases()
    assert (case["kind"], case["answers"], case["articles"], case["paragraphs"]) == ("to_judge", None, None, None)
    with pytest.raises(BadDataset, match=r"questions\.jsonl:1.*mend the line"):
        as_dataset()


def test_a_case_tells_what_was_answered_and_why_it_was_disliked(keep, cases):
    keep(Rating(Vote.DOWN, Reason.MISSING, "What did it cost?"))
    [case] = cases()
    assert case["ratings"] == [{"vote": "down", "reason": "missing", "note": "What did it cost?"}]
    assert (case["generation"], case["outcome"], case["hits"]) == ("000007", "quoted", ["bridge:1-2"])
    assert case["answer"] == "The harbour bridge opened on Monday. [1] [2]"
    assert case["cited"] == ["bridge:1", "toll:3"]


def test_a_case_tells_neither_who_asked_nor_who_rated_nor_where(ledger, keep, cases):
    keep(UP)
    text = json.dumps(cases())
    for told in (ledger.readers.key_of(99), ledger.readers.key_of(0), "55501", "55502"):
        assert told not in text


def test_cases_are_those_that_were_rated_oldest_first(keep, cases, question):
    later = keep(UP, asked=replace(question, now=question.now + timedelta(hours=1)))
    keep()
    earlier = keep(UP)
    assert [case["id"] for case in cases()] == [earlier, later]
