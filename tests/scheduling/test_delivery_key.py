"""The key in a picture's address names the post, its photo and its version."""

from __future__ import annotations

import pytest

from fluffy_tui.scheduling.delivery_key import (
    delivery_stem,
    is_first_version,
    key_in,
    new_delivery_key,
    next_delivery_key,
    photo_digits,
    photo_digits_in,
    picture_name,
)

SHA256 = "0123456789abcdef" * 4
BASE = "https://pictures.example.com/posts/"


def test_a_key_names_its_post_its_photo_and_its_version() -> None:
    key = new_delivery_key(SHA256)
    later = next_delivery_key(key)
    latest = next_delivery_key(later)
    assert len({key, later, latest, new_delivery_key(SHA256)}) == 4
    assert {delivery_stem(each) for each in (key, later, latest)} == {key}
    assert {photo_digits(each) for each in (key, later, latest)} == {SHA256[:16]}
    assert [is_first_version(each) for each in (key, later, latest)] == [True, False, False]
    assert [key_in(f"{BASE}{each}.jpg", BASE) for each in (key, later, latest)] == [key, later, latest]


@pytest.mark.parametrize("place", [0, 1, 9])
def test_a_picture_names_its_own_photo_wherever_it_is_in_its_post(place: int) -> None:
    other = "fedcba98" * 8
    key = next_delivery_key(new_delivery_key(SHA256))
    for photo in (SHA256, other):
        address = f"{BASE}{picture_name(key, place, photo)}.jpg"
        assert (key_in(address, BASE), photo_digits_in(address, BASE)) == (key, photo[:16])


def test_a_key_from_before_has_no_photo() -> None:
    assert photo_digits("ab" * 16) is None
    assert key_in(f"{BASE}{'ab' * 16}.jpg", BASE) == "ab" * 16


@pytest.mark.parametrize(
    "address",
    [
        "",
        f"{BASE}holiday.jpg",
        f"{BASE}sub/{'ab' * 16}.jpg",
        f"https://elsewhere.example.com/posts/{'ab' * 16}.jpg",
        f"{BASE}{'ab' * 17}.jpg",
        f"{BASE}{'ab' * 16}-1.jpg",
    ],
)
def test_other_addresses_have_no_key(address: str) -> None:
    assert key_in(address, BASE) is None
