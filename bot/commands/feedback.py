"""The commands of `newsdesk feedback`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.options import NoColor, Output, Quiet, print_json
from bot.settings import load_settings

feedback_app = typer.Typer(help="Use what readers in Discord thought of answers.", no_args_is_help=True)


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
            print_json(case)
        return
    write_cases(cases, json_file)
    if not Output.quiet:
        n_open = sum(case["kind"] == TO_JUDGE for case in cases)
        print(f"{len(cases)} cases, {n_open} of them to be judged", file=sys.stderr)
