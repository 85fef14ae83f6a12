"""What was typed for photos that have no post, and was not submitted: drafts that no row of `posts` has."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluffy_tui.photos import Photo
from fluffy_tui.tui.session.drafts import Draft

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.tui.session.context import Context

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeptText:
    """A text that was typed, with the photo that it is kept with."""

    photo: Photo
    draft: Draft

    @property
    def photo_id(self) -> int:
        return self.photo.id

    @property
    def row_id(self) -> str:
        """The id of its row in a list of posts, which have numbers."""
        return f"photo {self.photo.id}"

    @property
    def shown(self) -> str:
        """What distinguishes it: the caption, or else whatever else was typed."""
        draft = self.draft
        alt_texts = (photo.alt_text for photo in draft.photos)
        texts = (draft.caption, draft.first_comment, draft.alt_text, *alt_texts)
        return next((text for text in texts if text.strip()), "")

    def has_words(self, text: str) -> bool:
        """Return whether each word of a text is in what was typed or in the file's name."""
        searched = f"{self.draft.caption}\n{self.shown}\n{self.photo.name}".lower()
        return all(word in searched for word in text.lower().split())


class KeptTexts:
    """Finds the texts of a persona, that saved last first."""

    def __init__(self, context: Context, persona_id: int) -> None:
        self._context, self._persona_id = context, persona_id

    async def photos(self) -> list[Photo]:
        """Return the photos that have such a text."""
        drafts = self._context.drafts
        drafts.save_now()  # those of a screen that is just closing
        order = await asyncio.to_thread(drafts.latest_first, self._persona_id)
        if not order:
            return []
        found = await self._context.services.photos.unscheduled_of(self._persona_id, order)
        by_content = {photo.sha256: photo for photo in found}
        return [by_content[content] for content in order if content in by_content]

    async def texts(self, photos: Sequence[Photo], text: str) -> list[KeptText]:
        """Return the texts of these photos that have the words of another one."""
        kept = await asyncio.to_thread(self._read, photos)
        return [one for one in kept if one.has_words(text)]

    def _read(self, photos: Sequence[Photo]) -> list[KeptText]:
        drafts = ((photo, self._draft(photo)) for photo in photos)
        return [KeptText(photo, draft) for photo, draft in drafts if draft is not None]

    def _draft(self, photo: Photo) -> Draft | None:
        try:
            return self._context.drafts.load(photo)
        except OSError as error:  # it is listed all the same: the composer says that it cannot be read
            log.warning("the draft of photo %s cannot be read: %s", photo.id, error)
            return Draft()
