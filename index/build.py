"""Build a generation: articles to passages to vectors to Chroma, and the pointer flipped at the end."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.embedding import Effort, add_articles
from index.errors import BadArticle, BuildBusy, IndexHeld, NewsdeskError
from index.lock import build_lock
from index.manifest import Manifest
from index.purge import finish_purge
from index.store import Store
from index.stored_vectors import all_vector_keys
from index.survey import OnProgress, Survey
from index.task import Check, Task, check_manifest, compose_manifest, survey_task
from index.types import Encoder

log = logging.getLogger("newsdesk.index")

_WORTH_FORGETTING = 0.05
_MAX_LOSS = 20
_MAX_LOSS_SHARE = 1 / 3
"""Where more is missing than both, a person is to say that it is meant."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did.

    Attributes:
        articles: Articles that the index now holds.
        passages: Passages that the index now holds.
        embedded: Passages whose vectors were computed.
        skipped: Bad articles that were left out.
        bad: Why, in the order of reading.
        withdrawn: Articles that were left out because they were purged.
        encoder_busy: The share of the time in which the encoder was at work.
    """

    generation: str
    articles: int
    passages: int
    embedded: int
    skipped: int
    added: int
    changed: int
    removed: int
    unchanged: int
    seconds: float
    bad: tuple[BadArticle, ...] = ()
    withdrawn: int = 0
    encoder_busy: float = 0.0


def build_index(
    store: Store,
    encoder: Encoder,
    paths: Sequence[Path],
    *,
    recorded: Sequence[str],
    again: bool = False,
    strict: bool = False,
    keep: int = 3,
    check: Check | None = None,
    asked_for: bool = True,
    wait: bool = False,
    on_progress: OnProgress = lambda *_: None,
) -> BuildReport:
    """Make the index hold exactly the articles of some files and folders.

    Readers keep the earlier generation until the new one is complete. Vectors that are stored for the
    same text and encoder are used again, those of a build that was killed included.

    Args:
        recorded: The paths as the manifest is to remember them.
        again: They are those of the live generation, and have to be that still once the build begins.
        strict: Make the first bad article an error.
        keep: How many generations to keep, the new one among them.
        check: Called with the new generation once it has passed its own checks.
        asked_for: Whether a person wants it, so that it may move on an index that is held, and may take its time to
            merge segments.
        wait: Wait for a build that runs already.

    Raises:
        BuildBusy: Another process is building this index, or has built it `again` from other paths.
        IndexHeld: The index was rolled back before a build that nobody asked for, or the pointer moved during any.
        CheckFailed: The new generation is not as it should be; the earlier one stays live.
        BadArticle: With `strict`, a bad article.
        NewsdeskError: No article can be read, or the index cannot be written; or so many are missing that nobody
            should take them out who is not `asked_for`.
    """
    started = time.monotonic()
    resume_purge(store, wait, on_progress)
    with build_lock(store, wait=wait) as renew_lock:
        pointer = store.pointer()
        if pointer.held and not asked_for:
            raise IndexHeld(
                f"the index is held at generation {pointer.generation}, which it was rolled back to; "
                "run `newsdesk index build` or `newsdesk index rollback --release`"
            )
        task = survey_task(store, encoder, paths, recorded, pointer, again, strict, on_progress)
        if task.live and task.is_done:
            store.release(pointer)
            prune(store, keep, pointer.generation)
            return report_build(task.live, task.survey, Effort(), started)
        if not asked_for:
            refuse_loss(task)
        left = store.orphans()
        writer = task.new_writer()
        effort = Effort()
        if task.survey.to_index:
            add_articles(task, task.survey, writer, effort, on_progress)
        manifest = compose_manifest(task, writer, (), on_progress, quick=not asked_for)
        check_manifest(task, manifest, left, check, on_progress)
        renew_lock()
        store.publish(manifest, pointer)
        prune(store, keep, manifest.generation)
        return report_build(manifest, task.survey, effort, started)


def refuse_loss(task: Task) -> None:
    """Make sure that what is missing is not so much that a folder must be away.

    Raises:
        NewsdeskError: It is.
    """
    n_live, removed = task.live.n_articles if task.live else 0, task.survey.removed
    if len(removed) > max(_MAX_LOSS, n_live * _MAX_LOSS_SHARE):
        raise NewsdeskError(
            f"{len(removed)} of {n_live} articles are missing, {min(removed)} among them; if that is meant, "
            "run `newsdesk index build`"
        )


def drop_index(store: Store) -> None:
    """Delete the whole index.

    Raises:
        BuildBusy: Another process is building it.
    """
    with build_lock(store):
        store.drop()


def resume_purge(store: Store, wait: bool, on_progress: OnProgress) -> None:
    """Do the rest of a purge that was killed, as far as that can be done now; what it withdrew is left out anyway.

    Raises:
        BuildBusy: Another process is building this index.
    """
    try:
        finish_purge(store, wait=wait, on_progress=on_progress)
    except BuildBusy:
        raise
    except NewsdeskError as e:
        log.warning("a purge is not finished, and goes on with the next build: %s", e)


def prune(store: Store, keep: int, generation: str | None) -> None:
    """Delete what is no longer kept, and sentences' vectors with it when there are enough of them.

    Args:
        generation: The one that was made live; where another one is by now, nothing is deleted.
    """
    n_deleted = store.prune(keep, generation)
    live = store.live()
    if live and n_deleted > _WORTH_FORGETTING * live.n_passages:
        store.sentences.keep_only(all_vector_keys(store))


def report_build(manifest: Manifest, survey: Survey, effort: Effort, started: float) -> BuildReport:
    """What a build did that began at `started`, by the monotonic clock."""
    seconds = time.monotonic() - started
    return BuildReport(
        generation=manifest.generation,
        articles=manifest.n_articles,
        passages=manifest.n_passages,
        embedded=effort.passages,
        skipped=len(survey.bad),
        added=len(survey.added),
        changed=len(survey.changed),
        removed=len(survey.removed),
        unchanged=len(survey.unchanged),
        seconds=seconds,
        bad=tuple(survey.bad),
        withdrawn=len(survey.withdrawn),
        encoder_busy=effort.seconds / seconds if effort.passages else 0.0,
    )
