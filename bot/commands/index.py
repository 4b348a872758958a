"""The commands of `newsdesk index`."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.options import Json, NoColor, Output, Quiet, console, print_json
from bot.settings import load_settings
from bot.terminal import progress, show_facts, show_report, show_table
from index.errors import NewsdeskError

index_app = typer.Typer(help="Build and look after the index.", no_args_is_help=True)


@index_app.command("build")
def build(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files and folders of articles.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Make a bad article an error.")] = False,
    json_output: Json = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Make the index hold exactly the articles of PATHS.

    Without a path, those of the last build are read again, and at first the sample newsroom.
    """
    from bot.desk import Desk

    desk = Desk(load_settings())
    try:
        with progress(console(stderr=True), quiet=Output.quiet) as on_progress:
            report = desk.rebuild(paths or (), strict=strict, on_progress=on_progress)
    except KeyboardInterrupt:
        raise NewsdeskError("stopped; the earlier index still answers, and the next build uses what is done") from None
    if json_output:
        bad = [{"place": b.place, "reason": b.reason} for b in report.bad]
        print_json({**asdict(replace(report, bad=())), "bad": bad})
    elif not Output.quiet:
        show_report(console(), report)


@index_app.command("status")
def status(json_output: Json = False, quiet: Quiet = False, no_color: NoColor = False) -> None:
    """Show the live generation."""
    from bot.desk import Desk

    desk = Desk(load_settings())
    facts = desk.status()
    if json_output:
        print_json(facts)
    else:
        show_facts(console(), facts)
    if facts["generation"] is None:
        raise typer.Exit(1)


@index_app.command("list")
def list_generations(json_output: Json = False, quiet: Quiet = False, no_color: NoColor = False) -> None:
    """List the generations that are kept, oldest first."""
    from bot.desk import Desk

    generations = Desk(load_settings()).generations()
    if json_output:
        print_json(generations)
    else:
        show_table(console(), generations)


@index_app.command("drop")
def drop(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Delete the whole index; the articles it was built from are not touched."""
    from bot.desk import Desk

    settings = load_settings()
    if not yes:
        typer.confirm(f"Delete the index in {settings.home}?", abort=True)
    Desk(settings).drop()
