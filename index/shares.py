"""A build that several processes share, on as many machines: each embeds a part, and one puts the parts together."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock

from index.build import BuildReport, prune, report_build, resume_purge
from index.embedding import Effort, add_articles
from index.errors import BuildBusy, CheckFailed, IndexHeld, NewsdeskError
from index.lease import Lease
from index.lock import build_lock
from index.manifest import Manifest, SegmentRef, Worker
from index.store import Store, shares_of
from index.stored_vectors import StoredVectors
from index.survey import OnProgress, Survey
from index.task import Check, Task, check_manifest, compose_manifest, survey_task
from index.types import Encoder
from index.withdrawn import hash_id

_LOOK_S = 1.0
_AT_ONCE = 8
"""Shares that are looked at in that time, so that many who wait are no burden to the server."""


def build_share(
    store: Store,
    encoder: Encoder,
    paths: Sequence[Path],
    worker: Worker,
    *,
    recorded: Sequence[str],
    again: bool = False,
    strict: bool = False,
    keep: int = 3,
    check: Check | None = None,
    on_progress: OnProgress = lambda *_: None,
) -> BuildReport:
    """Make the index hold exactly the articles of some files and folders, together with other workers.

    The articles fall into as many shares as there are workers. Each begins with its own, and goes on with those
    that nobody works at; who finds all of them complete makes the generation live, and the others wait for that.
    The other arguments are those of `build_index`.

    Returns:
        What was done, as of `build_index`; `embedded` counts the passages of this worker alone.

    Raises:
        NewsdeskError: As of `build_index`; there is no server; or others build from something else.
    """
    if not store.server:
        raise NewsdeskError("several workers need a Chroma server that they share; set NEWSDESK_CHROMA")
    started = time.monotonic()
    resume_purge(store, True, on_progress)
    task = _survey(store, encoder, paths, recorded, again, strict, on_progress)
    if task.pointer.generation != store.live_generation():  # as by a merge of segments
        task = _survey(store, encoder, paths, recorded, again, strict, on_progress)
    if task.live and task.is_done:
        store.release(task.pointer)
        return report_build(task.live, task.survey, Effort(), started)
    shares = Shares(task, worker)
    shares.refuse_others()
    while not shares.is_over():
        shares.work(on_progress)
        with build_lock(store, wait=True) as renew_lock:
            shares.refuse_withdrawn()
            if shares.is_over() or not shares.are_complete():
                continue
            manifest = compose_manifest(task, task.new_writer(), shares.refs(), on_progress)
            try:
                check_manifest(task, manifest, (), check, on_progress)
            except CheckFailed as e:
                shares.forget(e.segments)
                raise
            renew_lock()
            store.publish(manifest, task.pointer)
            prune(store, keep, manifest.generation)
            return report_build(manifest, task.survey, shares.effort, started)
    live = _find_all_in(_survey(store, encoder, paths, recorded, False, strict, on_progress))
    return report_build(live, task.survey, shares.effort, started)


class Shares:
    """The parts of one task, and who works at them.

    Attributes:
        effort: What was encoded here.
    """

    def __init__(self, task: Task, worker: Worker) -> None:
        self.effort = Effort()
        self._task = task
        self._store = task.store
        self._others = shares_of(task.pointer.generation)
        self._plan = f"{self._others}{_fingerprint(task, worker.count)}-"
        n_shares = worker.count if task.survey.to_index else 0
        order = ((worker.number - 1 + n) % worker.count for n in range(n_shares))
        self._leases = {n: task.store.lease(f"{self._plan}{n + 1}") for n in order}
        self._complete: dict[int, str] = {}
        self._known: StoredVectors | None = None
        self._withdrawn: frozenset[str] = frozenset()

    def refuse_others(self) -> None:
        """Make sure that nobody is building something else from the same generation.

        Raises:
            NewsdeskError: Somebody is.
        """
        names = [name for name in self._store.lease_names(self._others) if not name.startswith(self._plan)]
        leases = [self._store.lease(name) for name in names]
        while leases := [lease for lease in leases if not _is_nobodys(lease)]:
            if alive := next((lease for lease in leases if lease.is_alive), None):
                raise NewsdeskError(
                    f"{self._store.place}: {alive.holder()} builds from other articles, with another encoder or among "
                    "another number of workers; give all workers the same"
                )
            time.sleep(_LOOK_S)

    def refuse_withdrawn(self) -> None:
        """Make sure that nothing was purged since the survey; while the build lock is held, nothing is.

        Raises:
            NewsdeskError: Something was; the shares that it is in are deleted.
        """
        withdrawn = self._store.withdrawn.hashes()
        if withdrawn == self._withdrawn:
            return
        gone = {i for i in self._task.survey.to_index if hash_id(i) in withdrawn}
        if not gone or self.is_over():
            self._withdrawn = withdrawn
            return
        for n in {_share_of(i, len(self._leases)) for i in gone}:
            share = self._leases[n].name
            self._store.delete_lease(share)
            for name in self._store.segments_of(share):
                self._store.delete_segment(name)
        raise NewsdeskError(f"{len(gone)} articles were purged while this build ran; run it again")

    def is_over(self) -> bool:
        """Whether there is another live generation than the one that the work began with."""
        return self._store.live_generation() != self._task.pointer.generation

    def work(self, on_progress: OnProgress) -> None:
        """Do what is left and nobody else does, until all is complete or over."""
        while not self.are_complete() and not self.is_over():
            free = next((n for n, lease in self._leases.items() if n not in self._complete and lease.take()), None)
            if free is None:
                on_progress("waiting for others", len(self._complete), len(self._leases))
                n_left = len(self._leases) - len(self._complete)
                time.sleep(_LOOK_S * max(1, n_left / _AT_ONCE))
            else:
                self._do(free, on_progress)
            self.refuse_withdrawn()

    def are_complete(self) -> bool:
        """Whether every share is done, by whomever."""
        results = {n: lease.result() for n, lease in self._leases.items()}
        self._complete = {n: result for n, result in results.items() if result}
        return len(self._complete) == len(self._leases)

    def refs(self) -> list[SegmentRef]:
        """The segments of all shares."""
        return [SegmentRef(*pair) for result in self._complete.values() for pair in json.loads(result)]

    def forget(self, segments: frozenset[str]) -> None:
        """Let the shares be done again that have some of these segments."""
        for n, result in self._complete.items():
            if not segments.isdisjoint(name for name, _ in json.loads(result)):
                self._store.delete_lease(self._leases[n].name)

    def _do(self, n: int, on_progress: OnProgress) -> None:
        lease = self._leases[n]
        try:
            part = _part(self._task.survey, n, len(self._leases))
            writer = self._task.new_writer(lease.name)
            if part.to_index:
                known = self._look_up(lease.name)
                add_articles(self._task, part, writer, self.effort, on_progress, known)
            lease.finish(json.dumps([(ref.name, ref.n_passages) for ref in writer.refs()]))
        except BuildBusy:  # this process was suspended, and another does the share
            return
        except NewsdeskError:  # who made another generation live, or purged, has deleted what was written of the share
            self.refuse_withdrawn()
            if not self.is_over():
                raise
        finally:
            lease.release()

    def _look_up(self, share: str) -> StoredVectors:
        """Vectors that are stored, those that a dead worker left of a share among them."""
        if self._known is None:
            self._known = StoredVectors(self._store)
        else:
            for name in self._store.segments_of(share):
                self._known.add(name)
        return self._known


def _survey(
    store: Store,
    encoder: Encoder,
    paths: Sequence[Path],
    recorded: Sequence[str],
    again: bool,
    strict: bool,
    on_progress: OnProgress,
) -> Task:
    with FileLock(store.home / "survey.lock"):  # of workers that share a home folder, the others find all files known
        return survey_task(store, encoder, paths, recorded, store.pointer(), again, strict, on_progress)


def _is_nobodys(lease: Lease) -> bool:
    """Whether a share is done, or was left by who died."""
    if lease.result():
        return True
    was_free = lease.take()
    if was_free:
        lease.release()
    return was_free


def _fingerprint(task: Task, n_shares: int) -> str:
    survey = task.survey
    parts = [n_shares, task.encoder.fingerprint, survey.fingerprint, sorted(survey.removed)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def _part(survey: Survey, n: int, n_shares: int) -> Survey:
    mine = {i for i in survey.to_index if _share_of(i, n_shares) == n}
    files = {file: ids for file, ids in survey.files.items() if not mine.isdisjoint(ids)}
    return Survey(added=mine, files=files)


def _share_of(article_id: str, n_shares: int) -> int:
    return int(hashlib.sha256(article_id.encode()).hexdigest(), 16) % n_shares


def _find_all_in(task: Task) -> Manifest:
    """The generation that is live now.

    Raises:
        IndexHeld: The index was rolled back meanwhile.
        NewsdeskError: It was built from something else.
    """
    if task.pointer.held:
        raise IndexHeld(f"the index was rolled back to generation {task.pointer.generation} while this build ran")
    if task.live is None:
        raise NewsdeskError(f"{task.store.place}: the index was dropped while this build ran; run it again")
    left = len(task.survey.to_index) + len(task.survey.removed)
    if left:
        raise NewsdeskError(
            f"{task.store.place}: meanwhile generation {task.pointer.generation} was built from something else, and "
            f"differs in {left} articles; run this again, with the same articles for all workers"
        )
    return task.live
