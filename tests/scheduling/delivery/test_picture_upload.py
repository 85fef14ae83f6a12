"""A photo that could be imported but cannot be decoded fails, instead of being retried for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from fluffy_tui.scheduling import Step

if TYPE_CHECKING:
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
    result = await place.services.scheduling.schedule_post(photo, "half a picture", accept_damaged=True)
    assert result.post is not None
    async with place.worker():
        failed = await place.until(result.post.id, lambda now: now.step in (Step.FAILED, Step.ACCEPTED))
    assert failed.error_code == "photo_unreadable"
    assert photo.path.name in str(failed.error_message)
    assert place.in_buffer() == []
