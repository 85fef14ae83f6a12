"""What the library is made of: list and picture side by side, read anew when something changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from fluffy_tui.core.app_events import Connected, PhotosChanged, PhotosIndexed
from fluffy_tui.networks import UNKNOWN_SERVICE, rules_for
from fluffy_tui.photos import Posted, Verdict
from fluffy_tui.tui.library.filmstrip import Filmstrip
from fluffy_tui.tui.library.filter_bar import FilterBar
from fluffy_tui.tui.library.filter_query import browse_words
from fluffy_tui.tui.library.index_progress import IndexProgress
from fluffy_tui.tui.library.loader import MANY, LibraryLoader
from fluffy_tui.tui.library.photo_list import PhotoList
from fluffy_tui.tui.library.similar_photos import distance_words
from fluffy_tui.tui.library.triage import Triage
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.photo_details import alike_details, photo_details
from fluffy_tui.tui.photo.photo_line import RowNote
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.session.messages import concerns, on_event
from fluffy_tui.tui.ui.frame_screen import FrameScreen

if TYPE_CHECKING:
    from array import array
    from datetime import datetime

    from textual.app import ComposeResult

    from fluffy_tui.networks import NetworkRules
    from fluffy_tui.photos import Browse, Photo
    from fluffy_tui.tui.session.context import Context
    from fluffy_tui.tui.session.messages import AppEvent

NOTHING_YET = "There are no photos here yet.\n\nPress {library.import_photos} to import folders of photos."
ALL_DONE = "Every photo has its post.\n\nPress {library.import_photos} to import more, or {app.posts} to see the posts."
NONE_SUCH = "No photo matches.\n\nPress {library.clear} to see all again."
READING = "Reading the library …"
"""Shown until the ids have come."""


class LibraryFrame(FrameScreen):
    """List, picture, filmstrip and filter, and what is read into them; the library adds what keys do.

    Args:
        context: The world.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        photos, similarity = context.services.photos, context.services.similarity
        self._persona_id = self.persona.id
        self._browsing = LibraryLoader(photos, similarity, self._persona_id, self._show_ids, self._anchor)
        self._stacks = self._browsing.stacks
        self._list = PhotoList(self._stacks.fetch, self._now, self._note, id="photos")
        self._preview = PhotoPreview(renderer_named(context.preview), photos.thumbnail)
        self._strip = Filmstrip(self._list.photo_at, photos.thumbnail, id="strip")
        self._filter = FilterBar(id="filter")
        self._looked_at = IndexProgress(similarity, self._persona_id)
        self._looking = Static("", id="looking", markup=False)
        self._nothing = Static(READING, id="nothing", markup=False)
        self._panes = Horizontal(
            Vertical(self._filter, self._list, self._looking, id="left"),
            Vertical(self._preview, self._strip, id="right"),
        )
        self._kept: frozenset[str] = frozenset()
        self._triage = Triage(photos)
        self._marks = context.marks
        self._opens_on: int | None = None
        self._typed_from: int | None = None  # where the cursor was when the filter was opened
        self._verdict: Verdict | None = None  # chosen by key; a word of the filter comes before it

    def compose_body(self) -> ComposeResult:
        """Lay the list beside the picture; a sentence takes their place while there is nothing to see."""
        self._panes.display = False
        yield self._nothing
        yield self._panes

    def on_mount(self) -> None:
        """Read the library."""
        self.watch(self._list, "told", self._show_highlighted, init=False)
        self._looking.display = False
        self._say_what_is_shown()
        self._look_for_texts()
        self._read()

    def on_screen_resume(self) -> None:
        """Catch up with what happened while another screen was on top, and draw what it covered."""
        self._look_for_texts()
        self._list.refresh()
        self._preview.repaint()
        if self._browsing.is_stale:
            self._read()

    def on_screen_suspend(self) -> None:
        """Remember where the cursor was."""
        self._remember_position()

    def on_unmount(self) -> None:
        """Remember where the cursor was, whatever way the screen is left."""
        self._remember_position()

    def on_app_event(self, event: AppEvent) -> None:
        """Hear nothing of other personas: reading a million photos again for an import of theirs would be a pity."""
        if concerns(event, self._persona_id):
            super().on_app_event(event)

    # Reading

    def _browse(self, browse: Browse) -> None:
        if browse != self._browsing.asked:
            self._browsing.browse, self._browsing.question = browse, None
            self._say_what_is_shown()
            self._read()

    def _read(self) -> None:
        """Have the ids read; what changes while they are read is read in one more go."""
        self._browsing.invalidate()
        if not self._browsing.is_reading and self.is_mounted:
            self._browsing.is_reading = True
            self._read_ids()

    @work(group="photo-ids", exit_on_error=False, description="reading the library")
    async def _read_ids(self) -> None:
        if self._browsing.shown is None:
            position = self.context.state_file.position(self._persona_id)
            try:
                self._opens_on = await self._browsing.first_undecided(position)
            except BaseException:
                self._browsing.is_reading = False  # `Connected` or coming back to this screen reads it again
                raise
        await self._browsing.read()

    @work(group="library-posts", exit_on_error=False, description="reading a post")
    async def _look_at_post(self, post_id: int) -> None:
        """Read the ids again where a post took a photo out of the library, or gave one back."""
        post = await self.context.services.scheduling.post(post_id)
        if post is None or post.photo_id in self._list.rows.ids:
            self._read()

    def _anchor(self) -> int | None:
        return self._opens_on or self._list.highlighted_id

    def _show_ids(self, ids: array[int], whole: bool, cursor_on: int | None) -> None:
        wanted, self._opens_on = self._opens_on, None if whole else self._opens_on
        self._list.replace_ids(ids, cursor_on=wanted if cursor_on is None else cursor_on, whole=whole)
        self._say_what_is_shown()
        self._show_panes()
        if whole and not self._looked_at.is_counted:
            self._count_looked_at()

    def _show_highlighted(self, photo: Photo | None) -> None:
        if photo is not None:
            self._preview.show(photo, self._details(photo), self._list.neighbours())
        self._strip.show(self._list.cursor)

    def _show_panes(self, *, also_empty: bool = False) -> None:
        """Show list and picture where there is something to see, or a filter to change; else why there is not."""
        some = bool(self._list.rows) or also_empty or self._filter.has_focus or bool(self._filter.value)
        self._panes.display = some
        self._nothing.display = not some
        if some and self.focused is None:
            self._list.focus()
        if not self._list.rows:
            self._preview.show_sentence(self.context.with_keys(NONE_SUCH) if some else "")
            self._show_nothing()

    def _say_what_is_shown(self) -> None:
        browsing = self._browsing
        if browsing.question is not None:
            words = browsing.question.words
        else:
            words = browse_words(browsing.browse, self.context.zone)
        self._list.border_title = Content(words)
        folded = browsing.folded - self._stacks.shown if browsing.shown == browsing.browse else 0
        self._list.say(self._marks.words, f"{folded:,} folded" if folded > 0 else "")

    def _remember_position(self) -> None:
        if (photo_id := self._position) is not None:
            self.context.state_file.remember(position=(self._persona_id, photo_id))

    @property
    def _position(self) -> int | None:
        """The photo that the library is to open on again."""
        return self._list.highlighted_id

    @property
    def nothing_words(self) -> str:
        """Why there is no photo, in a sentence, as it is said in place of the photos."""
        return str(self._nothing.content).partition("\n")[0]

    def _show_nothing(self) -> None:
        counts = self.context.overview.persona_counts
        some = counts.drafts + counts.scheduled + counts.failed + counts.posted
        why = ALL_DONE if some else NOTHING_YET
        self._nothing.update(self.context.with_keys(NONE_SUCH if self._browsing.browse.is_filtered else why))

    def _submitted(self, photo_id: int) -> None:
        """Take a photo out at once, so that the next one is under the cursor."""
        if self._browsing.browse.posted is not Posted.ALL and photo_id in self._list.rows.ids:
            self._list.take_out(self._list.rows.ids.index(photo_id))
            self._show_panes()
        self._read()

    def _details(self, photo: Photo) -> str:
        note, neighbour = self._note(photo), self._browsing.neighbours.get(photo.id)
        return photo_details(
            photo,
            self._rules(),
            self.context.zone,
            alike_details(
                note,
                neighbour if self._browsing.question else None,
                self._stacks.of(photo.id),
                self.context.setup.settings.keys,
            ),
        )

    def _note(self, photo: Photo) -> RowNote:
        """Return what the list says of a photo besides the photo."""
        neighbour = self._browsing.neighbours.get(photo.id) if self._browsing.question else None
        stack = self._stacks.of(photo.id)
        is_copy = neighbour is None and self._stacks.first_of(photo.id) is not None
        return RowNote(
            has_text=photo.sha256 in self._kept,
            marked=photo.id in self._marks,
            copies=0 if self._browsing.question or is_copy else len(stack.behind),
            is_open=self._stacks.is_open(photo.id),
            is_copy=is_copy,
            likeness=distance_words(neighbour) if neighbour else "",
        )

    def _rules(self) -> NetworkRules:
        channel = self.persona.channel
        return rules_for(str(channel.service) if channel else UNKNOWN_SERVICE)

    def _now(self) -> datetime:
        return self.context.clock().astimezone(self.context.zone)

    def _look_for_texts(self) -> None:
        self._kept = self.context.drafts.kept(self._persona_id)

    # How far the worker is

    @on_event(PhotosIndexed)
    def _looked_at_some(self, message: PhotosIndexed) -> None:
        if self._looked_at.add(message):
            self._count_looked_at()
        self._say_how_far()
        if message.stacked:
            self._found_copies()

    def _found_copies(self) -> None:
        """Fold copies that were found; a long list waits with that until the worker is through."""
        if len(self._list.rows) <= MANY or not self._looked_at.words:
            self._read()
        else:
            self._browsing.invalidate()

    @on_event(PhotosChanged, Connected)
    def _others_to_look_at(self) -> None:
        self._count_looked_at()

    @work(group="looked-at", exit_on_error=False, description="counting pictures that were looked at")
    async def _count_looked_at(self) -> None:
        await self._looked_at.count()
        self._say_how_far()

    def _say_how_far(self) -> None:
        words = self._looked_at.words
        if words != str(self._looking.content):
            self._looking.update(words)
            self._looking.display = bool(words)
        if not words and self._browsing.is_stale:
            self._read()
