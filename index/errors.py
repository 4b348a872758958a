"""The errors that a user is meant to read: each says what is wrong, where, and what to do next."""

from __future__ import annotations


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


class IndexMissing(NewsdeskError):
    """There is no live generation to search."""


class BuildBusy(NewsdeskError):
    """Another process is building this index."""
