"""Discord's own description of its REST API, where this machine has it, as a check of request bodies."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError

DESCRIPTION = Path(__file__).resolve().parents[3] / "shared" / "discord" / "openapi.json"
ABSENT = f"{DESCRIPTION.name} is not beside this repository: requests are checked against the limits alone"


class Description:
    """The operations, and a validator of each one's JSON body."""

    def __init__(self, path: Path = DESCRIPTION) -> None:
        self._document = json.loads(path.read_text(encoding="utf-8"))
        # Discord takes numbers for snowflakes too, and discord.py sends them in message_reference.
        self._document["components"]["schemas"]["SnowflakeType"]["type"] = ["string", "integer"]
        self._operations: dict[tuple[str, str], Draft202012Validator | None] = {}

    def has(self, method: str, template: str) -> bool:
        return method.lower() in self._document["paths"].get(template, ())

    def check(self, method: str, template: str, body: Any) -> str | None:
        """What is wrong with the body of an operation, or None."""
        validator = self._validator(method.lower(), template)
        if validator is None or body is None:
            return None
        error = next(validator.iter_errors(body), None)
        return _describe(_innermost(error)) if error else None

    def _validator(self, method: str, template: str) -> Draft202012Validator | None:
        key = method, template
        if key not in self._operations:
            operation = self._document["paths"].get(template, {}).get(method, {})
            schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            parts = {"components": self._document["components"]}
            self._operations[key] = Draft202012Validator(schema | parts) if schema else None
        return self._operations[key]


def _describe(error: ValidationError) -> str:
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path)
    text = error.message
    return f"${place}: {text if len(text) <= 200 else f'{text[:60]} … {text[-130:]}'}"


def _innermost(error: ValidationError) -> ValidationError:
    """Why the form that was meant does not fit: the one of the same `type`, else the one that fits furthest."""
    branches: list[list[ValidationError]] = getattr(error.kind, "context", [])
    of_type = [*error.instance_path, "type"]
    meant = [branch for branch in branches if all(e.instance_path != of_type for e in branch)]
    reasons = [e for branch in meant or branches for e in branch]
    return max(map(_innermost, reasons), key=lambda e: len(e.instance_path)) if reasons else error


@cache
def description() -> Description | None:
    """The description, read once; None where it is absent."""
    return Description() if DESCRIPTION.is_file() else None
