"""The small pictures in the slots of the calendar, made one at a time in a thread."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fluffy_tui.photos import Photo, PhotoUnreadable, from_disk
from fluffy_tui.tui.photo.half_cells import HalfCells, half_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PIL.Image import Image

    from fluffy_tui.tui.photo.small_pictures import Thumbnail


class SlotPictures:
    """Pictures of the planned photos, as large as a slot allows."""

    def __init__(self, thumbnail: Thumbnail[Photo]) -> None:
        self._thumbnail = thumbnail
        self._wanted: dict[int, Photo] = {}
        self._size = (0, 0)
        self._token = 0
        self._made: dict[str, HalfCells | None] = {}

    def want(self, photos: Sequence[Photo], columns: int, rows: int) -> bool:
        """Set which photos are shown and how large; return whether pictures have to be made."""
        if self._size != (columns, rows):
            self._size = (columns, rows)
            self._made.clear()
        self._token += 1
        self._wanted = {photo.id: photo for photo in photos} if columns and rows else {}
        shown = {photo.sha256 for photo in self._wanted.values()}
        self._made = {sha256: made for sha256, made in self._made.items() if sha256 in shown}
        return self._next() is not None

    def forget(self) -> None:
        """Have all pictures made again, in another way."""
        self._token += 1
        self._made.clear()

    def of(self, photo_id: int) -> HalfCells | None:
        photo = self._wanted.get(photo_id)
        return self._made.get(photo.sha256) if photo else None

    def is_missing(self, photo_id: int) -> bool:
        """Return whether there will be no picture: the photo is gone, or cannot be read."""
        photo = self._wanted.get(photo_id)
        return photo is None or (photo.sha256 in self._made and self._made[photo.sha256] is None)

    async def make(self, made: Callable[[], object], shades: str = "") -> None:
        """Make the pictures (see `half_cells`), calling `made` after each; one that is made too late is discarded."""
        token = self._token
        while token == self._token and (photo := self._next()) is not None:
            try:
                picture = await from_disk(partial(self._draw, photo, *self._size, shades))
            except PhotoUnreadable:
                picture = None
            except Exception:
                self._made.setdefault(photo.sha256, None)  # reported once, not retried forever
                raise
            if token == self._token:
                self._made[photo.sha256] = picture
                made()

    def _next(self) -> Photo | None:
        return next((photo for photo in self._wanted.values() if photo.sha256 not in self._made), None)

    def _draw(self, photo: Photo, columns: int, rows: int, shades: str) -> HalfCells:
        image: Image = self._thumbnail(photo, columns, rows * 2)  # type: ignore[assignment]
        return half_cells(image, shades=shades)
