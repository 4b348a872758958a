"""What each step of the search is worth: `python -m bot.evaluation.ablate FOLDER[+HAYSTACK][@fixed]…`.

Prints a Markdown table with a row for each step, added to those before it. What is learnt is learnt anew for
each row, and scored by five-fold cross-validation.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from bot.evaluation.learn_ranking import N_HITS, Example, collect, cross_validate, rank, score_hits
from bot.evaluation.metrics import percentile
from bot.evaluation.script import run_script
from bot.settings import load_settings
from index.ranking import RANK_WEIGHTS, match_words
from index.search import (
    N_CANDIDATES,
    SPREAD_RANKS,
    Found,
    best_rows,
    find_candidates,
    rank_candidates,
    spread_articles,
    to_hits,
)
from index.types import Hit

_RRF = 60
_SHOWN = ("hit@1", "hit@4", "hit@10", "recall@10", "all gold@10", "mrr@10", "answer in hits@5")
_CONTENT = ("words", "meaning")
_NAMED = ("coverage", "numbers", "names")
_QUOTED = ("quoted",)
_PLACE = ("article", "lead")
_RANKS = ("dense rank", "lexical rank")
_TIME = ("recent", "recent and on topic", "ahead")
_OUTLETS = ("outlet", "outlet and coverage")
_PERIODS = ("published then", "happened then")

Weights = Callable[[Example], Mapping[str, float]]


def main(set_names: Sequence[str]) -> None:
    """Print the table."""
    settings = load_settings()
    examples = [e for name in set_names for e in collect(settings, name)]
    print(f"| step | set | {' | '.join(_SHOWN)} | ms p50 |")
    print("|" + "---|" * (len(_SHOWN) + 3))
    whole = {"meaning alone": _by_rank(dense=True), "words alone, title twice": _by_rank(lexical=True)}
    whole["both, RRF 60"] = _by_rank(dense=True, lexical=True)
    for step, choose in whole.items():
        _print_rows(step, examples, choose)
    _print_rows("+ the first four from four articles", examples, _by_rank(dense=True, lexical=True, spread=True))
    by_ranks = cross_validate([_with_ranks(e) for e in examples], _RANKS)
    _print_rows(
        "the same, ranks weighted", examples, lambda e: rank(_with_ranks(_search_whole(e)), by_ranks(e), parts=False)
    )
    names: tuple[str, ...] = ()
    for step, added in {
        "weights learnt for words and meaning": _CONTENT,
        "+ coverage, numbers, names": _NAMED,
        "+ quoted strings": _QUOTED,
        "+ the article's best passage, the lead": _PLACE,
        "+ newer is better": _TIME,
        "+ outlets named": _OUTLETS,
        "+ times named": _PERIODS,
    }.items():
        names += added
        _print_rows(step, examples, _by_weights(cross_validate(examples, names), parts=False))
    every = cross_validate(examples)
    _print_rows("+ parts searched apart", examples, _by_weights(every, parts=True))
    for left_out in (_NAMED, _PLACE, _TIME):
        names = tuple(name for name in RANK_WEIGHTS if name not in left_out)
        _print_rows(
            f"all but {', '.join(left_out)}", examples, _by_weights(cross_validate(examples, names), parts=True)
        )


def _print_rows(step: str, examples: Sequence[Example], choose: Callable[[Example], list[Hit]]) -> None:
    for set_name in dict.fromkeys(e.set_name for e in examples):
        own = [e for e in examples if e.set_name == set_name]
        hits, spent = [], []
        for e in own:
            started = time.perf_counter()
            hits.append(choose(e))
            spent.append((time.perf_counter() - started) * 1000)
        scores = score_hits(own, hits)
        shown = " | ".join(f"{scores[name]:.3f}" if name in scores else "" for name in _SHOWN)
        print(f"| {step} | {set_name} | {shown} | {percentile(spent, 0.5):.0f} |", flush=True)


def _by_weights(weights_of: Weights, *, parts: bool) -> Callable[[Example], list[Hit]]:
    """Search again, so that the time is the real one, and rank by learnt weights."""

    def choose(example: Example) -> list[Hit]:
        found = tuple(_search_again(example, one) for one in example.found[: None if parts else 1])
        return rank(replace(example, found=found), weights_of(example))

    return choose


def _by_rank(*, dense: bool = False, lexical: bool = False, spread: bool = False) -> Callable[[Example], list[Hit]]:
    """Reciprocal rank fusion (Cormack et al. 2009) of the rankings named, searched again for the time it takes."""

    def choose(example: Example) -> list[Hit]:
        generation, found, allowed = example.generation, example.found[0], example.allowed
        rankings: list[list[int]] = []
        if dense:
            rankings.append(generation.search_dense(found.view.vector, allowed, N_CANDIDATES))
        if lexical:
            scores = match_words(generation, found.view).scores
            rankings.append(best_rows(scores, allowed[generation.article_of], N_CANDIDATES))
        fused = np.zeros(len(found.rows), dtype=np.float32)
        for ranking in rankings:
            fused[np.searchsorted(found.rows, ranking)] += 1 / (_RRF + np.arange(1, len(ranking) + 1))
        scored = replace(found, features={"fused": fused})
        candidates = rank_candidates(generation, [scored], allowed, N_HITS, {"fused": 1.0})
        return to_hits(generation, [scored], spread_articles(candidates, N_HITS, SPREAD_RANKS if spread else 0))

    return choose


def _with_ranks(example: Example) -> Example:
    """With the reciprocal ranks of the whole question's candidates as features."""
    found = example.found[0]
    rankings = zip(_RANKS, (found.dense_ranks, found.lexical_ranks), strict=True)
    reciprocal = {
        name: np.array([1 / (_RRF + ranks[row]) if row in ranks else 0.0 for row in found.rows.tolist()], np.float32)
        for name, ranks in rankings
    }
    return replace(example, found=(replace(found, features=reciprocal),), right=example.right[:1])


def _search_whole(example: Example) -> Example:
    return replace(example, found=(_search_again(example, example.found[0]),))


def _search_again(example: Example, found: Found) -> Found:
    moment = example.gold.question.moment
    return find_candidates(example.generation, found.view, moment, example.allowed, N_CANDIDATES)


if __name__ == "__main__":
    run_script("ablate", main)
