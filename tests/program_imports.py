"""What a running program imports and opens bit by bit: for the process from which those of the tests are forked."""
# ruff: noqa: F401

import gc
from functools import cache
from pathlib import Path

import anyio._backends._asyncio
import certifi
import httpcore
import numpy.ma
import PIL.Image
import procrastinate.worker
import simplejpeg

import fluffy_tui.cli
import fluffy_tui.similarity.index.index_jobs
import fluffy_tui.similarity.index.index_worker
import forked_program
import scheduling.quick_programs
from fluffy_tui.similarity.models import face_finder, onnx_model, onnx_network, text_reader

PIL.Image.preinit()
if onnx_network.is_installed():
    opened = cache(onnx_network.open_network)  # without threads, which a fork would lose
    for module in (face_finder, onnx_model):
        module.open_network = opened  # type: ignore[attr-defined]
    for network in Path(onnx_network.__file__).parent.glob("*.onnx"):
        opened(network.name)
gc.set_threshold(100_000, 10, 10)  # as `cli.main` does
gc.freeze()  # a collection would copy every page of what is shared
