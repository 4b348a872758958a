"""A cross-encoder, which reads question and passage together, behind the Reranker protocol."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np

from index.errors import RerankerUnavailable

_MAX_TOKENS = 512
_BATCH = 30

log = logging.getLogger("newsdesk.index")


class CrossEncoderReranker:
    """Any cross-encoder of sentence-transformers that gives one score."""

    def __init__(self, name: str, threads: int = 0, *, offline: bool = False) -> None:
        """Prepare a model by its hub name or folder; weights are loaded when first used.

        `offline` takes what is on this machine and downloads nothing.
        """
        self.name = name
        self._threads = threads
        self._offline = offline
        self._lock = RLock()
        self._has_failed = False

    @cached_property
    def _model(self) -> Any:
        with self._lock:
            if "_model" in self.__dict__:  # another thread was first
                return self.__dict__["_model"]
            return _load(self.name, offline=self._offline, threads=self._threads)

    def score(self, question: str, texts: Sequence[str]) -> list[float] | None:
        """How likely each text is to answer the question, as log-odds; None where the model fails on them.

        The first failure is logged.

        Raises:
            RerankerUnavailable: The model is not at hand, or is no cross-encoder.
        """
        model = self._model
        pairs = [(question, text) for text in texts]
        try:
            with self._lock:  # a tokenizer serves one thread at a time
                scores = np.asarray(model.predict(pairs, batch_size=_BATCH, show_progress_bar=False), dtype=np.float64)
            if not np.isfinite(scores).all():
                raise ValueError("a score is not finite")
        except (RuntimeError, ValueError, TypeError, LookupError, AttributeError, MemoryError) as e:
            if not self._has_failed:
                log.warning("reranker %s fails, hits keep the learnt order: %s: %s", self.name, type(e).__name__, e)
            self._has_failed = True
            return None
        found: list[float] = scores.tolist()
        return found


def _load(name: str, *, offline: bool, threads: int) -> Any:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch
    from safetensors import SafetensorError
    from sentence_transformers import CrossEncoder
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    torch.set_num_threads(threads or os.cpu_count() or 1)
    remedy = "set NEWSDESK_RERANKER to the name or folder of a cross-encoder, or to nothing"
    try:
        model = CrossEncoder(
            name,
            device="cuda" if torch.cuda.is_available() else "cpu",
            local_files_only=offline,
            activation_fn=torch.nn.Identity(),
        )
    except (OSError, ValueError, RuntimeError, ImportError, SafetensorError) as e:
        if offline and not Path(name).is_dir():
            raise RerankerUnavailable(
                f"reranker {name}: is not on this machine; `newsdesk ask` downloads it, or {remedy}"
            ) from e
        raise RerankerUnavailable(f"reranker {name}: {str(e).splitlines()[0]}; {remedy}") from e
    if model.num_labels != 1 or _is_bare(model):
        raise RerankerUnavailable(f"reranker {name}: is no cross-encoder that gives one score; {remedy}")
    model.tokenizer.model_max_length = min(model.tokenizer.model_max_length, _MAX_TOKENS)
    return model


def _is_bare(model: Any) -> bool:
    """Whether it is an encoder alone, to which sentence-transformers has added a layer of random weights."""
    names = model.config.architectures or []
    return len(list(model.children())) == 1 and all(name.endswith("Model") for name in names)
