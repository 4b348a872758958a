"""Answers, hits and reports on a terminal; plain lines where there is none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from bot.doctor import Finding
    from bot.types import Answer, Citation, Nearest, Sentence
    from index.build import BuildReport
    from index.query import Query
    from index.types import Hit

_MAX_BAD_SHOWN = 20
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class _Console(Console):
    """Drops the marks by which a text turns what stands beside it on the line."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else _TURNING.sub("", text), style, control)


def make_console(*, stderr: bool = False, no_color: bool = False) -> Console:
    """A console that leaves text as it is: no markup, no guessing at numbers; with `no_color`, no escape codes."""
    return _Console(
        stderr=stderr,
        no_color=no_color or None,
        color_system=None if no_color else "auto",
        highlight=False,
        markup=False,
        emoji=False,
    )


def show_answer(console: Console, answer: Answer) -> None:
    """In what its sources differ, the answer, its notice, and each source with the paragraph that proves it."""
    console.print()
    _show_sides(console, answer)
    if answer.is_timeline:
        for sentence in answer.sentences:
            day = format_day(answer.citations[sentence.citations[0] - 1].published_at)
            console.print(Text(f"{day}: ", style="bold").append_text(_marked(sentence)))
    elif answer.sentences:
        console.print(Text(" ").join(_marked(s) for s in answer.sentences))
    else:
        console.print(Text(answer.message))
    _show_below(console, answer)


