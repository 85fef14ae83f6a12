"""One file as an import reads it: format, size as seen upright, time taken, and the reason if it cannot be read."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fluffy_tui.photos.file_state import KnownContent, modified_time
from fluffy_tui.photos.ingest.file_reader import FoundFile, read_file, read_files
from fluffy_tui.photos.model import DateSource, FailedFile
from photos.photo_files import FORMATS, encoded, exif, huge_png, picture, write

BROKEN = ("The file is cut short.", "The picture is damaged.")


def read(path: Path) -> FoundFile:
    found = read_file(str(path), threading.Event())
    assert isinstance(found, FoundFile), found
    return found


def reason(path: Path) -> str:
    failed = read_file(str(path), threading.Event())
    assert isinstance(failed, FailedFile), failed
    return failed.reason


@pytest.mark.parametrize("picture_format", FORMATS)
def test_every_format_is_read(tmp_path: Path, picture_format: str) -> None:
    """Pixels, format, hash, bytes and time are those of the file."""
    path = write(tmp_path / f"a.{FORMATS[picture_format]}", picture_format=picture_format)
    os.utime(path, ns=(0, 1_700_000_000_123_456_789))
    found = read(path)
    content = path.read_bytes()
    assert (found.format, found.width, found.height) == (picture_format, 48, 32)
    assert (found.sha256, found.byte_size) == (hashlib.sha256(content).digest(), len(content))
    assert found.modified_at == datetime.fromtimestamp(1_700_000_000, UTC) + timedelta(microseconds=123_456)
    assert found.path == str(path)


@pytest.mark.parametrize("picture_format", FORMATS)
def test_the_content_decides_not_the_name(tmp_path: Path, picture_format: str) -> None:
    """A picture of one format under another's name, or under a name without suffix."""
    content = encoded(picture_format)
    assert read(write(tmp_path / "wrong.JpG", content)).format == picture_format
    assert read(write(tmp_path / "bare", content)).format == picture_format


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("picture_format", FORMATS)
def test_size_is_as_seen_upright(tmp_path: Path, picture_format: str, orientation: int) -> None:
    """Turned by a quarter the sides change places, and HEIC is not turned twice."""
    made = encoded(picture_format, exif=exif(orientation=orientation))
    found = read(write(tmp_path / "a.jpg", made))
    assert (found.width, found.height) == ((32, 48) if orientation >= 5 else (48, 32))


@pytest.mark.parametrize("picture_format", FORMATS)
def test_time_taken_with_its_zone(tmp_path: Path, picture_format: str) -> None:
    """DateTimeOriginal and its offset."""
    made = encoded(picture_format, exif=exif(taken="2024:05:01 12:30:15", offset="+02:00"))
    found = read(write(tmp_path / "a.jpg", made))
    assert (found.taken_at, found.dated_by) == (datetime(2024, 5, 1, 12, 30, 15), DateSource.CAMERA_ZONED)


def test_time_taken_without_an_offset_is_the_cameras(tmp_path: Path) -> None:
    """EXIF before 2.31 has no offsets."""
    found = read(write(tmp_path / "a.jpg", exif=exif(taken="2024:05:01 12:30:15")))
    assert (found.taken_at, found.dated_by) == (datetime(2024, 5, 1, 12, 30, 15), DateSource.CAMERA)


@pytest.mark.parametrize(
    "nonsense", ["0000:00:00 00:00:00", "    :  :     :  :  ", "2024:13:45 99:99:99", "now", ""]
)
def test_a_camera_without_a_clock_has_no_time(tmp_path: Path, nonsense: str) -> None:
    """Zeros, blanks and nonsense are no time, and no failure."""
    assert read(write(tmp_path / "a.jpg", exif=exif(taken=nonsense))).dated_by is DateSource.FILE


DAMAGED_EXIF = b"Exif\0\0II*\0\xff\xff\xff\x7f broken"


@pytest.mark.filterwarnings(
    "ignore:Corrupt EXIF:UserWarning"
)  # the tests turn warnings into errors that the app silences
def test_damaged_exif_is_no_exif(tmp_path: Path) -> None:
    """The picture itself is fine."""
    target = io.BytesIO()
    picture().save(target, "JPEG", exif=DAMAGED_EXIF)
    found = read(write(tmp_path / "a.jpg", target.getvalue()))
    assert (found.width, found.dated_by) == (48, DateSource.FILE)


