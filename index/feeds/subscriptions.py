"""What is collected from where: `corpus.toml`, which people edit as well as the command line."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from index.errors import NewsdeskError
from index.feeds.identity import clean_url, key_of

FILE_NAME = "corpus.toml"
_BARRED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_HEADER = "[[source]]"
_HEAD = """\
# What `newsdesk corpus fetch` collects. Edit it, or use `newsdesk corpus add` and `newsdesk corpus remove`, which leave
# the rest as it is. Above the sources may stand: articles (the folder they are stored in), open_hosts (names that are
# fetched from though they are not public), user_agent, and delay_s (seconds between two requests to one host).
"""


class BadSubscriptions(NewsdeskError):
    """A `corpus.toml` that cannot be read, or a source that cannot be one."""


class Kind(StrEnum):
    """What is at a source's address."""

    AUTO = "auto"
    """Whatever it turns out to be when it is added; no source is of this kind."""
    FEED = "feed"
    """RSS, Atom or JSON Feed."""
    SITEMAP = "sitemap"
    """A sitemap, for news or not, or an index of them."""
    PAGE = "page"
    """One article."""


class Source(BaseModel):
    """Where articles of one outlet come from."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    url: str = Field(max_length=2000)
    name: str = Field(min_length=1, max_length=100)
    """The outlet."""
    kind: Kind = Kind.FEED
    language: str = Field(default="", pattern=r"^(?:[a-z]{2,3}(?:-[A-Za-z0-9-]{2,20})?)?$")
    """Of all its articles; empty for what each says."""
    keep_days: int = Field(default=0, ge=0, le=36500)
    """How long after its publication an article is kept; 0 for ever."""
    max_articles: int = Field(default=0, ge=0)
    """How many are kept, the newest; 0 for all."""
    full_text: bool = True
    """Whether the articles' pages are fetched; otherwise what the feed holds is all."""
    every_minutes: int = Field(default=15, ge=1, le=100_000)
    """How often it is looked at by whatever watches it."""

    @field_validator("url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if not clean_url(value):
            raise ValueError("is no http or https address")
        return value

    @field_validator("kind")
    @classmethod
    def _is_settled(cls, value: Kind) -> Kind:
        if value is Kind.AUTO:
            raise ValueError("is feed, sitemap or page; `newsdesk corpus add` finds out which")
        return value

    @field_validator("name", "url")
    @classmethod
    def _is_one_line(cls, value: str) -> str:
        if _BARRED.search(value):
            raise ValueError("has control characters")
        return value


class Subscriptions(BaseModel):
    """All of `corpus.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    articles: Path = Path("articles")
    """The folder in which articles are stored; relative to the file."""
    open_hosts: tuple[str, ...] = ()
    """Hosts, as `name` or `name:port`, that are fetched from although they are not public."""
    user_agent: str = Field(default="newsdesk/0.1 (collects articles for a question-answering bot)", max_length=200)
    """How it introduces itself; an address to complain to belongs here."""
    delay_s: float = Field(default=1.0, ge=0, le=600)
    """Seconds between two requests to one host."""
    source: tuple[Source, ...] = ()

    def find(self, url: str) -> Source:
        """The source at an address, however it is written.

        Raises:
            BadSubscriptions: There is none.
        """
        found = next((s for s in self.source if key_of(s.url) == key_of(url)), None)
        if found is None:
            known = ", ".join(s.url for s in self.source) or "none yet"
            raise BadSubscriptions(f"{url[:200]} is no source; they are: {known}")
        return found


def make_source(**values: Any) -> Source:
    """A source, checked.

    Raises:
        BadSubscriptions: A value that cannot be used.
    """
    try:
        return Source(**values)
    except ValidationError as e:
        fault = e.errors(include_url=False)[0]
        raise BadSubscriptions(f"{fault['loc'][0]}: {fault['msg']}: {fault['input']!r:.200}") from e


def load_subscriptions(home: Path) -> Subscriptions:
    """What `corpus.toml` in the home folder says; without one, no sources.

    Raises:
        BadSubscriptions: It cannot be read, or names what is none.
    """
    path = home / FILE_NAME
    try:
        return _check(path, tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as e:
        raise BadSubscriptions(f"{path}: {e}; mend or remove the file") from e


def add_source(home: Path, source: Source) -> None:
    """Add a source to the end of `corpus.toml`; all else in it stays as it is.

    Raises:
        BadSubscriptions: It is there already, or the file cannot be read or written.
    """
    path = home / FILE_NAME
    with _locked(path) as (text, known):
        if any(key_of(s.url) == key_of(source.url) for s in known.source):
            raise BadSubscriptions(f"{source.url} is collected already; edit {path} to change how")
        values = source.model_dump(mode="json", exclude_defaults=True)
        lines = [_HEADER, *(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items())]
        changed = "\n".join([(text or _HEAD).rstrip("\n"), "", *lines, ""])
        _write(path, changed, [*known.source, source])


def remove_source(home: Path, url: str) -> Source:
    """Take a source out of `corpus.toml`, and return it; all else in the file stays as it is.

    Raises:
        BadSubscriptions: There is none at this address, or the file cannot be read or written.
    """
    path = home / FILE_NAME
    with _locked(path) as (text, known):
        source = known.find(url)
        at = known.source.index(source)
        lines = text.split("\n")
        headers = [n for n, line in enumerate(lines) if line.split("#")[0].strip() == _HEADER]
        if len(headers) != len(known.source):
            raise BadSubscriptions(f"{path}: its sources are not each under {_HEADER}; remove {source.url} by hand")
        end = headers[at + 1] if at + 1 < len(headers) else len(lines)
        while end > headers[at] + 1 and not lines[end - 1].partition("#")[0].strip():
            end -= 1  # comments before the next source are about that one
        changed = "\n".join([*lines[: headers[at]], *lines[end:]]).rstrip("\n") + "\n"
        _write(path, changed, [s for s in known.source if s is not source])
    return source


def _check(path: Path, values: dict[str, Any]) -> Subscriptions:
    try:
        found = Subscriptions.model_validate(values)
    except ValidationError as e:
        fault = e.errors(include_url=False)[0]
        name = ".".join(str(part + 1 if isinstance(part, int) else part) for part in fault["loc"])
        raise BadSubscriptions(f"{path}: {name}: {fault['msg']}; mend the file") from e
    keys = [key_of(s.url) for s in found.source]
    if doubled := next((s.url for s in found.source if keys.count(key_of(s.url)) > 1), None):
        raise BadSubscriptions(f"{path}: {doubled} stands there twice; remove one of them")
    return found.model_copy(update={"articles": path.parent / found.articles.expanduser()})


@contextmanager
def _locked(path: Path) -> Iterator[tuple[str, Subscriptions]]:
    """The file's text and what it says, for one process at a time to change."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock"):
            known = load_subscriptions(path.parent)
            yield path.read_text(encoding="utf-8") if path.exists() else "", known
    except OSError as e:
        raise BadSubscriptions(f"{path}: cannot be written ({e.strerror}); see that the folder is yours") from e


def _write(path: Path, text: str, expected: Sequence[Source]) -> None:
    """Write the file, whole or not at all, if it says what it should."""
    if list(_check(path, tomllib.loads(text)).source) != list(expected):
        raise BadSubscriptions(f"{path}: is laid out in a way that only you can edit; change it by hand")
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
