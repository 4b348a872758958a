"""What a corpus holds against what the live generation holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.corpus import read_corpus
from index.errors import BadArticle, NewsdeskError
from index.segment import to_timestamp
from index.types import Article, Encoder

_SPLITTER = 1
"""Raised whenever the same article would be split or put in context in another way."""

OnProgress = Callable[[str, int, int | None], None]
"""Called with a stage, how much of it is done, and of how much, where that is known."""


@dataclass(slots=True)
class Survey:
    """What the corpus holds against what the live generation holds."""

    added: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    unchanged: set[str] = field(default_factory=set)
    bad: list[BadArticle] = field(default_factory=list)

    @property
    def to_index(self) -> set[str]:
        """Articles that are to be split and encoded."""
        return self.added | self.changed


def survey_corpus(
    paths: Sequence[Path],
    live: Mapping[str, str],
    encoder: Encoder,
    strict: bool,
    on_progress: OnProgress,
) -> Survey:
    """Read the whole corpus once without encoding, so that what is left to do is known beforehand."""
    survey = Survey()

    def report(bad: BadArticle) -> None:
        if strict:
            raise bad
        survey.bad.append(bad)

    for n_read, article in enumerate(read_corpus(paths, report), 1):
        if article.id not in live:
            survey.added.add(article.id)
        elif live[article.id] == digest_article(article, encoder):
            survey.unchanged.add(article.id)
        else:
            survey.changed.add(article.id)
        on_progress("reading", n_read, None)
    survey.removed = set(live) - survey.changed - survey.unchanged
    if not survey.to_index and not survey.unchanged:
        reason = f"; the first of {len(survey.bad)} bad ones: {survey.bad[0]}" if survey.bad else ""
        raise NewsdeskError(f"no article found in {', '.join(map(str, paths))}{reason}")
    return survey


def digest_article(article: Article, encoder: Encoder) -> str:
    """Changes whenever the article would be indexed in another way."""
    fields = [
        article.title,
        article.source,
        article.paragraphs,
        article.authors,
        to_timestamp(article.published_at),
        article.url,
        article.language,
        article.section,
    ]
    return _hash(json.dumps([_SPLITTER, encoder.fingerprint, fields], ensure_ascii=False))


def vector_key(text: str, encoder: Encoder) -> str:
    """The key under which the vector of a text as encoded is stored."""
    return _hash(f"{encoder.fingerprint}\0{text}")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
