"""Runs on disk: names, contents, and files that are none."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation import runs
from bot.evaluation.runs import BadRun, load_run, make_run, name_run, save_run, shorten_run
from bot.settings import Settings

NOW = datetime(2025, 7, 1, 14, 5, 9, tzinfo=timezone(timedelta(hours=2)))
QUESTION = {
    "id": "q1",
    "kind": "lookup",
    "question": "Who?",
    "answerable": True,
    "outcome": "quoted",
    "hits": [{"rank": 1, "text": "Long."}],
    "scores": {"hit@1": 1.0},
}
DATASET = {"dataset": "tiny", "with": [], "fixed_now": False, "scores": {}, "kinds": {}, "questions": [QUESTION]}


def make(settings: Settings, name: str = "one", **changed: Any) -> dict[str, Any]:
    return make_run(settings, name, NOW, [DATASET]) | changed


# Names


def test_a_run_is_named_by_the_second_in_utc(tmp_path):
    assert name_run(tmp_path, None, NOW) == "2025-07-01T12-05-09Z"


def test_two_runs_of_one_second_have_two_names(tmp_path, settings):
    for _ in range(3):
        name = name_run(tmp_path, None, NOW)
        save_run(make(settings, name), tmp_path / f"{name}.json")
    assert sorted(runs.list_runs(tmp_path)) == [
        "2025-07-01T12-05-09Z",
        "2025-07-01T12-05-09Z-2",
        "2025-07-01T12-05-09Z-3",
    ]


def test_a_wanted_name_is_kept(tmp_path):
    assert name_run(tmp_path, "with-time_2.1", NOW) == "with-time_2.1"


@pytest.mark.parametrize("name", ["", ".", "..", "../up", "a/b", "a\\b", ".hidden", "-x", "a b", "ä", "a\0", "n" * 101])
def test_a_name_that_is_no_plain_file_name_is_refused(tmp_path, name):
    with pytest.raises(BadRun, match="cannot name a run"):
        name_run(tmp_path, name, NOW)


# What a run tells


def test_a_run_tells_what_it_was_measured_with(settings):
    run = make(settings)
    assert (run["schema"], run["name"], run["created_at"]) == (1, "one", "2025-07-01T12:05:09Z")
    assert (run["encoder"], run["model"], run["datasets"]) == ("all-MiniLM-L6-v2", None, [DATASET])
    assert 10 < run["peak_memory_mb"] < 1_000_000


def test_a_run_names_the_model_only_where_there_is_one(tmp_path):
    settings = Settings(home=tmp_path, llm="http://127.0.0.1:1/v1", llm_model="small")
    assert make(settings)["model"] == "small"


def test_a_run_tells_all_its_models_without_their_folders(tmp_path):
    settings = Settings(home=tmp_path, llm=f"openai/gpt-4o, {tmp_path}/small.gguf, http://u:secret@h/v1#big")
    run = make(settings)
    assert run["model"] == "gpt-4o, small, big"
    assert run["settings"]["llm"] == "openai/gpt-4o,small.gguf,http://h/v1#big"


def test_settings_are_told_without_secrets_and_without_places(tmp_path):
    settings = Settings(
        home=tmp_path / "desk",
        encoder=str(tmp_path / "models" / "mini"),
        llm="https://user:secret1@host.example:8080/v1?key=secret2",
        llm_api_key="secret3",
        discord_token="secret4",
        chroma="http://chroma.example:8000",
        chroma_token="secret5",
    )
    run = json.dumps(make(settings))
    assert "secret" not in run
    assert str(tmp_path) not in run
    assert "chroma.example" not in run
    told = make(settings)["settings"]
    assert (told["encoder"], told["llm"]) == ("mini", "https://host.example:8080/v1")
    assert {"home", "llm_api_key", "discord_token"} & told.keys() == set()
    assert told["timezone"] == "UTC"


def test_every_setting_that_is_neither_secret_nor_a_place_is_told(settings):
    told = set(make(settings)["settings"])
    secret = {"llm_api_key", "openai_api_key", "anthropic_api_key", "discord_token", "chroma_token"}
    places = {"home", "chroma", "chroma_tenant", "chroma_database"}
    assert told == set(Settings.model_fields) - places - secret


@pytest.mark.parametrize("setting", ["reranker", "nli"])
def test_a_run_tells_its_cross_encoders_without_the_folder(tmp_path, setting):
    for given, told in (("", ""), ("cross-encoder/small", "cross-encoder/small"), ("/models/mine", "mine")):
        assert make(Settings(home=tmp_path, **{setting: given}))["settings"][setting] == told


def test_the_digest_of_the_prompts_follows_their_text(tmp_path, settings, monkeypatch):
    monkeypatch.setattr(runs, "data_folder", lambda name: tmp_path / name)
    (tmp_path / "prompts").mkdir()
    digests = set()
    for text in ("Answer.", "Answer!"):
        (tmp_path / "prompts" / "answer.md").write_text(text)
        digests.add(make(settings)["prompts"])
    assert {len(d) for d in digests} == {16}
    assert len(digests) == 2


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A repository with one commit, its configuration its own."""
    root = tmp_path / "checkout"
    root.mkdir()
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    for command in (["init", "--quiet"], ["commit", "--quiet", "--allow-empty", "--message", "First"]):
        subprocess.run(["git", *identity, *command], cwd=root, env=environment, check=True)
    return root


