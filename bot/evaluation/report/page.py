"""The page itself: rendered from templates, written to a file."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.evaluation.compare import Comparison
from bot.evaluation.report import curves, failures, scores
from bot.evaluation.report.failures import Failure
from bot.evaluation.report.view import list_changes, list_facts, show_moment, view_dataset
from index.errors import NewsdeskError

_HERE = Path(__file__).parent
_MAX_FAILURES = 500
_MAX_HIT_CHARS = 400
_MIN_HIT_CHARS = 100
_ALL_HIT_CHARS = 1_000_000
_MAX_CHARS = 3000
_WHOLE_MS = 100


class ReportNotWritten(NewsdeskError):
    """The report's file cannot be written."""


def write_report(
    run: Mapping[str, Any],
    path: Path,
    compared: Mapping[str, Any] | None = None,
    comparison: Comparison | None = None,
) -> None:
    """Write a run as one HTML page that needs no other file and no network.

    Args:
        compared: Record of an earlier run; the page then shows how the scores differ from its.
        comparison: Of the two; only what its tests are sure of is shown as a gain or a loss.

    Raises:
        ReportNotWritten: The file cannot be written there.
    """
    html = render_report(run, compared, comparison)
    try:
        path.write_bytes(html.encode("utf-8", "replace"))
    except OSError as e:
        reason = e.strerror or str(e)
        raise ReportNotWritten(
            f"{path}: the report cannot be written ({reason}); name a file in a folder of yours"
        ) from e


def render_report(
    run: Mapping[str, Any], compared: Mapping[str, Any] | None = None, comparison: Comparison | None = None
) -> str:
    """The page's HTML."""
    others = {d["dataset"]: d for d in (compared or {}).get("datasets", ())}
    sections = [view_dataset(d, others.get(d["dataset"]), comparison) for d in run["datasets"]]
    shown = [failure for section in sections for failure in section.failures]
    n_hits = sum(len(failure.hits) for failure in shown[:_MAX_FAILURES])
    style, script = ((_HERE / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            run=run,
            facts=list_facts(run),
            compared=compared,
            changes=list_changes(run, compared) if compared else {},
            sections=sections,
            overview=[
                scores.to_row(d["dataset"], d["scores"], d["questions"]) for d in run["datasets"] if d.get("scores")
            ],
            failures=shown[:_MAX_FAILURES],
            n_failures=len(shown),
            max_hit_chars=min(_MAX_HIT_CHARS, max(_MIN_HIT_CHARS, _ALL_HIT_CHARS // max(1, n_hits))),
            style=Markup(style),
            script=Markup(script),
            csp=f"default-src 'none'; style-src {_allow(style)}; script-src {_allow(script)}; "
            "base-uri 'none'; form-action 'none'",
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "begin": _begin,
        "clip": _clip,
        "moment": show_moment,
        "ms": _show_ms,
        "tally": _tally,
        "value": failures.show_value,
    }
    environment.globals |= {
        "FAILED": failures.FAILED,
        "UNIT": curves.UNIT,
        "used_metrics": scores.used_metrics,
    }
    return environment


def _allow(text: str) -> str:
    """Source expression of a Content-Security-Policy for an inline block of this very text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _clip(text: str, max_chars: int = _MAX_CHARS) -> str:
    return text if len(text) <= max_chars else f"{text[:max_chars].rstrip()} …"


def _show_ms(ms: float) -> str:
    return f"{ms:.1f}" if ms < _WHOLE_MS else f"{ms:,.0f}"


def _tally(shown: Sequence[Failure], attribute: str) -> list[tuple[str, int]]:
    """Each value of an attribute, or of those in a tuple, with how many failures have it."""
    values = [getattr(failure, attribute) for failure in shown]
    return list(Counter(v for value in values for v in (value if isinstance(value, tuple) else (value,))).items())


def _begin(text: str, max_chars: int) -> str:
    """The beginning of a passage on one line; its record holds only the first 400 characters."""
    if len(text) >= min(max_chars, _MAX_HIT_CHARS):
        text = f"{text[:max_chars].rpartition(' ')[0] or text[:max_chars]} …"
    return text.replace("\n\n", " ¶ ")
