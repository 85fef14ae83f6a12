"""Write the sample photos as if two cameras had taken them during the last weeks, in one folder per persona."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import pillow_heif
from PIL import ExifTags, Image, features

from fluffy_tui.core.atomic_file import atomic_writer

_ENCODING: Mapping[str, tuple[str, dict[str, Any]]] = {
    ".jpg": ("JPEG", {"quality": 88}),
    ".png": ("PNG", {"compress_level": 1}),
    ".webp": ("WEBP", {"quality": 86, "method": 0}),
    ".heic": ("HEIF", {"quality": 70, "enc_params": {"preset": "ultrafast"}}),
    ".avif": ("AVIF", {"quality": 70, "speed": 10}),
}
"""Pillow's name of each format, and its options."""

_ROTATION = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
"""How the stored pixels of an upright picture are rotated in a file with this EXIF orientation."""

_CAMERAS = {"sarah": ("Apple", "iPhone 15 Pro"), "leo": ("SONY", "ILCE-7M4")}
_THREADS = 2

ZERMATT = (46.0207, 7.7491)
BIG_SUR = (36.2704, -121.8081)
BERLIN = (52.5096, 13.3759)
TROMSO = (69.6492, 18.9553)


@dataclass(frozen=True, slots=True)
class SamplePhoto:
    """One sample photo. Its pixels are bundled as a small, upright JPEG of the same name."""

    file_name: str
    size: tuple[int, int]
    """The size of the written file, upright."""
    days_ago: int
    minutes_ago: int
    """Minutes in addition to the days."""
    orientation: int = 1
    """EXIF orientation; the pixels are stored accordingly."""
    place: tuple[float, float] | None = None
    """Latitude and longitude, if the camera recorded them."""

    @property
    def bundled_name(self) -> str:
        """The name of the bundled JPEG."""
        return f"{Path(self.file_name).stem}.jpg"


SAMPLE_PHOTOS: Mapping[str, Sequence[SamplePhoto]] = {
    "sarah": (
        SamplePhoto("IMG_2041.HEIC", (1600, 1200), 2, 407, place=ZERMATT),
        SamplePhoto("IMG_2044.JPG", (4032, 3024), 2, 444, place=ZERMATT),
        SamplePhoto("IMG_2052.JPG", (1440, 1800), 4, 481, orientation=6, place=BIG_SUR),
        SamplePhoto("IMG_2053.JPG", (3000, 1200), 4, 518, place=BIG_SUR),
        SamplePhoto("IMG_2067.JPG", (1440, 1920), 6, 555, orientation=6),
        SamplePhoto("IMG_2071.JPG", (2100, 1400), 8, 592),
        SamplePhoto("IMG_2072.JPG", (1280, 1920), 8, 29),
        SamplePhoto("IMG_2080.JPG", (2048, 1152), 11, 66),
        SamplePhoto("IMG_2084.PNG", (1600, 1600), 12, 103),
        SamplePhoto("IMG_2085.JPG", (2100, 1400), 12, 140),
        SamplePhoto("IMG_2096.JPG", (1920, 1440), 15, 177),
        SamplePhoto("IMG_2097.JPG", (1080, 1920), 15, 214, orientation=8),
        SamplePhoto("IMG_2103.WEBP", (1440, 1800), 18, 251),
        SamplePhoto("IMG_2110.JPG", (2100, 1400), 21, 288),
        SamplePhoto("IMG_2111.JPG", (1440, 1800), 21, 325),
        SamplePhoto("IMG_2118.JPG", (3000, 1200), 25, 362, orientation=3),
        SamplePhoto("IMG_2121.JPG", (1440, 1920), 27, 399, place=BIG_SUR),
    ),
    "leo": (
        SamplePhoto("DSC04512.JPG", (2048, 1152), 1, 317, place=BERLIN),
        SamplePhoto("DSC04515.JPG", (4032, 3024), 1, 354, place=BERLIN),
        SamplePhoto("DSC04521.JPG", (1280, 1920), 3, 391, orientation=6),
        SamplePhoto("DSC04522.JPG", (1600, 1600), 3, 428),
        SamplePhoto("DSC04530.PNG", (1600, 1600), 5, 465),
        SamplePhoto("DSC04533.JPG", (1440, 1800), 5, 502),
        SamplePhoto("DSC04541.JPG", (2100, 1400), 9, 539, place=TROMSO),
        SamplePhoto("DSC04542.AVIF", (1440, 1920), 9, 576, place=TROMSO),
        SamplePhoto("DSC04550.JPG", (1080, 1920), 13, 13),
        SamplePhoto("DSC04551.JPG", (4032, 3024), 13, 50),
        SamplePhoto("DSC04563.JPG", (1920, 1440), 16, 87),
        SamplePhoto("DSC04570.JPG", (1440, 1800), 19, 124),
        SamplePhoto("DSC04571.WEBP", (2048, 1152), 19, 161),
        SamplePhoto("DSC04580.JPG", (1920, 1440), 22, 198),
        SamplePhoto("DSC04584.JPG", (1440, 1920), 24, 235, orientation=8),
        SamplePhoto("DSC04590.JPG", (3000, 1200), 28, 272),
    ),
}
"""The sample photos of each persona: landscape, sea and nature; city, night and abstract."""


