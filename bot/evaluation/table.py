"""Scores, and how they changed from one run to another, as tables on a terminal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.evaluation.aggregate import METRICS
from bot.evaluation.compare import SIGNIFICANT, Change, ChangedQuestion, Comparison, DatasetComparison, describe_dataset

_HEADS = {
    "hit@1": "hit@1",
    "hit@4": "hit@4",
    "hit@10": "hit@10",
    "recall@10": "recall",
    "all gold@10": "all",
    "mrr@10": "mrr",
    "answer in hits@1": "in@1",
    "answer in hits@5": "in@5",
    "answer in hits@10": "in@10",
    "answer correct": "right",
    "refused wrongly": "lost",
    "refused rightly": "refused",
}
_LEGEND = (
    "hit: a gold article among the first passages; recall, all: share of the gold articles among the first ten, and "
    "whether all are; in: the answer's words in the passages; right: in the answer; lost: answerable but refused; "
    "refused: unanswerable and refused"
)
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_WIDTH = 110
_GAP = 2
_MAX_KIND = 14
_MAX_QUESTIONS = 30


def show_scores(console: Console, dataset: Mapping[str, Any]) -> None:
    """A row for all questions and one for each kind; every score with its interval; the time of each stage."""
    console.width = max(console.width, _WIDTH)
    console.print(_tabulate_kinds(dataset))
    console.print()
    console.print(_tabulate_intervals(dataset["scores"]))
    console.print()
    console.print(_describe_speed(dataset))
    console.print(Text(_LEGEND, style="dim"))


def show_comparison(console: Console, comparison: Comparison) -> None:
    """For each dataset the scores before and after, the changes by kind, and the questions that changed."""
    console.width = max(console.width, _WIDTH)
    for name in comparison.unmatched:
        console.print(_plain(f"{name}: not in {comparison.before}, so there is nothing to compare it with", "yellow"))
    for name in comparison.missing:
        console.print(_plain(f"{name}: only in {comparison.before}, so it was not held against it", "yellow"))
    for dataset in comparison.datasets:
        console.print()
        for warning in dataset.warnings:
            console.print(_plain(f"{dataset.name}: {warning}", "yellow"))
        console.print(_tabulate_changes(comparison, dataset))
        changed = {kind: own for kind, own in dataset.kinds.items() if any(c.points for c in own)}
        if changed and len(dataset.kinds) > 1:
            console.print()
            console.print(_tabulate_changes_by_kind(changed))
        if dataset.questions:
            console.print()
            console.print(_tabulate_questions(dataset.questions))
            if (n_more := len(dataset.questions) - _MAX_QUESTIONS) > 0:
                console.print(f"and {n_more} more")


def _tabulate_kinds(dataset: Mapping[str, Any]) -> Table:
    title = f"{describe_dataset(dataset)} ({dataset['articles_digest'][:8]}), {dataset['n_articles']} articles"
    kinds = {"all": dataset["scores"], **(dataset["kinds"] if len(dataset["kinds"]) > 1 else {})}
    n_of = {kind: sum(kind in ("all", q["kind"]) for q in dataset["questions"]) for kind in kinds}
    table = _make_table("kind", "n", *_HEADS.values(), title=title)
    for kind, scores in kinds.items():
        means = (f"{scores[m]['mean']:.3f}" if m in scores else "-" for m in _HEADS)
        table.add_row(_plain(kind), str(n_of[kind]), *means)
    return table


def _tabulate_intervals(scores: Mapping[str, Mapping[str, Any]]) -> Table:
    """Two scores a row, each with its 95 % interval and the number of questions that have it."""
    rows = [
        (name, f"{s['mean']:.3f}", f"{s['low']:.3f}-{s['high']:.3f}", str(s["n"]))
        for name in METRICS
        if (s := scores.get(name))
    ]
    half = (len(rows) + 1) // 2
    table = _make_table("score", "mean", "95 %", "n", "  score", "mean", "95 %", "n")
    table.columns[4].justify = "left"
    for left, right in zip_longest(rows[:half], rows[half:], fillvalue=("",) * 4):
        table.add_row(*left, f"  {right[0]}", *right[1:])
    return table


def _describe_speed(dataset: Mapping[str, Any]) -> Text:
    stages = [f"{stage} {ms['p50']:.0f}/{ms['p95']:.0f}" for stage, ms in dataset["timings_ms"].items()]
    return Text(f"ms, p50/p95: {', '.join(stages)}; {_describe_build(dataset['build'])}")


def _describe_build(build: Mapping[str, Any]) -> str:
    rate = build["passages_per_s"]
    if rate is None:
        return "nothing embedded, the index was there"
    return f"{rate:.0f} passages/s embedded{'' if build['embedded'] else ' when the index was filled'}"


def _tabulate_changes(comparison: Comparison, dataset: DatasetComparison) -> Table:
    title = f"{dataset.name}: {comparison.after} against {comparison.before}, {dataset.n} questions"
    table = _make_table("score", comparison.before[:20], comparison.after[:20], "points", "p", "n", title=title)
    for c in dataset.changes:
        table.add_row(c.metric, f"{c.before:.3f}", f"{c.after:.3f}", _show_points(c), f"{c.p:.3f}", str(c.n))
    return table


def _tabulate_changes_by_kind(kinds: Mapping[str, Sequence[Change]]) -> Table:
    table = _make_table("kind", *_HEADS.values(), title="points by kind, where there are any; * where p < .05")
    for kind, changes in kinds.items():
        of = {c.metric: c for c in changes}
        table.add_row(_plain(kind), *(_show_points(of[m], star=True) if m in of else "-" for m in _HEADS))
    return table


def _tabulate_questions(questions: Sequence[ChangedQuestion]) -> Table:
    """A line for each question, its text cut to what the others leave of the width."""
    rows = [
        [_cut(q.id, _MAX_KIND), _cut(q.kind, _MAX_KIND), _describe_change(q), _plain(" ".join(q.question.split()))]
        for q in questions[:_MAX_QUESTIONS]
    ]
    used = sum(max(row[i].cell_len for row in rows) + _GAP for i in range(3))
    table = Table(box=None, pad_edge=False, show_header=False)
    for _ in rows[0]:
        table.add_column(no_wrap=True)
    for row in rows:
        row[-1].truncate(_WIDTH - used, overflow="ellipsis")
        table.add_row(*row)
    return table


def _describe_change(question: ChangedQuestion) -> Text:
    parts = (("worse", question.worse, "red"), ("better", question.better, "green"))
    shown = [Text(f"{way}: {' '.join(_HEADS[m] for m in own)}", style) for way, own, style in parts if own]
    return Text("; ").join(shown)


def _cut(text: str, width: int) -> Text:
    shown = _plain(text)
    shown.truncate(width, overflow="ellipsis")
    return shown


def _plain(text: str, style: str = "") -> Text:
    """Text of a dataset, with a mark for what would move the cursor, turn the line or have no encoding."""
    return Text(_UNPRINTABLE.sub("\ufffd", text), style)


def _show_points(change: Change, *, star: bool = False) -> Text:
    """A difference, green where it is surely for the better, red where surely for the worse."""
    sure = change.p < SIGNIFICANT
    style = ("red" if change.loss > 0 else "green") if sure else ""
    return Text(f"{change.points:+.1f}{'*' if star and sure else ''}", style=style)


def _make_table(*heads: str, title: str | None = None) -> Table:
    """A table without lines: its first column names things, the others are numbers."""
    table = Table(title=title and _plain(title), title_justify="left", box=None, pad_edge=False)
    table.add_column(heads[0], no_wrap=True, overflow="ellipsis", max_width=24 if heads[0] == "score" else _MAX_KIND)
    for head in heads[1:]:
        table.add_column(_plain(head), justify="right", no_wrap=True)
    return table
