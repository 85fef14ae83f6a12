"""Makes folders of many small photos that all differ: one encoded picture, with its number in a comment."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import ExifTags, Image

PER_FOLDER = 1_000


def make_small_photos(folder: Path, count: int) -> Path:
    """Write `count` JPEGs of about 5 KB with EXIF into subfolders of a thousand, unless they are there already."""
    done = folder / f".{count}-made"
    if done.exists():
        return folder
    start, rest = _template()
    for number in range(count):
        if number % PER_FOLDER == 0:
            (folder / f"{number // PER_FOLDER:04}").mkdir(parents=True, exist_ok=True)
        comment = f"{number:012}".encode()
        segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
        path = folder / f"{number // PER_FOLDER:04}" / f"IMG_{number:06}.JPG"
        path.write_bytes(start + segment + rest)
    done.touch()
    return folder


def _template() -> tuple[bytes, bytes]:
    """Return a JPEG in two parts, between which a comment segment may stand: behind the start marker."""
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:05:01 12:30:00"
    noise = Image.effect_noise((96, 72), 60).convert("RGB")
    target = io.BytesIO()
    noise.save(target, "JPEG", exif=exif.tobytes(), quality=88)
    data = target.getvalue()
    return data[:2], data[2:]
