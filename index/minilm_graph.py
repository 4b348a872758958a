"""all-MiniLM-L6-v2 as an ONNX graph over its weight file, in float32 or in int8.

The graph takes one text, as the sum of its tokens' embeddings, so nothing is padded or masked. It names the place
of each weight in the file, where onnxruntime reads it, so the 90 MB are neither copied nor serialised.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from index.types import Vectors

INPUT, OUTPUT = "embeddings", "tokens"
_LAYERS = 6
_HEADS = 12
_DIM = 384
_LAYER_NORM_EPS = 1e-12
_OF_ORT = "com.microsoft"
_OPSET, _IR_VERSION = 20, 10
"""The oldest with all operators used, for onnxruntime reads nothing newer than itself."""
_STRONG_CHANNELS = [63, 99, 157, 223]
"""Several times as strong as the rest, in every layer and whatever the text."""
_DAMPING = 4
_GELU_ZERO = 16
_GELU_LEAST = -0.17

_After = Literal["norm", "attention", "gelu"]


class WeightFile:
    """The float32 tensors of a safetensors file."""

    def __init__(self, path: Path) -> None:
        """Read the header: eight bytes of length, then JSON."""
        self.path = path
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            self._header = json.loads(file.read(size))
        self._start = 8 + size

    def tensor(self, name: str) -> Vectors:
        """A tensor, mapped into memory."""
        entry = self._header[name]
        at = self._start + entry["data_offsets"][0]
        return np.asarray(np.memmap(self.path, np.float32, "r", offset=at, shape=tuple(entry["shape"])))

    def reference(self, name: str) -> TensorProto:
        """Where a tensor lies, as ONNX says it."""
        begin, end = self._header[name]["data_offsets"]
        place = {"location": self.path.name, "offset": self._start + begin, "length": end - begin}
        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=self._header[name]["shape"])
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
        return tensor


def build_graph(weights: WeightFile, *, int8: bool) -> bytes:
    """A serialised ONNX model from `INPUT`, the summed embeddings of a text's tokens, to `OUTPUT`, their vectors."""
    graph = _Int8Graph(weights) if int8 else _Graph(weights)
    x = graph.normalise(INPUT, "embeddings.LayerNorm")
    for n in range(_LAYERS):
        x = _add_layer(graph, x, f"encoder.layer.{n}")
    graph.add("Identity", [x], OUTPUT)
    return graph.serialise()


def _add_layer(graph: _Graph, x: str, layer: str) -> str:
    """One layer of BERT (Devlin et al. 2019) on top of `x`."""
    attended = _attend(graph, x, f"{layer}.attention.self")
    attended = graph.dense(attended, f"{layer}.attention.output.dense", "attention")
    x = graph.normalise(graph.add("Add", [x, attended]), f"{layer}.attention.output.LayerNorm")
    inner = graph.add("Gelu", [graph.dense(x, f"{layer}.intermediate.dense", "norm")])
    outer = graph.dense(inner, f"{layer}.output.dense", "gelu")
    return graph.normalise(graph.add("Add", [x, outer]), f"{layer}.output.LayerNorm")


def _attend(graph: _Graph, x: str, name: str) -> str:
    batch = graph.constant("one_text", np.array([1, -1, _DIM]))
    projected = [graph.dense(x, f"{name}.{part}", "norm") for part in ("query", "key", "value")]
    parts = [graph.add("Reshape", [part, batch]) for part in projected]
    attended = graph.add("MultiHeadAttention", parts, domain=_OF_ORT, num_heads=_HEADS)
    return graph.add("Reshape", [attended, graph.constant("rows", np.array([-1, _DIM]))])


