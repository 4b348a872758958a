"""Paragraphs that tell otherwise what a claim says: the claim with one change, if they say that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.claims.bearing import fit_changed, fit_sentence
from bot.claims.changes import find_changes, reverse
from bot.claims.split import Claim
from bot.claims.types import Change, ChangeKind
from bot.verify.check import Source
from bot.verify.figures import read_figures, same_figure
from bot.verify.meaning import Meaning
from index.sentences import split_sentences
from index.types import Hit

_N_CONTRASTED = 5
_CLEARLY = 0.1
_ECHOES = 0.6
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph that may bear on a claim.

    Attributes:
        paragraphs: All of its article, by number.
        nearest: Its sentence that is nearest to the claim.
    """

    hit: Hit
    number: int
    paragraphs: dict[int, str]
    source: Source
    nearest: str

    @property
    def moment(self) -> datetime:
        """When it was published."""
        return self.hit.published_at or _LONG_AGO

    @property
    def sentences(self) -> list[str]:
        """Its sentences, and the parts of one that semicolons join."""
        text = self.source.text
        return [part for a, b in split_sentences(text) for part in re.split("; |；", text[a:b])]


@dataclass(frozen=True, slots=True)
class Contrast:
    """A paragraph whose quoted sentence says a claim with one change, and how well it fits that."""

    paragraph: Paragraph
    quote: str
    change: Change
    fit: float


def find_contrasts(
    claim: Claim, saying: Sequence[Paragraph], silent: Sequence[Paragraph], meaning: Meaning
) -> list[Contrast]:
    """Paragraphs that tell a claim otherwise, of those that seem to say it and those that do not.

    A figure that another sentence near to the claim has is left alone, for that may be what is meant.
    """
    found = [c for p in saying if (c := _contrast_said(claim, p, meaning))]
    others = [c for p in silent[:_N_CONTRASTED] if (c := _contrast_silent(claim, p, meaning))]
    return found + [c for c in others if not _is_echoed(claim, c.change, silent, meaning)]


def _contrast_said(claim: Claim, paragraph: Paragraph, meaning: Meaning) -> Contrast | None:
    """Of a paragraph that seems to say the claim, a figure or name that fits clearly better than the claim's own."""
    changes = [pair for pair in _changes(claim, paragraph) if pair[1].kind in (ChangeKind.FIGURE, ChangeKind.NAME)]
    if not changes:
        return None
    own = max(fit_sentence(claim.alone, s, paragraph.source, meaning) for s in paragraph.sentences)
    return _best(paragraph, changes, meaning, own + _CLEARLY)


def _contrast_silent(claim: Claim, paragraph: Paragraph, meaning: Meaning) -> Contrast | None:
    changes = [*_changes(claim, paragraph), *((paragraph.nearest, c) for c in reverse(claim.alone))]
    return _best(paragraph, changes, meaning, 0.0)


def _changes(claim: Claim, paragraph: Paragraph) -> list[tuple[str, Change]]:
    """Changes with their sentences; none of a date that was a weekday, which may be of another week than today's."""
    source = paragraph.source
    return [
        (s, c)
        for s in paragraph.sentences
        for c in find_changes(claim.alone, s, source.published)
        if c.claimed in claim.text and not (c.kind is ChangeKind.NAME and _has_name(c.claimed, source))
    ]


def _has_name(name: str, source: Source) -> bool:
    return any(part in f"{source.text} {source.context}" for part in name.split())


def _best(
    paragraph: Paragraph, changes: Sequence[tuple[str, Change]], meaning: Meaning, least: float
) -> Contrast | None:
    fits = [(fit_changed(c, s, paragraph.source, meaning), s, c) for s, c in changes]
    fit, sentence, change = max(fits, key=lambda f: f[0], default=(0.0, "", None))
    return Contrast(paragraph, sentence, change, fit) if change and fit > least else None


def _is_echoed(claim: Claim, change: Change, paragraphs: Sequence[Paragraph], meaning: Meaning) -> bool:
    """Whether a sentence that is close to the claim has the figure that the change takes away."""
    if change.kind is not ChangeKind.FIGURE:
        return False
    claimed = read_figures(change.claimed, None)
    return any(
        any(same_figure(f, g) for f in claimed for g in read_figures(s, p.source.published))
        and meaning.closeness(claim.alone, [s]) >= _ECHOES
        for p in paragraphs
        for s in p.sentences
    )
