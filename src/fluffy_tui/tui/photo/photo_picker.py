"""Picks a photo without a post: found by the name of its file, and shown before it is picked."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from fluffy_tui.photos import Browse
from fluffy_tui.tui.keymap.bindings import Place, bindings, help_binding
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.photo_details import file_facts
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.session.worker_errors import ReportsErrors
from fluffy_tui.tui.text.words import one_line
from fluffy_tui.tui.ui.dialogs import DialogScreen
from fluffy_tui.tui.ui.keys_footer import KeysFooter
from fluffy_tui.tui.ui.vim_list import FilteredList

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.session.context import Context

LISTED = 100
"""Photos listed at a time, the newest that match."""
NONE_LEFT = "No photos without a post. Import more in the library."


class _NameField(Input, inherit_bindings=False):
    """The search field; the footer shows its `enter`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.PHOTO_PICKER, only=("photo_picker.add",)),
        *(key for key in Input.BINDINGS if isinstance(key, Binding) and key.key != "enter"),
    ]


class PhotoPicker(ReportsErrors, DialogScreen["Photo | None"]):
    """Lists a persona's photos without a post, and closes with the picked one, or with None."""

    PLACE = Place.PHOTO_PICKER
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.PHOTO_PICKER, without=("photo_picker.add",)),
        *help_binding(),
    ]
    CSS: ClassVar[str] = """
    PhotoPicker {
        &.dialog #dialog { width: 116; height: 80%; padding: 0 1; }
        #picking { height: 1fr; margin-top: 1; }
        #no-photo-found { display: none; height: 1fr; padding: 1 0; }
        &.-empty #picking { display: none; }
        &.-empty #no-photo-found { display: block; }
        &.-narrow PhotoPreview { display: none; }
    }
    """

    def __init__(
        self, context: Context, persona_id: int, without: Collection[int], *, title: str = "add a photo"
    ) -> None:
        super().__init__()
        self._title = title
        self.context, self._persona_id, self._without = context, persona_id, without
        self._photos: Sequence[Photo] = ()
        self._listed_for: str | None = None
        """What was typed when they were searched; None before the first search."""
        self._picks_next = False
        """Whether `enter` was pressed before the photos for what is typed were listed."""
        self._listing = FilteredList(id="photos-to-pick")
        self._preview = PhotoPreview(renderer_named(context.preview), context.services.photos.thumbnail)

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(self._title)
            yield _NameField(placeholder="Part of the file name", compact=True, max_length=200)
            with Horizontal(id="picking"):
                yield self._listing
                yield self._preview
            yield Static(id="no-photo-found", markup=False)
        yield KeysFooter()

    def on_mount(self) -> None:
        self._search("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._search(event.value)

    @work(group="photo-search", exclusive=True, exit_on_error=False, description="searching photos")
    async def _search(self, name: str) -> None:
        photos = self.context.services.photos
        browse = Browse(text=name, missing=False)
        ids = await photos.first_ids(self._persona_id, browse, limit=LISTED + len(self._without))
        listed = [photo_id for photo_id in ids if photo_id not in self._without][:LISTED]
        found = await photos.by_ids(listed)
        self._photos = [found[photo_id] for photo_id in listed if photo_id in found]
        self._listing.fill([Content(one_line(photo.name)) for photo in self._photos])
        self.set_class(not self._photos, "-empty")
        self._listed_for = name
        if self._picks_next:
            self._pick()
        words = f"No photo without a post matches “{one_line(name)}”." if name.strip() else NONE_LEFT
        self.query_one("#no-photo-found", Static).update(Content(words))

    @on(OptionList.OptionHighlighted)
    def _show(self) -> None:
        highlighted = self._listing.highlighted
        if highlighted is None:
            return
        photo = self._photos[highlighted]
        self._preview.show(photo, file_facts(photo))

    @on(OptionList.OptionSelected)
    @on(Input.Submitted)
    def _pick(self) -> None:
        """Close with the photo under the cursor, once those for what is typed are listed."""
        highlighted = self._listing.highlighted
        self._picks_next = self._listed_for != self.query_one(_NameField).value
        if not self._picks_next and highlighted is not None:
            self.dismiss(self._photos[highlighted])

    def action_next(self) -> None:
        self._listing.action_cursor_down()

    def action_previous(self) -> None:
        self._listing.action_cursor_up()