class _Graph:
    """Nodes and what they need, as they are added; each method returns the name of what it adds.

    The operators are those for which onnxruntime has fast kernels, so that it has nothing left to fuse. Add and
    LayerNormalization take a sixth of the time of its SkipLayerNormalization.
    """

    def __init__(self, weights: WeightFile) -> None:
        self._weights = weights
        self._nodes: list[NodeProto] = []
        self._constants: dict[str, TensorProto] = {}

    def add(self, operator: str, inputs: list[str], name: str = "", **attributes: Any) -> str:
        name = name or f"{operator}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def constant(self, name: str, values: NDArray[np.generic] | np.generic) -> str:
        self._constants[name] = numpy_helper.from_array(np.asarray(values), name)
        return name

    def weight(self, name: str) -> str:
        self._constants[name] = self._weights.reference(name)
        return name

    def normalise(self, x: str, name: str) -> str:
        inputs = [x, self.weight(f"{name}.weight"), self.weight(f"{name}.bias")]
        return self.add("LayerNormalization", inputs, axis=-1, epsilon=_LAYER_NORM_EPS)

    def dense(self, x: str, name: str, after: _After) -> str:  # noqa: ARG002
        return self.add("Gemm", [x, self.weight(f"{name}.weight"), self.weight(f"{name}.bias")], transB=1)

    def serialise(self) -> bytes:
        start, end = (helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", _DIM]) for n in (INPUT, OUTPUT))
        graph = helper.make_graph(self._nodes, "MiniLM", [start], [end], list(self._constants.values()))
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_OF_ORT, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
        return bytes(model.SerializeToString())


class _Int8Graph(_Graph):
    """Bytes are multiplied, with a scale for each column of the weights.

    What they are multiplied with has one scale for the whole text. A few channels would take most of it, so they
    are divided beforehand, and their weights multiplied (SmoothQuant, Xiao et al. 2022). After Gelu, where it is a
    neuron of a single token that is so strong, each token has its own. This takes the cosine to float32 from 0.9944
    to 0.9986.
    """

    def __init__(self, weights: WeightFile) -> None:
        super().__init__(weights)
        self._quantised: dict[str, list[str]] = {}

    def dense(self, x: str, name: str, after: _After) -> str:
        columns = self._weights.tensor(f"{name}.weight").T.copy()
        if after == "norm":
            columns[_STRONG_CHANNELS] *= _DAMPING
        scales = np.abs(columns).max(axis=0) / np.float32(127)
        bytes_ = self.constant(f"{name}.int8", np.rint(columns / scales).astype(np.int8, order="C"))
        scale = self.constant(f"{name}.scale", scales)
        zero = self.constant(f"{name}.zero", np.zeros_like(scales, np.int8))
        bias = self.weight(f"{name}.bias")
        if after == "gelu":
            return self._add_by_token(x, bytes_, scale, zero, bias)
        quantised, x_scale, x_zero = self._quantise(x, damp=after == "norm")
        return self.add("MatMulIntegerToFloat", [quantised, bytes_, x_scale, scale, x_zero, zero, bias], domain=_OF_ORT)

    def _quantise(self, x: str, *, damp: bool) -> list[str]:
        """Bytes, scale and zero point of `x`, once for all that multiply it."""
        if x not in self._quantised:
            factors = np.ones(_DIM, np.float32)
            factors[_STRONG_CHANNELS] /= _DAMPING
            damped = self.add("Mul", [x, self.constant("damping", factors)]) if damp else x
            self._quantised[x] = [f"{x}.bytes", f"{x}.scale", f"{x}.zero"]
            self._nodes.append(helper.make_node("DynamicQuantizeLinear", [damped], self._quantised[x]))
        return self._quantised[x]

    def _add_by_token(self, x: str, weights: str, scale: str, zero: str, bias: str) -> str:
        """Each token has its scale, and all one zero point, for Gelu is nowhere less than `_GELU_LEAST`."""
        one = self.constant("one", np.float32(1))
        second = self.constant("second_axis", np.array([1]))
        steps = self.constant("steps_above_zero", np.float32(1 / (255 - _GELU_ZERO)))
        least = self.constant("least_scale", np.float32(-_GELU_LEAST / _GELU_ZERO))
        x_zero = self.constant("gelu_zero", np.uint8(_GELU_ZERO))
        x_scale = self.add("Max", [self.add("Mul", [self.add("ReduceMax", [x, second]), steps]), least])
        scales = self.add("Squeeze", [x_scale, second])
        zeros = self.add("Expand", [x_zero, self.add("Shape", [scales])])
        quantised = self.add("QuantizeLinear", [x, scales, zeros], axis=0)
        product = self.add("MatMulIntegerToFloat", [quantised, weights, one, scale, x_zero, zero], domain=_OF_ORT)
        return self.add("Add", [self.add("Mul", [product, x_scale]), bias])
