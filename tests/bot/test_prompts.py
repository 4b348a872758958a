"""Prompts: their place, their placeholders, and one filled as the model gets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import prompts
from bot.prompts import BadPrompt, data_folder, fill_prompt

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "answer_prompt.txt"


@pytest.fixture
def package(tmp_path, monkeypatch) -> Path:
    """A place for the package `bot` in a temporary checkout or site-packages."""
    folder = tmp_path / "site" / "bot"
    folder.mkdir(parents=True)
    monkeypatch.setattr(prompts, "__file__", str(folder / "prompts.py"))
    return folder


def put_prompt(folder: Path, text: str) -> None:
    folder.mkdir(parents=True)
    (folder / "greet.md").write_text(text, encoding="utf-8")


def test_the_prompts_of_a_checkout_are_found_at_its_root():
    assert data_folder("prompts") == ROOT / "prompts"


def test_the_sample_corpus_of_a_checkout_is_found_at_its_root():
    assert (data_folder("corpus") / "articles").is_dir()


def test_in_a_wheel_the_prompts_are_found_inside_the_package(package):
    put_prompt(package / "_data" / "prompts", "Packaged, {name}.")
    put_prompt(package.parent / "prompts", "Beside it, {name}.")
    assert fill_prompt("greet", name="Ada") == "Packaged, Ada."


def test_a_prompt_is_filled_with_its_values(package):
    put_prompt(package.parent / "prompts", "Good {time}, {name}. {name}!")
    assert fill_prompt("greet", name="Ada", time="day") == "Good day, Ada. Ada!"


def test_braces_in_a_value_are_left_as_they_are(package):
    put_prompt(package.parent / "prompts", "Say {name}.")
    assert fill_prompt("greet", name="{time} {0} }{") == "Say {time} {0} }{."


def test_a_placeholder_that_nothing_fills_is_refused_with_the_file_and_both_lists(package):
    put_prompt(package.parent / "prompts", "Good {time}, {name}.")
    with pytest.raises(BadPrompt, match=r"greet\.md: has the placeholders \['name', 'time'\], needs \['name'\]"):
        fill_prompt("greet", name="Ada")


def test_a_value_that_the_prompt_does_not_ask_for_is_refused(package):
    put_prompt(package.parent / "prompts", "Good day, {name}.")
    with pytest.raises(BadPrompt, match="time"):
        fill_prompt("greet", name="Ada", time="day")


def test_a_missing_prompt_is_refused_with_its_path_and_the_remedy(package):
    with pytest.raises(BadPrompt, match=r"greet\.md: .*; reinstall newsdesk"):
        fill_prompt("greet", name="Ada")


def test_the_answer_prompt_is_filled_as_in_the_golden_file():
    filled = fill_prompt(
        "answer",
        paragraphs="[1] (Gazette, 14 April 2025: Harbour bridge opens) The bridge cost 41 million crowns.",
        today="1 July 2025",
        question="What did the bridge cost?",
    )
    assert filled == GOLDEN.read_text(encoding="utf-8")
