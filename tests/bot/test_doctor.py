"""What the doctor finds, each trouble with its remedy."""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import PackageNotFoundError
from threading import Thread
from typing import Any

import pytest

from bot import doctor
from bot.citations import Paragraph
from bot.desk import Desk
from bot.doctor import Finding, examine
from bot.verify.entailment import EntailmentUnavailable, Judgement
from index.errors import EncoderUnavailable, RerankerUnavailable

KEY = "sk-secret-key-4711"
Usage = namedtuple("Usage", "total used free")

pytestmark = pytest.mark.usefixtures("fake_weights")


def find(name: str) -> Finding:
    return next(f for f in examine() if f.name == name)


@pytest.fixture
def built(settings, articles) -> None:
    Desk(settings).rebuild([articles])


@pytest.fixture
def endpoint(monkeypatch) -> Iterator[ThreadingHTTPServer]:
    """An endpoint on the loopback that lists its models for whoever has the key."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            right = self.path == "/v1/models" and self.headers["Authorization"] == f"Bearer {KEY}"
            self.send_response(200 if right else 401)
            self.end_headers()
            self.wfile.write(json.dumps({"data": []}).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("NEWSDESK_LLM", f"http://127.0.0.1:{server.server_port}/v1/")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_with_an_index_nothing_is_wrong(built):
    assert [f for f in examine() if f.ok is False] == []


def test_what_is_wrong_has_a_remedy_and_what_is_not_has_none(built, monkeypatch):
    monkeypatch.setenv("NEWSDESK_LLM", "http://127.0.0.1:1/v1")
    findings = examine()
    assert any(f.ok is False for f in findings)
    assert all(bool(f.remedy) == (f.ok is False) for f in findings)


def test_the_index_is_described_by_generation_numbers_and_newest_article(built):
    finding = find("index")
    assert finding.ok is True
    assert "generation 000001: 12 articles" in finding.state
    assert "newest 2025-06-02" in finding.state


def test_a_missing_index_is_a_fault_with_the_command_that_builds_one():
    finding = find("index")
    assert finding.ok is False
    assert "newsdesk index build" in finding.state


def test_an_index_by_another_encoder_is_a_fault(built, monkeypatch):
    monkeypatch.setenv("NEWSDESK_ENCODER", "other")
    finding = find("index")
    assert finding.ok is False
    assert "all-MiniLM-L6-v2" in finding.state


def test_an_encoder_without_weights_is_a_fault(built, monkeypatch):
    def fail(*_: Any, **__: Any) -> None:
        raise EncoderUnavailable("its weights are not installed")

    monkeypatch.setattr("index.encoder.SentenceEncoder", fail)
    finding = find("encoder")
    assert (finding.ok, finding.state) == (False, "its weights are not installed")


class Reranker:
    """Stands in for the cross-encoder; what it gives depends on its name."""

    def __init__(self, name: str, *, offline: bool) -> None:
        assert offline, "it may be downloaded"
        self.name = name

    def score(self, question: str, texts: Sequence[str]) -> list[float] | None:
        if self.name == "missing":
            raise RerankerUnavailable("reranker missing: is not on this machine")
        return None if self.name == "failing" else [0.0 for _ in texts]


WITH_A_CROSS_ENCODER = pytest.mark.parametrize(
    ("name", "ok", "state"),
    [
        ("", None, "none"),
        ("some/model", True, "some/model"),
        ("missing", False, "is not on this machine"),
        ("failing", False, "failing fails"),
    ],
)


@WITH_A_CROSS_ENCODER
def test_the_reranker_of_the_settings_is_tried_without_downloading_it(monkeypatch, name, ok, state):
    monkeypatch.setattr("index.reranker.CrossEncoderReranker", Reranker)
    monkeypatch.setenv("NEWSDESK_RERANKER", name)
    finding = find("reranker")
    assert finding.ok is ok
    assert state in finding.state
    assert bool(finding.remedy) == (ok is False)


class Judge:
    """Stands in for the NLI model, in the same way."""

    def __init__(self, name: str, *, offline: bool) -> None:
        assert offline, "it may be downloaded"
        self.name = name

    def judge(self, paragraphs: Sequence[Paragraph], sentence: str) -> Judgement | None:
        if self.name == "missing":
            raise EntailmentUnavailable("NLI model missing: is not on this machine")
        return None if self.name == "failing" else Judgement(0, 1, 0)


@WITH_A_CROSS_ENCODER
def test_the_nli_model_of_the_settings_is_tried_without_downloading_it(monkeypatch, name, ok, state):
    monkeypatch.setattr("bot.verify.entailment.EntailmentModel", Judge)
    monkeypatch.setenv("NEWSDESK_NLI", name)
    finding = find("NLI model")
    assert finding.ok is ok
    assert state in finding.state
    assert bool(finding.remedy) == (ok is False)


def test_a_setting_that_is_wrong_is_named_and_nothing_that_needs_settings_is_looked_at(monkeypatch):
    monkeypatch.setenv("NEWSDESK_ENCODR", "x")
    findings = examine()
    assert findings[-1].name == "settings"
    assert "NEWSDESK_ENCODR" in findings[-1].state


def test_a_package_that_is_missing_is_a_fault(monkeypatch):
    def version(name: str) -> str:
        if name == "torch":
            raise PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(doctor, "version", version)
    assert (find("torch").ok, find("chromadb").ok) == (False, True)


def test_a_home_that_cannot_be_a_folder_is_a_fault_and_what_lies_in_it_is_not_looked_at(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NEWSDESK_HOME", str(tmp_path / "file" / "desk"))
    findings = {f.name: f for f in examine()}
    assert findings["home"].ok is False
    assert "NEWSDESK_HOME" in findings["home"].remedy
    assert not {"encoder", "index"} & set(findings)


def test_a_full_disk_is_a_fault(monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(10, 9, 1))
    assert find("home").ok is False


def test_the_look_at_the_home_leaves_nothing_behind(settings):
    find("home")
    assert not (settings.home / ".doctor").exists()


def test_no_language_model_and_no_token_are_no_faults():
    assert (find("language model").ok, find("discord").ok) == (None, None)


def test_an_endpoint_that_answers_is_found(endpoint, monkeypatch):
    monkeypatch.setenv("NEWSDESK_LLM_API_KEY", KEY)
    monkeypatch.setenv("NEWSDESK_LLM_MODEL", "small")
    finding = find("language model")
    assert finding.ok is True
    assert finding.state.startswith("small at http://127.0.0.1:")


def test_an_endpoint_that_refuses_the_key_is_a_fault_named_by_its_status(endpoint, monkeypatch):
    monkeypatch.setenv("NEWSDESK_LLM_API_KEY", "another-key")
    finding = find("language model")
    assert finding.ok is False
    assert "(401)" in finding.state
    assert "another-key" not in f"{finding}"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/v1", "http://a b/v1", "http://user:pa55word@127.0.0.1:1"])
def test_an_endpoint_that_cannot_be_reached_is_a_fault(monkeypatch, url):
    monkeypatch.setenv("NEWSDESK_LLM", url)
    finding = find("language model")
    assert finding.ok is False
    assert "NEWSDESK_LLM" in finding.remedy
    assert "pa55word" not in finding.state


def test_every_model_of_the_list_is_looked_at(endpoint, monkeypatch):
    monkeypatch.setenv(
        "NEWSDESK_LLM", f"http://127.0.0.1:1/v1,openai/gpt-4o,http://127.0.0.1:{endpoint.server_port}/v1"
    )
    monkeypatch.setenv("NEWSDESK_LLM_API_KEY", KEY)
    findings = [f for f in examine() if f.name == "language model"]
    assert [f.ok for f in findings] == [False, False, True]
    assert "OPENAI_API_KEY" in findings[1].state


def test_a_local_model_is_looked_at_without_loading_it(tmp_path, monkeypatch):
    (tmp_path / "small.gguf").write_bytes(b"GGUF")
    (tmp_path / "page.gguf").write_bytes(b"<html>")
    monkeypatch.setattr(doctor, "find_spec", lambda _: object())
    monkeypatch.setenv("NEWSDESK_LLM", f"{tmp_path}/small.gguf,{tmp_path}/page.gguf,local")
    good, bad, missing = [f for f in examine() if f.name == "language model"]
    assert (good.ok, good.state) == (True, f"small in {tmp_path}/small.gguf")
    assert (bad.ok, bad.state) == (False, "page.gguf is no GGUF file")
    assert missing.ok is False
    assert "newsdesk model get" in missing.state


def test_a_local_model_without_llama_cpp_is_a_fault_with_the_extra(monkeypatch):
    monkeypatch.setattr(doctor, "find_spec", lambda _: None)
    monkeypatch.setenv("NEWSDESK_LLM", "local")
    assert "newsdesk[local]" in find("language model").remedy


@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY}…"])
def test_a_key_that_no_header_can_hold_is_a_fault_that_does_not_show_it(endpoint, monkeypatch, key):
    monkeypatch.setenv("NEWSDESK_LLM_API_KEY", key)
    finding = find("language model")
    assert finding.ok is False
    assert KEY not in f"{finding}"


def test_a_token_is_said_to_be_set_and_not_shown(monkeypatch):
    monkeypatch.setenv("DISCORD_TOKEN", KEY)
    finding = find("discord")
    assert finding.ok is True
    assert KEY not in f"{finding}"
