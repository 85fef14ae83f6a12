"""Files that are no usable picture: each gets one plain sentence, never a traceback."""

from __future__ import annotations

import os
import random
import struct
import zlib
from pathlib import Path

import pillow_heif
import pytest

from fluffy_tui.media import PhotoUnreadable, render
from fluffy_tui.networks import rules_for
from media.media_pictures import noise, quadrants, saved

X = rules_for("twitter")


def png_that_claims(width: int, height: int) -> bytes:
    """Return a tiny PNG whose header names a huge size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100))


def refusal(path: Path) -> PhotoUnreadable:
    """Render what cannot be rendered and return the error."""
    with pytest.raises(PhotoUnreadable) as caught:
        render(path, X)
    assert path.name in caught.value.message
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    "content",
    [b"", b"x", b"hello, this is a text", b"<html><body>login</body></html>", b"\xff\xd8\xff", b"GIF89a"],
)
def test_what_is_no_picture_is_said_so(tmp_path: Path, content: bytes) -> None:
    """Empty files, texts and formats that are not taken."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    assert "is not a JPEG" in refusal(path).message


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".avif", ".heic"])
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9])
def test_a_truncated_photo_is_refused(tmp_path: Path, suffix: str, kept: float) -> None:
    """Half a picture is not posted."""
    path = tmp_path / f"photo{suffix}"
    if suffix == ".heic":
        pillow_heif.from_pillow(noise(200, 200)).save(path)
    else:
        saved(noise(200, 200), path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    refusal(path)


def test_a_decompression_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    """A few bytes that claim 10,000 megapixels."""
    path = tmp_path / "bomb.png"
    path.write_bytes(png_that_claims(100_000, 100_000))
    error = refusal(path)
    assert "megapixels" in error.message


def test_just_above_the_limit_is_refused(tmp_path: Path) -> None:
    """251 megapixels, between Pillow's warning and its error."""
    path = tmp_path / "bomb.png"
    path.write_bytes(png_that_claims(15_812, 15_812))
    assert "more than 250 megapixels" in refusal(path).message


def test_a_file_that_is_gone_is_said_so(tmp_path: Path) -> None:
    """Deleted between import and delivery, or its folder was."""
    assert "no longer there" in refusal(tmp_path / "gone.jpg").message
    (tmp_path / "file").write_bytes(b"")
    assert "no longer there" in refusal(tmp_path / "file" / "photo.jpg").message


def test_a_folder_is_no_photo(tmp_path: Path) -> None:
    """A folder may be called anything."""
    (tmp_path / "album.jpg").mkdir()
    assert "may not be read" in refusal(tmp_path / "album.jpg").message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_forbidden_file_is_said_so(tmp_path: Path) -> None:
    """Without permission there is no guess about the content."""
    path = saved(quadrants(), tmp_path / "photo.jpg")
    path.chmod(0)
    assert "may not be read" in refusal(path).message


def test_a_name_with_markup_is_told_as_it_is(tmp_path: Path) -> None:
    """Names are text, not markup."""
    assert "[/b][red.jpg" in refusal(tmp_path / "[/b][red.jpg").message


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".avif", ".heic"])
def test_flipped_bytes_render_or_are_refused(tmp_path: Path, suffix: str) -> None:
    """Whatever a failing disk makes of a photo, there is a picture or one plain sentence."""
    path = tmp_path / f"photo{suffix}"
    if suffix == ".heic":
        pillow_heif.from_pillow(noise(64, 64)).save(path)
    else:
        saved(noise(64, 64), path)
    content = path.read_bytes()
    chance = random.Random(7)
    outcomes = set()
    for _ in range(60):
        damaged = bytearray(content)
        for _ in range(chance.choice((1, 4, 30))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(damaged)
        try:
            outcomes.add(render(path, X).data[:2])
        except PhotoUnreadable as error:
            outcomes.add(type(error).__name__.encode())
    assert outcomes <= {b"\xff\xd8", b"PhotoUnreadable"}
