"""Random bytes in names, folders, EXIF, XMP, sidecars and Takeout's files: each file costs at most itself."""

from __future__ import annotations

import io
import os
import random
from datetime import UTC
from pathlib import Path

import pytest

from fluffy_tui.core.database import Database
from fluffy_tui.core.terminal_text import UNSAFE
from fluffy_tui.personas import Persona
from fluffy_tui.photos import Browse, Keywords, Photos
from photos.metadata.xmp_samples import alt, bag, xmp
from photos.photo_files import exif, picture

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::UserWarning")]

EVERYTHING = xmp(
    bag("dc:subject", "sea", "black sand"),
    bag("lr:hierarchicalSubject", "place|Iceland"),
    alt("dc:title", default="Title"),
    alt("dc:description", default="Description", de="Beschreibung"),
    alt("Iptc4xmpCore:AltTextAccessibility", default="A beach"),
    xmp_Rating=4,
    xmp_Label="Red",
)
FILES = 120
PIECES = [
    b"\x1b]52;c;ZXZpbA==\x07", b"\xff\xfe", b"\x9b7m", "\u202e".encode(), "e\u0301".encode(), "\u00e9".encode(),
    b"[red]", b"%s", b"'", b"\\", b"\n", b" ", b".", b"IMG_20231305_256199", b"PXL_99991231_235959999",
    "\U000e0041".encode(), "\u200d".encode(), "ﷺ".encode(), b"a" * 40, b"-edited", b"(1)", b"_", b"@", b"#",
]  # fmt: skip


def changed(chance: random.Random, content: bytes) -> bytes:
    """Return bytes of which some are others, missing or there twice."""
    new = bytearray(content)
    for _ in range(chance.randrange(1, 8)):
        at = chance.randrange(len(new))
        match chance.randrange(4):
            case 0:
                new[at] = chance.randrange(256)
            case 1:
                del new[at : at + chance.randrange(1, 40)]
            case 2:
                new[at:at] = chance.randbytes(chance.randrange(1, 40))
            case _:
                new[at:at] = chance.choice(
                    [b"&#0;", b"&#xD800;", b"\0", b"1e999", b"-", b"9" * 400, b"<", b"\xff"]
                )
        if not new:
            return b"?"
    return bytes(new)


def name(chance: random.Random) -> bytes:
    made = b"".join(chance.choice(PIECES) for _ in range(chance.randrange(1, 5)))
    return (made.lstrip(b".") + b"%d" % chance.randrange(10_000))[:200]  # what begins with a dot is hidden


def write_odd_files(chance: random.Random, folder: Path) -> int:
    """Write photos with odd metadata under odd names, with odd files beside them; return how many photos."""
    raw = exif(orientation=6, taken="2024:05:01 12:00:00", offset="+02:00").tobytes()
    count = 0
    for number in range(FILES):
        content = io.BytesIO()
        picture(seed=number).save(content, "JPEG", exif=changed(chance, raw), xmp=changed(chance, EVERYTHING))
        inside = folder / os.fsdecode(name(chance)) if number % 3 else folder
        path = inside / os.fsdecode(name(chance) + b".jpg")
        try:
            inside.mkdir(exist_ok=True)
            with path.open("xb") as file:
                file.write(content.getvalue())
        except OSError:  # the system takes no such name
            continue
        count += 1
        path.with_name(f"{path.name}.xmp").write_bytes(changed(chance, EVERYTHING))
        note = b'{"photoTakenTime": {"timestamp": "1714564800"}, "geoData": {"latitude": 1.0}}'
        path.with_name(f"{path.name}.json").write_bytes(changed(chance, note))
        moment = chance.choice([1_700_000_000, 0, -1, 2**31, 2**33, 10**11, -(10**10)])
        os.utime(path, (moment, moment))
    return count


@pytest.mark.parametrize("seed", range(3))
async def test_every_odd_file_is_imported_or_named_and_what_is_imported_can_be_shown(
    database: Database, library: tuple[Photos, Persona], tmp_path: Path, seed: int
) -> None:
    photos, persona = library
    folder = tmp_path / "photos"
    folder.mkdir()
    count = write_odd_files(random.Random(seed), folder)
    summary = await photos.import_folders([folder], persona)
    failed = [each for each in summary.failed if each.path.suffix != ".xmp"]  # a sidecar is named by itself
    assert summary.imported + summary.duplicates + len(failed) + sum(summary.passed_over.values()) == count
    assert summary.imported > count / 2
    again = await photos.import_folders([folder], persona)
    assert (again.imported, again.unchanged) == (0, summary.imported)
    ids = await photos.ids(persona.id, Browse())
    assert len(ids) == summary.imported
    words = await Keywords(database).of(ids)
    for photo in (await photos.by_ids(ids)).values():
        assert photo.shown_at.replace(tzinfo=UTC).astimezone()
        assert f"{photo.shown_at:%a %b %Y %H:%M}"
    for keywords in words.values():
        assert not any(UNSAFE.search(keyword.word) for keyword in keywords)
