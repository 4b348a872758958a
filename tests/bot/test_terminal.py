"""What is printed for people: the answer, its sources with the quote marked, hits, reports, progress."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rich.console import Console

from bot.doctor import Finding
from bot.progress import progress
from bot.terminal import (
    AnswerInParts,
    format_day,
    make_console,
    show_answer,
    show_facts,
    show_findings,
    show_hits,
    show_report,
    show_table,
)
from bot.types import Answer, Citation, Difference, Disagreement, Nearest, Outcome, Sentence, Side
from index.build import BuildReport
from index.errors import BadArticle
from index.types import Hit, Passage

QUOTE = "The bridge cost 41 million crowns."
LINK = "https://gazette.example/bridge#:~:text=" + "The%20bridge%20cost%20" * 20
CITATION = Citation(
    n=1,
    article_id="bridge",
    title="Harbour bridge opens [again]",
    source="Gazette",
    published_at=datetime(2025, 4, 14, tzinfo=UTC),
    url="https://gazette.example/bridge",
    paragraph=2,
    text=f"It is open. {QUOTE} Traffic was light.",
    quote=QUOTE,
    link=LINK,
)
ANSWER = Answer(
    "What did it cost?",
    Outcome.QUOTED,
    sentences=(Sentence(QUOTE, (1,), ((16, 33),)),),
    citations=(CITATION,),
)
REFUSAL = Answer(
    "Who?",
    Outcome.NOT_COVERED,
    message="That is not in these articles.",
    nearest=(Nearest("a", "Ferry strike ends", "Star", None, ""),),
)
HIT = Hit(
    rank=1,
    score=0.0325,
    passage=Passage("bridge", 2, 3, "A" * 300),
    title="Harbour bridge opens",
    source="Gazette",
    published_at=None,
    url="",
    language="en",
    copies=("copy-1", "copy-2"),
)
REPORT = BuildReport("000001", 3, 9, 7, 1, 3, 0, 0, 0, 1.25, (BadArticle("x.md:4", "no text"),), encoder_busy=0.9)


@pytest.fixture
def console(capsys) -> Console:
    """A console that is no terminal, as in a pipe."""
    return make_console()


class Terminal(io.StringIO):
    """Standard output that claims to be a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def use_terminal(monkeypatch) -> Callable[[], Terminal]:
    """Call it in the test itself, for pytest puts its own standard output back before each."""

    def use() -> Terminal:
        made = Terminal()
        monkeypatch.setattr("sys.stdout", made)
        monkeypatch.setenv("TERM", "xterm-256color")
        return made

    return use


def test_plain_output_marks_the_quote_within_its_paragraph(console, capsys):
    show_answer(console, ANSWER)
    assert f"It is open. »{QUOTE}« Traffic was light." in " ".join(capsys.readouterr().out.split())


def test_no_text_turns_what_stands_beside_it(console, capsys):
    turned = replace(CITATION, title="Open \u202edaerba\u202c bridge\u2066", source="Gaz\u200fette")
    show_answer(console, replace(ANSWER, citations=(turned,)))
    shown = capsys.readouterr().out
    assert "Open daerba bridge" in shown
    assert "Gazette" in shown


def test_the_answer_comes_first_with_its_markers(console, capsys):
    show_answer(console, ANSWER)
    assert capsys.readouterr().out.strip().startswith(f"{QUOTE} [1]")


def test_a_source_is_headed_by_number_outlet_day_title_and_paragraph(console, capsys):
    show_answer(console, ANSWER)
    assert "[1] Gazette, 14 April 2025: Harbour bridge opens [again] · paragraph 2" in capsys.readouterr().out


def test_a_link_stands_unbroken_on_one_line(console, capsys):
    show_answer(console, ANSWER)
    assert LINK in [line.strip() for line in capsys.readouterr().out.split("\n")]


def test_a_link_stands_unbroken_on_a_narrow_terminal_too(use_terminal, monkeypatch):
    terminal = use_terminal()
    monkeypatch.setenv("COLUMNS", "40")
    show_answer(make_console(no_color=True), ANSWER)
    assert LINK in [line.strip() for line in terminal.getvalue().split("\n")]


def test_a_source_without_a_link_ends_with_its_paragraph(console, capsys):
    show_answer(console, replace(ANSWER, citations=(replace(CITATION, link=""),)))
    assert "http" not in capsys.readouterr().out


