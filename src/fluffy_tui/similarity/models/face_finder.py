"""Finds faces in pictures, and how far their eyes are open: 6 ms of one core without a face, 13 with one.

Three small networks that ship with the package: one finds faces, one the corners of their eyes, one the lids. Nobody is
recognised: what is kept is where faces are in the picture at hand, and a number for their eyes.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from fluffy_tui.similarity.models.onnx_network import is_installed, open_network

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import onnxruntime
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_NETWORKS = ("blazeface-full-range-1.onnx", "face-mesh-1.onnx", "eye-contour-1.onnx")
"""Files in this folder; the text file beside them says where they come from."""
_SIDE, _FACE_SIDE, _EYE_SIDE = 192, 192, 64
"""Width and height in pixels of the pictures that the networks take."""
_CELL = 4
"""Pixels from one place at which faces are looked for to the next."""
_SURE = (0.65, 0.5)
"""Probabilities from which something is a face, for the first and the second network; drops of water reach 0.64."""
_HINT = 0.3
"""Probability from which there may be a face that is too small to be sure of; a look at its surroundings tells."""
_FAINT = 0.1
"""Probability below which nothing in a picture is like a face; one that fills it reaches 0.48."""
_SMALL = 0.2
"""Share of the longer side; where a face is larger, smaller ones have only come into the picture."""
_CLOSER, _MOST_LOOKS = 2, 4
"""How much larger surroundings are looked at, and how many of them in a picture."""
_SAME = 0.3
"""Share of two boxes that they have in common, from which they show the same face."""
_MOST = 8
"""Faces that are looked at, the largest first; in a picture of a crowd, others are too small to tell anything."""
_LEAST_OF_LARGEST = 0.5
"""Height of a face that counts, in heights of the largest one."""
_AROUND_FACE, _AROUND_EYE = 1.5, 1.7
"""Size of what a network is shown, in widths of the face or the eye.

The third one was made for 2.3. Of 173 faces whose eyes were closed with an image editor, that would find 74 %, and 1.7
finds 95 %, if one in 40 with open eyes may be among them.
"""
_LEAST_EYE = 10.0
"""Pixels of an eye's width below which it cannot be judged."""
_CORNERS = ((33, 133), (263, 362))
"""Points of the face: outer and inner corner of each eye."""
_LIDS = ((11, 3), (12, 4), (13, 5))
"""Points of an eye that are above each other, in its middle; 0 and 8 are its corners."""


@dataclass(frozen=True, slots=True)
class Face:
    """A face in a picture."""

    box: tuple[float, float, float, float]
    """Left, upper, right and lower edge, as shares of the picture's width and height."""
    eyes_open: float | None
    """How far the lids are apart, as a share of the eye's width, 0.1 if closed; None if the eyes are too small."""

    @property
    def height(self) -> float:
        """The height as a share of the picture's."""
        return self.box[3] - self.box[1]


