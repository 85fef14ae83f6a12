"""A photo, as large as its place allows, and what is to be said about it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, cast

from textual import work
from textual.containers import Container, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from fluffy_tui.photos import PhotoUnreadable
from fluffy_tui.tui.photo.painter import Canvas
from fluffy_tui.tui.photo.picture import Picture
from fluffy_tui.tui.text.words import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PIL.Image import Image
    from textual.app import ComposeResult
    from textual.screen import Screen

    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.photo.painter import Painter, Painting

    Key = tuple[str, Canvas]

log = logging.getLogger(__name__)

LONGEST_SIDE = 600
"""Pixels; more are seldom seen in a terminal, and small pictures of this size are kept on the disk."""
KEYS_REPEAT_WITHIN = 0.15
"""Seconds between two photos below which a key is taken to be held down."""
SETTLE = 0.09
"""Seconds a photo has to stay chosen, while keys repeat, before it is decoded."""
SAY_SO_AFTER = 0.25
"""Seconds after which a slow picture is announced in words."""
KEPT_PICTURES = 8
"""At 2 to 3 MB each, painted."""


class PicturePlace(Container):
    """Where a picture goes: what is said below it leaves it more or less room."""

    class Resized(Message):
        """There is more or less room now."""

    def on_resize(self) -> None:
        """Tell the preview."""
        self.post_message(self.Resized())


class PhotoPreview(Vertical):
    """Shows one photo at a time and what is to be said about it.

    Pictures are shrunk and painted in a thread; a picture that comes late, after another photo was chosen, is not
    shown. One picture widget is kept and its painting changed.

    Args:
        renderer: from `renderers.renderer_named`, or None for no pictures.
        thumbnail: returns a small upright Pillow image; slow, called in a thread; raises PhotoUnreadable.
    """

    DEFAULT_CSS = """
    PhotoPreview {
        border: round $border-blurred;
        border-title-color: $text-muted;
        padding: 0 1;
        PicturePlace { height: 1fr; align: center middle; }
        .sentence { width: auto; max-width: 100%; height: auto; color: $text-muted; text-align: center; }
        .details { height: auto; max-height: 5; color: $text-muted; }
    }
    """

    def __init__(
        self,
        renderer: Painter | None,
        thumbnail: Callable[[Photo, int, int], object],
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._renderer = renderer
        self._picture = Picture(classes="picture") if renderer else None
        self._sentence = Static("", classes="sentence", markup=False)
        self._details = Static("", classes="details", markup=False)
        self._place = PicturePlace()
        self._started_for: Canvas | None = None
        self._thumbnail = thumbnail
        self._photo: Photo | None = None
        self._neighbours: Sequence[Photo] = ()
        self._token = 0
        self._moved_at = 0.0
        self._toasts = 0
        self._paintings: OrderedDict[Key, Painting] = OrderedDict()
        self._is_gone = False

    @property
    def photo(self) -> Photo | None:
        """The photo that is shown or being opened."""
        return self._photo

    @property
    def shown(self) -> object | None:
        """The Pillow image on the screen; None while there is only a sentence."""
        if self._picture is None or not self._picture.display or self._picture.painting is None:
            return None
        return self._picture.painting.image

    @property
    def sentence(self) -> str:
        """What stands in place of a picture; empty while a picture is shown."""
        return str(self._sentence.content) if self._sentence.display else ""

    def compose(self) -> ComposeResult:
        """Lay the picture (or a sentence in its place) over the details."""
        with self._place:
            if self._picture is not None:
                self._picture.display = False
                yield self._picture
            yield self._sentence
        yield self._details

    def on_mount(self) -> None:
        """Notice when something no longer lies over the picture."""
        self.screen.screen_layout_refresh_signal.subscribe(self, self._laid_out)

    def _laid_out(self, _screen: Screen[Any]) -> None:
        """Draw the picture again when a toast has gone: Textual writes only the lines where the toast was.

        A dialog is a screen of its own, and when it closes everything is written.
        """
        toasts = len(self.screen.query("Toast"))
        gone, self._toasts = toasts < self._toasts, toasts
        if gone:
            self.repaint()

    def on_unmount(self) -> None:
        """Free what the terminal keeps of the pictures."""
        self._is_gone = True
        while self._paintings:
            self._paintings.popitem()[1].forget()

    def show(self, photo: Photo, details: str | Content = "", neighbours: Sequence[Photo] = ()) -> None:
        """Show a photo; `neighbours` are painted ahead, in this order, once it is on the screen."""
        repeating, now = False, time.monotonic()
        if self._photo is None or photo.id != self._photo.id:
            repeating, self._moved_at = now - self._moved_at < KEYS_REPEAT_WITHIN, now
        self._photo, self._neighbours = photo, neighbours
        self.border_title = Content(one_line(photo.name))
        pause = SETTLE if repeating else 0.0
        if self._tell(details):
            self._token += 1  # what comes for the photo before is late, though this one waits for its place
            self.call_after_refresh(self._start, pause)
        else:
            self._start(pause)

    def show_sentence(self, sentence: str) -> None:
        """Show no photo but a sentence."""
        self._token += 1
        self.workers.cancel_group(self, "preview")
        self._photo, self._neighbours = None, ()
        self.border_title = ""
        self._tell("")
        self._say(sentence)

    def set_details(self, details: str | Content) -> None:
        """Change what is said below the picture."""
        if self._tell(details):
            self.call_after_refresh(self._start, 0.0)

    def _tell(self, details: str | Content) -> bool:
        """Change what is said; return whether it takes more or fewer lines, so that the picture's place changes."""
        room = self._details.content_size
        self._details.update(details, layout=not room.width)
        rules = self._details.styles.get_rules()
        if not room.width:
            return True
        if self._details.visual.get_height(rules, room.width) == room.height:
            return False
        self._details.refresh(layout=True)
        return True

    def repaint(self) -> None:
        """Draw the picture again, after something lay over it: terminals do not restore what was covered."""
        if self._picture is not None:
            self._picture.refresh()

    def on_picture_place_resized(self, message: PicturePlace.Resized) -> None:
        """Fit the picture to its new place."""
        message.stop()
        if self._photo is not None and self._canvas() != self._started_for:
            self._start(SETTLE)

    def _start(self, pause: float) -> None:
        """Show the chosen photo: at once where it is painted already, else after `pause` seconds."""
        photo, canvas = self._photo, self._canvas()
        self._started_for = canvas
        if photo is None or canvas is None:
            return
        self._token += 1
        if self._picture is None:
            self._say("Pictures are off in this terminal.")
            return
        kept = self._kept(photo, canvas)
        if kept is None:
            self._open(photo, canvas, pause, self._token)
        else:
            self._set(kept)
            self._go_on(canvas, self._token)

    def _canvas(self) -> Canvas | None:
        """Return the picture's place, or None before it has been laid out."""
        width, height = self._place.content_size
        return Canvas(width, height, self._place.rich_style) if width and height else None

    @work(group="preview", exclusive=True, exit_on_error=False, description="preview of a photo")
    async def _open(self, photo: Photo, canvas: Canvas, pause: float, token: int) -> None:
        if pause:
            await asyncio.sleep(pause)
        painting = asyncio.ensure_future(self._paint(photo, canvas))
        try:
            await asyncio.wait({painting}, timeout=SAY_SO_AFTER)
            if not painting.done() and token == self._token:
                self._say(f"opening {one_line(photo.name)} …")
            painted = await painting
        except PhotoUnreadable as error:
            if token == self._token:
                self._say(str(error))
            return
        except Exception:  # whatever a decoder may throw, the list beside it has to live on
            log.exception("No preview of photo %s", photo.id)
            if token == self._token:
                self._say("This picture cannot be shown; the log file says why.")
            return
        finally:
            painting.cancel()
        if token == self._token:
            self._set(painted)
            await self._look_ahead(canvas, token)

    @work(group="preview", exclusive=True, exit_on_error=False, description="pictures beside a photo")
    async def _go_on(self, canvas: Canvas, token: int) -> None:
        await self._look_ahead(canvas, token)

    async def _look_ahead(self, canvas: Canvas, token: int) -> None:
        """Paint the neighbours ahead, as long as the photo stays chosen.

        First the photo itself is drawn: a thread that computes would keep the event loop from it.
        """
        await self.wait_for_refresh()
        for neighbour in self._neighbours:
            if token != self._token:
                return
            if self._kept(neighbour, canvas) is None:
                with contextlib.suppress(PhotoUnreadable):  # it is said when that photo is chosen
                    await self._paint(neighbour, canvas)

    async def _paint(self, photo: Photo, canvas: Canvas) -> Painting:
        """Paint in a thread, which goes on when nobody waits any more: what it has made is kept all the same."""
        painting = asyncio.ensure_future(asyncio.to_thread(self._painted, photo, canvas))
        painting.add_done_callback(lambda done: self._keep((photo.sha256, canvas), done))
        return await asyncio.shield(painting)

    def _keep(self, key: Key, painted: asyncio.Future[Painting]) -> None:
        if painted.cancelled() or painted.exception() is not None or self._is_gone:
            return
        before, self._paintings[key] = self._paintings.get(key), painted.result()
        if before is not None:  # painted twice: the terminal need not keep both
            if self._picture is not None and self._picture.painting is before:
                self._picture.painting = painted.result()
            before.forget()
        while len(self._paintings) > KEPT_PICTURES:
            self._paintings.popitem(last=False)[1].forget()

    def _painted(self, photo: Photo, canvas: Canvas) -> Painting:
        """Return a photo as it is drawn; slow, so it runs in a thread.

        Cells are taken as 10 × 20 pixels: what the terminal really has only decides how sharp the picture is.
        """
        box = min(LONGEST_SIDE, canvas.width * 10), min(LONGEST_SIDE, canvas.height * 20)
        image = cast("Image", self._thumbnail(photo, *box))
        painting = cast("Painter", self._renderer)(image, canvas, self.app.console)
        if self._is_gone:
            painting.forget()
        return painting

    def _kept(self, photo: Photo, canvas: Canvas) -> Painting | None:
        key = photo.sha256, canvas
        if key in self._paintings:
            self._paintings.move_to_end(key)
        return self._paintings.get(key)

    def _set(self, painting: Painting) -> None:
        if self._picture is not None:
            self._sentence.display = False
            self._picture.display = True
            self._picture.painting = painting

    def _say(self, sentence: str) -> None:
        if self._picture is not None:
            self._picture.display = False
        self._sentence.display = True
        self._sentence.update(sentence)
