"""What headers of a response say; pure."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_MAX_VALIDATOR_CHARS = 500


def read_charset(parameters: str) -> str:
    """The charset among the parameters of a Content-Type; empty where there is none that Python knows."""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        charset = value.strip().strip("\"'").lower()
        if name.strip().lower() == "charset" and _is_charset(charset):
            return charset
    return ""


def keep_plain(value: str) -> str:
    """A value that can be sent in a header as it is; else nothing."""
    return value if value.isascii() and value.isprintable() and len(value) <= _MAX_VALIDATOR_CHARS else ""


def read_retry_after(value: str) -> float | None:
    """Seconds that a host asks to wait, given as such or as a date; None where it says neither."""
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _is_charset(name: str) -> bool:
    try:
        b"x".decode(name, "replace")
    except (LookupError, ValueError):
        return False
    return True
