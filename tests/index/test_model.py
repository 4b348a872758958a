"""Any sequence of changes, builds, crashes and rollbacks leaves what a dictionary of dictionaries says."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from chromadb.api.client import Client
from chromadb.api.models.Collection import Collection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

import index.compaction
import index.merge
import index.store
import index.task
from index.build import build_index
from index.catalogue import GENERATION
from index.compaction import compact_index
from index.errors import IndexHeld, NewsdeskError
from index.store import Store
from tests.conftest import HashEncoder, Newsroom

KEEP = 3
WORDS = ("bridge", "giraffe", "football", "election", "storm")
Texts = dict[str, str]


class Crash(BaseException):
    """Stands for the end of the process: nothing catches it."""


@dataclass(frozen=True)
class Built:
    """What a generation has to hold, and the one that was live when it was built."""

    texts: Texts
    before: str | None


class Index(RuleBasedStateMachine):
    """The real index beside the model of it."""

    def __init__(self) -> None:
        super().__init__()
        memory = Path("/dev/shm")
        self._folder = TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None)
        self.store = Store(Path(self._folder.name) / "home")
        self.newsroom = Newsroom(Path(self._folder.name) / "newsroom", self.store, HashEncoder())
        self.corpus: Texts = {}
        self.built: dict[str, Built] = {}
        self.live: str | None = None
        self.held = False
        self.n_written = 0

    def teardown(self) -> None:
        self.store._client.close()
        self._folder.cleanup()

    @property
    def lineage(self) -> list[str]:
        names: list[str] = []
        name = self.live
        while name in self.built:
            names.append(name)
            name = self.built[name].before
        return names

    @property
    def is_unchanged(self) -> bool:
        return self.live is not None and self.built[self.live].texts == self.corpus

    @rule(word=st.sampled_from(WORDS))
    def write(self, word: str) -> None:
        """Add an article or change it."""
        self.n_written += 1
        self.corpus[word] = f"News of the {word}, number {self.n_written}."
        self.newsroom.write(word, self.corpus[word])

    @precondition(lambda self: self.corpus)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        word = data.draw(st.sampled_from(sorted(self.corpus)))
        del self.corpus[word]
        self.newsroom.remove(word)

    @rule(asked_for=st.booleans())
    def build(self, asked_for: bool) -> None:
        if self.held and not asked_for:
            with pytest.raises(IndexHeld):
                self._build(asked_for=False)
        elif not self.corpus:
            with pytest.raises(NewsdeskError, match="no article found"):
                self._build()
        else:
            was_unchanged = self.is_unchanged
            name = self._build(asked_for=asked_for)
            assert (name == self.live) == was_unchanged
            self._expect_live(name)
            self.held = False
            self._expect_pruned()

    @precondition(lambda self: not self.held)
    @rule()
    def build_piece_by_piece(self) -> None:
        """Builds that leave segments to be merged."""
        for word in WORDS[:3]:
            self.write(word)
            self.build(asked_for=False)

    @precondition(lambda self: self.corpus)
    @rule(n_calls=st.integers(0, 12))
    def crash(self, n_calls: int) -> None:
        """A build that ends at a call to Chroma; it may have come to its end before."""
        with crash_after(n_calls):
            try:
                self._build()
                self.held = False
            except Crash:
                pass
        for name in set(self.store.generations()) - set(self.built):
            self._expect_new(name)
        live = self.store.live_generation()
        if live != self.live:
            assert live == max(self.built)
            self.live, self.held = live, False
        self.held = self.held and self.store.held()
        assert set(self.lineage[:KEEP]) <= set(self.store.generations())
        self.built = {name: self.built[name] for name in self.store.generations()}

    @precondition(lambda self: self.live)
    @rule(n_calls=st.none() | st.integers(0, 12))
    def compact(self, n_calls: int | None) -> None:
        """Merge segments, perhaps to be ended at a call to Chroma; what is live holds the same under another name."""
        assert self.live
        n_merged, is_over, old = 0, True, self.live
        try:
            with crash_after(n_calls) if n_calls is not None else nullcontext():
                n_merged = compact_index(self.store)
        except Crash:
            is_over = False
        assert not (n_merged and self.held)
        for name in set(self.store.generations()) - set(self.built):
            assert name > max(self.built)
            self.built[name] = self.built[old]
        live = self.store.live_generation()
        assert live in (old, max(self.built))
        assert (live != old) == bool(n_merged) or not is_over
        self.live = live
        self.built = {name: self.built[name] for name in self.store.generations()}
        if is_over:
            renamed = {name: live if b.before == old else b.before for name, b in self.built.items()}
            assert {name: before for name in self.built if (before := self._before(name))} == {
                name: before for name, before in renamed.items() if before
            }
        self.built = {name: replace(b, before=self._before(name)) for name, b in self.built.items()}

    def _before(self, generation: str) -> str | None:
        (manifest,) = (c for c in self.store._collections(GENERATION + generation) if c.metadata)
        before: str | None = json.loads(str(manifest.metadata["manifest"]))["before"]
        return before

    @rule()
    def rollback(self) -> None:
        if len(self.lineage) < 2:
            with pytest.raises(NewsdeskError, match="no generation before"):
                self.store.rollback()
        else:
            self.live = self.lineage[1]
            self.held = True
            assert self.store.rollback() == self.live

    @precondition(lambda self: self.built)
    @rule(data=st.data())
    def rollback_to(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.built)))
        if name == self.live:
            with pytest.raises(NewsdeskError, match="is live already"):
                self.store.rollback(name)
        else:
            self.store.rollback(name)
            self.live, self.held = name, True

    @rule()
    def release(self) -> None:
        self.store.release()
        self.held = False

    @precondition(lambda self: self.live)
    @rule(keep=st.integers(1, KEEP))
    def prune(self, keep: int) -> None:
        self.store.prune(keep)
        self._expect_pruned(keep)

    @invariant()
    def readers_see_what_is_live(self) -> None:
        assert (self.store.live_generation(), self.store.held()) == (self.live, self.held)
        if self.live:
            generation = self.newsroom.open()
            paragraphs = {a.id: generation.paragraphs_of(a.id) for a in generation.articles if a.id in self._texts}
            assert {i: "".join(own.values()) for i, own in paragraphs.items()} == self._texts
            assert self.newsroom.find("news") == self._texts.keys()

    @property
    def _texts(self) -> Texts:
        return self.built[self.live].texts if self.live else {}

    def _build(self, *, asked_for: bool = True) -> str:
        folder = self.newsroom.folder
        report = build_index(
            self.store, self.newsroom.encoder, [folder], recorded=[str(folder)], keep=KEEP, asked_for=asked_for
        )
        return report.generation

    def _expect_live(self, name: str) -> None:
        if name != self.live:
            self._expect_new(name)
            self.live = name

    def _expect_new(self, name: str) -> None:
        assert name > max(self.built, default="")
        self.built[name] = Built(dict(self.corpus), self.live)

    def _expect_pruned(self, keep: int = KEEP) -> None:
        assert self.store.generations() == sorted(self.lineage[:keep])
        assert self.store.orphans() == []
        self.built = {name: self.built[name] for name in self.lineage[:keep]}


@contextmanager
def crash_after(n_calls: int) -> Iterator[None]:
    """Let some calls that write to Chroma pass, and none after them."""
    left = n_calls

    def guard(inner: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise Crash
            return inner(*args, **kwargs)

        return call

    with (
        patch.object(Client, "create_collection", guard(Client.create_collection)),
        patch.object(Client, "delete_collection", guard(Client.delete_collection)),
        patch.object(Collection, "add", guard(Collection.add)),
        patch.object(Collection, "upsert", guard(Collection.upsert)),
        patch.object(Collection, "modify", guard(Collection.modify)),
    ):
        yield


def run_model(n_examples: int, n_steps: int) -> None:
    """Hypothesis draws the sequences, and shortens one that fails."""
    with (
        patch.object(index.merge, "QUICK", 0),  # every segment is one that builds nobody asked for leave alone
        patch.object(index.task, "QUICK", 0),
        patch.object(index.compaction, "QUICK", 0),
        patch.object(index.store, "_GRACE_S", 0),
    ):
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            Index,
            settings=settings(
                max_examples=n_examples,
                stateful_step_count=n_steps,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )


def test_a_sequence_of_changes_builds_crashes_and_rollbacks_leaves_what_the_model_says():
    run_model(8, 15)


@pytest.mark.slow
def test_many_sequences_of_changes_builds_crashes_and_rollbacks_leave_what_the_model_says():
    run_model(40, 30)
