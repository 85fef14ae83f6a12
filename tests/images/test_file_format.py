"""Whether a file is complete, told from its structure alone."""

from __future__ import annotations

import io
import itertools
from typing import Any

import pytest

from fluffy_tui.images.file_format import is_complete, jpeg_segments, webp_chunks
from fluffy_tui.images.png_chunks import png_chunks
from photos.photo_files import encoded


def complete(content: bytes, picture_format: str) -> bool | None:
    return is_complete(io.BytesIO(content), picture_format, len(content))


@pytest.mark.parametrize("trailer", [b"SEFT\x01\x02\x03\x04" * 9, b"\xff" * 100, b"<?xpacket end='w'?>" * 5])
def test_phones_may_append_what_is_not_in_boxes(trailer: bytes) -> None:
    """Samsung's do; the description says where the picture itself ends."""
    assert complete(encoded("HEIF") + trailer, "HEIF") is True


def test_a_box_that_ends_beyond_the_file_is_cut_short() -> None:
    assert complete(encoded("HEIF")[:-10], "HEIF") is False


@pytest.mark.parametrize("cut", [4, 12, 30])
def test_a_png_without_its_last_chunk_is_cut_short(cut: int) -> None:
    content = encoded("PNG")
    assert complete(content, "PNG") is True
    assert complete(content[:-cut], "PNG") is False


def test_the_letters_iend_inside_the_pixels_end_no_png() -> None:
    content = encoded("PNG")
    start = content.index(b"IDAT")
    forged = content[: start + 4] + b"IEND\xaeB`\x82" + content[start + 12 : -12]
    assert complete(forged, "PNG") is False


class LongFile(io.BytesIO):
    """A terabyte: what it begins with, and then the same few bytes again and again."""

    def __init__(self, head: bytes, again: bytes) -> None:
        super().__init__(head)
        self.again, self.reads, self.place = again, 0, 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go anywhere."""
        assert whence == io.SEEK_SET
        self.place = offset
        return offset

    def read(self, size: int | None = -1) -> bytes:
        """Return what is there."""
        assert size is not None
        assert 0 <= size < 100
        self.reads += 1
        start, head = self.place, self.getvalue()
        self.place += size
        return bytes(
            head[at] if at < len(head) else self.again[(at - len(head)) % len(self.again)]
            for at in range(start, start + size)
        )


EMPTY_CHUNK = bytes(4) + b"IDAT" + bytes(4)


@pytest.mark.parametrize(
    ("walk", "head", "again"),
    [
        (png_chunks, b"\x89PNG\r\n\x1a\n", b"\0"),
        (png_chunks, b"\x89PNG\r\n\x1a\n", EMPTY_CHUNK),
        (webp_chunks, b"RIFF\xff\xff\xff\xffWEBP", b"\0"),
        (jpeg_segments, b"\xff\xd8", b"\0"),
        (jpeg_segments, b"\xff\xd8", b"\xff\xd0"),
        (jpeg_segments, b"\xff\xd8", b"\xff\xe0\0\2"),
    ],
)
def test_the_walk_through_a_file_ends_however_long_it_is(walk: Any, head: bytes, again: bytes) -> None:
    """A download may have been given all its room, or a disk may have lost all but the head."""
    file = LongFile(head, again)
    found = walk(file) if walk is jpeg_segments else walk(file, 1 << 40)
    assert sum(1 for _ in itertools.islice(found, 1_000_000)) < 1_000_000
    assert file.reads < 1_000_000
