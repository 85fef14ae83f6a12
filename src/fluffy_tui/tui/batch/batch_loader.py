"""Loads a batch: its photos, which of them are similar, their slots, and each picture as posted."""

from __future__ import annotations

import logging
from itertools import combinations
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.photos import Verdict
from fluffy_tui.similarity import Relation
from fluffy_tui.tui.batch.batch_order import Similarity, symmetric
from fluffy_tui.tui.batch.model import Batch, BatchPost
from fluffy_tui.tui.compose import load_agenda
from fluffy_tui.tui.rendition import load_rendition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.media import Framing
    from fluffy_tui.personas import Persona
    from fluffy_tui.tui.session.context import Context

log = logging.getLogger(__name__)

NEIGHBOURS = 50
"""Nearest photos among which those of the batch are found."""
_SAME = (Relation.SAME_FILE, Relation.SAME_PICTURE, Relation.SAME_SCENE)


class BatchLoader:
    """Loads the batches of one persona."""

    def __init__(self, context: Context, persona: Persona) -> None:
        self._context, self._persona = context, persona

    async def load(self, batch: Batch, photo_ids: Sequence[int]) -> int:
        """Put photos into a batch, and give them slots; return how many were left out because they are rejected."""
        photos = await self._context.services.photos.by_ids(photo_ids)
        agenda = await load_agenda(self._context, self._persona)
        found = [photos[id_] for id_ in dict.fromkeys(photo_ids) if id_ in photos]
        wanted = [photo for photo in found if photo.verdict != Verdict.REJECT]
        planned = [other.post.photo_id for other in agenda.planned]
        batch.similarities = await self._similarities([photo.id for photo in wanted], planned)
        batch.posts = [BatchPost(photo) for photo in wanted]
        await self._load_themes(batch)
        batch.plan(agenda)
        return len(found) - len(wanted)

    async def reload_agenda(self, batch: Batch) -> None:
        """Give the posts the slots that are free now, unless some are submitted and have taken them."""
        agenda = await load_agenda(self._context, self._persona)
        if not batch.submitted:
            await self._load_themes(batch)
            batch.plan(agenda)

    async def _load_themes(self, batch: Batch) -> None:
        context, ids = self._context, [entry.photo.id for entry in batch.posts]
        batch.themes = await context.services.themes.calendar(self._persona, context.clock(), ids)

    async def check_photo(self, entry: BatchPost) -> None:
        """Render a photo as posted."""
        framing = self.framing(entry)
        picture = await load_rendition(self._context, self._persona.service, entry.photo, framing)
        if framing == self.framing(entry):  # else it is being rendered again
            entry.picture = picture

    def framing(self, entry: BatchPost) -> Framing:
        """Return the framing that was chosen for a photo, or else the persona's last one."""
        return entry.draft.framing or self._context.state_file.framing(self._persona.id)

    async def _similarities(self, photo_ids: Sequence[int], planned: Sequence[int]) -> list[Similarity]:
        """Return which photos are similar, also to those planned: first in a wide sense, then the same only."""
        search = self._context.services.similarity
        everyone = {*photo_ids, *planned}
        stacks = await search.copies(sorted(everyone))
        same = {(a, b) for a, b in combinations(stacks, 2) if stacks[a] == stacks[b]}
        similar = set(same)
        for photo_id in photo_ids:
            try:
                near = await search.more_like(photo_id, limit=NEIGHBOURS, unscheduled_only=False)
            except FluffyError as error:  # not indexed yet: its stack has to do
                log.info("photo %s was not compared with the others of its batch: %s", photo_id, error)
                continue
            pairs = [
                (photo_id, other.photo_id, other.relation) for other in near if other.photo_id in everyone
            ]
            same |= {(one, other) for one, other, relation in pairs if relation in _SAME}
            similar |= {(one, other) for one, other, relation in pairs if relation is not Relation.OTHER}
        return [symmetric(similar), symmetric(same)]
