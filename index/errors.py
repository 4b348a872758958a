"""The errors that a user is meant to read: each says what is wrong, where, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


class NewsdeskError(Exception):
    """Base of every expected error; its message is one line for the user."""


class BadArticle(NewsdeskError):
    """An article that cannot be indexed.

    Attributes:
        place: File, and line where there is one, as `file:line`.
        reason: What is wrong with it.
    """

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


class UnreadableFile(BadArticle):
    """A file or folder that the system does not let be read now; another time it may.

    Attributes:
        path: Where it is.
    """

    def __init__(self, place: str, reason: str, path: Path) -> None:
        super().__init__(place, reason)
        self.path = path


class BadDate(NewsdeskError):
    """A text that is not a date in any usual form."""


class CorpusMissing(NewsdeskError):
    """A path given as a corpus that does not exist or cannot be read."""


class EncoderUnavailable(NewsdeskError):
    """The encoder's weights are neither installed nor downloadable, or fail their hash."""


class RerankerUnavailable(NewsdeskError):
    """The reranker's weights are neither at hand nor downloadable, or are those of another kind of model."""


class IndexMismatch(NewsdeskError):
    """The index was built by another encoder or another schema than the one asked for."""


class IndexGone(IndexMismatch):
    """A generation or segment that was there, and was deleted since."""


class IndexDamaged(IndexMismatch):
    """A segment or generation that Chroma cannot read."""


class IndexMissing(NewsdeskError):
    """There is no live generation to search."""


class ChromaUnavailable(NewsdeskError):
    """The Chroma server cannot be reached, or not be used."""


class BuildBusy(NewsdeskError):
    """Another process is building this index."""


class IndexHeld(NewsdeskError):
    """The index was put back to an earlier generation, and what would move it on was not asked for by a person."""


class CheckFailed(NewsdeskError):
    """A new generation that does not pass its checks; it was not made live.

    Attributes:
        segments: Those in which the fault lies, if it lies in some.
    """

    def __init__(self, reason: str, segments: Iterable[str] = ()) -> None:
        super().__init__(f"{reason}; the earlier index still answers")
        self.segments = frozenset(segments)
