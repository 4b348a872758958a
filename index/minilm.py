"""The packaged encoder's forward pass in numpy, for questions.

Importing torch and sentence-transformers takes seconds, and torch spends 25 ms on one short text where this
takes a third of that, so a question is embedded here; passages, by the thousand, are embedded by torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from tokenizers import Tokenizer

from index.types import Vectors

_LAYERS = 6
_HEADS = 12
_LAYER_NORM_EPS = 1e-12

_Array = NDArray[np.float32]


class MiniLM:
    """all-MiniLM-L6-v2: BERT (Devlin et al. 2019) of six layers, its tokens averaged."""

    def __init__(self, folder: Path, max_tokens: int) -> None:
        """Read the weights, some 90 MB, from a folder whose hash was checked."""
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(max_tokens)
        self._tokenizer.no_padding()
        with safe_open(str(folder / "model.safetensors"), framework="np") as tensors:
            self._weights: dict[str, _Array] = {name: tensors.get_tensor(name) for name in tensors.keys()}  # noqa: SIM118

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed texts one by one; float32, shape (len(texts), 384), rows of unit length."""
        return np.stack([self._encode(text) for text in texts])

    def _encode(self, text: str) -> _Array:
        ids = self._tokenizer.encode(text).ids
        w = self._weights
        x = (
            w["embeddings.word_embeddings.weight"][ids]
            + w["embeddings.position_embeddings.weight"][: len(ids)]
            + w["embeddings.token_type_embeddings.weight"][0]
        )
        x = self._norm(x, "embeddings.LayerNorm")
        for n in range(_LAYERS):
            layer = f"encoder.layer.{n}"
            attended = self._dense(self._attend(x, layer), f"{layer}.attention.output.dense")
            x = self._norm(x + attended, f"{layer}.attention.output.LayerNorm")
            inner = _gelu(self._dense(x, f"{layer}.intermediate.dense"))
            x = self._norm(x + self._dense(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
        mean: _Array = x.mean(axis=0)
        mean /= np.maximum(np.linalg.norm(mean), np.float32(1e-12))
        return mean

    def _attend(self, x: _Array, layer: str) -> _Array:
        n, dim = x.shape
        q, k, v = (
            self._dense(x, f"{layer}.attention.self.{name}").reshape(n, _HEADS, dim // _HEADS).transpose(1, 0, 2)
            for name in ("query", "key", "value")
        )
        scores = q @ k.transpose(0, 2, 1) / np.float32(np.sqrt(dim // _HEADS))
        odds = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed: _Array = (odds / odds.sum(axis=-1, keepdims=True)) @ v
        return mixed.transpose(1, 0, 2).reshape(n, dim)

    def _dense(self, x: _Array, name: str) -> _Array:
        y: _Array = x @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return y

    def _norm(self, x: _Array, name: str) -> _Array:
        centred = x - x.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(_LAYER_NORM_EPS))
        y: _Array = scaled * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return y


def _gelu(x: _Array) -> _Array:
    y: _Array = x * np.float32(0.5) * (np.float32(1) + _erf(x / np.float32(np.sqrt(2))))
    return y


def _erf(x: _Array) -> _Array:
    """The error function to 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26)."""
    t = 1 / (1 + np.float32(0.3275911) * np.abs(x))
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    y: _Array = np.sign(x) * (1 - series * np.exp(-x * x))
    return y.astype(np.float32, copy=False)
