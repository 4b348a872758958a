"""Runs on disk: what was measured, with what, kept so that later runs can be compared with it.

The run that continuous integration compares with is `tests/golden/gate.json`, a brief one: renew it with
`newsdesk eval corpus --run gate --brief --json tests/golden/gate.json`.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.evaluation.run import EVALUATION_FOLDER
from bot.prompts import data_folder
from bot.settings import Settings
from bot.version import find_version
from index.errors import NewsdeskError

SCHEMA = 1
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_BEFORE_HOST = re.compile(r"(?<=//)[^/]*@")
_MAX_NAMES = 20
_PLACES = ("home", "chroma", "chroma_tenant", "chroma_database")
_BRIEF = ("id", "kind", "answerable", "outcome", "scores")


class BadRun(NewsdeskError):
    """A run that is not there, is none, or has a name that cannot be one."""


def runs_folder(settings: Settings) -> Path:
    """Where runs are kept."""
    return settings.home / EVALUATION_FOLDER / "runs"


def name_run(folder: Path, wanted: str | None, now: datetime) -> str:
    """The name wanted, or else one by the second in UTC that no run in the folder has.

    Raises:
        BadRun: The name cannot be that of a file.
    """
    if wanted is not None:
        if not _NAME.fullmatch(wanted):
            raise BadRun(f"{wanted!r} cannot name a run; take letters, digits, dots, hyphens and underscores")
        return wanted
    name = f"{now.astimezone(UTC):%Y-%m-%dT%H-%M-%SZ}"
    taken = set(list_runs(folder))
    return next(n for n in [name, *(f"{name}-{i}" for i in range(2, len(taken) + 3))] if n not in taken)


def make_run(
    settings: Settings, name: str, created_at: datetime, datasets: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The record of a run, from those of its datasets."""
    commit, changed = _find_commit(Path(__file__).resolve().parents[2])
    return {
        "schema": SCHEMA,
        "name": name,
        "created_at": created_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "version": find_version(),
        "commit": commit,
        "changed": changed,
        "encoder": _show_setting(settings.encoder),
        "model": ", ".join(choice.name for choice in settings.models) or None,
        "settings": list_settings(settings),
        "prompts": _digest_prompts(),
        "peak_memory_mb": _measure_peak_memory(),
        "datasets": list(datasets),
    }


def list_settings(settings: Settings) -> dict[str, Any]:
    """Every setting by name, without secrets and without where things lie."""
    values = {name: getattr(settings, name) for name in type(settings).model_fields if name not in _PLACES}
    shown = {name: _show_setting(v) for name, v in values.items() if not isinstance(v, SecretStr)}
    return shown | {"llm": ",".join(_show_setting(part.strip()) for part in settings.llm.split(","))}


def shorten_run(run: Mapping[str, Any]) -> dict[str, Any]:
    """A run of scores alone, without texts: small, and still to be compared with."""
    datasets = [{**d, "questions": [{k: q[k] for k in _BRIEF} for q in d["questions"]]} for d in run["datasets"]]
    return {**run, "datasets": datasets}


def save_run(run: Mapping[str, Any], path: Path) -> None:
    """Write a run whole or not at all.

    Raises:
        BadRun: It cannot be written.
    """
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(_to_json(run), encoding="utf-8", errors="replace")
        unfinished.replace(path)
    except OSError as e:
        with suppress(OSError):
            unfinished.unlink()
        raise BadRun(f"{path}: {e.strerror}; the scores above were not saved there") from e


def check_place(path: Path) -> None:
    """See, before anything is measured, that a file can be written.

    Raises:
        BadRun: It is a folder, or in none that can be written to.
    """
    if path.is_dir():
        raise BadRun(f"{path}: is a folder; name a file in it")
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise BadRun(f"{path}: {path.parent} is no folder that can be written to; name a file in one that is")


def load_run(wanted: str, folder: Path) -> dict[str, Any]:
    """A run by its name in the folder, or by the path of its file.

    Raises:
        BadRun: There is none, or the file is no run; the message lists those there are.
    """
    named = folder / f"{wanted}.json"
    path = named if _NAME.fullmatch(wanted) and named.is_file() else Path(wanted)
    try:
        run = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as e:
        reason = f"cannot be read ({e})" if path.is_file() else "there is no such run and no such file"
        raise BadRun(f"{wanted}: {reason}; {_list_names(folder)}") from e
    if fault := next(_find_faults(run), ""):
        raise BadRun(f"{path}: is no run of `newsdesk eval` ({fault}); {_list_names(folder)}")
    return dict(run)


