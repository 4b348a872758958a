"""Readers are keyed hashes, and can be forgotten."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.ledger.errors import BadLedger
from bot.ledger.feedback import Rating, Vote
from bot.ledger.ledger import Ledger
from bot.ledger.readers import Forgotten

READER = 184_467_440_737_095_516
CHANNEL = 987_654_321_987_654_321


@pytest.fixture
def secret(ledger, home):
    """The file of the secret, after the ledger was closed."""
    ledger.close()
    return home / "ledger.key"


def test_a_reader_has_one_key_across_restarts_and_processes(ledger, open_again):
    keys = {ledger.readers.key_of(READER), open_again().readers.key_of(READER)}
    assert len(keys) == 1


def test_two_readers_have_two_keys(ledger):
    assert ledger.readers.key_of(READER) != ledger.readers.key_of(READER + 1)


def test_another_home_has_other_keys(ledger, tmp_path, now):
    other = Ledger(tmp_path, now)
    assert other.readers.key_of(READER) != ledger.readers.key_of(READER)
    other.close()


def test_nothing_in_the_files_tells_who_a_reader_is(ledger, home, question, answer, now):
    reader = ledger.readers.key_of(READER)
    answer_id = ledger.answers.keep(question, answer, reader, server=None, channel=CHANNEL)
    ledger.feedback.give(answer_id, reader, Rating(Vote.DOWN), now)
    assert reader in dump(home)
    for told in (READER, CHANNEL):  # the channel of direct messages belongs to one reader
        assert str(told) not in dump(home)
        assert all(str(told).encode() not in file.read_bytes() for file in home.iterdir())


def test_the_secret_is_for_its_owner_alone_also_when_a_copy_was_put_back(secret, open_again):
    assert secret.stat().st_mode & 0o777 == 0o600
    secret.chmod(0o644)
    open_again()
    assert secret.stat().st_mode & 0o777 == 0o600


def test_a_secret_that_a_crash_left_unfinished_is_made_anew(home, open_again):
    home.mkdir()
    (home / "ledger.key.new").write_text("1234")
    assert len(open_again().readers.key_of(READER)) == 64


def test_a_ledger_whose_secret_is_missing_is_refused_and_gets_no_new_one(secret, open_again):
    secret.rename(secret.with_name("elsewhere"))
    with pytest.raises(BadLedger, match=r"ledger\.key: the secret is missing; put back the one .* ledger\.db"):
        open_again()
    assert not secret.exists()


@pytest.mark.parametrize(("content", "message"), [("ab" * 32, "is another secret"), ("ab", "is not a secret")])
def test_a_ledger_with_another_secret_is_refused_with_the_remedy(secret, open_again, content, message):
    secret.write_text(content)
    with pytest.raises(BadLedger, match=rf"ledger\.key: {message}.*put back"):
        open_again()
    assert secret.read_text() == content


def test_a_reader_who_is_forgotten_leaves_no_trace_on_the_disk(ledger, home, question, answer, now):
    reader, other = ledger.readers.key_of(READER), ledger.readers.key_of(READER + 1)
    asked = replace(question, text="Who stole the lighthouse?")
    theirs, others = ledger.answers.keep(asked, answer, reader), ledger.answers.keep(question, answer, other)
    ledger.feedback.give(theirs, other, Rating(Vote.UP), now)
    ledger.feedback.give(others, other, Rating(Vote.UP), now)
    ledger.feedback.give(others, reader, Rating(Vote.DOWN, note="As a keeper I know better."), now)

    assert ledger.readers.forget(reader) == Forgotten(n_answers=1, n_ratings=1)

    assert ledger.answers.load(theirs) is None
    assert ledger.answers.recent_questions(reader) == []
    assert [r.vote for r in ledger.feedback.of_answer(others)] == [Vote.UP]
    assert ledger.answers.list_rated() == [others]
    for trace in (b"lighthouse", b"As a keeper", reader.encode()):
        assert all(trace not in file.read_bytes() for file in home.iterdir())


def test_forgetting_somebody_unknown_forgets_nothing(ledger, question, answer):
    kept = ledger.answers.keep(question, answer, ledger.readers.key_of(READER))
    assert ledger.readers.forget(ledger.readers.key_of(READER + 1)) == Forgotten(0, 0)
    assert ledger.answers.load(kept) is not None


def dump(home: Path) -> str:
    with closing(sqlite3.connect(home / "ledger.db")) as db:
        return "\n".join(db.iterdump())
