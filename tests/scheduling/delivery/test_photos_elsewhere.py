"""A machine that has a photo uploads its picture, and any worker with a key sends it; nothing else is held up."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.bootstrap import open_services
from fluffy_tui.core.job_queue import build_queue
from fluffy_tui.media import Fit, Framing, Shape
from fluffy_tui.paths import Paths
from fluffy_tui.scheduling import NotPossibleNow, ProblemKind, Step, add_machine_tasks, upload, work
from fluffy_tui.scheduling.background.media_upkeep import MediaUpkeep, Verification
from scheduling.quick_programs import QUICK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from fluffy_tui.photos import Photo
    from scheduling.workplace import Workplace


async def on_studio(place: Workplace, number: int = 0) -> tuple[Photo, Path]:
    """Return a photo that only the machine `studio` has, and its file."""
    photo = await place.photo(number)
    there = place.folder.with_name("of the studio") / photo.name
    there.parent.mkdir(exist_ok=True)
    photo.path.rename(there)
    await place.execute("INSERT INTO machines VALUES ('1', 'studio') ON CONFLICT DO NOTHING")
    await place.execute(
        f"UPDATE photo_places SET machine_id = '1', path = '{there}' WHERE photo_id = {photo.id}"
    )
    photo = await place.services.photos.get(photo.id)
    assert photo.elsewhere == "studio"
    return photo, there


@asynccontextmanager
async def studios_worker(place: Workplace, tmp_path: Path, *, has_key: bool = True) -> AsyncIterator[None]:
    """Run a worker on the machine `studio`."""
    paths = Paths(config_file=tmp_path / "studio.toml", data=tmp_path / "studio")
    paths.data.mkdir(exist_ok=True)
    paths.machine_file.write_text("1")
    settings = replace(place.settings, paths=paths)
    settings = settings if has_key else replace(settings, buffer_api_key=None)
    stop = asyncio.Event()
    async with open_services(settings, timings=QUICK) as services:
        if has_key:
            parts = (services.delivery, services.recovery, services.status_sync)
            running = asyncio.create_task(work(*parts, stop, before_start=services.reach_server))
        else:
            queue = build_queue(services.database, "fluffy-tui uploader studio:1")
            add_machine_tasks(queue, "1")
            running = asyncio.create_task(
                upload(services.delivery, queue, stop, before_start=services.reach_server)
            )
        try:
            yield
        finally:
            stop.set()
            await running


async def test_a_post_waits_for_the_machine_that_has_its_photo(place: Workplace, tmp_path: Path) -> None:
    photo, _ = await on_studio(place)
    post = await place.schedule(photo, "from the studio")
    async with place.worker():
        held = await place.until(post.id, lambda now: now.step is Step.HELD)
        assert held.error_code == "photo_elsewhere"
        assert held.error_message == f"It waits for studio, which has its photo, {photo.name}."
        await place.arrived("from here", 1)
        [problem] = await place.services.scheduling.problems()
        assert problem.kind is ProblemKind.HELD
        assert (await place.services.scheduling.post(held.id) or held).step is Step.HELD
        async with studios_worker(place, tmp_path):
            await place.until(held.id, lambda now: now.step is Step.ACCEPTED)
    assert [post.text for post in place.in_buffer()] == ["from here", "from the studio"]


async def test_another_file_at_the_same_path_is_not_the_photo(place: Workplace, tmp_path: Path) -> None:
    """Home folders have the same path on many machines."""
    photo, there = await on_studio(place)
    moved = there.rename(tmp_path / "of the studio.jpg")
    await place.execute(f"UPDATE photo_places SET path = '{moved}' WHERE photo_id = {photo.id}")
    photo.path.write_bytes(b"another file")
    post = await place.schedule(photo, "from the studio")
    async with place.worker():
        await place.until(post.id, lambda now: now.error_code == "photo_elsewhere")


async def test_a_machine_without_a_key_uploads_what_another_sends(place: Workplace, tmp_path: Path) -> None:
    photo, _ = await on_studio(place)
    async with studios_worker(place, tmp_path, has_key=False), place.worker():
        post = await place.schedule(photo, "from the studio")
        await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert [post.text for post in place.in_buffer()] == ["from the studio"]


async def test_any_machine_that_has_the_photo_will_do(place: Workplace, tmp_path: Path) -> None:
    photo, _ = await on_studio(place)
    await place.execute("INSERT INTO machines VALUES ('2', 'office')")
    await place.execute(
        "INSERT INTO photo_places SELECT photo_id, '2', persona_id, path, modified_at FROM photo_places"
    )
    post = await place.schedule(photo, "from the studio")
    async with place.worker():
        held = await place.until(post.id, lambda now: now.step is Step.HELD)
        assert held.error_message == f"It waits for office or studio, which has its photo, {photo.name}."
        async with studios_worker(place, tmp_path):
            await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert len(place.in_buffer()) == 1


async def test_machines_do_not_wait_for_each_other_when_the_photo_is_gone(
    place: Workplace, tmp_path: Path
) -> None:
    photo = await place.photo()
    _, there = await on_studio(place, 1)
    await place.execute(
        "INSERT INTO photo_places SELECT id, '1', persona_id, '/gone.jpg', modified_at FROM photos"
        f" WHERE id = {photo.id}"
    )
    post = await place.schedule(photo, "gone")
    photo.path.unlink()
    assert there.exists()
    async with studios_worker(place, tmp_path), place.worker():
        failed = await place.until(post.id, lambda now: now.step is Step.FAILED)
    assert failed.error_code == "photo_missing"


async def test_a_picture_that_a_dead_worker_was_making_is_made_again(
    place: Workplace, tmp_path: Path
) -> None:
    photo, _ = await on_studio(place)
    post = await place.schedule(photo, "from the studio")
    async with place.worker():
        await place.until(post.id, lambda now: now.step is Step.HELD)
    await place.execute(f"UPDATE posts SET step = 'hosting', claim = 'dead' WHERE id = {post.id}")
    await place.execute("DELETE FROM procrastinate_jobs")
    async with studios_worker(place, tmp_path):  # recovers soon after its start
        await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    assert len(place.in_buffer()) == 1


async def test_nobody_sends_a_post_while_its_picture_is_made(place: Workplace) -> None:
    photo, _ = await on_studio(place)
    post = await place.schedule(photo, "from the studio")
    async with place.worker():
        await place.until(post.id, lambda now: now.step is Step.HELD)
        await place.execute(f"UPDATE posts SET step = 'rendering', claim = 'studios' WHERE id = {post.id}")
        await place.services.delivery.deliver(post.id)
        row = await place.post(post.id)
    assert (row.step, place.in_buffer()) == (Step.RENDERING, [])


async def test_a_lost_picture_is_uploaded_again_where_the_photo_is(place: Workplace, tmp_path: Path) -> None:
    photo, _ = await on_studio(place)
    async with studios_worker(place, tmp_path), place.worker():
        post = await place.schedule(photo, "from the studio")
        await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    [picture] = (tmp_path / "media").rglob("*.jpg")
    picture.unlink()
    await place.execute("UPDATE posts SET scheduled_at = now() + interval '5 minutes'")
    upkeep = MediaUpkeep(place.services.delivery)
    assert await upkeep.verify_due() == {post.id: Verification.FAILED}
    async with studios_worker(place, tmp_path):
        while not picture.exists():
            await asyncio.sleep(0.02)  # a file sends no event


async def test_an_uploaded_picture_is_delivered_by_any_machine(place: Workplace, tmp_path: Path) -> None:
    photo, _ = await on_studio(place)
    place.stand_in.world.scheduled_posts = 0
    post = await place.schedule(photo, "fog")
    async with studios_worker(place, tmp_path):
        await place.until(post.id, lambda now: now.error_code == "queue_full")
    place.stand_in.world.scheduled_posts = 10
    await place.services.scheduling.retry(post.id)
    async with place.worker():
        await place.until(post.id, lambda now: now.step is Step.ACCEPTED)


async def test_another_machines_photos_are_not_marked_as_missing(place: Workplace) -> None:
    photo, _ = await on_studio(place)
    mine = await place.photo(1)
    mine.path.unlink()
    assert await place.services.photos.mark_missing() == (1, 0)
    assert (await place.services.photos.get(photo.id)).missing_since is None


async def test_photos_of_one_post_may_be_on_two_machines(place: Workplace, tmp_path: Path) -> None:
    here = await place.photo(1)
    there, _ = await on_studio(place, 2)
    async with studios_worker(place, tmp_path, has_key=False), place.worker():
        post = await place.schedule(here, "from both", more_photos=[there])
        done = await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    [remote] = place.in_buffer()
    assert [asset.source for asset in remote.assets] == [photo.media_url for photo in done.photos]


async def test_a_picture_that_cannot_be_made_here_is_not_changed(place: Workplace, tmp_path: Path) -> None:
    photo, _ = await on_studio(place)
    post = await place.schedule(photo, "from the studio")
    async with place.worker(), studios_worker(place, tmp_path):
        before = await place.until(post.id, lambda now: now.step is Step.ACCEPTED)
    with pytest.raises(NotPossibleNow, match="does not have the photo"):
        await place.services.scheduling.edit(post.id, framing=Framing(Fit.CROP, Shape.SQUARE))
    assert await place.services.scheduling.post(post.id) == before
    assert (await place.services.scheduling.edit(post.id, caption="other words")).caption == "other words"
