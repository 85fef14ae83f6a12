"""Bursts, edited photos and duplicates are put into stacks when they are indexed."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageFilter

from fluffy_tui.photos import BestBy, BestReason, Browse, Photos
from fluffy_tui.similarity import stacked_photos
from fluffy_tui.similarity.index import scan_results
from similarity.similarity_place import Place, save, scene

START = datetime(2026, 11, 1, 12)


def shot(place: Place, name: str, picture: Image.Image, seconds: int) -> None:
    """Write a photo that was taken so many seconds after the start."""
    exif = Image.Exif()
    taken = START + timedelta(seconds=seconds)
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = f"{taken:%Y:%m:%d %H:%M:%S}"
    save(picture, place.folder / name, quality=90, exif=exif.tobytes())


def moved(seed: int, shift: int) -> Image.Image:
    """Return a scene with fine detail, as of a camera that moves a little."""
    cells = np.random.default_rng(seed).integers(0, 256, (65, 90, 3), dtype=np.uint8)
    detail = Image.fromarray(cells).resize((720, 520), Image.Resampling.NEAREST)
    picture = Image.blend(scene(seed, (720, 520)), detail, 0.4)
    return picture.crop((shift, shift, 640 + shift, 440 + shift))


async def stacks(place: Place) -> list[set[str]]:
    """Index what was imported, and return the names of the photos in each stack."""
    await place.import_again()
    await place.scan()
    rows = await place.rows(
        "SELECT array_agg(name ORDER BY name) FROM photos JOIN photo_hashes ON photo_id = id"
        " WHERE stack_id IS NOT NULL GROUP BY stack_id ORDER BY 1"
    )
    return [set(row[0]) for row in rows]


async def test_photos_taken_within_two_seconds_that_look_alike_are_a_stack(place: Place) -> None:
    """One after the other; another picture of the same moment is none of them, nor is the same scene a minute later."""
    for number in range(3):
        shot(place, f"burst{number}.jpg", moved(1, 8 * number), 2 * number)
    shot(place, "other.jpg", scene(2), 1)
    shot(place, "later.jpg", moved(1, 24), 90)
    assert await stacks(place) == [{"burst0.jpg", "burst1.jpg", "burst2.jpg"}]


@pytest.mark.parametrize("is_dated_by_name", [True, False])
async def test_photos_of_which_only_the_day_is_known_are_no_burst(
    place: Place, is_dated_by_name: bool
) -> None:
    """Messengers name only the day, and programs write midnight for it."""
    for number in range(3):
        if is_dated_by_name:
            save(moved(1, 8 * number), place.folder / f"IMG-20231105-WA000{number}.jpg")
        else:
            shot(place, f"scan{number}.jpg", moved(1, 8 * number), 12 * 3600)
    assert await stacks(place) == []


async def test_the_sharpest_of_a_burst_is_on_top_until_another_one_is_picked(place: Place) -> None:
    for number, blur in enumerate((3, 0, 6)):
        shot(place, f"burst{number}.jpg", moved(1, 8 * number).filter(ImageFilter.GaussianBlur(blur)), number)
    ids = await place.import_again()
    await place.scan()
    photos = Photos(place.database, stacks=stacked_photos())
    found = await photos.stacks(place.persona.id, Browse(folded=True), [ids["burst0"]])
    assert {first: stack.behind for first, stack in found.items()} == {
        ids["burst1"]: (ids["burst0"], ids["burst2"])
    }
    assert found[ids["burst1"]].best_by == BestReason(BestBy.SHARPEST)
    assert {photo.verdict for photo in await place.all_photos()} == {None}
    await place.rows("UPDATE photos SET verdict = 'pick' WHERE id = :id", id=ids["burst2"])
    found = await photos.stacks(place.persona.id, Browse(folded=True), [ids["burst0"]])
    assert found[ids["burst2"]].best_by == BestReason(BestBy.PICKED)


async def test_an_edited_photo_is_a_stack_with_its_original_in_the_same_folder(place: Place) -> None:
    names = ("IMG_1234.jpg", "IMG_E1234.jpg", "beach.jpg", "beach-edited.jpg", "elsewhere/beach.jpg")
    for number, name in enumerate(names):
        save(scene(number + 10), place.folder / name)
    assert await stacks(place) == [{"IMG_1234.jpg", "IMG_E1234.jpg"}, {"beach-edited.jpg", "beach.jpg"}]


async def test_another_version_is_a_stack_with_its_original_if_it_looks_like_it(place: Place) -> None:
    """Two cameras number their photos alike, and browsers number whatever has the same name."""
    for number, name in enumerate(("PXL_1.jpg", "PXL_1~2.jpg", "a.jpg", "a copy.jpg", "b.jpg", "b (1).jpg")):
        save(moved(number // 2, 12 * (number % 2)), place.folder / name)
    save(moved(8, 0), place.folder / "c.jpg")
    save(scene(2), place.folder / "c (1).jpg")
    found = await stacks(place)
    assert found == [{"PXL_1.jpg", "PXL_1~2.jpg"}, {"a copy.jpg", "a.jpg"}, {"b (1).jpg", "b.jpg"}]


async def test_a_long_series_is_several_stacks(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_results, "MOST_IN_BURST", 3)
    for number in range(8):
        shot(place, f"lapse{number}.jpg", moved(1, 5 * number), number)
    found = await stacks(place)
    assert len(found) > 1
    assert max(map(len, found)) <= 5


async def test_what_is_already_a_stack_is_not_announced_again(place: Place) -> None:
    for number in range(2):
        shot(place, f"burst{number}.jpg", moved(1, 8 * number), number)
    assert len(await stacks(place)) == 1
    ids = list((await place.import_again()).values())
    async with place.database.transaction() as session:
        assert await scan_results._stack(session, ids) == set()
