"""What is installed, configured, indexed and reachable, and what to do where it is not."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from bot.llm.choice import ModelChoice
from bot.llm.local import check_gguf
from bot.llm.providers import find_gguf, find_key
from bot.settings import BadSettings, Settings, load_settings
from index.errors import NewsdeskError

_PACKAGES = ("chromadb", "llama-index-core", "sentence-transformers", "torch", "discord.py")
_MIN_FREE_BYTES = 1_000_000_000
_PROBE_TIMEOUT_S = 5.0
_MAX_FAULTS = 3
_MODEL = "language model"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        ok: None for what is not needed and not set up.
        remedy: What to do; empty unless something is wrong.
    """

    name: str
    ok: bool | None
    state: str
    remedy: str = ""


def examine() -> list[Finding]:
    """Look at everything; what depends on a thing that failed is left out."""
    findings = list(_look_at_packages())
    try:
        settings = load_settings()
    except BadSettings as e:
        return [*findings, Finding("settings", False, str(e), "mend the setting that is named")]
    findings.append(_look_at_home(settings.home))
    if findings[-1].ok:
        looks = {
            "encoder": _look_at_encoder,
            "reranker": _look_at_reranker,
            "NLI model": _look_at_entailment,
            "index": _look_at_index,
        }
        findings += [_guard(name, look, settings) for name, look in looks.items()]
    return [*findings, *_look_at_models(settings), _look_at_discord(settings)]


def _guard(name: str, look: Callable[[Settings], Finding], settings: Settings) -> Finding:
    try:
        return look(settings)
    except NewsdeskError as e:
        return Finding(name, False, str(e), "do what the line above says")


def _look_at_packages() -> Iterator[Finding]:
    yield Finding("python", True, sys.version.split()[0])
    for name in _PACKAGES:
        try:
            yield Finding(name, True, version(name))
        except PackageNotFoundError:
            yield Finding(name, False, "not installed", "run `pip install newsdesk` again")


def _look_at_home(home: Path) -> Finding:
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe = home / ".doctor"
        probe.touch()
        probe.unlink()
        free = shutil.disk_usage(home).free
    except OSError as e:
        return Finding("home", False, f"{home}: {e.strerror}", "set NEWSDESK_HOME to a folder that can be written to")
    ok = free >= _MIN_FREE_BYTES
    return Finding(
        "home",
        ok,
        f"{home}, {free / 1e9:.0f} GB free",
        "" if ok else "free some disk space, or move NEWSDESK_HOME",
    )


def _look_at_encoder(settings: Settings) -> Finding:
    from index.encoder import SentenceEncoder

    encoder = SentenceEncoder(settings.encoder)
    vector = encoder.encode_queries(["Does it work?"])[0]
    return Finding("encoder", True, f"{encoder.name}, {len(vector)} dimensions, {encoder.max_tokens} tokens")


def _look_at_reranker(settings: Settings) -> Finding:
    from index.reranker import CrossEncoderReranker

    if not settings.reranker:
        return Finding("reranker", None, "none; hits keep the learnt order (NEWSDESK_RERANKER sets a cross-encoder)")
    reranker = CrossEncoderReranker(settings.reranker, offline=True)
    if reranker.score("Does it work?", ["It works."]) is None:
        return Finding("reranker", False, f"{reranker.name} fails", "set NEWSDESK_RERANKER to another cross-encoder")
    return Finding("reranker", True, reranker.name)


def _look_at_entailment(settings: Settings) -> Finding:
    from bot.verify.entailment import EntailmentModel

    if not settings.nli:
        return Finding("NLI model", None, "none; rules verify what a language model writes (NEWSDESK_NLI sets one)")
    model = EntailmentModel(settings.nli, offline=True)
    if model.judge([], "It works.") is None:
        return Finding("NLI model", False, f"{model.name} fails", "set NEWSDESK_NLI to another cross-encoder")
    return Finding("NLI model", True, model.name)


def _look_at_index(settings: Settings) -> Finding:
    from bot.desk import Desk
    from index.probe import Part, find_faults

    desk = Desk(settings)
    if settings.chroma or (settings.home / "chroma").is_dir():
        faults = [f for f in find_faults(desk.store) if f.part is not Part.LEFTOVER]
        if faults:
            told = "; ".join(map(str, faults[:_MAX_FAULTS]))
            more = f"; and {len(faults) - _MAX_FAULTS} more" if len(faults) > _MAX_FAULTS else ""
            return Finding("index", False, told + more, "run `newsdesk index repair`")
    live = desk.reader.current().manifest
    facts = desk.status()
    newest = facts["newest"] or "undated"
    return Finding(
        "index",
        True,
        f"generation {live.generation}: {live.n_articles} articles, {live.n_passages} passages, newest {newest}",
    )


def _look_at_models(settings: Settings) -> Iterator[Finding]:
    if not settings.models:
        yield Finding(_MODEL, None, "none; answers are quotes (NEWSDESK_LLM sets one)")
    for choice in settings.models:
        look = _look_at_file if choice.provider == "local" else _look_at_endpoint
        try:
            yield look(choice, settings)
        except NewsdeskError as e:
            yield Finding(_MODEL, False, str(e), "do what the line above says; quotes work without it")


def _look_at_file(choice: ModelChoice, settings: Settings) -> Finding:
    if find_spec("xllamacpp") is None:
        return Finding(_MODEL, False, f"{choice.name} needs llama.cpp", "run `pip install newsdesk[local]`")
    path = find_gguf(choice, settings.home)
    check_gguf(path)
    return Finding(_MODEL, True, f"{choice.name} in {path}")


def _look_at_endpoint(choice: ModelChoice, settings: Settings) -> Finding:
    import httpx

    from bot.llm.anthropic import anthropic_headers
    from bot.llm.http_model import NO_PROXY

    key = find_key(choice, settings)
    headers = anthropic_headers(key) if choice.provider == "anthropic" else {"Authorization": f"Bearer {key}"}
    address = _without_secrets(choice.address)
    try:
        with httpx.Client(headers=headers if key else {}, timeout=_PROBE_TIMEOUT_S, mounts=NO_PROXY) as client:
            client.get(f"{choice.address}/models").raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as e:  # ValueError for a key that no header can hold
        status = e.response.status_code if isinstance(e, httpx.HTTPStatusError) else type(e).__name__
        return Finding(
            _MODEL,
            False,
            f"{address} does not answer ({status})",
            "start the endpoint, or mend NEWSDESK_LLM and its key; quotes work without it",
        )
    return Finding(_MODEL, True, f"{choice.name} at {address}")


def _look_at_discord(settings: Settings) -> Finding:
    if not settings.discord_token.get_secret_value():
        return Finding("discord", None, "no token; `newsdesk bot` needs DISCORD_TOKEN")
    return Finding("discord", True, "token set")


def _without_secrets(url: str) -> str:
    """An address without the user and password that may stand in it."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
