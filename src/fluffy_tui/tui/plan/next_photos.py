"""Which photos fill free slots, and how many: by the persona's themes, else the newest, picked ones first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluffy_tui.photos import Browse, Verdict
from fluffy_tui.tui.text.theme_words import choice_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from fluffy_tui.personas import Persona
    from fluffy_tui.tui.ports import PhotosPort, Services

MOST_AT_ONCE = 7
"""Photos to fill the week with when none are selected."""


@dataclass(frozen=True, slots=True)
class NextPhotos:
    """Photos without a post."""

    ids: tuple[int, ...]
    """In the order in which they fill slots."""
    words: str
    """How they were chosen, such as `the newest photos: 3 picked and 4 undecided`; or why none of those left can go."""


async def next_photos(
    services: Services, persona: Persona, now: datetime, slots: Sequence[datetime]
) -> NextPhotos:
    """Return photos for free slots; fewer if there are not so many, or if more would break the rest of a theme."""
    if themes := await services.themes.list(persona.id):
        choice = await services.themes.choose(persona, now, slots)
        ids = tuple(candidate.photo_id for candidate in choice.taken)
        return NextPhotos(ids, choice_words(choice, themes) if ids or choice.resting else "")
    return await _newest(services.photos, persona.id, len(slots))


async def _newest(photos: PhotosPort, persona_id: int, count: int) -> NextPhotos:
    counts, ids = [], list[int]()
    for verdict, name in ((Verdict.PICK, "picked"), (Verdict.UNDECIDED, "undecided")):
        if missing := count - len(ids):
            browse = Browse(verdict=verdict, missing=False)
            found = await photos.first_ids(persona_id, browse, limit=missing)
            ids += found
            counts += [f"{len(found)} {name}"] if found else []
    return NextPhotos(tuple(ids), f"the newest photos: {' and '.join(counts)}" if ids else "")


async def count_undecided(photos: PhotosPort, persona_id: int) -> int:
    """Return how many photos are neither picked nor rejected."""
    return len(await photos.ids(persona_id, Browse(verdict=Verdict.UNDECIDED)))