class FaceFinder:
    """BlazeFace and what belongs to it, through onnxruntime; may be called in several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: list[onnxruntime.InferenceSession] = []

    @staticmethod
    def is_installed() -> bool:
        """Return whether the extra `embed` is installed."""
        return is_installed()

    def find(
        self, picture: Image.Image, larger: Callable[[], Image.Image | None] = lambda: None
    ) -> list[Face]:
        """Return the faces in an upright RGB picture of about 512 pixels, the largest first; blocks.

        `larger` makes a larger picture, for the eyes of faces that count and are too small here.

        Raises:
            ModelUnavailable: the extra `embed` is not installed.
        """
        with self._lock:
            if not self._sessions:
                self._sessions = [open_network(name) for name in _NETWORKS]
        found, hints, chance = self._boxes(picture, 1.0)
        if not found and chance > _FAINT:
            # A face that fills the picture is found when there is something around it.
            found = self._boxes(picture, 0.5)[0]
        if max((_size(points) for points in found), default=0) < _SMALL * max(picture.size):
            found += self._closer(picture, hints, found)
        largest = sorted(found, key=lambda points: -_size(points))[:_MOST]
        faces = [(points, face) for points in largest if (face := self._face(picture, points))]
        lacks_eyes = any(face.eyes_open is None for face in subjects([face for _, face in faces]))
        if lacks_eyes and (large := larger()):
            scale = np.float32(max(large.size) / max(picture.size))
            return [
                face if face.eyes_open is not None else self._face(large, points * scale) or face
                for points, face in faces
            ]
        return [face for _, face in faces]

    def _closer(self, picture: Image.Image, hints: list[Floats], found: list[Floats]) -> list[Floats]:
        """Return further faces, found by a closer look at where there may be some."""
        side = max(picture.size) / _CLOSER
        room = np.maximum(np.array(picture.size) - side, 0)
        looks: list[Floats] = []
        more: list[Floats] = []
        for hint in hints:
            if len(looks) == _MOST_LOOKS or any(np.abs(hint[0] - look).max() < side / 3 for look in looks):
                continue
            looks.append(hint[0])
            corner = np.clip(hint[0] - side / 2, 0, room).astype(int)
            left, upper = corner.tolist()
            box = (left, upper, min(picture.width, left + int(side)), min(picture.height, upper + int(side)))
            for face in self._boxes(picture.crop(box), 1.0)[0]:
                face[np.arange(8) != 1] += corner  # all but the size are places
                if not any(_is_same(face, other) for other in [*found, *more]):
                    more.append(face)
        return more

    def _boxes(self, picture: Image.Image, share: float) -> tuple[list[Floats], list[Floats], float]:
        """Look for faces in a picture, which takes a share of the network's.

        Returns:
            Centre, size and six points of each face, of which the first two are the eyes; the same of what may be one,
            the likeliest first; and the highest probability in the picture.
        """
        scale = _SIDE * share / max(picture.size)
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        shown = Image.new("RGB", (_SIDE, _SIDE))
        shown.paste(picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0))
        boxes, scores = self._sessions[0].run(["boxes", "scores"], {"image": np.asarray(shown)[None]})
        chances = _probability(scores.ravel())
        found = np.flatnonzero(chances > _HINT)
        found = found[np.argsort(-chances[found])]
        row, column = np.divmod(found, _SIDE // _CELL)
        points = boxes.reshape(-1, 8, 2)[found]
        places = (np.stack([column, row], 1) + 0.5) * _CELL
        points += np.where(
            np.arange(8)[:, None] == 1, 0, places[:, None]
        )  # all but the size are from the place
        sure = int((chances[found] > _SURE[0]).sum())
        faces, hints = (
            [face / scale for face in _merged(points[part], chances[found][part])]
            for part in (slice(sure), slice(sure, None))
        )
        return faces, hints, float(chances.max())

    def _face(self, picture: Image.Image, points: Floats) -> Face | None:
        """Return what was measured of a face, or None if it is none."""
        centre, size, left, right = points[:4]
        shown, to_picture = _cut(picture, centre, _AROUND_FACE * float(size.max()), left, right, _FACE_SIDE)
        mesh, flag = self._sessions[1].run(["points", "flag"], {"image": np.asarray(shown)[None]})
        if _probability(flag).item() < _SURE[1]:
            return None
        edges = np.concatenate([centre - size / 2, centre + size / 2]) / (picture.size * 2)
        x0, y0, x1, y1 = (float(edge) for edge in edges.clip(0, 1))
        corners = _moved(mesh.reshape(-1, 3)[:, :2], to_picture)[np.array(_CORNERS)]
        widths = np.linalg.norm(corners[:, 0] - corners[:, 1], axis=1)
        if widths.mean() < _LEAST_EYE:
            return Face((x0, y0, x1, y1), None)
        # The eye that is turned away counts less.
        return Face(
            (x0, y0, x1, y1), float(np.average(list(self._openings(picture, corners)), weights=widths))
        )

    def _openings(self, picture: Image.Image, corners: Floats) -> Iterator[float]:
        """Yield for each eye how far its lids are apart, as a share of its width."""
        for number, (outer, inner) in enumerate(corners):
            width = max(1.0, float(np.linalg.norm(outer - inner)))
            ends = (inner, outer) if number else (outer, inner)
            shown, _ = _cut(picture, (outer + inner) / 2, _AROUND_EYE * width, *ends, _EYE_SIDE)
            if number:  # the network knows one of the two, and the other one mirrored
                shown = shown.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            (contour,) = self._sessions[2].run(["eye"], {"image": np.asarray(shown)[None]})
            lids = contour.reshape(-1, 3)[:, :2]
            across = max(1.0, float(np.linalg.norm(lids[0] - lids[8])))
            yield (
                float(np.mean([np.linalg.norm(lids[upper] - lids[lower]) for upper, lower in _LIDS])) / across
            )


def subjects(faces: Sequence[Face]) -> list[Face]:
    """Return the faces that count, given the largest first: people far behind are in the picture by chance."""
    return [face for face in faces if face.height >= faces[0].height * _LEAST_OF_LARGEST]


def _size(points: Floats) -> float:
    """Return the longer side of a face."""
    return float(points[1].max())


def _is_same(one: Floats, other: Floats) -> bool:
    """Return whether two faces are one that was found twice."""
    return bool((np.abs(one[0] - other[0]) < np.maximum(one[1], other[1]) / 2).all())


def _probability(values: Floats) -> Floats:
    chances: Floats = 1 / (1 + np.exp(-values.clip(-80, 80)))
    return chances


def _merged(faces: Floats, chances: Floats) -> Iterator[Floats]:
    """Yield one face for each group that overlaps, the mean by their probabilities; the most probable come first."""
    left = np.arange(len(faces))
    corners = np.concatenate([faces[:, 0] - faces[:, 1] / 2, faces[:, 0] + faces[:, 1] / 2], axis=1)
    while left.size:
        same = left[_overlap(corners[left[0]], corners[left]) > _SAME]
        same = same if same.size else left[:1]
        yield np.average(faces[same], axis=0, weights=chances[same])
        left = np.setdiff1d(left, same)


def _overlap(box: Floats, boxes: Floats) -> Floats:
    """Return which share of the area of both a box has in common with each of the others."""
    sides = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    common = sides.clip(0).prod(axis=1)
    both = (box[2:] - box[:2]).prod() + (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) - common
    share: Floats = common / np.maximum(both, 1e-6)
    return share


def _cut(
    picture: Image.Image, centre: Floats, size: float, left: Floats, right: Floats, side: int
) -> tuple[Image.Image, Floats]:
    """Return a square part of a picture in so many pixels, turned until two points are level, and how to get back."""
    angle = math.atan2(float(right[1] - left[1]), float(right[0] - left[0]))
    across, down = math.cos(angle) * size / side, math.sin(angle) * size / side
    x = float(centre[0]) - (across - down) * side / 2
    y = float(centre[1]) - (down + across) * side / 2
    back = np.array([[across, -down, x], [down, across, y]])
    reduced = max(1, int(size / side))  # or its pixels would be skipped
    source = picture.reduce(reduced) if reduced > 1 else picture
    data = tuple(float(number) / reduced for number in back.ravel())
    return source.transform((side, side), Image.Transform.AFFINE, data, Image.Resampling.BICUBIC), back


def _moved(points: Floats, matrix: Floats) -> Floats:
    moved: Floats = points @ matrix[:, :2].T + matrix[:, 2]
    return moved
