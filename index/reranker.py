"""A cross-encoder, which reads question and passage together, behind the Reranker protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from index.cross_encoder import CrossEncoderModel
from index.errors import RerankerUnavailable


class CrossEncoderReranker(CrossEncoderModel):
    """Any cross-encoder of sentence-transformers that gives one score."""

    use = "reranker"
    remedy = "set NEWSDESK_RERANKER to the name or folder of a cross-encoder, or to nothing"
    consequence = "hits keep the learnt order"
    unavailable = RerankerUnavailable

    def score(self, question: str, texts: Sequence[str]) -> list[float] | None:
        """How likely each text is to answer the question, as log-odds; None where the model fails on them.

        The first failure is logged.

        Raises:
            RerankerUnavailable: The model is not at hand, or is no cross-encoder.
        """
        scores = self._predict([(question, text) for text in texts])
        if scores is None:
            return None
        found: list[float] = scores.tolist()
        return found

    def _find_fault(self, model: Any) -> str:
        return "" if model.num_labels == 1 else "is no cross-encoder that gives one score"
