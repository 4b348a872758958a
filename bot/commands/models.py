"""The commands of `newsdesk model`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.commands.options import Json, NoColor, Output, Quiet, console, print_json
from bot.progress import progress_in_bytes
from bot.settings import load_settings
from bot.terminal import show_table
from index.errors import NewsdeskError

model_app = typer.Typer(help="Fetch local language models.", no_args_is_help=True)
ModelName = Annotated[str, typer.Argument(help="A name of `newsdesk model list`; by default the first.")]


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
        print_json(rows)
    else:
        show_table(console(), rows)


@model_app.command("get")
def get_model(name: ModelName = "", quiet: Quiet = False, no_color: NoColor = False) -> None:
    """Fetch a local language model; what has come is kept, and the next try goes on from there."""
    from bot.llm.catalogue import find_entry
    from bot.llm.download import fetch_model

    settings = load_settings()
    entry = find_entry(name)
    try:
        with progress_in_bytes(console(stderr=True), quiet=Output.quiet) as on_progress:
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
