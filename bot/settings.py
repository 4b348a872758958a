"""Settings: the only reader of the environment."""

from __future__ import annotations

import os
import re
import tomllib
from datetime import tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.llm.choice import ModelChoice, parse_choices
from index.errors import NewsdeskError

PACKAGED_ENCODER = "all-MiniLM-L6-v2"
_SERVER = re.compile(r"https?://([\w.-]+|\[[0-9a-fA-F:.]+\])(:(?P<port>\d{1,5}))?/?", re.ASCII)
_MAX_PORT = 65535


class BadSettings(NewsdeskError):
    """A setting that is unknown or has a value that cannot be used."""


class Settings(BaseSettings):
    """Every setting, read from `NEWSDESK_*` variables and `$NEWSDESK_HOME/newsdesk.toml`."""

    model_config = SettingsConfigDict(
        env_prefix="NEWSDESK_",
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    home: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("newsdesk", appauthor=False)))
    """Where all state lives: the index, its caches, the evaluation's own indexes."""
    chroma: str = ""
    """Address of a Chroma server or cluster that holds the index, such as `http://host:8000`; empty for one in home."""
    chroma_tenant: str = "default_tenant"
    """Tenant on that server."""
    chroma_database: str = "default_database"
    """Database of that tenant; each index has one of its own."""
    chroma_token: SecretStr = SecretStr("")
    """Token that the server, or the proxy before it, asks for as `X-Chroma-Token`."""
    keep_generations: int = Field(default=3, ge=1)
    """Complete states of the index that are kept, the live one among them, to roll back to."""
    watch: bool = False
    """Whether the bot builds again whenever the files of the last build change, in a process of its own."""
    encoder: str = PACKAGED_ENCODER
    """The packaged encoder, or any sentence-transformers model by name or folder."""
    encoder_threads: int = Field(default=0, ge=0)
    """Threads of the encoder and the cross-encoders; 0 takes all cores."""
    reranker: str = ""
    """A cross-encoder by its name on the hub or its folder; empty for the learnt order."""
    nli: str = ""
    """A cross-encoder for natural-language inference that judges a model's sentences too; empty for the rules alone."""
    timezone: str = "UTC"
    """Zone of relative dates and of days given without a time."""
    llm: str = "none"
    """The language models, comma-separated, the next for when one fails; `none` for quotes only."""
    llm_model: str = "default"
    """Model name to ask an OpenAI-compatible endpoint for, where its address names none behind a `#`."""
    llm_api_key: SecretStr = SecretStr("")
    """Key for such an endpoint."""
    openai_api_key: SecretStr = Field(
        default=SecretStr(""), validation_alias=AliasChoices("NEWSDESK_OPENAI_API_KEY", "OPENAI_API_KEY")
    )
    """Key for OpenAI."""
    anthropic_api_key: SecretStr = Field(
        default=SecretStr(""), validation_alias=AliasChoices("NEWSDESK_ANTHROPIC_API_KEY", "ANTHROPIC_API_KEY")
    )
    """Key for Anthropic."""
    llm_timeout_s: float = Field(default=60.0, gt=0)
    """Seconds that a model may take for a whole answer, with all tries."""
    llm_max_tokens: int = Field(default=400, ge=16)
    """Longest answer to ask the model for."""
    llm_context_tokens: int = Field(default=0, ge=0)
    """Window of the model; 0 for what is known of it, and 4096 for a local one."""
    llm_threads: int = Field(default=0, ge=0)
    """Threads of a local model; 0 takes all cores."""
    model_hub: str = "https://huggingface.co"
    """Where local models are fetched from."""
    llm_context_words: int = Field(default=1200, ge=100)
    """Words of paragraphs that the prompt carries at most."""
    memory_minutes: float = Field(default=60.0, ge=0)
    """How long after an answer a reply to it is a follow-up; later ones are questions of their own."""
    keep_days: int = Field(default=30, ge=1, le=3650)
    """Days for which answers in Discord are remembered, with their questions and ratings."""
    daily_questions: int = Field(default=2000, ge=0)
    """Questions of one Discord server on one day in UTC; 0 for any number."""
    daily_tokens: int = Field(default=1_000_000, ge=0)
    """Tokens that a language model reads and writes for one server on one day; 0 for any number."""
    daily_cost: float = Field(default=0.0, ge=0)
    """What they may cost, in the currency of the prices; 0 for any sum."""
    llm_price_read: float = Field(default=0.0, ge=0)
    """Price of a million tokens that the model reads."""
    llm_price_written: float = Field(default=0.0, ge=0)
    """Price of a million tokens that it writes."""
    answer_processes: int = Field(default=2, ge=1, le=64)
    """Processes of the bot that find answers without a language model, one for each core that is to be used."""
    message_content: bool = False
    """Whether to ask Discord for the content of all messages, which lets the bot answer in threads unmentioned."""
    discord_token: SecretStr = Field(
        default=SecretStr(""), validation_alias=AliasChoices("NEWSDESK_DISCORD_TOKEN", "DISCORD_TOKEN")
    )
    """The bot's token."""

    @field_validator("chroma")
    @classmethod
    def _known_address(cls, value: str) -> str:
        found = _SERVER.fullmatch(value)
        if value and not (found and int(found["port"] or 0) <= _MAX_PORT):
            raise ValueError("is not the address of a Chroma server, such as http://chroma.example:8000")
        return value.rstrip("/")

    @field_validator("chroma_token")
    @classmethod
    def _fits_a_header(cls, value: SecretStr) -> SecretStr:
        token = value.get_secret_value()
        if not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("holds characters that no header can hold")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as e:  # OSError for a folder of zones, such as Europe
            raise ValueError("is not an IANA time zone such as Europe/Berlin") from e
        return value

    @field_validator("llm")
    @classmethod
    def _known_models(cls, value: str) -> str:
        parse_choices(value, "")
        return value

    @property
    def models(self) -> tuple[ModelChoice, ...]:
        """The language models, the first to be asked first."""
        return parse_choices(self.llm, self.llm_model)

    @property
    def zone(self) -> tzinfo:
        """The time zone of relative dates."""
        return ZoneInfo(self.timezone)


