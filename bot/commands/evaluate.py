"""`newsdesk eval`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands.options import NoColor, Output, Quiet, console
from bot.progress import progress
from bot.settings import Settings, load_settings

if TYPE_CHECKING:
    from bot.evaluation.run import Setup


def evaluate(
    datasets: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders with articles and questions; by default the sample newsroom."),
    ] = None,
    haystack: Annotated[
        list[Path] | None,
        typer.Option("--with", help="Index the articles of this dataset along; may be given several times."),
    ] = None,
    fixed_now: Annotated[
        bool, typer.Option("--fixed-now", help="Ask every question on the day of the newest article.")
    ] = False,
    baseline: Annotated[bool, typer.Option("--baseline", help="Measure plain llama-index too.")] = False,
    name: Annotated[
        str | None, typer.Option("--run", help="Keep the run under this name; by default under the time.")
    ] = None,
    compare: Annotated[str | None, typer.Option(help="Show what changed since this run: a name or a file.")] = None,
    gate: Annotated[
        float | None,
        typer.Option(min=0, help="Exit 1 where a score fell by more than these percentage points; with --compare."),
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write the run as an HTML page.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the run here as well.")] = None,
    brief: Annotated[bool, typer.Option("--brief", help="Leave texts and hits out of the file of --json.")] = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Measure retrieval, answers and refusals on questions with known answers."""
    from bot.evaluation import runs
    from bot.evaluation.compare import compare_runs, find_falls
    from bot.evaluation.dataset import check_names
    from bot.evaluation.report import write_report
    from bot.evaluation.run import Setup
    from bot.evaluation.table import show_comparison, show_scores
    from bot.prompts import data_folder

    if gate is not None and compare is None:
        raise typer.BadParameter("--gate goes with --compare")
    if brief and json_file is None:
        raise typer.BadParameter("--brief goes with --json")
    for place in filter(None, (report, json_file)):
        runs.check_place(place)
    folders = datasets or [data_folder("corpus")]
    check_names(folders)
    settings = load_settings()
    now = datetime.now(UTC)
    name = runs.name_run(runs.runs_folder(settings), name, now)
    earlier = None if compare is None else runs.load_run(compare, runs.runs_folder(settings))
    setup = Setup(tuple(haystack or ()), fixed_now)
    results = [result for folder in folders for result in _measure(settings, folder, setup, plain=baseline)]
    run = runs.make_run(settings, name, now, results)
    comparison = compare_runs(earlier, run) if earlier else None
    try:  # everything is kept before anything is printed, for whoever reads the tables may hang up
        runs.save_run(run, runs.runs_folder(settings) / f"{name}.json")
        if json_file:
            runs.save_run(runs.shorten_run(run) if brief else run, json_file)
        if report:
            write_report(run, report, earlier, comparison)
    finally:
        for result in results:
            show_scores(console(), result)
        if comparison:
            show_comparison(console(), comparison)
    if not Output.quiet:
        print(f"kept as run {name}; peak memory {run['peak_memory_mb']:.0f} MB", file=sys.stderr)
    if comparison and gate is not None:
        _hold_gate(find_falls(comparison, gate))


def _measure(settings: Settings, folder: Path, setup: Setup, *, plain: bool) -> Iterator[dict[str, Any]]:
    """The record of a dataset, and where wanted that of plain llama-index."""
    from bot.evaluation.run import measure, measure_plain, prepare

    with progress(console(stderr=True), quiet=Output.quiet) as on_progress:
        trial = prepare(settings, folder, on_progress, setup)
        if not Output.quiet and (missing := trial.find_missing()):
            first = f"{len(missing)} gold articles are in no article file, the first {missing[0]!r}"
            print(f"newsdesk: {trial.dataset.name}: {first}; mend the questions", file=sys.stderr)
        yield measure(trial, on_progress)
        if plain:
            yield measure_plain(trial, on_progress)


def _hold_gate(falls: Sequence[str]) -> None:
    """Exit 1 where scores fell, naming each."""
    for fall in falls:
        print(f"newsdesk: gate: {fall}", file=sys.stderr)
    if falls:
        raise typer.Exit(1)
