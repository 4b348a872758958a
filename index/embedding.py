"""New articles to passages to vectors to Chroma, a window at a time, so that memory does not depend on how many."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from index.articles import ArticleRow
from index.merge import SegmentsWriter
from index.passages import article_context, split_article
from index.segment import PassageRow, to_timestamp
from index.sentence_cache import sentence_ranges
from index.store import Store
from index.stored_vectors import StoredVectors
from index.survey import OnProgress, Survey, digest_article, read_surveyed, vector_key
from index.task import Task
from index.types import Article, Encoder, Vectors

_WINDOW = 1024


@dataclass(slots=True)
class Effort:
    """What was encoded, and how long that took."""

    passages: int = 0
    seconds: float = 0.0


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
    n_articles = len(survey.to_index)
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
            on_progress("encoding", n_done, n_articles)
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
