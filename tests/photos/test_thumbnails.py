"""Thumbnails made once: kept by content, bounded, and never shown for a file that has changed."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from fluffy_tui.photos import Photo, PhotoScores, PhotoUnreadable
from fluffy_tui.photos.file_state import modified_time
from fluffy_tui.photos.thumbnails import _VERSION, SIDE, ThumbnailCache, Thumbnails
from photos.photo_files import FORMATS, write
from test_plain_file import other_than_file


def known(path: Path) -> Photo:
    """Return a file as the library knows it."""
    status = path.stat()
    return Photo(
        id=1,
        persona_id=1,
        path=path,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        byte_size=status.st_size,
        width=48,
        height=32,
        format="JPEG",
        taken_at=None,
        modified_at=modified_time(status),
        missing_since=None,
        verdict=None,
        created_at=datetime.now(UTC),
    )


def kept(folder: Path) -> list[Path]:
    return sorted(folder.glob("??/*"))


def colour(picture: Image.Image) -> tuple[int, ...]:
    found = picture.getpixel((1, 1))
    assert isinstance(found, tuple)
    return found


@pytest.mark.parametrize("picture_format", FORMATS)
def test_the_second_time_the_file_is_not_decoded(
    tmp_path: Path, picture_format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever its format and whatever size is asked for."""
    path = write(tmp_path / "a", picture_format=picture_format, width=1200, height=800)
    photo, thumbnails = known(path), Thumbnails(ThumbnailCache(tmp_path / "thumbnails"))
    first = thumbnails.make(photo, 300, 300)
    assert (first.mode, first.size) == ("RGB", (300, 200))
    monkeypatch.setattr("fluffy_tui.photos.thumbnails.decode_to_fit", None)
    again, tiny = thumbnails.make(photo, 300, 300), thumbnails.make(photo, 12, 10)
    assert (again.size, tiny.size) == ((300, 200), (12, 8))
    assert all(abs(a - b) < 24 for a, b in zip(colour(first), colour(again), strict=True))
    assert len(kept(tmp_path / "thumbnails")) == 1


@pytest.fixture
def rotten(tmp_path: Path) -> Path:
    """A PNG that decodes without a complaint, although the checksum of its pixels is wrong."""
    path = write(tmp_path / "a.png", picture_format="PNG", width=60, height=40)
    content = bytearray(path.read_bytes())
    content[content.index(b"IEND") - 6] ^= 1
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("side", [60, SIDE + 1])
def test_what_a_worker_found_whole_is_not_looked_at_for_damage_again(rotten: Path, side: int) -> None:
    """For some formats that takes as long as decoding them. The file is one that nobody would find whole."""
    photo, thumbnails = known(rotten), Thumbnails(None)
    with pytest.raises(PhotoUnreadable):
        thumbnails.make(photo, side, side)
    found_whole = replace(photo, scores=PhotoScores(50.0, 0.0, 0.0))
    assert thumbnails.make(found_whole, side, side).size == (60, 40)


@pytest.mark.parametrize("change", ["time", "size"])
def test_what_a_worker_found_whole_counts_only_for_that_file(rotten: Path, change: str) -> None:
    photo = replace(known(rotten), scores=PhotoScores(50.0, 0.0, 0.0))
    if change == "time":
        os.utime(rotten, ns=(0, 0))
    else:
        rotten.write_bytes(rotten.read_bytes() + b"\0")
    with pytest.raises(PhotoUnreadable):
        Thumbnails(None).make(photo, 60, 60)


def test_larger_pictures_than_are_kept_come_from_the_file(tmp_path: Path) -> None:
    """A full screen needs the file."""
    photo = known(write(tmp_path / "a.jpg", width=1200, height=800))
    thumbnails = Thumbnails(ThumbnailCache(tmp_path / "thumbnails"))
    assert thumbnails.make(photo, SIDE + 1, SIDE + 1).width == SIDE + 1
    assert kept(tmp_path / "thumbnails") == []