class AnswerInParts:
    """Shows an answer as it comes: the quoted one, each sentence of prose on its own line, and what belongs below."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._quoted: Answer | None = None
        self._in_prose = False

    def show_quoted(self, answer: Answer) -> None:
        """The quoted answer, whole, before a model is asked."""
        self._quoted = answer
        show_answer(self._console, answer)

    def show_sentence(self, sentence: Sentence) -> None:
        """One sentence of prose; the first is headed, for the numbers of the quotes above are others."""
        if not self._in_prose:
            self._in_prose = True
            self._console.print(Text("\nIn prose, with sources of its own below:", style="dim"))
        self._console.print(_marked(sentence))

    def finish(self, answer: Answer) -> None:
        """What was not shown yet."""
        if self._in_prose:
            _show_sides(self._console, answer)
            _show_below(self._console, answer)
        elif self._quoted and answer.sentences == self._quoted.sentences:
            _show_notice(self._console, answer)
        else:
            show_answer(self._console, answer)


def _show_below(console: Console, answer: Answer) -> None:
    """Notes, sources, and for a refusal the nearest articles."""
    if answer.freshness:
        console.print(Text(answer.freshness))
    _show_notice(console, answer)
    paragraphs: dict[tuple[str, int], list[Citation]] = {}
    for citation in answer.citations:
        paragraphs.setdefault((citation.article_id, citation.paragraph), []).append(citation)
    for citations in paragraphs.values():
        console.print()
        show_paragraph(console, citations)
    if answer.nearest:
        console.print(Text("\nNearest in these articles:"))
        for near in answer.nearest:
            console.print(Padding(_headline(near), (0, 0, 0, 2)))


def _show_sides(console: Console, answer: Answer) -> None:
    from bot.sides import describe_sides

    if answer.disagreement:
        console.print(Text(describe_sides(answer), style="bold"))


def _show_notice(console: Console, answer: Answer) -> None:
    if answer.notice:
        console.print(Text(answer.notice, style="yellow"))


def show_query(console: Console, query: Query) -> None:
    """What was understood of a question."""
    for name, values in query.summary().items():
        console.print(Text(f"{name}: {'; '.join(values)}", style="dim"))


def show_hits(console: Console, hits: Sequence[Hit], *, explain: bool = False) -> None:
    """Hits with their first lines, and where wanted what their scores are made of."""
    for hit in hits:
        where = f"{hit.passage.article_id}:{hit.passage.first}-{hit.passage.last}"
        line = Text(f"{hit.rank:>3}  {hit.score:.4f}  ").append_text(_headline(hit))
        console.print(line.append(f"  {where}", style="dim"))
        text = hit.passage.text.replace("\n\n", " ")
        console.print(Padding(Text(text[:240] + ("…" if len(text) > 240 else "")), (0, 0, 0, 5)))
        if hit.copies:
            console.print(Padding(Text(f"also printed as {', '.join(hit.copies)}", style="dim"), (0, 0, 0, 5)))
        if explain:
            ranks = f"by meaning {_rank(hit.dense_rank)}, by words {_rank(hit.lexical_rank)}"
            features = ", ".join(f"{name} {value:g}" for name, value in hit.why.items())
            console.print(Padding(Text(f"{ranks}; {features}", style="dim"), (0, 0, 0, 5)))


def _rank(rank: int | None) -> str:
    return "unranked" if rank is None else f"no. {rank}"


def show_report(console: Console, report: BuildReport) -> None:
    """What a build did, the bad articles first."""
    for bad in report.bad[:_MAX_BAD_SHOWN]:
        console.print(Text(f"skipped {bad}", style="yellow"))
    if report.skipped > _MAX_BAD_SHOWN:
        console.print(Text(f"… and {report.skipped - _MAX_BAD_SHOWN} more", style="yellow"))
    console.print(describe_report(report))


def describe_report(report: BuildReport) -> str:
    """What a build did, in one line."""
    withdrawn = f", {report.withdrawn} withdrawn" if report.withdrawn else ""
    busy = f", the encoder at work for {report.encoder_busy:.0%} of it" if report.embedded else ""
    return (
        f"generation {report.generation}: {report.articles} articles, {report.passages} passages; "
        f"{report.added} added, {report.changed} changed, {report.removed} removed, "
        f"{report.unchanged} unchanged, {report.skipped} skipped{withdrawn}; "
        f"{report.embedded} passages embedded in {report.seconds:.1f} s{busy}"
    )


def show_facts(console: Console, facts: Mapping[str, object]) -> None:
    """Names and values, one on each line; lists joined by commas."""
    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        shown = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value
        console.print(Text(f"{name.replace('_', ' '):<{width}}  {'-' if shown is None else shown}"))


def show_table(console: Console, rows: Sequence[Mapping[str, object]]) -> None:
    """Records as a table, under the keys of the first."""
    if not rows:
        console.print("nothing yet; run `newsdesk index build`")
        return
    table = Table(*(name.replace("_", " ") for name in rows[0]), box=None, pad_edge=False)
    for row in rows:
        table.add_row(*map(str, row.values()))
    console.print(table)


def show_findings(console: Console, findings: Sequence[Finding]) -> None:
    """What the doctor found, each trouble with its remedy."""
    signs = {True: ("ok", "green"), False: ("FAIL", "bold red"), None: ("-", "dim")}
    for finding in findings:
        sign, style = signs[finding.ok]
        console.print(Text(f"{sign:<5}", style=style).append(f"{finding.name}: {finding.state}", style="default"))
        if finding.ok is False:
            console.print(Padding(Text(finding.remedy), (0, 0, 0, 5)))


def format_day(moment: datetime | None) -> str:
    """A day as readers see it, such as `17 April 2025`."""
    return "undated" if moment is None else f"{moment:%-d %B %Y}"


def _marked(sentence: Sentence) -> Text:
    text = Text(sentence.text)
    for a, b in sentence.highlights:
        text.stylize("bold", a, b)
    return text.append("".join(f" [{n}]" for n in sentence.citations), style="cyan")


def show_paragraph(console: Console, citations: Sequence[Citation]) -> None:
    """A paragraph that citations share, under their numbers, with each one's quote marked and its link."""
    first = citations[0]
    head = Text(" ".join(f"[{c.n}]" for c in citations) + " ", style="cyan").append_text(_headline(first))
    console.print(head.append(f" · paragraph {first.paragraph}", style="dim"))
    shown = Text()
    at = 0
    for start, end in sorted((first.text.find(c.quote), first.text.find(c.quote) + len(c.quote)) for c in citations):
        if start < at:
            continue
        shown.append(first.text[at:start])
        quote = first.text[start:end]
        is_styled = console.is_terminal and not console.no_color
        shown.append(quote if is_styled else f"»{quote}«", style="bold green" if is_styled else "")
        at = end
    console.print(Padding(shown.append(first.text[at:]), (0, 0, 0, 4)))
    for c in citations:
        if c.link:
            number = f"[{c.n}] " if len(citations) > 1 else ""
            console.print(Text(f"    {number}").append(c.link, style="blue"), soft_wrap=True)


def _headline(item: Citation | Nearest | Hit) -> Text:
    return Text(f"{item.source}, {format_day(item.published_at)}: ").append(item.title, style="italic")
