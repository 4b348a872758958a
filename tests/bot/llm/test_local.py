"""A model inside the process: how llama.cpp is started and closed, and what a real file writes."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from bot.llm import ModelFailed, estimate_tokens
from bot.llm.http_model import HttpModel
from bot.llm.local import LocalModel


class Llama:
    """Stands in for the package xllamacpp: its server is the endpoint.

    Attributes:
        started: The parameters of each server that was started.
        n_running: Servers that run.
        fails: Whether files cannot be loaded.
    """

    def __init__(self, origin: str) -> None:
        self.started: list[Any] = []
        self.n_running = 0
        self.fails = False
        llama = self

        class Server:
            listening_address = origin

            def __init__(self, params: Any) -> None:
                if llama.fails:
                    raise RuntimeError("Failed to init server")
                llama.started.append(params)
                llama.n_running += 1

            def __del__(self) -> None:
                if not llama.fails:
                    llama.n_running -= 1

        self.Server = Server

    @staticmethod
    def CommonParams() -> Any:
        names = ("model", "cpuparams", "cpuparams_batch")
        return SimpleNamespace(**{name: SimpleNamespace() for name in names})


@pytest.fixture
def llama(endpoint, monkeypatch) -> Llama:
    llama = Llama(endpoint.origin)
    monkeypatch.setitem(sys.modules, "xllamacpp", llama)
    return llama


@pytest.fixture
def gguf(tmp_path) -> Path:
    path = tmp_path / "small.gguf"
    path.write_bytes(b"GGUF and more")
    return path


def make(path: Path) -> tuple[LocalModel, HttpModel]:
    local = LocalModel(path, threads=3, context_tokens=1024, max_tokens=77)
    return local, HttpModel(path.stem, local.connect, 60.0, 1024)


def test_the_file_is_loaded_once_when_first_asked(llama, gguf, endpoint):
    _, model = make(gguf)
    assert llama.started == []
    endpoint.respond = endpoint.stream("Yes.")
    assert [model.complete("Who?"), model.complete("Who?")] == ["Yes.", "Yes."]
    (params,) = llama.started
    assert (params.model.path, params.n_ctx, params.cpuparams.n_threads) == (str(gguf), 1024, 3)


def test_nobody_else_on_the_machine_can_ask_it(llama, gguf, endpoint):
    endpoint.respond = endpoint.stream("Yes.")
    make(gguf)[1].complete("Who?")
    make(gguf)[1].complete("Who?")
    hosts = [params.hostnames for params in llama.started]
    (first,), (second,) = (params.api_keys for params in llama.started)
    assert hosts == [["127.0.0.1"]] * 2
    assert len(first) >= 32
    assert first != second
    assert [r["headers"]["Authorization"] for r in endpoint.requests] == [f"Bearer {first}", f"Bearer {second}"]


def test_it_is_stopped_when_closed_and_started_again_when_asked(llama, gguf, endpoint):
    endpoint.respond = endpoint.stream("Yes.")
    local, model = make(gguf)
    model.complete("Who?")
    assert llama.n_running == 1
    local.close()
    local.close()
    assert llama.n_running == 0
    model.complete("Who?")
    assert (llama.n_running, len(llama.started)) == (1, 2)


def test_it_is_stopped_when_the_process_ends(llama, gguf, endpoint, monkeypatch):
    at_exit: list[Any] = []
    monkeypatch.setattr("atexit.register", at_exit.append)
    endpoint.respond = endpoint.stream("Yes.")
    make(gguf)[1].complete("Who?")
    for close in at_exit:
        close()
    assert llama.n_running == 0


def test_without_llama_cpp_the_extra_to_install_is_named(gguf, monkeypatch):
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(ModelFailed, match=r"pip install newsdesk\[local\]"):
        make(gguf)[1].complete("Who?")


def test_a_file_that_llama_cpp_cannot_load_is_named_without_its_folder(llama, gguf):
    llama.fails = True
    with pytest.raises(ModelFailed, match=r"^small\.gguf cannot be loaded"):
        make(gguf)[1].complete("Who?")


@pytest.mark.parametrize(("content", "told"), [(b"<html>", "no GGUF file"), (b"", "no GGUF file"), (None, "not there")])
def test_a_file_that_is_none_is_told_before_llama_cpp_sees_it(llama, tmp_path, content, told):
    path = tmp_path / "small.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelFailed, match=told):
        make(path)[1].complete("Who?")
    assert llama.started == []


# A real model


@pytest.fixture(scope="module")
def smol(smollm2) -> Any:
    pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
    local = LocalModel(smollm2, threads=2, context_tokens=1024, max_tokens=24)
    yield HttpModel(smollm2.stem, local.connect, 300.0, 1024)
    local.close()


@pytest.mark.weights
def test_a_real_model_completes_a_prompt_piece_by_piece(smol):
    pieces: list[str] = []
    text = smol.complete("Name three fruits.", pieces.append)
    assert re.search("[a-z]{3}", text)
    assert len(pieces) > 3
    assert "".join(pieces) == text


@pytest.mark.weights
def test_a_real_model_that_is_too_slow_is_given_up_and_answers_the_next_question(smol):
    hurried = HttpModel("hurried", smol._connect, 0.05, 1024)
    with pytest.raises(ModelFailed, match=r"took longer than 0\.05 seconds"):
        hurried.complete("Write a long story. " * 150)
    assert smol.complete("Name three fruits.")


@pytest.mark.weights
def test_a_prompt_beyond_the_window_is_a_failure(smol):
    with pytest.raises(ModelFailed, match="HTTP status 400"):
        smol.complete("Who opened it? " * 500)


@pytest.mark.weights
def test_tokens_of_english_are_overestimated_by_less_than_two(smol):
    articles = (Path(__file__).resolve().parents[3] / "corpus" / "articles").glob("*.md")
    texts = [article.read_text(encoding="utf-8").rpartition("---\n")[2] for article in articles]
    english = [text for text in texts if not re.search(r"[\u3400-\u9fff]", text)]
    with httpx.Client(timeout=60) as client:
        llm = smol._connect(client)
        address, headers = llm.api_base.removesuffix("/v1"), {"Authorization": f"Bearer {llm.api_key}"}
        for text in english:
            tokens = client.post(f"{address}/tokenize", json={"content": text}, headers=headers).json()["tokens"]
            assert len(tokens) <= estimate_tokens(text) <= 2 * len(tokens)
    assert len(english) > 30
