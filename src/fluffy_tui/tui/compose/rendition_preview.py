"""The picture as posted, in place of the file."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

from fluffy_tui.tui.compose.rendition_loader import load_rendition
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.text.words import bytes_words

if TYPE_CHECKING:
    from fluffy_tui.media import Framing, Rendition
    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.compose.rendition_loader import RenderResult
    from fluffy_tui.tui.session.context import Context

RENDERING = "picture as posted · rendering…"


class RenditionPreview(PhotoPreview):
    """Renders a photo and shows the result with its size.

    Args:
        context: What every screen shares.
    """

    def __init__(self, context: Context, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(renderer_named(context.preview), self._picture_of, id=id)
        self.context = context
        self._rendered: dict[str, bytes] = {}
        self._size_words = ""

    async def render_photo(
        self, photo: Photo, service: str, framing: Framing, details: str = ""
    ) -> RenderResult:
        """Show a photo as posted, or why it cannot be; the picture before stays until then."""
        self._size_words = ""
        self.border_title = RENDERING
        result = await load_rendition(self.context, service, photo, framing)
        if result.rendition is None:
            self.show_sentence(result.problem)
        else:
            self._show_rendition(photo, result.rendition, details)
        return result

    def on_resize(self) -> None:
        """Fit the title to the new width."""
        self._update_title()

    def _show_rendition(self, photo: Photo, rendition: Rendition, details: str) -> None:
        self._rendered = {rendition.sha256: rendition.data}
        self.show(replace(photo, sha256=rendition.sha256), details)  # pictures are cached by content
        self._size_words = f"{rendition.width}×{rendition.height} JPEG · {bytes_words(len(rendition.data))}"
        self._update_title()

    def _update_title(self) -> None:
        if self._size_words:
            title = f"picture as posted · {self._size_words}"
            self.border_title = title if len(title) + 6 <= self.size.width else self._size_words

    def _picture_of(self, photo: Photo, width: int, height: int) -> object:
        """Shrink the rendition to the size it is drawn in; runs in a thread."""
        from PIL import Image

        with Image.open(io.BytesIO(self._rendered[photo.sha256])) as image:
            image.draft("RGB", (width, height))
            small = image.convert("RGB")
        small.thumbnail((width, height))
        return small