def test_a_changed_file_is_shown_as_it_is_now(tmp_path: Path) -> None:
    """A kept thumbnail stands for the content that was imported, and no other is kept in its place."""
    path = write(tmp_path / "a.jpg", width=600, height=400)
    photo, thumbnails = known(path), Thumbnails(ThumbnailCache(tmp_path / "thumbnails"))
    thumbnails.make(photo, 60, 60)
    before = kept(tmp_path / "thumbnails")[0].read_bytes()
    write(path, width=600, height=400, seed=3)
    assert colour(thumbnails.make(photo, 60, 60))[1] > 60
    assert kept(tmp_path / "thumbnails")[0].read_bytes() == before
    path.unlink()
    with pytest.raises(PhotoUnreadable):
        thumbnails.make(photo, 60, 60)


def test_a_damaged_thumbnail_is_made_again(tmp_path: Path) -> None:
    """After a full disk, for example."""
    photo = known(write(tmp_path / "a.jpg", width=600, height=400))
    thumbnails = Thumbnails(ThumbnailCache(tmp_path / "thumbnails"))
    thumbnails.make(photo, 60, 60)
    kept(tmp_path / "thumbnails")[0].write_bytes(b"\xff\xd8\xff\xe0")
    assert thumbnails.make(photo, 60, 60).size == (60, 40)
    assert thumbnails.make(photo, 60, 60).size == (60, 40)
    assert len(kept(tmp_path / "thumbnails")[0].read_bytes()) > 100


@pytest.mark.parametrize("kind", ["pipe", "folder", "device"])
def test_what_is_in_a_thumbnails_place_is_not_waited_for(tmp_path: Path, kind: str) -> None:
    photo = known(write(tmp_path / "a.jpg", width=600, height=400))
    thumbnails = Thumbnails(ThumbnailCache(tmp_path / "thumbnails"))
    thumbnails.make(photo, 60, 60)
    [path] = kept(tmp_path / "thumbnails")
    path.unlink()
    other_than_file(path, kind)
    assert thumbnails.make(photo, 60, 60).size == (60, 40)


def test_the_least_recently_used_are_dropped(tmp_path: Path) -> None:
    """Also in a folder that an earlier run filled."""
    folder, picture = tmp_path / "thumbnails", Image.effect_noise((80, 80), 90).convert("RGB")
    ThumbnailCache(folder).put("0" * 64, picture)
    size = kept(folder)[0].stat().st_size
    cache = ThumbnailCache(folder, limit=10 * size)
    names = [f"{number:064x}" for number in range(1, 10)]
    for age, name in enumerate(["0" * 64, *names]):
        cache.put(name, picture)
        os.utime(folder / name[:2] / f"{name}-{_VERSION}.jpg", ns=(age, age))
    assert cache.get("0" * 64, 40, 40) is not None  # used just now
    cache.put("f" * 64, picture)
    left = {path.stem.removesuffix(f"-{_VERSION}") for path in kept(folder)}
    assert len(left) == 9
    assert {"0" * 64, "f" * 64} <= left
    assert names[0] not in left


def test_many_threads_and_two_caches(tmp_path: Path) -> None:
    """Two terminals share a folder, and both drop thumbnails."""
    folder, picture = tmp_path / "thumbnails", Image.effect_noise((80, 80), 90).convert("RGB")
    caches = [ThumbnailCache(folder, limit=100_000) for _ in range(2)]

    def use(number: int) -> bool:
        caches[number % 2].put(f"{number:064x}", picture)
        found = caches[(number + 1) % 2].get(f"{number:064x}", 40, 40)
        return found is None or found.size == (40, 40)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(use, range(200)))
    assert sum(path.stat().st_size for path in kept(folder)) < 300_000


def test_a_folder_that_cannot_be_written_costs_only_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Logged once."""
    (tmp_path / "thumbnails").write_bytes(b"a file in its place")
    photo = known(write(tmp_path / "a.jpg", width=600, height=400))
    thumbnails = Thumbnails(ThumbnailCache(tmp_path / "thumbnails"))
    assert [thumbnails.make(photo, 60, 60).size for _ in range(3)] == [(60, 40)] * 3
    assert len(caplog.records) == 1


def test_other_users_cannot_read_them(tmp_path: Path) -> None:
    """Thumbnails show private photos."""
    photo = known(write(tmp_path / "a.jpg", width=600, height=400))
    Thumbnails(ThumbnailCache(tmp_path / "thumbnails")).make(photo, 60, 60)
    [path] = kept(tmp_path / "thumbnails")
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
