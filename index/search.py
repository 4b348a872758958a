"""Query to hits: every part searched by meaning and by words, ranked, copies collapsed, articles spread."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from index.collapse import Candidate, CollapsedCopies
from index.generation import Generation, Mask
from index.query import Part, Query
from index.ranking import RANK_WEIGHTS, Column, View, describe, find_moment, is_telling, match_words, weigh
from index.segment import PassageRow, from_timestamp
from index.types import Filters, Hit, Reranker, Vectors

N_CANDIDATES = 100
_N_OF_OUTLET = 50
_OF_A_PART = 1.0
_LEEWAY = 2
SPREAD_RANKS = 4
N_RERANKED = 30


@dataclass(frozen=True, slots=True)
class Found:
    """The candidates of one view, with what their scores are made of.

    Attributes:
        rows: Passage rows.
        features: By name, a value for each of them.
    """

    view: View
    rows: NDArray[np.int64]
    similarities: Column
    dense_ranks: Mapping[int, int]
    lexical_ranks: Mapping[int, int]
    features: Mapping[str, Column]


def make_views(query: Query, vectors: Vectors, now: datetime) -> list[View]:
    """The whole question and its parts, as they are searched.

    Args:
        vectors: The question and each of its parts embedded, shape (1 + n_parts, dim).
    """
    asked: Sequence[Query | Part] = (query, *query.parts)
    return [
        View(
            text=one.text,
            vector=vector,
            names=one.names,
            quoted=tuple(q for q in query.quoted if q in one.text),
            sources=one.sources,
            periods=tuple(p for p in one.periods if is_telling(p, now)),
            moment=find_moment(one.periods, query.is_past, now),
        )
        for one, vector in zip(asked, vectors, strict=True)
    ]


def search(
    generation: Generation,
    query: Query,
    vectors: Vectors,
    now: datetime,
    filters: Filters,
    k: int,
    reranker: Reranker | None = None,
) -> list[Hit]:
    """The best `k` passages for a question.

    Args:
        vectors: The question and each of its parts embedded, shape (1 + n_parts, dim).
        now: When it is asked; newer articles are better unless it names another time.
        filters: Where they end before now, nothing is newer than their end.
    """
    allowed = generation.allowed_articles(filters)
    n = max(N_CANDIDATES, 2 * k)
    n_ranked = max(k, N_RERANKED) if reranker else k
    while True:
        found = find_all(generation, query, vectors, now, filters, n)
        candidates = rank_candidates(generation, found, allowed, n_ranked)
        if len(candidates) >= n_ranked or len(found[0].dense_ranks) < n:
            break
        n *= 4
    if reranker and candidates:
        candidates = rerank(generation, query.text, candidates, reranker)
    return to_hits(generation, found, choose_hits(found, candidates, k))


def find_all(
    generation: Generation, query: Query, vectors: Vectors, now: datetime, filters: Filters, n: int = N_CANDIDATES
) -> list[Found]:
    """The candidates of the whole question and of each of its parts; arguments as of `search`."""
    allowed = generation.allowed_articles(filters)
    now = min(now, filters.newest or now)
    return [find_candidates(generation, view, now, allowed, n) for view in make_views(query, vectors, now)]


def choose_hits(found: Sequence[Found], candidates: Sequence[Candidate], k: int) -> list[Candidate]:
    """The first `k` of the candidates, from several articles, the best passage of every part among them."""
    chosen = spread_articles(candidates, k, k if len(found) > 1 else SPREAD_RANKS)
    return reserve_places(candidates, chosen)


def reserve_places(candidates: Sequence[Candidate], chosen: Sequence[Candidate]) -> list[Candidate]:
    """The chosen with the best candidate of every part among them, in the places of the last that are none's best."""
    kept = list(chosen)
    placed = {c.row for c in chosen}
    missing = [c for c in candidates if c.leads_part and c.row not in placed]
    for place in range(len(kept) - 1, 0, -1):
        if missing and not kept[place].leads_part:
            kept[place] = replace(missing.pop(), score=kept[place].score)
    return kept


def rank_candidates(
    generation: Generation,
    found: Sequence[Found],
    allowed: Mask,
    k: int,
    weights: Mapping[str, float] = RANK_WEIGHTS,
) -> list[Candidate]:
    """Candidates of all views, copies collapsed, best first; enough for `k` hits, where there are as many.

    As few are collapsed as that takes: it means reading their texts.
    """
    merged = merge(generation, found, weights)
    copies = CollapsedCopies(generation, allowed, find_preferred(generation, found))
    n_spread = k if len(found) > 1 else min(k, SPREAD_RANKS)
    n_leading = max((n for n, c in enumerate(merged, 1) if c.leads_part), default=0)
    step = max(1, _LEEWAY * k)
    for at in range(0, len(merged), step):
        copies.add(merged[at : at + step])
        if copies.n_passages >= k and copies.n_articles >= n_spread and at + step >= n_leading:
            break
    return copies.ranked()


def to_hits(generation: Generation, found: Sequence[Found], candidates: Sequence[Candidate]) -> list[Hit]:
    """The candidates with their stored passages, ranks from 1."""
    rows = [c.row for c in candidates]
    passages = generation.passages(rows)
    cosines = generation.similarities(found[0].view.vector, np.array(rows, dtype=np.int64)).tolist()
    return [
        _to_hit(rank, c, found, passages[c.row], cosine)
        for rank, (c, cosine) in enumerate(zip(candidates, cosines, strict=True), 1)
    ]


