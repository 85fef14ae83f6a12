"""Pictures of a face: with open and with closed eyes, in other places, smaller, turned and blurred."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

FACE = (0.33, 0.21, 0.67, 0.54)
"""Where it is, as shares of the picture's width and height."""


def astronaut(*, closed: bool = False) -> Image.Image:
    """Return a portrait of 320 × 320 pixels."""
    name = "astronaut_eyes_closed" if closed else "astronaut"
    with Image.open(Path(__file__).parent / "faces" / f"{name}.jpg") as picture:
        return picture.convert("RGB")


def out_of_focus(picture: Image.Image, radius: float, *, face: bool) -> Image.Image:
    """Blur the head, or all but the head."""
    left, upper, right, lower = (edge * side for edge, side in zip(FACE, picture.size * 2, strict=True))
    head = Image.new("L", picture.size, 0 if face else 255)
    margin = 0.35 * (right - left)
    box = (left - margin, upper - 1.6 * margin, right + margin, lower + margin)
    ImageDraw.Draw(head).ellipse(box, fill=255 if face else 0)
    head = head.filter(ImageFilter.GaussianBlur(4))
    return Image.composite(picture.filter(ImageFilter.GaussianBlur(radius)), picture, head)
