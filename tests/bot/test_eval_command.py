"""`newsdesk eval` as scripts and people call it: tables, runs, comparisons, the gate."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot import cli
from bot.evaluation.baseline import BuildFigures
from bot.evaluation.report import ReportNotWritten

pytestmark = pytest.mark.usefixtures("fake_weights", "answer_all")

QUESTIONS = [
    {"id": f"q{i}", "question": f"Which bridge {word} opened on Monday?", "answers": ["Monday"], "articles": [word]}
    for i, word in enumerate("amber birch cedar delta ember fjord grove heath inlet jetty".split())
]


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


Command = Callable[..., Result]


@pytest.fixture
def evaluate(monkeypatch, capfd) -> Command:
    """Call the command as its console script does."""

    def run(*args: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["newsdesk", "eval", *map(str, args)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capfd.readouterr()
        return Result(int(ended.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def dataset(tmp_path) -> Path:
    """Ten articles, each with a question that it alone answers."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    articles = [
        {"id": name, "title": name, "source": "Gazette", "published_at": "2025-04-14", "body": f"{text} on Monday."}
        for name, text in ((q["articles"][0], f"The bridge {q['articles'][0]} opened") for q in QUESTIONS)
    ]
    lines = map(json.dumps, articles)
    (folder / "articles.jsonl").write_text("\n".join(lines), encoding="utf-8")
    ask(folder, QUESTIONS)
    return folder


def ask(folder: Path, questions: list[dict[str, Any]]) -> None:
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, questions)), encoding="utf-8")


def break_links(folder: Path) -> None:
    """Let every question be answered by an article that is not there."""
    ask(folder, [q | {"articles": ["gone"]} for q in QUESTIONS])