def find_candidates(generation: Generation, view: View, now: datetime, allowed: Mask, n: int) -> Found:
    """The nearest `n` passages by meaning and the best `n` by words, and some of the outlets that are named."""
    words = match_words(generation, view)
    dense = generation.search_dense(view.vector, allowed, n)
    lexical = best_rows(words.scores, allowed[generation.article_of], n)
    rows = {*dense, *lexical}
    if view.sources:
        of_outlets = allowed & generation.is_of(view.sources)
        rows |= {*generation.search_dense(view.vector, of_outlets, _N_OF_OUTLET)}
        rows |= {*best_rows(words.scores, of_outlets[generation.article_of], _N_OF_OUTLET)}
    chosen = np.array(sorted(rows), dtype=np.int64)
    similarities = generation.similarities(view.vector, chosen)
    return Found(
        view=view,
        rows=chosen,
        similarities=similarities,
        dense_ranks={row: rank for rank, row in enumerate(dense, 1)},
        lexical_ranks={row: rank for rank, row in enumerate(lexical, 1)},
        features=describe(generation, view, words, chosen, similarities, now),
    )


def merge(
    generation: Generation, found: Sequence[Found], weights: Mapping[str, float] = RANK_WEIGHTS
) -> list[Candidate]:
    """Candidates of all views, best first: each counts by the view that it fits best, a part a little less."""
    best: dict[int, tuple[float, int, int]] = {}
    leading: set[int] = set()
    for number, one in enumerate(found):
        scores = weigh(one.features, weights)
        handicap = float(scores.max(initial=0)) + (_OF_A_PART if number else 0)
        if number and len(one.rows):
            leading.add(int(one.rows[scores.argmax()]))
        for i, (row, score) in enumerate(zip(one.rows.tolist(), scores.tolist(), strict=True)):
            if row not in best or best[row][0] < score - handicap:
                best[row] = (score - handicap, number, i)
    ordered = sorted(best.items(), key=lambda item: (-item[1][0], item[0]))
    return [Candidate(row, int(generation.article_of[row]), *placed, row in leading) for row, placed in ordered]


def best_rows(scores: NDArray[np.float32], mask: Mask, n: int) -> list[int]:
    """Rows of the highest scores among those allowed, best first, above zero."""
    rows = np.flatnonzero(mask & (scores > 0))
    if len(rows) > n:
        rows = rows[np.argpartition(-scores[rows], n - 1)[:n]]
    best: list[int] = rows[np.lexsort((rows, -scores[rows]))].tolist()
    return best


def find_preferred(generation: Generation, found: Sequence[Found]) -> Mask:
    """Article rows of an outlet that the question names or, where it names the days of articles, of those as well."""
    preferred: Mask = np.zeros(len(generation.articles), dtype=np.bool_)
    for one in found:
        named, dated = one.features.get("outlet"), one.features.get("published then")
        if named is not None and dated is not None:
            fits = named + dated
            preferred[generation.article_of[one.rows[(fits > 0) & (fits == fits.max(initial=0))]]] = True
    return preferred


def rerank(
    generation: Generation, question: str, candidates: Sequence[Candidate], reranker: Reranker
) -> list[Candidate]:
    """The first 30 by learnt score and the reranker's log-odds together, the best at 0; the others stay behind them.

    The learnt score is of log-odds too, and knows of time and outlets, which are not in the text. Where the reranker
    fails, the candidates are as they were.
    """
    first, others = candidates[:N_RERANKED], candidates[N_RERANKED:]
    rows = generation.passages([c.row for c in first])
    texts = [f"{rows[c.row].article.title}\n{rows[c.row].passage.text}" for c in first]
    log_odds = reranker.score(question, texts)
    if log_odds is None:
        return list(candidates)
    scored = [replace(c, score=c.score + x, log_odds=x) for c, x in zip(first, log_odds, strict=True)]
    scored.sort(key=lambda c: (-c.score, c.row))
    best, rise = scored[0].score, scored[-1].score - first[-1].score
    ordered = [*scored, *(replace(c, score=c.score + rise) for c in others)]
    return [replace(c, score=c.score - best) for c in ordered]


def spread_articles(candidates: Sequence[Candidate], k: int, n_spread: int) -> list[Candidate]:
    """The first `k`, the first `n_spread` of them from one article each while others are left.

    Scores stay in order: a candidate that had to wait takes the score of the one before it.
    """
    first: dict[int, Candidate] = {}
    for candidate in candidates:
        if len(first) == n_spread:
            break
        first.setdefault(candidate.article, candidate)
    placed = {c.row for c in first.values()}
    ordered = [*first.values(), *(c for c in candidates if c.row not in placed)][:k]
    lowest = float("inf")
    for i, candidate in enumerate(ordered):
        lowest = min(lowest, candidate.score)
        ordered[i] = replace(candidate, score=lowest)
    return ordered


def _to_hit(rank: int, candidate: Candidate, found: Sequence[Found], row: PassageRow, cosine: float) -> Hit:
    best = found[candidate.view]
    own = np.flatnonzero(best.rows == candidate.row)  # another than its place where it stands for a copy
    place = int(own[0]) if len(own) else candidate.place
    why = {name: round(float(column[place]), 3) for name, column in best.features.items()}
    why |= {"reranker": round(candidate.log_odds, 3), "part": float(candidate.view)}
    return Hit(
        rank=rank,
        score=math.exp(candidate.score),
        passage=row.passage,
        title=row.article.title,
        source=row.article.source,
        published_at=from_timestamp(row.article.published),
        url=row.article.url,
        language=row.article.language,
        vector_key=row.vector_key,
        copies=candidate.copies,
        similarity=cosine,
        dense_rank=found[0].dense_ranks.get(candidate.row),
        lexical_rank=found[0].lexical_ranks.get(candidate.row),
        why={name: value for name, value in why.items() if value},
    )
