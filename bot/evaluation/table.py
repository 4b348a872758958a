"""Scores as tables on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

_HEADS = {
    "n": "n",
    "hit@1": "hit@1",
    "hit@4": "hit@4",
    "hit@10": "hit@10",
    "mrr@10": "mrr",
    "ndcg@10": "ndcg",
    "answer in hits@1": "in@1",
    "answer in hits@5": "in@5",
    "answer in hits@10": "in@10",
    "answer correct": "right",
    "first sentence correct": "first",
    "refused wrongly": "lost",
    "refused rightly": "refused",
}
_LEGEND = (
    "hit: a gold article among the first passages; in: the answer's words in them; right, first: in the answer, in its "
    "first sentence; lost: answerable but refused; refused: unanswerable and refused"
)
_WIDTH = 110


def show_scores(console: Console, result: Mapping[str, Any]) -> None:
    """One row for all questions and one for each kind; then the time of each stage."""
    kinds: dict[str, Mapping[str, float]] = {"all": result["scores"]}
    if len(result["kinds"]) > 1:
        kinds |= result["kinds"]
    table = Table(title=f"{result['dataset']} ({result['digest'][:8]})", box=None, pad_edge=False, title_justify="left")
    table.add_column("kind", no_wrap=True)
    for head in _HEADS.values():
        table.add_column(head, justify="right", no_wrap=True)
    for kind, scores in kinds.items():
        table.add_row(kind, *(_show(name, scores.get(name)) for name in _HEADS))
    console.width = max(console.width, _WIDTH)
    console.print(table)
    if "refusal precision" in result["scores"]:
        console.print(f"of the refusals, right: {result['scores']['refusal precision']:.3f}")
    for stage, ms in result["timings_ms"].items():
        console.print(f"{stage}: p50 {ms['p50']:.0f} ms, p95 {ms['p95']:.0f} ms")
    console.print(_LEGEND, style="dim")


def _show(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if name == "n" else f"{value:.3f}"
