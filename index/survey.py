"""What a corpus holds against what the live generation holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.corpus import list_corpus, read_file
from index.corpus.files import CorpusFile
from index.corpus.memory import FileMemory, Known
from index.corpus.reading import repeated_id
from index.errors import BadArticle, NewsdeskError, UnreadableFile
from index.segment import to_timestamp
from index.types import Article, Encoder
from index.withdrawn import hash_id

_SPLITTER = 1
"""Raised whenever the same article would be split or put in context in another way."""

FILES = "files.sqlite"

OnProgress = Callable[[str, int, int | None], None]
"""Called with a stage, how much of it is done, and of how much, where that is known."""


@dataclass(slots=True)
class Survey:
    """What the corpus holds against what the live generation holds.

    Attributes:
        withdrawn: Articles of the corpus that are left out, for they were purged.
        files: Those with articles that are to be indexed, and the ids of these, in the order of reading.
        fingerprint: Of the articles to index as they are to be indexed, in whatever order they were read.
    """

    added: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    unchanged: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    bad: list[BadArticle] = field(default_factory=list)
    files: dict[CorpusFile, list[str]] = field(default_factory=dict)
    fingerprint: int = 0

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
    home: Path,
    withdrawn: Collection[str] = (),
) -> Survey:
    """Look through the whole corpus without encoding, so that what is left to do is known beforehand.

    Only files that changed since the last time are read. The articles of those that the system does not let be read
    count as unchanged where they are live as they were last found there.

    Args:
        live: The articles of the live generation with their digests.
        home: Where it is remembered what the files hold.
        withdrawn: Hashes of the ids of articles to leave out.
    """
    survey = Survey()

    def report(bad: BadArticle) -> None:
        if strict:
            raise bad
        survey.bad.append(bad)

    def digest(article: Article) -> str:
        return digest_article(article, encoder)

    def stays(article_id: str) -> bool:
        known = memory.away.get(article_id)
        return known is not None and known == live.get(article_id) and hash_id(article_id) not in withdrawn

    with FileMemory(home / FILES, digest, f"{_SPLITTER} {encoder.fingerprint}") as memory:
        for n_read, (file, known) in enumerate(_survey_files(paths, memory, stays, report), 1):
            if withdrawn and hash_id(known.article_id) in withdrawn:
                survey.withdrawn.add(known.article_id)
                continue
            if known.article_id not in live:
                survey.added.add(known.article_id)
            elif live[known.article_id] == known.digest:
                survey.unchanged.add(known.article_id)
            else:
                survey.changed.add(known.article_id)
            if known.article_id not in survey.unchanged:
                survey.files.setdefault(file, []).append(known.article_id)
                survey.fingerprint ^= int(_hash(f"{known.article_id}\0{known.digest}"), 16)
            on_progress("reading", n_read, None)
        survey.unchanged |= {i for i in memory.away if stays(i)} - survey.changed
        memory.forget_others()
    survey.removed = set(live) - survey.changed - survey.unchanged
    if not survey.to_index and not survey.unchanged:
        reason = f"; the first of {len(survey.bad)} bad ones: {survey.bad[0]}" if survey.bad else ""
        reason += f"; {len(survey.withdrawn)} were withdrawn" if survey.withdrawn else ""
        raise NewsdeskError(f"no article found in {', '.join(map(str, paths))}{reason}")
    return survey


def _survey_files(
    paths: Sequence[Path],
    memory: FileMemory,
    stays: Callable[[str], bool],
    report: Callable[[BadArticle], None],
) -> Iterator[tuple[CorpusFile, Known]]:
    """Each article with its file; of two with one id, the first is kept, even if it only `stays`."""
    ids: set[str] = set()
    for file in list_corpus(paths):
        if isinstance(file, BadArticle):
            report(file)
            if isinstance(file, UnreadableFile):
                memory.miss(file.path)
            continue
        for known in memory.articles_of(file):
            if known.reason:
                report(BadArticle(known.place, known.reason))
            elif known.article_id in ids or stays(known.article_id):
                report(repeated_id(known.place, known.article_id))
            else:
                ids.add(known.article_id)
                yield file, known


def read_surveyed(survey: Survey) -> Iterator[Article]:
    """The articles that are to be indexed, in the order of reading."""
    missing = survey.to_index
    for file in survey.files:
        for _, article in read_file(file):
            if not isinstance(article, BadArticle) and article.id in missing:
                missing.remove(article.id)
                yield article


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
        *([to_timestamp(article.changed_at)] if article.changed_at else []),
    ]
    return _hash(json.dumps([_SPLITTER, encoder.fingerprint, fields], ensure_ascii=False))


def vector_key(text: str, encoder: Encoder) -> str:
    """The key under which the vector of a text as encoded is stored."""
    return _hash(f"{encoder.fingerprint}\0{text}")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
