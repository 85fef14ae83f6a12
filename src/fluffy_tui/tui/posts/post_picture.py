"""The picture beside a list of posts: the cover of the one under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fluffy_tui.tui.photo.graphics_protocol import renderer_named
from fluffy_tui.tui.photo.photo_preview import PhotoPreview

if TYPE_CHECKING:
    from textual.screen import Screen

    from fluffy_tui.tui.session.context import Context

PICTURE_FROM = 100
"""Columns from which a screen leaves room for a picture."""


class PostPicture:
    """Shows the cover of one post at a time in its `widget`, and none that is found after another was chosen."""

    def __init__(self, screen: Screen[Any], context: Context) -> None:
        self._screen = screen
        self._photos = context.services.photos
        self.widget = PhotoPreview(renderer_named(context.preview), self._photos.thumbnail)
        self._wanted: int | None = None
        """The id of the photo that was chosen last."""

    def show(self, photo_id: int, details: str = "") -> None:
        """Show a photo, such as a post's first one, with details below it."""
        self._wanted = photo_id
        if self.widget.photo is not None and self.widget.photo.id == photo_id:
            self.widget.set_details(details)
            return
        self._screen.run_worker(
            self._load(photo_id, details),
            group="post-photo",
            exit_on_error=False,
            description="loading the photo",
        )

    async def _load(self, photo_id: int, details: str) -> None:
        photo = (await self._photos.by_ids([photo_id])).get(photo_id)
        if photo is not None and photo_id == self._wanted:
            self.widget.show(photo, details)
