"""The command line: ask, check, search, index, model, feedback, eval, doctor, bot."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from bot.commands.corpus import corpus_app
from bot.commands.evaluate import evaluate
from bot.commands.feedback import feedback_app
from bot.commands.index import index_app
from bot.commands.models import model_app
from bot.commands.options import AsOf, Json, NoColor, Now, Output, Quiet, Since, Source, Until, console, print_json
from bot.settings import Settings, load_settings
from bot.terminal import AnswerInParts, show_findings, show_hits, show_query
from bot.version import find_version
from index.errors import NewsdeskError

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.questions import Wording
    from bot.types import Question

app = typer.Typer(
    help="Answers questions about the news, each sentence with the source paragraph that proves it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(index_app, name="index")
app.add_typer(corpus_app, name="corpus")
app.add_typer(model_app, name="model")
app.add_typer(feedback_app, name="feedback")
app.command("eval")(evaluate)

_ERROR_LOG = "errors.log"


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"newsdesk {find_version()}")
        raise typer.Exit


@app.callback()
def _common(
    quiet: Quiet = False,
    no_color: NoColor = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    Output.quiet, Output.no_color = quiet, no_color


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
    from bot.questions import Wording

    if file is not None and (question or not json_output):
        raise typer.BadParameter("--file goes with --json and without a question")
    settings = load_settings() if llm is None else load_settings(llm=llm)
    wording = Wording(now, since, until, as_of, tuple(source or ()))
    asked = _question(question, wording, settings)
    desk = Desk(settings)
    if file is not None:
        for line in _question_lines(file):
            print_json(_answer_line(desk, line, wording))
        return
    if json_output:
        print_json(desk.answerer.ask(asked).to_json())
        return
    view = AnswerInParts(console())
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
    from bot.questions import Wording

    if (file is None) == (not text):
        raise typer.BadParameter("give a text, or --file without one")
    settings = load_settings()
    given = text if file is None else _read_beginning(file, MAX_CHARS + 1)
    asked = _question(given, Wording(now, since, until, as_of, tuple(source or ())), settings)
    checked = Desk(settings).check(asked)
    if json_output:
        print_json(checked.to_json())
    else:
        show_check(console(), checked)


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
    from bot.questions import Wording
    from bot.types import explained_hit_json, hit_json

    settings = load_settings()
    asked = _question(text, Wording(now, since, until, as_of, tuple(source or ())), settings)
    desk = Desk(settings)
    hits = desk.search(asked, k)
    if json_output:
        print_json([explained_hit_json(hit) if explain else hit_json(hit) for hit in hits])
        return
    if explain:
        show_query(console(), desk.understand(asked))
    show_hits(console(), hits, explain=explain)


@app.command()
def doctor(json_output: Json = False, quiet: Quiet = False, no_color: NoColor = False) -> None:
    """Check what is installed, configured, indexed and reachable; exit 1 where something is not."""
    from bot.doctor import examine

    findings = examine()
    if json_output:
        print_json([asdict(f) for f in findings])
    else:
        show_findings(console(), findings)
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


def _question(text: str, wording: Wording, settings: Settings) -> Question:
    """A question whose bounds are checked; one that cannot be understood is a usage error."""
    from bot.questions import BadQuestion, make_question

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
    from bot.questions import BadQuestion, parse_line
    from bot.types import Answer, Outcome

    try:
        return desk.answerer.ask(parse_line(line, defaults, desk.settings.zone)).to_json()
    except BadQuestion as e:
        return {**Answer(line.strip(), Outcome.ERROR).to_json(), "error": str(e)}


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
