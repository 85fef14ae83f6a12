"""Pictures made of shade characters, for terminals with too few colours for half cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageOps

if TYPE_CHECKING:
    from rich.color import Color

_DARK_TO_LIGHT = " ░▒▓█"
_MIDDLE = 3 * 127
"""The three channels of a grey that is neither light nor dark, together."""


def shades_on(background: Color | None) -> str:
    """Return the characters for a picture from dark to light: on a light background the ink is dark."""
    is_light = background is not None and sum(background.get_truecolor(foreground=False)) > _MIDDLE
    return _DARK_TO_LIGHT[::-1] if is_light else _DARK_TO_LIGHT


def shade_lines(image: Image.Image, columns: int, lines: int, shades: str) -> list[str]:
    """Return an RGB picture, stretched to so many columns and lines, as text: a character per cell, by its brightness.

    The shades are characters from dark to light.
    """
    grey = ImageOps.autocontrast(image.convert("L").resize((columns, lines), Image.Resampling.BOX), cutoff=1)
    text = "".join(shades[value * len(shades) // 256] for value in grey.tobytes())
    return [text[at : at + columns] for at in range(0, len(text), columns)]
