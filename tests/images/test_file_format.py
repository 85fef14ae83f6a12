"""Whether a file is complete, told from its structure alone."""

from __future__ import annotations

import io

import pytest

from fluffy_tui.images.file_format import is_complete
from photos.photo_files import encoded


def complete(content: bytes, picture_format: str) -> bool | None:
    return is_complete(io.BytesIO(content), picture_format, len(content))


@pytest.mark.parametrize("trailer", [b"SEFT\x01\x02\x03\x04" * 9, b"\xff" * 100, b"<?xpacket end='w'?>" * 5])
def test_phones_may_append_what_is_not_in_boxes(trailer: bytes) -> None:
    """Samsung's do; the description says where the picture itself ends."""
    assert complete(encoded("HEIF") + trailer, "HEIF") is True


def test_a_box_that_ends_behind_the_file_is_cut_short() -> None:
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
