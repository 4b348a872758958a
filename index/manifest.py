"""What a generation is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SegmentRef:
    """A segment in a manifest, and the articles in it that the generation no longer holds."""

    name: str
    n_passages: int
    removed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Manifest:
    """One complete state of the index.

    Attributes:
        generation: Its number as text, such as `000007`; later ones sort behind earlier ones.
        paths: What it was built from, as absolute paths; empty for the sample corpus.
    """

    generation: str
    created_at: datetime
    encoder: str
    fingerprint: str
    paths: tuple[str, ...]
    n_articles: int
    n_passages: int
    segments: tuple[SegmentRef, ...]


@dataclass(frozen=True, slots=True)
class Pointer:
    """What readers are pointed at.

    Attributes:
        generation: The live one, or None.
        held: Whether someone put the index back to it: then only someone's wish moves it on.
        last: The number of the latest generation ever made.
    """

    generation: str | None = None
    held: bool = False
    last: int = 0


@dataclass(frozen=True, slots=True)
class Worker:
    """One of several builders of a generation: its number, from 1, and how many they are."""

    number: int
    count: int
