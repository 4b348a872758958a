"""The settings of a Chroma server, and the commands on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import desk
from bot.chat.failures import explain
from bot.cli import main
from bot.desk import Desk
from bot.doctor import examine
from bot.settings import BadSettings, Settings, load_settings
from index.errors import ChromaUnavailable
from tests.bot.conftest import ARTICLES, write_article
from tests.chroma_server import ChromaProcess, running_chroma


@pytest.fixture
def chroma(home, monkeypatch) -> Iterator[ChromaProcess]:
    """A server, which the environment names."""
    monkeypatch.setattr("index.chroma._MAX_TRIES", 2)
    with running_chroma(home / "server") as process:
        monkeypatch.setenv("NEWSDESK_CHROMA", process.server.url)
        yield process


@pytest.fixture
def newsdesk(home, monkeypatch, capsys, make_encoder):
    """Runs a command with another home and an encoder that needs no weights; returns its exit code and what it says."""

    def run(name: str, *arguments: str) -> tuple[object, str, str]:
        monkeypatch.setenv("NEWSDESK_HOME", str(home / name))
        monkeypatch.setattr(desk, "SentenceEncoder", lambda name, threads=0: make_encoder(name, 256, 60))
        monkeypatch.setattr("sys.argv", ["newsdesk", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return end.value.code, said.out, said.err

    return run


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "articles").mkdir()
    for article_id, (title, day, text) in ARTICLES.items():
        write_article(tmp_path / "articles", article_id, title, day, text)
    return tmp_path / "articles"


@pytest.mark.parametrize(
    "url", ["http://chroma:8000", "https://chroma.example", "http://127.0.0.1:8000/", "http://[::1]:8000"]
)
def test_the_address_of_a_server_is_http_with_a_port_or_without(url):
    assert Settings(chroma=url).chroma == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    ["chroma:8000", "ftp://chroma", "http://me:secret@chroma", "http://chroma/v2", "http://:80", "http://chroma:70000"],
)
def test_what_is_no_address_of_a_server_is_refused_without_repeating_it(url, monkeypatch):
    monkeypatch.setenv("NEWSDESK_CHROMA", url)
    with pytest.raises(BadSettings, match=r"setting chroma: .*such as http://chroma\.example:8000") as failure:
        load_settings()
    assert url not in str(failure.value)


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "schlüssel"])
def test_a_token_that_no_header_can_hold_is_refused_without_repeating_it(token, monkeypatch):
    monkeypatch.setenv("NEWSDESK_CHROMA_TOKEN", token)
    with pytest.raises(BadSettings, match=r"chroma_token: .*characters that no header can hold") as failure:
        load_settings()
    assert token not in str(failure.value)


def test_an_index_on_a_server_is_built_by_one_home_and_asked_and_dropped_by_another(newsdesk, chroma, folder):
    code, out, _ = newsdesk("first", "index", "build", str(folder), "--json", "--worker", "1/2")
    assert (code, json.loads(out)["articles"]) == (0, len(ARTICLES))
    _, out, _ = newsdesk("second", "search", "harbour bridge", "--json", "-k", "1")
    assert len(json.loads(out)) == 1
    _, out, _ = newsdesk("second", "index", "status", "--json")
    facts = json.loads(out)
    assert (facts["generation"], facts["chroma"]) == ("000001", chroma.server.url)
    assert newsdesk("second", "index", "drop", "--yes")[0] == 0
    assert json.loads(newsdesk("first", "index", "status", "--json")[1])["generation"] is None


def test_where_the_server_is_away_commands_say_so_in_one_line(newsdesk, chroma, folder):
    chroma.kill()
    for command in (("index", "build", str(folder)), ("ask", "Who?"), ("index", "list"), ("index", "rollback")):
        code, _, err = newsdesk("home", *command)
        last = err.strip().splitlines()[-1]
        assert code == 1
        assert last.startswith(f"newsdesk: the Chroma server at {chroma.server.url} cannot be reached (")
        assert last.endswith("; start it or change NEWSDESK_CHROMA")


def test_doctor_says_where_the_server_is_away(newsdesk, chroma, monkeypatch, home):
    chroma.kill()
    monkeypatch.setenv("NEWSDESK_HOME", str(home / "home"))
    found = next(f for f in examine() if f.name == "index")
    assert found.ok is False
    assert f"the Chroma server at {chroma.server.url} cannot be reached" in found.state


def test_an_index_for_an_evaluation_lies_in_its_folder(home, chroma):
    settings = Settings(home=home / "home", chroma=chroma.server.url)
    assert Desk(settings, home / "evaluation").store.server is None
    assert Desk(settings).store.server == chroma.server


@pytest.mark.parametrize("worker", ["2", "0/2", "3/2", "a/b", "-1/2", "1/65"])
def test_a_worker_is_a_number_of_a_number(newsdesk, worker):
    code, _, err = newsdesk("home", "index", "build", f"--worker={worker}")
    assert code == 2
    assert "such as 2/8" in err


def test_readers_are_told_kindly_where_the_server_is_away():
    error = ChromaUnavailable("the Chroma server at http://secret:8000 cannot be reached")
    assert explain(error) == "I cannot get at my articles at the moment. Please try again in a few minutes."
