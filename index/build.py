"""Build a generation: articles to passages to vectors to Chroma, and the pointer flipped at the end."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from index.errors import BadArticle, BuildBusy, CheckFailed, IndexHeld, NewsdeskError
from index.generation import Generation
from index.lock import build_lock
from index.manifest import Manifest, Pointer, SegmentRef
from index.merge import SegmentsWriter, copy_segments, n_live_articles, n_live_passages, plan_merge
from index.passages import article_context, split_article
from index.purge import finish_purge
from index.segment import ArticleRow, PassageRow, Segment, to_timestamp
from index.selfcheck import check_generation
from index.sentence_cache import sentence_ranges
from index.store import Store
from index.stored_vectors import StoredVectors, all_vector_keys
from index.survey import OnProgress, Survey, digest_article, read_surveyed, survey_corpus, vector_key
from index.types import Article, Encoder, Vectors

log = logging.getLogger("newsdesk.index")

_WORTH_FORGETTING = 0.05
_WINDOW = 1024
_MAX_LOSS = 20
_MAX_LOSS_SHARE = 1 / 3
"""Where more is missing than both, a person is to say that it is meant."""
_MAX_SEGMENT_PASSAGES = 100_000
"""A build's memory is bounded by that of deriving the index of one segment."""

Check = Callable[[Generation], None]
"""Looks at a new generation before it is live; raises CheckFailed to keep it from that."""


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


@dataclass(slots=True)
class Effort:
    """What was encoded, and how long that took."""

    passages: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Task:
    """What a build has to do: bring an index from what is live to what a corpus holds.

    Attributes:
        pointer: What it was when the work began.
        segments: Of the live generation, by name.
        recorded: The paths as the manifest is to remember them.
    """

    store: Store
    encoder: Encoder
    pointer: Pointer
    live: Manifest | None
    segments: Mapping[str, Segment]
    survey: Survey
    recorded: tuple[str, ...]

    @property
    def is_done(self) -> bool:
        """Whether the live generation holds just that already."""
        nothing_new = not self.survey.to_index and not self.survey.removed
        return self.live is not None and nothing_new and self.live.paths == self.recorded

    def new_writer(self, share: str = "") -> SegmentsWriter:
        """For what is new; `share` names the part of the work that it is."""
        return SegmentsWriter(self.store, _MAX_SEGMENT_PASSAGES, share)


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
        asked_for: Whether a person wants it, so that it may move on an index that is held.
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
        manifest = compose_manifest(task, writer, (), on_progress)
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


def survey_task(
    store: Store,
    encoder: Encoder,
    paths: Sequence[Path],
    recorded: Sequence[str],
    pointer: Pointer,
    again: bool,
    strict: bool,
    on_progress: OnProgress,
) -> Task:
    """Find out what there is to do; the arguments are those of `build_index`."""
    live = store.manifest(pointer.generation) if pointer.generation else None
    if again and (live.paths if live else ()) != tuple(recorded):
        raise BuildBusy(f"{store.place}: meanwhile another process has built this index from other paths; run it again")
    segments = {ref.name: store.segment(ref.name, ref.n_passages) for ref in (live.segments if live else ())}
    digests, withdrawn = _live_digests(live, segments), store.withdrawn.hashes()
    survey = survey_corpus(paths, digests, encoder, strict, on_progress, store.home, withdrawn)
    return Task(store, encoder, pointer, live, segments, survey, tuple(recorded))


def compose_manifest(
    task: Task, writer: SegmentsWriter, others: Sequence[SegmentRef], on_progress: OnProgress
) -> Manifest:
    """Merge what is small, and say what the new generation is made of.

    Args:
        writer: Has written what is new, and writes what is merged.
        others: What else is new, written by others.
    """
    store, live = task.store, task.live
    refs = [_without(ref, task.segments[ref.name], task.survey) for ref in (live.segments if live else ())]
    segments = {**task.segments, **{ref.name: store.segment(ref.name, ref.n_passages) for ref in others}}
    *smaller, largest = sorted(others, key=lambda ref: ref.n_passages) if others else [None]
    n_new = writer.n_open or (largest.n_passages if largest else 0)
    kept, merged = plan_merge([*refs, *filter(None, smaller)], segments, n_new, _MAX_SEGMENT_PASSAGES)
    copy_segments(store, writer, merged, on_progress)
    on_progress("indexing words", 0, None)
    segments |= {ref.name: store.segment(ref.name, ref.n_passages) for ref in writer.refs()}
    kept += ([largest] if largest else []) + writer.refs()
    return Manifest(
        generation=store.next_generation(),
        created_at=datetime.now(UTC),
        encoder=task.encoder.name,
        fingerprint=task.encoder.fingerprint,
        paths=task.recorded,
        n_articles=sum(n_live_articles(r, segments[r.name]) for r in kept),
        n_passages=sum(n_live_passages(r, segments[r.name]) for r in kept),
        segments=tuple(kept),
    )


