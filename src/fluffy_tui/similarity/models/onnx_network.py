"""Opens the networks that are shipped: one thread each, and nothing is sent anywhere."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING

from fluffy_tui.freed_memory import return_freed
from fluffy_tui.similarity.model import ModelUnavailable

if TYPE_CHECKING:
    import onnxruntime

NOT_INSTALLED = "The built-in model needs onnxruntime, which is not installed."
INSTALL = "Install it with: pip install 'fluffy-tui[embed]'"


def is_installed() -> bool:
    """Return whether the extra `embed` is installed."""
    return importlib.util.find_spec("onnxruntime") is not None


def open_network(name: str) -> onnxruntime.InferenceSession:
    """Return a network of this folder; blocks for up to a tenth of a second.

    Raises:
        ModelUnavailable: the extra `embed` is not installed.
    """
    if not is_installed():
        raise ModelUnavailable(NOT_INSTALLED, INSTALL)
    # onnxruntime reads this when it is imported: without it, it collects usage data and looks up a host for them.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # pictures run side by side, and the machine is for the user's own work
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    path = Path(__file__).parent / name
    network = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return_freed()  # to prepare a network takes four times what it needs afterwards
    return network
