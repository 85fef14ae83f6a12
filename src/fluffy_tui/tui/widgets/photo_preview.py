"""A photo, as large as its place allows. The only door to textual-image."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import termios
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual import work
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Static

from fluffy_tui.photos import PhotoUnreadable
from fluffy_tui.settings import Preview
from fluffy_tui.tui.wording import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual_image.widget import AutoImage, HalfcellImage, SixelImage, TGPImage

    from fluffy_tui.photos import Photo

    PictureWidget = AutoImage | HalfcellImage | SixelImage | TGPImage

log = logging.getLogger(__name__)

LONGEST_SIDE = 600
"""Pixels; larger pictures would block the event loop at their first paint for longer than a key may wait."""
KEYS_REPEAT_WITHIN = 0.15
"""Seconds between two photos below which a key is taken to be held down."""
SETTLE = 0.09
"""Seconds a photo has to stay chosen, while keys repeat, before it is decoded."""
SAY_SO_AFTER = 0.25
"""Seconds after which a slow picture is announced in words."""
KEPT_PICTURES = 12
"""At 600 × 600 × 3 bytes about 13 MB."""


@dataclass(frozen=True, slots=True)
class RendererChoice:
    """How pictures will be drawn, and why so."""

    renderer: type[PictureWidget] | None
    """The widget class; None means that there are no pictures."""
    name: str
    """`kitty`, `sixel`, `half-cell` or `off`."""
    reason: str
    """One plain sentence for the doctor."""


def choose_renderer(preview: Preview) -> RendererChoice:
    """Decide how to draw pictures; call this before the app runs, and never inside it.

    textual-image asks the terminal what it can do while it is imported. Once Textual reads the keyboard, the
    answer would be taken for typing. `off` and `half-cell` ask nothing, for terminals that never answer.
    """
    logging.getLogger("textual_image").addHandler(logging.NullHandler())  # else its tracebacks reach stderr
    if preview is Preview.OFF:
        return RendererChoice(None, "off", "Pictures are switched off by the setting FLUFFY_PREVIEW.")
    try:
        if preview is Preview.HALF_CELL:
            return _half_cell()
        obstacle = _obstacle()
        return RendererChoice(None, "off", obstacle) if obstacle else _asked(preview)
    except (ArithmeticError, ImportError, LookupError, OSError, RuntimeError, ValueError, termios.error):
        log.exception("textual-image could not be loaded")
        return RendererChoice(
            None,
            "off",
            "This terminal could not be asked how to draw pictures; FLUFFY_PREVIEW=half-cell may do.",
        )


def renderer_named(name: str) -> type[PictureWidget] | None:
    """Return the widget class that `choose_renderer` has named before the app was started.

    Nothing is asked of the terminal any more: what was not chosen in time draws no pictures.
    """
    if name == Preview.HALF_CELL:
        return _half_cell().renderer
    if "textual_image.widget" not in sys.modules:
        return None
    from textual_image import widget

    if name == Preview.KITTY:
        return widget.TGPImage
    return widget.SixelImage if name == Preview.SIXEL else None


def _obstacle() -> str:
    """Say why the terminal cannot be asked; empty when it can."""
    if not sys.__stdin__ or not sys.__stdin__.isatty() or not sys.__stdout__ or not sys.__stdout__.isatty():
        return "There are no pictures without a terminal on both input and output."
    if 0 in os.get_terminal_size(sys.__stdout__.fileno()):
        return "The terminal says that it has no columns, so there is no place for pictures."
    return ""


def _half_cell() -> RendererChoice:
    with _no_questions():
        from textual_image.widget import HalfcellImage

    return RendererChoice(HalfcellImage, "half-cell", "Pictures are drawn with half cells, as set.")


def _asked(preview: Preview) -> RendererChoice:
    from textual_image import renderable, widget

    if preview is Preview.KITTY:
        return RendererChoice(widget.TGPImage, "kitty", "Pictures are drawn by kitty's protocol, as set.")
    if preview is Preview.SIXEL:
        return RendererChoice(widget.SixelImage, "sixel", "Pictures are drawn as Sixels, as set.")
    if renderable.Image is renderable.SixelImage:
        return RendererChoice(widget.SixelImage, "sixel", "The terminal says that it draws Sixels.")
    if renderable.Image is renderable.TGPImage:
        return RendererChoice(widget.TGPImage, "kitty", "The terminal says that it speaks kitty's protocol.")
    return RendererChoice(
        widget.HalfcellImage, "half-cell", "The terminal names no picture protocol; half cells are used."
    )


@contextlib.contextmanager
def _no_questions() -> Iterator[None]:
    """Hide the terminal, so that an import inside the block cannot ask it anything."""
    if "textual_image.widget" in sys.modules:
        yield
        return
    stdout: Any = sys.__stdout__
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - os.devnull is no path of ours
        sys.__stdout__ = nowhere  # type: ignore[misc]
        try:
            yield
        finally:
            sys.__stdout__ = stdout  # type: ignore[misc]


class PhotoPreview(Vertical):
    """Shows one photo at a time and what is to be said about it.

    Pictures are shrunk in a thread; a picture that comes late, after another photo was chosen, is not shown.
    One picture widget is kept and its image changed.

    Args:
        renderer: the widget class from `choose_renderer`, or None for no pictures.
        thumbnail: returns a small upright Pillow image; slow, called in a thread; raises PhotoUnreadable.
    """

    DEFAULT_CSS = """
    PhotoPreview {
        border: round $border-blurred;
        border-title-color: $text-muted;
        padding: 0 1;
        .picture-place { height: 1fr; align: center middle; }
        .picture { width: auto; height: auto; }
        .sentence { width: auto; max-width: 100%; height: auto; color: $text-muted; text-align: center; }
        .details { height: auto; max-height: 5; color: $text-muted; }
    }
    """

    def __init__(
        self,
        renderer: type[PictureWidget] | None,
        thumbnail: Callable[[Photo, int, int], object],
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._picture = renderer(classes="picture") if renderer else None
        self._sentence = Static("", classes="sentence", markup=False)
        self._details = Static("", classes="details", markup=False)
        self._place = Container(classes="picture-place")
        self._thumbnail = thumbnail
        self._photo: Photo | None = None
        self._neighbours: Sequence[Photo] = ()
        self._token = 0
        self._moved_at = 0.0
        self._pictures: OrderedDict[tuple[str, int, int], object] = OrderedDict()

    @property
    def photo(self) -> Photo | None:
        """The photo that is shown or being opened."""
        return self._photo

    @property
    def shown(self) -> object | None:
        """The Pillow image on the screen; None while there is only a sentence."""
        if self._picture is None or not self._picture.display:
            return None
        return self._picture.image

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

    def show(self, photo: Photo, details: str | Content = "", neighbours: Sequence[Photo] = ()) -> None:
        """Show a photo; `neighbours` are decoded ahead, in this order, once it is on the screen."""
        now = time.monotonic()
        repeating, self._moved_at = now - self._moved_at < KEYS_REPEAT_WITHIN, now
        self._photo, self._neighbours = photo, neighbours
        self.border_title = Content(one_line(photo.name))
        self._details.update(details)
        self._start(SETTLE if repeating else 0.0)

    def show_sentence(self, sentence: str) -> None:
        """Show no photo but a sentence."""
        self._token += 1
        self.workers.cancel_group(self, "preview")
        self._photo, self._neighbours = None, ()
        self.border_title = ""
        self._details.update("")
        self._say(sentence)

    def set_details(self, details: str | Content) -> None:
        """Change what is said below the picture."""
        self._details.update(details)

    def repaint(self) -> None:
        """Draw the picture again, after something lay over it: terminals do not restore what was covered."""
        if self._picture is not None:
            for widget in (self._picture, *self._picture.children):
                widget.refresh()

    def on_resize(self, _event: events.Resize) -> None:
        """Fit the picture to its new place."""
        if self._photo is not None:
            self._start(SETTLE)

    def _start(self, pause: float) -> None:
        """Show the chosen photo: at once where it is decoded already, else after `pause` seconds."""
        photo, box = self._photo, self._box()
        if photo is None or box is None:
            return
        self._token += 1
        if self._picture is None:
            self._say("Pictures are off in this terminal.")
            return
        kept = self._kept(photo, box)
        if kept is None:
            self._open(photo, box, pause, self._token)
        else:
            self._set(kept)
            self._go_on(box, self._token)

    def _box(self) -> tuple[int, int] | None:
        """Return how many pixels the place has, or None before it has been laid out.

        Cells are taken as 10 × 20 pixels: what the terminal really has only decides how sharp the picture is.
        """
        width, height = self._place.content_size
        if not width or not height:
            return None
        return min(LONGEST_SIDE, width * 10), min(LONGEST_SIDE, height * 20)

    @work(group="preview", exclusive=True, exit_on_error=False, description="preview of a photo")
    async def _open(self, photo: Photo, box: tuple[int, int], pause: float, token: int) -> None:
        if pause:
            await asyncio.sleep(pause)
        decoding = asyncio.ensure_future(self._decode(photo, box))
        try:
            await asyncio.wait({decoding}, timeout=SAY_SO_AFTER)
            if not decoding.done() and token == self._token:
                self._say(f"opening {one_line(photo.name)} …")
            image = await decoding
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
            decoding.cancel()
        if token == self._token:
            self._set(image)
            await self._look_ahead(box, token)

    @work(group="preview", exclusive=True, exit_on_error=False, description="pictures beside a photo")
    async def _go_on(self, box: tuple[int, int], token: int) -> None:
        await self._look_ahead(box, token)

    async def _look_ahead(self, box: tuple[int, int], token: int) -> None:
        """Decode the neighbours ahead, as long as the photo stays chosen."""
        for neighbour in self._neighbours:
            if token != self._token:
                return
            if self._kept(neighbour, box) is None:
                with contextlib.suppress(PhotoUnreadable):  # it is said when that photo is chosen
                    await self._decode(neighbour, box)

    async def _decode(self, photo: Photo, box: tuple[int, int]) -> object:
        image = await asyncio.to_thread(self._thumbnail, photo, *box)
        self._pictures[photo.sha256, *box] = image
        while len(self._pictures) > KEPT_PICTURES:
            self._pictures.popitem(last=False)
        return image

    def _kept(self, photo: Photo, box: tuple[int, int]) -> object | None:
        key = (photo.sha256, *box)
        if key in self._pictures:
            self._pictures.move_to_end(key)
        return self._pictures.get(key)

    def _set(self, image: object) -> None:
        if self._picture is not None:
            self._sentence.display = False
            self._picture.display = True
            self._picture.image = image

    def _say(self, sentence: str) -> None:
        if self._picture is not None:
            self._picture.display = False
        self._sentence.display = True
        self._sentence.update(sentence)
