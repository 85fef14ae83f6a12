"""An earlier post of the same picture, both shown side by side, before the picture goes out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work
from textual.screen import Screen

from fluffy_tui.tui.compose.picture_pair import SamePicture, sighting_words
from fluffy_tui.tui.keymap.bindings import Place, bindings
from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.photo_details import file_facts
from fluffy_tui.tui.photo.photo_preview import PhotoPreview
from fluffy_tui.tui.session.worker_errors import ReportsErrors
from fluffy_tui.tui.ui.keys_footer import KeysFooter
from fluffy_tui.tui.ui.small_notice import SmallNotice

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from fluffy_tui.photos import Photo
    from fluffy_tui.similarity import EarlierPost
    from fluffy_tui.tui.session.context import Context


class SamePictureScreen(ReportsErrors, Screen[None]):
    """Closes with escape; whether to post the picture again is the person's.

    Args:
        context: The world.
        photo: What a caption is written for.
        sighting: The earlier post.
    """

    PLACE = Place.SAME_PICTURE
    BINDINGS = bindings(Place.SAME_PICTURE)

    def __init__(self, context: Context, photo: Photo, sighting: EarlierPost) -> None:
        super().__init__()
        self.context, self._photo, self._sighting = context, photo, sighting
        thumbnail = context.services.photos.thumbnail
        self._both = SamePicture(lambda: PhotoPreview(renderer_named(context.preview), thumbnail), file_facts)

    def compose(self) -> ComposeResult:
        """Show the two over the keys."""
        yield self._both
        yield KeysFooter()
        yield SmallNotice()

    def on_mount(self) -> None:
        """Read the earlier post."""
        self._show()

    def on_screen_resume(self) -> None:
        """Draw what another screen covered."""
        self._both.repaint()

    def action_back(self) -> None:
        """Go back to the caption."""
        self.dismiss()

    @work(group="sighting", exit_on_error=False, description="reading the earlier post")
    async def _show(self) -> None:
        services, seen = self.context.services, self._sighting
        earlier = (await services.photos.by_ids([seen.photo_id])).get(seen.photo_id)
        post = await services.scheduling.post(seen.post_id)
        words = sighting_words(seen, post, earlier is not None, self.context.clock(), self.context.zone)
        self._both.show(self._photo, earlier, words)
