"""Photos that cannot be decoded, and what waits while pictures are made."""

from __future__ import annotations

import asyncio
import itertools
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from fluffy_tui.media import MediaHostError, PhotoUnreadable, Unreadable, render
from fluffy_tui.photos import PhotoState, service as photos_service
from fluffy_tui.photos.file_state import HashWhen, state_of
from fluffy_tui.scheduling import Step
from fluffy_tui.scheduling.delivery import picture_upload

if TYPE_CHECKING:
    from collections.abc import Callable

    from fluffy_tui.media import MediaHost
    from fluffy_tui.photos import Photo
    from scheduling.workplace import Workplace


async def test_a_picture_that_cannot_be_decoded_fails_with_its_reason(place: Workplace) -> None:
    place.folder.mkdir()
    path = place.folder / "IMG_1.webp"
    Image.effect_noise((400, 500), 50).convert("RGB").save(path)
    data = path.read_bytes()
    path.write_bytes(
        data[:30] + b"\xff" * (len(data) - 30)
    )  # the header, which the import reads, stays intact
    await place.services.photos.import_folders([place.folder], place.persona)
    [photo] = await place.services.photos.unscheduled(place.persona)
    post = await place.schedule(photo, "half a picture", accept_damaged=True)
    async with place.worker():
        failed = await place.until(post.id, lambda now: now.step in (Step.FAILED, Step.ACCEPTED))
    assert failed.error_code == "photo_unreadable"
    assert photo.path.name in str(failed.error_message)
    assert place.in_buffer() == []


async def test_what_is_posted_is_always_looked_at_for_damage(place: Workplace) -> None:
    """Also if a worker is said to have found the photo whole, so that its previews are not."""
    place.folder.mkdir()
    path = place.folder / "IMG_1.png"
    Image.effect_noise((400, 500), 50).convert("RGB").save(path)
    content = bytearray(path.read_bytes())
    content[content.index(b"IEND") - 6] ^= 1  # a checksum
    path.write_bytes(content)
    await place.services.photos.import_folders([place.folder], place.persona)
    await place.execute("UPDATE photos SET sharpness = 50")
    [photo] = await place.services.photos.unscheduled(place.persona)
    assert place.services.planning.preview_rendition(photo, "instagram").width == 400
    post = await place.schedule(photo, "damaged")
    async with place.worker():
        failed = await place.until(post.id, lambda now: now.step in (Step.FAILED, Step.ACCEPTED))
    assert failed.error_code == "photo_unreadable"
    assert place.in_buffer() == []


class NotedHost:
    """A media host that notes at each upload whether indexing waits."""

    def __init__(self, host: MediaHost, note: Callable[[], object]) -> None:
        self.host, self.note, self.base_url = host, note, host.base_url

    async def put(self, key: str, data: bytes) -> str:
        """Note it."""
        self.note()
        return await self.host.put(key, data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.host, name)


async def test_indexing_waits_from_the_first_to_the_last_picture_of_a_post_and_no_longer(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    urgent, seen = place.services.urgent, []

    def note(what: str) -> None:
        seen.append((what, urgent.is_under_way))

    def render_and_note(*args: Any, **options: Any) -> object:
        note("made")
        return render(*args, **options)

    monkeypatch.setattr(picture_upload, "render", render_and_note)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert place.services.host is not None
    host = NotedHost(place.services.host, lambda: note("uploaded"))
    photos = [await place.photo(number) for number in range(3)]
    post = await place.schedule(photos[0], "three", more_photos=photos[1:])
    await replace(place.services.delivery, host=host).deliver(post.id)
    assert [is_under_way for what, is_under_way in seen if what == "made"] == [True] * 3
    assert seen[-1] == ("uploaded", False)
    assert len(place.in_buffer()) == 1


async def test_the_one_picture_of_several_that_the_host_refuses_is_named(place: Workplace) -> None:
    uploads = itertools.count(1)

    def refuse_the_second() -> None:
        if next(uploads) == 2:
            raise MediaHostError("The media host answers with status 413.", temporary=False)

    assert place.services.host is not None
    host = NotedHost(place.services.host, refuse_the_second)
    photos = [await place.photo(number) for number in range(3)]
    post = await place.schedule(photos[0], "three", more_photos=photos[1:])
    await replace(place.services.delivery, host=host).deliver(post.id)
    held = await place.post(post.id)
    assert held.step is Step.HELD
    names = {photo.id: photo.name for photo in photos}
    [missing] = [names[photo.photo_id] for photo in held.photos if photo.media_url is None]
    assert held.error_message == f"{missing}: The media host answers with status 413."
    assert place.in_buffer() == []


@pytest.mark.parametrize("error", [PhotoUnreadable(Unreadable.DAMAGED), RuntimeError("a bug")])
async def test_indexing_goes_on_when_a_picture_cannot_be_made(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    urgent, seen = place.services.urgent, []

    def fail(*args: Any, **options: Any) -> None:
        seen.append(urgent.is_under_way)
        raise error

    monkeypatch.setattr(picture_upload, "render", fail)
    post = await place.submit()
    await place.services.delivery.deliver(post.id)
    assert (seen, urgent.is_under_way) == ([True], False)


async def test_a_post_whose_photo_is_on_a_disk_that_hangs_is_held_alone(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is read whole before its picture is made; other posts wait neither for that nor for its thread."""
    released = threading.Event()

    def hang(photo: Photo, hash_when: HashWhen) -> PhotoState:
        if photo.name == "IMG_0000.jpg":
            released.wait()
        return state_of(photo, hash_when)

    post, other = await place.submit(), await place.submit("another one", 1)
    monkeypatch.setattr(photos_service, "state_of", hang)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    delivery = place.services.delivery
    hasty = replace(delivery.timings, render_limit=0.1, backoff_min=600.0, backoff_max=600.0)
    await replace(delivery, timings=hasty).deliver(post.id)
    await delivery.deliver(other.id)
    released.set()
    held = await place.post(post.id)
    assert (held.step, held.error_code) == (Step.HELD, "step_timeout")
    assert held.error_message is not None
    assert "Making the picture of IMG_0000.jpg" in held.error_message
    assert (await place.post(other.id)).step is Step.ACCEPTED


async def test_indexing_goes_on_when_a_delivery_is_cancelled(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    urgent, loop = place.services.urgent, asyncio.get_running_loop()
    begun, released = asyncio.Event(), threading.Event()

    def hang(*args: Any, **options: Any) -> None:
        loop.call_soon_threadsafe(begun.set)
        released.wait()
        raise PhotoUnreadable(Unreadable.DAMAGED)

    monkeypatch.setattr(picture_upload, "render", hang)
    post = await place.submit()
    delivery = asyncio.create_task(place.services.delivery.deliver(post.id))
    await begun.wait()
    assert urgent.is_under_way
    delivery.cancel()
    await asyncio.wait((delivery,))
    released.set()
    await urgent.finished()
    assert not urgent.is_under_way