def test_damaged_exif_prints_nothing(tmp_path: Path) -> None:
    """Pillow's warnings would go to standard error, across the screen of the app."""
    target = io.BytesIO()
    picture().save(target, "JPEG", exif=DAMAGED_EXIF)
    path = write(tmp_path / "a.jpg", target.getvalue())
    program = (
        "import sys, pathlib; from fluffy_tui.images import decode_to_fit;"
        " decode_to_fit(pathlib.Path(sys.argv[1]), 9, 9)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, check=True)
    assert done.stderr == b""


def test_png_exif_after_the_pixels_is_read(tmp_path: Path) -> None:
    """The specification allows the eXIf chunk there; some programs write it so."""
    plain, marked = encoded("PNG"), encoded("PNG", exif=exif(orientation=6, taken="2024:05:01 12:30:15"))
    start = marked.index(b"eXIf") - 4
    chunk = marked[start : start + 12 + int.from_bytes(marked[start : start + 4], "big")]
    found = read(write(tmp_path / "a.png", plain[:-12] + chunk + plain[-12:]))
    assert (found.width, found.height) == (32, 48)
    assert found.taken_at is not None


def test_png_pixels_are_never_decoded(tmp_path: Path) -> None:
    """A PNG whose pixels are nonsense still has a header."""
    made = encoded("PNG")
    start = made.index(b"IDAT") + 4
    found = read(write(tmp_path / "a.png", made[:start] + b"\xee" * 8 + made[start + 8 :]))
    assert found.width == 48


@pytest.mark.parametrize("picture_format", FORMATS)
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.95])
def test_cut_short(tmp_path: Path, picture_format: str, kept: float) -> None:
    """An interrupted copy, wherever it was interrupted."""
    whole = encoded(picture_format, width=400, height=300)
    assert reason(write(tmp_path / "a.jpg", whole[: max(64, int(len(whole) * kept))])) in BROKEN


@pytest.mark.parametrize("picture_format", ["JPEG", "PNG"])
def test_filled_up_with_zeros(tmp_path: Path, picture_format: str) -> None:
    """An interrupted copy into a file that had its full size from the start."""
    whole = encoded(picture_format, width=400, height=300)
    half = len(whole) // 2
    assert reason(write(tmp_path / "a.jpg", whole[:half] + bytes(len(whole) - half))) in BROKEN


@pytest.mark.parametrize("picture_format", FORMATS)
def test_no_file_is_read_that_is_larger_than_any_picture(tmp_path: Path, picture_format: str) -> None:
    """Some formats' libraries take the whole file into memory, and 50 GB took minutes to search and to hash."""
    path = write(tmp_path / "a.jpg", encoded(picture_format))
    os.truncate(path, 50 << 30)  # of holes, which take no room
    limit = "2,048" if picture_format in ("JPEG", "PNG", "TIFF", "GIF", "BMP", "MPO") else "256"
    assert reason(path) == f"The file is larger than {limit} MB."


def test_a_cut_jpeg_is_not_saved_by_its_embedded_preview(tmp_path: Path) -> None:
    """The preview in the EXIF data is a whole JPEG with an end of its own."""
    target = io.BytesIO()
    picture(width=400, height=300).save(target, "JPEG", comment=encoded("JPEG"))
    whole = target.getvalue()
    assert reason(write(tmp_path / "a.jpg", whole[:-20])) == "The file is cut short."


@pytest.mark.parametrize("picture_format", ["JPEG", "PNG", "WEBP"])
def test_appended_data_is_no_damage(tmp_path: Path, picture_format: str) -> None:
    """Phones append videos of more than a megabyte."""
    appended = encoded(picture_format) + b"\0\0\0\x18ftypmp42" + b"\x11" * 2_500_000
    assert read(write(tmp_path / "a.jpg", appended)).width == 48


