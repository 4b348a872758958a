"""An earlier run as the gate of a new generation: its questions, asked of that generation before it is live."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from datetime import UTC, datetime, tzinfo
from typing import Any

from bot.desk import Desk
from bot.evaluation.compare import compare_runs, find_falls
from bot.evaluation.dataset import Dataset, GoldQuestion
from bot.evaluation.record import Build
from bot.evaluation.run import PLAIN, Setup, Trial, measure
from bot.evaluation.runs import BadRun, load_run, make_run, runs_folder
from bot.types import Question, Turn
from index.errors import CheckFailed
from index.generation import Generation
from index.reader import Reader
from index.survey import OnProgress
from index.task import Check
from index.types import Filters

_BOUNDS = ("since", "until", "as_of")


def make_gate(desk: Desk, run: str, points: float, on_progress: OnProgress = lambda *_: None) -> Check:
    """What refuses a generation of which a gated score is worse than that of a run by more than some points.

    Args:
        run: The run's name, or the path of its file.

    Raises:
        BadRun: There is no such run, or it was kept without its questions.
    """
    earlier = load_run(run, runs_folder(desk.settings))
    datasets = [d for d in earlier["datasets"] if not d["dataset"].endswith(PLAIN)]
    if any("question" not in q for d in datasets for q in d["questions"]):
        raise BadRun(f"{run}: is a brief run, without its questions; name one that `newsdesk eval` kept whole")

    def check(generation: Generation) -> None:
        newer = _with_reader(desk, generation)
        records = [measure(_make_trial(newer, record, generation), on_progress) for record in datasets]
        measured = make_run(desk.settings, generation.name, datetime.now(UTC), records)
        falls = find_falls(compare_runs({**earlier, "datasets": datasets}, measured), points)
        if falls:
            raise CheckFailed(f"generation {generation.name} does not pass the gate of {earlier['name']}: {falls[0]}")

    return check


class _Fixed(Reader):
    """A reader of one generation, live or not."""

    def __init__(self, desk: Desk, generation: Generation) -> None:
        super().__init__(desk.store, desk.encoder)
        self._generation = generation

    def current(self) -> Generation:
        return self._generation


def _with_reader(desk: Desk, generation: Generation) -> Desk:
    """The same desk, as if that generation were live."""
    other = copy(desk)
    other.__dict__.pop("answerer", None)
    other.reader = _Fixed(desk, generation)
    return other


def _make_trial(desk: Desk, record: Mapping[str, Any], generation: Generation) -> Trial:
    questions = tuple(read_gold(q, desk.settings.zone) for q in record["questions"])
    manifest = generation.manifest
    return Trial(
        settings=desk.settings,
        setup=Setup(fixed_now=bool(record.get("fixed_now"))),
        dataset=Dataset(record["dataset"], generation.name, (), questions, str(record.get("questions_digest", ""))),
        key=generation.name,
        articles=(),
        others=tuple(record.get("with") or ()),
        desk=desk,
        build=Build(manifest.n_articles, manifest.n_passages, 0, 0.0, None),
    )


def read_gold(record: Mapping[str, Any], zone: tzinfo) -> GoldQuestion:
    """A question as a run keeps it."""
    return GoldQuestion(
        id=record["id"],
        kind=record["kind"],
        question=Question(
            text=record["question"],
            now=_read_moment(record["asked_on"], zone),
            filters=_read_filters(record.get("filters") or {}, zone),
            history=tuple(Turn(**turn) for turn in record.get("history") or ()),
        ),
        answers=tuple(record["gold_answers"]),
        articles=frozenset(record["gold_articles"]),
    )


def _read_filters(record: Mapping[str, Any], zone: tzinfo) -> Filters:
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in record.items()}
    return Filters(**values | {k: _read_moment(values[k], zone) for k in _BOUNDS if k in values})


def _read_moment(text: str, zone: tzinfo) -> datetime:
    return datetime.fromisoformat(text).astimezone(zone)
