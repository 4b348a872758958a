"""Whether paragraphs entail a sentence, by a cross-encoder that was trained on natural-language inference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Protocol

import numpy as np

from bot.citations import Paragraph
from index.cross_encoder import CrossEncoderModel
from index.errors import NewsdeskError
from index.sentences import split_sentences

_LABELS = ("entailment", "neutral", "contradiction")


class EntailmentUnavailable(NewsdeskError):
    """The NLI model's weights are neither at hand nor downloadable, or are those of another kind of model."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Probabilities that what is told entails a sentence, leaves it open, or contradicts it."""

    entailment: float
    neutral: float
    contradiction: float

    @property
    def is_entailed(self) -> bool:
        """Whether entailment is the likeliest of the three."""
        return self.entailment > max(self.neutral, self.contradiction)


class Entailment(Protocol):
    """Tells whether paragraphs entail a sentence."""

    def judge(self, paragraphs: Sequence[Paragraph], sentence: str) -> Judgement | None:
        """What the paragraphs together, with their outlet, day and title, make of a sentence; None if that fails."""


class EntailmentModel(CrossEncoderModel):
    """Any cross-encoder of sentence-transformers whose labels are entailment, neutral and contradiction."""

    use = "NLI model"
    remedy = (
        "set NEWSDESK_NLI to the name or folder of a cross-encoder with the labels "
        f"{', '.join(_LABELS)}, such as cross-encoder/nli-deberta-v3-small, or to nothing"
    )
    consequence = "sentences that it cannot judge are dropped"
    unavailable = EntailmentUnavailable

    def judge(self, paragraphs: Sequence[Paragraph], sentence: str) -> Judgement | None:
        """What the paragraphs make of a sentence; of those too long for the model, the window that entails it most.

        None where the model fails on them; the first failure is logged.

        Raises:
            EntailmentUnavailable: The model is not at hand, or has other labels.
        """
        model = self._model
        premises = split_premise(paragraphs, lambda premise: self._fits(model, premise, sentence))
        logits = self._predict([(premise, sentence) for premise in premises])
        if logits is None:
            return None
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        chances = powers / powers.sum(axis=1, keepdims=True)
        labels = _labels_of(model)
        best = max(chances.tolist(), key=lambda row: row[labels.index("entailment")])
        return Judgement(*(best[labels.index(label)] for label in _LABELS))

    def _fits(self, model: Any, premise: str, sentence: str) -> bool:
        with self._lock:  # a tokenizer serves one thread at a time
            n_tokens = len(model.tokenizer(premise, sentence)["input_ids"])
        return n_tokens <= int(model.tokenizer.model_max_length)

    def _find_fault(self, model: Any) -> str:
        labels = _labels_of(model)
        return "" if sorted(labels) == sorted(_LABELS) else f"its labels are {', '.join(labels)}"


def _labels_of(model: Any) -> list[str]:
    """Names of what the model tells apart, in the order of its logits."""
    return [name.lower() for _, name in sorted(model.config.id2label.items())]


def split_premise(paragraphs: Sequence[Paragraph], fits: Callable[[str], bool]) -> Iterator[str]:
    """The paragraphs as one text, or as windows of as many sentences as fit.

    A window begins with the last sentence of the one before, unless the two after each other are too long.
    """
    spans = [(p, span) for p in paragraphs for span in split_sentences(p.text)]
    start = 0
    for end in range(2, len(spans) + 1):
        if not fits(_join(spans[start:end])):
            yield _join(spans[start : end - 1])
            start = end - 2 if fits(_join(spans[end - 2 : end])) else end - 1
    yield _join(spans[start:])


def _join(spans: Sequence[tuple[Paragraph, tuple[int, int]]]) -> str:
    """Neighbouring sentences as their paragraphs have them, behind the context of each paragraph."""
    ranges = [(p, [span for _, span in own]) for p, own in groupby(spans, key=lambda s: s[0])]
    return "\n".join(f"{p.context} {p.text[own[0][0] : own[-1][1]]}".strip() for p, own in ranges)
