"""Builds that are killed with -9: what readers see meanwhile, and what the next build makes of what is left."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

import index.embedding
import index.reclaim
import index.segment_store
import index.task
from index.build import build_index
from index.query import understand_query
from index.search import search
from index.store import Store
from index.types import Filters, Vectors
from tests.conftest import NOW, HashEncoder, Newsroom
from tests.index import killed_build
from tests.index.killed_build import WORDS, forkserver, run_build, write_version

Articles = Mapping[str, tuple[str, ...]]
STEPS = (
    "before index.store:Store.new_segment",
    "after index.store:Store.new_segment",
    "before index.collection:SegmentWriter.add 2",
    "after index.collection:SegmentWriter.add 3",
    "before index.task.copy_segments",
    "before index.segment:LexicalIndex.build",
    "before index.segment_store.derive_segment",
    "after index.segment_store.derive_segment",
    "before index.task.check_generation",
    "before index.store:Store.publish",
    "before index.store:Store._write_manifest",
    "before index.collection.write_rows",
    "before chromadb.api.models.Collection:Collection.upsert 2",
    "before index.store.write_rows",
    "after index.store.write_rows",
    "before chromadb.api.models.Collection:Collection.modify",
    "after chromadb.api.models.Collection:Collection.modify",
    "before index.store:Store._point_at",
    "after index.store:Store._point_at",
    "after index.store:Store.publish",
    "before index.store:Store.prune",
    "before chromadb.api.client:Client.delete_collection",
    "after chromadb.api.client:Client.delete_collection",
    "after chromadb.api.client:Client.delete_collection 2",
    "before index.store:Store.forget_caches",
    "before index.reclaim._merge_words",
    "before index.reclaim._shrink",
    "after index.reclaim._shrink",
    "before index.sentence_cache:SentenceCache.keep_only",
    "after index.store:Store.prune",
)
"""Of a build, the flip, and what follows it."""


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many small segments in this process too."""
    for module, name in (
        (index.embedding, "_WINDOW"),
        (index.task, "MAX_SEGMENT_PASSAGES"),
        (index.reclaim, "_SPARE_PAGES"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name))
    killed_build.make_small()


class Scene:
    """A newsroom whose builds are killed while its reader asks."""

    def __init__(self, newsroom: Newsroom) -> None:
        self.newsroom = newsroom
        self.n_asked = 0
        self.n_killed = 0
        self._version = 0
        self._seen = [write_version(newsroom, 0)]
        self.build()
        self.build_next()

    def build(self) -> None:
        """As it should go."""
        folder = self.newsroom.folder
        build_index(self.newsroom.store, self.newsroom.encoder, [folder], recorded=[str(folder)], keep=2)

    def build_next(self) -> float:
        """Build the next version; returns how long that takes."""
        started = time.monotonic()
        self._write_next()
        self.build()
        return time.monotonic() - started

    def kill_build(self, step: str = "", after_s: float = 300.0) -> None:
        """Let another process build the next version, ask all the while, and kill it unless it does so itself."""
        self._write_next()
        ours, theirs = forkserver.Pipe()
        builder = forkserver.Process(
            target=run_build, args=(self.newsroom.store.home, self.newsroom.folder, step, theirs)
        )
        builder.start()
        ours.recv()
        end = time.monotonic() + after_s
        while builder.is_alive() and time.monotonic() < end:
            self.ask()
        builder.kill()
        builder.join()
        assert builder.exitcode in ((-signal.SIGKILL,) if step else (-signal.SIGKILL, 0))
        self.n_killed += builder.exitcode != 0
        self.ask()

    def let_build(self) -> None:
        """Ask while another process builds the next version, to its end."""
        n_killed = self.n_killed
        self.kill_build()
        assert self.n_killed == n_killed

    def ask(self) -> None:
        """Every answer is of the version before or of the one that is being built."""
        generation = self.newsroom.reader.current()
        alive = np.flatnonzero(generation.allowed_articles(Filters())).tolist()
        held = {generation.articles[a].id for a in alive}
        hits = self._search(generation, "News of the version")
        version = next((articles for articles in self._seen if _agree(generation, articles, held)), None)
        assert version is not None, f"generation {generation.name} is of no version: {sorted(held)}"
        assert {hit.passage.article_id for hit in hits} == held
        for hit in hits:
            assert set(hit.passage.text.split("\n\n")) <= set(version[hit.passage.article_id])
        word = random.Random(self.n_asked).choice(sorted(held))
        assert self._search(generation, f"What about the {word}?")[0].passage.article_id == word
        self.n_asked += 1

    def check_next_build(self) -> None:
        """The next build completes, and what it makes equals what is built from nothing."""
        self.build()
        self.ask()
        store, encoder = self.newsroom.store, HashEncoder()
        assert store.orphans() == []
        assert len(store.generations()) == 2
        with TemporaryDirectory(dir=store.home.parent) as folder:
            fresh = Store(Path(folder) / "home")
            build_index(fresh, encoder, [self.newsroom.folder], recorded=[str(self.newsroom.folder)])
            assert_equal(read(store), read(fresh), encoder)
            fresh._client.close()

    def _write_next(self) -> None:
        self._version += 1
        self._seen = [self._seen[-1], write_version(self.newsroom, self._version)]

    def _search(self, generation, question: str):
        query = understand_query(question, NOW, NOW.tzinfo, generation.outlets)
        vectors = self.newsroom.encoder.encode_queries([query.text, *(part.text for part in query.parts)])
        return search(generation, query, vectors, NOW, Filters(), 100)


