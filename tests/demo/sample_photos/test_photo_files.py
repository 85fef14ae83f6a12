"""The sample photos: many shapes and formats, realistic EXIF, the same on every run."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from threading import Barrier

import pillow_heif
import pytest
from PIL import ExifTags, Image, ImageOps, ImageStat

from fluffy_tui.demo import write_sample_photos
from fluffy_tui.demo.sample_photos import photo_files
from fluffy_tui.demo.sample_photos.photo_files import SAMPLE_PHOTOS, SamplePhoto

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

pillow_heif.register_heif_opener()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("samples")
    write_sample_photos(path, NOW)
    return path


def photos(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_there_are_enough_for_two_personas_and_no_temporary_files_remain(folder: Path) -> None:
    count = Counter(path.parent.name for path in photos(folder))
    assert count == {persona: len(samples) for persona, samples in SAMPLE_PHOTOS.items()}
    assert set(count) == {"sarah", "leo"}
    assert sum(count.values()) >= 28
    assert not list(folder.rglob(".*"))


def test_two_programs_may_write_into_one_folder_at_the_same_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = Barrier(2)

    def exif(*_: object) -> Image.Exif:
        together.wait(60)
        return Image.Exif()

    monkeypatch.setattr(
        photo_files, "SAMPLE_PHOTOS", {"sarah": (SamplePhoto("IMG_2044.JPG", (64, 48), 1, 1),)}
    )
    monkeypatch.setattr(photo_files, "_exif", exif)
    with ThreadPoolExecutor(2) as pool:
        for number in range(30):
            folder = tmp_path / str(number)
            folder.mkdir()
            written = list(pool.map(lambda folder: write_sample_photos(folder, NOW), [folder, folder]))
            assert written == [photos(folder)] * 2 == [[folder / "sarah" / "IMG_2044.JPG"]] * 2


def test_formats_and_shapes(folder: Path) -> None:
    formats, ratios, large = Counter[str](), set(), 0
    for path in photos(folder):
        with Image.open(path) as image:
            formats[str(image.format)] += 1
            width, height = ImageOps.exif_transpose(image).size
        ratios.add(round(width / height, 2))
        large += width * height > 12_000_000
    assert {"JPEG", "PNG", "WEBP", "HEIF", "AVIF"} <= set(formats)
    assert formats["JPEG"] > sum(formats.values()) / 2
    assert {0.56, 0.67, 0.75, 0.8, 1.0, 1.33, 1.5, 1.78, 2.5} <= ratios
    assert large >= 2


def test_exif(folder: Path) -> None:
    orientations: Counter[int] = Counter()
    places = 0
    for path in photos(folder):
        with Image.open(path) as image:
            exif = image.getexif()
            taken = exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal]
            moment = datetime.strptime(taken, "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
            assert timedelta(0) < NOW - moment < timedelta(weeks=5)
            assert exif[ExifTags.Base.Model]
            if image.format == "JPEG":
                orientations[exif[ExifTags.Base.Orientation]] += 1
            places += bool(exif.get_ifd(ExifTags.IFD.GPSInfo))
    assert {1, 3, 6, 8} <= set(orientations)
    assert orientations[1] > sum(orientations.values()) / 2
    assert places >= 5


def test_rotated_pictures_are_upright_once_the_orientation_is_applied(folder: Path) -> None:
    for persona, samples in SAMPLE_PHOTOS.items():
        for sample in samples:
            with Image.open(folder / persona / sample.file_name) as image:
                upright = ImageOps.exif_transpose(image).convert("L")
            assert upright.size == sample.size, sample.file_name
            if sample.file_name == "IMG_2052.JPG":  # the sun is above the sea
                half = upright.height // 2
                top = ImageStat.Stat(upright.crop((0, 0, upright.width, half))).mean[0]
                bottom = ImageStat.Stat(upright.crop((0, half, upright.width, upright.height))).mean[0]
                assert top > bottom


def test_pictures_differ_from_each_other(folder: Path) -> None:
    small = []
    for path in photos(folder):
        with Image.open(path) as image:
            small.append(ImageOps.exif_transpose(image).convert("RGB").resize((8, 8)).tobytes())
    for number, one in enumerate(small):
        for other in small[number + 1 :]:
            assert sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one) > 6


def test_every_sample_is_bundled_and_the_bundle_is_small() -> None:
    bundled = {
        entry.name: len(entry.read_bytes())
        for entry in resources.files("fluffy_tui.demo.sample_photos").iterdir()
        if entry.name.endswith(".jpg")
    }
    assert set(bundled) == {sample.bundled_name for samples in SAMPLE_PHOTOS.values() for sample in samples}
    assert sum(bundled.values()) < 3_000_000


def test_existing_files_are_kept(folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in photos(folder)}
    kept = folder / "leo" / "DSC04512.JPG"
    removed = folder / "leo" / "DSC04515.JPG"
    removed.unlink()
    returned = write_sample_photos(folder, NOW + timedelta(days=1))
    assert sorted(returned) == sorted(before)
    assert kept.stat().st_mtime_ns == before[kept]
    assert removed.exists()
