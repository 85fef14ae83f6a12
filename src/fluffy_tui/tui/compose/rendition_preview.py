"""The picture as it will go out, in place of the file."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.text.words import bytes_words

if TYPE_CHECKING:
    from fluffy_tui.media import Rendition
    from fluffy_tui.photos import Photo

RENDERING = "as it will go out · rendering …"


class RenditionPreview(PhotoPreview):
    """Shows renditions that others have made, with their size.

    Args:
        preview: How pictures are drawn, a value of `settings.Preview`.
    """

    def __init__(self, preview: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(renderer_named(preview), self._picture_of, id=id)
        self._made: dict[str, bytes] = {}
        self._size_words = ""

    def wait_for_it(self) -> None:
        """Say that a rendition is being made; the one before stays in sight."""
        self._size_words = ""
        self.border_title = RENDERING

    def show_rendition(self, photo: Photo, made: Rendition, details: str = "") -> None:
        """Show what a photo has become."""
        self._made = {made.sha256: made.data}
        self.show(replace(photo, sha256=made.sha256), details)  # pictures are kept by content
        self._size_words = f"{made.width}×{made.height} JPEG · {bytes_words(len(made.data))}"
        self._name_it()

    def on_resize(self) -> None:
        """Fit the title to the new place."""
        self._name_it()

    def _name_it(self) -> None:
        """Say how large it is, in as many words as there is room for."""
        if self._size_words:
            whole = f"as it will go out · {self._size_words}"
            self.border_title = whole if len(whole) + 6 <= self.size.width else self._size_words

    def _picture_of(self, photo: Photo, width: int, height: int) -> object:
        """Make a rendition small enough to be drawn; runs in a thread."""
        from PIL import Image

        with Image.open(io.BytesIO(self._made[photo.sha256])) as image:
            image.draft("RGB", (width, height))
            small = image.convert("RGB")
        small.thumbnail((width, height))
        return small
