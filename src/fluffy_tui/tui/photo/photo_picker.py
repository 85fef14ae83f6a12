"""Picks a photo without a post: found by the name of its file, and shown before it is picked."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.content import Content
from textual.widgets import Input, OptionList

from fluffy_tui.photos import Browse, Photo
from fluffy_tui.tui.keymap.bindings import Place, bindings, field_bindings, help_binding
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.photo_details import file_facts
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.session.error_toasts import ReportsErrors
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.ui.dialogs import SearchScreen
from fluffy_tui.tui.ui.keys_footer import KeysFooter

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from fluffy_tui.tui.session.context import Context

LISTED = 100
"""Photos listed at a time, the newest that match."""
NONE_LEFT = "No photos without a post. Import more in the library."


class _NameField(Input, inherit_bindings=False):
    """The search field; the footer shows its `enter`."""

    BINDINGS = field_bindings(Place.PHOTO_PICKER, only=("photo_picker.add",))


class PhotoPicker(ReportsErrors, SearchScreen["Photo | None"]):
    """Lists a persona's photos without a post, and closes with the picked one, or with None.

    Photos that were `taken_out` of the post are listed first: they may have it still.
    """

    PLACE = Place.PHOTO_PICKER
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.PHOTO_PICKER, without=("photo_picker.add",)),
        *help_binding(),
    ]
    DEFAULT_CSS = "PhotoPicker.-narrow PhotoPreview { display: none; }"

    def __init__(
        self,
        context: Context,
        persona_id: int,
        without: Collection[int],
        *,
        taken_out: Sequence[Photo] = (),
        title: str = "add a photo",
    ) -> None:
        self._preview = PhotoPreview(renderer_named(context.preview), context.services.photos.thumbnail)
        field = _NameField(placeholder="Part of the file name", compact=True, max_length=200)
        super().__init__(title, field, beside=[self._preview])
        self.context, self._persona_id, self._taken_out = context, persona_id, taken_out
        self._without = {*without, *(photo.id for photo in taken_out)}
        self._photos: Sequence[Photo] = ()
        self._listed_for: str | None = None
        """What was typed when they were searched; None before the first search."""
        self._picks_next = False
        """Whether `enter` was pressed before the photos for what is typed were listed."""

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield KeysFooter()

    @work(group="photo-search", exclusive=True, exit_on_error=False, description="searching photos")
    async def search(self, text: str) -> None:
        photos = self.context.services.photos
        browse = Browse(text=text, missing=False)
        ids = await photos.first_ids(self._persona_id, browse, limit=LISTED + len(self._without))
        listed = [photo_id for photo_id in ids if photo_id not in self._without][:LISTED]
        found = await photos.by_ids(listed)
        matching = (photo for photo in self._taken_out if text.casefold() in photo.name.casefold())
        self._photos = [*matching, *(found[photo_id] for photo_id in listed if photo_id in found)]
        words = f"No photo without a post matches “{one_line(text)}”." if text.strip() else NONE_LEFT
        self.show_found([Content(one_line(photo.name)) for photo in self._photos], words)
        self._listed_for = text
        if self._picks_next:
            self.take(self.listing.highlighted)

    @on(OptionList.OptionHighlighted)
    def _show(self) -> None:
        highlighted = self.listing.highlighted
        if highlighted is None:
            return
        photo = self._photos[highlighted]
        self._preview.show(photo, file_facts(photo))

    def take(self, line: int | None) -> None:
        """Close with the photo under the cursor, once those for what is typed are listed."""
        self._picks_next = self._listed_for != self.field.value
        if not self._picks_next and line is not None:
            self.dismiss(self._photos[line])