def list_runs(folder: Path) -> list[str]:
    """Names of the runs in a folder, the latest first."""
    files = [f for f in folder.glob("*.json") if f.is_file()]
    return [f.stem for f in sorted(files, key=lambda f: (f.stat().st_mtime, f.name), reverse=True)]


def _list_names(folder: Path) -> str:
    names = list_runs(folder)
    more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    return f"runs are {', '.join(names[:_MAX_NAMES])}{more}" if names else f"there are no runs in {folder} yet"


def _find_faults(run: Any) -> Iterator[str]:
    """Why a value is no run, as far as comparing needs it; the first holds, others may follow from it."""
    if not isinstance(run, dict) or not isinstance(run.get("datasets"), list):
        yield "it has no datasets"
    if run.get("schema") != SCHEMA:
        yield f"its schema is {run.get('schema')!r}, not {SCHEMA}"
    for dataset in run["datasets"]:
        yield from _find_faults_of_dataset(dataset)
    if not isinstance(run.get("settings", {}), dict):
        yield "its settings have no names"
    if not isinstance(run.get("name"), str) or not _NAME.fullmatch(run["name"]):
        yield "it has no name"


def _find_faults_of_dataset(dataset: Any) -> Iterator[str]:
    if not isinstance(dataset, dict) or not isinstance(dataset.get("dataset"), str):
        yield "a dataset has no name"
    if not isinstance(dataset.get("with", []), list):
        yield f"dataset {dataset['dataset']} has no list of those indexed along"
    scores = dataset.get("scores", {})
    if not isinstance(scores, dict) or not all(map(_has_mean, scores.values())):
        yield f"a score of {dataset['dataset']} has no mean"
    questions = dataset.get("questions")
    if not isinstance(questions, list) or not all(map(_is_question, questions)):
        yield f"a question of {dataset['dataset']} has no id, kind or scores"


def _is_question(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("id"), str)
        and isinstance(value.get("kind"), str)
        and isinstance(value.get("scores"), dict)
        and all(map(_is_number, value["scores"].values()))
    )


def _has_mean(score: Any) -> bool:
    return isinstance(score, dict) and _is_number(score.get("mean"))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _to_json(run: Mapping[str, Any]) -> str:
    """A line for each question, so that two runs can be read side by side and a file's history stays small."""
    head = {k: v for k, v in run.items() if k != "datasets"}
    datasets = ",\n".join(_dataset_to_json(d) for d in run["datasets"])
    return f'{_dump(head)[:-1]}, "datasets": [\n{datasets}\n]}}\n'


def _dataset_to_json(dataset: Mapping[str, Any]) -> str:
    head = {k: v for k, v in dataset.items() if k != "questions"}
    questions = ",\n".join(map(_dump, dataset["questions"]))
    return f'{_dump(head)[:-1]}, "questions": [\n{questions}\n]}}'


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _find_commit(root: Path) -> tuple[str | None, bool | None]:
    """The commit of a checkout and whether its tree differs from it; nothing where the root is none."""
    top = _git(root, "rev-parse", "--show-toplevel")
    commit = _git(root, "rev-parse", "--short", "HEAD") if top and Path(top).resolve() == root else None
    if not commit:
        return None, None
    status = _git(root, "status", "--porcelain")
    return commit, None if status is None else bool(status)


def _git(root: Path, *command: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", root, *command], capture_output=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace").strip()


def _digest_prompts() -> str:
    digest = hashlib.sha256()
    for path in sorted(data_folder("prompts").glob("*.md")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _measure_peak_memory() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6, 1)


def _show_setting(value: Any) -> Any:
    """A setting without the folder it may be in, and without a password or key that an address may carry."""
    if not isinstance(value, str):
        return value
    if "://" in value:
        return _BEFORE_HOST.sub("", value).partition("?")[0]
    return Path(value).name if value.startswith("~") or Path(value).is_absolute() else value
