"""`newsdesk index build --gate`: an earlier run decides whether a new generation becomes live."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from bot import cli
from bot.evaluation.gate import read_gold
from bot.settings import load_settings
from index.store import Store

pytestmark = pytest.mark.usefixtures("fake_weights", "answer_all")

WORDS = "amber birch cedar delta ember fjord grove heath inlet jetty".split()


@pytest.fixture
def newsdesk(monkeypatch, capfd):
    """Call the command as its console script does; returns its exit code and its errors."""

    def run(*args: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["newsdesk", *map(str, args)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), capfd.readouterr().err

    return run


def write_articles(folder: Path, *names: str) -> None:
    articles = [
        {"id": n, "title": n, "source": "Gazette", "published_at": "2025-04-14", "body": f"The bridge {n} opened."}
        for n in names
    ]
    (folder / "articles.jsonl").write_text("\n".join(map(json.dumps, articles)), encoding="utf-8")


@pytest.fixture
def dataset(tmp_path, newsdesk) -> Path:
    """Ten articles, each with a question that it alone answers; measured as the run `gate`, and indexed."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    write_articles(folder, *WORDS)
    questions = [
        {
            "id": word,
            "question": f"Which bridge {word} opened?",
            "articles": [word],
            "asked_on": "2025-04-18T10:00:00Z",
            "as_of": "2025-04-17",
            "history": [{"question": "What is open?", "answer": "A bridge."}],
        }
        for word in WORDS
    ]
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, questions)), encoding="utf-8")
    assert newsdesk("eval", folder, "--run", "gate", "--quiet")[0] == 0
    assert newsdesk("index", "build", folder / "articles.jsonl", "--quiet")[0] == 0
    return folder


def live() -> str | None:
    return Store(load_settings().home).live_generation()


def test_a_generation_that_answers_as_well_becomes_live(newsdesk, dataset):
    write_articles(dataset, *WORDS, "knoll")
    assert newsdesk("index", "build", "--gate", "gate", "--quiet") == (0, "")
    assert live() == "000002"


def test_a_generation_that_answers_worse_does_not(newsdesk, dataset):
    write_articles(dataset, *WORDS[:2], "knoll", "ledge")
    code, error = newsdesk("index", "build", "--gate", "gate", "--quiet")
    assert code == 1
    assert "generation 000002 does not pass the gate of gate: tiny: hit@1 fell by 80.0 points" in error
    assert error.endswith("the earlier index still answers\n")
    assert live() == "000001"
    assert newsdesk("index", "build", "--gate", "gate", "--points", "90", "--quiet") == (0, "")
    assert live() == "000002"


def test_a_run_that_is_not_there_or_has_no_questions_is_no_gate(newsdesk, dataset, tmp_path):
    code, error = newsdesk("index", "build", "--gate", "nothing", "--quiet")
    assert (code, "no such run" in error) == (1, True)
    newsdesk("eval", dataset, "--brief", "--json", tmp_path / "brief.json", "--quiet")
    code, error = newsdesk("index", "build", "--gate", tmp_path / "brief.json", "--quiet")
    assert (code, "is a brief run" in error) == (1, True)


def test_questions_are_asked_as_they_were_when_the_run_was_made(newsdesk, dataset):
    from bot.evaluation.dataset import load_dataset

    settings = load_settings()
    run = json.loads((settings.home / "eval" / "runs" / "gate.json").read_text(encoding="utf-8"))
    read = [read_gold(record, settings.zone) for record in run["datasets"][0]["questions"]]
    assert read == list(load_dataset(dataset, settings.zone).questions)
