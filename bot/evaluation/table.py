"""Scores as tables on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

_WHOLE = "all"


def show_scores(console: Console, result: Mapping[str, Any]) -> None:
    """One row for each score, one column for all questions and each kind; then the time of each stage."""
    kinds: dict[str, Mapping[str, float]] = {_WHOLE: result["scores"]}
    if len(result["kinds"]) > 1:
        kinds |= result["kinds"]
    table = Table(f"{result['dataset']} ({result['digest'][:8]})", box=None, pad_edge=False)
    for kind in kinds:
        table.add_column(kind.replace("_", " "), justify="right")
    for name in result["scores"]:
        table.add_row(name, *(_show(name, scores.get(name)) for scores in kinds.values()))
    console.print(table)
    for stage, ms in result["timings_ms"].items():
        console.print(f"{stage}: p50 {ms['p50']:.0f} ms, p95 {ms['p95']:.0f} ms")


def _show(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if name == "n" else f"{value:.3f}"
