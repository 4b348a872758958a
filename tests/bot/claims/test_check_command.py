"""`newsdesk check` as scripts call it: one line of JSON, exit codes, kind errors."""

from __future__ import annotations

import io
import json
import sys

import pytest

from bot import cli

pytestmark = pytest.mark.usefixtures("fake_weights")
CLAIM = "The ferry strike ended after nine days."


@pytest.fixture
def check(monkeypatch, capfd, built_home):
    """The command's exit code, standard output and standard error."""
    monkeypatch.setenv("NEWSDESK_HOME", str(built_home))

    def run(*args: str, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["newsdesk", "check", *args])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), *capfd.readouterr()

    return run


def test_a_claim_is_checked_with_its_paragraph(check):
    code, out, _ = check(CLAIM, "--json")
    (claim,) = json.loads(out)["claims"]
    assert (code, claim["verdict"]) == (0, "supported")
    assert [p["article_id"] for p in claim["paragraphs"]] == ["ferry"]


def test_people_read_the_verdict_before_the_claim(check):
    code, out, _ = check(CLAIM)
    assert code == 0
    assert f"supported: {CLAIM}" in out
    assert "Gazette, 8 April 2025: Ferry strike ends" in out


def test_a_text_may_come_from_standard_input(check):
    code, out, _ = check("--file", "-", "--json", stdin=f"Hello!\n{CLAIM}\n".encode())
    assert code == 0
    assert [c["verdict"] for c in json.loads(out)["claims"]] == ["no_claim", "supported"]


def test_the_filters_of_ask_hold(check):
    _, out, _ = check(CLAIM, "--json", "--until", "2025-04-01")
    assert json.loads(out)["claims"][0]["verdict"] == "not_found"


@pytest.mark.parametrize("args", [(), (CLAIM, "--file", "-"), (CLAIM, "--since", "someday")])
def test_a_wrong_use_is_exit_code_two(check, args):
    code, out, _ = check(*args)
    assert (code, out) == (2, "")


def test_a_text_too_long_is_an_error_of_one_line(check):
    code, out, err = check("word " * 900, "--json")
    assert (code, out) == (1, "")
    assert err == "newsdesk: the text is longer than 4,000 characters; check it in parts\n"


def test_a_file_is_read_no_further_than_a_message_may_be_long(check):
    stdin = "é".encode() * 4001 + b"\xff" * 100_000
    code, _, err = check("--file", "-", stdin=stdin)
    assert (code, err) == (1, "newsdesk: the text is longer than 4,000 characters; check it in parts\n")


def test_a_file_that_is_missing_is_named(check, tmp_path):
    code, _, err = check("--file", str(tmp_path / "none.txt"))
    assert code == 1
    assert "none.txt: No such file or directory; give a text file to check" in err


def test_an_unknown_outlet_is_named_with_some_that_there_are(check):
    code, out, err = check(CLAIM, "--source", "Nonsense")
    assert (code, out) == (1, "")
    assert "'Nonsense'" in err
    assert "Gazette" in err


def test_only_the_first_claims_are_checked_and_the_others_counted(check):
    text = "\n".join(f"Ship number {n} sank near Saltby." for n in range(1, 41))
    _, out, _ = check(text, "--json")
    checked = json.loads(out)
    assert (len(checked["claims"]), checked["n_left_out"]) == (25, 15)


def test_no_escape_sequence_of_a_text_reaches_the_terminal(check):
    _, out, _ = check("\x1b[31mThe ferry strike\x1b[0m ended \u202eafter nine days.", "--no-color")
    assert "The ferry strike ended after nine days." in out
    assert not {"\x1b", "\u202e"} & set(out)


@pytest.mark.parametrize(
    "text", ["\ud800", "[" * 3999, "](" * 1000, "\x00\x1b[2J", "\u202e %s {0} $(x)", "。。。", "1" * 3000]
)
def test_hostile_text_is_checked_all_the_same(check, text):
    code, out, _ = check(text, "--json")
    assert code == 0
    assert set(json.loads(out)) == {"text", "claims", "n_left_out", "generation", "timings_ms"}