def test_heic_with_an_open_ended_last_box_is_decided_by_decoding(tmp_path: Path) -> None:
    """Length zero means "until the end of the file", so the header cannot tell."""
    whole = encoded("HEIF", width=400, height=300)
    start = whole.rindex(b"mdat") - 4
    open_ended = whole[:start] + bytes(4) + whole[start + 4 :]
    assert read(write(tmp_path / "a.heic", open_ended)).width == 400
    assert reason(write(tmp_path / "b.heic", open_ended[:-200])) in BROKEN


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"%PDF-1.7" + bytes(100), "It is a PDF, not a"),
        (b"%PDF-1.7" + bytes(100), "It is a PDF"),
        (b"II*\0" + bytes(100), "camera raw"),
        (b"\0\0\0\x18ftypmp42" + bytes(100), "It is a video"),
        (b"hello", "It is something else"),
        (b"\xff\xd8\xff", "cut short"),
        (b"\xff\xd8\xff" + b"\xff" * 300_000, "cut short"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100) + b"IEND\xaeB`\x82", "damaged"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(100), "damaged"),
        (b"\0\0\0\x18ftypheic" + bytes(100), "damaged"),
        (b"\0\0\0\x18ftypavif" + bytes(100), "damaged"),
        (huge_png(), "more than 250 megapixels"),
        (huge_png(15_812), "more than 250 megapixels"),
    ],
)
def test_the_reason_is_a_plain_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    """Shown for a file that cannot be imported."""
    assert words in reason(write(tmp_path / "a.jpg", content))


@pytest.mark.parametrize("content", [b"", b"#!/bin/sh", b"%PDF-1.7" + bytes(100)])
def test_a_file_that_neither_is_nor_is_named_like_a_picture_is_skipped(
    tmp_path: Path, content: bytes
) -> None:
    """Makefiles and licences are no failures."""
    path = write(tmp_path / "Makefile", content)
    assert read_file(str(path), threading.Event()) is None


def test_pipes_and_vanished_files(tmp_path: Path) -> None:
    """Put in place between listing and opening; a pipe must not block the import."""
    os.mkfifo(tmp_path / "pipe.jpg")
    assert reason(tmp_path / "pipe.jpg") == "It is not a regular file."
    assert reason(tmp_path / "gone.jpg") == "The file is missing."


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_no_permission(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jpg")
    path.chmod(0)
    assert reason(path) == "You have no permission to read it."


@pytest.mark.parametrize("whole", [True, False])
def test_a_file_that_is_being_written(tmp_path: Path, whole: bool) -> None:
    """It grows while it is read: no photo yet, but not damaged either."""
    content = encoded()
    path = write(tmp_path / "a.jpg", content if whole else content[:-10])
    os.truncate(path, 64 << 20)  # so that reading takes long enough for the writer to have many turns
    began, done = threading.Event(), threading.Event()

    def grow() -> None:
        with path.open("ab", buffering=0) as file:
            while not done.is_set():
                file.write(b"\0")
                began.set()

    writer = threading.Thread(target=grow)
    writer.start()
    began.wait()
    try:
        assert "still being written" in reason(path)
    finally:
        done.set()
        writer.join()


def test_stopping_ends_a_slice_of_files(tmp_path: Path) -> None:
    """No further file is opened."""
    paths = [str(write(tmp_path / f"{number}.jpg", seed=number)) for number in range(3)]
    stop = threading.Event()
    assert len(read_files(paths, stop, {})) == 3
    stop.set()
    assert read_files(paths, stop, {}) == []


@pytest.mark.parametrize("side", [10_400, 14_200, 15_811])
def test_pictures_of_large_sensors_are_imported(tmp_path: Path, side: int) -> None:
    """Phones have sensors of 108 and 200 megapixels; the limit is 250."""
    found = read(write(tmp_path / "a.png", huge_png(side)))
    assert (found.width, found.height) == (side, side)


@pytest.mark.parametrize("is_same", [True, False])
def test_only_the_head_of_a_known_file_is_read_unless_it_has_changed_since_it_was_listed(
    tmp_path: Path, is_same: bool
) -> None:
    path = write(tmp_path / "a.jpg", encoded(seed=1))
    status = path.stat()
    known = KnownContent(b"known".ljust(32), status.st_size, modified_time(status))
    if not is_same:
        os.utime(path, (1_700_000_000,) * 2)
    found = read_file(str(path), threading.Event(), content=known)
    assert isinstance(found, FoundFile)
    expected = known.sha256 if is_same else hashlib.sha256(path.read_bytes()).digest()
    assert (found.sha256, found.bytes_read) == (expected, 0 if is_same else status.st_size)
