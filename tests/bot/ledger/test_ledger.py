"""The ledger as a whole: how long it keeps what, and what happens where it cannot be opened."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from bot.ledger.config import ServerConfig
from bot.ledger.errors import BadLedger
from bot.ledger.feedback import Rating, Vote
from bot.ledger.ledger import Ledger, describe_retention, open_ledger
from bot.ledger.usage import Amount
from bot.settings import Settings

README = (Path(__file__).resolve().parents[3] / "README.md").read_text(encoding="utf-8")
SERVER, CHANNEL = 10, 11


@pytest.fixture
def rated(ledger, question, answer, now) -> str:
    """An answer with a rating."""
    answer_id = ledger.answers.keep(question, answer, ledger.readers.key_of(1))
    ledger.feedback.give(answer_id, ledger.readers.key_of(2), Rating(Vote.UP), now)
    return answer_id


def test_an_answer_and_its_ratings_are_kept_for_the_days_set(ledger, rated, now):
    ledger.prune(now + timedelta(days=30))
    assert ledger.answers.load(rated) is not None
    ledger.prune(now + timedelta(days=30, seconds=1))
    assert ledger.answers.load(rated) is None
    assert ledger.feedback.of_answer(rated) == []


def test_what_is_too_old_is_deleted_when_the_ledger_is_opened(ledger, rated, open_again, now):
    assert open_again(now + timedelta(days=2), keep_days=2).answers.load(rated) is not None
    assert open_again(now + timedelta(days=3), keep_days=2).answers.load(rated) is None


def test_the_words_of_a_question_that_is_too_old_are_gone_from_the_disk(ledger, rated, home, question, now):
    words = question.text.encode()
    assert any(words in file.read_bytes() for file in home.iterdir())
    ledger.prune(now + timedelta(days=31))
    assert all(words not in file.read_bytes() for file in home.iterdir())


def test_sums_are_kept_for_the_days_set(ledger, now):
    ledger.usage.reserve(SERVER, now, Amount(questions=1))
    ledger.prune(now + timedelta(days=30))
    assert ledger.usage.of_day(SERVER, now) == Amount(questions=1)
    ledger.prune(now + timedelta(days=31))
    assert ledger.usage.of_day(SERVER, now) == Amount()


def test_what_a_channel_was_told_is_kept_for_a_year_and_what_it_follows_for_longer(ledger, now):
    watch = ledger.watches.follow(SERVER, CHANNEL, "Storm", now)
    ledger.watches.claim(watch, "a", [], now)
    ledger.prune(now + timedelta(days=365))
    assert not ledger.watches.claim(watch, "a", [], now)
    ledger.prune(now + timedelta(days=366))
    assert ledger.watches.claim(watch, "a", [], now)


def test_a_server_that_was_left_has_neither_options_nor_topics(ledger, now):
    for server in (SERVER, SERVER + 1):
        ledger.config.set(server, "model", False)
        ledger.config.set(server, "language", "en", server + 100)
        ledger.watches.follow(server, server + 100, "Storm", now)
    ledger.leave_server(SERVER)
    assert ledger.config.get(SERVER, SERVER + 100) == ServerConfig()
    assert not ledger.config.get(SERVER + 1).model
    assert [w.server for w in ledger.watches.list_all()] == [SERVER + 1]


def test_several_that_open_it_at_once_make_one_ledger(home, now):
    with ThreadPoolExecutor(8) as threads:
        ledgers = list(threads.map(lambda _: Ledger(home, now), range(8)))
    assert len({ledger.readers.key_of(1) for ledger in ledgers}) == 1
    for ledger in ledgers:
        ledger.close()


def test_a_ledger_of_a_later_version_is_refused_and_stays(ledger, rated, home, open_again):
    ledger.close()
    with sqlite3.connect(home / "ledger.db") as db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(BadLedger, match=r"ledger\.db: was written by a later Newsdesk .*update Newsdesk"):
        open_again()
    with sqlite3.connect(home / "ledger.db") as db:
        assert db.execute("SELECT id FROM answers").fetchall() == [(rated,)]


def test_a_damaged_ledger_is_refused_with_the_remedy_and_stays(ledger, home, open_again):
    ledger.close()
    content = b"not what it was" * 1000
    (home / "ledger.db").write_bytes(content)
    with pytest.raises(BadLedger, match=r"ledger\.db: is damaged .*move it aside"):
        open_again()
    assert (home / "ledger.db").read_bytes() == content
    assert (home / "ledger.key").exists()


def test_a_home_that_is_no_folder_is_refused_with_the_remedy(home, open_again):
    home.write_text("a file")
    with pytest.raises(BadLedger, match=r"ledger\.db: cannot be opened .*set NEWSDESK_HOME"):
        open_again()


def test_the_settings_say_how_long_and_how_much(home, question, answer):
    settings = Settings(home=home, keep_days=1, daily_questions=1, llm_price_read=2.0, llm_price_written=4.0)
    ledger = open_ledger(settings)
    assert ledger.usage.reserve(SERVER, question.now, Amount(questions=2)) == "questions"
    assert ledger.prices.amount_of(500_000, 250_000).cost == 2.0
    old = ledger.answers.keep(question, answer, ledger.readers.key_of(1))
    ledger.prune(question.now + timedelta(days=2))
    assert ledger.answers.load(old) is None
    ledger.close()


@pytest.mark.parametrize(("what", "how_long"), describe_retention(Settings().keep_days).items())
def test_the_readme_tells_what_is_stored_and_for_how_long(what, how_long):
    assert f"| {what} | {how_long} |" in README
