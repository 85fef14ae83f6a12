"""The zoom: a photo pixel by pixel, in the whole terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.screen import Screen

from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.ui.keys_footer import KeysFooter
from fluffy_tui.tui.ui.textual_fixes import release_closed_widgets
from fluffy_tui.tui.ui.too_small_notice import TooSmallNotice
from fluffy_tui.tui.zoom.zoomed_photo import ZoomedPhoto

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.session.context import Context

STEP = 0.5
"""Screens that a key moves the part by."""


class ZoomScreen(Screen[None]):
    """A part of a photo, to be moved and resized."""

    PLACE = Place.ZOOM
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.ZOOM)

    def __init__(self, context: Context, photo: Photo) -> None:
        super().__init__()
        self.context = context
        self.zoomed = ZoomedPhoto(photo, renderer_named(context.preview), context.services.photos.part)

    def compose(self) -> ComposeResult:
        yield self.zoomed
        yield KeysFooter()
        yield TooSmallNotice()

    def on_unmount(self) -> None:
        """Free the memory of the screen."""
        release_closed_widgets(self.app)

    def action_pan(self, across: int, down: int) -> None:
        self.zoomed.pan(across * STEP, down * STEP)

    def action_zoom(self, factor: float) -> None:
        self.zoomed.zoom(factor)
