"""Photos that lie on one machine only are posted by that machine; the others neither fail nor hold anything."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from fluffy_tui.bootstrap import open_services
from fluffy_tui.paths import Paths
from fluffy_tui.scheduling import ProblemKind, Step, work
from scheduling.workplace import QUICK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from fluffy_tui.photos import Photo
    from scheduling.workplace import Workplace


async def on_studio(place: Workplace, number: int = 0) -> tuple[Photo, Path]:
    """Return a photo as if the machine `studio` had imported it, and where its file is for that machine."""
    photo = await place.photo(number)
    there = place.folder.with_name("of the studio") / photo.name
    there.parent.mkdir(exist_ok=True)
    photo.path.rename(there)
    await place.execute("INSERT INTO machines VALUES ('1', 'studio') ON CONFLICT DO NOTHING")
    await place.execute(f"UPDATE photos SET machine_id = '1' WHERE id = {photo.id}")
    return await place.services.photos.get(photo.id), there


@asynccontextmanager
async def studios_worker(place: Workplace, tmp_path: Path) -> AsyncIterator[None]:
    """Run a worker on the machine `studio`."""
    paths = Paths(config_file=tmp_path / "studio.toml", data=tmp_path / "studio")
    paths.data.mkdir()
    paths.machine_file.write_text("1")
    stop = asyncio.Event()
    async with open_services(replace(place.settings, paths=paths), timings=QUICK) as services:
        parts = (services.delivery, services.recovery, services.status_sync)
        running = asyncio.create_task(work(*parts, stop, before_start=services.reach_server))
        try:
            yield
        finally:
            stop.set()
            await running


async def test_a_post_waits_for_the_machine_that_has_its_photo(place: Workplace, tmp_path: Path) -> None:
    photo, there = await on_studio(place)
    schedule = place.services.scheduling.schedule_post
    result = await schedule(photo, "from the studio")
    assert result.post is not None, result.reason
    async with place.worker():
        held = await place.until(result.post.id, lambda now: now.step is Step.HELD)
        assert held.error_code == "photo_elsewhere"
        assert held.error_message == f"It waits for studio, which has its photo: {photo.path}."
        other = await place.submit("from here", 1)
        await place.until(other.id, lambda now: now.step is Step.ACCEPTED)
        [problem] = await place.services.scheduling.problems()
        assert problem.kind is ProblemKind.HELD
        there.rename(photo.path)
        assert (await place.services.scheduling.post(held.id) or held).step is Step.HELD
        async with studios_worker(place, tmp_path):
            await place.until(held.id, lambda now: now.step is Step.ACCEPTED)
    assert [post.text for post in place.in_buffer()] == ["from here", "from the studio"]


async def test_an_uploaded_picture_is_delivered_by_any_machine(place: Workplace, tmp_path: Path) -> None:
    photo, there = await on_studio(place)
    there.rename(photo.path)
    place.stand_in.world.scheduled_posts = 0
    result = await place.services.scheduling.schedule_post(photo, "fog")
    assert result.post is not None
    async with studios_worker(place, tmp_path):
        await place.until(result.post.id, lambda now: now.error_code == "queue_full")
    photo.path.rename(there)
    place.stand_in.world.scheduled_posts = 10
    await place.services.scheduling.retry(result.post.id)
    async with place.worker():
        await place.until(result.post.id, lambda now: now.step is Step.ACCEPTED)


async def test_another_machines_photos_are_not_marked_as_missing(place: Workplace) -> None:
    photo, _ = await on_studio(place)
    mine = await place.photo(1)
    mine.path.unlink()
    assert await place.services.photos.mark_missing() == (1, 0)
    assert (await place.services.photos.get(photo.id)).missing_since is None
