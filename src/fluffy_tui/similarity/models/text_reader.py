"""Reads the text in pictures with rapidocr: half a second of one core for a photo, three for a page full of text.

It works in a process of its own, within limits of time and memory, of low priority and in one thread. Its networks are
in its package: nothing is ever downloaded, and nothing leaves the machine.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from fluffy_tui.images import DAMAGED, LimitedProcess, PhotoUnreadable, Unreadable, decode_to_fit
from fluffy_tui.photos import PictureText
from fluffy_tui.similarity.model import ModelUnavailable

INSTALL = "Install it with: pip install 'fluffy-tui[ocr]'"

SECONDS = 300
"""How long a picture may take: a hundred times what a page of text does, since the machine may have other work."""
_SIDE = 1280
"""Pixels of the longer side in which a picture is read; text of 10 pixels in a phone's screenshot stays readable."""
_FINDING_SIDE = 960
"""Pixels of the longer side in which lines of text are found: the network takes 170 bytes of memory for each pixel."""
_ALLOCATION = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "1000000"}
"""Has glibc give large pieces back at once: it would keep twice as much of what pictures take.

That costs a tenth more time for a photo, a third for a page full of text."""
_NETWORKS = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
}
"""What finds lines of text, and what reads them; text that is upside down is not."""


class TextReader:
    """rapidocr, in a process that is started for the first picture."""

    def __init__(self) -> None:
        self._process: LimitedProcess | None = None

    @staticmethod
    def is_installed() -> bool:
        """Return whether the extra `ocr` is installed."""
        return importlib.util.find_spec("rapidocr") is not None

    def read(self, path: Path, *, is_known_whole: bool = False) -> PictureText:
        """Return the text in a picture; blocks for seconds. One picture at a time.

        Raises:
            ModelUnavailable: no picture can be read now.
            PhotoUnreadable: this one cannot be.
        """
        if self._process is None or not self._process.is_ready:
            self.rest()
            self._process = _started()
        try:
            return self._process.call(read_text, (path, is_known_whole), {})
        except PhotoUnreadable as error:
            if error.reason is Unreadable.NO_DECODER:
                raise _unavailable() from error
            raise
        except DAMAGED as error:
            raise PhotoUnreadable(Unreadable.DAMAGED) from error

    def rest(self) -> None:
        """End the process, which holds a quarter of a gigabyte, until there is another picture to read."""
        if self._process is not None:
            self._process.end()
            self._process = None


def read_text(path: Path, is_known_whole: bool) -> PictureText:
    """Return the text in a picture; runs in the limited process.

    Raises:
        PhotoUnreadable: it cannot be decoded, or rapidocr cannot be started.
    """
    import numpy as np

    picture = np.asarray(decode_to_fit(path, _SIDE, _SIDE, is_known_whole=is_known_whole))
    found = _engine()(np.ascontiguousarray(picture[:, :, ::-1]))  # it takes blue first
    if not found.txts:
        return PictureText("", 0.0)
    x, y = np.moveaxis(np.asarray(found.boxes, dtype=float), 2, 0)
    covered = abs((x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1)).sum() / 2
    share = min(1.0, float(covered) / (picture.shape[0] * picture.shape[1]))
    return PictureText("\n".join(found.txts), share)


@cache
def _engine() -> Callable[[Any], Any]:
    """Return rapidocr with the networks of its package; it downloads those whose path is not given."""
    if sys.platform == "linux":
        os.nice(15)
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # as for the built-in model
    try:
        import cv2
        import rapidocr

        cv2.setNumThreads(1)
        folder = Path(rapidocr.__file__).parent / "models"
        options = {
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Global.max_side_len": _SIDE,
            "Det.limit_type": "max",  # or a panorama would be enlarged to ten times its size
            "Det.limit_side_len": _FINDING_SIDE,
            "Rec.rec_batch_num": 1,  # six lines take six times the memory, and no less time
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            **{f"{part}.model_path": _existing(folder / name) for part, name in _NETWORKS.items()},
        }
        engine: Callable[[Any], Any] = rapidocr.RapidOCR(params=options)
    except (ImportError, *DAMAGED) as error:
        raise PhotoUnreadable(Unreadable.NO_DECODER) from error
    return engine


def _existing(network: Path) -> str:
    """Return a network's path; rapidocr would only miss it at the first picture with text."""
    if not network.is_file():
        raise ImportError(f"{network.name} is missing")
    return str(network)


def _started() -> LimitedProcess:
    try:
        return LimitedProcess(SECONDS, _ALLOCATION)
    except OSError as error:
        raise _unavailable() from error


def _unavailable() -> ModelUnavailable:
    return ModelUnavailable("The text in pictures cannot be read: rapidocr does not start.", INSTALL)