def check_manifest(
    task: Task, manifest: Manifest, left: Sequence[str], check: Check | None, on_progress: OnProgress
) -> None:
    """Look at a generation before it is live.

    Of one that fails, the segments stay for their vectors and what earlier builds `left` goes, for its vectors have
    been taken over; but where segments are at fault it is they that go.
    """
    on_progress("checking", 0, None)
    store, before = task.store, set(task.segments)
    new = {ref.name for ref in manifest.segments} - before
    try:
        check_generation(store, manifest, new)
        if check:
            check(Generation(store, manifest))
    except CheckFailed as e:
        for name in (new & e.segments) or left:
            store.delete_segment(name)
        raise


def add_articles(
    task: Task,
    survey: Survey,
    writer: SegmentsWriter,
    effort: Effort,
    on_progress: OnProgress,
    known: StoredVectors | None = None,
) -> None:
    """Split, encode and store what is new; while one window is encoded, the next is read and the last one stored.

    Args:
        survey: What the task's has found, or a part of it.
        effort: Added to.
        known: Vectors that are stored, if they were looked up before.
    """
    store, encoder = task.store, task.encoder
    known = known or StoredVectors(store)
    windows = _windows(survey, encoder)
    pending: Future[None] | None = None
    with ThreadPoolExecutor(max_workers=1) as storing, ThreadPoolExecutor(max_workers=1) as reading:
        following = reading.submit(next, windows, None)
        while found := following.result():
            following = reading.submit(next, windows, None)
            window, n_done = found
            vectors = _encode_window(store, window, encoder, known, effort)
            if pending:
                pending.result()
            pending = storing.submit(writer.add, [row for row, _ in window], vectors)
            on_progress("encoding", n_done, len(survey.to_index))
        if pending:
            pending.result()


def _windows(survey: Survey, encoder: Encoder) -> Iterator[tuple[list[tuple[PassageRow, str]], int]]:
    """Passages with their texts as encoded, about a thousand at a time, and how many articles are read."""
    window: list[tuple[PassageRow, str]] = []
    n_done = 0
    for article in read_surveyed(survey):
        window += _rows(article, encoder)
        n_done += 1
        if len(window) >= _WINDOW:
            yield window, n_done
            window = []
    if window:
        yield window, n_done


def _rows(article: Article, encoder: Encoder) -> Iterator[tuple[PassageRow, str]]:
    row = ArticleRow(
        id=article.id,
        digest=digest_article(article, encoder),
        title=article.title,
        source=article.source,
        language=article.language,
        published=to_timestamp(article.published_at),
        url=article.url,
        changed=to_timestamp(article.changed_at),
    )
    context = article_context(article)
    for passage in split_article(article, encoder.count_tokens, encoder.max_tokens):
        text = context + passage.text
        yield PassageRow(row, passage, vector_key(text, encoder)), text


def _encode_window(
    store: Store, window: Sequence[tuple[PassageRow, str]], encoder: Encoder, known: StoredVectors, effort: Effort
) -> Vectors:
    """Vectors of a window in its order; only those that are not stored are computed."""
    vectors = known.fetch([row.vector_key for row, _ in window])
    missing = {row.vector_key: (row, text) for row, text in window if row.vector_key not in vectors}
    ranges = [sentence_ranges(row.passage, len(text) - len(row.passage.text)) for row, text in missing.values()]
    started = time.monotonic()
    computed, sentences = encoder.encode_spans([text for _, text in missing.values()], ranges)
    effort.seconds += time.monotonic() - started
    effort.passages += len(missing)
    store.sentences.put(dict(zip(missing, sentences, strict=True)))
    vectors.update(zip(missing, computed, strict=True))
    return np.stack([vectors[row.vector_key] for row, _ in window])


def prune(store: Store, keep: int, generation: str | None) -> None:
    """Delete what is no longer kept, and sentences' vectors with it when there are enough of them.

    Args:
        generation: The one that was made live; where another one is by now, nothing is deleted.
    """
    n_deleted = store.prune(keep, generation)
    live = store.live()
    if live and n_deleted > _WORTH_FORGETTING * live.n_passages:
        store.sentences.keep_only(all_vector_keys(store))


def _live_digests(live: Manifest | None, segments: Mapping[str, Segment]) -> dict[str, str]:
    return {
        article.id: article.digest
        for ref in (live.segments if live else ())
        for article in segments[ref.name].articles
        if article.id not in ref.removed
    }


def _without(ref: SegmentRef, segment: Segment, survey: Survey) -> SegmentRef:
    gone = survey.changed | survey.removed
    return SegmentRef(ref.name, ref.n_passages, ref.removed | {a.id for a in segment.articles if a.id in gone})


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
