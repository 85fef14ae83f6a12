"""The widget that shows a part of a photo, decoded and painted in threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import cast

from PIL import Image
from textual import work
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.filter import monochrome_style
from textual.widgets import Static

from fluffy_tui.photos import Photo, PhotoUnreadable, from_disk
from fluffy_tui.tui.photo.painted_picture import PaintedPicture, ToastWatch
from fluffy_tui.tui.photo.painter import Painter, Painting, PictureArea, cell_pixels
from fluffy_tui.tui.photo.photo_preview import PICTURES_OFF
from fluffy_tui.tui.photo.picture_cache import PictureCache
from fluffy_tui.tui.session.error_toasts import ReportsErrors
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.zoom.zoom_view import Box, ZoomView, contains, scaled_size


@dataclass(frozen=True, slots=True)
class DecodedPart:
    """A part of the photo in memory."""

    box: Box
    scale: float
    """Pixels in memory for a pixel of the photo; never more than one."""
    image: Image.Image

    def serves(self, view: ZoomView) -> bool:
        """Whether everything on the screen is in it."""
        return self.scale == min(1.0, view.scale) and contains(self.box, view.window)

    def cut(self, view: ZoomView, background: tuple[int, int, int]) -> Image.Image:
        """Return what is on the screen, as large as the screen."""
        box = view.window
        left, upper = ((box[side] - self.box[side]) * self.scale for side in (0, 1))
        width, height = scaled_size(box, self.scale)
        shown = self.image.resize(
            scaled_size(box, view.scale),
            Image.Resampling.NEAREST,
            box=(left, upper, min(left + width, self.image.width), min(upper + height, self.image.height)),
        )
        canvas = Image.new("RGB", view.screen, background)
        canvas.paste(shown, ((canvas.width - shown.width) // 2, (canvas.height - shown.height) // 2))
        return canvas


class ZoomedPhoto(ReportsErrors, Container):
    """Shows a photo pixel by pixel: at first the whole, if it `fits`, else its center at 100 %.

    `part` returns a part of the photo as a Pillow image of a size; slow, called in a thread; raises PhotoUnreadable.
    """

    DEFAULT_CSS = """
    ZoomedPhoto {
        border: round $border;
        border-title-color: $text;
        border-subtitle-color: $text-muted;
        align: center middle;
        Static { width: auto; max-width: 100%; height: auto; color: $text-muted; text-align: center; }
        PaintedPicture { display: none; }
        &.-painted Static { display: none; }
        &.-painted PaintedPicture { display: block; }
    }
    """

    def __init__(
        self,
        photo: Photo,
        renderer: Painter | None,
        part: Callable[[Photo, Box, tuple[int, int]], object],
        *,
        fits: bool = False,
    ) -> None:
        super().__init__()
        self.border_title = Content(one_line(photo.name))
        self._photo = photo
        self._fits = fits
        self._renderer = renderer
        self._part_of = part
        self._picture = PaintedPicture()
        self._sentence = Static(f"loading {one_line(photo.name)} …", markup=False)
        self._view: ZoomView | None = None
        self._part: DecodedPart | None = None
        self._cache = PictureCache(1)
        self._is_painting = False
        self._is_stale = False

    def compose(self) -> ComposeResult:
        yield self._picture
        yield self._sentence

    def on_mount(self) -> None:
        """Draw what a toast has covered."""
        ToastWatch(self, self._picture.refresh)

    def on_unmount(self) -> None:
        """Free the terminal's memory."""
        self._cache.close()

    def on_resize(self) -> None:
        if self._renderer is None:
            self._say(PICTURES_OFF)
            return
        across, down = cell_pixels(self._renderer)
        screen = (self.content_size.width * across, self.content_size.height * down)
        size = self._photo.width, self._photo.height
        if all(screen):
            view = self._view or ZoomView(size, screen, (size[0] / 2, size[1] / 2))
            self._show(view.fitted() if self._fits and self._view is None else view.on_screen(screen))

    def notify_style_update(self) -> None:
        """Repaint the photo if a new theme has another background."""
        super().notify_style_update()
        painting = self._picture.painting
        if painting is not None and painting.area.style != self.rich_style and not self.app.no_color:
            self.call_later(self.on_resize)

    def pan(self, across: float, down: float) -> None:
        """Show the part so many screens to the right and below."""
        if self._view is not None:
            self._show(self._view.moved(across, down))

    def zoom(self, factor: float) -> None:
        if self._view is not None:
            self._show(self._view.scaled(factor))

    def follow(self, other: ZoomedPhoto) -> None:
        """Show the part that another photo shows of its own."""
        if self._view is not None and other._view is not None:
            self._show(self._view.like(other._view))

    def draw_with(self, renderer: Painter | None) -> None:
        """Draw the picture in another way from now on."""
        self._renderer = renderer
        self.on_resize()

    def _show(self, view: ZoomView) -> None:
        self._view, self._is_stale = view, True
        self.border_subtitle = view.words
        if not self._is_painting:
            self._is_painting = True
            self._paint()

    def _say(self, sentence: str) -> None:
        self.remove_class("-painted")
        self._sentence.update(sentence)

    @work(group="zoom", exit_on_error=False, description="zooming into the photo")
    async def _paint(self) -> None:
        """Paint until what is wanted is shown; on the way, what was wanted last."""
        try:
            while self._is_stale and self._view is not None and self._renderer is not None:
                self._is_stale = False
                view, renderer = self._view, self._renderer
                if self._part is None or not self._part.serves(view):
                    self._part = await from_disk(partial(self._decoded, view), self._photo.name)
                area = self._area(view, renderer)
                draw = partial(self._painted, self._part, view, renderer, area)
                painting = await self._cache.paint(self._photo.sha256, area, draw)
                if renderer is self._renderer:
                    self._picture.painting = painting
                    self.add_class("-painted")
        except PhotoUnreadable as error:
            self._say(str(error))
        finally:
            self._is_painting = False

    def _decoded(self, view: ZoomView) -> DecodedPart:
        """Decode what is on the screen and around it; slow, so it runs in a thread."""
        box, scale = view.surroundings, min(1.0, view.scale)
        image = cast("Image.Image", self._part_of(self._photo, box, scaled_size(box, scale)))
        return DecodedPart(box, scale, image.convert("L").convert("RGB") if self.app.no_color else image)

    def _area(self, view: ZoomView, renderer: Painter) -> PictureArea:
        style = monochrome_style(self.rich_style) if self.app.no_color else self.rich_style
        across, down = cell_pixels(renderer)
        return PictureArea(view.screen[0] // across, view.screen[1] // down, style)

    def _painted(self, part: DecodedPart, view: ZoomView, paint: Painter, area: PictureArea) -> Painting:
        """Paint what is on the screen; slow, so it runs in a thread."""
        color = area.style.bgcolor
        background = color.get_truecolor(foreground=False) if color else (0, 0, 0)
        return paint(part.cut(view, background), area, self.app.console)
