"""Learn the weights of bot/evidence.py and bot/confidence.py: `python -m bot.evaluation.calibrate FOLDER[@fixed]…`.

One half of each set's questions is learnt from; the other half, and five-fold cross-validation over all of them, tell
what the result is worth. The threshold alone, one number, is chosen from all of them, by the folds' confidences. How
sure one can be depends on how many passages were searched, so every question is asked among a few of the articles as
well. Sets are those of `learn_ranking`.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.answer import Gathered
from bot.confidence import CONFIDENCE_WEIGHTS
from bot.evaluation.dataset import GoldQuestion
from bot.evaluation.learn_ranking import N_FOLDS, fold, half, open_set
from bot.evaluation.metrics import contains_answer
from bot.evaluation.script import run_script
from bot.evaluation.softmax import learn_weights
from bot.evidence import MAX_SENTENCES, SENTENCE_WEIGHTS
from bot.settings import Settings, load_settings
from index.errors import NewsdeskError
from index.generation import Generation

_SIZES = (70, 250, 900)
_MIN_UNANSWERABLE = 0.2

Weights = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A question with what was found for it.

    Attributes:
        set_name: The set, as the command line names it.
        folder: The dataset's, for the weight of its examples.
        size: Among how many articles it was asked; None for all.
        features: One row for each sentence found, in the order of SENTENCE_WEIGHTS.
        right: Whether each of them holds an answer.
    """

    set_name: str
    folder: str
    size: int | None
    gold: GoldQuestion
    gathered: Gathered
    features: NDArray[np.float64]
    right: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Learnt:
    """Weights of sentences, and of confidence, the bias first."""

    sentences: Weights
    confidence: Weights


def main(set_names: Sequence[str]) -> None:
    """Print weights and threshold, and their scores on questions that they were not learnt from."""
    settings = load_settings()
    examples = [e for name in set_names for e in collect(settings, name)]
    learnt = learn([e for e in examples if half(e.gold) == 0])
    folds = [learn([e for e in examples if fold(e.gold) != n]) for n in range(N_FOLDS)]
    print("SENTENCE_WEIGHTS =", _named(SENTENCE_WEIGHTS, learnt.sentences))
    print("CONFIDENCE_WEIGHTS =", _named(CONFIDENCE_WEIGHTS, learnt.confidence))
    threshold = choose_threshold(examples, np.array([_confidence(e, folds[fold(e.gold)]) for e in examples]))
    print(f"CONFIDENCE_THRESHOLD = {threshold:.3f}")
    print_scores("held back", [e for e in examples if half(e.gold) == 1], lambda _: learnt, threshold)
    print_scores(f"{N_FOLDS} folds", examples, lambda e: folds[fold(e.gold)], threshold)


def collect(settings: Settings, set_name: str) -> Iterator[Example]:
    """Search for every question of a set, in the index that `newsdesk eval` keeps for it and in parts of that."""
    folder, trial = open_set(settings, set_name)
    generation = trial.desk.reader.current()
    sizes = [None, *(size for size in _SIZES if size < len(generation.articles) and not trial.setup.fixed_now)]
    for size in sizes:
        for gold in trial.dataset.questions:
            searched = generation if size is None else generation.among(_draw(generation, gold, size))
            gathered = trial.desk.answerer.gather(gold.question, searched)
            features = [[e.features[name] for name in SENTENCE_WEIGHTS] for e in gathered.evidence]
            right = [contains_answer(e.text, gold.answers) for e in gathered.evidence]
            rows = np.array(features, dtype=np.float64).reshape(-1, len(SENTENCE_WEIGHTS))
            yield Example(set_name, folder, size, gold, gathered, rows, np.array(right, dtype=np.bool_))


def learn(examples: Sequence[Example]) -> Learnt:
    """What tells sentences that answer from others, and questions that are answered from those that cannot be."""
    whole = [e for e in examples if e.size is None]
    sizes = Counter(e.folder for e in whole)
    cases = [(e.features, e.right) for e in whole]
    sentences = learn_weights(cases, [1 / sizes[e.folder] for e in whole])
    clear = [e for e in examples if not e.gold.answerable or _is_answered(e, sentences)]
    return Learnt(sentences, learn_confidence(clear))


