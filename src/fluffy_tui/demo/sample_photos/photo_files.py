"""Sample photos for the demo: painted here, written as a camera would have, in one folder per persona."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import ExifTags, Image, features

from fluffy_tui.demo.sample_photos.shots import LEO, SARAH, Shot

TURNED = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
"""How the pixels of an upright picture lie in a file with this EXIF orientation."""

_CAMERAS = {"sarah": ("Apple", "iPhone 15 Pro"), "leo": ("SONY", "ILCE-7M4")}
_PAINTERS = 2


def write_sample_photos(folder: Path, now: datetime) -> Sequence[Path]:
    """Write the sample photos below `folder`, in `sarah` and `leo`, and return all their paths.

    Files that exist are kept as they are; several programs may write at the same time. Pixels are the same on every
    run; the times in EXIF lie in the weeks before `now`. Formats that this Pillow cannot write are written as JPEG.
    """
    jobs = [
        (persona, shot, folder / persona / _file_name(shot))
        for persona, shots in (("sarah", SARAH), ("leo", LEO))
        for shot in shots
    ]
    missing = [job for job in jobs if not job[2].exists()]
    if missing:
        _enable_heif()
        folder.mkdir(parents=True, exist_ok=True)
        with (
            TemporaryDirectory(prefix=".painting-", dir=folder) as place,
            ThreadPoolExecutor(_PAINTERS, thread_name_prefix="sample-photos") as pool,
        ):
            written = pool.map(lambda job: _write(job[0], job[1], job[2], now, Path(place)), missing)
            list(written)  # raises what went wrong
    return [path for _, _, path in jobs]


def _write(persona: str, shot: Shot, path: Path, now: datetime, place: Path) -> None:
    """Write one photo in a place of this writer's own, and move it to `path` when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = shot.paint()
    if shot.orientation != 1:
        picture = picture.transpose(TURNED[shot.orientation])
    taken = now - timedelta(days=shot.days_ago, minutes=shot.seed * 37 % 600)
    temporary = place / f"{persona}-{path.name}"
    exif = _exif(persona, shot, taken)
    _ENCODERS[path.suffix.lower()](picture, temporary, exif)
    os.utime(temporary, (taken.timestamp(), taken.timestamp()))
    temporary.replace(path)


def _exif(persona: str, shot: Shot, taken: datetime) -> Image.Exif:
    maker, model = _CAMERAS[persona]
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = maker
    exif[ExifTags.Base.Model] = model
    exif[ExifTags.Base.Orientation] = shot.orientation
    exif[ExifTags.Base.DateTime] = f"{taken:%Y:%m:%d %H:%M:%S}"
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = f"{taken:%Y:%m:%d %H:%M:%S}"
    offset = taken.strftime("%z")
    if offset:
        details[ExifTags.Base.OffsetTimeOriginal] = f"{offset[:3]}:{offset[3:5]}"
    if shot.place is not None:
        latitude, longitude = shot.place
        position = exif.get_ifd(ExifTags.IFD.GPSInfo)
        position[ExifTags.GPS.GPSLatitudeRef] = "N" if latitude >= 0 else "S"
        position[ExifTags.GPS.GPSLatitude] = _sexagesimal(latitude)
        position[ExifTags.GPS.GPSLongitudeRef] = "E" if longitude >= 0 else "W"
        position[ExifTags.GPS.GPSLongitude] = _sexagesimal(longitude)
    return exif


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    whole, minutes = divmod(abs(degrees) * 60, 60)
    return whole, float(int(minutes)), round((minutes % 1) * 60, 2)


def _enable_heif() -> bool:
    try:
        import pillow_heif
    except ImportError:
        return False
    pillow_heif.register_heif_opener()
    return "HEIF" in pillow_heif.libheif_info()


def _writable(suffix: str) -> bool:
    if suffix == ".avif":
        return bool(features.check("avif"))
    if suffix == ".webp":
        return bool(features.check("webp"))
    return suffix != ".heic" or _enable_heif()


def _file_name(shot: Shot) -> str:
    name = Path(shot.file_name)
    return shot.file_name if _writable(name.suffix.lower()) else f"{name.stem}.JPG"


def _jpeg(picture: Image.Image, path: Path, exif: Image.Exif) -> None:
    picture.save(path, "JPEG", quality=88, exif=exif)


def _png(picture: Image.Image, path: Path, exif: Image.Exif) -> None:
    picture.save(path, "PNG", compress_level=1, exif=exif)


def _webp(picture: Image.Image, path: Path, exif: Image.Exif) -> None:
    picture.save(path, "WEBP", quality=86, method=0, exif=exif)


def _heic(picture: Image.Image, path: Path, exif: Image.Exif) -> None:
    picture.save(path, "HEIF", quality=70, exif=exif.tobytes(), enc_params={"preset": "ultrafast"})


def _avif(picture: Image.Image, path: Path, exif: Image.Exif) -> None:
    picture.save(path, "AVIF", quality=70, speed=10, exif=exif)


_ENCODERS: dict[str, Callable[[Image.Image, Path, Image.Exif], None]] = {
    ".jpg": _jpeg,
    ".jpeg": _jpeg,
    ".png": _png,
    ".webp": _webp,
    ".heic": _heic,
    ".avif": _avif,
}
