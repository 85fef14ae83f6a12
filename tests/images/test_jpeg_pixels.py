"""JPEG, strictly, but with the oddities that cameras write."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from fluffy_tui.images import PhotoUnreadable, Unreadable, decode
from photos.photo_files import encoded, picture

END = b"\xff\xd9"


def jpeg(mode: str = "RGB", **options: object) -> bytes:
    target = io.BytesIO()
    picture(400, 300, mode=mode).save(target, "JPEG", **options)
    return target.getvalue()


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("at_least", [1.0, 0.5, 0.25, 0.1])
def test_pixels_are_those_that_pillow_decodes(mode: str, at_least: float) -> None:
    content = jpeg(mode)
    plain = Image.open(io.BytesIO(content))
    plain.draft(None, (int(400 * at_least), int(300 * at_least)))
    pixels = decode(content, at_least=at_least).pixels
    assert (pixels.mode, pixels.size) == (mode, plain.size)
    here, there = (one.resize((8, 8)).tobytes() for one in (pixels, plain))
    assert max(abs(a - b) for a, b in zip(here, there, strict=True)) <= 3


@pytest.mark.parametrize("eighths", range(2, 9))
@pytest.mark.parametrize(("mode", "size"), [("RGB", (400, 300)), ("L", (401, 299)), ("CMYK", (401, 299))])
def test_a_picture_for_a_post_is_decoded_in_as_many_eighths_as_are_needed(
    eighths: int, mode: str, size: tuple[int, int]
) -> None:
    target = io.BytesIO()
    picture(*size, mode=mode).save(target, "JPEG")
    pixels = decode(target.getvalue(), at_least=(eighths - 0.5) / 8).pixels
    assert pixels.size == tuple(-(-side * eighths // 8) for side in size)
    whole = decode(target.getvalue()).pixels
    here, there = (one.resize((8, 8)).tobytes() for one in (pixels, whole))
    assert max(abs(a - b) for a, b in zip(here, there, strict=True)) <= 3


@pytest.mark.parametrize("progressive", [False, True])
def test_the_end_marker_may_be_missing(progressive: bool) -> None:
    content = jpeg(progressive=progressive)
    assert decode(content.removesuffix(END)).pixels.tobytes() == decode(content).pixels.tobytes()


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_a_cut_picture_is_cut_short(progressive: bool, share: float) -> None:
    content = jpeg(progressive=progressive, quality=95)
    with pytest.raises(PhotoUnreadable) as caught:
        decode(content[: int(len(content) * share)])
    assert caught.value.reason is Unreadable.CUT_SHORT


def test_data_that_end_early_are_damage() -> None:
    """Before an end marker, as a card that closes its files leaves them."""
    content = jpeg(quality=95)
    with pytest.raises(PhotoUnreadable) as caught:
        decode(content[: len(content) * 2 // 3] + END)
    assert caught.value.reason is Unreadable.DAMAGED


@pytest.mark.parametrize("pad", [b"\0", b"\0\0", b"\x12\x34\x56"])
def test_a_few_stray_bytes_before_the_end_are_no_damage(pad: bytes) -> None:
    content = jpeg()
    assert decode(content.removesuffix(END) + pad + END).pixels.tobytes() == decode(content).pixels.tobytes()


def test_stray_bytes_may_be_followed_by_a_film() -> None:
    """With end markers of its own in it."""
    content = jpeg()
    moving = content.removesuffix(END) + b"\0\0" + END + b"\0\0\0\x18ftypmp42" + (b"x" * 99 + END) * 50
    assert decode(moving).pixels.tobytes() == decode(content).pixels.tobytes()


@pytest.mark.parametrize("count", [20, 99, 311, 5000])
def test_many_stray_bytes_mean_a_hole(count: int) -> None:
    with pytest.raises(PhotoUnreadable):
        decode(jpeg().removesuffix(END) + bytes(count) + END)


def test_stray_bytes_do_not_hide_damage() -> None:
    """Only the last warning is known, and that is the one about stray bytes."""
    content = jpeg(quality=95, restart_marker_blocks=20)
    hurt = content.replace(b"\xff\xd3", b"\xff\xd5", 1)
    assert hurt != content
    with pytest.raises(PhotoUnreadable):
        decode(hurt.removesuffix(END) + b"\0\0" + END)


def test_odd_parameters_of_a_scan_are_no_damage() -> None:
    """Some phones write the parameters of a progressive scan into sequential pictures."""
    content = bytearray(jpeg())
    scan = content.index(b"\xff\xda")
    end = scan + 2 + int.from_bytes(content[scan + 2 : scan + 4], "big")
    assert content[end - 3 : end] == b"\0\x3f\0"
    content[end - 3 : end] = b"\0\0\0"
    assert decode(bytes(content)).pixels.tobytes() == decode(jpeg()).pixels.tobytes()


@pytest.mark.parametrize("marker", [b"\xff\xe2", b"\xff\xe1", b"\xff\xfe"])
def test_damaged_metadata_are_no_damage_of_the_picture(marker: bytes) -> None:
    content = encoded(width=400, height=300)
    bad = marker + b"\0\x20" + b"ICC_PROFILE\0\x07\x02" + b"\xff\xd9\xff\xda" * 4
    assert decode(content[:2] + bad + content[2:]).pixels.tobytes() == decode(content).pixels.tobytes()


def test_what_is_left_of_a_damaged_picture_can_be_asked_for() -> None:
    content = jpeg(quality=95)
    half = content[: len(content) // 2] + END
    left = decode(half, accept_damaged=True).pixels
    assert left.size == (400, 300)
    assert left.crop((0, 0, 400, 64)).tobytes() == decode(content).pixels.crop((0, 0, 400, 64)).tobytes()
