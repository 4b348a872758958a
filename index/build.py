"""Build a generation: articles to passages to vectors to Chroma, and the pointer flipped at the end."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from index.corpus import read_corpus
from index.errors import BadArticle, BuildBusy, NewsdeskError
from index.passages import article_context, split_article
from index.segment import ArticleRow, PassageRow, Segment, to_timestamp
from index.sentence_cache import sentence_ranges
from index.store import Manifest, SegmentRef, SegmentWriter, Store
from index.types import Article, Encoder, Vectors

KEPT_GENERATIONS = 3
_SPLITTER = 1
"""Raised whenever the same article would be split or put in context in another way."""
_WINDOW = 1024
_MERGE_FACTOR = 2
_PATIENCE_S = 5.0

OnProgress = Callable[[str, int, int | None], None]
"""Called with a stage, how much of it is done, and of how much, where that is known."""


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


@dataclass(slots=True)
class _Survey:
    """What the corpus holds against what the live generation holds."""

    added: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    unchanged: set[str] = field(default_factory=set)
    bad: list[BadArticle] = field(default_factory=list)

    @property
    def to_index(self) -> set[str]:
        return self.added | self.changed


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
    with _lock(store.home):
        live = store.live()
        segments = _segments(store, live)
        survey = _survey(paths, _live_digests(live, segments), encoder, strict, on_progress)
        if live and not survey.to_index and not survey.removed and live.paths == tuple(recorded):
            return _report(live, survey, 0, started)
        manifest, n_embedded = _write(store, encoder, paths, recorded, live, segments, survey, on_progress)
        store.publish(manifest)
        if store.prune(KEPT_GENERATIONS):
            store.sentences.keep_only(_all_vector_keys(store))
        return _report(manifest, survey, n_embedded, started)


def drop_index(store: Store) -> None:
    """Delete the whole index.

    Raises:
        BuildBusy: Another process is building it.
    """
    with _lock(store.home):
        store.drop()


def _write(
    store: Store,
    encoder: Encoder,
    paths: Sequence[Path],
    recorded: Sequence[str],
    live: Manifest | None,
    segments: Mapping[str, Segment],
    survey: _Survey,
    on_progress: OnProgress,
) -> tuple[Manifest, int]:
    refs = [_without(ref, segments[ref.name], survey) for ref in (live.segments if live else ())]
    known = _StoredVectors(store)
    n_embedded = 0
    writer: SegmentWriter | None = None
    if survey.to_index:
        writer = store.new_segment()
        n_embedded = _add_articles(store, writer, encoder, paths, survey, known, on_progress)
    kept, merged = _plan_merge(refs, segments, writer.n_passages if writer else 0)
    if merged:
        writer = writer or store.new_segment()
        _copy_segments(store, writer, merged, on_progress)
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
        n_articles=sum(_n_live_articles(r, segments[r.name]) for r in kept),
        n_passages=sum(_n_live_passages(r, segments[r.name]) for r in kept),
        segments=tuple(kept),
    )
    return manifest, n_embedded


def _add_articles(
    store: Store,
    writer: SegmentWriter,
    encoder: Encoder,
    paths: Sequence[Path],
    survey: _Survey,
    known: _StoredVectors,
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
        yield PassageRow(row, passage, _key(text, encoder)), text


def _encode_window(
    store: Store, window: Sequence[tuple[PassageRow, str]], encoder: Encoder, known: _StoredVectors
) -> tuple[Vectors, int]:
    """Vectors of a window in its order, and how many of them had to be computed."""
    vectors = known.fetch([row.vector_key for row, _ in window])
    missing = {row.vector_key: (row, text) for row, text in window if row.vector_key not in vectors}
    ranges = [sentence_ranges(row.passage, len(text) - len(row.passage.text)) for row, text in missing.values()]
    computed, sentences = encoder.encode_spans([text for _, text in missing.values()], ranges)
    store.sentences.put(dict(zip(missing, sentences, strict=True)))
    vectors.update(zip(missing, computed, strict=True))
    return np.stack([vectors[row.vector_key] for row, _ in window]), len(missing)


def _all_vector_keys(store: Store) -> Iterator[str]:
    refs = {ref.name: ref for g in store.generations() for ref in store.manifest(g).segments}
    for ref in refs.values():
        yield from store.segment(ref.name, ref.n_passages).vector_keys


class _StoredVectors:
    """Vectors in any segment that still exists, those of killed builds included."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._places: dict[str, tuple[str, str]] = {}
        for ref in {ref.name: ref for g in store.generations() for ref in store.manifest(g).segments}.values():
            segment = store.segment(ref.name, ref.n_passages)
            for key, passage_id in zip(segment.vector_keys, segment.passage_ids, strict=True):
                self._places[key] = (ref.name, passage_id)
        for name in store.orphans():
            for row, _ in store.rows(name):
                self._places[row.vector_key] = (name, row.passage.id)

    def fetch(self, keys: Iterable[str]) -> dict[str, Vectors]:
        """Stored vectors by key; keys that are not stored are left out."""
        by_segment: dict[str, dict[str, str]] = {}
        for key in keys:
            if place := self._places.get(key):
                by_segment.setdefault(place[0], {})[place[1]] = key
        return {
            ids[passage_id]: vector
            for name, ids in by_segment.items()
            for passage_id, vector in self._store.vectors(name, list(ids))
        }


