"""Questions as people give them, on the command line or a line of a file, made into Question."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from bot.types import Question, Turn
from index.dates import parse_bound
from index.errors import BadDate, NewsdeskError
from index.types import Filters

_KEYS = frozenset({"question", "now", "as_of", "since", "until", "source", "history"})
_OF_DATASETS = frozenset({"id", "kind", "answers", "articles", "paragraphs", "choices", "asked_on"})
"""What a line of an evaluation's questions has besides; it does not change the answer."""


class BadQuestion(NewsdeskError):
    """A line of a question file that cannot be read, or a bound that is no date."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The bounds of a question as typed; empty text where none is given."""

    now: str = ""
    since: str = ""
    until: str = ""
    as_of: str = ""
    sources: tuple[str, ...] = ()


def make_question(text: str, wording: Wording, zone: tzinfo, history: Sequence[Turn] = ()) -> Question:
    """Resolve dates against the moment of asking, which is this one unless `wording.now` names another.

    Raises:
        BadQuestion: A bound is not a date, or the bounds leave no time between them.
    """
    text = _without_surrogates(text)
    now = _bound("now", wording.now, datetime.now(UTC), zone, end=True) or datetime.now(UTC)
    filters = Filters(
        since=_bound("since", wording.since, now, zone, end=False),
        until=_bound("until", wording.until, now, zone, end=True),
        as_of=_bound("as_of", wording.as_of, now, zone, end=True),
        sources=wording.sources,
    )
    if filters.since and filters.newest and filters.since > filters.newest:
        raise BadQuestion(f"since ({wording.since}) is later than until or as of ({wording.until or wording.as_of})")
    return Question(text, now, filters, tuple(history))


def parse_line(line: str, defaults: Wording, zone: tzinfo) -> Question:
    """A line of a question file: the question itself, or a JSON object with it.

    Raises:
        BadQuestion: The object is no JSON, has no question, unknown keys, or values of a wrong type.
    """
    if not line.lstrip().startswith("{"):
        return make_question(line.strip(), defaults, zone)
    try:
        record = json.loads(line)
    except ValueError as e:
        raise BadQuestion(f"not JSON: {e}") from e
    except RecursionError as e:
        raise BadQuestion("JSON nested too deep") from e
    wording = Wording(
        now=_text(record, "now") or defaults.now,
        since=_text(record, "since") or defaults.since,
        until=_text(record, "until") or defaults.until,
        as_of=_text(record, "as_of") or defaults.as_of,
        sources=_sources(record.get("source")) or defaults.sources,
    )
    if "question" not in record:
        raise BadQuestion("question is missing")
    if unknown := sorted(set(record) - _KEYS - _OF_DATASETS):
        raise BadQuestion(f"unknown keys {', '.join(unknown)}; known are {', '.join(sorted(_KEYS))}")
    text = _text(record, "question")
    return make_question(text, wording, zone, parse_history(record.get("history")))


def parse_history(value: object) -> tuple[Turn, ...]:
    """Earlier turns from a list of objects with question and answer.

    Raises:
        BadQuestion: It is something else.
    """
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(turn, dict) for turn in value):
        raise BadQuestion("history is not a list of objects with question and answer")
    return tuple(Turn(_text(turn, "question"), _text(turn, "answer")) for turn in value)


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadQuestion(f"{key} is not text")
    return _without_surrogates(value).strip()


def _without_surrogates(text: str) -> str:
    """A text that can be encoded: JSON may escape half a character, an argument hold bytes that are no UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _sources(value: object) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else [] if value is None else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise BadQuestion("source is neither text nor a list of texts")
    return tuple(name.strip() for name in names if name.strip())


def _bound(name: str, text: str, now: datetime, zone: tzinfo, *, end: bool) -> datetime | None:
    if not text:
        return None
    try:
        return parse_bound(text, now, zone, end)
    except BadDate as e:
        raise BadQuestion(f"{name}: {e}") from e
