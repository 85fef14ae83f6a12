"""Files that are no usable picture: preview and post refuse them alike, each with one sentence and a reason."""

from __future__ import annotations

import os
import pickle
import random
import struct
import zlib
from pathlib import Path

import pillow_heif
import pytest

from fluffy_tui.images import PhotoUnreadable, Unreadable, decode_to_fit
from fluffy_tui.media import render
from fluffy_tui.networks import rules_for
from media.media_pictures import noise, quadrants, saved

X = rules_for("twitter")


def png_that_claims(width: int, height: int) -> bytes:
    """Return a tiny PNG whose header claims a huge size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


def refusal(path: Path) -> PhotoUnreadable:
    """Render and preview what can be neither, and return the error, which is the same."""
    with pytest.raises(PhotoUnreadable) as post:
        render(path, X)
    with pytest.raises(PhotoUnreadable) as preview:
        decode_to_fit(path, 100, 100)
    assert str(preview.value) == str(post.value)
    assert post.value.message.startswith(f"{path.name} cannot be read: ")
    return post.value


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"x", "it is something else, not a JPEG"),
        (b"hello, this is a text", "it is something else"),
        (b"<html><body>login</body></html>", "it is a web page"),
        (b"\xff\xd8\xff", "the file is cut short"),
        (b"%PDF-1.7", "it is a PDF"),
    ],
)
def test_what_is_no_picture_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    """Empty files, texts and unsupported formats."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    error = refusal(path)
    assert words in error.message
    assert error.hint


def test_a_file_of_zeros_is_damaged(tmp_path: Path) -> None:
    """As a download that never began leaves, or a bad disk; it was no file of another kind."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(bytes(10_000))
    assert refusal(path).reason is Unreadable.DAMAGED


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
    assert refusal(path).reason in (Unreadable.CUT_SHORT, Unreadable.DAMAGED)


@pytest.mark.parametrize("side", [100_000, 15_812])
def test_a_decompression_bomb_is_refused_before_it_unpacks(tmp_path: Path, side: int) -> None:
    """A few bytes that claim 10,000 megapixels, and 251: between Pillow's warning and its error."""
    path = tmp_path / "bomb.png"
    path.write_bytes(png_that_claims(side, side))
    error = refusal(path)
    assert error.reason is Unreadable.TOO_LARGE
    assert "more than 250 megapixels" in error.message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """Deleted between import and delivery, or its folder was."""
    assert refusal(tmp_path / "gone.jpg").reason is Unreadable.MISSING
    (tmp_path / "file").write_bytes(b"")
    assert refusal(tmp_path / "file" / "photo.jpg").reason is Unreadable.MISSING


def test_folders_and_pipes_are_not_opened(tmp_path: Path) -> None:
    """They may have any name."""
    (tmp_path / "album.jpg").mkdir()
    os.mkfifo(tmp_path / "pipe.jpg")
    assert refusal(tmp_path / "album.jpg").reason is Unreadable.NOT_A_FILE
    assert refusal(tmp_path / "pipe.jpg").reason is Unreadable.NOT_A_FILE


def test_a_link_to_itself_is_named(tmp_path: Path) -> None:
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    assert refusal(tmp_path / "loop.jpg").reason is Unreadable.LINK_LOOP


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_forbidden_file_is_named(tmp_path: Path) -> None:
    """Without permission there is no guess about the content."""
    path = saved(quadrants(), tmp_path / "photo.jpg")
    path.chmod(0)
    assert refusal(path).reason is Unreadable.FORBIDDEN


def test_a_name_with_markup_is_quoted_as_it_is(tmp_path: Path) -> None:
    """Names are text, not markup."""
    assert refusal(tmp_path / "[b]x[red.jpg").message.startswith("[b]x[red.jpg cannot be read")


def test_bytes_have_no_name() -> None:
    with pytest.raises(PhotoUnreadable, match=r"^The file is empty\. ") as caught:
        decode_to_fit(b"", 10, 10)
    assert caught.value.sentence == "The file is empty."


@pytest.mark.parametrize("reason", Unreadable)
def test_every_reason_has_a_sentence_and_crosses_processes(reason: Unreadable) -> None:
    """Decoding may run in a process of its own."""
    error = PhotoUnreadable(reason, "detail", "a.jpg")
    assert error.message.startswith("a.jpg cannot be read: ")
    assert error.sentence[0].isupper()
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.reason, copy.detail, str(copy)) == (reason, "detail", str(error))


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".avif", ".heic"])
def test_flipped_bytes_decode_or_are_refused(tmp_path: Path, suffix: str) -> None:
    """Whatever a failing disk makes of a photo, there is a picture or one plain sentence, and post equals preview."""
    path = tmp_path / f"photo{suffix}"
    if suffix == ".heic":
        pillow_heif.from_pillow(noise(64, 64)).save(path)
    else:
        saved(noise(64, 64), path)
    content = path.read_bytes()
    chance = random.Random(7)
    for _ in range(60):
        damaged = bytearray(content)
        for _ in range(chance.choice((1, 4, 30))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(damaged)
        try:
            assert render(path, X).data[:2] == b"\xff\xd8"
        except PhotoUnreadable:
            refusal(path)
        else:
            decode_to_fit(path, 100, 100)
