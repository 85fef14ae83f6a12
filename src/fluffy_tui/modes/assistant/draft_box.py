"""Drafts that an assistant writes for the app; what the user has typed is never replaced."""

from __future__ import annotations

import asyncio
from itertools import chain, repeat
from typing import TYPE_CHECKING

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.networks import clean_caption
from fluffy_tui.scheduling import ChannelChoice, PostPhoto
from fluffy_tui.tui.session.drafts import Draft, Drafts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fluffy_tui.modes.add.post_adder import ReadyPost
    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import Photo


class DraftExists(FluffyError):
    """The user has typed a text for a photo."""


class DraftEmpty(FluffyError):
    """There is nothing to keep."""


class DraftNotSaved(FluffyError):
    """The draft cannot be read or written."""


class DraftBox:
    """The app's drafts, of which only those are replaced or deleted that were written here and not changed since."""

    def __init__(self, folder: Path) -> None:
        self._drafts = Drafts(folder)
        self._written: dict[int, Draft] = {}
        self._lock = asyncio.Lock()

    async def of(self, photo: Photo) -> Draft | None:
        """Return a photo's draft."""
        return await asyncio.to_thread(self._load, photo)

    async def photos(self, persona_id: int) -> frozenset[str]:
        """Return the sha256 of every photo of a persona that has a draft."""
        return await asyncio.to_thread(self._drafts.photos_with_drafts, persona_id)

    async def check(self, photos: Sequence[Photo]) -> None:
        """Raise unless each of the photos has no draft, or one that was written here.

        Raises:
            DraftExists: the user has typed something for one of them.
        """
        for photo in photos:
            known = await self.of(photo)
            if known is not None and not known.is_empty and known != self._written.get(photo.id):
                raise DraftExists(
                    f"The user has a draft for {photo.name}, which is not replaced.",
                    "Ask the user to submit or to delete it in the app, or choose another photo.",
                )

    async def save(self, photos: Sequence[Photo], draft: Draft) -> None:
        """Keep a draft with the cover.

        Raises:
            DraftEmpty: there is no text in it.
            DraftExists: the user has typed something for one of the photos.
            DraftNotSaved: the folder cannot be written to.
        """
        if draft.is_empty:
            raise DraftEmpty("A draft needs a text.", "Write a caption, an alt text or a first comment.")
        async with self._lock:
            await self.check(photos)
            await asyncio.to_thread(self._save, photos[0], draft)
            self._written[photos[0].id] = draft

    async def discard(self, photos: Sequence[Photo]) -> None:
        """Delete the drafts that were written here for photos that have a post now."""
        async with self._lock:
            for photo in photos:
                if self._written.pop(photo.id, None) is not None:
                    await asyncio.to_thread(self._delete, photo)

    def _load(self, photo: Photo) -> Draft | None:
        try:
            return self._drafts.load(photo)
        except OSError as error:
            raise _not_saved("read", error) from error

    def _save(self, photo: Photo, draft: Draft) -> None:
        try:
            self._drafts.save(photo, draft)
        except OSError as error:
            raise _not_saved("saved", error) from error

    def _delete(self, photo: Photo) -> None:
        try:
            self._drafts.delete(photo)
        except OSError as error:
            raise _not_saved("deleted", error) from error


def _not_saved(done: str, error: OSError) -> DraftNotSaved:
    return DraftNotSaved(
        f"The draft could not be {done}: {error.strerror}.", "Check the disk, then try again."
    )


def draft_from(ready: ReadyPost, photos: Sequence[Photo], persona: Persona) -> Draft:
    """Return what the composer shows of a post that is not submitted."""
    written, [common, *others] = ready.written, ready.choices
    texts = map(clean_caption, (written.alt_text, *written.more_alt_texts))
    shown = [
        PostPhoto(photo.id, photo.sha256, text)
        for photo, text in zip(photos, chain(texts, repeat("")), strict=False)
    ]
    chosen = {choice.channel_id for choice in ready.choices}
    return Draft(
        clean_caption(written.caption),
        shown[0].alt_text,
        common.share_mode or ShareMode.ADD_TO_QUEUE,
        common.at,
        photos=tuple(shown) if len(shown) > 1 else (),
        first_comment=clean_caption(written.first_comment),
        channels=tuple(
            ChannelChoice(other.channel_id, share_mode=other.share_mode, at=other.at)
            for other in others
            if (other.share_mode, other.at) != (common.share_mode, common.at)
        ),
        off=tuple(id_ for id_ in persona.board_by_channel if id_ not in chosen),
    )
