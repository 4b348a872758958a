"""The packaged encoder in onnxruntime, without torch.

Importing torch and sentence-transformers takes seconds. Passages are embedded one by one, each by one thread, so
nothing is padded, no thread waits for another, and a text has the same vector whatever is embedded beside it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Encoding, Tokenizer

from index.minilm_graph import INPUT, OUTPUT, WeightFile, build_graph
from index.pooling import mean_of_spans, to_unit
from index.types import Vectors

_CPU = Path("/proc/cpuinfo")
_FAST_INT8 = frozenset({"avx512_vnni", "avx_vnni", "amx_int8"})


class MiniLM:
    """all-MiniLM-L6-v2: BERT of six layers, its tokens averaged. Threads may share one."""

    def __init__(self, folder: Path, max_tokens: int, threads: int = 0, *, int8: bool = False) -> None:
        """Read a folder whose hash was checked.

        Args:
            threads: How many to use; 0 takes all cores.
            int8: Embed passages in 8 bits, at a cosine of 0.998 to float32; questions never are.
        """
        self._counter = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._counter.no_truncation()
        self._counter.no_padding()
        self._reader = Tokenizer.from_str(self._counter.to_str())
        self._reader.enable_truncation(max_tokens)
        self._weights = WeightFile(folder / "model.safetensors")
        self._of_words = self._weights.tensor("embeddings.word_embeddings.weight")
        self._of_places = self._weights.tensor("embeddings.position_embeddings.weight")[:max_tokens]
        self._of_places = self._of_places + self._weights.tensor("embeddings.token_type_embeddings.weight")[0]
        self._threads = threads or os.cpu_count() or 1
        self._int8 = int8

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens in each text, without special ones."""
        return [len(self._counter.encode(text, add_special_tokens=False)) for text in texts]

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions, all threads on one at a time; float32, shape (len(texts), 384), rows of unit length."""
        vectors = [self._run(self._questions, self._reader.encode(text)).mean(axis=0) for text in texts]
        return to_unit(np.stack(vectors))

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[Vectors, list[Vectors]]:
        """Embed texts and ranges of characters of them; see Encoder.encode_spans."""
        vectors = np.zeros((len(texts), self._of_words.shape[1]), dtype=np.float32)
        parts: list[Vectors] = [vectors[:0]] * len(texts)
        passages = self._passages

        def embed(i: int) -> None:
            encoding = self._reader.encode(texts[i])
            tokens = self._run(passages, encoding)
            vectors[i] = tokens.mean(axis=0)
            parts[i] = mean_of_spans(tokens, encoding.offsets, spans[i])

        longest_first = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        with ThreadPoolExecutor(self._threads) as pool:
            for _ in pool.map(embed, longest_first):
                pass
        return to_unit(vectors), parts

    def _run(self, session: Any, encoding: Encoding) -> Vectors:
        """Vectors of a text's tokens, special ones included."""
        tokens: Vectors = session.run(
            [OUTPUT], {INPUT: self._of_words[encoding.ids] + self._of_places[: len(encoding.ids)]}
        )[0]
        return tokens

    @cached_property
    def _questions(self) -> Any:
        return self._open(int8=False, threads=self._threads)

    @cached_property
    def _passages(self) -> Any:
        return self._open(int8=self._int8, threads=1)

    def _open(self, *, int8: bool, threads: int) -> Any:
        import onnxruntime as ort  # type: ignore[import-untyped]

        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC  # the rest is done by hand
        options.log_severity_level = 3
        # Threads that spin while they wait slow down whatever else runs, and take twice as long where cores are busy.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        folder = str(self._weights.path.parent)
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", folder)
        graph = build_graph(self._weights, int8=int8)
        return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def multiplies_bytes(cpuinfo: str) -> bool:
    """Whether a CPU has instructions that make int8 faster than float32, by what /proc/cpuinfo says of it.

    On AVX2 alone, int8 takes as long as float32.
    """
    flags = next((line for line in cpuinfo.splitlines() if line.startswith("flags")), "")
    return not _FAST_INT8.isdisjoint(flags.split())


def read_cpuinfo() -> str:
    """What Linux says of the CPU; nothing elsewhere."""
    try:
        return _CPU.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
