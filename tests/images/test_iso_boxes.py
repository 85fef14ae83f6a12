"""The description of HEIC and AVIF files: where their pictures are; nonsense in it is refused, never believed."""

from __future__ import annotations

import contextlib
import io
import struct

import pytest
from hypothesis import given, settings, strategies as st

from fluffy_tui.images import NeedsLimits, PhotoUnreadable, read_header
from fluffy_tui.images.iso_boxes import Items, read_items
from photos.photo_files import FORMATS, encoded

FILES = {kind: encoded(kind) for kind in ("HEIF", "AVIF")}


def items(content: bytes) -> Items:
    return read_items(io.BytesIO(content), len(content))


@pytest.mark.parametrize("kind", sorted(FILES))
def test_every_coded_picture_lies_within_the_file(kind: str) -> None:
    content = FILES[kind]
    found = items(content)
    assert found.coded
    assert content.index(b"mdat") < found.end <= len(content)


def test_a_file_without_a_description_has_none() -> None:
    assert items(b"\0\0\0\x10ftypheic\0\0\0\0") == Items()


@pytest.mark.parametrize("kind", sorted(FILES))
@given(data=st.data())
@settings(max_examples=200)
def test_a_damaged_description_is_an_error_or_another_description(kind: str, data: st.DataObject) -> None:
    content = bytearray(FILES[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ValueError, IndexError, struct.error):
        items(bytes(content[: data.draw(st.integers(0, len(content)))]))


def test_pieces_that_take_no_bytes_cannot_be_many() -> None:
    """A few kilobytes could name billions of them."""
    entries = struct.pack(">HHH", 1, 0, 0xFFFF) * 1000
    iloc = struct.pack(">I4sIHH", 16 + len(entries), b"iloc", 0, 0, 1000) + entries
    meta = struct.pack(">I4sI", 12 + len(iloc), b"meta", 0) + iloc
    with pytest.raises(ValueError, match="too many"):
        items(meta)


SIGNATURES = [
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"RIFF\0\0\1\0WEBP",
    b"\0\0\0\x18ftypheic",
    b"\0\0\0\x18ftypavif",
    b"GIF89a",
    b"II*\0",
    b"MM\0*",
    b"BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0",
    b"\xff\x0a",
]


@given(signature=st.sampled_from(SIGNATURES), rest=st.binary(max_size=600))
@settings(max_examples=500)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_anything_after_a_signature_is_refused_with_a_reason(signature: bytes, rest: bytes) -> None:
    with contextlib.suppress(PhotoUnreadable, NeedsLimits):
        read_header(io.BytesIO(signature + rest))


@given(kind=st.sampled_from(sorted(FORMATS)), data=st.data())
@settings(max_examples=300)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_any_damage_of_a_header_is_refused_with_a_reason(kind: str, data: st.DataObject) -> None:
    content = bytearray(encoded(kind))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(PhotoUnreadable, NeedsLimits):  # two other bytes make it a JPEG XL
        read_header(io.BytesIO(bytes(content)))