SETTINGS_FILE = "newsdesk.toml"


def load_settings(**given: Any) -> Settings:
    """Settings from the arguments, then the environment, then `newsdesk.toml` in the home folder.

    Raises:
        BadSettings: A name that is no setting, or a value that cannot be used.
    """
    try:
        home = Settings(**given).home
    except ValidationError as e:
        raise BadSettings(_explain(e, "the environment")) from e
    _reject_unknown_variables()
    path = home / SETTINGS_FILE
    try:
        in_file = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as e:
        raise BadSettings(f"{path}: {e}; mend or remove the file") from e
    if unknown := sorted(set(in_file) - set(Settings.model_fields)):
        raise BadSettings(f"{path}: {unknown[0]} is no setting; known are {', '.join(sorted(Settings.model_fields))}")
    in_environment = Settings(**given).model_fields_set
    try:
        return Settings(**{k: v for k, v in in_file.items() if k not in in_environment}, **given)
    except ValidationError as e:
        raise BadSettings(_explain(e, str(path))) from e


def _reject_unknown_variables() -> None:
    known = {f"NEWSDESK_{name.upper()}" for name in Settings.model_fields}
    for variable in sorted(os.environ):
        if variable.startswith("NEWSDESK_") and variable not in known:
            raise BadSettings(f"{variable} is no setting; known are {', '.join(sorted(known))}")


def _explain(error: ValidationError, place: str) -> str:
    """One line about the first fault, without the value, which may be a secret."""
    fault = error.errors(include_input=False, include_url=False)[0]
    name = ".".join(str(part) for part in fault["loc"])
    return f"{place}: setting {name}: {fault['msg']}"
