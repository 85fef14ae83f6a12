"""Vectors of the image_embed service that another program has stored."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PIL import Image

from fluffy_tui.photos import Photo
from fluffy_tui.similarity import AdoptedVectors, ImageEmbed
from similarity.similarity_place import Place
from statement_plans import statements

VECTOR = [0.6, 0.8, *([0.0] * 510)]


@pytest.mark.parametrize(
    ("numbers", "usable"),
    [
        ([3.0, 4.0, *([0.0] * 510)], True),
        ([0.0] * 512, False),
        ([1.0] * 511, False),
        ([float("nan"), *([1.0] * 511)], False),
        (None, False),
    ],
    ids=["sound", "zero", "short", "nan", "none"],
)
def test_only_vectors_of_the_model_are_usable(numbers: object, *, usable: bool) -> None:
    vector = AdoptedVectors.usable(numbers)
    assert (vector is not None) is usable
    if usable:
        assert vector == pytest.approx(VECTOR)


async def added(place: Place) -> list[Photo]:
    """Return two new photos."""
    await place.add(one=noise(1), two=noise(2))
    return sorted(await place.all_photos(), key=lambda photo: photo.name)


def noise(number: int) -> Image.Image:
    return Image.effect_noise((200, 160), 20 * number).convert("RGB")


async def test_a_vector_is_kept_for_the_content_that_it_is_of(place: Place) -> None:
    photo, changed = await added(place)
    vectors = AdoptedVectors(place.database)
    other = replace(changed, sha256="00" * 32)
    assert await vectors.store({photo: VECTOR, other: VECTOR}) == 1
    assert await vectors.known([photo.id, changed.id]) == {photo.id}
    [counts] = await place.similarity.progress(photo.persona_id)
    assert list(counts.embedded.values()) == [1]


async def test_the_service_is_not_asked_for_what_was_adopted(place: Place) -> None:
    photos = await added(place)
    await AdoptedVectors(place.database).store(dict.fromkeys(photos, VECTOR))
    async with ImageEmbed("http://127.0.0.1:9") as nobody:
        await place.embed(nobody)  # it would raise
    [model] = await place.similarity.models()
    assert (model.name, model.active) == (ImageEmbed.description.name, True)


async def test_without_vectors_no_model_is_noted(place: Place) -> None:
    assert await AdoptedVectors(place.database).store({}) == 0
    assert await place.similarity.models() == []


async def test_many_vectors_take_as_many_statements_as_one(place: Place) -> None:
    await place.add(**{f"photo{number}": noise(number) for number in range(1, 9)})
    first, second, *others = await place.all_photos()
    vectors, counts = AdoptedVectors(place.database), list[int]()
    await vectors.store({first: VECTOR})
    for photos in ([second], others):
        with statements() as executed:
            assert await vectors.store(dict.fromkeys(photos, VECTOR)) == len(photos)
        counts.append(len(executed))
    assert counts[0] == counts[1]
