"""The picture as posted, in place of the photo's file."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.containers import Container

from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.text.words import bytes_words

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from fluffy_tui.media import Rendition
    from fluffy_tui.photos import Photo

TITLE = "as posted"


class RenditionPreview(Container):
    """Shows a rendition and its size in a preview of photos.

    Args:
        protocol: How pictures are drawn, see `graphics_protocol.renderer_named`.
    """

    DEFAULT_CSS = """
    RenditionPreview {
        PhotoPreview { width: 1fr; height: 1fr; }
    }
    """

    def __init__(self, protocol: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._preview = PhotoPreview(renderer_named(protocol), self._thumbnail)
        self._renditions: dict[str, bytes] = {}
        self._size_text = ""

    def compose(self) -> ComposeResult:
        """Fill the place with the preview."""
        yield self._preview

    def show_progress(self) -> None:
        """Announce a rendition that is being made; the previous one stays visible."""
        self._size_text = ""
        self._preview.border_title = f"{TITLE} · rendering …"

    def show_rendition(self, photo: Photo, rendition: Rendition, details: str = "") -> None:
        """Show what a photo looks like when it is posted."""
        self._renditions = {rendition.sha256: rendition.data}
        self._preview.show(
            replace(photo, sha256=rendition.sha256), details
        )  # paintings are cached by content
        self._size_text = f"{rendition.width}×{rendition.height} JPEG · {bytes_words(len(rendition.data))}"
        self._update_title()

    def show_sentence(self, sentence: str) -> None:
        """Show a sentence and no picture."""
        self._size_text = ""
        self._preview.show_sentence(sentence)

    def repaint(self) -> None:
        """Draw the picture again after another screen covered it."""
        self._preview.repaint()

    def on_resize(self) -> None:
        """Fit the title to the width."""
        self._update_title()

    def _update_title(self) -> None:
        if self._size_text:
            title = f"{TITLE} · {self._size_text}"
            self._preview.border_title = title if len(title) + 6 <= self.size.width else self._size_text

    def _thumbnail(self, photo: Photo, width: int, height: int) -> object:
        """Shrink a rendition; called in a thread."""
        from PIL import Image

        with Image.open(io.BytesIO(self._renditions[photo.sha256])) as image:
            image.draft("RGB", (width, height))
            small = image.convert("RGB")
        small.thumbnail((width, height))
        return small
