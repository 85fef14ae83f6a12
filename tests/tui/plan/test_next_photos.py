"""Photos for free slots: picked ones first, then undecided ones."""

from __future__ import annotations

from fluffy_tui.photos import Verdict
from fluffy_tui.tui.plan.next_photos import NextPhotos, next_photos
from tui.fakes import FakeServices


async def test_picked_photos_come_before_undecided_ones(services: FakeServices) -> None:
    for photo_id in (21, 25):
        await services.photos.decide(photo_id, Verdict.PICK)
    found = await next_photos(services.photos, 1, 4)
    assert set(found.picked) == {21, 25}
    assert len(found.undecided) == 2
    assert found.ids[:2] == found.picked
    assert found.words == "the newest photos: 2 picked and 2 undecided"
    assert (await next_photos(services.photos, 1, 1)).undecided == ()


def test_only_what_there_is_is_counted() -> None:
    assert NextPhotos((), (4,)).words == "the newest photos: 1 undecided"
