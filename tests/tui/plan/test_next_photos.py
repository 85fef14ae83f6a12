"""Photos for free slots: by themes, else picked ones first, then undecided ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from fluffy_tui.photos import Verdict
from fluffy_tui.tui.plan.next_photos import NextPhotos, next_photos
from tui.fakes import NOW, FakeServices


async def found(services: FakeServices, count: int) -> NextPhotos:
    """Return photos for slots on so many days, which begin when nothing is planned any more."""
    slots: Sequence[datetime] = [NOW + timedelta(days=60 + day) for day in range(count)]
    return await next_photos(services, services.personas.personas[1], NOW, slots)


async def test_picked_photos_come_before_undecided_ones(services: FakeServices) -> None:
    for photo_id in (21, 25):
        await services.photos.decide(photo_id, Verdict.PICK)
    four = await found(services, 4)
    assert set(four.ids[:2]) == {21, 25}
    assert len(four.ids) == 4
    assert four.words == "the newest photos: 2 picked and 2 undecided"
    assert (await found(services, 1)).words == "the newest photos: 1 picked"


async def test_only_what_there_is_is_counted(services: FakeServices) -> None:
    assert (await found(services, 1)).words == "the newest photos: 1 undecided"
    for photo_id in services.photos.photos:
        await services.photos.decide(photo_id, Verdict.REJECT)
    assert await found(services, 1) == NextPhotos((), "")


async def test_themes_decide_where_there_are_some(services: FakeServices) -> None:
    await services.keywords.add([21, 22], ["harbour"])
    await services.themes.create(1, "harbour", 50, 0)
    assert (await found(services, 4)).words == "4 photos: 2 harbour, 2 without a theme"
    await services.keywords.remove([22], ["harbour"])
    four = await found(services, 4)
    assert 21 in four.ids
    assert four.words == "4 photos: 1 harbour, 3 without a theme; harbour has 1 of 2 for its share"


async def test_what_rests_is_not_taken_and_that_is_said(services: FakeServices) -> None:
    for photo_id in services.photos.photos:
        if photo_id not in (21, 22):
            await services.photos.decide(photo_id, Verdict.REJECT)
    await services.keywords.add([21, 22], ["harbour"])
    await services.themes.create(1, "harbour", 50, 3)
    two = await found(services, 2)
    assert len(two.ids) == 1
    assert two.words == "1 photo: 1 harbour; 1 slot left free: harbour must rest"
    for photo_id in (21, 22):
        await services.photos.decide(photo_id, Verdict.REJECT)
    assert await found(services, 2) == NextPhotos((), "")
