"""What a build has to do, and the generation that comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from index.errors import BuildBusy, CheckFailed
from index.generation import Generation
from index.manifest import Manifest, Pointer, SegmentRef
from index.merge import QUICK, SegmentsWriter, copy_segments, n_live_articles, n_live_passages, plan_merge
from index.segment import Segment
from index.selfcheck import check_generation
from index.store import Store
from index.survey import OnProgress, Survey, survey_corpus
from index.types import Encoder

MAX_SEGMENT_PASSAGES = 100_000
"""A build's memory is bounded by that of deriving the index of one segment."""

Check = Callable[[Generation], None]
"""Looks at a new generation before it is live; raises CheckFailed to keep it from that."""


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
        return SegmentsWriter(self.store, MAX_SEGMENT_PASSAGES, share)


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
    task: Task, writer: SegmentsWriter, others: Sequence[SegmentRef], on_progress: OnProgress, *, quick: bool = False
) -> Manifest:
    """Merge what is small, and say what the new generation is made of.

    Args:
        writer: Has written what is new, and writes what is merged.
        others: What else is new, written by others.
        quick: Merge only what is done in seconds, and leave the rest to `compact_index`.
    """
    store, live = task.store, task.live
    refs = [_without(ref, task.segments[ref.name], task.survey) for ref in (live.segments if live else ())]
    segments = {**task.segments, **{ref.name: store.segment(ref.name, ref.n_passages) for ref in others}}
    *smaller, largest = sorted(others, key=lambda ref: ref.n_passages) if others else [None]
    n_new = writer.n_open or (largest.n_passages if largest else 0)
    max_all, max_each = (2 * QUICK, QUICK) if quick else (MAX_SEGMENT_PASSAGES, None)
    kept, merged = plan_merge([*refs, *filter(None, smaller)], segments, n_new, max_all, max_each)
    copy_segments(store, writer, merged, on_progress)
    on_progress("indexing words", 0, None)
    for ref in writer.refs():
        segments[ref.name] = store.segment(ref.name, ref.n_passages)
        if ref.n_passages > QUICK:
            store.forget_graphs()
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


def _live_digests(live: Manifest | None, segments: Mapping[str, Segment]) -> dict[str, str]:
    digests: dict[str, str] = {}
    for ref in live.segments if live else ():
        articles = segments[ref.name].articles
        pairs = zip(articles.ids, articles.digests, articles.all_but(ref.removed).tolist(), strict=True)
        digests.update((article_id, digest) for article_id, digest, is_live in pairs if is_live)
    return digests


def _without(ref: SegmentRef, segment: Segment, survey: Survey) -> SegmentRef:
    gone = segment.articles.held(survey.changed | survey.removed)
    return SegmentRef(ref.name, ref.n_passages, ref.removed | gone)
