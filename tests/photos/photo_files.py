"""Makes picture files of every format, sound and damaged, and a library to import them into."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pillow_heif
from PIL import ExifTags, Image

from fluffy_tui.core.database import Database
from fluffy_tui.personas import Persona, Personas
from fluffy_tui.photos import Photos

pillow_heif.register_heif_opener()

FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "HEIF": "heic", "AVIF": "avif"}
"""Pillow's name of each format that can be imported, and a usual suffix."""


def picture(width: int = 48, height: int = 32, seed: int = 0, mode: str = "RGB") -> Image.Image:
    """Return a picture whose left half differs from its right, and whose content depends on the seed."""
    left = (200, seed * 37 % 256, seed // 7 % 256)
    made = Image.new("RGB", (width, height), left)
    made.paste((20, 90, seed * 11 % 256), (width // 2, 0, width, height))
    return made.convert(mode)


def encoded(picture_format: str = "JPEG", *, exif: Image.Exif | None = None, **size: Any) -> bytes:
    """Return a picture as a file's bytes."""
    target = io.BytesIO()
    options: dict[str, Any] = {} if exif is None else {"exif": exif.tobytes()}
    picture(**size).save(target, picture_format, **options)
    return target.getvalue()


def exif(
    *, orientation: int | None = None, taken: str | None = None, offset: str | None = None
) -> Image.Exif:
    """Return EXIF data."""
    data = Image.Exif()
    if orientation is not None:
        data[ExifTags.Base.Orientation] = orientation
    times = data.get_ifd(ExifTags.IFD.Exif)
    if taken is not None:
        times[ExifTags.Base.DateTimeOriginal] = taken
    if offset is not None:
        times[ExifTags.Base.OffsetTimeOriginal] = offset
    return data


def write(path: Path, content: bytes | None = None, **made: Any) -> Path:
    """Write a file, with the folders above it; a picture where no content is given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encoded(**made) if content is None else content)
    return path


def huge_png(side: int = 20_000) -> bytes:
    """Return a small PNG that claims side × side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


async def make_library(database: Database, name: str = "sarah") -> tuple[Photos, Persona]:
    """Return the photos service and a new persona."""
    persona = await Personas(database, None).create(name)
    return Photos(database), persona


async def import_two(library: tuple[Photos, Persona], folder: Path) -> list[int]:
    """Import two photos, and return their ids."""
    photos, persona = library
    for seed in range(2):
        write(folder / f"{seed}.jpg", seed=seed)
    await photos.import_folders([folder], persona)
    return sorted(photo.id for photo in await photos.unscheduled(persona))
