"""Scans one photo: decoded once, hashed, scored and embedded, or made ready for the service. Runs in threads."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from PIL import Image

from fluffy_tui.images import PhotoUnreadable, decode_to_fit
from fluffy_tui.photos import HashWhen, PhotoScores, PhotoState, state_of
from fluffy_tui.similarity.index.perceptual_hash import PictureBits, picture_bits
from fluffy_tui.similarity.index.worklist import Failure
from fluffy_tui.similarity.models.face_finder import subjects
from fluffy_tui.similarity.models.image_embed import SIDE
from fluffy_tui.similarity.scores.exposure import clipped
from fluffy_tui.similarity.scores.sharpness import sharpness

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fluffy_tui.photos import Photo, PictureText
    from fluffy_tui.similarity.models.face_finder import FaceFinder
    from fluffy_tui.similarity.models.onnx_model import BuiltinModel
    from fluffy_tui.similarity.models.text_reader import TextReader

T = TypeVar("T")

_LONG_SIDE = 512
"""Vectors of smaller pictures drift: .005 at most from 512 pixels, .103 from 256."""

_SHORT_SIDE = 256
"""The shorter side of a panorama, if its longer side stays within bounds; the model squashes pictures to 224 pixels."""

_LONGEST_SIDE = 2048

_GROUP_SIDE = 1536
"""Pixels of the longer side, of which a group's faces are large enough to see their eyes."""


@dataclass(frozen=True, slots=True)
class PhotoScan:
    """What a scan found out about one photo."""

    photo_id: int
    sha256: bytes
    """The hash of the file that was scanned; the photo may have another one by now."""
    bits: PictureBits | None = None
    vector: list[float] | None = None
    scores: PhotoScores | None = None
    text: PictureText | None = None


def scan(
    photo: Photo, *, bits: bool, scores: bool, faces: FaceFinder | None, model: BuiltinModel | None
) -> PhotoScan | Failure:
    """Return what is wanted of a photo's hashes, scores with faces, and vector, or why there is nothing.

    It blocks for as long as decoding takes.

    Raises:
        ModelUnavailable: the model cannot be used; the photo may be fine.
    """
    stretched = _SHORT_SIDE * max(photo.ratio, 1 / photo.ratio)
    picture = _decoded(photo, round(min(_LONGEST_SIDE, max(_LONG_SIDE, stretched))), is_known_whole=False)
    if isinstance(picture, Failure):
        return picture
    return PhotoScan(
        photo_id=photo.id,
        sha256=bytes.fromhex(photo.sha256),
        bits=picture_bits(picture) if bits else None,
        vector=model.embed(picture) if model else None,
        scores=_scores(picture, faces, partial(_larger, photo)) if scores else None,
    )


def _scores(
    picture: Image.Image, finder: FaceFinder | None, larger: Callable[[], Image.Image | None]
) -> PhotoScores:
    if finder is None:
        return PhotoScores(sharpness(picture), *clipped(picture))
    faces = finder.find(picture, larger)
    counted = subjects(faces)
    eyes = [face.eyes_open for face in counted if face.eyes_open is not None]
    sharp = sharpness(picture, [face.box for face in counted])
    return PhotoScores(sharp, *clipped(picture), len(faces), min(eyes, default=None))


def _larger(photo: Photo) -> Image.Image | None:
    """Return a photo large enough for the eyes of a group."""
    picture = _decoded(photo, _GROUP_SIDE, is_known_whole=True)  # it is being scanned
    return picture if isinstance(picture, Image.Image) else None


def picture_for_service(photo: Photo) -> Image.Image | Failure:
    """Return the picture that is sent to image_embed, or why there is none; blocks."""
    return _decoded(photo, SIDE, is_known_whole=photo.is_known_whole)


def read(photo: Photo, reader: TextReader) -> PhotoScan | Failure:
    """Return the text in a photo's picture, or why there is none; blocks for seconds.

    Raises:
        ModelUnavailable: no picture can be read now; the photo may be fine.
    """
    text = _unless_changed(photo, partial(reader.read, is_known_whole=photo.is_known_whole))
    if isinstance(text, Failure):
        return text
    return PhotoScan(photo.id, bytes.fromhex(photo.sha256), text=text)


def _decoded(photo: Photo, longest_side: int, *, is_known_whole: bool) -> Image.Image | Failure:
    return _unless_changed(
        photo, lambda path: decode_to_fit(path, longest_side, longest_side, is_known_whole=is_known_whole)
    )


def _unless_changed(photo: Photo, use: Callable[[Path], T]) -> T | Failure:
    """Use a photo's file if it is still the one that was imported, or return why that is not possible.

    A file that is missing or unreadable now may come back; one that is damaged stays so until it changes.
    """
    if state_of(photo, HashWhen.TOUCHED) is PhotoState.CHANGED:
        return Failure(photo.id, "The file has changed; import its folder again.", final=False)
    try:
        return use(photo.path)
    except PhotoUnreadable as error:
        return Failure(photo.id, error.sentence, final=error.reason.is_final)


def lower_priority() -> None:
    """Let this thread run only when others are idle; does nothing where threads have no priority of their own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