def test_a_checkout_has_a_commit_and_tells_whether_it_was_changed(checkout):
    commit, changed = runs._find_commit(checkout)
    assert commit is not None
    assert len(commit) >= 7
    assert changed is False
    (checkout / "new.txt").write_text("new")
    assert runs._find_commit(checkout) == (commit, True)


def test_a_folder_within_a_checkout_is_not_taken_for_it(checkout):
    (checkout / "site-packages").mkdir()
    assert runs._find_commit(checkout / "site-packages") == (None, None)


def test_outside_of_a_checkout_or_without_git_there_is_no_commit(tmp_path, checkout, monkeypatch):
    assert runs._find_commit(tmp_path) == (None, None)
    monkeypatch.setenv("PATH", "")
    assert runs._find_commit(checkout) == (None, None)


# Writing and reading


def test_a_saved_run_is_read_by_name_and_by_path(tmp_path, settings):
    run = make(settings)
    save_run(run, tmp_path / "runs" / "one.json")
    assert load_run("one", tmp_path / "runs") == run
    assert load_run(str(tmp_path / "runs" / "one.json"), tmp_path / "elsewhere") == run


def test_a_run_has_a_line_for_each_question(tmp_path, settings):
    run = make(settings, datasets=[DATASET | {"questions": [QUESTION, QUESTION | {"id": "q2"}]}] * 2)
    save_run(run, tmp_path / "one.json")
    lines = (tmp_path / "one.json").read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line.removesuffix(",")) for line in lines if line.startswith('{"id"')]
    assert [q["id"] for q in asked] == ["q1", "q2", "q1", "q2"]
    assert load_run("one", tmp_path) == run


def test_a_run_without_datasets_or_questions_is_read_again(tmp_path, settings):
    for datasets in ([], [DATASET | {"questions": []}]):
        run = make(settings, datasets=datasets)
        save_run(run, tmp_path / "one.json")
        assert load_run("one", tmp_path) == run


def test_half_a_character_is_written_as_a_question_mark(tmp_path, settings):
    save_run(make(settings, model="\ud800"), tmp_path / "one.json")
    assert load_run("one", tmp_path)["model"] == "?"


def test_a_short_run_keeps_scores_and_no_texts(tmp_path, settings):
    short = shorten_run(make(settings))
    assert short["datasets"][0]["questions"] == [
        {"id": "q1", "kind": "lookup", "answerable": True, "outcome": "quoted", "scores": {"hit@1": 1.0}}
    ]
    save_run(short, tmp_path / "short.json")
    assert load_run("short", tmp_path) == short


def test_a_run_that_cannot_be_written_leaves_the_earlier_one(tmp_path, settings, monkeypatch):
    save_run(make(settings), tmp_path / "one.json")

    def fail(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(BadRun, match=r"one\.json: No space left on device"):
        save_run(make(settings, "two"), tmp_path / "one.json")
    monkeypatch.undo()
    assert load_run("one", tmp_path)["name"] == "one"
    assert [f.name for f in tmp_path.iterdir()] == ["one.json"]


def test_a_run_is_not_written_where_a_file_is_in_the_way(tmp_path, settings):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadRun, match="not saved"):
        save_run(make(settings), tmp_path / "file" / "one.json")


