"""A photo as large as there is room for, with its details below."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import cast

from rich.cells import cell_len
from textual import work
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.filter import monochrome_style
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from fluffy_tui.photos import Photo, PhotoUnreadable
from fluffy_tui.tui.photo.painted_picture import PaintedPicture, ToastWatch
from fluffy_tui.tui.photo.painter import Painter, Painting, PictureArea
from fluffy_tui.tui.photo.photo_details import short_path
from fluffy_tui.tui.photo.picture_cache import PictureCache
from fluffy_tui.tui.photo.small_pictures import Thumbnail, paint_photo
from fluffy_tui.tui.text.words import one_line

log = logging.getLogger(__name__)

KEYS_REPEAT_WITHIN = 0.15
"""Seconds between two photos below which a key counts as held down."""
SETTLE = 0.09
"""Seconds that a photo has to stay chosen before it is decoded, while keys repeat."""
SLOW_AFTER = 0.25
"""Seconds after which a picture is announced as loading."""


PICTURES_OFF = "Pictures are off in this terminal."


class PictureBox(Container):
    """The room for a picture, which depends on how many lines of details are below it."""

    class Resized(Message):
        """The room, or the background that is painted into pictures, has changed."""

    def on_resize(self) -> None:
        self.post_message(self.Resized())

    def notify_style_update(self) -> None:
        """Repaint the picture, since a new theme may have another background."""
        super().notify_style_update()
        self.post_message(self.Resized())


class FilePath(Widget):
    """A line with the path of a file: where it is too long, its end, since the name counts most."""

    DEFAULT_CSS = "FilePath { height: 1; color: $text-muted; }"

    def __init__(self) -> None:
        super().__init__()
        self._words = ""

    def show(self, path: Path | None) -> None:
        self._words = one_line(short_path(path)) if path else ""
        self.display = bool(path)
        self.refresh()

    def render(self) -> Content:
        words, width = self._words, self.size.width
        if cell_len(words) > width:
            starts = range(max(1, len(words) - width), len(words) + 1)
            words = next(end for start in starts if cell_len(end := f"…{words[start:]}") <= max(1, width))
        return Content(words)


class PhotoPreview(Vertical):
    """Shows one photo at a time with its details, and with its path if that is wanted.

    Pictures are shrunk and painted in a thread. A picture that is ready after another photo was chosen is not shown.
    """

    ALLOW_MAXIMIZE = True
    DEFAULT_CSS = """
    PhotoPreview {
        border: round $border-blurred;
        border-title-color: $text-muted;
        padding: 0 1;
        PictureBox { height: 1fr; align: center middle; }
        .sentence { width: auto; max-width: 100%; height: auto; color: $text-muted; text-align: center; }
        .details { height: auto; max-height: 5; color: $text-muted; }
        &.-with-path .details { max-height: 4; }
    }
    """

    def __init__(
        self,
        renderer: Painter | None,
        thumbnail: Thumbnail[Photo],
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
        with_path: bool = False,
    ) -> None:
        super().__init__(id=id, classes="-with-path" if with_path else "")
        self._renderer = renderer
        self._thumbnail = thumbnail
        self._picture = PaintedPicture(classes="picture") if renderer else None
        self._sentence = Static("", classes="sentence", markup=False)
        self._details = Static("", classes="details", markup=False)
        self._path = FilePath() if with_path else None
        self._box = PictureBox()
        self.cache = PictureCache()
        """Paintings of this and the next photos."""
        self._photo: Photo | None = None
        self._neighbours: Sequence[Photo] = ()
        self._started_for: PictureArea | None = None
        self._token = 0  # changes with every photo and area, so that late pictures are recognised
        self._chosen_at = 0.0
        self._is_drawn = asyncio.Event()
        self._is_drawn.set()

    @property
    def photo(self) -> Photo | None:
        """The photo that is shown or being loaded."""
        return self._photo

    @property
    def shown(self) -> object | None:
        """The Pillow image on the screen; None while there is only a sentence."""
        painting = self.painting
        return painting.image if painting is not None else None

    @property
    def painting(self) -> Painting | None:
        """The painting on the screen; None while there is only a sentence."""
        return self._picture.painting if self._picture is not None and self._picture.display else None

    @property
    def sentence(self) -> str:
        """What is shown in place of a picture; empty while a picture is shown."""
        return str(self._sentence.content) if self._sentence.display else ""

    @property
    def area(self) -> PictureArea | None:
        """The room for the picture; None before the first layout."""
        width, height = self._box.content_size
        style = self._box.rich_style
        if self.app.no_color:
            style = monochrome_style(style)
        return PictureArea(width, height, style) if width and height else None

    def compose(self) -> ComposeResult:
        with self._box:
            if self._picture is not None:
                self._picture.display = False
                yield self._picture
            yield self._sentence
        yield self._details
        if self._path is not None:
            yield self._path

    def on_mount(self) -> None:
        """Watch for toasts that cover the picture."""
        ToastWatch(self, self.repaint)

    def on_unmount(self) -> None:
        """Free the terminal's memory."""
        self.cache.close()

    def draw_with(self, renderer: Painter | None) -> None:
        """Draw pictures in another way from now on; what was painted before is forgotten."""
        self._renderer = renderer
        self.cache.close()
        self.cache = PictureCache()
        if self._picture is not None:
            self._picture.painting = None
            self._start(0.0)

    def show(self, photo: Photo, details: str | Content = "", neighbours: Sequence[Photo] = ()) -> None:
        """Show a photo, then paint its `neighbours` ahead in this order."""
        is_repeating, now = False, time.monotonic()
        if self._photo is None or photo.id != self._photo.id:
            is_repeating, self._chosen_at = now - self._chosen_at < KEYS_REPEAT_WITHIN, now
        self._photo, self._neighbours = photo, neighbours
        self._show_path(photo.path if details else None)
        self.border_title = Content(one_line(photo.name))
        delay = SETTLE if is_repeating else 0.0
        if self._update_details(details):
            self._token += 1  # a picture of the previous photo is late, though this one waits for the layout
            self.call_after_refresh(self._start, delay)
        else:
            self._start(delay)

    def show_sentence(self, sentence: str) -> None:
        self._token += 1
        self.workers.cancel_group(self, "preview")
        self._photo, self._neighbours = None, ()
        self.border_title = ""
        self._show_path(None)
        self._update_details("")
        self._replace_picture(sentence)
        self._is_drawn.set()

    def _show_path(self, path: Path | None) -> None:
        if self._path is not None:
            self._path.show(path)

    def set_details(self, details: str | Content) -> None:
        if self._update_details(details):
            self.call_after_refresh(self._start, 0.0)

    def _update_details(self, details: str | Content) -> bool:
        """Change the details; return whether their height changes, and with it the room for the picture."""
        size = self._details.content_size
        self._details.update(details, layout=not size.width)
        if not size.width:
            return True
        if self._details.visual.get_height(self._details.styles.get_rules(), size.width) == size.height:
            return False
        self._details.refresh(layout=True)
        return True

    def repaint(self) -> None:
        """Draw the picture again after something covered it, which terminals do not do by themselves."""
        if self._picture is not None:
            self._picture.refresh()

    def on_picture_box_resized(self, message: PictureBox.Resized) -> None:
        message.stop()
        if self._photo is not None and self.area != self._started_for:
            self._start(SETTLE)

    def _start(self, delay: float) -> None:
        """Show the chosen photo: at once if it is painted already, else after `delay` seconds."""
        photo, area = self._photo, self.area
        self._started_for = area
        if photo is None or area is None:
            self._is_drawn.set()  # there is no room, and nothing to wait for
            return
        self._token += 1
        if self._picture is None:
            self._replace_picture(PICTURES_OFF)
            return
        if painting := self.cache.get(photo.sha256, area):
            self._set_painting(painting)
        self._is_drawn.clear()
        self._paint_photos(photo, area, delay, self._token)

    async def drawn(self) -> None:
        """Wait until the photo that is being loaded is on the screen, or the reason why it is not."""
        await self._is_drawn.wait()

    @work(group="preview", exclusive=True, exit_on_error=False, description="previewing a photo")
    async def _paint_photos(self, photo: Photo, area: PictureArea, delay: float, token: int) -> None:
        """Paint the photo unless that is done, then its neighbours for as long as it stays chosen.

        The photo itself is drawn before those: a busy thread would hold up the event loop.
        """
        painting = self.cache.get(photo.sha256, area)
        if painting is not None and token == self._token and painting is not self.painting:
            self._set_painting(painting)  # it was finished for an earlier wish since this worker was started
        is_shown = painting is not None or await self._show_when_painted(photo, area, delay, token)
        if token == self._token:
            self._is_drawn.set()
        if not is_shown:
            return
        await self.wait_for_refresh()
        for neighbour in self._neighbours:
            if token != self._token:
                return
            if self.cache.get(neighbour.sha256, area) is None:
                with contextlib.suppress(PhotoUnreadable):  # reported when that photo is chosen
                    await self._paint(neighbour, area)

    async def _show_when_painted(self, photo: Photo, area: PictureArea, delay: float, token: int) -> bool:
        """Return whether the photo is shown: it may be unreadable, or no longer chosen."""
        if delay:
            await asyncio.sleep(delay)
        task = asyncio.ensure_future(self._paint(photo, area))
        try:
            await asyncio.wait({task}, timeout=SLOW_AFTER)
            if not task.done() and token == self._token:
                self._replace_picture(f"loading {one_line(photo.name)} …")
            painting = await task
        except PhotoUnreadable as error:
            if token == self._token:
                self._replace_picture(str(error))
            return False
        except Exception:  # whatever a decoder raises, the list beside the preview has to keep working
            log.exception("no preview of photo %s", photo.id)
            if token == self._token:
                self._replace_picture("Cannot show this picture; see the log file.")
            return False
        finally:
            task.cancel()
        if token == self._token:
            self._set_painting(painting)
        return token == self._token

    async def _paint(self, photo: Photo, area: PictureArea) -> Painting:
        paint = cast("Painter", self._renderer)
        draw = partial(paint_photo, photo, area, paint, self._thumbnail, self.app)
        return await self.cache.paint(photo.sha256, area, draw)

    def _set_painting(self, painting: Painting) -> None:
        if self._picture is not None:
            self._sentence.display = False
            self._picture.display = True
            self._picture.painting = painting

    def _replace_picture(self, sentence: str) -> None:
        if self._picture is not None:
            self._picture.display = False
        self._sentence.display = True
        self._sentence.update(sentence)