def kept(settings: Any, name: str) -> dict[str, Any]:
    run = json.loads((settings.home / "eval" / "runs" / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(run, dict)
    return run


def test_the_scores_are_printed_and_the_run_is_kept_under_the_time(evaluate, dataset, settings):
    result = evaluate(dataset)
    assert result.code == 0
    assert "hit@10" in result.out
    [file] = (settings.home / "eval" / "runs").iterdir()
    assert f"kept as run {file.stem}; peak memory " in result.err
    assert kept(settings, file.stem)["datasets"][0]["dataset"] == "tiny"


def test_a_quiet_evaluation_prints_its_tables_alone(evaluate, dataset):
    result = evaluate(dataset, "--quiet")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("tiny (")


def test_a_run_is_kept_under_its_name_and_written_to_a_file_as_well(evaluate, dataset, settings, tmp_path):
    assert evaluate(dataset, "--run", "first", "--json", tmp_path / "scores.json", "--quiet").code == 0
    written = json.loads((tmp_path / "scores.json").read_text(encoding="utf-8"))
    assert written == kept(settings, "first")
    assert written["name"] == "first"
    assert written["datasets"][0]["scores"]["hit@10"]["mean"] == 1.0
    assert written["datasets"][0]["questions"][0]["hits"]


def test_a_brief_file_has_scores_without_texts_and_can_be_compared_with(evaluate, dataset, tmp_path):
    evaluate(dataset, "--json", tmp_path / "brief.json", "--brief", "--quiet")
    assert "bridge" not in (tmp_path / "brief.json").read_text(encoding="utf-8")
    result = evaluate(dataset, "--compare", tmp_path / "brief.json", "--gate", "0", "--quiet")
    assert (result.code, result.err) == (0, "")


def test_several_datasets_are_measured_in_one_run(evaluate, dataset, settings, tmp_path):
    other = tmp_path / "other"
    dataset.rename(other)
    dataset.mkdir()
    for file in other.iterdir():
        (dataset / file.name).write_bytes(file.read_bytes())
    evaluate(dataset, other, "--run", "both")
    assert [d["dataset"] for d in kept(settings, "both")["datasets"]] == ["tiny", "other"]


def test_without_a_dataset_the_sample_newsroom_is_measured(evaluate, dataset, settings, monkeypatch):
    monkeypatch.setattr("bot.prompts.data_folder", lambda name: dataset)
    evaluate("--run", "sample")
    assert kept(settings, "sample")["datasets"][0]["dataset"] == "tiny"


def test_a_haystack_and_a_fixed_day_are_kept_with_the_run(evaluate, dataset, settings, tmp_path):
    hay = tmp_path / "hay"
    hay.mkdir()
    record = {"id": "toll", "title": "Toll", "source": "Star", "published_at": "2025-06-02", "body": "Nine crowns."}
    (hay / "articles.jsonl").write_text(json.dumps(record), encoding="utf-8")
    assert evaluate(dataset, "--with", hay, "--fixed-now", "--run", "hay").code == 0
    [measured] = kept(settings, "hay")["datasets"]
    assert (measured["with"], measured["fixed_now"], measured["n_articles"]) == (["hay"], True, 11)


def test_the_plain_pipeline_is_measured_beside(evaluate, dataset, settings, monkeypatch):
    class Plain:
        n_articles = 10

        def __init__(self, *_: object) -> None:
            pass

        def build(self, _: object) -> BuildFigures:
            return BuildFigures(0, 0.0, 10)

        def search(self, text: str, k: int) -> list[Any]:
            return []

    monkeypatch.setattr("bot.evaluation.baseline.PlainPipeline", Plain)
    result = evaluate(dataset, "--baseline", "--run", "both")
    assert "tiny (plain) (" in result.out
    assert [d["dataset"] for d in kept(settings, "both")["datasets"]] == ["tiny", "tiny (plain)"]


def test_a_report_is_written_with_the_run_compared_with(evaluate, dataset, tmp_path, monkeypatch):
    written: list[tuple[str, Path, str | None, str | None]] = []

    def write(run: dict[str, Any], path: Path, compared: Any, comparison: Any) -> None:
        written.append((run["name"], path, compared and compared["name"], comparison and comparison.before))

    monkeypatch.setattr("bot.evaluation.report.write_report", write)
    page = tmp_path / "out.html"
    evaluate(dataset, "--run", "old", "--report", page)
    evaluate(dataset, "--run", "new", "--report", page, "--compare", "old")
    assert written == [("old", page, None, None), ("new", page, "old", "old")]


def test_gold_articles_that_are_nowhere_are_counted_and_the_first_is_named(evaluate, dataset):
    ask(dataset, [QUESTIONS[0] | {"articles": ["lost", "amber", "gone"]}, QUESTIONS[1] | {"articles": ["gone"]}])
    warning = "newsdesk: tiny: 2 gold articles are in no article file, the first 'gone'; mend the questions\n"
    assert warning in evaluate(dataset).err
    assert evaluate(dataset, "--quiet").err == ""
    ask(dataset, QUESTIONS)
    assert "gold articles" not in evaluate(dataset).err


# Comparing


def test_a_comparison_shows_what_changed_since_a_run(evaluate, dataset):
    evaluate(dataset, "--run", "old")
    ask(dataset, [QUESTIONS[0] | {"articles": ["gone"]}, *QUESTIONS[1:]])
    result = evaluate(dataset, "--run", "new", "--compare", "old")
    assert result.code == 0
    assert "tiny: new against old, 10 questions" in result.out
    assert "tiny: the questions are not the same in both runs" in result.out
    assert any(line.split()[0:2] == ["q0", "question"] for line in result.out.split("\n") if line.startswith("q0"))


def test_a_run_may_be_compared_with_the_one_that_it_replaces(evaluate, dataset, settings):
    evaluate(dataset, "--run", "same")
    before = kept(settings, "same")
    ask(dataset, QUESTIONS[:9])
    result = evaluate(dataset, "--run", "same", "--compare", "same")
    assert result.code == 0
    assert "only 9 questions are compared, of 10 before and 9 now" in result.out
    assert [len(r["datasets"][0]["questions"]) for r in (before, kept(settings, "same"))] == [10, 9]


def test_a_run_that_is_not_there_is_refused_before_anything_is_measured(evaluate, dataset, settings):
    evaluate(dataset, "--run", "first")
    result = evaluate(dataset, "--compare", "missing")
    assert (result.code, result.out) == (1, "")
    assert result.err == "newsdesk: missing: there is no such run and no such file; runs are first\n"
    assert len(list((settings.home / "eval" / "runs").iterdir())) == 1


def test_a_name_that_no_file_can_have_is_refused_before_anything_is_measured(evaluate, dataset, settings):
    result = evaluate(dataset, "--run", "../up")
    assert (result.code, result.out) == (1, "")
    assert "cannot name a run" in result.err
    assert not (settings.home / "eval").exists()


# The gate


def test_a_gate_holds_where_scores_fell_and_names_each(evaluate, dataset):
    evaluate(dataset, "--run", "old")
    break_links(dataset)
    result = evaluate(dataset, "--run", "new", "--compare", "old", "--gate", "1", "--quiet")
    assert result.code == 1
    lines = result.err.splitlines()
    assert all(line.startswith("newsdesk: gate: tiny: ") for line in lines)
    assert any("hit@1 fell by " in line for line in lines)
    assert any("recall@10 fell by 100.0 points, from 1.000 to 0.000 (p = 0.00" in line for line in lines)


def test_a_gate_opens_where_scores_rose(evaluate, dataset):
    break_links(dataset)
    evaluate(dataset, "--run", "old")
    ask(dataset, QUESTIONS)
    result = evaluate(dataset, "--run", "new", "--compare", "old", "--gate", "0", "--quiet")
    assert (result.code, result.err) == (0, "")


def test_a_gate_is_not_passed_by_comparing_nothing(evaluate, dataset):
    evaluate(dataset, "--run", "old")
    result = evaluate(dataset, "--fixed-now", "--compare", "old", "--gate", "1", "--quiet")
    assert result.code == 1
    assert result.err.startswith("newsdesk: old has no question of 20")


def test_a_gate_is_not_passed_by_a_dataset_that_was_not_measured_before(evaluate, dataset, tmp_path):
    evaluate(dataset, "--run", "old")
    shutil.copytree(dataset, tmp_path / "other")
    result = evaluate(dataset, tmp_path / "other", "--compare", "old", "--gate", "1", "--quiet")
    assert (result.code, result.err) == (
        1,
        "newsdesk: gate: other: old has no question of it in the same setup\n",
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--gate", "1"], "--gate goes with --compare"),
        (["--brief"], "--brief goes with --json"),
        (["--compare", "x", "--gate", "-1"], "--gate"),
        (["--compare", "x", "--gate", "much"], "--gate"),
    ],
)
def test_options_that_make_no_sense_are_a_usage_error(evaluate, dataset, options, message):
    result = evaluate(dataset, *options)
    assert result.code == 2
    assert message in result.err


@pytest.mark.parametrize("option", ["--json", "--report"])
@pytest.mark.parametrize("place", [".", "missing/out", "tiny/articles.jsonl/out"])
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_measured(
    evaluate, dataset, settings, tmp_path, option, place
):
    result = evaluate(dataset, option, tmp_path / place)
    assert (result.code, result.out) == (1, "")
    assert result.err.count("\n") == 1
    assert str(tmp_path / place) in result.err
    assert not (settings.home / "eval").exists()


def test_a_report_that_fails_is_one_line_after_the_scores(evaluate, dataset, settings, tmp_path, monkeypatch):
    def fail(*_: object) -> None:
        raise ReportNotWritten("no space")

    monkeypatch.setattr("bot.evaluation.report.write_report", fail)
    result = evaluate(dataset, "--run", "one", "--report", tmp_path / "out.html", "--quiet")
    assert (result.code, result.err) == (1, "newsdesk: no space\n")
    assert "hit@10" in result.out
    assert kept(settings, "one")["name"] == "one"


def test_everything_is_kept_though_nobody_reads_the_tables(evaluate, dataset, settings, tmp_path, monkeypatch):
    def hang_up(*_: object) -> None:
        raise SystemExit(1)

    evaluate(dataset, "--run", "old")
    monkeypatch.setattr("bot.evaluation.table.show_scores", hang_up)
    files = [tmp_path / "out.json", tmp_path / "out.html"]
    evaluate(dataset, "--run", "new", "--compare", "old", "--json", files[0], "--report", files[1])
    assert kept(settings, "new")["name"] == "new"
    assert all(file.stat().st_size for file in files)


def test_the_files_are_written_though_the_gate_holds(evaluate, dataset, tmp_path):
    evaluate(dataset, "--run", "old")
    break_links(dataset)
    files = [tmp_path / "out.json", tmp_path / "out.html"]
    result = evaluate(dataset, "--compare", "old", "--gate", "1", "--json", files[0], "--report", files[1])
    assert result.code == 1
    assert all(file.stat().st_size for file in files)


def test_two_datasets_of_one_name_are_refused_before_anything_is_measured(evaluate, dataset, settings, tmp_path):
    result = evaluate(dataset, tmp_path / "elsewhere" / "tiny")
    assert (result.code, result.out) == (1, "")
    assert f"{dataset} has the same name" in result.err
    assert not (settings.home / "eval").exists()
