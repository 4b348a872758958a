"""The commands of `newsdesk index`."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.options import Json, NoColor, Output, Quiet, console, print_json
from bot.commands.watching import end_with_input, lower_priority, watch_files
from bot.progress import progress
from bot.settings import load_settings
from bot.terminal import show_facts, show_report, show_table
from index.errors import BuildBusy, NewsdeskError
from index.manifest import Worker

if TYPE_CHECKING:
    from bot.desk import Desk
    from index.survey import OnProgress
    from index.task import Check

_MAX_WORKERS = 64
_POINTS = 1.0

Attached = Annotated[
    bool, typer.Option("--attached", help="End as soon as standard input does, and with it who started this.")
]

index_app = typer.Typer(help="Build and look after the index.", no_args_is_help=True)


@index_app.command("build")
def build(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files and folders of articles.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Make a bad article an error.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for a build that runs already.")] = False,
    gate: Annotated[
        str | None,
        typer.Option(metavar="RUN", help="Do not make it live where a score of this run of `newsdesk eval` falls."),
    ] = None,
    points: Annotated[
        float | None, typer.Option(min=0, help="By how many percentage points a score may fall, 1 by default.")
    ] = None,
    worker: Annotated[
        str, typer.Option(help="Be one of several builders that share a Chroma server, such as 2/8.")
    ] = "",
    urgent: Annotated[bool, typer.Option("--urgent", help="Do not let other processes go before the build.")] = False,
    json_output: Json = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Make the index hold exactly the articles of PATHS.

    Without a path, those of the last build are read again, and at first the sample newsroom.
    """
    if points is not None and not gate:
        raise typer.BadParameter("--points goes with --gate")
    if wait and worker:
        raise typer.BadParameter("--wait does not go with --worker, which waits for the others anyway")
    one_of = _parse_worker(worker) if worker else None
    if not urgent:
        lower_priority()
    from bot.desk import Desk

    desk = Desk(load_settings())
    try:
        with progress(console(stderr=True), quiet=Output.quiet) as on_progress:
            check = _make_gate(desk, gate, points, on_progress) if gate else None
            report = desk.rebuild(
                paths or (), strict=strict, check=check, wait=wait, worker=one_of, on_progress=on_progress
            )
    except KeyboardInterrupt:
        raise NewsdeskError("stopped; the earlier index still answers, and the next build uses what is done") from None
    if json_output:
        bad = [{"place": b.place, "reason": b.reason} for b in report.bad]
        print_json({**asdict(replace(report, bad=())), "bad": bad})
    elif not Output.quiet:
        show_report(console(), report)


def _make_gate(desk: Desk, run: str, points: float | None, on_progress: OnProgress) -> Check:
    from bot.evaluation.gate import make_gate

    return make_gate(desk, run, _POINTS if points is None else points, on_progress)


