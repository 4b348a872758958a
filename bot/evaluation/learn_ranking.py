"""Learn the weights of index/ranking.py: `python -m bot.evaluation.learn_ranking FOLDER[+HAYSTACK][@fixed]…`.

A set is a dataset's folder, with the folder of another whose articles are indexed along, and `@fixed` where
every question is to be asked on the day of the newest article. One half of each set's questions is learnt
from; the other half, and five-fold cross-validation over all of them, tell what the result is worth. Sets of
one folder share one weight, so that asking a set twice does not make it count twice.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.conversation import understand_question
from bot.evaluation.dataset import CONFLICT, GoldQuestion
from bot.evaluation.metrics import contains_answer, passage_scores, ranking_scores
from bot.evaluation.run import Setup, Trial, prepare
from bot.evaluation.script import run_script
from bot.evaluation.softmax import learn_weights
from bot.settings import Settings, load_settings
from index.generation import Generation, Mask
from index.ranking import RANK_WEIGHTS
from index.search import (
    Found,
    choose_hits,
    find_all,
    rank_candidates,
    to_hits,
)
from index.types import Hit

N_FOLDS = 5
N_HITS = 10
_SHOWN = ("hit@1", "hit@4", "hit@10", "recall@10", "all gold@10", "mrr@10", "answer in hits@5")


@dataclass(frozen=True, slots=True)
class Example:
    """A question whose articles are known, with the candidates of each of its views.

    Attributes:
        set_name: The set, as the command line names it.
        folder: The dataset's, for the weight of its examples.
        right: For each view, which candidates are to be found.
    """

    set_name: str
    folder: str
    gold: GoldQuestion
    generation: Generation
    allowed: Mask
    found: tuple[Found, ...]
    right: tuple[NDArray[np.bool_], ...]


def main(set_names: Sequence[str]) -> None:
    """Print the weights, and what they are worth on questions that they were not learnt from."""
    settings = load_settings()
    examples = [e for name in set_names for e in collect(settings, name)]
    weights = learn([e for e in examples if half(e.gold) == 0])
    print("RANK_WEIGHTS =", {name: round(w, 2) for name, w in weights.items()})
    held_back = [e for e in examples if half(e.gold) == 1]
    print_scores("held back", held_back, lambda _: weights)
    print_scores(f"{N_FOLDS} folds", examples, cross_validate(examples))


def collect(settings: Settings, set_name: str) -> list[Example]:
    """Search for every question of a set whose articles are known, in the index that `newsdesk eval` keeps for it."""
    own, trial = open_set(settings, set_name)
    return [_to_example(trial, set_name, own, gold) for gold in trial.dataset.questions if gold.articles]


def open_set(settings: Settings, set_name: str) -> tuple[str, Trial]:
    """A set's own folder, and its questions with the index to ask."""
    folder, _, mode = set_name.partition("@")
    own, *others = folder.split("+")
    setup = Setup(tuple(Path(other) for other in others), fixed_now=mode == "fixed")
    return own, prepare(settings, Path(own), lambda *_: None, setup)


def learn(examples: Sequence[Example], names: Sequence[str] = tuple(RANK_WEIGHTS)) -> dict[str, float]:
    """Weights of some features, in their order."""
    cases = [
        (np.stack([one.features[name] for name in names], axis=1).astype(np.float64), right)
        for e in examples
        for one, right in zip(e.found, e.right, strict=True)
    ]
    folders = [e.folder for e in examples for _ in e.found]
    sizes = Counter(folders)
    weights = learn_weights(cases, [1 / sizes[folder] for folder in folders])
    return dict(zip(names, weights.tolist(), strict=True))


def cross_validate(
    examples: Sequence[Example], names: Sequence[str] = tuple(RANK_WEIGHTS)
) -> Callable[[Example], Mapping[str, float]]:
    """For each example, weights that were learnt without any question of its fold."""
    folds = [learn([e for e in examples if fold(e.gold) != n], names) for n in range(N_FOLDS)]
    return lambda example: folds[fold(example.gold)]


def rank(example: Example, weights: Mapping[str, float], *, parts: bool = True) -> list[Hit]:
    """The ten hits under some weights, as `index.search.search` would choose them."""
    found = example.found if parts else example.found[:1]
    candidates = rank_candidates(example.generation, found, example.allowed, N_HITS, weights)
    return to_hits(example.generation, found, choose_hits(found, candidates, N_HITS))


def score_hits(examples: Sequence[Example], hits: Sequence[Sequence[Hit]]) -> dict[str, float]:
    """Mean scores of the hits of each example."""
    gold = {e.gold.id: e.gold.articles for e in examples}
    by_id = {e.gold.id: own for e, own in zip(examples, hits, strict=True)}
    scores = ranking_scores(
        {q: [frozenset({h.passage.article_id, *h.copies}) for h in own] for q, own in by_id.items()}, gold
    )
    for e in examples:
        scores[e.gold.id] |= passage_scores(by_id[e.gold.id], e.gold.answers, every=e.gold.kind == CONFLICT)
    names = dict.fromkeys(name for own in scores.values() for name in own)
    return {name: float(np.mean([own[name] for own in scores.values() if name in own])) for name in names}


def print_scores(title: str, examples: Sequence[Example], weights_of: Callable[[Example], Mapping[str, float]]) -> None:
    """One line for each set."""
    for set_name in dict.fromkeys(e.set_name for e in examples):
        own = [e for e in examples if e.set_name == set_name]
        scores = score_hits(own, [rank(e, weights_of(e)) for e in own])
        shown = "  ".join(f"{name} {scores[name]:.3f}" for name in _SHOWN if name in scores)
        print(f"{title}, {set_name}, n {len(own)}: {shown}")


def half(gold: GoldQuestion) -> int:
    """0 for a question that is learnt from, 1 for one that is held back."""
    return zlib.crc32(gold.id.encode()) % 2


def fold(gold: GoldQuestion) -> int:
    """Number of its fold."""
    return zlib.crc32(f"fold {gold.id}".encode()) % N_FOLDS


def _to_example(trial: Trial, set_name: str, folder: str, gold: GoldQuestion) -> Example:
    generation, question = trial.desk.reader.current(), gold.question
    query, filters = understand_question(question, trial.settings.zone, generation.outlets)
    vectors = trial.desk.encoder.encode_queries([query.text, *(part.text for part in query.parts)])
    allowed = generation.allowed_articles(filters)
    found = tuple(find_all(generation, query, vectors, question.moment, filters))
    right = tuple(_find_right(generation, gold, one, whole=n == 0) for n, one in enumerate(found))
    return Example(set_name, folder, gold, generation, allowed, found, right)


def _find_right(generation: Generation, gold: GoldQuestion, found: Found, *, whole: bool) -> NDArray[np.bool_]:
    """Passages of gold articles: with an answer in them, if any has; for a part, of the outlets that it names."""
    of = generation.article_of[found.rows]
    is_gold = np.array([generation.articles[article].id in gold.articles for article in of], dtype=np.bool_)
    if not whole:
        outlets = generation.is_of(found.view.sources)[of]
        return is_gold & outlets if found.view.sources else np.zeros_like(is_gold)
    stored = generation.passages(found.rows[is_gold].tolist())
    answers = np.zeros_like(is_gold)
    for i in np.flatnonzero(is_gold):
        row = stored[int(found.rows[i])]
        answers[i] = contains_answer(f"{row.article.title}\n{row.passage.text}", gold.answers)
    return answers if answers.any() else is_gold


if __name__ == "__main__":
    run_script("learn_ranking", main)
