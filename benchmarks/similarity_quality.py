"""Precision and recall of "same picture" and "same scene" on real photographs that Pillow has edited.

    python benchmarks/similarity_quality.py FOLDER [--photos 60]

Each original is compared with every edit of every original; an edit of the same original is a hit, of another one a
false alarm. Originals that are the same picture among themselves (their files differ, but PDQ says so) are left out.
"""

from __future__ import annotations

import argparse
import io
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from fluffy_tui.images import PhotoUnreadable, decode_to_fit
from fluffy_tui.similarity.index.perceptual_hash import picture_bits
from fluffy_tui.similarity.model import SAME_PICTURE_BITS, SOUND_QUALITY
from fluffy_tui.similarity.models.onnx_model import DESCRIPTION, BuiltinModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

EDITED_SIDE = 1280
"""Longer side of the pictures that are edited, as those that a network hands out."""

SEEN_SIDE = 512
"""Longer side of what the worker hashes and embeds."""

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".avif"}


def crop(part: float) -> Callable[[Image.Image], Image.Image]:
    """Return an edit that cuts this part off each dimension, evenly."""

    def edit(picture: Image.Image) -> Image.Image:
        x, y = round(picture.width * part / 2), round(picture.height * part / 2)
        return picture.crop((x, y, picture.width - x, picture.height - y))

    return edit


def recompressed(picture: Image.Image) -> Image.Image:
    """Return the picture as a coarse JPEG."""
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=25)
    return Image.open(target).convert("RGB")


EDITS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "half size": lambda picture: picture.resize((picture.width // 2, picture.height // 2)),
    "JPEG quality 25": recompressed,
    "blurred": lambda picture: picture.filter(ImageFilter.GaussianBlur(2)),
    "grey": lambda picture: picture.convert("L").convert("RGB"),
    "brighter by 20 %": lambda picture: ImageEnhance.Brightness(picture).enhance(1.2),
    "colours +50 %": lambda picture: ImageEnhance.Color(picture).enhance(1.5),
    "cropped by 5 %": crop(0.05),
    "cropped by 10 %": crop(0.10),
    "cropped by 20 %": crop(0.20),
    "white border 5 %": lambda picture: ImageOps.expand(picture, round(picture.width * 0.05), "white"),
    "rotated by 2°": lambda picture: picture.rotate(2, Image.Resampling.BICUBIC),
    "rotated by 90°": lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
}


def shrunk(picture: Image.Image) -> Image.Image:
    """Return the picture as the worker would decode it."""
    small = picture.copy()
    small.thumbnail((SEEN_SIDE, SEEN_SIDE), Image.Resampling.LANCZOS)
    return small


class Seen:
    """Hashes and vectors of a row of pictures."""

    def __init__(self, pictures: list[Image.Image], model: BuiltinModel) -> None:
        pictures = [shrunk(picture) for picture in pictures]
        bits = [picture_bits(picture) for picture in pictures]
        self.bits = np.array([[int(bit) for bit in one.pdq] for one in bits], dtype=np.int16)
        self.sound = np.array([one.pdq_quality >= SOUND_QUALITY for one in bits])
        self.vectors = np.array([model.embed(picture) for picture in pictures])


def same_picture(one: Seen, other: Seen) -> NDArray[np.bool_]:
    """Return which pairs PDQ calls the same picture."""
    differing = (one.bits[:, None, :] != other.bits[None, :, :]).sum(axis=2)
    sound: NDArray[np.bool_] = one.sound[:, None] & other.sound[None, :]
    same: NDArray[np.bool_] = (differing <= SAME_PICTURE_BITS) & sound
    return same


def same_scene(one: Seen, other: Seen) -> NDArray[np.bool_]:
    """Return which pairs the embedding calls the same scene."""
    near: NDArray[np.bool_] = 1 - one.vectors @ other.vectors.T <= (DESCRIPTION.near_max or 0)
    return near


def originals(folder: Path, most: int) -> list[Image.Image]:
    """Return different pictures of a folder."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    random.Random(1).shuffle(paths)  # noqa: S311 - an order, no secret
    found: list[Image.Image] = []
    seen: list[NDArray[Any]] = []
    for path in paths:
        try:
            picture = decode_to_fit(path, EDITED_SIDE, EDITED_SIDE)
        except PhotoUnreadable:
            continue
        bits = np.array([int(bit) for bit in picture_bits(shrunk(picture)).pdq])
        if any((bits != other).sum() <= 2 * SAME_PICTURE_BITS for other in seen):
            continue
        seen.append(bits)
        found.append(picture)
        if len(found) == most:
            break
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photos", type=int, default=60)
    options = parser.parse_args()
    began = time.perf_counter()
    model = BuiltinModel()
    pictures = originals(options.folder, options.photos)
    base = Seen(pictures, model)
    totals = np.zeros((2, 2), dtype=int)
    print(f"{len(pictures)} photographs, {len(EDITS)} edits of each; {base.sound.sum()} show enough for PDQ")
    print(f"{'edit':20} {'same picture':>14} {'same scene':>12}   false alarms")
    for name, edit in EDITS.items():
        seen = Seen([edit(picture) for picture in pictures], model)
        found = [same_picture(base, seen), same_scene(base, seen)]
        hits = [int(np.trace(one)) for one in found]
        alarms = [int(one.sum()) - hit for one, hit in zip(found, hits, strict=True)]
        totals += np.array([hits, alarms])
        share = [hit / len(pictures) for hit in hits]
        print(f"{name:20} {share[0]:14.2f} {share[1]:12.2f}   {alarms[0]} and {alarms[1]}")
    pairs = len(EDITS) * len(pictures) * (len(pictures) - 1)
    for number, word in enumerate(("same picture", "same scene")):
        hit, alarm = totals[0, number], totals[1, number]
        recall = hit / len(EDITS) / len(pictures)
        print(
            f"{word}: recall {recall:.3f}, precision {hit / max(1, hit + alarm):.4f} ({alarm} of {pairs:,} pairs)"
        )
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
