"""Writes down the texts of several photos while they are typed."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from fluffy_tui.tui.session.draft_writer import DraftWriter

if TYPE_CHECKING:
    from fluffy_tui.photos import Photo
    from fluffy_tui.tui.session.drafts import Draft, Drafts

log = logging.getLogger(__name__)


class WeekTexts:
    """Keeps each photo's newest text, and knows which were not written down yet.

    Args:
        drafts: Where texts are kept.
    """

    def __init__(self, drafts: Drafts) -> None:
        self._drafts = drafts
        self._keeping: dict[int, DraftWriter] = {}
        self._unsaved: dict[int, Draft] = {}

    def begin(self, photo: Photo) -> Draft | None:
        """Return what was typed for a photo before; None where nothing was, or it cannot be read."""
        self._keeping[photo.id] = DraftWriter(self._drafts, photo)
        try:
            return self._drafts.load(photo)
        except OSError as error:
            log.warning("the kept text of photo %s cannot be read: %s", photo.id, error)
            return None

    def typed(self, photo: Photo, text: Draft) -> bool:
        """Note a newer text; return whether nobody is writing that photo's text down at the moment."""
        is_first = photo.id not in self._unsaved
        self._unsaved[photo.id] = text
        return is_first

    async def keep(self, photo: Photo) -> None:
        """Write a text down, again and again while it changes meanwhile.

        Raises:
            OSError: the disk refuses.
        """
        while (text := self._unsaved.pop(photo.id, None)) is not None:
            try:
                await self._keeping[photo.id].keep(text)
            except OSError:
                self._unsaved.setdefault(photo.id, text)
                raise

    def keep_now(self) -> None:
        """Write every newer text before returning, as when leaving.

        Raises:
            OSError: the disk refuses.
        """
        trouble: OSError | None = None
        for photo_id, text in list(self._unsaved.items()):
            try:
                self._keeping[photo_id].keep_now(text)
            except OSError as error:
                trouble = error
            else:
                del self._unsaved[photo_id]
        if trouble is not None:
            raise trouble

    def forget(self, photo: Photo) -> None:
        """Remove a text that its post has now."""
        self._unsaved.pop(photo.id, None)
        try:
            self._keeping[photo.id].forget()
        except OSError as error:
            log.warning("the kept text of photo %s cannot be removed: %s", photo.id, error)
