"""The picture as posted, in place of the file."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.rendition.rendition_loader import RenderResult, load_rendition
from fluffy_tui.tui.text.words import bytes_words, one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL.Image import Image

    from fluffy_tui.media import Framing
    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.session.context import Context

    Draw = Callable[[Image], None]


class RenditionPreview:
    """Renders photos and shows the results in its `widget`."""

    def __init__(self, context: Context, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        self._context = context
        self.widget = PhotoPreview(renderer_named(context.preview), self._picture_of, id=id, with_path=True)
        self._rendered: dict[str, tuple[bytes, Draw]] = {}
        """The picture that is shown and the one before, which may still be painted, by their names."""
        self._shown: tuple[Photo, bytes] | None = None
        self._wanted: Draw | None = None
        self._is_drawing = False
        self._drawings = 0

    async def show(
        self,
        photo: Photo,
        service: str,
        framing: Framing,
        details: str = "",
        *,
        ratio: float | None = None,
        place: str = "",
    ) -> RenderResult:
        """Show a photo as posted, or why it cannot be; until then the file, or another rendition of the same photo.

        Its post's cover gives it the ratio, width ÷ height; its place is which photo of the post it is.
        """
        prefix = f"{place} · " if place else ""
        if self.widget.photo is None or self.widget.photo.id != photo.id:
            self.widget.show(photo, details)
            self.widget.border_title = f"{prefix}{one_line(photo.name)}"
        self.widget.border_subtitle = "rendering…"
        result = await load_rendition(self._context, service, photo, framing, ratio)
        self.widget.border_subtitle = ""
        if (rendition := result.rendition) is None:
            self.widget.show_sentence(result.problem)
            return result
        self._shown = photo, rendition.data
        self._show_as(rendition.sha256, _nothing, details)
        title = "what is left of the damaged photo" if result.is_damaged else "picture as posted"
        self.widget.border_title = f"{prefix}{title}"
        size = bytes_words(len(rendition.data))
        self.widget.border_subtitle = f"{rendition.width}×{rendition.height} JPEG · {size}"
        return result

    def draw_over(self, draw: Draw) -> None:
        """Show the last picture with something drawn over it, as soon as the drawing before is seen.

        `draw` draws into an RGB picture of the size in which it is shown, in a thread.
        """
        self._wanted = draw
        if not self._is_drawing:
            self._is_drawing = True
            self.widget.run_worker(
                self._draw(), group="drawing", exit_on_error=False, description="drawing over the picture"
            )

    async def _draw(self) -> None:
        """Draw what is wanted, until nothing else is: keys may be faster than the terminal."""
        try:
            while (draw := self._wanted) is not None and self._shown is not None:
                self._wanted = None
                self._drawings += 1
                title = self.widget.border_title
                self._show_as(f"drawing {self._drawings}", draw)
                self.widget.border_title = title
                await self.widget.drawn()
        finally:
            self._is_drawing = False

    def _show_as(self, name: str, draw: Draw, details: str = "") -> None:
        """Show the picture under a name by which it is cached, as photos are by their content."""
        if self._shown is not None:
            photo, data = self._shown
            self._rendered = dict([*self._rendered.items()][-1:]) | {name: (data, draw)}
            self.widget.show(replace(photo, sha256=name), details)

    def _picture_of(self, photo: Photo, width: int, height: int) -> object:
        """Shrink the rendition, or the file before there is one, to the size it is drawn in; runs in a thread."""
        from PIL import Image as Images

        if photo.sha256 not in self._rendered:
            return self._context.services.photos.thumbnail(photo, width, height)
        data, draw = self._rendered[photo.sha256]
        with Images.open(io.BytesIO(data)) as image:
            image.draft("RGB", (width, height))
            small = image.convert("RGB")
        small.thumbnail((width, height))
        draw(small)
        return small


def _nothing(_image: Image) -> None:
    pass
