"""Articles as JSON objects: one on each line, gzipped or not, or in one list."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from typing import IO, cast

from index.corpus.fields import BadField, Fields, make_article, make_id
from index.corpus.files import CorpusFile, decode_text, read_bytes
from index.corpus.text import split_blocks
from index.errors import BadArticle
from index.types import Article

Placed = tuple[str, Article | BadArticle]
"""An article, or what is wrong with it, and the place that messages name."""

MAX_LINE_BYTES = 10_000_000
MAX_LIST_BYTES = 100_000_000
_MAX_SKIPPED_BYTES = 2_000_000_000
"""A line longer than this ends the file: a gzip bomb could keep the reader busy for hours."""


def read_lines(file: CorpusFile) -> Iterator[Placed]:
    """The articles of a `.jsonl` or `.jsonl.gz` file; a bad line does not hide those after it."""
    number = 0
    with _open(file) as stream:
        try:
            for number, line in enumerate(_bounded_lines(stream), 1):
                if line is None or line.strip(b" \t\r\n\xef\xbb\xbf"):
                    place = f"{file.place}:{number}"
                    yield place, _read_line(line, place, file.name)
        except (EOFError, zlib.error, gzip.BadGzipFile) as e:
            reason = "is truncated" if isinstance(e, EOFError) else f"is corrupt ({e})"
            place = f"{file.place}:{number + 1}"
            yield place, BadArticle(place, f"the gzip file {reason} from here on; fetch it anew")


def read_list(file: CorpusFile) -> Iterator[Placed]:
    """The articles of a `.json` file that holds a list of them.

    Raises:
        BadArticle: It is over 100 MB, or no such list.
    """
    values = _parse(read_bytes(file, MAX_LIST_BYTES), file.place)
    if not isinstance(values, list):
        raise BadArticle(file.place, "is not a JSON list of articles")
    for number, value in enumerate(values, 1):
        place = f"{file.place}[{number}]"
        yield place, _to_article(value, place, file.name)


def _open(file: CorpusFile) -> IO[bytes]:
    if file.ending.endswith(".gz"):
        return cast(IO[bytes], gzip.open(file.path, "rb"))
    return open(file.path, "rb")


def _bounded_lines(stream: IO[bytes]) -> Iterator[bytes | None]:
    """Lines, None for each one that is too long, of which no more than the limit is ever held."""
    while line := stream.readline(MAX_LINE_BYTES + 1):
        if len(line) <= MAX_LINE_BYTES or line.endswith(b"\n"):
            yield line
            continue
        n_skipped = len(line)
        while line and not line.endswith(b"\n"):
            if n_skipped > _MAX_SKIPPED_BYTES:
                yield None
                return
            line = stream.readline(MAX_LINE_BYTES)
            n_skipped += len(line)
        yield None


def _read_line(line: bytes | None, place: str, name: str) -> Article | BadArticle:
    if line is None:
        return BadArticle(place, f"the line is longer than {MAX_LINE_BYTES // 1_000_000} MB")
    try:
        return _to_article(_parse(line, place), place, name)
    except BadArticle as bad:
        return bad


def _parse(content: bytes, place: str) -> object:
    text = decode_text(content, place)
    try:
        return json.loads(text)
    except json.JSONDecodeError as e:
        raise BadArticle(place, f"is not JSON: {e.msg} at column {e.colno}") from e
    except ValueError as e:  # an integer of thousands of digits
        raise BadArticle(place, f"is not JSON that can be read: {e}") from e
    except RecursionError as e:
        raise BadArticle(place, "is JSON nested too deep") from e


def _to_article(value: object, place: str, name: str) -> Article | BadArticle:
    if not isinstance(value, dict):
        return BadArticle(place, f"is not a JSON object but a {type(value).__name__}")
    try:
        paragraphs = _read_paragraphs(value)
        url, title = (v if isinstance(v, str) else "" for v in (value.get("url"), value.get("title")))
        return make_article(value, paragraphs, make_id(name, url or "\n\n".join([title, *paragraphs])))
    except BadField as e:
        return BadArticle(place, str(e))


def _read_paragraphs(fields: Fields) -> list[str]:
    for key in ("paragraphs", "body", "text"):
        value = fields.get(key)
        if isinstance(value, str):
            if value.strip():
                return split_blocks(value)
        elif isinstance(value, list) and all(isinstance(p, str) for p in value):
            if value:
                return value
        elif value is not None:
            raise BadField(key, "is neither text nor a list of paragraphs")
    return []