def _agree(generation, articles: Articles, held: set[str]) -> bool:
    return held == articles.keys() and all(
        tuple(generation.paragraphs_of(article_id).values()) == articles[article_id] for article_id in held
    )


Stored = dict[tuple[str, str], Vectors]


def read(store: Store) -> Stored:
    """The vector of each passage that the live generation holds, by its id and the hash of its text."""
    live = store.live()
    assert live is not None
    found = [
        ((row.passage.id, sha256(row.passage.text.encode()).hexdigest()), vector)
        for ref in live.segments
        for row, vector in store.rows(ref.name, vectors=True)
        if row.article.id not in ref.removed
    ]
    assert len(found) == len(dict(found)) == live.n_passages
    return dict(found)


def assert_equal(found: Stored, expected: Stored, encoder: HashEncoder) -> None:
    """The same passages and texts, vectors but for rounding, and the same ten nearest but for ties."""
    assert found.keys() == expected.keys()
    keys = sorted(expected)
    ours, theirs = (np.stack([stored[key] for key in keys]) for stored in (found, expected))
    assert (ours * theirs).sum(axis=1).min() >= 0.999
    questions = encoder.encode_queries([f"version of the {word}" for word in WORDS])
    nearest = [-np.sort(-questions @ vectors.T, axis=1)[:, :10] for vectors in (ours, theirs)]
    np.testing.assert_allclose(nearest[0], nearest[1], atol=1e-3)


@pytest.fixture
def scene(newsroom: Newsroom) -> Scene:
    return Scene(newsroom)


@pytest.mark.parametrize("step", STEPS)
def test_a_build_that_is_killed_at_a_step_costs_no_answer_and_the_next_one_completes(scene: Scene, step: str):
    scene.kill_build(step)
    scene.check_next_build()
    assert scene.n_asked >= 2


def kill_at_random(scene: Scene, n_moments: int) -> None:
    """Kill so many builds, whatever the speed: where one is done too soon, the next is given less time."""
    draw = random.Random(n_moments)
    usual_s = scene.build_next()
    while scene.n_killed < n_moments:
        n_before = scene.n_killed
        scene.kill_build(after_s=draw.uniform(0, usual_s))
        scene.check_next_build()
        usual_s *= 1.1 if scene.n_killed > n_before else 0.8
    assert scene.n_asked > 2 * n_moments


def test_builds_that_are_killed_at_any_moment_cost_no_answer_and_the_next_ones_complete(scene: Scene):
    kill_at_random(scene, 6)


@pytest.mark.slow
def test_twenty_builds_cost_no_answer_of_those_that_are_asked_for_all_the_while(scene: Scene):
    generations = {scene.newsroom.reader.current().name}
    for _ in range(20):
        scene.let_build()
        generations.add(scene.newsroom.reader.current().name)
    assert len(generations) == 21
    assert scene.n_asked > 100


@pytest.mark.slow
def test_builds_that_are_killed_at_a_hundred_moments_cost_no_answer_and_the_next_ones_complete(scene: Scene):
    kill_at_random(scene, 100)
