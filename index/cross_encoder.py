"""Cross-encoders of sentence-transformers, which read two texts together: what their uses have in common."""

from __future__ import annotations

import logging
import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from index.errors import NewsdeskError

_MAX_TOKENS = 512
_BATCH = 30

log = logging.getLogger("newsdesk.index")


class CrossEncoderModel(ABC):
    """A cross-encoder for one use, which a subclass describes.

    Attributes:
        use: What it is called in messages.
        remedy: What to set where it cannot be had.
        consequence: What becomes of an answer where it fails.
        unavailable: The error where it cannot be had.
    """

    use: ClassVar[str]
    remedy: ClassVar[str]
    consequence: ClassVar[str]
    unavailable: ClassVar[type[NewsdeskError]]

    def __init__(self, name: str, threads: int = 0, *, offline: bool = False) -> None:
        """Prepare a model by its hub name or folder; weights are loaded when first used.

        `offline` takes what is on this machine and downloads nothing.
        """
        self.name = name
        self._threads = threads
        self._offline = offline
        self._lock = RLock()
        self._has_failed = False

    @abstractmethod
    def _find_fault(self, model: Any) -> str:
        """Why a cross-encoder is of no use here; empty where it is."""

    @cached_property
    def _model(self) -> Any:
        with self._lock:
            if "_model" in self.__dict__:  # another thread was first
                return self.__dict__["_model"]
            return self._load()

    def _load(self) -> Any:
        from safetensors import SafetensorError

        try:
            model = _read(self.name, offline=self._offline, threads=self._threads)
        except (OSError, ValueError, RuntimeError, ImportError, SafetensorError) as e:
            if self._offline and not Path(self.name).is_dir():
                raise self._refuse("is not on this machine; the first question that needs it downloads it, or") from e
            raise self._refuse(f"{str(e).splitlines()[0]};") from e
        if fault := "is no cross-encoder" if _is_bare(model) else self._find_fault(model):
            raise self._refuse(f"{fault};")
        model.tokenizer.model_max_length = min(model.tokenizer.model_max_length, _MAX_TOKENS)
        return model

    def _refuse(self, reason: str) -> NewsdeskError:
        return self.unavailable(f"{self.use} {self.name}: {reason} {self.remedy}")

    def _predict(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64] | None:
        """What the model gives for each pair, as log-odds or logits; None where it fails, which is logged once."""
        model = self._model
        try:
            with self._lock:  # a tokenizer serves one thread at a time
                scores = np.asarray(model.predict(pairs, batch_size=_BATCH, show_progress_bar=False), dtype=np.float64)
            if not np.isfinite(scores).all():
                raise ValueError("a score is not finite")
        except (RuntimeError, ValueError, TypeError, LookupError, AttributeError, MemoryError) as e:
            if not self._has_failed:
                log.warning("%s %s fails, %s: %s: %s", self.use, self.name, self.consequence, type(e).__name__, e)
            self._has_failed = True
            return None
        return scores


def _read(name: str, *, offline: bool, threads: int) -> Any:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch
    from sentence_transformers import CrossEncoder
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    torch.set_num_threads(threads or os.cpu_count() or 1)
    return CrossEncoder(
        name,
        device="cuda" if torch.cuda.is_available() else "cpu",
        local_files_only=offline,
        activation_fn=torch.nn.Identity(),
    )


def _is_bare(model: Any) -> bool:
    """Whether it is an encoder alone, to which sentence-transformers has added a layer of random weights."""
    names = model.config.architectures or []
    return len(list(model.children())) == 1 and all(name.endswith("Model") for name in names)