def test_a_name_that_no_run_has_is_refused_with_those_there_are(tmp_path, settings):
    for name in ("first", "second"):
        save_run(make(settings, name), tmp_path / f"{name}.json")
    os.utime(tmp_path / "first.json", (1, 1))
    with pytest.raises(BadRun, match="third: there is no such run and no such file; runs are second, first"):
        load_run("third", tmp_path)


def test_a_name_is_refused_where_there_are_no_runs_yet(tmp_path):
    with pytest.raises(BadRun, match="there are no runs in"):
        load_run("any", tmp_path / "none")


def test_of_many_runs_the_latest_are_named(tmp_path, settings):
    for i in range(23):
        save_run(make(settings), tmp_path / f"r{i:02}.json")
        os.utime(tmp_path / f"r{i:02}.json", (i, i))
    with pytest.raises(BadRun, match=r"runs are r22, r21, .*, r03 and 3 more$"):
        load_run("any", tmp_path)


@pytest.mark.parametrize("wanted", ["../one", "/etc/hostname\0", "..", "."])
def test_what_is_no_name_is_taken_for_a_path(tmp_path, wanted):
    with pytest.raises(BadRun):
        load_run(wanted, tmp_path / "runs")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "cannot be read"),
        ("{not json", "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ("[]", "it has no datasets"),
        ('{"schema": 1, "datasets": {}}', "it has no datasets"),
        ('{"datasets": []}', "its schema is None, not 1"),
        ('{"schema": 2, "name": "x", "datasets": []}', "its schema is 2, not 1"),
        ('{"schema": 1, "datasets": []}', "it has no name"),
        ('{"schema": 1, "name": "x", "datasets": [7]}', "a dataset has no name"),
        ('{"schema": 1, "name": "x", "datasets": [{"dataset": "d"}]}', "a question of d has no id"),
        ('{"schema": 1, "name": "x", "datasets": [{"dataset": "d", "with": 7}]}', "no list of those indexed along"),
        (
            '{"schema": 1, "name": "x", "datasets": [{"dataset": "d", "questions": [{"id": "q", "kind": "k"}]}]}',
            "a question of d has no id",
        ),
        (
            '{"schema": 1, "name": "x", "datasets": [{"dataset": "d", "questions": '
            '[{"id": "q", "kind": "k", "scores": {"hit@1": "1"}}]}]}',
            "a question of d has no id",
        ),
        (
            '{"schema": 1, "name": "x", "datasets": [{"dataset": "d", "questions": '
            '[{"id": "q", "kind": "k", "scores": {"hit@1": NaN}}]}]}',
            "a question of d has no id",
        ),
        ('{"schema": 1, "name": "x\\u001b[2J", "datasets": []}', "it has no name"),
        ('{"schema": 1, "name": "x", "settings": [], "datasets": []}', "its settings have no names"),
        ('{"schema": 1, "name": "x", "settings": null, "datasets": []}', "its settings have no names"),
        *(
            (
                json.dumps({"schema": 1, "name": "x", "datasets": [DATASET | {"scores": scores}]}),
                "a score of tiny has no",
            )
            for scores in ([], {"hit@1": 1}, {"hit@1": {}}, {"hit@1": {"mean": "1"}})
        ),
    ],
)
def test_a_file_that_is_no_run_is_refused_with_the_reason(tmp_path, settings, content, reason):
    (tmp_path / "bad.json").write_text(content, encoding="utf-8")
    with pytest.raises(BadRun, match="runs are bad") as caught:
        load_run("bad", tmp_path)
    assert reason in str(caught.value)


def test_a_file_that_is_not_utf_8_is_refused(tmp_path):
    (tmp_path / "bad.json").write_bytes(b'{"name": "\xff"}')
    with pytest.raises(BadRun, match="cannot be read"):
        load_run("bad", tmp_path)


def test_the_moment_of_a_run_is_its_beginning_in_utc(settings):
    assert make_run(settings, "one", NOW.astimezone(UTC), [])["created_at"] == "2025-07-01T12:05:09Z"
