"""Pictures of chats and invoices: many of one layout with other words."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw, ImageFont

WORDS = (
    "the",
    "of",
    "and",
    "that",
    "for",
    "it",
    "was",
    "with",
    "by",
    "which",
    "have",
    "from",
    "a",
    "this",
    "not",
)
_SIZE = (1080, 2400)
_LINE = 50


def chat(seed: int, *, dark: bool = True, changed_from: int = 0, layout: int = 0) -> Image.Image:
    """Return a screenshot of a chat, whose bubbles are always in the same places.

    Args:
        seed: Makes the words.
        dark: Whether light words are on dark.
        changed_from: The first of the bubbles whose words the seed makes; those before are the same in every one.
        layout: Makes the places of the bubbles.
    """
    ground, words, mine, theirs = (
        ((12, 20, 26), (230, 230, 230), (0, 92, 75), (32, 44, 51))
        if dark
        else ((239, 234, 226), (20, 20, 20), (217, 253, 211), (255, 255, 255))
    )
    picture = Image.new("RGB", _SIZE, ground)
    draw, font, places = ImageDraw.Draw(picture), ImageFont.load_default(36), random.Random(layout)
    draw.rectangle((0, 0, _SIZE[0], 180), fill=(32, 44, 51))
    draw.text((160, 60), "Anna", font=font, fill="white")
    top, number = 220, 0
    while top < _SIZE[1] - 400:
        lines, is_mine = places.randint(1, 5), places.random() < 0.5
        width = round(_SIZE[0] * places.choice([0.5, 0.6, 0.75]))
        left = _SIZE[0] - width - 30 if is_mine else 30
        box = (left, top, left + width, top + lines * _LINE + 50)
        draw.rounded_rectangle(box, 20, fill=mine if is_mine else theirs)
        said = random.Random(seed * 100 + number if number >= changed_from else number)
        for line in range(lines):
            _write(
                draw, font, said, (left + 25, top + 20 + line * _LINE), width - 50, words, line == lines - 1
            )
        top, number = top + lines * _LINE + 74, number + 1
    return picture


def saved(picture: Image.Image, quality: int) -> Image.Image:
    """Return a picture as a JPEG of some quality shows it."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def _write(
    draw: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    said: random.Random,
    place: tuple[int, int],
    width: int,
    color: tuple[int, int, int],
    is_last: bool,
) -> None:
    """Write as many words as there is room for, or fewer in a last line."""
    room, text = (said.randint(width // 4, width) if is_last else width), ""
    while draw.textlength(longer := f"{text} {said.choice(WORDS)}".strip(), font=font) <= room:
        text = longer
    draw.text(place, text, font=font, fill=color)
