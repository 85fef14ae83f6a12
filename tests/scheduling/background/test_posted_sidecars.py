"""Sidecars of posts that are live: written once on a machine whose user wants that, and nowhere else."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.demo import ManualClock
from fluffy_tui.scheduling.background.posted_sidecars import PostedSidecars
from scheduling.workplace import Workplace

if TYPE_CHECKING:
    from pathlib import Path

    from fluffy_tui.scheduling import Post


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


async def sidecar(place: Workplace, post: Post) -> Path:
    photo = await place.services.photos.get(post.cover.photo_id)
    return photo.path.with_name(f"{photo.name}.xmp")


async def test_nothing_is_written_unless_it_is_wanted(place: Workplace) -> None:
    post = await place.live(1)
    await PostedSidecars(place.services.delivery).run()
    assert not (await sidecar(place, post)).exists()


async def test_a_live_post_is_written_once(place: Workplace) -> None:
    place.services.photos.writes_sidecars = True
    post, queued = await place.live(1), await place.submit(number=2)
    sidecars = PostedSidecars(place.services.delivery)
    await sidecars.run()
    path = await sidecar(place, post)
    content = path.read_text()
    assert post.caption in content
    assert not (await sidecar(place, queued)).exists()
    path.unlink()
    await sidecars.run()
    assert not path.exists()


@pytest.mark.parametrize(
    ("number", "attempts"),
    [(errno.EACCES, 1), pytest.param(errno.ENOSPC, 2, id="until the disk has space again")],
)
async def test_a_folder_that_cannot_be_written_stops_nothing(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, number: int, attempts: int
) -> None:
    place.services.photos.writes_sidecars = True
    post = await place.live(1)
    tried = []

    async def refuse(photo_id: int, posted: object) -> bool:
        tried.append(photo_id)
        raise OSError(number, "read-only or full")

    with monkeypatch.context() as patch:
        patch.setattr(place.services.photos, "write_sidecar", refuse)
        for _ in range(2):
            await PostedSidecars(place.services.delivery).run()
    assert tried == [post.cover.photo_id] * attempts
