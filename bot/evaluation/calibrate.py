"""Learn the weights of bot/evidence.py: `python -m bot.evaluation.calibrate FOLDER…`.

One half of each dataset's questions is learnt from, the other half tells what the result is worth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.answer import Gathered
from bot.desk import Desk
from bot.evaluation.dataset import GoldQuestion, load_dataset
from bot.evaluation.learn_ranking import half
from bot.evaluation.metrics import contains_answer
from bot.evaluation.script import run_script
from bot.evaluation.softmax import learn_weights
from bot.evidence import CONFIDENCE_WEIGHTS, MAX_SENTENCES, SENTENCE_WEIGHTS
from bot.settings import Settings, load_settings

_MAX_LOST = 0.05


@dataclass(frozen=True, slots=True)
class Example:
    """A question with what was found for it.

    Attributes:
        features: One row for each sentence found, in the order of SENTENCE_WEIGHTS.
        right: Whether each of them holds an answer.
    """

    dataset: str
    gold: GoldQuestion
    gathered: Gathered
    features: NDArray[np.float64]
    right: NDArray[np.bool_]


def main(folders: Sequence[str]) -> None:
    """Print weights and threshold, and their scores on the held-back half of each dataset."""
    settings = load_settings()
    examples = [e for folder in folders for e in collect(settings, Path(folder))]
    learn, check = ([e for e in examples if half(e.gold) == part] for part in (0, 1))
    parts = {"learnt from": learn} | {
        f"held back, {name}": [e for e in check if e.dataset == name]
        for name in dict.fromkeys(e.dataset for e in check)
    }
    weights = learn_sentence_weights(learn)
    print("SENTENCE_WEIGHTS =", _named(SENTENCE_WEIGHTS, weights))
    for name, part in parts.items():
        first, any_of_four = score_sentences(part, weights)
        print(f"  {name}: answer in the first sentence {first:.3f}, in the best four {any_of_four:.3f}")
    clear = [e for e in learn if not e.gold.answerable or _answers(e, weights)]
    confidence = learn_confidence(clear)
    threshold = choose_threshold(clear, confidence)
    print("CONFIDENCE_WEIGHTS =", _named(CONFIDENCE_WEIGHTS, confidence))
    print(f"CONFIDENCE_THRESHOLD = {threshold:.3f}")
    for name, part in parts.items():
        lost, refused, precision = score_refusals(part, confidence, threshold)
        print(f"  {name}: lost {lost:.3f}, refused rightly {refused:.3f}, precision of refusals {precision:.3f}")


def collect(settings: Settings, folder: Path) -> list[Example]:
    """Search for every question of a dataset, in the index that `newsdesk eval` keeps for it."""
    dataset = load_dataset(folder, settings.zone)
    desk = Desk(settings, settings.home / "eval" / dataset.digest)
    desk.rebuild(dataset.articles)
    return [_to_example(dataset.name, gold, desk.answerer.gather(gold.question)) for gold in dataset.questions]


def learn_sentence_weights(examples: Sequence[Example]) -> NDArray[np.float64]:
    """Weights under which, of a question's sentences, those that hold the answer are likeliest."""
    return learn_weights([(e.features, e.right) for e in examples])


def learn_confidence(examples: Sequence[Example]) -> NDArray[np.float64]:
    """Logistic regression, answered rightly against unanswerable, both weighing the same; the bias first.

    An answerable question whose answer is not among the best sentences is no example of either.
    """
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=3000)
    model.fit(_signals(examples), [e.gold.answerable for e in examples])
    return np.concatenate([model.intercept_, model.coef_[0]])


def choose_threshold(examples: Sequence[Example], weights: NDArray[np.float64]) -> float:
    """The highest confidence to ask for that loses at most one in twenty questions answered rightly."""
    kept = np.sort(_confidences([e for e in examples if e.gold.answerable], weights))
    return float(kept[int(_MAX_LOST * len(kept))]) if len(kept) else 0.5


def score_sentences(examples: Sequence[Example], weights: NDArray[np.float64]) -> tuple[float, float]:
    """Share of the answerable questions answered by the first sentence, and by any of the best four."""
    ranked = [e.right[np.argsort(-(e.features @ weights), kind="stable")] for e in examples if e.gold.answerable]
    first = [bool(right[:1].any()) for right in ranked]
    return float(np.mean(first)), float(np.mean([bool(right[:MAX_SENTENCES].any()) for right in ranked]))


def score_refusals(
    examples: Sequence[Example], weights: NDArray[np.float64], threshold: float
) -> tuple[float, float, float]:
    """Share of the answerable that is lost, of the unanswerable that is refused, and precision of refusals."""
    refused = _confidences(examples, weights) < threshold
    answerable = np.array([e.gold.answerable for e in examples])
    n_right = int((refused & ~answerable).sum())
    return (
        float(refused[answerable].mean()),
        n_right / max(1, int((~answerable).sum())),
        n_right / max(1, refused.sum()),
    )


def _to_example(dataset: str, gold: GoldQuestion, gathered: Gathered) -> Example:
    features = [[e.features[name] for name in SENTENCE_WEIGHTS] for e in gathered.evidence]
    right = [contains_answer(e.text, gold.answers) for e in gathered.evidence]
    return Example(
        dataset, gold, gathered, np.array(features).reshape(-1, len(SENTENCE_WEIGHTS)), np.array(right, dtype=bool)
    )


def _answers(example: Example, weights: NDArray[np.float64]) -> bool:
    order = np.argsort(-(example.features @ weights), kind="stable")
    return bool(example.right[order[:MAX_SENTENCES]].any())


def _signals(examples: Sequence[Example]) -> NDArray[np.float64]:
    names = [name for name in CONFIDENCE_WEIGHTS if name != "bias"]
    return np.array([[e.gathered.signals[name] for name in names] for e in examples])


def _confidences(examples: Sequence[Example], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    z = weights[0] + _signals(examples) @ weights[1:]
    confidences: NDArray[np.float64] = 1 / (1 + np.exp(-z))
    return confidences


def _named(names: Mapping[str, Any], weights: NDArray[np.float64]) -> dict[str, float]:
    return {name: round(float(w), 2) for name, w in zip(names, weights, strict=True)}


if __name__ == "__main__":
    run_script("calibrate", main)
