"""The README names every command and every setting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from bot.cli import app
from bot.settings import Settings

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


def list_commands(group: typer.Typer = app, prefix: str = "newsdesk") -> Iterator[str]:
    for command in group.registered_commands:
        function = command.callback
        assert function is not None
        yield f"{prefix} {command.name or function.__name__.replace('_', '-')}"
    for inner in group.registered_groups:
        assert inner.typer_instance is not None
        yield from list_commands(inner.typer_instance, f"{prefix} {inner.name}")


def test_commands_are_found_in_the_application():
    assert {"newsdesk ask", "newsdesk index build", "newsdesk bot"} <= set(list_commands())


@pytest.mark.parametrize("command", list(list_commands()))
def test_the_readme_names_every_command(command):
    assert command in README


@pytest.mark.parametrize("setting", list(Settings.model_fields))
def test_the_readme_names_every_setting(setting):
    assert f"NEWSDESK_{setting.upper()}" in README
