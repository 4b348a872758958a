"""The records of a check: a text's claims, what the articles say of each, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.types import Citation, citation_json


class ClaimVerdict(StrEnum):
    """What the articles say of a claim."""

    SUPPORTED = "supported"
    """A paragraph says it."""
    CONTRADICTED = "contradicted"
    """A paragraph tells the same thing otherwise, and none says it."""
    DISPUTED = "disputed"
    """One article says it, and another, not an older one, tells it otherwise."""
    NOT_FOUND = "not_found"
    """Neither; the nearest paragraph may still be of use."""
    NO_CLAIM = "no_claim"
    """A question, a condition, a greeting, an opinion: nothing that articles could prove."""


class Stance(StrEnum):
    """What a paragraph has to do with a claim."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    NEAREST = "nearest"


class ChangeKind(StrEnum):
    """In what a paragraph differs from a claim."""

    FIGURE = "figure"
    NAME = "name"
    WORD = "word"
    """The opposite of a word, such as fell for rose."""
    NEGATION = "negation"
    ROLES = "roles"


@dataclass(frozen=True, slots=True)
class Change:
    """One change by which a claim would say what a sentence of an article says.

    Attributes:
        claimed: The words that it changes; empty for a negation and for roles.
        told: What the article has in their place.
        text: The claim so changed.
    """

    kind: ChangeKind
    claimed: str
    told: str
    text: str

    @property
    def words(self) -> str:
        """What differs, such as `3,200, not 4,100`."""
        match self.kind:
            case ChangeKind.NEGATION:
                return "the opposite"
            case ChangeKind.ROLES:
                return "the other way round"
            case _:
                return f"{self.told}, not {self.claimed}"


@dataclass(frozen=True, slots=True)
class Proof:
    """A paragraph that bears on a claim; `change` is what it would have to say otherwise, where it contradicts."""

    stance: Stance
    citation: Citation
    change: Change | None = None

    @property
    def differs(self) -> str:
        """Who tells what instead, such as `The Courier, 4 May 2025: 3,200, not 4,100`; empty where nothing differs."""
        if self.change is None:
            return ""
        day = self.citation.published_at
        return f"{self.citation.source}{f', {day:%-d %B %Y}' if day else ''}: {self.change.words}"


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A claim as it was written, and the paragraphs that bear on it, the newest first."""

    text: str
    verdict: ClaimVerdict
    proofs: tuple[Proof, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedText:
    """A text and what became of its claims.

    Attributes:
        n_left_out: How many further claims were not checked.
        generation: The state of the index that was asked.
    """

    text: str
    claims: tuple[CheckedClaim, ...] = ()
    n_left_out: int = 0
    generation: str = ""
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The check as `newsdesk check --json` prints it."""
        return {
            "text": self.text,
            "claims": [_claim_json(c) for c in self.claims],
            "n_left_out": self.n_left_out,
            "generation": self.generation,
            "timings_ms": {stage: round(ms, 1) for stage, ms in self.timings_ms.items()},
        }


def _claim_json(claim: CheckedClaim) -> dict[str, Any]:
    return {
        "text": claim.text,
        "verdict": claim.verdict.value,
        "differs": [p.differs for p in claim.proofs if p.change],
        "paragraphs": [
            {**citation_json(p.citation), "stance": p.stance.value, "differs": p.differs} for p in claim.proofs
        ],
    }
