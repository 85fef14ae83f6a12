"""Finds out what a week of posts has to know: free slots, which photos are alike, and how each will look."""

from __future__ import annotations

import logging
from itertools import combinations
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.media import Framing
from fluffy_tui.similarity import Relation
from fluffy_tui.tui.batch.batch import WeekPost, give_slots
from fluffy_tui.tui.batch.batch_order import arrange, places, symmetric
from fluffy_tui.tui.compose.compose_facts import read_agenda, rendered, seen_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fluffy_tui.personas import Persona
    from fluffy_tui.tui.batch.batch import Week
    from fluffy_tui.tui.batch.batch_order import Likeness
    from fluffy_tui.tui.session.context import Context

log = logging.getLogger(__name__)

NEIGHBOURS = 50
"""Photos that are looked at for those most like one of the week."""
_SAME = (Relation.SAME_FILE, Relation.SAME_PICTURE, Relation.SAME_SCENE)


async def begin_week(context: Context, persona: Persona, week: Week, photo_ids: Sequence[int]) -> None:
    """Put the photos that are still there into the week, each with its slot, those that are alike apart."""
    photos = await context.services.photos.by_ids(photo_ids)
    week.agenda = agenda = await read_agenda(context, persona)
    free = agenda.free_slots(len(photos))
    planned = [other.post.photo_id for other in agenda.planned]
    likenesses = await _likenesses(context, [id_ for id_ in photo_ids if id_ in photos], planned)
    wished = [id_ for id_ in dict.fromkeys(photo_ids) if id_ in photos]
    week.posts = [WeekPost(photos[id_]) for id_ in arrange(wished, likenesses, places(free, agenda.planned))]
    give_slots(week.posts, free)


async def look_at(context: Context, persona: Persona, entry: WeekPost) -> None:
    """Render a photo of the week as it will go out, and look whether it went out before."""
    framing = framing_of(context, persona, entry)
    made, problem = await rendered(context, persona, entry.photo, framing)
    if framing == framing_of(context, persona, entry):  # else another look follows
        entry.rendition, entry.rendition_problem = made, problem
    entry.looks_back, entry.sighting = await seen_before(context, entry.photo)


def framing_of(context: Context, persona: Persona, entry: WeekPost) -> Framing:
    """Return how a photo is fitted: as was chosen for it, or as the persona's photos are."""
    return Framing.parse(entry.text.fit or context.state_file.fit(persona.id))


async def _likenesses(context: Context, photo_ids: Sequence[int], planned: Sequence[int]) -> list[Likeness]:
    """Return which photos are alike, those planned among them: first what is similar too, then the same only."""
    similarity = context.services.similarity
    everyone = {*photo_ids, *planned}
    stacks = await similarity.copies(sorted(everyone))
    same = {(a, b) for a, b in combinations(stacks, 2) if stacks[a] == stacks[b]}
    similar = set(same)
    for photo_id in photo_ids:
        try:
            near = await similarity.more_like(photo_id, limit=NEIGHBOURS, unscheduled_only=False)
        except FluffyError as error:  # not looked at yet: what is known has to do
            log.info("photo %s was not compared with the others of its week: %s", photo_id, error)
            continue
        pairs = [(photo_id, other.photo_id, other.relation) for other in near if other.photo_id in everyone]
        same |= {(one, other) for one, other, relation in pairs if relation in _SAME}
        similar |= {(one, other) for one, other, relation in pairs if relation is not Relation.OTHER}
    return [symmetric(similar), symmetric(same)]
