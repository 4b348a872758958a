"""Discord's own description of its REST API, where this machine has it, as a check of request bodies."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

DESCRIPTION = Path(__file__).resolve().parents[3] / "shared" / "discord" / "openapi.json"
ABSENT = f"{DESCRIPTION.name} is not beside this repository: requests are checked against the limits alone"
_ADDRESS = "urn:discord"


class Description:
    """The operations, and a validator of each one's JSON body."""

    def __init__(self, path: Path = DESCRIPTION) -> None:
        self._document = json.loads(path.read_text(encoding="utf-8"))
        # Discord takes numbers for snowflakes too, and discord.py sends them in message_reference.
        self._document["components"]["schemas"]["SnowflakeType"]["type"] = ["string", "integer"]
        resource = Resource.from_contents(self._document, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(_ADDRESS, resource)
        self._operations: dict[tuple[str, str], Draft202012Validator | None] = {}

    def has(self, method: str, template: str) -> bool:
        return method.lower() in self._document["paths"].get(template, ())

    def check(self, method: str, template: str, body: Any) -> str | None:
        """What is wrong with the body of an operation, or None."""
        validator = self._validator(method.lower(), template)
        if validator is None or body is None:
            return None
        errors = [_innermost(error) for error in validator.iter_errors(body)]
        return f"{errors[0].json_path}: {_shorten(errors[0].message)}" if errors else None

    def _validator(self, method: str, template: str) -> Draft202012Validator | None:
        key = method, template
        if key not in self._operations:
            operation = self._document["paths"].get(template, {}).get(method, {})
            schema = operation.get("requestBody", {}).get("content", {}).get("application/json")
            pointer = "/".join(
                part.replace("~", "~0").replace("/", "~1")
                for part in ("paths", template, method, "requestBody", "content", "application/json", "schema")
            )
            reference = {"$ref": f"{_ADDRESS}#/{pointer}"}
            self._operations[key] = Draft202012Validator(reference, registry=self._registry) if schema else None
        return self._operations[key]


def _shorten(text: str) -> str:
    """Without the middle, where it is long."""
    return text if len(text) <= 200 else f"{text[:60]} … {text[-130:]}"


def _innermost(error: ValidationError) -> ValidationError:
    """Why the form that was meant does not fit: the one of the same `type`, else the one that fits furthest."""
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.relative_schema_path[0], []).append(inner)
    meant = [b for b in branches.values() if all(list(e.relative_path) != ["type"] for e in b)]
    reasons = [e for branch in meant or branches.values() for e in branch]
    return max(map(_innermost, reasons), key=lambda e: len(e.absolute_path)) if reasons else error


@cache
def description() -> Description | None:
    """The description, read once; None where it is absent."""
    return Description() if DESCRIPTION.is_file() else None
