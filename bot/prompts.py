"""Load, check and fill the prompts in `prompts/*.md`."""

from __future__ import annotations

from pathlib import Path
from string import Formatter

from index.errors import NewsdeskError


class BadPrompt(NewsdeskError):
    """A prompt file that is missing, or whose placeholders are not those that are filled."""


def data_folder(name: str) -> Path:
    """The folder `prompts` or `corpus`: inside the wheel under `bot/_data`, or at the root of a checkout."""
    package = Path(__file__).resolve().parent
    packaged = package / "_data" / name
    return packaged if packaged.is_dir() else package.parent / name


def fill_prompt(name: str, /, **values: str) -> str:
    """The prompt `prompts/<name>.md` with its placeholders filled.

    Raises:
        BadPrompt: The file is missing, or asks for other placeholders than the values given.
    """
    path = data_folder("prompts") / f"{name}.md"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as e:
        raise BadPrompt(f"{path}: {e.strerror}; reinstall newsdesk") from e
    wanted = {field for _, field, _, _ in Formatter().parse(text) if field is not None}
    if wanted != set(values):
        raise BadPrompt(f"{path}: has the placeholders {sorted(wanted)}, needs {sorted(values)}")
    return text.format(**values)
