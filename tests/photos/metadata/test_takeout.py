"""The JSON files of Google Takeout: what they are called, and when they say a photo was taken."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fluffy_tui.photos.metadata.companions import Neighbours, companions_of
from fluffy_tui.photos.metadata.takeout import takeout_time

LONG = "20231105_a very long name that somebody gave to it"
"""50 characters, so that only 47 of them are in the photo's name, and 46 in that of its JSON file."""


@pytest.mark.parametrize(
    ("photo", "note"),
    [
        ("a.jpg", "a.jpg.json"),
        ("a.jpg", "a.jpg.supplemental-metadata.json"),
        ("A.JPG", "A.JPG.json"),
        ("IMG_20231105_143015.jpg", "IMG_20231105_143015.jpg.supplemental-metadata.json"),
        ("IMG_20231105_143015_long.jpg", "IMG_20231105_143015_long.jpg.supplemental-meta.json"),
        (f"{LONG[:47]}.jpg", f"{LONG[:46]}.json"),
        ("a(1).jpg", "a.jpg(1).json"),
        ("a(1).jpg", "a.jpg.supplemental-metadata(1).json"),
        ("a(1).jpg", "a(1).jpg.json"),
        ("a(1).jpg", "a.jpg.json"),
        ("a.jpg", "a.jpg(1).json"),
        ("a-edited.jpg", "a.jpg.json"),
        ("a-bearbeitet(2).jpg", "a.jpg(2).json"),
        ("a(2)-bearbeitet.jpg", "a.jpg(2).json"),
        ("a-edited(1).jpg", "a.jpg.supplemental-metadata(1).json"),
        ("a-edited(1).jpg", "a.jpg.json"),
        ("a-ha editado.jpg", "a.jpg.json"),
        ("a-modifie\u0301.jpg", "a.jpg.json"),
        ("été.jpg", "e\u0301te\u0301.jpg.json"),
        ("a-edited.jpg", "a.HEIC.supplemental-metadata.json"),
        ("PXL_20231105_143015123~2.jpg", "PXL_20231105_143015123~2.jpg.supplemental-meta.json"),
        ("PXL_20231105_143015123~2.jpg", "PXL_20231105_143015123.jpg.supplemental-metada.json"),
        (f"{LONG[:44]}-ed.jpg", f"{LONG[:44]}.j.json"),
        (f"{LONG[:45]}-b(3).jpg", f"{LONG[:45]}.(3).json"),
        (f"{LONG[:40]}(1).jpg", f"{LONG[:40]}.jpg.s(1).json"),
        (f"{LONG[:41]}(1).jpg", f"{LONG[:41]}.jpg.(1).json"),
    ],
)
def test_the_file_of_a_photo_is_found(tmp_path: Path, photo: str, note: str) -> None:
    found = companions_of(str(tmp_path / photo), Neighbours([photo, note]).find)
    assert found is not None
    assert found.takeout == str(tmp_path / note)


@pytest.mark.parametrize(
    ("photo", "names"),
    [
        ("a(1).jpg", ["a.jpg", "a.jpg.json"]),
        ("a.jpg", ["a(1).jpg", "a.jpg(1).json"]),
        ("a-edited(1).jpg", ["a.jpg", "a.jpg.json"]),
        ("a-ed.jpg", ["a.jpg.json"]),
        ("a.jpg", ["b.jpg.json", "metadata.json", "a.json"]),
    ],
)
def test_another_photos_file_is_left_to_it(tmp_path: Path, photo: str, names: list[str]) -> None:
    assert companions_of(str(tmp_path / photo), Neighbours([photo, *names]).find) is None


def note(folder: Path, content: object) -> str:
    path = folder / "a.jpg.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


def test_the_time_is_a_moment_and_nothing_else_is_read(tmp_path: Path) -> None:
    content = {
        "title": "a.jpg",
        "photoTakenTime": {"timestamp": "1699194615", "formatted": "5 Nov 2023, 14:30:15 UTC"},
        "geoData": {"latitude": 50.9, "longitude": 6.9},
    }
    assert takeout_time(note(tmp_path, content)) == datetime(2023, 11, 5, 14, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 100_000,
        '"' + "x" * 2_000_000 + '"',
        {"photoTakenTime": "1699194615"},
        {"photoTakenTime": {"timestamp": "soon"}},
        {"photoTakenTime": {"timestamp": "0"}},
        {"photoTakenTime": {"timestamp": None}},
        {"photoTakenTime": {"timestamp": "9" * 30}},
        {"photoTakenTime": {"timestamp": "-99999999999"}},
        {"creationTime": {"timestamp": "1699194615"}},
    ],
)
def test_what_is_not_takeouts_says_nothing(tmp_path: Path, content: object) -> None:
    assert takeout_time(note(tmp_path, content)) is None
    assert takeout_time(str(tmp_path / "missing.json")) is None
    assert takeout_time(str(tmp_path)) is None
