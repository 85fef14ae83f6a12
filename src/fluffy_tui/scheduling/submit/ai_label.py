"""Whether the networks are to be told that pictures were made with AI, where the user does not say."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fluffy_tui.media import PhotoUnreadable, find_ai_mark
from fluffy_tui.photos import from_disk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.personas import Persona
    from fluffy_tui.photos import Photo


def is_ai_marked(photo: Photo) -> bool:
    """Return whether a photo says that it was made with AI; reads its whole file, so call it in a thread."""
    try:
        return find_ai_mark(photo.file) is not None
    except PhotoUnreadable:  # it says nothing here; a submission is refused for it, or waits for its machine
        return False


async def proposed_ai_label(persona: Persona, photos: Sequence[Photo]) -> bool:
    """Return whether the persona, or any of the photos, says that they were made with AI.

    Raises:
        PhotoUnreadable: a photo's disk does not answer.
    """
    if persona.ai_label:
        return True
    for photo in photos:
        if await from_disk(partial(is_ai_marked, photo), photo.name):
            return True
    return False
