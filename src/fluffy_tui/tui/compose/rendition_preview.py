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
    from fluffy_tui.media import Framing
    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.compose.rendition_loader import RenderResult
    from fluffy_tui.tui.session.context import Context


class RenditionPreview:
    """Renders photos and shows the results in its `widget`.

    Args:
        context: What every screen shares.
        id: The widget's.
    """

    def __init__(self, context: Context, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        self._context = context
        self.widget = PhotoPreview(renderer_named(context.preview), self._picture_of, id=id)
        self._rendered: dict[str, bytes] = {}

    async def show(self, photo: Photo, service: str, framing: Framing, details: str = "") -> RenderResult:
        """Show a photo as posted, or why it cannot be; the picture before stays until then."""
        self.widget.border_title, self.widget.border_subtitle = "picture as posted", "rendering…"
        result = await load_rendition(self._context, service, photo, framing)
        self.widget.border_subtitle = ""
        if (rendition := result.rendition) is None:
            self.widget.show_sentence(result.problem)
            return result
        self._rendered = {rendition.sha256: rendition.data}
        self.widget.show(replace(photo, sha256=rendition.sha256), details)  # pictures are cached by content
        self.widget.border_title = (
            "what is left of the damaged photo" if result.is_damaged else "picture as posted"
        )
        size = bytes_words(len(rendition.data))
        self.widget.border_subtitle = f"{rendition.width}×{rendition.height} JPEG · {size}"
        return result

    def _picture_of(self, photo: Photo, width: int, height: int) -> object:
        """Shrink the rendition to the size it is drawn in; runs in a thread."""
        from PIL import Image

        with Image.open(io.BytesIO(self._rendered[photo.sha256])) as image:
            image.draft("RGB", (width, height))
            small = image.convert("RGB")
        small.thumbnail((width, height))
        return small
