"""`newsdesk feedback export`."""

from __future__ import annotations

import json
import sys

import pytest

from bot import cli
from bot.ledger.feedback import Rating, Vote
from bot.ledger.ledger import open_ledger


@pytest.fixture
def newsdesk(monkeypatch, capfd):
    """Call the command as its console script does: exit code, standard output, standard error."""

    def run(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["newsdesk", "feedback", "export", *args])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), *capfd.readouterr()

    return run


@pytest.fixture
def rated(settings, fresh_question, answer) -> list[str]:
    """Ids of an answer that was liked and of one that was not."""
    ledger = open_ledger(settings)
    reader = ledger.readers.key_of(1)
    ids = [ledger.answers.keep(fresh_question, answer, reader) for _ in range(2)]
    for answer_id, vote in zip(ids, Vote, strict=True):
        ledger.feedback.give(answer_id, reader, Rating(vote), fresh_question.now)
    ledger.close()
    return ids


def test_cases_are_printed_a_line_each(newsdesk, rated):
    code, out, err = newsdesk()
    cases = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert {case["id"]: case["kind"] for case in cases} == dict(zip(rated, ["feedback", "to_judge"], strict=True))


def test_cases_are_written_to_a_file(newsdesk, rated, tmp_path):
    file = tmp_path / "cases.jsonl"
    assert newsdesk("--json", str(file)) == (0, "", "2 cases, 1 of them to be judged\n")
    assert {json.loads(line)["id"] for line in file.read_text().splitlines()} == set(rated)
    assert newsdesk("--json", str(file), "--quiet") == (0, "", "")


def test_a_file_that_cannot_be_written_is_told_in_a_line(newsdesk, rated, tmp_path):
    code, out, err = newsdesk("--json", str(tmp_path / "nowhere" / "cases.jsonl"))
    assert (code, out) == (1, "")
    assert "nowhere/cases.jsonl: cannot be written" in err
    assert newsdesk("--json", str(tmp_path))[0] == 1
    assert [p.name for p in tmp_path.iterdir()] == ["desk"]


def test_without_ratings_there_are_no_cases(newsdesk):
    assert newsdesk() == (0, "", "")


def test_a_damaged_ledger_is_told_in_a_line(newsdesk, rated, settings):
    (settings.home / "ledger.db").write_bytes(b"not what it was" * 1000)
    code, out, err = newsdesk()
    assert (code, out) == (1, "")
    assert "ledger.db: is damaged" in err
