"""The folder of collected articles: one Markdown file each, with the earlier versions of those that changed.

An article lies at `outlet/2025-04/2025-04-17-its-title-<hash>.md`; its earlier versions lie beside it in `.versions`,
which reading a corpus passes over as it does everything hidden.
"""

from __future__ import annotations

import os
import re
from datetime import datetime
from functools import cached_property
from pathlib import Path

from index.corpus.fields import BadField
from index.corpus.files import CorpusFile
from index.corpus.markdown import read_markdown
from index.corpus.writing import write_markdown
from index.errors import BadArticle, NewsdeskError
from index.feeds.identity import slug_of
from index.types import Article

VERSIONS = ".versions"
_HASH = re.compile(r"[0-9a-f]{16}")


class BadFolder(NewsdeskError):
    """The folder of articles cannot be written to."""


class ArticleFolder:
    """Reads, writes and deletes articles; paths are relative to the folder, with slashes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def _by_hash(self) -> dict[str, str]:
        """Where articles lie, by the hash at the end of their names."""
        paths = (path.relative_to(self.root) for path in self.root.glob("*/*/*.md"))
        return {path.stem.rpartition("-")[2]: path.as_posix() for path in paths}

    def find(self, article_id: str) -> str | None:
        """Where an article lies that nothing else knows of, as after a crash; None where it does not."""
        mark = article_id.rpartition("-")[2]
        return self._by_hash.get(mark) if _HASH.fullmatch(mark) else None

    def has(self, path: str) -> bool:
        """Whether there is a file, readable or not."""
        return (self.root / path).exists()

    def read(self, path: str) -> Article | None:
        """The article of a file; None where it is gone, or was spoilt by hand."""
        try:
            return read_markdown(CorpusFile(self.root / path, path))
        except (OSError, BadArticle, BadField):
            return None

    def add(self, article: Article, now: datetime) -> str:
        """Store a new article, and return where."""
        moment = article.published_at or now
        outlet = slug_of(article.source, 60) or "outlet"
        name = "-".join(filter(None, (f"{moment:%Y-%m-%d}", slug_of(article.title, 50), article.id.rpartition("-")[2])))
        path = f"{outlet}/{moment:%Y-%m}/{name}.md"
        self.put(path, article, now, now)
        self._by_hash[article.id.rpartition("-")[2]] = path
        return path

    def put(self, path: str, article: Article, updated_at: datetime, now: datetime) -> None:
        """Store an article where it was, but is no longer; as the next version where earlier ones were kept."""
        self._write(path, article, len(self.versions(path)), updated_at, now)

    def revise(self, path: str, article: Article, updated_at: datetime, now: datetime) -> None:
        """Store an article as it is now, and put what was there beside it."""
        place = self.root / path
        kept = self.versions(path)
        try:
            text = place.read_bytes()
            if not kept or kept[-1].read_bytes() != text:  # else a crash came between the two writings
                kept.append(place.parent / VERSIONS / f"{place.stem}.v{len(kept) + 1}.md")
                kept[-1].parent.mkdir(exist_ok=True)
                _write_whole(kept[-1], text)
        except OSError as e:
            raise _failing(place, e) from e
        self._write(path, article, len(kept), updated_at, now)

    def read_versions(self, path: str) -> list[Article]:
        """An article's earlier versions, oldest first."""
        names = [version.relative_to(self.root).as_posix() for version in self.versions(path)]
        return [article for name in names if (article := self.read(name))]

    def versions(self, path: str) -> list[Path]:
        """The files of an article's earlier versions, oldest first."""
        place = self.root / path
        found = (place.parent / VERSIONS).glob(f"{place.stem}.v*.md")
        return sorted(found, key=lambda p: (len(p.name), p.name))

    def delete(self, path: str) -> None:
        """Delete an article with its earlier versions, and the folders that become empty."""
        place = self.root / path
        try:
            unfinished = [
                *place.parent.glob(f".{place.stem}*.part"),
                *place.parent.glob(f"{VERSIONS}/.{place.stem}*.part"),
            ]
            for file in [*self.versions(path), *unfinished, place]:
                file.unlink(missing_ok=True)
        except OSError as e:
            raise _failing(place, e) from e
        for folder in (place.parent / VERSIONS, place.parent, place.parent.parent):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

    def _write(self, path: str, article: Article, n_earlier: int, updated_at: datetime, now: datetime) -> None:
        place = self.root / path
        others: dict[str, object] = {"fetched_at": _show(now)}
        if n_earlier:
            others |= {"updated_at": _show(updated_at), "version": n_earlier + 1}
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.parent.resolve().is_relative_to(self.root.resolve()):
                raise BadFolder(f"{place.parent}: leads out of the folder of articles; remove that symlink")
            _write_whole(place, write_markdown(article, others).encode())
        except OSError as e:
            raise _failing(place, e) from e


def _write_whole(place: Path, content: bytes) -> None:
    unfinished = place.with_name(f".{place.name}.part")  # after a crash the next writing replaces it
    try:
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(place)
    finally:
        unfinished.unlink(missing_ok=True)


def _failing(place: Path, error: OSError) -> BadFolder:
    return BadFolder(
        f"{place}: cannot be written ({error.strerror}); see that the folder is yours and the disk has room"
    )


def _show(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat()
