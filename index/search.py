"""Query to hits: meaning and words, fused; copies collapsed; no article crowding out the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.copies import Repeated, are_copies
from index.generation import Generation, Mask
from index.lexical import tokenize
from index.segment import UNDATED, PassageRow, from_timestamp
from index.types import Filters, Hit, Vectors

N_CANDIDATES = 100
_RRF = 60
_LEEWAY = 4
_CROWDED_RANKS = 5
_MAX_OF_ONE_ARTICLE = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage row on its way to a hit."""

    row: int
    article: int
    score: float
    similarity: float | None
    dense_rank: int | None
    lexical_rank: int | None
    copies: tuple[str, ...] = ()


def search(generation: Generation, text: str, vector: Vectors, filters: Filters, k: int) -> list[Hit]:
    """The best `k` passages for a question.

    Args:
        text: The question, whose words are looked up.
        vector: The question embedded, shape (dim,).
    """
    allowed = generation.allowed_articles(filters)
    tokens = list(dict.fromkeys(tokenize(text)))
    n = max(N_CANDIDATES, 2 * k)
    while True:
        dense = generation.search_dense(vector, allowed, n)
        lexical = generation.search_lexical(tokens, allowed, n)
        fused = fuse(generation, dense, lexical)
        candidates = collapse_copies(generation, fused[: _LEEWAY * k], allowed)
        if len(candidates) < k:  # copies of one story took the places
            candidates = collapse_copies(generation, fused, allowed)
        if len(candidates) >= k or len(dense) < n:
            break
        n *= 4
    chosen = spread_articles(candidates, k)
    passages = generation.passages([c.row for c in chosen])
    return [_to_hit(rank, c, passages[c.row]) for rank, c in enumerate(chosen, 1)]


def fuse(
    generation: Generation, dense: Sequence[tuple[int, float]], lexical: Sequence[tuple[int, float]]
) -> list[Candidate]:
    """Reciprocal rank fusion (Cormack et al. 2009, k = 60) of two rankings, best first."""
    dense_ranks = {row: rank for rank, (row, _) in enumerate(dense, 1)}
    lexical_ranks = {row: rank for rank, (row, _) in enumerate(lexical, 1)}
    similarities = dict(dense)
    candidates = [
        Candidate(
            row=row,
            article=int(generation.article_of[row]),
            score=_reciprocal(dense_ranks.get(row)) + _reciprocal(lexical_ranks.get(row)),
            similarity=similarities.get(row),
            dense_rank=dense_ranks.get(row),
            lexical_rank=lexical_ranks.get(row),
        )
        for row in {**dense_ranks, **lexical_ranks}
    ]
    return sorted(candidates, key=lambda c: (-c.score, c.row))


def collapse_copies(generation: Generation, candidates: Sequence[Candidate], allowed: Mask) -> list[Candidate]:
    """Of near-identical articles keep the passages of the earliest allowed one, and name the others on them.

    A passage of a later article gives way only where the earliest says the same: what it adds or revises stays.
    """
    groups = generation.copy_groups
    members: dict[int, list[int]] = {}
    present = {int(groups[c.article]) for c in candidates}
    for article in (int(a) for a in allowed.nonzero()[0] if int(groups[a]) in present):
        members.setdefault(int(groups[article]), []).append(article)
    kept: list[Candidate] = []
    with_copies: list[_Group] = []
    for group, own in _by_group(candidates, groups).items():
        earliest, *others = sorted(members[group], key=lambda a: _age(generation, a))
        later = frozenset(a for a in others if are_copies(generation.signatures[earliest], generation.signatures[a]))
        if later:
            with_copies.append(_Group(own, earliest, later))
        else:
            kept += own
    kept += _collapse_groups(generation, with_copies)
    return sorted(kept, key=lambda c: (-c.score, c.row))


@dataclass(frozen=True, slots=True)
class _Group:
    """Candidates of articles that are copies of the earliest, or of a copy of it."""

    candidates: list[Candidate]
    earliest: int
    later: frozenset[int]


def _collapse_groups(generation: Generation, groups: Sequence[_Group]) -> Iterator[Candidate]:
    rows_of = {g.earliest: np.flatnonzero(generation.article_of == g.earliest).tolist() for g in groups}
    wanted = [*(c.row for g in groups for c in g.candidates), *(row for rows in rows_of.values() for row in rows)]
    texts = {row: stored.passage.text for row, stored in generation.passages(list(dict.fromkeys(wanted))).items()}
    for group in groups:
        originals = {row: texts[row] for row in rows_of[group.earliest]}
        yield from _collapse_group(generation, group, originals, texts)


def _collapse_group(
    generation: Generation, group: _Group, originals: Mapping[int, str], texts: Mapping[int, str]
) -> Iterator[Candidate]:
    copies = tuple(generation.articles[a].id for a in sorted(group.later, key=lambda a: _age(generation, a)))
    original = Repeated(originals.values())
    kept: dict[int, Candidate] = {}
    for candidate in group.candidates:
        row = candidate.row
        if candidate.article == group.earliest:
            kept.setdefault(row, replace(candidate, copies=copies))
        elif candidate.article in group.later and original.covers(texts[row]):
            words = set(tokenize(texts[row]))
            row = max(originals, key=lambda r: len(words & set(tokenize(originals[r]))))
            kept.setdefault(row, replace(candidate, row=row, article=group.earliest, copies=copies))
        else:
            kept.setdefault(row, candidate)
    yield from kept.values()


def spread_articles(candidates: Sequence[Candidate], k: int) -> list[Candidate]:
    """The first `k`, at most two of one article among the top five while others are left.

    Scores stay in order: a candidate that had to wait takes the score of the one before it.
    """
    chosen: list[Candidate] = []
    seen: Counter[int] = Counter()
    for candidate in candidates:
        if len(chosen) == _CROWDED_RANKS:
            break
        if seen[candidate.article] >= _MAX_OF_ONE_ARTICLE:
            continue
        chosen.append(candidate)
        seen[candidate.article] += 1
    placed = {c.row for c in chosen}
    rest = [c for c in candidates if c.row not in placed]
    ordered = (chosen + rest)[:k]
    lowest = float("inf")
    for i, candidate in enumerate(ordered):
        lowest = min(lowest, candidate.score)
        ordered[i] = replace(candidate, score=lowest)
    return ordered


def _by_group(candidates: Sequence[Candidate], groups: NDArray[np.int64]) -> dict[int, list[Candidate]]:
    grouped: dict[int, list[Candidate]] = {}
    for candidate in candidates:
        grouped.setdefault(int(groups[candidate.article]), []).append(candidate)
    return grouped


def _age(generation: Generation, article: int) -> tuple[bool, int, str]:
    row = generation.articles[article]
    return row.published == UNDATED, row.published, row.id


def _reciprocal(rank: int | None) -> float:
    return 0.0 if rank is None else 1 / (_RRF + rank)


def _to_hit(rank: int, candidate: Candidate, row: PassageRow) -> Hit:
    return Hit(
        rank=rank,
        score=candidate.score,
        passage=row.passage,
        title=row.article.title,
        source=row.article.source,
        published_at=from_timestamp(row.article.published),
        url=row.article.url,
        language=row.article.language,
        vector_key=row.vector_key,
        copies=candidate.copies,
        similarity=candidate.similarity,
        dense_rank=candidate.dense_rank,
        lexical_rank=candidate.lexical_rank,
    )
