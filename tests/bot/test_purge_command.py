"""`newsdesk index purge` and `newsdesk index repair` as they are typed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.desk import Desk
from bot.ledger.ledger import open_ledger
from bot.types import Answer, Citation, Outcome, Question

pytestmark = pytest.mark.usefixtures("fake_weights")


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    monkeypatch.setattr("index.purge._GRACE_S", 0)


@pytest.fixture
def desk(settings, articles) -> Desk:
    desk = Desk(settings)
    desk.rebuild([articles])
    return desk


def run(*words: str, code: int = 0, typed: str = "") -> str:
    done = CliRunner().invoke(app, words, input=typed)
    assert done.exit_code == code, done.output
    return done.stdout


def any_id(desk: Desk) -> str:
    return desk.reader.current().articles[0].id


def test_an_article_is_withdrawn_from_the_index_and_the_answers_kept(desk, settings):
    article = any_id(desk)
    ledger = open_ledger(settings)
    now = datetime.now(UTC)
    citation = Citation(1, article, "Title", "Paper", now, "", 1, "Text.", "Text.", "")
    kept = ledger.answers.keep(
        Question("Why?", now), Answer("Why?", Outcome.QUOTED, citations=(citation,)), ledger.readers.key_of(1)
    )
    printed = run("index", "purge", "--yes", article, "no-such")
    assert "withdrawn: 1 articles" in printed
    assert "left out from now on: no-such" in printed
    assert article not in {a.id for a in desk.reader.current().articles}
    assert ledger.answers.load(kept) is None
    ledger.close()


def test_nothing_is_withdrawn_without_a_yes(desk):
    article = any_id(desk)
    run("index", "purge", article, typed="n\n", code=1)
    assert article in {a.id for a in desk.reader.current().articles}


def test_what_was_withdrawn_is_let_in_again(desk):
    article = any_id(desk)
    report = json.loads(run("index", "purge", "--yes", "--json", article))
    assert report["articles"] == [article]
    assert ", 1 withdrawn" in run("index", "build")
    assert article in run("index", "purge", "--restore", article)
    assert "1 added" in run("index", "build")


def test_a_whole_index_needs_no_repair(desk):
    assert run("index", "repair") == "nothing is wrong\n"


def test_a_damaged_cache_is_told_of_by_the_doctor_and_mended(desk, settings):
    (cache,) = (settings.home / "segments").iterdir()
    (cache / "segment.json").write_text("{", encoding="utf-8")
    told = run("doctor", code=1)
    assert "newsdesk index repair" in told
    assert "deleted, to be derived anew" in run("index", "repair").replace("\n", " ")
    assert "newsdesk index repair" not in run("doctor")