@index_app.command("watch")
def watch(
    attached: Attached = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Build again whenever the files of the last build change, until it is stopped; a line tells of each build."""
    watch_files(load_settings(), console(), attached=attached)


@index_app.command("compact")
def compact(
    attached: Attached = False,
    json_output: Json = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Merge segments whose merging takes minutes; watching does it by itself, beside its builds."""
    lower_priority()
    if attached:
        end_with_input()
    from bot.desk import Desk
    from index.compaction import compact_index

    desk, n_merged = Desk(load_settings()), 0
    try:
        with progress(console(stderr=True), quiet=Output.quiet) as on_progress:
            n_merged = compact_index(desk.store, on_progress=on_progress)
    except BuildBusy:
        if not attached:  # who watches will look again anyway
            raise
    if json_output:
        print_json({"merged": n_merged})
    elif not Output.quiet:
        print(f"merged {n_merged} segments" if n_merged else "nothing to merge")


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
    from bot.generations import list_generations, open_catalogue

    generations = list_generations(open_catalogue(load_settings()))
    if json_output:
        print_json(generations)
    else:
        show_table(console(), generations)


@index_app.command("rollback")
def rollback(
    generation: Annotated[
        str | None, typer.Argument(help="One that `newsdesk index list` names; by default the one before the live one.")
    ] = None,
    release: Annotated[
        bool, typer.Option("--release", help="Roll nothing back; let watching build again from what is live.")
    ] = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Make an earlier generation live, and hold it until the next `newsdesk index build`."""
    from bot.generations import open_catalogue, roll_back
    from index.encoder import SentenceEncoder

    if release and generation:
        raise typer.BadParameter("--release takes no generation")
    settings = load_settings()
    catalogue = open_catalogue(settings)
    if release:
        catalogue.release()
        note = "released: watching builds again"
    else:
        live = roll_back(catalogue, SentenceEncoder(settings.encoder), generation)
        note = (
            f"generation {live} is live, and held: watching does not build until "
            "`newsdesk index build` or `newsdesk index rollback --release`"
        )
    if not Output.quiet:
        print(note)


@index_app.command("purge")
def purge(
    article_ids: Annotated[list[str], typer.Argument(metavar="ARTICLE_ID…", help="Ids as hits and answers name them.")],
    restore: Annotated[
        bool, typer.Option("--restore", help="Let them in again instead; the next build brings them back.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json_output: Json = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Withdraw articles from all generations, caches and kept answers, so that no rollback and no build revives them.

    Their files are not touched, but no build reads them until --restore.
    """
    from bot.desk import Desk

    desk = Desk(load_settings())
    if restore:
        restored = desk.store.withdrawn.restore(article_ids)
        note = f"let in again: {', '.join(restored) or 'none, for none was withdrawn'}"
        record: dict[str, object] = {"restored": restored}
    else:
        if not yes:
            typer.confirm(f"Withdraw {len(article_ids)} articles from the index in {desk.place}?", abort=True)
        with progress(console(stderr=True), quiet=Output.quiet) as on_progress:
            report = desk.purge(article_ids, on_progress)
        unknown = sorted(set(article_ids) - set(report.articles))
        note = f"withdrawn: {len(report.articles)} articles of {report.passages} passages; "
        note += f"generation {report.generation} is live" if report.generation else "no generation is left"
        note += f"; in no generation, but left out from now on: {', '.join(unknown)}" if unknown else ""
        record = asdict(report)
    if json_output:
        print_json(record)
    elif not Output.quiet:
        print(note)


@index_app.command("repair")
def repair(
    from_corpus: Annotated[
        bool, typer.Option("--from-corpus", help="Build afterwards, so that articles that were lost are back.")
    ] = False,
    json_output: Json = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Mend what `newsdesk doctor` finds wrong with the index.

    Caches are derived anew, and damaged segments copied; the articles of those that cannot be read are taken out.
    """
    from bot.desk import Desk

    desk = Desk(load_settings())
    with progress(console(stderr=True), quiet=Output.quiet) as on_progress:
        report = desk.repair(on_progress)
        built = desk.rebuild(on_progress=on_progress) if from_corpus and report.lost else None
    if json_output:
        print_json(asdict(report))
    elif not Output.quiet:
        for line in report.mended or ("nothing is wrong",):
            print(line)
        if built:
            show_report(console(), built)
        elif report.lost:
            print(f"{report.lost} articles are missing; run `newsdesk index build` to bring them back")


@index_app.command("drop")
def drop(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Delete the whole index; the articles it was built from are not touched."""
    from bot.desk import Desk

    desk = Desk(load_settings())
    if not yes:
        typer.confirm(f"Delete the index in {desk.place}?", abort=True)
    desk.drop()


def _parse_worker(text: str) -> Worker:
    number, _, count = text.partition("/")
    if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count) <= _MAX_WORKERS):
        raise typer.BadParameter(f"give a number and how many there are, such as 2/8, not {text!r}")
    return Worker(int(number), int(count))
