"""Scores of one question and of many; pure."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence

import ir_measures
from ir_measures import RR, Qrel, ScoredDoc, Success, nDCG

_WORD = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")
_RANKING = {"hit@1": Success @ 1, "hit@4": Success @ 4, "hit@10": Success @ 10, "mrr@10": RR @ 10, "ndcg@10": nDCG @ 10}


def contains_answer(text: str, answers: Sequence[str], *, every: bool = False) -> bool:
    """Whether a text has any of the answers, or every one, as whole words; case, accents and signs do not count."""
    words = f" {_normalize(text)} "
    found = [f" {normal} " in words for answer in answers if (normal := _normalize(answer))]
    return bool(found) and (all(found) if every else any(found))


def ranking_scores(
    rankings: Mapping[str, Sequence[frozenset[str]]], gold: Mapping[str, frozenset[str]]
) -> dict[str, dict[str, float]]:
    """Per question: hit@1/4/10, MRR@10 and nDCG@10 over ranks of passages, by ir-measures.

    Args:
        rankings: Question id to, for each passage by rank, the ids that it stands for: its article and copies.
        gold: Question id to the articles that answer it; questions with none are left out.
    """
    qrels = [Qrel(q, article, 1) for q, articles in gold.items() for article in articles]
    run = [
        ScoredDoc(q, name, -float(rank))
        for q, ranking in rankings.items()
        if gold.get(q)
        for rank, name in enumerate(_unique_names(ranking, gold[q]))
    ]
    scores: dict[str, dict[str, float]] = {q: dict.fromkeys(_RANKING, 0.0) for q, articles in gold.items() if articles}
    names = {str(measure): name for name, measure in _RANKING.items()}
    for metric in ir_measures.iter_calc(list(_RANKING.values()), qrels, run):
        scores[metric.query_id][names[str(metric.measure)]] = metric.value
    return scores


def mean(values: Sequence[float]) -> float:
    """The mean; zero of nothing."""
    return sum(values) / len(values) if values else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of them do not exceed; zero of nothing."""
    ordered = sorted(values)
    return ordered[max(1, math.ceil(len(ordered) * share)) - 1] if ordered else 0.0


def _unique_names(ranking: Sequence[frozenset[str]], gold: frozenset[str]) -> list[str]:
    """A name for each rank: a gold article at its first passage, else one that is no article's."""
    names: list[str] = []
    for rank, ids in enumerate(ranking):
        new = sorted((ids & gold) - set(names))
        names.append(new[0] if new else f"no article {rank}")
    return names


def _normalize(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", plain)
    words = _WORD.findall(re.sub(r"['’]s\b", "", plain))
    return " ".join(w for w in words if w not in ("a", "an", "the"))
