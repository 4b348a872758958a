"""Build a generation: articles to passages to vectors to Chroma, and the pointer flipped at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from index.collection import SegmentWriter
from index.corpus import read_corpus
from index.errors import BadArticle
from index.lock import build_lock
from index.manifest import Manifest, SegmentRef
from index.merge import copy_segments, n_live_articles, n_live_passages, plan_merge
from index.passages import article_context, split_article
from index.segment import ArticleRow, PassageRow, Segment, to_timestamp
from index.sentence_cache import sentence_ranges
from index.store import Store
from index.stored_vectors import StoredVectors, all_vector_keys
from index.survey import OnProgress, Survey, digest_article, survey_corpus, vector_key
from index.types import Article, Encoder, Vectors

KEPT_GENERATIONS = 3
_WINDOW = 1024


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did.

    Attributes:
        articles: Articles that the index now holds.
        passages: Passages that the index now holds.
        embedded: Passages whose vectors were computed.
        skipped: Bad articles that were left out.
        bad: Why, in the order of reading.
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


def build_index(
    store: Store,
    encoder: Encoder,
    paths: Sequence[Path],
    *,
    recorded: Sequence[str],
    strict: bool = False,
    on_progress: OnProgress = lambda *_: None,
) -> BuildReport:
    """Make the index hold exactly the articles of some files and folders.

    Readers keep the earlier generation until the new one is complete. Vectors that are stored for the
    same text and encoder are used again, those of a build that was killed included.

    Args:
        recorded: The paths as the manifest is to remember them.
        strict: Make the first bad article an error.

    Raises:
        BuildBusy: Another process is building this index.
        BadArticle: With `strict`, a bad article.
        NewsdeskError: No article can be read, or the index cannot be written.
    """
    started = time.monotonic()
    with build_lock(store.home):
        live = store.live()
        segments = _segments(store, live)
        survey = survey_corpus(paths, _live_digests(live, segments), encoder, strict, on_progress)
        if live and not survey.to_index and not survey.removed and live.paths == tuple(recorded):
            return _report(live, survey, 0, started)
        manifest, n_embedded = _write(store, encoder, paths, recorded, live, segments, survey, on_progress)
        store.publish(manifest)
        if store.prune(KEPT_GENERATIONS):
            store.sentences.keep_only(all_vector_keys(store))
        return _report(manifest, survey, n_embedded, started)


def drop_index(store: Store) -> None:
    """Delete the whole index.

    Raises:
        BuildBusy: Another process is building it.
    """
    with build_lock(store.home):
        store.drop()


def _write(
    store: Store,
    encoder: Encoder,
    paths: Sequence[Path],
    recorded: Sequence[str],
    live: Manifest | None,
    segments: Mapping[str, Segment],
    survey: Survey,
    on_progress: OnProgress,
) -> tuple[Manifest, int]:
    refs = [_without(ref, segments[ref.name], survey) for ref in (live.segments if live else ())]
    known = StoredVectors(store)
    n_embedded = 0
    writer: SegmentWriter | None = None
    if survey.to_index:
        writer = store.new_segment()
        n_embedded = _add_articles(store, writer, encoder, paths, survey, known, on_progress)
    kept, merged = plan_merge(refs, segments, writer.n_passages if writer else 0)
    if merged:
        writer = writer or store.new_segment()
        copy_segments(store, writer, merged, on_progress)
    if writer and writer.n_passages:
        on_progress("indexing words", 0, None)
        segments = {**segments, writer.name: store.segment(writer.name, writer.n_passages)}
        kept.append(SegmentRef(writer.name, writer.n_passages))
    manifest = Manifest(
        generation=store.next_generation(),
        created_at=datetime.now(UTC),
        encoder=encoder.name,
        fingerprint=encoder.fingerprint,
        paths=tuple(recorded),
        n_articles=sum(n_live_articles(r, segments[r.name]) for r in kept),
        n_passages=sum(n_live_passages(r, segments[r.name]) for r in kept),
        segments=tuple(kept),
    )
    return manifest, n_embedded


def _add_articles(
    store: Store,
    writer: SegmentWriter,
    encoder: Encoder,
    paths: Sequence[Path],
    survey: Survey,
    known: StoredVectors,
    on_progress: OnProgress,
) -> int:
    """Split, encode and store what is new, storing one window while the next is encoded."""
    n_embedded = 0
    pending: Future[None] | None = None
    with ThreadPoolExecutor(max_workers=1) as storing:
        for window, n_done in _windows(paths, survey.to_index, encoder):
            vectors, n_new = _encode_window(store, window, encoder, known)
            n_embedded += n_new
            if pending:
                pending.result()
            pending = storing.submit(writer.add, [row for row, _ in window], vectors)
            on_progress("encoding", n_done, len(survey.to_index))
        if pending:
            pending.result()
    return n_embedded


def _windows(
    paths: Sequence[Path], wanted: set[str], encoder: Encoder
) -> Iterator[tuple[list[tuple[PassageRow, str]], int]]:
    """Passages with their texts as encoded, about a thousand at a time, and how many articles are read."""
    window: list[tuple[PassageRow, str]] = []
    n_done = 0
    for article in read_corpus(paths, lambda _: None):
        if article.id not in wanted:
            continue
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
    )
    context = article_context(article)
    for passage in split_article(article, encoder.count_tokens, encoder.max_tokens):
        text = context + passage.text
        yield PassageRow(row, passage, vector_key(text, encoder)), text


def _encode_window(
    store: Store, window: Sequence[tuple[PassageRow, str]], encoder: Encoder, known: StoredVectors
) -> tuple[Vectors, int]:
    """Vectors of a window in its order, and how many of them had to be computed."""
    vectors = known.fetch([row.vector_key for row, _ in window])
    missing = {row.vector_key: (row, text) for row, text in window if row.vector_key not in vectors}
    ranges = [sentence_ranges(row.passage, len(text) - len(row.passage.text)) for row, text in missing.values()]
    computed, sentences = encoder.encode_spans([text for _, text in missing.values()], ranges)
    store.sentences.put(dict(zip(missing, sentences, strict=True)))
    vectors.update(zip(missing, computed, strict=True))
    return np.stack([vectors[row.vector_key] for row, _ in window]), len(missing)


def _segments(store: Store, live: Manifest | None) -> dict[str, Segment]:
    return {ref.name: store.segment(ref.name, ref.n_passages) for ref in (live.segments if live else ())}


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


def _report(manifest: Manifest, survey: Survey, n_embedded: int, started: float) -> BuildReport:
    return BuildReport(
        generation=manifest.generation,
        articles=manifest.n_articles,
        passages=manifest.n_passages,
        embedded=n_embedded,
        skipped=len(survey.bad),
        added=len(survey.added),
        changed=len(survey.changed),
        removed=len(survey.removed),
        unchanged=len(survey.unchanged),
        seconds=time.monotonic() - started,
        bad=tuple(survey.bad),
    )
