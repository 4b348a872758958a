"""Answers come back as they were, and a reader's questions with them."""

from __future__ import annotations

import re
import sqlite3
import string
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ledger.answers import KeptAnswer
from bot.ledger.feedback import Rating, Vote
from bot.ledger.ledger import Ledger
from bot.types import Answer, Citation, Difference, Disagreement, Nearest, Outcome, Question, Sentence, Side, Turn
from index.types import Filters, Hit, Passage

text = st.text(st.characters(), max_size=12)  # half characters, too
count = st.integers(1, 10**9)
number = st.floats(allow_nan=False, allow_infinity=False)
moment = st.datetimes(datetime(1970, 1, 2), timezones=st.just(UTC))
dated = st.none() | moment


def several(*args, **kwargs):
    return st.lists(st.builds(*args, **kwargs), max_size=3).map(tuple)


texts = st.lists(text, max_size=3).map(tuple)
ranges = st.lists(st.tuples(count, count), max_size=2).map(tuple)
passages = st.builds(Passage, text, count, count, text, count, st.booleans())
hits = several(
    *(Hit, count, number, passages, text, text, dated, text, text, text, texts),
    similarity=st.none() | number,
    dense_rank=st.none() | count,
    lexical_rank=st.none() | count,
    why=st.dictionaries(text, number, max_size=3),
)
ANSWER_FIELDS = {
    "question": text,
    "outcome": st.sampled_from(Outcome),
    "sentences": several(Sentence, text, st.lists(count, max_size=3).map(tuple), ranges),
    "citations": several(Citation, count, text, text, text, dated, text, count, text, text, text),
    "nearest": several(Nearest, text, text, text, dated, text),
    "hits": hits,
    "message": text,
    "notice": text,
    "confidence": st.none() | number,
    "dropped": texts,
    "timings_ms": st.dictionaries(text, number, max_size=3),
    "generation": st.text(string.digits, max_size=6),
    "model": st.none() | text,
    "query": st.dictionaries(text, st.lists(text, max_size=3), max_size=3),
    "disagreement": st.none() | st.builds(Disagreement, st.sampled_from(Difference), several(Side, text, count)),
    "freshness": text,
    "is_timeline": st.booleans(),
}
answers = st.builds(Answer, **ANSWER_FIELDS)
questions = st.builds(
    Question,
    text,
    moment,
    st.builds(Filters, dated, dated, dated, texts, st.none() | text, texts),
    several(Turn, text, text),
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    ledger = Ledger(tmp_path_factory.mktemp("shared"), datetime(1970, 1, 1, tzinfo=UTC))
    yield ledger
    ledger.close()


@given(question=questions, answer=answers)
def test_an_answer_comes_back_as_it_was(shared, question, answer):
    reader = shared.readers.key_of(1)
    answer_id = shared.answers.keep(question, answer, reader, server=2, channel=3)
    assert shared.answers.load(answer_id) == KeptAnswer(answer_id, question, answer, reader, 2, 3)


def test_every_field_of_an_answer_is_tried():
    assert set(ANSWER_FIELDS) == set(Answer.__dataclass_fields__)


def test_an_answer_is_found_after_a_restart(ledger, open_again, question, answer):
    answer_id = ledger.answers.keep(question, answer, ledger.readers.key_of(1))
    ledger.close()
    kept = open_again().answers.load(answer_id)
    assert (kept.question, kept.answer) == (question, answer)


def test_an_id_is_short_and_fits_into_an_address(ledger, question, answer):
    ids = [ledger.answers.keep(question, answer, ledger.readers.key_of(1)) for _ in range(50)]
    assert len(set(ids)) == 50
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{12}", answer_id) for answer_id in ids)


def test_no_answer_has_an_id_that_was_not_given(ledger):
    assert ledger.answers.load("AAAAAAAAAAAA") is None


def test_an_answer_that_this_version_cannot_read_is_none(ledger, home, question, answer):
    answer_id = ledger.answers.keep(question, answer, ledger.readers.key_of(1))
    with sqlite3.connect(home / "ledger.db") as db:
        db.execute("UPDATE answers SET record = ?", (zlib.compress(b'[{"asked": "Why?"}, {}]'),))
    assert ledger.answers.load(answer_id) is None


def test_answers_that_hold_anything_of_a_withdrawn_article_are_deleted_with_their_votes(ledger, home, question, answer):
    reader = ledger.readers.key_of(1)
    cited, found, other = (
        ledger.answers.keep(question, kept, reader)
        for kept in (answer, replace(answer, citations=()), replace(answer, citations=(), hits=()))
    )
    ledger.feedback.give(cited, reader, Rating(Vote.UP), question.now)
    assert ledger.answers.withdraw(["bridge", "of-nothing"]) == 2
    assert [ledger.answers.load(i) is None for i in (cited, found, other)] == [True, True, False]
    assert ledger.answers.list_rated() == []
    assert cited.encode() not in b"".join(f.read_bytes() for f in home.glob("ledger.db*"))


def test_an_id_that_begins_as_that_of_a_withdrawn_article_is_another(ledger, question, answer):
    answer_id = ledger.answers.keep(question, answer, ledger.readers.key_of(1))
    assert ledger.answers.withdraw(["bridg", "ridge"]) == 0
    assert ledger.answers.load(answer_id)


def test_an_answer_to_a_follow_up_of_a_deleted_one_is_deleted(ledger, question, answer):
    reader = ledger.readers.key_of(1)
    ledger.answers.keep(question, answer, reader)
    later = replace(question, now=question.now + timedelta(minutes=1))
    told = replace(later, history=(Turn(question.text, f"Of the bridge: {answer.sentences[0].text}"),))
    ids = [ledger.answers.keep(q, Answer("And then?", Outcome.NOT_COVERED), reader) for q in (told, later)]
    assert ledger.answers.withdraw(["toll"]) == 2
    assert [ledger.answers.load(i) is None for i in ids] == [True, False]


def test_an_answer_that_this_version_cannot_read_is_deleted_where_it_names_a_withdrawn_article(ledger, home, question):
    ledger.answers.keep(question, Answer("", Outcome.NOT_COVERED), ledger.readers.key_of(1))
    with sqlite3.connect(home / "ledger.db") as db:
        db.execute("UPDATE answers SET record = ?", (zlib.compress(b'[{"asked": "Why?"}, {"cites": "bridge:3-4"}]'),))
    assert ledger.answers.withdraw(["toll"]) == 0
    assert ledger.answers.withdraw(["bridge"]) == 1


def test_recent_questions_are_the_readers_own_each_once_the_latest_first(ledger, question, answer):
    mine, other = ledger.readers.key_of(1), ledger.readers.key_of(2)
    for minute, (reader, asked) in enumerate([(mine, "A?"), (mine, "B?"), (other, "C?"), (mine, "A?"), (mine, " ")]):
        moment = question.now + timedelta(minutes=minute)
        ledger.answers.keep(replace(question, text=asked, now=moment), answer, reader)
    assert ledger.answers.recent_questions(mine) == ["A?", "B?"]


@pytest.mark.parametrize(
    ("part", "found"), [("über", ["Was kostet die Überfahrt?"]), ("%", []), (" FERRY ", ["A ferry?"])]
)
def test_recent_questions_are_found_by_a_part_in_any_case(ledger, question, answer, part, found):
    for asked in ("Was kostet die Überfahrt?", "A ferry?"):
        ledger.answers.keep(replace(question, text=asked), answer, ledger.readers.key_of(1))
    assert ledger.answers.recent_questions(ledger.readers.key_of(1), part) == found


def test_there_are_no_more_recent_questions_than_choices(ledger, question, answer):
    for n in range(30):
        ledger.answers.keep(replace(question, text=f"Question {n}?"), answer, ledger.readers.key_of(1))
    assert len(ledger.answers.recent_questions(ledger.readers.key_of(1))) == 25