def test_what_sources_differ_in_leads_and_how_old_they_are_follows(console, capsys):
    sides = (Side("41 million crowns", 1), Side("38 million crowns", 2))
    answer = replace(
        ANSWER,
        citations=(CITATION, replace(CITATION, n=2, article_id="star", source="Star")),
        disagreement=Disagreement(Difference.CORRECTED, sides),
        freshness="The newest source is 5 days old (14 April 2025).",
    )
    show_answer(console, answer)
    shown = " ".join(capsys.readouterr().out.split())
    assert shown.startswith("A later report corrects an earlier one: 41 million crowns (Gazette, 14 April 2025")
    assert f"{QUOTE} [1] The newest source is 5 days old (14 April 2025)." in shown


def test_a_paragraph_that_is_cited_twice_is_printed_once_with_both_quotes(console, capsys):
    light = replace(CITATION, n=2, quote="Traffic was light.", link="https://gazette.example/bridge#:~:text=Traffic")
    show_answer(console, replace(ANSWER, citations=(CITATION, light)))
    shown = " ".join(capsys.readouterr().out.split())
    assert "[1] [2] Gazette" in shown
    assert f"It is open. »{QUOTE}« »Traffic was light.«" in shown
    assert f"[1] {LINK} [2] {light.link}" in shown


def test_a_timeline_is_printed_with_a_day_on_each_line(console, capsys):
    later = replace(CITATION, n=2, published_at=datetime(2025, 4, 20, tzinfo=UTC))
    answer = replace(
        ANSWER,
        sentences=(Sentence("It opened.", (1,)), Sentence("It closed.", (2,))),
        citations=(CITATION, later),
        is_timeline=True,
    )
    show_answer(console, answer)
    lines = capsys.readouterr().out.strip().split("\n")
    assert lines[:2] == ["14 April 2025: It opened. [1]", "20 April 2025: It closed. [2]"]


def test_a_notice_is_printed_under_the_answer(console, capsys):
    show_answer(console, replace(ANSWER, notice="The language model did not answer."))
    lines = capsys.readouterr().out.split("\n")
    assert lines.index("The language model did not answer.") > lines.index(f"{QUOTE} [1]")


PROSE = Sentence("It cost 41 million crowns.", (1,))
WRITTEN = replace(ANSWER, outcome=Outcome.ANSWERED, sentences=(PROSE, Sentence("Traffic was light.", (1,))))


def test_prose_is_printed_under_the_quotes_sentence_by_sentence_as_it_comes(console, capsys):
    view = AnswerInParts(console)
    view.show_quoted(ANSWER)
    capsys.readouterr()
    view.show_sentence(PROSE)
    heading, line = capsys.readouterr().out.strip().split("\n")
    assert line == f"{PROSE.text} [1]"
    assert "sources of its own below" in heading
    view.show_sentence(WRITTEN.sentences[1])
    assert capsys.readouterr().out == "Traffic was light. [1]\n"


def test_when_the_prose_has_ended_its_notice_and_sources_follow_and_no_sentence_is_repeated(console, capsys):
    view = AnswerInParts(console)
    for sentence in WRITTEN.sentences:
        view.show_sentence(sentence)
    capsys.readouterr()
    view.finish(replace(WRITTEN, notice="It broke off."))
    out = capsys.readouterr().out
    assert out.startswith("It broke off.\n")
    assert "[1] Gazette, 14 April 2025" in out
    assert PROSE.text not in out


def test_where_the_quotes_stand_only_the_notice_follows(console, capsys):
    view = AnswerInParts(console)
    view.show_quoted(ANSWER)
    capsys.readouterr()
    view.finish(replace(ANSWER, notice="The language model did not answer."))
    assert capsys.readouterr().out == "The language model did not answer.\n"


def test_where_other_quotes_than_those_shown_are_the_answer_they_are_printed(console, capsys):
    view = AnswerInParts(console)
    view.show_quoted(ANSWER)
    capsys.readouterr()
    view.finish(replace(ANSWER, sentences=(Sentence("Traffic was light.", (1,)),)))
    assert "Traffic was light. [1]" in capsys.readouterr().out


def test_an_answer_of_which_nothing_was_shown_is_printed_whole(console, capsys):
    AnswerInParts(console).finish(REFUSAL)
    assert REFUSAL.message in capsys.readouterr().out


def test_a_refusal_names_the_nearest_articles(console, capsys):
    show_answer(console, REFUSAL)
    out = capsys.readouterr().out
    assert "That is not in these articles." in out
    assert "Star, undated: Ferry strike ends" in out


def test_a_pipe_gets_no_escape_codes(console, capsys):
    show_answer(console, ANSWER)
    assert "\x1b" not in capsys.readouterr().out


