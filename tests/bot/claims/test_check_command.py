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
    assert err == "newsdesk: that is 4,500 characters long; check at most 4,000 at a time\n"


@pytest.mark.parametrize(
    "text", ["\ud800", "[" * 3999, "](" * 1000, "\x00\x1b[2J", "\u202e %s {0} $(x)", "。。。", "1" * 3000]
)
def test_hostile_text_is_checked_all_the_same(check, text):
    code, out, _ = check(text, "--json")
    assert code == 0
    assert set(json.loads(out)) == {"text", "claims", "generation", "timings_ms"}