def write_sample_photos(folder: Path, now: datetime) -> Sequence[Path]:
    """Write the sample photos below `folder`, in `sarah` and `leo`, and return all their paths.

    Existing files are kept; several programs may write at the same time. Pixels are the same on every run; the
    times in EXIF are in the weeks before `now`. Formats that Pillow cannot write here are written as JPEG.
    """
    pillow_heif.register_heif_opener()
    jobs = [
        (persona, photo, folder / persona / _file_name(photo))
        for persona, photos in SAMPLE_PHOTOS.items()
        for photo in photos
    ]
    missing = [job for job in jobs if not job[2].exists()]
    if missing:
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="sample-photos") as pool:
            list(pool.map(lambda job: _write(job[0], job[1], job[2], now), missing))  # raises what went wrong
    return [path for _, _, path in jobs]


def copy_bundled(name: str, folder: Path) -> Path:
    """Copy a bundled picture as it is into a folder, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(resources.files(__package__).joinpath(name).read_bytes())
    return path


def _write(persona: str, photo: SamplePhoto, path: Path, now: datetime) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        resources.files(__package__).joinpath(photo.bundled_name).open("rb") as file,
        Image.open(file) as bundled,
    ):
        picture = bundled.resize(photo.size, Image.Resampling.BICUBIC)
    if photo.orientation != 1:
        picture = picture.transpose(_ROTATION[photo.orientation])
    taken = now - timedelta(days=photo.days_ago, minutes=photo.minutes_ago)
    kind, options = _ENCODING[path.suffix.lower()]
    with atomic_writer(path, mode=None, sync=False) as file:
        picture.save(file, kind, exif=_exif(persona, photo, taken).tobytes(), **options)
        file.flush()
        os.utime(file.fileno(), (taken.timestamp(), taken.timestamp()))


def _exif(persona: str, photo: SamplePhoto, taken: datetime) -> Image.Exif:
    maker, model = _CAMERAS[persona]
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = maker
    exif[ExifTags.Base.Model] = model
    exif[ExifTags.Base.Orientation] = photo.orientation
    exif[ExifTags.Base.DateTime] = f"{taken:%Y:%m:%d %H:%M:%S}"
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = f"{taken:%Y:%m:%d %H:%M:%S}"
    offset = taken.strftime("%z")
    if offset:
        details[ExifTags.Base.OffsetTimeOriginal] = f"{offset[:3]}:{offset[3:5]}"
    if photo.place is not None:
        latitude, longitude = photo.place
        position = exif.get_ifd(ExifTags.IFD.GPSInfo)
        position[ExifTags.GPS.GPSLatitudeRef] = "N" if latitude >= 0 else "S"
        position[ExifTags.GPS.GPSLatitude] = _sexagesimal(latitude)
        position[ExifTags.GPS.GPSLongitudeRef] = "E" if longitude >= 0 else "W"
        position[ExifTags.GPS.GPSLongitude] = _sexagesimal(longitude)
    return exif


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    whole, minutes = divmod(abs(degrees) * 60, 60)
    return whole, float(int(minutes)), round((minutes % 1) * 60, 2)


def _file_name(photo: SamplePhoto) -> str:
    name = Path(photo.file_name)
    writable = {
        ".avif": features.check("avif"),
        ".webp": features.check("webp"),
        ".heic": "HEIF" in pillow_heif.libheif_info(),
    }
    return photo.file_name if writable.get(name.suffix.lower(), True) else f"{name.stem}.JPG"
