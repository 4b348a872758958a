"""What a file says of an article, by name, checked and made into an Article."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from index.corpus.text import clean_text, detect_language, ends_sentence, has_words, shorten_title
from index.dates import parse_published
from index.errors import BadDate
from index.types import Article

Fields = Mapping[str, object]

MAX_ID_CHARS = 200

_ALIASES = {"author": "authors", "date": "published_at", "category": "section"}
_ID_BARRED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9_-]*)?", re.IGNORECASE)
_AUTHOR_BREAK = re.compile(r"[,;，；、]")
_UNKNOWN = "unknown"


class BadField(ValueError):
    """A field that makes its article bad.

    Attributes:
        key: The field, as the file names it; empty where the text is meant.
    """

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key} {reason}".strip())
        self.key = key


def make_article(fields: Fields, paragraphs: Iterable[str], fallback_id: str) -> Article:
    """Check the fields and fill in those that are missing.

    A missing title is the first sentence, a missing source the URL's host, a missing language what
    most letters are of. A URL that is not http or https is left out.

    Args:
        paragraphs: As the file has them; empty ones are left out.
        fallback_id: For an article without an id.

    Raises:
        BadField: A field of the wrong type, an id that cannot be one, a bad date, or no text.
    """
    fields = {**{_ALIASES[k]: v for k, v in fields.items() if k in _ALIASES}, **fields}
    texts = tuple(text for paragraph in paragraphs if (text := clean_text(paragraph)))
    if not any(map(has_words, texts)):
        raise BadField("", "no text")
    url = _read_url(fields)
    language = _LANGUAGE.fullmatch(_read_text(fields, "language"))
    return Article(
        id=_read_id(fields, fallback_id),
        title=_read_text(fields, "title") or shorten_title(_first_prose(texts)),
        source=_read_text(fields, "source") or _host(url) or _UNKNOWN,
        paragraphs=texts,
        authors=_read_authors(fields),
        published_at=_read_moment(fields, "published_at"),
        url=url,
        language=language[1].lower() if language else detect_language(" ".join(texts[:20])),
        section=_read_text(fields, "section"),
        changed_at=_read_change(fields),
    )


def make_id(name: str, content: str = "") -> str:
    """A stable id from a file's path below the corpus and, of many in one file, what the article says."""
    made = f"{name}#{_hash(content)}" if content else name
    return made if len(made) <= MAX_ID_CHARS and not _ID_BARRED.search(made) else _hash(made)


def _first_prose(texts: Sequence[str]) -> str:
    """The first paragraph that is a sentence, no dateline such as `New York CNN —`."""
    return next(filter(ends_sentence, texts), next(filter(has_words, texts)))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _read_text(fields: Fields, key: str) -> str:
    value = fields.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadField(key, f"is not text but {_show(value)}; put it in quotes")
    return clean_text(value)


def _read_moment(fields: Fields, key: str) -> datetime | None:
    value = fields.get(key)
    try:
        return None if _is_missing(value) else parse_published(value)
    except BadDate as e:
        raise BadField(key, f"is {e}") from e


def _read_change(fields: Fields) -> datetime | None:
    """When it was fetched, if an earlier version was collected before; None where that cannot be read.

    In a file of other origin the fields may mean something else, which makes no article bad.
    """
    version = fields.get("version")
    if not isinstance(version, int) or version <= 1:
        return None
    try:
        return _read_moment(fields, "fetched_at")
    except BadField:
        return None


def _read_id(fields: Fields, fallback_id: str) -> str:
    value = fields.get("id")
    if value is None:
        return fallback_id
    if not isinstance(value, str):
        raise BadField("id", f"is not text but {_show(value)}; put it in quotes")
    if not value.strip():
        raise BadField("id", "is empty; leave it out or give one")
    if len(value) > MAX_ID_CHARS:
        raise BadField("id", f"is longer than {MAX_ID_CHARS} characters")
    if _ID_BARRED.search(value):
        raise BadField("id", f"has control characters: {value!r}")
    return value.strip()


def _read_authors(fields: Fields) -> tuple[str, ...]:
    value = fields.get("authors")
    if value is None:
        return ()
    names = _AUTHOR_BREAK.split(value) if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise BadField("authors", f"is neither names parted by commas nor a list of names: {_show(value)}")
    return tuple(dict.fromkeys(name for raw in names if (name := clean_text(raw))))


def _read_url(fields: Fields) -> str:
    url = _read_text(fields, "url")
    return url if _host(url) and " " not in url else ""


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.") if parts.scheme in ("http", "https") else ""


def _show(value: object) -> str:
    """Short, whatever the value: a list in front matter may unfold to gigabytes."""
    return f"{value}" if isinstance(value, (bool, float)) else f"a value of type {type(value).__name__}"
