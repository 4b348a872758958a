"""An index on a Chroma server: the same as in a folder, shared by several homes, and a server that goes and comes."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any

import httpx
import pytest

import index.embedding
from index.chroma import ChromaServer, PatientClient
from index.errors import ChromaUnavailable, IndexMissing
from index.manifest import Worker
from index.shares import build_share
from index.store import Store
from index.types import Filters
from tests.chroma_server import ChromaProcess, running_chroma
from tests.conftest import HashEncoder, Newsroom
from tests.web_site.certificate import CERTIFICATE

WORDS = ("bridge", "giraffe", "football", "election", "storm", "trial")


@pytest.fixture
def chroma(home) -> Iterator[ChromaProcess]:
    with running_chroma(home / "server") as process:
        yield process


@pytest.fixture
def make_newsroom(home, tmp_path, chroma) -> Any:
    """Newsrooms over one folder of articles and one server, each with a home of its own."""

    def make(name: str) -> Newsroom:
        return Newsroom(tmp_path / "newsroom", Store(home / name, chroma.server), HashEncoder())

    return make


@pytest.fixture
def impatient(monkeypatch) -> None:
    monkeypatch.setattr("index.chroma._MAX_TRIES", 2)


def fill(newsroom: Newsroom, *words: str) -> None:
    for word in words:
        newsroom.write(word, f"On Monday there was news of the {word}.")


# One index, many homes


def test_an_index_on_a_server_is_built_searched_and_rolled_back(make_newsroom):
    newsroom = make_newsroom("home")
    with pytest.raises(IndexMissing):
        newsroom.find("news")
    fill(newsroom, "bridge", "giraffe")
    first = newsroom.build()
    newsroom.remove("giraffe")
    newsroom.write("bridge", "The bridge is closed.")
    fill(newsroom, "storm")
    second = newsroom.build()
    assert (first.embedded, second.embedded, second.removed) == (2, 2, 1)
    assert newsroom.find("bridge news") == {"bridge", "storm"}
    assert newsroom.store.rollback() == first.generation
    assert newsroom.find("bridge news") == {"bridge", "giraffe"}
    again = newsroom.build()
    assert again.embedded == 0
    assert newsroom.find("bridge news") == {"bridge", "storm"}


def test_what_no_generation_needs_is_deleted_on_the_server(make_newsroom):
    newsroom = make_newsroom("home")
    for n in range(5):
        newsroom.write("a", f"Version {n} of the story.")
        newsroom.build()
    assert newsroom.store.generations() == ["000003", "000004", "000005"]
    names = {c.name for c in newsroom.store._client.list_collections()}
    assert len(names) == 7  # three manifests, a segment each, and the pointer
    newsroom.store.drop()
    assert {c.name for c in newsroom.store._client.list_collections()} == {"newsdesk-live"}


def test_a_second_home_answers_from_what_the_first_has_built_and_follows_it(make_newsroom):
    first, second = make_newsroom("first"), make_newsroom("second")
    fill(first, *WORDS)
    first.build()
    assert second.find("news") == set(WORDS)
    first.remove("storm")
    first.build()
    assert second.find("news") == set(WORDS) - {"storm"}
    report = second.build()
    assert (report.embedded, report.unchanged) == (0, 5)


def test_two_databases_of_a_server_are_two_indexes(make_newsroom, home, tmp_path, chroma):
    first = make_newsroom("first")
    fill(first, "bridge")
    first.build()
    databases = f"{chroma.server.url}/api/v2/tenants/default_tenant/databases"
    httpx.post(databases, json={"name": "news"}, trust_env=False).raise_for_status()
    server = ChromaServer(chroma.server.url, database="news")
    second = Newsroom(tmp_path / "other", Store(home / "second", server), HashEncoder())
    with pytest.raises(IndexMissing):
        second.find("news")
    fill(second, "storm")
    second.build()
    assert (first.find("news"), second.find("news")) == ({"bridge"}, {"storm"})


def test_an_index_on_a_server_answers_as_one_in_a_folder(make_newsroom, newsroom):
    on_server = make_newsroom("home")
    for each in (newsroom, on_server):
        fill(each, *WORDS)
        each.build()
    rows = [{row.passage.id: vector for row, vector in rows_of(each)} for each in (newsroom, on_server)]
    assert rows[0].keys() == rows[1].keys()
    assert all((rows[0][i] == rows[1][i]).all() for i in rows[0])
    found = [[(h.passage, h.score) for h in each.search("giraffe storm")] for each in (newsroom, on_server)]
    assert found[0] == found[1]


def rows_of(newsroom: Newsroom) -> Iterator[Any]:
    for ref in newsroom.store.live().segments:
        yield from newsroom.store.rows(ref.name, vectors=True)


def test_a_home_that_only_reads_keeps_no_caches_of_what_is_gone(make_newsroom, home):
    first, second = make_newsroom("first"), make_newsroom("second")
    for n in range(5):
        first.write("a", f"Version {n} of the story.")
        first.build()
        assert len(second.find("story")) == 1
    caches = {path.name for path in (home / "second" / "segments").iterdir()}
    assert len(caches) == 3
    assert caches == {ref.name for g in first.store.generations() for ref in first.store.manifest(g).segments}


def test_a_home_whose_caches_are_lost_derives_them_anew(make_newsroom, home):
    newsroom = make_newsroom("home")
    fill(newsroom, *WORDS)
    newsroom.build()
    shutil.rmtree(home / "home")
    assert make_newsroom("home").search("giraffe")[0].passage.article_id == "giraffe"


def test_more_passages_than_the_server_takes_at_once_are_stored_and_read(make_newsroom, monkeypatch):
    monkeypatch.setattr("chromadb.api.fastapi.FastAPI.get_max_batch_size", lambda self: 4)
    newsroom = make_newsroom("home")
    fill(newsroom, *WORDS)
    assert newsroom.build().passages == 6
    assert make_newsroom("other").find("news") == set(WORDS)


_DOCUMENTED = [
    "GET /heartbeat",
    "GET /pre-flight-checks",
    "GET /auth/identity",
    "GET /tenants/T",
    "GET /tenants/T/databases/D",
    "GET /tenants/T/databases/D/collections",
    "POST /tenants/T/databases/D/collections",
    *(f"{method} /tenants/T/databases/D/collections/C" for method in ("GET", "PUT", "DELETE")),
    *(f"POST /tenants/T/databases/D/collections/C/{act}" for act in ("add", "upsert", "get", "query")),
    "GET /tenants/T/databases/D/collections/C/count",
]
"""What a cluster answers as a single server does; forking, say, only the one or the other can."""


def test_a_server_is_asked_for_nothing_that_a_cluster_cannot(make_newsroom, monkeypatch):
    asked = set()
    send = httpx.Client.send

    def record(client, request, **how):
        path = re.sub(r"/collections/[^/]+", "/collections/C", request.url.path.removeprefix("/api/v2"))
        path = path.replace("default_tenant", "T").replace("default_database", "D")
        asked.add(f"{request.method} {path}")
        return send(client, request, **how)

    monkeypatch.setattr(httpx.Client, "send", record)
    newsroom = make_newsroom("home")
    fill(newsroom, *WORDS)
    newsroom.build()
    newsroom.remove("storm")
    build_share(newsroom.store, newsroom.encoder, [newsroom.folder], Worker(1, 2), recorded=[])
    newsroom.find("news")
    newsroom.store.rollback()
    newsroom.build()
    newsroom.store.drop()
    assert asked <= set(_DOCUMENTED)
    assert len(asked) > 10


@pytest.fixture
def encrypted(chroma, monkeypatch) -> Iterator[ChromaServer]:
    """The server behind TLS, under the name that the tests' certificate is of."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            with (
                suppress(OSError),
                context.wrap_socket(self.request, server_side=True) as near,
                socket.create_connection(("127.0.0.1", chroma.port)) as far,
            ):
                back = Thread(target=pump, args=(far, near), daemon=True)
                back.start()
                pump(near, far)

    def pump(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def look_up(host, *rest, **more):
        return inner("127.0.0.1" if host == "news.test" else host, *rest, **more)

    inner = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield ChromaServer(f"https://news.test:{server.server_address[1]}")
        server.shutdown()
        thread.join()
        server.block_on_close = False  # connections are kept open for the next request


def test_an_index_is_built_and_searched_through_tls(home, tmp_path, encrypted, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    newsroom = Newsroom(tmp_path / "newsroom", Store(home / "home", encrypted), HashEncoder())
    fill(newsroom, "bridge")
    newsroom.build()
    assert newsroom.find("news") == {"bridge"}


def test_a_certificate_that_nobody_vouches_for_is_refused_in_one_line(home, encrypted, impatient):
    with pytest.raises(ChromaUnavailable, match=r"https://news\.test:\d+ cannot be .*CERTIFICATE_VERIFY_FAILED"):
        Store(home / "home", encrypted)


# A server that goes and comes


def test_where_there_is_no_server_one_line_says_so(home, impatient):
    with running_chroma(home / "server") as chroma:
        pass
    with pytest.raises(ChromaUnavailable) as failure:
        Store(home / "home", chroma.server)
    assert str(failure.value).startswith(f"the Chroma server at {chroma.server.url} cannot be reached (")
    assert str(failure.value).endswith("); start it or change NEWSDESK_CHROMA")


@pytest.mark.parametrize("field", ["tenant", "database"])
def test_a_tenant_or_database_that_is_not_there_is_named(home, chroma, field):
    server = ChromaServer(chroma.server.url, **{field: "nowhere"})
    with pytest.raises(ChromaUnavailable, match=rf"cannot be used .*NEWSDESK_CHROMA_{field.upper()} \(nowhere\)"):
        Store(home / "home", server)


def test_a_server_that_is_killed_in_the_middle_of_a_build_costs_nothing_but_time(
    make_newsroom, chroma, impatient, monkeypatch
):
    monkeypatch.setattr(index.embedding, "_WINDOW", 1)
    newsroom = make_newsroom("home")
    fill(newsroom, "bridge")
    newsroom.build()
    fill(newsroom, *WORDS)
    encoder = newsroom.encoder
    n_stored = 0

    def kill_at_fourth(texts):
        nonlocal n_stored
        if len(encoder.encoded) == 4:
            n_stored = sum(newsroom.store.collection(name).count() for name in newsroom.store.orphans())
            chroma.kill()

    encoder.on_encode = kill_at_fourth
    with pytest.raises(ChromaUnavailable, match="cannot be reached"):
        newsroom.build()
    encoder.on_encode = lambda texts: None
    encoder.encoded.clear()
    chroma.start()
    assert newsroom.find("news") == {"bridge"}
    report = newsroom.build()
    assert n_stored >= 2
    assert report.embedded == len(encoder.encoded) == 5 - n_stored
    assert newsroom.find("news") == set(WORDS)
    assert newsroom.store.orphans() == []


class PowerCut:
    """Kills a server once it was asked for something so many times more.

    Attributes:
        n_left: How many times; 0 for never.
    """

    def __init__(self, chroma: ChromaProcess, monkeypatch: pytest.MonkeyPatch) -> None:
        self.n_left = 0
        send = PatientClient.send

        def count_down(client, request, **how):
            if self.n_left:
                self.n_left -= 1
                if not self.n_left:
                    chroma.kill()
            return send(client, request, **how)

        monkeypatch.setattr(PatientClient, "send", count_down)


@pytest.mark.parametrize("every", [37, pytest.param(1, marks=pytest.mark.slow)])
def test_a_build_may_lose_its_server_at_any_request(make_newsroom, chroma, impatient, monkeypatch, every):
    monkeypatch.setattr(index.embedding, "_WINDOW", 1)
    cut = PowerCut(chroma, monkeypatch)
    newsroom = make_newsroom("home")
    before: set[str] = set()
    for n_asked in count(5, every):
        after = {f"{word} {n_asked}" for word in WORDS}
        for word in WORDS:
            newsroom.write(word, f"News of the {word}.", title=f"{word} {n_asked}")
        newsroom.encoder.encoded.clear()
        cut.n_left = n_asked
        with suppress(ChromaUnavailable):
            newsroom.build()
        if cut.n_left:  # it was done before
            break
        chroma.start()
        if newsroom.store.live():
            assert find_titles(newsroom) in (before, after)
        newsroom.build()
        assert find_titles(newsroom) == after
        assert newsroom.store.orphans() == []
        n_again = len(newsroom.encoder.encoded) - len(WORDS)
        assert n_again <= 2  # an article may be encoded while the one before it is stored
        before = after
    assert n_asked > 50


def find_titles(newsroom: Newsroom) -> set[str]:
    return {hit.title for hit in newsroom.search("news")}


def test_a_server_that_is_back_soon_is_not_noticed(make_newsroom, chroma, monkeypatch):
    newsroom = make_newsroom("home")
    fill(newsroom, *WORDS)
    newsroom.build()
    chroma.kill()
    monkeypatch.setattr(newsroom.store._client._server._session, "_sleep", lambda seconds: chroma.start())
    assert newsroom.find("news") == set(WORDS)


def test_questions_fail_in_one_line_while_the_server_is_away_and_are_answered_again_after(
    make_newsroom, chroma, impatient
):
    newsroom = make_newsroom("home")
    fill(newsroom, *WORDS)
    newsroom.build()
    generation = newsroom.open()
    chroma.kill()
    vector = newsroom.encoder.encode_queries(["storm"])[0]
    for ask in (
        newsroom.open,
        lambda: generation.search_dense(vector, generation.allowed_articles(Filters()), 3),
        lambda: generation.passages([0]),
    ):
        with pytest.raises(ChromaUnavailable, match="cannot be reached"):
            ask()
    chroma.start()
    assert newsroom.find("storm news") == set(WORDS)
    assert len(generation.passages([0])) == 1
