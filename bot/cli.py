"""The command line: ask, check, search, index, model, feedback, eval, doctor, bot."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, replace
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from bot.questions import BadQuestion, Wording, make_question, parse_line
from bot.settings import Settings, load_settings
from bot.terminal import (
    AnswerInParts,
    make_console,
    progress,
    progress_in_bytes,
    show_facts,
    show_findings,
    show_hits,
    show_query,
    show_report,
    show_table,
)
from bot.types import Answer, Outcome, Question, explained_hit_json, hit_json
from index.errors import NewsdeskError

if TYPE_CHECKING:
    from rich.console import Console

    from bot.desk import Desk
    from bot.evaluation.run import Setup

app = typer.Typer(
    help="Answers questions about the news, each sentence with the source paragraph that proves it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
index_app = typer.Typer(help="Build and look after the index.", no_args_is_help=True)
app.add_typer(index_app, name="index")
model_app = typer.Typer(help="Fetch local language models.", no_args_is_help=True)
app.add_typer(model_app, name="model")
feedback_app = typer.Typer(help="Use what readers in Discord thought of answers.", no_args_is_help=True)
app.add_typer(feedback_app, name="feedback")

_ERROR_LOG = "errors.log"


class _Output:
    """How this run talks: set by --quiet and --no-color, wherever they stand."""

    quiet = False
    no_color = False


def _be_quiet(value: bool) -> bool:
    _Output.quiet = _Output.quiet or value
    return value


def _drop_color(value: bool) -> bool:
    _Output.no_color = _Output.no_color or value
    return value


Quiet = Annotated[bool, typer.Option("--quiet", "-q", callback=_be_quiet, help="Print no progress and no notes.")]
NoColor = Annotated[bool, typer.Option("--no-color", callback=_drop_color, help="Print without colours.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else on standard output.")]
Since = Annotated[str, typer.Option(help="Only articles from this date on; such as 2025-04-17 or 'last week'.")]
Until = Annotated[str, typer.Option(help="Only articles up to this date.")]
AsOf = Annotated[str, typer.Option("--as-of", help="Answer as on this date: nothing published later is seen.")]
Now = Annotated[str, typer.Option(help="The moment the question is asked; by default the present one.")]
ModelName = Annotated[str, typer.Argument(help="A name of `newsdesk model list`; by default the first.")]
Source = Annotated[list[str] | None, typer.Option(help="Only this outlet; may be given several times.")]


@app.callback()
def _common(quiet: Quiet = False, no_color: NoColor = False) -> None:
    _Output.quiet, _Output.no_color = quiet, no_color


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="What you want to know.")] = "",
    file: Annotated[
        Path | None, typer.Option(help="Answer every line of a file, `-` for standard input; needs --json.")
    ] = None,
    since: Since = "",
    until: Until = "",
    as_of: AsOf = "",
    now: Now = "",
    source: Source = None,
    json_output: Json = False,
    llm: Annotated[
        str | None,
        typer.Option(help="A language model for prose instead of quotes, written as in NEWSDESK_LLM."),
    ] = None,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Answer a question, with the paragraphs that prove it."""
    from bot.desk import Desk

    if file is not None and (question or not json_output):
        raise typer.BadParameter("--file goes with --json and without a question")
    settings = load_settings() if llm is None else load_settings(llm=llm)
    wording = Wording(now, since, until, as_of, tuple(source or ()))
    asked = _question(question, wording, settings)
    desk = Desk(settings)
    if file is not None:
        for line in _question_lines(file):
            _print_json(_answer_line(desk, line, wording))
        return
    if json_output:
        _print_json(desk.answerer.ask(asked).to_json())
        return
    view = AnswerInParts(_console())
    view.finish(desk.answerer.ask(asked, view.show_quoted, lambda sentence, _: view.show_sentence(sentence)))