def _survey(
    paths: Sequence[Path],
    live: Mapping[str, str],
    encoder: Encoder,
    strict: bool,
    on_progress: OnProgress,
) -> _Survey:
    """Read the whole corpus once without encoding, so that what is left to do is known beforehand."""
    survey = _Survey()

    def report(bad: BadArticle) -> None:
        if strict:
            raise bad
        survey.bad.append(bad)

    for n_read, article in enumerate(read_corpus(paths, report), 1):
        if article.id not in live:
            survey.added.add(article.id)
        elif live[article.id] == digest_article(article, encoder):
            survey.unchanged.add(article.id)
        else:
            survey.changed.add(article.id)
        on_progress("reading", n_read, None)
    survey.removed = set(live) - survey.changed - survey.unchanged
    if not survey.to_index and not survey.unchanged:
        reason = f"; the first of {len(survey.bad)} bad ones: {survey.bad[0]}" if survey.bad else ""
        raise NewsdeskError(f"no article found in {', '.join(map(str, paths))}{reason}")
    return survey


def digest_article(article: Article, encoder: Encoder) -> str:
    """Changes whenever the article would be indexed in another way."""
    fields = [
        article.title,
        article.source,
        article.paragraphs,
        article.authors,
        to_timestamp(article.published_at),
        article.url,
        article.language,
        article.section,
    ]
    return _hash(json.dumps([_SPLITTER, encoder.fingerprint, fields], ensure_ascii=False))


def _key(text: str, encoder: Encoder) -> str:
    return _hash(f"{encoder.fingerprint}\0{text}")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _segments(store: Store, live: Manifest | None) -> dict[str, Segment]:
    return {ref.name: store.segment(ref.name, ref.n_passages) for ref in (live.segments if live else ())}


def _live_digests(live: Manifest | None, segments: Mapping[str, Segment]) -> dict[str, str]:
    return {
        article.id: article.digest
        for ref in (live.segments if live else ())
        for article in segments[ref.name].articles
        if article.id not in ref.removed
    }


def _without(ref: SegmentRef, segment: Segment, survey: _Survey) -> SegmentRef:
    gone = survey.changed | survey.removed
    return SegmentRef(ref.name, ref.n_passages, ref.removed | {a.id for a in segment.articles if a.id in gone})


def _plan_merge(
    refs: Sequence[SegmentRef], segments: Mapping[str, Segment], n_new: int
) -> tuple[list[SegmentRef], list[SegmentRef]]:
    """Segments to keep and segments to merge into the new one.

    Small ones are merged into what is at least half their size, so that sizes grow geometrically and
    a passage is copied a logarithmic number of times; one that is mostly removed is rewritten.
    """
    kept: list[SegmentRef] = []
    merged: list[SegmentRef] = []
    size = n_new
    for ref in sorted(refs, key=lambda r: _n_live_passages(r, segments[r.name])):
        n_live = _n_live_passages(ref, segments[ref.name])
        if n_live == 0:
            continue
        mostly_removed = n_live * 2 < ref.n_passages
        if mostly_removed or (n_new and n_live < size * _MERGE_FACTOR):
            merged.append(ref)
            size += n_live
        else:
            kept.append(ref)
    return kept, merged


def _copy_segments(store: Store, writer: SegmentWriter, refs: Sequence[SegmentRef], on_progress: OnProgress) -> None:
    for n_done, ref in enumerate(refs):
        on_progress("merging", n_done, len(refs))
        rows: list[PassageRow] = []
        vectors: list[Vectors] = []
        for row, vector in store.rows(ref.name, vectors=True):
            if row.article.id in ref.removed:
                continue
            rows.append(row)
            vectors.append(vector)
            if len(rows) == _WINDOW:
                writer.add(rows, np.stack(vectors))
                rows, vectors = [], []
        if rows:
            writer.add(rows, np.stack(vectors))


def _n_live_articles(ref: SegmentRef, segment: Segment) -> int:
    return sum(a.id not in ref.removed for a in segment.articles)


def _n_live_passages(ref: SegmentRef, segment: Segment) -> int:
    if not ref.removed:
        return ref.n_passages
    alive = np.array([a.id not in ref.removed for a in segment.articles])
    return int(alive[segment.article_of].sum())


def _report(manifest: Manifest, survey: _Survey, n_embedded: int, started: float) -> BuildReport:
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


@contextmanager
def _lock(home: Path) -> Iterator[None]:
    lock = FileLock(home / "build.lock")
    try:
        with lock.acquire(timeout=_PATIENCE_S):  # a build that finds nothing new is over at once
            yield
    except Timeout as e:
        raise BuildBusy(f"{home}: another process is building this index; wait until it is done") from e