def learn_confidence(examples: Sequence[Example]) -> Weights:
    """Logistic regression, answered rightly against unanswerable, both weighing the same; the bias first.

    An answerable question whose answer is not among the best sentences is no example of either.
    """
    from sklearn.linear_model import LogisticRegression

    signals = _signals(examples)
    spread = signals.std(axis=0) + 1e-9
    model = LogisticRegression(class_weight="balanced", max_iter=3000)
    model.fit(signals / spread, [e.gold.answerable for e in examples])
    return np.concatenate([model.intercept_, model.coef_[0] / spread])


def choose_threshold(examples: Sequence[Example], confidences: NDArray[np.float64]) -> float:
    """The confidence to ask for at which the lower one of refusals' precision and recall is best.

    Over the questions asked among all articles, of the datasets of which enough are unanswerable for both to mean
    something. It lies in the middle between the questions next to it.

    Raises:
        NewsdeskError: There is no such dataset.
    """
    answerable = np.array([e.gold.answerable for e in examples])
    folders = np.array([e.folder for e in examples])
    whole = np.array([e.size is None for e in examples])
    telling = [f for f in set(folders) if (~answerable[whole & (folders == f)]).mean() >= _MIN_UNANSWERABLE]
    if not telling:
        raise NewsdeskError("a threshold needs a dataset with at least a fifth of its questions unanswerable")
    counted = whole & np.isin(folders, telling)
    order = np.argsort(confidences[counted])
    ordered, rightly = confidences[counted][order], np.cumsum(~answerable[counted][order])
    lower = np.minimum(rightly / np.arange(1, len(ordered) + 1), rightly / rightly[-1])
    n = int(lower[:-1].argmax())
    return float(ordered[n : n + 2].mean())


def print_scores(
    title: str, examples: Sequence[Example], learnt_of: Callable[[Example], Learnt], threshold: float
) -> None:
    """One line for each set and size."""
    for name, size in dict.fromkeys((e.set_name, e.size) for e in examples):
        own = [e for e in examples if (e.set_name, e.size) == (name, size)]
        refused = np.array([_confidence(e, learnt_of(e)) < threshold for e in own])
        answerable = np.array([e.gold.answerable for e in own])
        first, four = score_sentences([e for e in own if e.gold.answerable], learnt_of)
        rightly = int((refused & ~answerable).sum())
        shown = f"first sentence {first:.3f}, best four {four:.3f}, lost {refused[answerable].mean():.3f}"
        if not answerable.all():
            shown += f", refused {rightly / (~answerable).sum():.3f}, precision {rightly / max(1, refused.sum()):.3f}"
        print(f"{title}, {name}{'' if size is None else f' among {size} articles'}, n {len(own)}: {shown}")


def score_sentences(examples: Sequence[Example], learnt_of: Callable[[Example], Learnt]) -> tuple[float, float]:
    """Share of questions answered by the first sentence, and by any of the best four."""
    ranked = [e.right[np.argsort(-(e.features @ learnt_of(e).sentences), kind="stable")] for e in examples]
    first, four = ([bool(right[:n].any()) for right in ranked] for n in (1, MAX_SENTENCES))
    return float(np.mean(first)), float(np.mean(four))


def _draw(generation: Generation, gold: GoldQuestion, size: int) -> frozenset[str]:
    """Articles at random, the same for the same question, and those that answer it."""
    rng = np.random.default_rng(zlib.crc32(gold.id.encode()) + size)
    drawn = rng.choice(len(generation.articles), size, replace=False)
    return frozenset(generation.articles[row].id for row in drawn) | gold.articles


def _is_answered(example: Example, weights: Weights) -> bool:
    order = np.argsort(-(example.features @ weights), kind="stable")
    return bool(example.right[order[:MAX_SENTENCES]].any())


def _confidence(example: Example, learnt: Learnt) -> float:
    z = learnt.confidence[0] + _signals([example])[0] @ learnt.confidence[1:]
    return float(1 / (1 + np.exp(-z)))


def _signals(examples: Sequence[Example]) -> NDArray[np.float64]:
    names = [name for name in CONFIDENCE_WEIGHTS if name != "bias"]
    return np.array([[e.gathered.signals[name] for name in names] for e in examples])


def _named(names: Mapping[str, Any], weights: Weights) -> dict[str, float]:
    return {name: round(float(w), 2) for name, w in zip(names, weights, strict=True)}


if __name__ == "__main__":
    run_script("calibrate", main)
