"""The text in pictures: what is read, what it costs, and that nothing is downloaded."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from fluffy_tui.images import PhotoUnreadable, Unreadable
from fluffy_tui.similarity.model import ModelUnavailable
from fluffy_tui.similarity.models import text_reader
from fluffy_tui.similarity.models.text_reader import TextReader, read_text

pytestmark = pytest.mark.slow
installed = pytest.mark.skipif(not TextReader.is_installed(), reason="the extra `ocr` is not installed")


def page(path: Path, *lines: str, size: tuple[int, int] = (640, 360)) -> Path:
    """Write a picture with lines of text."""
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        draw.text((30, 30 + 60 * number), line, fill="black", font=ImageFont.load_default(36))
    picture.save(path)
    return path


@pytest.fixture
def reader() -> Iterator[TextReader]:
    """Yield a reader whose process ends."""
    reader = TextReader()
    yield reader
    reader.rest()


@installed
def test_lines_are_read_in_their_order(reader: TextReader, tmp_path: Path) -> None:
    found = reader.read(page(tmp_path / "a.png", "Invoice No. 4711", "Total due 12.50"))
    assert found.text.split("\n") == ["Invoice No. 4711", "Total due 12.50"]
    assert 0.05 < found.share < 0.25


@installed
def test_small_text_and_text_that_fills_the_picture_are_read(reader: TextReader, tmp_path: Path) -> None:
    """Though lines are found in fewer pixels than they are read in."""
    small = Image.new("RGB", (720, 1280), "white")
    lines = [f"Message {number} was delivered before noon" for number in range(10, 50)]
    for number, line in enumerate(lines):
        ImageDraw.Draw(small).text((20, 20 + 30 * number), line, "black", ImageFont.load_default(14))
    small.save(tmp_path / "small.png")
    assert reader.read(tmp_path / "small.png").text.split("\n") == lines
    large = Image.new("RGB", (4000, 3000), "navy")
    for number, line in enumerate(["OPEN", "HOUSE"]):
        ImageDraw.Draw(large).text((150, 150 + 1170 * number), line, "white", ImageFont.load_default(900))
    large.save(tmp_path / "large.jpg")
    assert reader.read(tmp_path / "large.jpg").text.split("\n") == ["OPEN", "HOUSE"]


@installed
def test_a_picture_without_text_has_none(reader: TextReader, tmp_path: Path) -> None:
    found = reader.read(page(tmp_path / "a.png"))
    assert (found.text, found.share) == ("", 0.0)


@installed
def test_nothing_is_downloaded_and_no_host_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any, **options: Any) -> None:
        raise AssertionError(f"it wants to reach {arguments}")

    from rapidocr.utils.download_file import DownloadFile

    monkeypatch.setattr(DownloadFile, "run", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(os, "nice", lambda more: 0)
    text_reader._engine.cache_clear()
    assert read_text(page(tmp_path / "a.png", "Nothing leaves"), False).text == "Nothing leaves"


@installed
def test_a_damaged_picture_says_so_and_the_next_one_is_read(reader: TextReader, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(page(tmp_path / "a.png", "Whole").read_bytes()[:400])
    with pytest.raises(PhotoUnreadable) as caught:
        reader.read(broken)
    assert caught.value.reason.is_final
    assert reader.read(tmp_path / "a.png").text == "Whole"


@installed
def test_a_picture_that_takes_too_long_ends_the_process_alone(
    reader: TextReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_reader, "SECONDS", 1)
    monkeypatch.setattr(text_reader, "read_text", time.sleep)
    with pytest.raises(PhotoUnreadable) as caught:
        reader.read(1_000)  # type: ignore[arg-type]
    assert caught.value.reason is Unreadable.TOO_COSTLY
    monkeypatch.undo()
    assert reader.read(page(tmp_path / "a.png", "Next")).text == "Next"


@installed
def test_a_reader_that_does_not_start_is_no_fault_of_the_photo(
    reader: TextReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_reader, "_NETWORKS", {"Det": "missing.onnx"})
    monkeypatch.setattr(text_reader, "LimitedProcess", InThisProcess)
    monkeypatch.setattr(os, "nice", lambda more: 0)
    text_reader._engine.cache_clear()
    with pytest.raises(ModelUnavailable):
        reader.read(page(tmp_path / "a.png", "Text"))


class InThisProcess:
    """A process that is none."""

    is_ready = True

    def __init__(self, seconds: int, environment: dict[str, str]) -> None:
        self.seconds, self.environment = seconds, environment

    def call(self, function: Any, args: Any, options: Any) -> Any:
        """Call the function here."""
        return function(*args, **options)

    def end(self) -> None:
        """End nothing."""
