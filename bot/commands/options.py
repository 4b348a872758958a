"""What all commands share: how they talk, and the options that several have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.terminal import make_console

if TYPE_CHECKING:
    from rich.console import Console


class Output:
    """How this run talks: set by --quiet and --no-color, wherever they stand."""

    quiet = False
    no_color = False


def _be_quiet(value: bool) -> bool:
    Output.quiet = Output.quiet or value
    return value


def _drop_color(value: bool) -> bool:
    Output.no_color = Output.no_color or value
    return value


Quiet = Annotated[bool, typer.Option("--quiet", "-q", callback=_be_quiet, help="Print no progress and no notes.")]
NoColor = Annotated[bool, typer.Option("--no-color", callback=_drop_color, help="Print without colours.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else on standard output.")]
Since = Annotated[str, typer.Option(help="Only articles from this date on; such as 2025-04-17 or 'last week'.")]
Until = Annotated[str, typer.Option(help="Only articles up to this date.")]
AsOf = Annotated[str, typer.Option("--as-of", help="Answer as on this date: nothing published later is seen.")]
Now = Annotated[str, typer.Option(help="The moment the question is asked; by default the present one.")]
Source = Annotated[list[str] | None, typer.Option(help="Only this outlet; may be given several times.")]


def console(*, stderr: bool = False) -> Console:
    """Where this run prints to."""
    return make_console(stderr=stderr, no_color=Output.no_color)


def print_json(value: Any) -> None:
    """One line of JSON, with a question mark for half a character, which no encoding has."""
    line = json.dumps(value, ensure_ascii=False)
    print(line.encode("utf-8", "replace").decode("utf-8"), flush=True)