def test_a_terminal_gets_escape_codes(use_terminal):
    terminal = use_terminal()
    show_answer(make_console(), ANSWER)
    assert "\x1b[" in terminal.getvalue()
    assert "»" not in terminal.getvalue()


def test_without_colour_a_terminal_gets_no_escape_codes_and_the_quote_marked(use_terminal):
    terminal = use_terminal()
    show_answer(make_console(no_color=True), ANSWER)
    assert "\x1b" not in terminal.getvalue()
    assert f"»{QUOTE}«" in " ".join(terminal.getvalue().split())


def test_brackets_in_a_text_are_no_markup(console, capsys):
    show_answer(console, replace(REFUSAL, message="It [bold]is[/bold] :smile: so."))
    assert "It [bold]is[/bold] :smile: so." in capsys.readouterr().out


def test_a_hit_is_shown_with_rank_place_and_copies(console, capsys):
    show_hits(console, [HIT])
    out = capsys.readouterr().out
    assert "1  0.0325  Gazette, undated: Harbour bridge opens  bridge:2-3" in out
    assert "also printed as copy-1, copy-2" in out


def test_a_long_passage_is_cut_short(console, capsys):
    show_hits(console, [HIT])
    out = capsys.readouterr().out
    assert out.count("A") == 240
    assert "…" in out


def test_a_report_counts_what_the_build_did_and_names_what_was_skipped(console, capsys):
    show_report(console, REPORT)
    out = " ".join(capsys.readouterr().out.split())
    assert "skipped x.md:4: no text" in out
    assert "generation 000001: 3 articles, 9 passages; 3 added" in out
    assert "1 skipped; 7 passages embedded in 1.2 s, the encoder at work for 90% of it" in out


def test_a_report_names_twenty_bad_articles_and_counts_the_others(console, capsys):
    bad = tuple(BadArticle(f"{n}.md", "no text") for n in range(25))
    show_report(console, replace(REPORT, skipped=25, bad=bad))
    out = capsys.readouterr().out
    assert out.count("no text") == 20
    assert "… and 5 more" in out


def test_facts_are_printed_one_on_a_line(console, capsys):
    show_facts(console, {"generation": None, "built_at": "today", "sources": ["Gazette", "Star"]})
    assert capsys.readouterr().out.split("\n")[:3] == [
        "generation  -",
        "built at    today",
        "sources     Gazette, Star",
    ]


def test_a_table_has_a_row_for_each_record(console, capsys):
    show_table(console, [{"generation": "000001", "live": False}, {"generation": "000002", "live": True}])
    out = capsys.readouterr().out
    assert "000001" in out
    assert "000002" in out


def test_a_table_of_nothing_can_be_printed(console, capsys):
    show_table(console, [])
    assert "000" not in capsys.readouterr().out


def test_a_finding_that_failed_is_followed_by_its_remedy(console, capsys):
    show_findings(console, [Finding("index", False, "there is none", "build one"), Finding("discord", None, "none")])
    out = capsys.readouterr().out.split("\n")
    assert out[0].split() == ["FAIL", "index:", "there", "is", "none"]
    assert out[1].strip() == "build one"
    assert out[2].startswith("-")


@pytest.mark.parametrize(
    ("moment", "shown"), [(datetime(2025, 4, 7, 23, tzinfo=UTC), "7 April 2025"), (None, "undated")]
)
def test_days_are_shown_as_readers_write_them(moment, shown):
    assert format_day(moment) == shown


def test_progress_off_a_terminal_is_plain_lines_on_standard_error(capsys):
    with progress(make_console(stderr=True), quiet=False) as on_progress:
        on_progress("reading", 1, None)
        on_progress("encoding", 3, 12)
    captured = capsys.readouterr()
    assert [line.split(":")[0] for line in captured.err.strip().split("\n")] == ["reading", "encoding"]
    assert "3 of 12" in captured.err
    assert captured.out == ""


def test_quiet_progress_prints_nothing(capsys):
    with progress(make_console(stderr=True), quiet=True) as on_progress:
        on_progress("reading", 1, None)
    assert capsys.readouterr() == ("", "")


def test_progress_on_a_terminal_counts_each_stage(use_terminal):
    terminal = use_terminal()
    with progress(make_console(), quiet=False) as on_progress:
        on_progress("reading", 5, None)
        on_progress("encoding", 3, 12)
        on_progress("encoding", 12, 12)
    assert "encoding" in terminal.getvalue()
    assert "12 articles" in terminal.getvalue()
