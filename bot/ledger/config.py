"""The options of a server, and of its channels where they differ."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from bot.ledger.database import Database, storable
from bot.ledger.errors import BadRequest
from bot.ledger.usage import Amount
from bot.smalltalk import MAX_QUESTION_CHARS

_WHOLE_SERVER = 0
_MENTION = re.compile(r"<(?:#|@&)(\d+)>")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_MAX_LISTED = 25


class Replies(StrEnum):
    """What is answered besides commands, direct messages and buttons."""

    MENTIONS = "mentions"
    """Mentions of the bot and replies to it."""
    THREADS = "threads"
    """The same, in threads alone."""
    FORUMS = "forums"
    """The same, and the first message of every post in a forum."""


def _split(value: object) -> object:
    """A list out of a text as people type it, parted by commas."""
    if not isinstance(value, str):
        return value
    return [part.strip() for part in value.split(",") if part.strip()]


def _read_ids(value: object) -> object:
    """The ids out of a text as people type it: mentions or ids, parted by commas or blanks."""
    if not isinstance(value, str):
        return value
    ids = [part for part in re.split(r"[,\s]+", _MENTION.sub(r" \1 ", value)) if part]
    if unknown := [part for part in ids if not (part.isascii() and part.isdecimal())]:
        raise ValueError(f"a channel or role is chosen after typing # or @, and {unknown[0]!r} is none")
    return ids


_Ids = Annotated[
    tuple[Annotated[int, Field(gt=0, lt=2**63)], ...], Field(max_length=_MAX_LISTED), BeforeValidator(_read_ids)
]
_Names = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=100)], ...],
    Field(max_length=_MAX_LISTED),
    BeforeValidator(_split),
]


class ServerConfig(BaseModel):
    """Every option with its default and, as its field's description, what it does.

    Without any set, the bot speaks only when it is spoken to.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)

    channels: _Ids = ()
    """Where it answers, threads in them included; empty for wherever it may write."""
    roles: _Ids = ()
    """Who may ask: members with one of these roles; empty for everybody."""
    replies: Replies = Replies.MENTIONS
    """What it answers besides commands: mentions, mentions in threads only, or the posts of forums as well."""
    language: str = ""
    """Only articles in this language, such as `en`; empty for all."""
    sources: _Names = ()
    """Only these outlets; empty for all."""
    model: bool = True
    """Whether a language model may write over the quotations, if whoever runs the bot has set one up."""
    max_question_chars: int = Field(default=500, ge=20, le=MAX_QUESTION_CHARS)
    """The longest question, in characters."""
    reader_per_minute: int = Field(default=5, ge=1, le=60)
    """Questions of one reader in a minute."""
    server_per_minute: int = Field(default=60, ge=1, le=600)
    """Questions of the server in a minute."""
    daily_questions: int = Field(default=0, ge=0)
    """Questions of the server on one day; 0 for what whoever runs the bot allows, which holds in any case."""
    daily_tokens: int = Field(default=0, ge=0)
    """Tokens of a language model on one day; 0 for what whoever runs the bot allows."""

    @field_validator("language")
    @classmethod
    def _is_code(cls, value: str) -> str:
        if value and not _LANGUAGE.fullmatch(value):
            raise ValueError("it is no code of a language, such as en or zh")
        return value

    @classmethod
    def read(cls, name: str, value: Any) -> ServerConfig:
        """The defaults with one option as typed, or as what it is.

        Raises:
            BadRequest: The value cannot be used.
        """
        return _checked({name: value})

    @property
    def daily_cap(self) -> Amount:
        """The server's own cap on a day."""
        return Amount(questions=self.daily_questions, tokens=self.daily_tokens)

    def allows(self, places: Iterable[int], roles: Iterable[int]) -> bool:
        """Whether a member with these roles may ask in a place: a channel, or a thread and the channel it is in."""
        return (not self.channels or not set(self.channels).isdisjoint(places)) and (
            not self.roles or not set(self.roles).isdisjoint(roles)
        )


_OF_SERVER = frozenset({"channels", "server_per_minute", "daily_questions", "daily_tokens"})
"""Options that a channel cannot have of its own."""


class Config:
    """The options that were set."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, server: int, channel: int | None = None) -> ServerConfig:
        """The options that hold in a channel: its own, else the server's, else the defaults.

        Raises:
            BadRequest: An option was set by another version to what this one cannot use.
        """
        rows = self._db.read(
            "SELECT name, value FROM options WHERE server = ? AND channel IN (?, ?) ORDER BY channel",
            *(server, _WHOLE_SERVER, channel or _WHOLE_SERVER),
        )
        return _checked({name: json.loads(value) for name, value in rows})

    def own(self, server: int) -> dict[int | None, dict[str, Any]]:
        """What was set, as it is stored: of the server under None, and of each of its channels that has any."""
        found: dict[int | None, dict[str, Any]] = {}
        query = "SELECT channel, name, value FROM options WHERE server = ? ORDER BY channel, name"
        for channel, name, value in self._db.read(query, server):
            found.setdefault(channel or None, {})[name] = json.loads(value)
        return found

    def set(self, server: int, name: str, value: Any, channel: int | None = None) -> ServerConfig:
        """Set an option of a server or of one channel, given as typed or as what it is; returns those that then hold.

        Raises:
            BadRequest: There is no such option, the value cannot be used, or a channel cannot have it.
        """
        _check_name(name, channel)
        usable = ServerConfig.read(name, value).model_dump(mode="json")[name]
        with self._db.write() as transaction:
            row = (server, channel or _WHOLE_SERVER, name, json.dumps(usable))
            transaction.execute("INSERT OR REPLACE INTO options VALUES (?, ?, ?, ?)", row)
        return self.get(server, channel)

    def reset(self, server: int, name: str, channel: int | None = None) -> bool:
        """Unset an option of a server or of one channel, also one that this version lacks; returns whether it was set.

        Of a server's option, what its channels have of their own stays.
        """
        with self._db.write() as transaction:
            row = (server, channel or _WHOLE_SERVER, storable(name))
            query = "DELETE FROM options WHERE server = ? AND channel = ? AND name = ?"
            return transaction.execute(query, row).rowcount > 0


def _check_name(name: str, channel: int | None) -> None:
    if name not in ServerConfig.model_fields:
        raise BadRequest(f"There is no option {name!r}. There are {', '.join(ServerConfig.model_fields)}.")
    if channel and name in _OF_SERVER:
        raise BadRequest(f"The option {name} holds for the whole server. Please set it without a channel.")


def _checked(values: dict[str, Any]) -> ServerConfig:
    try:
        return ServerConfig.model_validate(values)
    except ValidationError as e:
        fault = e.errors(include_input=False, include_url=False)[0]
        name, reason = fault["loc"][0], fault["msg"].removeprefix("Value error, ")
        raise BadRequest(
            f"{name} cannot be that: {reason[0].lower()}{reason[1:]}. Set it to something else, or reset it."
        ) from e
