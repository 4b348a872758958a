"""The command line as scripts and people call it: output, exit codes, errors."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot import cli, prompts
from bot.desk import Desk
from bot.settings import load_settings
from bot.version import find_version
from index.build import build_index
from index.errors import NewsdeskError, RerankerUnavailable

pytestmark = pytest.mark.usefixtures("fake_weights")

OPENED = "Who opened the harbour bridge in Port Amsel?"
HIT_KEYS = [
    "rank",
    "score",
    "article_id",
    "first_paragraph",
    "last_paragraph",
    "text",
    "title",
    "source",
    "published_at",
    "url",
    "copies",
]


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which holds one line of JSON and nothing else."""
        assert self.out.count("\n") == 1
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Result]


@pytest.fixture
def newsdesk(monkeypatch, capfd) -> Run:
    """Call the command as its console script does."""

    def run(*args: object, stdin: bytes = b"") -> Result:
        monkeypatch.setattr(sys, "argv", ["newsdesk", *map(str, args)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capfd.readouterr()
        return Result(int(ended.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def built(monkeypatch, built_home) -> Path:
    """The index of the dozen articles, which these tests only read."""
    monkeypatch.setenv("NEWSDESK_HOME", str(built_home))
    return built_home


@pytest.fixture
def folder(tmp_path, write) -> Path:
    """A folder with two articles of the test's own."""
    made = tmp_path / "mine"
    made.mkdir()
    write(made, "one", "First story", "2025-04-17", "The harbour bridge opened on Monday.")
    write(made, "two", "Second story", "2025-04-18", "The ferry strike ended on Friday.")
    return made


@pytest.fixture
def home(settings) -> Path:
    return settings.home


def fails_in_one_line(result: Result, *words: str) -> bool:
    """Whether it failed as an expected error does: one line on standard error, with these words in it."""
    assert result.code == 1
    assert result.out == ""
    assert result.err.startswith("newsdesk: ")
    assert result.err.count("\n") == 1
    assert [word for word in words if word not in result.err] == []
    return True


# Usage


def test_without_a_command_the_commands_are_listed(newsdesk):
    result = newsdesk()
    assert result.code == 2
    assert all(name in result.out + result.err for name in ("ask", "search", "index", "eval", "doctor", "bot"))


def test_the_version_is_told(newsdesk):
    result = newsdesk("--version")
    assert (result.code, result.out, result.err) == (0, f"newsdesk {find_version()}\n", "")
    assert result.out.split()[1][0].isdigit()


@pytest.mark.parametrize("command", [[], ["ask"], ["search"], ["index"], ["index", "build"], ["eval"], ["doctor"]])
def test_help_is_no_error(newsdesk, command):
    result = newsdesk(*command, "--help")
    assert (result.code, result.err) == (0, "")
    assert "Usage" in result.out


@pytest.mark.parametrize(
    "args",
    [
        ["nonsense"],
        ["ask", "--nonsense"],
        ["ask", "Who?", "Who else?"],
        ["ask", "Who?", "--since", "someday"],
        ["ask", "Who?", "--since", "2025-05-01", "--until", "2025-04-01"],
        ["ask", "--file", "questions.txt"],
        ["ask", "Who?", "--file", "questions.txt", "--json"],
        ["search"],
        ["search", "bridge", "-k", "0"],
        ["search", "bridge", "-k", "many"],
        ["index", "nonsense"],
        ["index", "build", "--points", "2"],
        ["index", "build", "--wait", "--worker", "1/2"],
    ],
)
def test_a_usage_that_is_wrong_exits_with_two_and_prints_no_answer(newsdesk, built, args):
    result = newsdesk(*args)
    assert (result.code, result.out) == (2, "")
    assert result.err


# Asking


def test_an_answer_is_printed_with_its_source(newsdesk, built, answer_all):
    result = newsdesk("ask", OPENED)
    assert (result.code, result.err) == (0, "")
    assert "Mayor Ines Dahl cut the ribbon." in result.out
    assert "Gazette, 14 April 2025: Harbour bridge opens · paragraph 1" in result.out
    assert "https://gazette.example/bridge#:~:text=" in result.out


def test_a_refusal_is_no_error(newsdesk, built, refuse_all):
    result = newsdesk("ask", OPENED)
    assert (result.code, result.err) == (0, "")
    assert "That is not in these articles." in result.out


def test_with_json_nothing_but_json_is_on_standard_output(newsdesk, built, answer_all):
    answer = newsdesk("ask", OPENED, "--json").json
    assert (answer["question"], answer["outcome"], answer["model"]) == (OPENED, "quoted", None)
    assert len(answer["hits"]) == 10
    assert list(answer["hits"][0]) == HIT_KEYS


def test_the_keys_of_the_contract_are_in_the_json_of_an_answer(newsdesk, built, refuse_all):
    answer = newsdesk("ask", OPENED, "--json").json
    assert {
        "question",
        "outcome",
        "answer",
        "sentences",
        "citations",
        "nearest",
        "hits",
        "timings_ms",
        "generation",
        "model",
    } <= set(answer)


def test_bounds_and_outlets_of_the_command_line_are_heeded(newsdesk, built, answer_all):
    args = ["--since", "2025-05-01", "--until", "2025-06-30", "--source", "Star", "--source", "Other", "--json"]
    answer = newsdesk("ask", "What was said of the bridge?", *args).json
    assert {hit["source"] for hit in answer["hits"]} == {"Star"}
    assert {hit["article_id"] for hit in answer["hits"]} == {"toll", "court", "vote"}


def test_as_of_a_day_that_day_is_seen_and_the_next_is_not(newsdesk, built, refuse_all):
    answer = newsdesk("ask", OPENED, "--as-of", "2025-04-14", "--json").json
    days = {hit["published_at"] for hit in answer["hits"]}
    assert max(days) == "2025-04-14T00:00:00Z"


def test_now_filters_nothing(newsdesk, built, refuse_all):
    assert len(newsdesk("ask", OPENED, "--now", "2025-01-01", "--json").json["hits"]) == 10


def test_small_talk_needs_no_index(newsdesk):
    result = newsdesk("ask", "Hello!", "--json")
    assert (result.code, result.json["outcome"]) == (0, "no_search")


def test_no_question_at_all_is_answered_without_a_search(newsdesk):
    assert newsdesk("ask", "--json").json["outcome"] == "no_search"


@pytest.mark.parametrize("args", [["ask", OPENED], ["ask", OPENED, "--json"], ["search", "bridge", "--json"]])
def test_a_missing_index_is_one_line_with_the_remedy(newsdesk, args):
    assert fails_in_one_line(newsdesk(*args), "there is no index yet; run `newsdesk index build`")


def test_an_index_by_another_encoder_is_one_line_with_both_names(newsdesk, built, monkeypatch):
    monkeypatch.setenv("NEWSDESK_ENCODER", "other-model")
    assert fails_in_one_line(newsdesk("ask", OPENED), "all-MiniLM-L6-v2", "other-model", "newsdesk index build")


def test_a_wrong_setting_is_one_line_with_its_name(newsdesk, monkeypatch):
    monkeypatch.setenv("NEWSDESK_ENCODR", "x")
    assert fails_in_one_line(newsdesk("ask", OPENED), "NEWSDESK_ENCODR")


def test_a_home_that_cannot_be_a_folder_is_one_line_with_the_remedy(newsdesk, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NEWSDESK_HOME", str(tmp_path / "file" / "desk"))
    assert fails_in_one_line(newsdesk("ask", OPENED), "set NEWSDESK_HOME to a folder")


def test_an_endpoint_that_is_down_leaves_the_quotes_with_a_notice(newsdesk, built, answer_all, monkeypatch):
    monkeypatch.setenv("NEWSDESK_LLM_API_KEY", "sk-secret-key-4711")
    result = newsdesk("ask", OPENED, "--llm", "http://127.0.0.1:1/v1", "--json")
    assert (result.code, result.json["outcome"], result.json["model"]) == (0, "quoted", None)
    assert "could not be reached" in result.json["notice"]
    assert "sk-secret" not in result.out + result.err


def test_an_empty_endpoint_switches_that_of_the_settings_off(newsdesk, built, answer_all, monkeypatch):
    monkeypatch.setenv("NEWSDESK_LLM", "http://127.0.0.1:1/v1")
    assert newsdesk("ask", OPENED, "--llm", "", "--json").json["notice"] == ""


@pytest.fixture
def writer(monkeypatch, capfd) -> Any:
    """A model that writes two sentences, and keeps what was printed in between."""

    class Writer:
        name = "writer"
        context_tokens = 4096
        printed = ""

        def complete(self, prompt: str, on_text: Callable[[str], None]) -> str:
            pieces = ["The ribbon was cut by Mayor Ines Dahl. It ", "rained. The bridge cost 41 million crowns."]
            on_text(pieces[0])
            self.printed = capfd.readouterr().out
            on_text(pieces[1])
            return "".join(pieces)

    model = Writer()
    monkeypatch.setattr("bot.desk.make_model", lambda settings: model)
    return model


def test_a_sentence_of_prose_is_printed_before_the_next_is_written(newsdesk, built, answer_all, writer):
    result = newsdesk("ask", OPENED)
    assert (result.code, result.err) == (0, "")
    assert writer.printed.index("Mayor Ines Dahl cut the ribbon.") < writer.printed.index("The ribbon was cut by")
    assert result.out.startswith("The bridge cost 41 million crowns. [2]\n")
    assert "[2] Gazette, 14 April 2025: Harbour bridge opens · paragraph 2" in result.out
    assert "rained" not in writer.printed + result.out


def test_with_json_no_sentence_is_printed_beforehand(newsdesk, built, answer_all, writer):
    answer = newsdesk("ask", OPENED, "--json").json
    assert writer.printed == ""
    assert (answer["outcome"], answer["model"], len(answer["sentences"])) == ("answered", "writer", 2)


# Files of questions


def test_each_line_of_a_file_is_answered_by_a_line_good_or_bad(newsdesk, built, answer_all, tmp_path):
    file = tmp_path / "questions.txt"
    file.write_text(
        f"{OPENED}\n"
        '{"question": "And the cost?", "history": [{"question": "Who built it?", "answer": "Ravn."}]}\n'
        "{broken\n"
        '{"question": "Who?", "sinse": "2025"}\n'
        '{"question": "Who won?", "since": "someday"}\n'
        "Hello!\n"
        '{"question": "What was the bridge toll?", "as_of": "2025-05-01"}\n',
        encoding="utf-8",
    )
    result = newsdesk("ask", "--file", file, "--json")
    answers = result.lines
    assert (result.code, result.err) == (0, "")
    assert [a["outcome"] for a in answers] == [
        "quoted",
        "quoted",
        "error",
        "error",
        "error",
        "no_search",
        "quoted",
    ]
    assert [a["question"] for a in answers[:3]] == [OPENED, "And the cost?", "{broken"]
    assert "not JSON" in answers[2]["error"]
    assert "unknown keys sinse" in answers[3]["error"]
    assert "since: not a date" in answers[4]["error"]
    assert "toll" not in {hit["article_id"] for hit in answers[6]["hits"]}


def test_bounds_of_the_command_line_hold_for_lines_without_their_own(newsdesk, built, refuse_all):
    stdin = b'Who?\n{"question": "Who won?", "until": "2025-03-31"}\n'
    result = newsdesk("ask", "--file", "-", "--json", "--until", "2025-03-14", stdin=stdin)
    assert [len(a["hits"]) for a in result.lines] == [1, 2]


def test_a_dash_reads_the_questions_from_standard_input(newsdesk, built, answer_all):
    result = newsdesk("ask", "--file", "-", "--json", stdin=f"{OPENED}\r\n谁剪了彩？".encode())
    assert [a["question"] for a in result.lines] == [OPENED, "谁剪了彩？"]


def test_half_a_character_does_not_stop_the_lines_after_it(newsdesk, built, answer_all):
    stdin = b'{"question": "Who \\ud800 won?"}\n{"\\ud800": 1}\n\xff\xfe?\n' + OPENED.encode()
    result = newsdesk("ask", "--file", "-", "--json", stdin=stdin)
    assert (result.code, len(result.lines)) == (0, 4)
    assert [a["outcome"] for a in result.lines][1] == "error"


def test_an_empty_file_prints_nothing(newsdesk, built):
    result = newsdesk("ask", "--file", "-", "--json")
    assert (result.code, result.out) == (0, "")


def test_a_file_that_does_not_exist_is_one_line_with_its_name(newsdesk, built):
    assert fails_in_one_line(newsdesk("ask", "--file", "nowhere.txt", "--json"), "nowhere.txt")


# Search


def test_search_prints_the_hits_with_the_keys_of_the_contract(newsdesk, built):
    hits = newsdesk("search", "harbour bridge", "-k", "3", "--json").json
    assert [list(hit) for hit in hits] == [HIT_KEYS] * 3
    assert [hit["rank"] for hit in hits] == [1, 2, 3]
    assert hits[0]["article_id"] in {"bridge", "toll"}
    assert hits[0]["score"] >= hits[1]["score"] >= hits[2]["score"]


def test_search_without_json_prints_lines_for_people(newsdesk, built):
    result = newsdesk("search", "herons counted on the marsh", "-k", "2")
    assert "Gazette, 1 May 2025: Herons counted" in result.out


def test_search_heeds_bounds_and_outlets(newsdesk, built):
    hits = newsdesk("search", "bridge", "--source", "Star", "--as-of", "2025-05-10", "--json").json
    assert {hit["article_id"] for hit in hits} == {"court"}


def test_a_search_that_finds_nothing_prints_an_empty_array(newsdesk, built):
    assert newsdesk("search", "bridge", "--source", "Nobody", "--json").json == []


# Quiet and colour


@pytest.mark.parametrize(
    "args", [["--quiet", "index", "build"], ["index", "build", "--quiet"], ["index", "build", "-q"]]
)
def test_quiet_before_or_after_the_command_prints_nothing(newsdesk, folder, args):
    result = newsdesk(*args, folder)
    assert result == Result(0, "", "")


def test_without_quiet_progress_goes_to_standard_error(newsdesk, folder):
    result = newsdesk("index", "build", folder, "--json")
    assert result.json["articles"] == 2
    assert "reading: " in result.err


def test_quiet_of_one_run_is_forgotten_in_the_next(newsdesk, folder):
    newsdesk("index", "build", "--quiet", folder)
    assert "unchanged" in newsdesk("index", "build", folder).out


@pytest.mark.parametrize("args", [["--no-color", "ask", OPENED], ["ask", OPENED, "--no-color"]])
def test_without_colour_before_or_after_the_command_no_escape_codes_are_printed(
    newsdesk, built, answer_all, monkeypatch, args
):
    monkeypatch.setenv("FORCE_COLOR", "1")
    result = newsdesk(*args)
    assert "ribbon" in result.out
    assert "\x1b" not in result.out


def test_with_colour_forced_escape_codes_are_printed(newsdesk, built, answer_all, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in newsdesk("ask", OPENED).out


# The index


def test_a_build_reports_what_the_contract_names(newsdesk, folder):
    report = newsdesk("index", "build", folder, "--json").json
    assert {"articles", "passages", "embedded", "skipped", "seconds"} <= set(report)
    assert (report["articles"], report["passages"], report["embedded"], report["skipped"]) == (2, 2, 2, 0)


def test_a_build_of_what_is_unchanged_embeds_nothing_and_keeps_the_generation(newsdesk, folder):
    first = newsdesk("index", "build", folder, "--json").json
    second = newsdesk("index", "build", folder, "--json").json
    assert (second["embedded"], second["unchanged"]) == (0, 2)
    assert second["generation"] == first["generation"]


def test_a_build_without_a_path_takes_those_of_the_last_one(newsdesk, folder, write):
    newsdesk("index", "build", folder / "one.md", folder / "two.md")
    write(folder, "three", "Third story", "2025-04-19", "It is not among the files that were given.")
    (folder / "two.md").unlink()
    write(folder, "two", "Second story", "2025-04-18", "The strike goes on after all.")
    report = newsdesk("index", "build", "--json").json
    assert (report["articles"], report["changed"], report["unchanged"]) == (2, 1, 1)


def test_a_relative_path_is_repeated_from_any_folder(newsdesk, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder.parent)
    newsdesk("index", "build", folder.name)
    monkeypatch.chdir(tmp_path.parent)
    assert newsdesk("index", "build", "--json").json["unchanged"] == 2


def test_the_first_build_without_a_path_takes_the_sample_newsroom(newsdesk, folder, tmp_path, monkeypatch):
    sample = tmp_path / "root" / "corpus" / "articles"
    sample.parent.mkdir(parents=True)
    folder.rename(sample)
    monkeypatch.setattr(prompts, "__file__", str(tmp_path / "root" / "bot" / "prompts.py"))
    assert newsdesk("index", "build", "--json").json["articles"] == 2
    assert newsdesk("index", "status", "--json").json["paths"] == ["the sample newsroom"]


def test_another_path_replaces_what_the_index_held(newsdesk, folder):
    newsdesk("index", "build", folder / "one.md")
    report = newsdesk("index", "build", folder / "two.md", "--json").json
    assert (report["articles"], report["added"], report["removed"]) == (1, 1, 1)


def test_a_path_that_does_not_exist_is_one_line_and_the_index_stays(newsdesk, folder):
    newsdesk("index", "build", folder)
    assert fails_in_one_line(newsdesk("index", "build", "nowhere", "--quiet"), "nowhere")
    assert newsdesk("index", "status", "--json").json["articles"] == 2


def test_a_bad_article_is_skipped_counted_and_named_by_its_place(newsdesk, folder):
    (folder / "bad.md").write_text("---\ntitle: Bad\npublished_at: yesterday\n---\n\nWords.\n")
    report = newsdesk("index", "build", folder, "--json").json
    assert (report["articles"], report["skipped"]) == (2, 1)
    assert report["bad"][0]["place"].endswith("bad.md:3")
    assert "yesterday" in report["bad"][0]["reason"]


def test_a_bad_article_is_named_in_the_report_for_people(newsdesk, folder):
    (folder / "bad.md").write_text("")
    out = " ".join(newsdesk("index", "build", folder).out.split())
    assert "skipped" in out
    assert "no text" in out
    assert "2 articles, 2 passages; 2 added" in out


def test_with_strict_a_bad_article_is_an_error_and_the_index_stays(newsdesk, folder):
    newsdesk("index", "build", folder / "one.md")
    (folder / "bad.md").write_text("")
    assert fails_in_one_line(newsdesk("index", "build", folder, "--strict", "--quiet"), "bad.md", "no text")
    assert newsdesk("index", "status", "--json").json["articles"] == 1


def test_a_build_that_is_interrupted_is_one_line_and_the_index_stays(newsdesk, folder, monkeypatch):
    newsdesk("index", "build", folder)

    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Desk, "rebuild", interrupt)
        assert fails_in_one_line(newsdesk("index", "build", folder), "the earlier index still answers")
    assert newsdesk("search", "bridge", "--json").json


def test_status_describes_the_live_generation(newsdesk, folder, home):
    newsdesk("index", "build", folder)
    result = newsdesk("index", "status", "--json")
    assert result.code == 0
    facts = result.json
    assert (facts["generation"], facts["articles"], facts["passages"]) == ("000001", 2, 2)
    assert (facts["sources"], facts["newest"]) == (["Gazette"], "2025-04-18T00:00:00Z")
    assert (facts["paths"], facts["home"]) == ([str(folder)], str(home))


def test_status_for_people_has_a_line_for_each_fact(newsdesk, folder):
    newsdesk("index", "build", folder)
    lines = [line.split() for line in newsdesk("index", "status").out.splitlines()]
    assert ["articles", "2"] in lines


def test_status_without_an_index_exits_with_one_and_says_that_there_is_none(newsdesk):
    result = newsdesk("index", "status", "--json")
    assert (result.code, result.json["generation"]) == (1, None)


def test_list_names_the_generations_and_which_is_live(newsdesk, folder):
    newsdesk("index", "build", folder / "one.md")
    newsdesk("index", "build", folder)
    generations = newsdesk("index", "list", "--json").json
    assert [(g["generation"], g["articles"], g["live"]) for g in generations] == [
        ("000001", 1, False),
        ("000002", 2, True),
    ]
    assert "000002" in newsdesk("index", "list").out


def test_list_without_an_index_is_an_empty_array(newsdesk):
    result = newsdesk("index", "list", "--json")
    assert (result.code, result.json) == (0, [])


def test_rollback_goes_back_and_holds_until_it_is_released(newsdesk, folder):
    newsdesk("index", "build", folder / "one.md")
    newsdesk("index", "build", folder)
    result = newsdesk("index", "rollback")
    assert result.code == 0
    assert "generation 000001 is live, and held" in result.out
    status = newsdesk("index", "status", "--json").json
    assert (status["generation"], status["articles"], status["held"]) == ("000001", 1, True)
    listed = newsdesk("index", "list", "--json").json
    assert [(g["live"], g["held"]) for g in listed] == [(True, True), (False, False)]
    assert newsdesk("index", "rollback", "--release").code == 0
    status = newsdesk("index", "status", "--json").json
    assert (status["generation"], status["held"]) == ("000001", False)


def test_rollback_names_the_generations_there_are(newsdesk, folder):
    newsdesk("index", "build", folder)
    result = newsdesk("index", "rollback", "7")
    assert (result.code, result.out) == (1, "")
    assert "generation 000007 is not kept; kept are: 000001" in result.err
    assert newsdesk("index", "rollback", "000001", "--release").code == 2


def test_rollback_takes_a_generation_by_its_bare_number(newsdesk, folder):
    newsdesk("index", "build", folder / "one.md")
    newsdesk("index", "build", folder)
    assert "generation 000001 is live" in newsdesk("index", "rollback", "1").out


@pytest.mark.parametrize("encoder", [("other", 64, 40), ("all-MiniLM-L6-v2", 64, 40)])
def test_rollback_refuses_a_generation_of_another_encoder(newsdesk, folder, make_encoder, encoder):
    desk = Desk(load_settings())
    build_index(desk.store, make_encoder(*encoder), [folder], recorded=[str(folder)])
    newsdesk("index", "build", folder)
    for generation in ([], ["1"]):
        result = newsdesk("index", "rollback", *generation)
        assert (result.code, result.out) == (1, "")
        assert f"generation 000001 was built with {encoder[0]}" in result.err
        assert "NEWSDESK_ENCODER" in result.err
    assert newsdesk("index", "status", "--json").json["generation"] == "000002"


def test_as_many_generations_are_kept_as_are_set(newsdesk, folder, monkeypatch):
    monkeypatch.setenv("NEWSDESK_KEEP_GENERATIONS", "1")
    newsdesk("index", "build", folder / "one.md")
    newsdesk("index", "build", folder)
    assert [g["generation"] for g in newsdesk("index", "list", "--json").json] == ["000002"]


def test_drop_deletes_the_index_and_leaves_the_articles(newsdesk, folder):
    newsdesk("index", "build", folder)
    assert newsdesk("index", "drop", "--yes").code == 0
    assert newsdesk("index", "status", "--json").json["generation"] is None
    assert (folder / "one.md").exists()


def test_drop_asks_first_and_takes_no_for_an_answer(newsdesk, folder, home):
    newsdesk("index", "build", folder)
    result = newsdesk("index", "drop", stdin=b"n\n")
    assert result.code == 1
    assert str(home) in result.out + result.err
    assert newsdesk("index", "status", "--json").json["articles"] == 2


# What is found, and why


def test_search_explains_what_was_understood_and_why_each_passage_was_found(newsdesk, built):
    result = newsdesk("search", "What did the Star say of the bridge toll in June 2025?", "--explain", "-k", 1)
    assert (result.code, result.err) == (0, "")
    assert "outlets: Star\ntimes: in June 2025\n" in result.out
    assert "outlet 1" in result.out


def test_search_explains_nothing_unasked(newsdesk, built):
    result = newsdesk("search", "What did the Star say of the bridge toll in June 2025?", "-k", 1)
    assert "outlets" not in result.out
    assert "by meaning" not in result.out


def test_search_explains_in_json_too(newsdesk, built):
    first, second = newsdesk("search", "bridge toll", "--explain", "--json", "-k", 2).json
    assert list(first)[: len(HIT_KEYS)] == HIT_KEYS
    assert first.keys() - set(HIT_KEYS) == {"similarity", "dense_rank", "lexical_rank", "why"}
    assert first["why"]["coverage"] > second["why"]["coverage"]
    assert list(newsdesk("search", "bridge toll", "--json", "-k", 1).json[0]) == HIT_KEYS


class HeronReader:
    """A cross-encoder that takes herons for the answer to everything."""

    def __init__(self, name: str, threads: int) -> None:
        self.name = name

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        if self.name == "missing":
            raise RerankerUnavailable("reranker missing: is not at hand; set NEWSDESK_RERANKER")
        return [30.0 if "herons" in text else 0.0 for text in texts]


@pytest.fixture
def reranker(monkeypatch) -> None:
    monkeypatch.setattr("bot.desk.CrossEncoderReranker", HeronReader)
    monkeypatch.setenv("NEWSDESK_RERANKER", "herons")


def test_the_reranker_of_the_settings_orders_what_is_found(newsdesk, built, reranker):
    first, second = newsdesk("search", "bridge toll", "--explain", "--json", "-k", 2).json
    assert (first["article_id"], first["score"], first["why"]["reranker"]) == ("heron", 1.0, 30.0)
    assert "reranker" not in second["why"]
    assert "reranker 30" in newsdesk("search", "bridge toll", "--explain", "-k", 1).out


def test_the_reranker_of_the_settings_orders_what_is_answered_from(newsdesk, built, reranker):
    assert newsdesk("ask", OPENED, "--json").json["hits"][0]["article_id"] == "heron"


@pytest.mark.parametrize("command", ["search", "ask"])
def test_a_reranker_that_is_not_at_hand_is_one_line(newsdesk, built, reranker, monkeypatch, command):
    monkeypatch.setenv("NEWSDESK_RERANKER", "missing")
    assert fails_in_one_line(newsdesk(command, OPENED), "NEWSDESK_RERANKER")


def test_a_reranker_that_is_not_at_hand_is_told_before_the_first_question(settings, built, reranker):
    with pytest.raises(RerankerUnavailable):
        Desk(settings.model_copy(update={"reranker": "missing"})).warm_up()


# Evaluation and doctor


def test_eval_of_a_folder_that_is_no_dataset_is_one_line(newsdesk, tmp_path):
    assert fails_in_one_line(newsdesk("eval", tmp_path), "give the folder of a dataset")


def test_doctor_exits_with_zero_where_all_is_well(newsdesk, built):
    result = newsdesk("doctor", "--json")
    assert result.code == 0
    assert {f["name"]: f["ok"] for f in result.json}["index"] is True


def test_doctor_exits_with_one_and_the_remedy_where_something_is_wrong(newsdesk):
    result = newsdesk("doctor")
    assert result.code == 1
    assert "newsdesk index build" in " ".join(result.out.split())


# What nobody expected


def crash(message: str, kind: type[Exception] = RuntimeError) -> Callable[..., None]:
    def raise_it(*_: Any, **__: Any) -> None:
        raise kind(message)

    return raise_it


def test_an_unexpected_error_is_one_line_and_its_traceback_is_logged(newsdesk, home, monkeypatch):
    monkeypatch.setattr(Desk, "search", crash("the flux\ncapacitor is dry"))
    log = home / "errors.log"
    result = newsdesk("search", "bridge", "--json")
    assert fails_in_one_line(result, "RuntimeError", "the flux capacitor is dry", str(log))
    assert "Traceback" in log.read_text()
    assert "capacitor" in log.read_text()


def test_the_log_of_errors_is_added_to(newsdesk, home, monkeypatch):
    for message in ("first", "second"):
        monkeypatch.setattr(Desk, "search", crash(message))
        newsdesk("search", "bridge")
    log = (home / "errors.log").read_text()
    assert log.index("first") < log.index("second")


def test_where_the_log_cannot_be_written_the_line_says_what_to_do(newsdesk, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NEWSDESK_HOME", str(tmp_path / "file" / "desk"))
    monkeypatch.setattr(Desk, "search", crash("dry"))
    assert fails_in_one_line(newsdesk("search", "bridge"), "set NEWSDESK_HOME to a folder that can be written to")


def test_an_expected_error_of_several_lines_is_printed_as_one(newsdesk, home, monkeypatch):
    monkeypatch.setattr(Desk, "search", crash("first line\n  second line", NewsdeskError))
    assert fails_in_one_line(newsdesk("search", "bridge"), "first line second line")
    assert not (home / "errors.log").exists()
