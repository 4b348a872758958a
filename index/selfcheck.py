"""What a new generation has to pass before it is live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from random import Random

import numpy as np

from index.collection import fetch_passages, nearest
from index.errors import CheckFailed, IndexMismatch
from index.lexical import tokenize
from index.manifest import Manifest, SegmentRef
from index.merge import QUICK
from index.segment_store import readable
from index.store import Store

_SAMPLE = 20
_MAY_MISS = 0.1
"""An approximate search may miss what is there; an index that is broken misses most of it."""
_NEAREST = 10
_SAME = 0.001
_NONE = np.zeros(0, dtype=np.uint64)


def check_generation(store: Store, manifest: Manifest, new: Collection[str]) -> None:
    """Look whether all segments are there and at their articles, and search the new ones for passages that they hold.

    The others have passed that before, and whatever is asked of one, Chroma takes its graph into memory.

    Raises:
        CheckFailed: Something is not as the manifest says, or is not found.
    """
    _check_sizes(store, manifest, new)
    _check_articles(store, manifest)
    for ref in manifest.segments:
        if ref.name in new:
            try:
                with readable(ref.name):
                    _check_search(store, ref, Random(manifest.generation))
            except IndexMismatch as e:
                raise CheckFailed(str(e), [ref.name]) from e
            if ref.n_passages > QUICK:
                store.forget_graphs()


def _check_sizes(store: Store, manifest: Manifest, new: Collection[str]) -> None:
    names = set(store.segment_names())
    for ref in manifest.segments:
        if ref.name in names and ref.name not in new:
            continue
        try:
            n_stored = store.collection(ref.name).count()
        except IndexMismatch as e:
            raise CheckFailed(str(e), [ref.name]) from e
        if n_stored != ref.n_passages:
            raise CheckFailed(f"segment {ref.name} holds {n_stored} passages, not {ref.n_passages}", [ref.name])


def _check_articles(store: Store, manifest: Manifest) -> None:
    segments = [(store.segment(ref.name, ref.n_passages).articles, ref.removed) for ref in manifest.segments]
    held = [(articles, articles.all_but(removed)) for articles, removed in segments]
    hashes = np.concatenate([_NONE, *(articles.ids.hashes(is_live) for articles, is_live in held)])
    if len(np.unique(hashes)) < len(hashes):
        holders = Counter(a.ids[row] for a, is_live in held for row in np.flatnonzero(is_live).tolist())
        article, n_held = max(holders.items(), key=lambda pair: pair[1])
        if n_held > 1:
            raise CheckFailed(f"article {article} is {n_held} times in generation {manifest.generation}")
    if len(hashes) != manifest.n_articles:
        raise CheckFailed(f"generation {manifest.generation} holds {len(hashes)} articles, not {manifest.n_articles}")


def _check_search(store: Store, ref: SegmentRef, random: Random) -> None:
    """Find a sample of a segment's passages by their own vectors and words."""
    segment = store.segment(ref.name, ref.n_passages)
    collection = store.collection(ref.name)
    rows = sorted(random.sample(range(ref.n_passages), min(_SAMPLE, ref.n_passages)))
    ids = {segment.passage_ids[row]: row for row in rows}
    texts = fetch_passages(collection, list(ids))
    vectors = dict(store.vectors(ref.name, list(ids)))
    n_near = sum(finds(passage_id, nearest(collection, vector, _NEAREST)) for passage_id, vector in vectors.items())
    n_worded = sum(
        all(row in segment.lexical.postings(token, 1.0)[0] for token in tokenize(texts[passage_id].passage.text))
        for passage_id, row in ids.items()
        if passage_id in texts
    )
    for n_found, what in ((n_near, "vectors"), (n_worded, "words")):
        if n_found < len(ids) * (1 - _MAY_MISS):
            raise CheckFailed(
                f"of {len(ids)} passages in segment {ref.name} only {n_found} are found by their own {what}", [ref.name]
            )


def finds(passage_id: str, found: list[tuple[str, float]]) -> bool:
    """Whether a passage is among those nearest to its own vector, or would be, were they not all the same."""
    return passage_id in {i for i, _ in found} or (bool(found) and found[-1][1] >= 1 - _SAME)
