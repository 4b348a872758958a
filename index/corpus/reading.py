"""A corpus, article by article, whatever its files' formats."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from index.corpus.fields import BadField
from index.corpus.files import CorpusFile, find_files, refuse_file, show_path
from index.corpus.markdown import is_readme, read_markdown
from index.corpus.plain import read_plain
from index.corpus.records import Placed, read_lines, read_list
from index.corpus.web import read_web
from index.errors import BadArticle, CorpusMissing
from index.types import Article

_WHOLE_FILE: Mapping[str, Callable[[CorpusFile], Article]] = {
    ".md": read_markdown,
    ".txt": read_plain,
    ".html": read_web,
    ".htm": read_web,
}
_MANY: Mapping[str, Callable[[CorpusFile], Iterator[Placed]]] = {
    ".jsonl": read_lines,
    ".jsonl.gz": read_lines,
    ".json": read_list,
}


def read_corpus(paths: Sequence[Path], on_bad: Callable[[BadArticle], None]) -> Iterator[Article]:
    """Stream the articles of files and folders.

    A file that is reached twice is read once. Of two articles with one id the first is kept.

    Args:
        on_bad: Called with each article or file that is left out; reading goes on after it, unless it
            raises.

    Raises:
        CorpusMissing: A path does not exist or is a folder that cannot be opened; raised by the call
            itself, before any article.
    """
    return _read_all(list_corpus(paths), on_bad)


def list_corpus(paths: Sequence[Path]) -> Iterator[CorpusFile | BadArticle]:
    """The files of a corpus in the order of reading, each once, and what in its folders cannot be read.

    Raises:
        CorpusMissing: As `read_corpus`, by the call itself.
    """
    for path in paths:
        _check_path(path)
    seen: set[str] = set()
    return (found for path in paths for found in find_files(path, seen))


def _check_path(path: Path) -> None:
    try:
        os.stat(path)
    except (OSError, ValueError) as e:
        reason = getattr(e, "strerror", None) or e
        raise CorpusMissing(f"{show_path(path)}: {reason}; give a file or folder of articles") from e
    if os.path.isdir(path) and not os.access(path, os.R_OK | os.X_OK):
        raise CorpusMissing(f"{show_path(path)}: this folder cannot be opened; change its permissions")


def _read_all(files: Iterator[CorpusFile | BadArticle], on_bad: Callable[[BadArticle], None]) -> Iterator[Article]:
    ids: set[str] = set()
    for file in files:
        if isinstance(file, BadArticle):
            on_bad(file)
            continue
        for place, article in read_file(file):
            if isinstance(article, BadArticle):
                on_bad(article)
            elif article.id in ids:
                on_bad(repeated_id(place, article.id))
            else:
                ids.add(article.id)
                yield article


def repeated_id(place: str, article_id: str) -> BadArticle:
    """What is said of an article whose id another one had before it."""
    return BadArticle(place, f"id {article_id!r} was read before; the first one is kept")


def read_file(file: CorpusFile) -> Iterator[Placed]:
    """The articles of a file, those with an id that was read before included, and what is wrong with the others."""
    try:
        if file.ending in _MANY:
            yield from _MANY[file.ending](file)
        elif not is_readme(file):
            yield file.place, _WHOLE_FILE[file.ending](file)
    except BadArticle as e:
        yield e.place, e
    except BadField as e:
        yield file.place, BadArticle(file.place, str(e))
    except OSError as e:
        yield file.place, refuse_file(file.path, e, "cannot be read")
    except RecursionError:
        yield file.place, BadArticle(file.place, "is nested too deep")
