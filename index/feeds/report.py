"""What a collection came to: of each source, what is new, changed, refused, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What became of an item that was looked at."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An item that was not stored or not looked at, and why; it is tried again where that may help."""

    url: str
    reason: str


@dataclass(slots=True)
class SourceReport:
    """What came of one source.

    Attributes:
        is_same: Whether it lists what it listed before.
        counts: Items by what became of them.
        copies: How many of the new ones are nearly the same as another article.
        expired: Articles that were deleted by its rules.
        left: Items that are left for the next time.
        error: Why it could not be looked at; empty where it could.
        notes: What whoever runs it should know, such as that it has moved.
    """

    url: str
    name: str
    is_same: bool = False
    counts: Counter[Outcome] = field(default_factory=Counter)
    copies: int = 0
    expired: int = 0
    left: int = 0
    error: str = ""
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def has_failed(self) -> bool:
        """Whether nothing came of it: it could not be looked at, or all of its items were refused."""
        came = sum(self.counts.values()) - self.counts[Outcome.REFUSED]
        return bool(self.error) or (bool(self.refusals) and not came and not self.is_same)

    def to_json(self) -> dict[str, Any]:
        """As `newsdesk corpus fetch --json` prints it."""
        return {
            "url": self.url,
            "name": self.name,
            **{outcome.value: self.counts[outcome] for outcome in Outcome},
            "copies": self.copies,
            "expired": self.expired,
            "left": self.left,
            "error": self.error,
            "refusals": [{"url": r.url, "reason": r.reason} for r in self.refusals],
            "notes": self.notes,
        }


@dataclass(frozen=True, slots=True)
class CollectReport:
    """What came of all sources, in the order of `corpus.toml`."""

    sources: tuple[SourceReport, ...]
    seconds: float

    @property
    def has_failed(self) -> bool:
        """Whether nothing came of any source."""
        return bool(self.sources) and all(source.has_failed for source in self.sources)

    def count(self, outcome: Outcome) -> int:
        """Items of all sources that became this."""
        return sum(source.counts[outcome] for source in self.sources)

    def to_json(self) -> dict[str, Any]:
        """As `newsdesk corpus fetch --json` prints it."""
        sums = {outcome.value: self.count(outcome) for outcome in Outcome}
        sums |= {name: sum(getattr(s, name) for s in self.sources) for name in ("copies", "expired", "left")}
        return {**sums, "seconds": round(self.seconds, 3), "sources": [source.to_json() for source in self.sources]}
