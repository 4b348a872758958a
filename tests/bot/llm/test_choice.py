"""The setting that lists the language models."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.llm.choice import ModelChoice, parse_choices


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("local", ModelChoice("local", "qwen2.5-1.5b-instruct", "")),
        ("local/qwen2.5-1.5b-instruct", ModelChoice("local", "qwen2.5-1.5b-instruct", "")),
        ("/models/Small.Q4.gguf", ModelChoice("local", "Small.Q4", "/models/Small.Q4.gguf")),
        ("~/small.GGUF", ModelChoice("local", "small", str(Path.home() / "small.GGUF"))),
        ("ollama/qwen2.5:1.5b", ModelChoice("ollama", "qwen2.5:1.5b", "http://127.0.0.1:11434/v1")),
        ("openai/gpt-4o", ModelChoice("openai", "gpt-4o", "https://api.openai.com/v1")),
        ("anthropic/claude-x", ModelChoice("anthropic", "claude-x", "https://api.anthropic.com/v1")),
        ("http://[::1]:8080/v1/", ModelChoice("endpoint", "default", "http://[::1]:8080/v1")),
        ("https://h/v1#Qwen/Qwen2.5", ModelChoice("endpoint", "Qwen/Qwen2.5", "https://h/v1")),
    ],
)
def test_a_model_is_told_by_its_form(text, choice):
    assert parse_choices(text, "default") == (choice,)


@pytest.mark.parametrize("text", ["", " ", "none"])
def test_no_model_is_wanted_by_none_and_by_nothing(text):
    assert parse_choices(text, "default") == ()


def test_several_models_keep_their_order():
    choices = parse_choices("http://h/v1#big, local , http://h/v1", "small")
    assert [choice.name for choice in choices] == ["big", "qwen2.5-1.5b-instruct", "small"]


@pytest.mark.parametrize(
    "text",
    [
        "pa55word",
        "openai",
        "openai/",
        "ftp://user:pa55word@h/v1",
        "http://",
        "http://user:pa55word@/v1",
        "http://[pa55word/v1",
        "http://h:pa55word/v1",
        "none,local",
        "local,",
        ",",
    ],
)
def test_what_is_none_of_the_forms_is_refused_with_the_forms_and_not_shown(text):
    with pytest.raises(ValueError, match="ollama/NAME") as error:
        parse_choices(text, "default")
    assert "pa55word" not in str(error.value)


def test_a_local_model_that_is_not_in_the_catalogue_is_refused_with_those_that_are():
    with pytest.raises(ValueError, match=r"'other' is not in the catalogue.*qwen2.5-1.5b-instruct"):
        parse_choices("local/other", "default")
