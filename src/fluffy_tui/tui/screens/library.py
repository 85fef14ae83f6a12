"""The photos without a post, beside a large preview."""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widgets import Static

from fluffy_tui.networks import UNKNOWN_SERVICE, rules_for
from fluffy_tui.tui.failures import tell_failure
from fluffy_tui.tui.keys import Place, bindings
from fluffy_tui.tui.messages import (
    DatabaseBack,
    OverviewChanged,
    PhotosChanged,
    PostChanged,
)
from fluffy_tui.tui.photo_details import photo_details
from fluffy_tui.tui.screens.compose import ComposeScreen
from fluffy_tui.tui.screens.frame import FrameScreen
from fluffy_tui.tui.widgets.photo_list import PhotoList
from fluffy_tui.tui.widgets.photo_preview import PhotoPreview, renderer_named

if TYPE_CHECKING:
    from datetime import datetime

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from fluffy_tui.networks import NetworkRules
    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.context import Context

NOTHING_YET = "There are no photos here yet.\n\nPress i to import folders of photos."
ALL_DONE = "Every photo has its post.\n\nPress i to import more, or 2 to see the posts."
READING = "Reading the library …"
"""Shown until the ids have come."""


class LibraryScreen(FrameScreen):
    """A persona's unscheduled photos, newest first.

    Args:
        context: The world.
    """

    PLACE = Place.LIBRARY
    TAB = "library"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Place.LIBRARY),
        # The list's own keys, for when only the picture is shown and the list cannot have the keyboard.
        *(
            replace(key, action=f"in_list('{key.action}')")
            for key in bindings(Place.LIST)
            if isinstance(key, Binding)
        ),
    ]
    CSS: ClassVar[str] = """
    LibraryScreen {
        #photos { width: 48; }
        &.-normal #photos { width: 36; }
        PhotoPreview { width: 1fr; }
        #nothing { height: 1fr; content-align: center middle; text-align: center; color: $text-muted; }
        &.-narrow #photos { width: 1fr; }
        &.-narrow PhotoPreview { display: none; }
        &.-narrow.-picture #photos { display: none; }
        &.-narrow.-picture PhotoPreview { display: block; }
    }
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        photos = context.services.photos
        self._list = PhotoList(photos.by_ids, self._now, self._has_text, id="photos")
        self._preview = PhotoPreview(renderer_named(context.preview), photos.thumbnail)
        self._nothing = Static(READING, id="nothing", markup=False)
        self._panes = Horizontal(self._list, self._preview)
        self._kept: frozenset[str] = frozenset()
        self._persona_id = self.persona.id
        self._stale = True
        self._reading = False

    def compose_body(self) -> ComposeResult:
        """Lay the list beside the picture; a sentence takes their place while there is nothing to see."""
        self._list.border_title = "unscheduled · newest first"
        self._panes.display = False
        yield self._nothing
        yield self._panes

    def on_mount(self) -> None:
        """Read the library."""
        self._look_for_texts()
        self._read()

    def on_screen_resume(self) -> None:
        """Catch up with what happened while another screen was on top, and draw what it covered."""
        self._look_for_texts()
        self._list.refresh()
        self._preview.repaint()
        if self._stale:
            self._read()

    def on_screen_suspend(self) -> None:
        """Remember where the cursor was."""
        self._remember_position()

    def on_unmount(self) -> None:
        """Remember where the cursor was, whatever way the screen is left."""
        self._remember_position()

    def action_caption(self) -> None:
        """Write a caption for the photo under the cursor."""
        photo = self._list.highlighted
        if photo is None:
            self.notify("There is no photo here yet." if self._list.rows else NOTHING_YET.partition("\n")[0])
            return
        self.app.push_screen(ComposeScreen(self.context, photo, self._submitted))

    def action_import_photos(self) -> None:
        """Import folders for the persona."""
        from fluffy_tui.tui.screens.import_photos import ImportScreen

        self.app.push_screen(ImportScreen(self.context, self.persona))

    async def action_in_list(self, action: str) -> None:
        """Move in the list, though it is not seen."""
        await self._list.run_action(action)

    def action_swap(self) -> None:
        """Show the picture in place of the list, or the list again."""
        self.toggle_class("-picture")
        if not self.has_class("-picture"):
            self._list.focus()

    @on(PhotosChanged)
    @on(DatabaseBack)
    def _all_may_have_changed(self) -> None:
        self._list.reload()
        self._read()

    @on(PostChanged)
    def _post_changed(self, message: PostChanged) -> None:
        if message.persona_id == self._persona_id:
            self._look_at_post(message.post_id)

    @on(OverviewChanged)
    def _overview_changed(self) -> None:
        if self._preview.photo is not None:  # another channel has other rules
            self._preview.set_details(self._details(self._preview.photo))
        if not self._list.rows and not self._reading:
            self._show_nothing()

    @on(PhotoList.Highlighted)
    def _highlighted(self, message: PhotoList.Highlighted) -> None:
        photo = message.photo
        if photo is not None and message.photo_id == self._list.highlighted_id:
            self._preview.show(photo, self._details(photo), self._list.neighbours())

    @on(PhotoList.Selected)
    def _selected(self) -> None:
        self.action_caption()

    @on(PhotoList.Failed)
    def _rows_failed(self, message: PhotoList.Failed) -> None:
        if not self.context.overview.away:  # the banner says it already
            tell_failure(self, "reading photos", message.error)

    def _read(self) -> None:
        """Have the ids read; what changes while they are read is read in one more go."""
        self._stale = True
        if not self._reading and self.is_mounted:
            self._reading = True
            self._read_ids()

    @work(group="photo-ids", exit_on_error=False, description="reading the library")
    async def _read_ids(self) -> None:
        try:
            while self._stale:
                self._stale = False
                ids = await self.context.services.photos.unscheduled_ids(self._persona_id)
                self._show_ids(ids if isinstance(ids, array) else array("q", ids))
        except BaseException:
            self._stale = True  # `DatabaseBack` or coming back to this screen reads it again
            raise
        finally:
            self._reading = False

    @work(group="library-posts", exit_on_error=False, description="reading a post")
    async def _look_at_post(self, post_id: int) -> None:
        """Read the ids again where a post took a photo out of the library, or gave one back."""
        post = await self.context.services.scheduling.post(post_id)
        if post is None or post.photo_id in self._list.rows.ids:
            self._read()

    def _show_ids(self, ids: array[int]) -> None:
        if ids == self._list.rows.ids and self._panes.display == bool(ids) and ids:
            return
        self._panes.display = bool(ids)
        self._nothing.display = not ids
        first_time = not self._list.rows
        self._list.replace_ids(ids, cursor_on=self._position() if first_time else None)
        if ids:
            if self.focused is None:
                self._list.focus()
        else:
            self._preview.show_sentence("")
            self._show_nothing()

    def _position(self) -> int | None:
        return self.context.state_file.position(self._persona_id)

    def _remember_position(self) -> None:
        if (photo_id := self._list.highlighted_id) is not None:
            self.context.state_file.remember(position=(self._persona_id, photo_id))

    def _show_nothing(self) -> None:
        counts = self.context.overview.persona_counts
        some = counts.drafts + counts.scheduled + counts.failed + counts.posted
        self._nothing.update(ALL_DONE if some else NOTHING_YET)

    def _submitted(self, photo_id: int) -> None:
        """Take a photo out at once, so that the next one is under the cursor."""
        self._show_ids(array("q", (id_ for id_ in self._list.rows.ids if id_ != photo_id)))
        self._read()

    def _details(self, photo: Photo) -> str:
        return photo_details(photo, self._rules(), self.context.zone)

    def _rules(self) -> NetworkRules:
        channel = self.persona.channel
        return rules_for(str(channel.service) if channel else UNKNOWN_SERVICE)

    def _now(self) -> datetime:
        return self.context.clock().astimezone(self.context.zone)

    def _has_text(self, photo: Photo) -> bool:
        return photo.sha256 in self._kept

    def _look_for_texts(self) -> None:
        self._kept = self.context.kept_texts.kept(self._persona_id)