@app.command()
def check(
    text: Annotated[str, typer.Argument(help="What somebody claims; a sentence or a whole message.")] = "",
    file: Annotated[Path | None, typer.Option(help="Check the text of a file, `-` for standard input.")] = None,
    since: Since = "",
    until: Until = "",
    as_of: AsOf = "",
    now: Now = "",
    source: Source = None,
    json_output: Json = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Hold each claim of a text against the articles: supported, contradicted, disputed or not in them."""
    from bot.claims.show import show_check
    from bot.claims.split import MAX_CHARS
    from bot.desk import Desk

    if (file is None) == (not text):
        raise typer.BadParameter("give a text, or --file without one")
    settings = load_settings()
    given = text if file is None else _read_beginning(file, MAX_CHARS + 1)
    asked = _question(given, Wording(now, since, until, as_of, tuple(source or ())), settings)
    checked = Desk(settings).check(asked)
    if json_output:
        _print_json(checked.to_json())
    else:
        show_check(_console(), checked)


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="What to look for.")],
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many passages.")] = 10,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show what was understood, and why each passage is where it is.")
    ] = False,
    since: Since = "",
    until: Until = "",
    as_of: AsOf = "",
    now: Now = "",
    source: Source = None,
    json_output: Json = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Show the passages that are found for a text, the best first."""
    from bot.desk import Desk

    settings = load_settings()
    asked = _question(text, Wording(now, since, until, as_of, tuple(source or ())), settings)
    desk = Desk(settings)
    hits = desk.search(asked, k)
    if json_output:
        _print_json([explained_hit_json(hit) if explain else hit_json(hit) for hit in hits])
        return
    if explain:
        show_query(_console(), desk.understand(asked))
    show_hits(_console(), hits, explain=explain)


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

    console = _console(stderr=True)
    desk = Desk(load_settings())
    try:
        with progress(console, quiet=_Output.quiet) as on_progress:
            report = desk.rebuild(paths or (), strict=strict, on_progress=on_progress)
    except KeyboardInterrupt:
        raise NewsdeskError("stopped; the earlier index still answers, and the next build uses what is done") from None
    if json_output:
        bad = [{"place": b.place, "reason": b.reason} for b in report.bad]
        _print_json({**asdict(replace(report, bad=())), "bad": bad})
    elif not _Output.quiet:
        show_report(_console(), report)


@index_app.command("status")
def status(json_output: Json = False, quiet: Quiet = False, no_color: NoColor = False) -> None:
    """Show the live generation."""
    from bot.desk import Desk

    desk = Desk(load_settings())
    facts = desk.status()
    if json_output:
        _print_json(facts)
    else:
        show_facts(_console(), facts)
    if facts["generation"] is None:
        raise typer.Exit(1)


@index_app.command("list")
def list_generations(json_output: Json = False, quiet: Quiet = False, no_color: NoColor = False) -> None:
    """List the generations that are kept, oldest first."""
    from bot.desk import Desk

    generations = Desk(load_settings()).generations()
    if json_output:
        _print_json(generations)
    else:
        show_table(_console(), generations)


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


@model_app.command("list")
def list_models(json_output: Json = False, quiet: Quiet = False, no_color: NoColor = False) -> None:
    """List the local language models that can be fetched."""
    from bot.llm.catalogue import CATALOGUE

    home = load_settings().home
    rows = [
        {"name": e.name, "megabytes": round(e.n_bytes / 1e6), "licence": e.licence, "here": e.path_in(home).exists()}
        for e in CATALOGUE
    ]
    if json_output:
        _print_json(rows)
    else:
        show_table(_console(), rows)


@model_app.command("get")
def get_model(name: ModelName = "", quiet: Quiet = False, no_color: NoColor = False) -> None:
    """Fetch a local language model; what has come is kept, and the next try goes on from there."""
    from bot.llm.catalogue import find_entry
    from bot.llm.download import fetch_model

    settings = load_settings()
    entry = find_entry(name)
    try:
        with progress_in_bytes(_console(stderr=True), quiet=_Output.quiet) as on_progress:
            path = fetch_model(entry, settings.home, settings.model_hub, on_progress)
    except KeyboardInterrupt:
        raise NewsdeskError("stopped; run the command again to go on") from None
    print(path)


@model_app.command("path")
def show_model_path(name: ModelName = "", quiet: Quiet = False, no_color: NoColor = False) -> None:
    """Print where the file of a fetched model lies."""
    from bot.llm.catalogue import find_entry

    entry = find_entry(name)
    path = entry.path_in(load_settings().home)
    if not path.exists():
        raise NewsdeskError(f"{entry.name} is not on this machine; run `newsdesk model get {entry.name}`")
    print(path)


@feedback_app.command("export")
def export_feedback(
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the cases here instead.")] = None,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Print every rated answer as a case for `newsdesk eval`, a JSON object a line, and nothing of who rated it."""
    from bot.ledger.cases import TO_JUDGE, make_cases, write_cases
    from bot.ledger.ledger import open_ledger

    ledger = open_ledger(load_settings())
    cases = list(make_cases(ledger.answers, ledger.feedback))
    if json_file is None:
        for case in cases:
            _print_json(case)
        return
    write_cases(cases, json_file)
    if not _Output.quiet:
        n_open = sum(case["kind"] == TO_JUDGE for case in cases)
        print(f"{len(cases)} cases, {n_open} of them to be judged", file=sys.stderr)


@app.command("eval")
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
            show_scores(_console(), result)
        if comparison:
            show_comparison(_console(), comparison)
    if not _Output.quiet:
        print(f"kept as run {name}; peak memory {run['peak_memory_mb']:.0f} MB", file=sys.stderr)
    if comparison and gate is not None:
        _hold_gate(find_falls(comparison, gate))


@app.command()
def doctor(json_output: Json = False, quiet: Quiet = False, no_color: NoColor = False) -> None:
    """Check what is installed, configured, indexed and reachable; exit 1 where something is not."""
    from bot.doctor import examine

    findings = examine()
    if json_output:
        _print_json([asdict(f) for f in findings])
    else:
        show_findings(_console(), findings)
    if any(f.ok is False for f in findings):
        raise typer.Exit(1)


@app.command("bot")
def run_bot(
    invite: Annotated[bool, typer.Option("--invite", help="Print the link that adds the bot to a server.")] = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Answer in Discord, with the token in DISCORD_TOKEN."""
    from bot.chat.serve import make_invitation, run

    if invite:
        print(make_invitation(load_settings()))
    else:
        run(load_settings())


def main() -> None:
    """Run the command line; expected errors become one line, others are logged."""
    try:
        app()
    except NewsdeskError as e:
        _fail(str(e))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except Exception as e:
        _fail(f"something went wrong ({type(e).__name__}: {e}); {_log_traceback()}")


def _console(*, stderr: bool = False) -> Console:
    return make_console(stderr=stderr, no_color=_Output.no_color)


def _print_json(value: Any) -> None:
    """One line of JSON, with a question mark for half a character, which no encoding has."""
    line = json.dumps(value, ensure_ascii=False)
    print(line.encode("utf-8", "replace").decode("utf-8"), flush=True)


def _question(text: str, wording: Wording, settings: Settings) -> Question:
    """A question whose bounds are checked; one that cannot be understood is a usage error."""
    try:
        return make_question(text, wording, settings.zone)
    except BadQuestion as e:
        raise typer.BadParameter(str(e)) from e


def _read_beginning(file: Path, n_chars: int) -> str:
    """The first characters of a text file, or of standard input for `-`."""
    try:
        with nullcontext(sys.stdin.buffer) if str(file) == "-" else file.open("rb") as stream:
            return TextIOWrapper(stream, "utf-8-sig", errors="replace").read(n_chars)
    except OSError as e:
        raise NewsdeskError(f"{file}: {e.strerror}; give a text file to check, or `-` for standard input") from e


def _question_lines(file: Path) -> Iterator[str]:
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as e:
        raise NewsdeskError(f"{file}: {e.strerror}; give a file with a question on each line") from e
    lines = content.decode("utf-8-sig", errors="replace").split("\n")
    yield from lines[:-1] if lines[-1] == "" else lines


def _answer_line(desk: Desk, line: str, defaults: Wording) -> dict[str, Any]:
    try:
        return desk.answerer.ask(parse_line(line, defaults, desk.settings.zone)).to_json()
    except BadQuestion as e:
        return {**Answer(line.strip(), Outcome.ERROR).to_json(), "error": str(e)}


def _measure(settings: Settings, folder: Path, setup: Setup, *, plain: bool) -> Iterator[dict[str, Any]]:
    """The record of a dataset, and where wanted that of plain llama-index."""
    from bot.evaluation.run import measure, measure_plain, prepare

    with progress(_console(stderr=True), quiet=_Output.quiet) as on_progress:
        trial = prepare(settings, folder, on_progress, setup)
        if not _Output.quiet and (missing := trial.find_missing()):
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


def _fail(message: str) -> NoReturn:
    print(f"newsdesk: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(1)


def _log_traceback() -> str:
    """Keep the traceback of the current error; returns where it is, for the message."""
    try:
        path = load_settings().home / _ERROR_LOG
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n{traceback.format_exc()}\n")
    except (NewsdeskError, OSError):
        return "set NEWSDESK_HOME to a folder that can be written to"
    return f"the details are in {path}"
