"""The parts of a panorama as pictures of one post, with the people in them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fluffy_tui.media import Fit, Framing, Part, Shape
from fluffy_tui.scheduling import PostNames, TaggedPerson

if TYPE_CHECKING:
    from scheduling.workplace import Workplace

LEFT, RIGHT = TaggedPerson("left", 0.25, 0.5), TaggedPerson("right", 0.75, 0.25)


async def test_a_panorama_is_one_photo_with_several_pictures(place: Workplace) -> None:
    first, second = await place.panorama((LEFT,), (RIGHT,))
    scheduling = place.services.scheduling
    async with place.worker():
        submitted = await place.schedule(first, "fog", more_photos=[second])
        done = await place.until(submitted.id, lambda post: post.status == "scheduled")
    [remote] = place.in_buffer()
    assert [asset.source for asset in remote.assets] == [photo.media_url for photo in done.photos]
    assert len({photo.media_url for photo in done.photos}) == 2
    assert [asset.alt_text for asset in remote.assets] == ["part 1", "part 2"]
    assert [asset.user_tags for asset in remote.assets] == [
        [{"handle": "left", "x": 0.5, "y": 0.5}],
        [{"handle": "right", "x": 0.5, "y": 0.25}],
    ]
    assert len(await place.services.photos.unscheduled(place.persona)) == 1
    [named] = await PostNames(place.services.personas, place.services.photos).of([done])
    assert named.paths == [str(place.folder / "wide.jpg")]
    await scheduling.cancel(done.id)
    assert len(await place.services.photos.unscheduled(place.persona)) == 2


async def test_a_photo_in_buffer_can_be_cut_and_put_together_again(place: Workplace) -> None:
    """Each time with new pictures, in which the people are where they were."""
    first, second = await place.panorama()
    whole = replace(first, framing=replace(first.framing, part=Part()), tags=(LEFT, RIGHT))
    scheduling = place.services.scheduling
    async with place.worker():
        submitted = await place.schedule(whole, "fog")
        done = await place.until(submitted.id, lambda post: post.status == "scheduled")
        parts = [replace(first, tags=(LEFT,)), replace(second, tags=(RIGHT,))]
        changed = await scheduling.edit(
            done.id, photos=[replace(part, sha256=done.cover.sha256) for part in parts]
        )
        assert [photo.framing.part for photo in changed.photos] == [Part(1, 2), Part(2, 2)]
        [remote] = place.in_buffer()
        assert [asset.user_tags[0]["x"] for asset in remote.assets] == [0.5, 0.5]
        again = await scheduling.edit(done.id, photos=[replace(whole, sha256=done.cover.sha256)])
    assert len(again.photos) == 1
    [remote] = place.in_buffer()
    # a square of the middle: both are cut off at its edges, or just not
    assert [asset.user_tags for asset in remote.assets] == [
        [{"handle": "left", "x": 0.0, "y": 0.5}, {"handle": "right", "x": 1.0, "y": 0.25}]
    ]


async def test_a_person_who_is_cut_off_is_not_sent(place: Workplace) -> None:
    first, _ = await place.panorama()
    edge = TaggedPerson("edge", 0.1, 0.5)
    whole = replace(first, framing=Framing(Fit.CROP, Shape.SQUARE), tags=(edge, RIGHT))
    async with place.worker():
        submitted = await place.schedule(whole, "fog")
        done = await place.until(submitted.id, lambda post: post.status == "scheduled")
        assert [tag.handle for tag in done.cover.tags] == ["edge", "right"]
        [remote] = place.in_buffer()
        assert [tag["handle"] for tag in remote.assets[0].user_tags] == ["right"]
        await place.services.scheduling.edit(done.id, framing=Framing(Fit.PAD, Shape.SQUARE))
    [remote] = place.in_buffer()
    assert [tag["handle"] for tag in remote.assets[0].user_tags] == ["edge", "right"]
    assert remote.assets[0].user_tags[0]["y"] == 0.5
