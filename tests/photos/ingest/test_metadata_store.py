"""Imports take over what files, sidecars and folders say, once, and never undo what the user has decided."""

from __future__ import annotations

import io
import os
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import text

from fluffy_tui.core.database import Database
from fluffy_tui.personas import Persona
from fluffy_tui.photos import Browse, DateSource, ImportSummary, Keywords, Photo, Photos, Verdict
from photos.metadata.xmp_samples import BOMB, DAMAGED, alt, bag, extended, keywords, xmp
from photos.photo_files import FORMATS, encoded, exif, picture, write

EVERYTHING = xmp(
    bag("dc:subject", "fog", "Pier"),
    alt("dc:title", default="Fog"),
    alt("dc:description", default="Fog on the pier"),
    alt("Iptc4xmpCore:AltTextAccessibility", default="A pier in fog"),
    xmp_Rating=4,
    xmp_Label="Blue",
)


class Place:
    """A folder that is imported again and again."""

    def __init__(self, database: Database, library: tuple[Photos, Persona], folder: Path) -> None:
        self.database, self.folder = database, folder
        self.photos, self.persona = library
        self.keywords = Keywords(database)

    async def import_it(self) -> ImportSummary:
        """Import the folder."""
        self.folder.mkdir(exist_ok=True)
        return await self.photos.import_folders([self.folder], self.persona)

    async def only(self) -> Photo:
        """Return the only photo."""
        [photo] = await self.photos.unscheduled(self.persona)
        return photo

    async def all(self) -> list[Photo]:
        """Return all photos."""
        return list(await self.photos.unscheduled(self.persona))

    async def words(self) -> list[str]:
        """Return the keywords of the only photo."""
        photo = await self.only()
        return [keyword.word for keyword in (await self.keywords.of([photo.id])).get(photo.id, ())]

    def sidecar(self, name: str, content: bytes, minute: int) -> Path:
        """Write a sidecar that was changed at a minute of an hour."""
        path = write(self.folder / name, content)
        os.utime(path, (1_700_000_000 + 60 * minute,) * 2)
        return path

    async def everything(self) -> list[tuple[object, ...]]:
        """Return all rows that an import may change."""
        async with self.database.transaction() as session:
            return [
                tuple(row)
                for table in ("photos", "photo_keywords", "photo_metadata", "photo_places", "photo_copies")
                for row in await session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2, 3"))
            ]


@pytest.fixture
def place(database: Database, library: tuple[Photos, Persona], tmp_path: Path) -> Place:
    return Place(database, library, tmp_path / "in")


@pytest.mark.parametrize("picture_format", [*FORMATS, "TIFF"])
async def test_xmp_in_a_file_of_any_format(place: Place, picture_format: str) -> None:
    content = io.BytesIO()
    if picture_format == "PNG":
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", EVERYTHING.decode())
        picture().save(content, "PNG", pnginfo=info)
    elif picture_format == "TIFF":
        picture().save(content, "TIFF", tiffinfo={700: EVERYTHING})
    else:
        picture().save(content, picture_format, xmp=EVERYTHING)
    write(place.folder / f"a.{FORMATS.get(picture_format, 'tif')}", content.getvalue())
    assert (await place.import_it()).imported == 1
    photo = await place.only()
    assert (photo.stars, photo.verdict) == (4, None)
    assert await place.words() == ["fog", "Pier"]
    texts = (await place.photos.texts([photo.id]))[photo.id]
    assert (texts.label, texts.title) == ("Blue", "Fog")
    assert (texts.description, texts.alt_text) == ("Fog on the pier", "A pier in fog")


async def test_xmp_behind_the_pixels_of_a_png(place: Place) -> None:
    """Where exiftool writes it."""
    from PIL.PngImagePlugin import PngInfo

    info, marked = PngInfo(), io.BytesIO()
    info.add_itxt("XML:com.adobe.xmp", EVERYTHING.decode(), zip=True)
    picture().save(marked, "PNG", pnginfo=info)
    content = marked.getvalue()
    start = content.index(b"iTXt") - 4
    end = start + 12 + int.from_bytes(content[start : start + 4], "big")
    write(place.folder / "a.png", content[:start] + content[end:-12] + content[start:end] + content[-12:])
    await place.import_it()
    assert await place.words() == ["fog", "Pier"]


@pytest.mark.parametrize(("lost", "expected"), [(None, ["far", "off"]), (1, [])])
async def test_the_extended_xmp_of_a_jpeg_is_read_if_it_is_whole(
    place: Place, lost: int | None, expected: list[str]
) -> None:
    write(
        place.folder / "a.jpg",
        extended(encoded(), xmp(bag("dc:subject", "far", "off"), " " * 3000), lost=lost),
    )
    await place.import_it()
    assert ((await place.only()).stars, await place.words()) == (2, expected)


@pytest.mark.parametrize("name", ["a.xmp", "a.jpg.xmp", "A.XMP", "a.JPG.XMP", "a.Xmp"])
async def test_a_sidecar_under_either_name_in_any_case(place: Place, name: str) -> None:
    write(place.folder / "a.jpg")
    place.sidecar(name, EVERYTHING, 0)
    await place.import_it()
    assert ((await place.only()).stars, await place.words()) == (4, ["fog", "Pier"])


@pytest.mark.parametrize(("minutes", "stars"), [((0, 1), 2), ((1, 0), 1)])
async def test_of_two_sidecars_the_newer_wins(place: Place, minutes: tuple[int, int], stars: int) -> None:
    write(place.folder / "a.jpg")
    place.sidecar("a.xmp", xmp(xmp_Rating=1), minutes[0])
    place.sidecar("a.jpg.xmp", xmp(xmp_Rating=2), minutes[1])
    await place.import_it()
    assert (await place.only()).stars == stars


async def test_a_sidecar_says_more_than_the_file(place: Place) -> None:
    content = io.BytesIO()
    picture().save(content, "JPEG", xmp=EVERYTHING)
    write(place.folder / "a.jpg", content.getvalue())
    place.sidecar("a.jpg.xmp", xmp(bag("dc:subject", "sea"), xmp_Rating=1), 0)
    await place.import_it()
    photo = await place.only()
    assert (photo.stars, await place.words()) == (1, ["sea"])
    assert (await place.photos.texts([photo.id]))[photo.id].title == "Fog"


async def test_importing_twice_changes_nothing(place: Place) -> None:
    content = io.BytesIO()
    picture().save(content, "JPEG", xmp=EVERYTHING)
    write(place.folder / "Iceland" / "a.jpg", content.getvalue())
    write(place.folder / "Sea" / "b.jpg", seed=1)
    place.sidecar("Sea/b.xmp", xmp(xmp_Rating=-1), 0)
    write(place.folder / "Sea" / "c.jpg", seed=2)
    write(place.folder / "Sea" / "c.jpg.json", b'{"photoTakenTime": {"timestamp": "1699194615"}}')
    assert (await place.import_it()).imported == 3
    before = await place.everything()
    assert len(before) > 9
    summary = await place.import_it()
    assert (summary.unchanged, summary.imported) == (3, 0)
    assert await place.everything() == before
    async with place.database.transaction() as session:  # and not even when every file is read again
        await session.execute(text("UPDATE photo_places SET modified_at = '2024-05-01Z'"))
    await place.import_it()
    times = "SELECT count(*) FROM photo_places WHERE modified_at = '2024-05-01Z'"
    async with place.database.transaction() as session:
        assert (await session.execute(text(times))).scalar_one() == 0
    assert [row for row in await place.everything() if row not in before] == []


async def test_what_the_user_decided_outlives_a_newer_sidecar_and_the_rest_follows_it(place: Place) -> None:
    write(place.folder / "a.jpg")
    place.sidecar("a.xmp", xmp(bag("dc:subject", "fog", "sea", "pier"), xmp_Rating=3), 0)
    await place.import_it()
    photo = await place.only()
    await place.photos.rate([photo.id], 5)
    await place.keywords.remove([photo.id], ["sea"])
    await place.keywords.add([photo.id], ["mine"])
    place.sidecar("a.xmp", xmp(bag("dc:subject", "fog", "sea", "boat"), xmp_Rating=1), 1)
    await place.import_it()
    assert ((await place.only()).stars, await place.words()) == (5, ["boat", "fog", "mine"])


async def test_what_the_user_left_alone_follows_the_sidecar(place: Place) -> None:
    write(place.folder / "a.jpg")
    place.sidecar("a.xmp", xmp(xmp_Rating=3), 0)
    await place.import_it()
    for minute, rating, expected in ((1, 4, (4, None)), (2, -1, (0, "reject")), (3, 2, (2, None))):
        place.sidecar("a.xmp", xmp(xmp_Rating=rating), minute)
        await place.import_it()
        photo = await place.only()
        assert (photo.stars, photo.verdict) == expected
    place.sidecar("a.xmp", xmp(xmp_Rating=5), 2)
    await place.import_it()
    assert (await place.only()).stars == 2, "an older sidecar says nothing new"


async def test_a_flag_of_the_users_own_is_kept(place: Place) -> None:
    write(place.folder / "a.jpg")
    await place.import_it()
    await place.photos.decide((await place.only()).id, Verdict.PICK)
    place.sidecar("a.xmp", xmp(xmp_Rating=-1), 0)
    await place.import_it()
    assert (await place.only()).verdict == "pick"


async def test_a_number_of_stars_may_mean_picked(database: Database, place: Place) -> None:
    place.photos = Photos(database, pick_from=4)
    for number, rating in enumerate((3, 4, 5, -1)):
        write(place.folder / f"{number}.jpg", seed=number)
        place.sidecar(f"{number}.xmp", xmp(xmp_Rating=rating), 0)
    await place.import_it()
    found = sorted(await place.photos.unscheduled(place.persona), key=lambda photo: photo.name)
    assert [photo.verdict for photo in found] == [None, "pick", "pick", "reject"]


async def test_a_bomb_is_a_failed_file(place: Place) -> None:
    content = io.BytesIO()
    picture().save(content, "JPEG", xmp=BOMB)
    write(place.folder / "a.jpg", content.getvalue())
    write(place.folder / "b.jpg", seed=1)
    place.sidecar("b.jpg.xmp", BOMB, 0)
    write(place.folder / "c.jpg", seed=2)
    summary = await place.import_it()
    assert summary.imported == 2
    failed = {file.path.name: file.reason for file in summary.failed}
    assert failed.keys() == {"a.jpg", "b.jpg.xmp"}
    assert "XML bomb" in failed["a.jpg"]
    assert failed["b.jpg.xmp"].endswith("The photo was imported without it.")


async def test_damaged_xmp_costs_only_itself_and_is_reported(place: Place) -> None:
    content = io.BytesIO()
    picture().save(content, "JPEG", xmp=DAMAGED)
    write(place.folder / "a.jpg", content.getvalue())
    write(place.folder / "b.jpg", seed=1)
    place.sidecar("b.xmp", b"not even XML", 0)
    summary = await place.import_it()
    assert (summary.imported, summary.damaged_xmp) == (2, 1)
    assert summary.advice == ["1 with damaged XMP: imported without it"]
    assert [file.path.name for file in summary.failed] == ["b.xmp"]
    assert [file.path.name for file in (await place.import_it()).failed] == ["b.xmp"], "until it is mended"
    place.sidecar("b.xmp", xmp(xmp_Rating=2), 0)
    assert (await place.import_it()).failed == ()
    assert sorted(photo.stars for photo in await place.photos.unscheduled(place.persona)) == [0, 2]


async def test_folders_below_the_imported_one_are_keywords_and_follow_a_move(place: Place) -> None:
    path = write(place.folder / "Iceland" / "2024-05-01 Vík" / "DCIM" / "a.jpg")
    await place.import_it()
    photo = await place.only()
    assert await place.words() == ["Iceland", "Vík"]
    await place.keywords.remove([photo.id], ["Vík"])
    await place.keywords.add([photo.id], ["fog"])
    await place.import_it()
    assert await place.words() == ["fog", "Iceland"]
    (place.folder / "Norway").mkdir()
    path.rename(place.folder / "Norway" / "a.jpg")
    assert (await place.import_it()).moved == 1
    assert await place.words() == ["fog", "Norway"]


@pytest.mark.parametrize(
    ("name", "content", "note", "expected"),
    [
        ("a.jpg", exif(taken="2024:05:01 00:10:00", offset="+09:00"), None, DateSource.CAMERA_ZONED),
        ("a.jpg", exif(taken="2024:05:01 00:10:00"), 1_600_000_000, DateSource.CAMERA),
        ("IMG-20240501-WA0001.jpg", None, 1_600_000_000, DateSource.NAME_OF_DAY),
        ("a.jpg", None, 1_714_564_800, DateSource.TAKEOUT),
    ],
)
async def test_the_day_is_the_cameras_whatever_it_comes_from(
    place: Place, name: str, content: Image.Exif | None, note: int | None, expected: DateSource
) -> None:
    write(place.folder / name, encoded(exif=content))
    if note is not None:
        write(place.folder / f"{name}.json", b'{"photoTakenTime": {"timestamp": "%d"}}' % note)
    await place.import_it()
    photo = await place.only()
    assert photo.dated_by is expected
    assert (photo.shown_at.date(), photo.shown_at.tzinfo) == (datetime(2024, 5, 1).date(), None)
    day = Browse(taken_from=datetime(2024, 5, 1), taken_before=datetime(2024, 5, 2))
    assert list(await place.photos.ids(place.persona.id, day)) == [photo.id]


async def test_a_date_that_comes_later_is_taken_over_where_only_the_files_was_known(place: Place) -> None:
    path = write(place.folder / "a.jpg")
    await place.import_it()
    assert (await place.only()).dated_by is DateSource.FILE
    write(place.folder / "a.jpg.json", b'{"photoTakenTime": {"timestamp": "1714564800"}}')
    await place.import_it()
    photo = await place.only()
    assert (photo.dated_by, photo.shown_at.date()) == (DateSource.TAKEOUT, datetime(2024, 5, 1).date())
    path.touch()
    await place.import_it()
    assert (await place.only()).shown_at == photo.shown_at


async def test_photos_of_an_earlier_version_are_read_once_more(place: Place) -> None:
    write(place.folder / "Sea" / "a.jpg", encoded(exif=exif(taken="2024:05:01 00:10:00")))
    await place.import_it()
    async with place.database.transaction() as session:
        await session.execute(text("UPDATE photos SET dated_by = NULL, taken_at = '2024-04-30 22:10'"))
        await session.execute(text("DELETE FROM photo_keywords"))
    summary = await place.import_it()
    assert (summary.unchanged, summary.imported) == (1, 0)
    photo = await place.only()
    assert (photo.taken_at, photo.dated_by) == (datetime(2024, 5, 1, 0, 10), DateSource.CAMERA)
    assert await place.words() == ["Sea"]


async def test_photos_dated_by_earlier_rules_are_dated_again_without_reading_them_whole(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the camera, the name, a note of Takeout's; a date that no rule gives any more is given up."""
    write(place.folder / "a.jpg", encoded(exif=exif(taken="2024:05:01 00:10:00")))
    write(place.folder / "IMG-20240502-WA0001.jpg", seed=1)
    write(place.folder / "b.jpg", seed=2)
    write(place.folder / "b.jpg.json", b'{"photoTakenTime": {"timestamp": "1714737600"}}')
    os.utime(write(place.folder / "0120240601.jpg", seed=3), (1_714_824_000,) * 2)
    await place.import_it()
    before = await place.everything()
    async with place.database.transaction() as session:
        await session.execute(text("UPDATE photo_places SET date_rules = 0"))
        await session.execute(text("UPDATE photos SET dated_by = 'name', taken_at = '2024-06-01'"))

    def read_whole(*_: object) -> bytes:
        raise AssertionError("the content is known")

    monkeypatch.setattr("fluffy_tui.photos.ingest.file_reader._hash", read_whole)
    importer = place.photos.importer([place.folder], place.persona)
    summary = await importer.run()
    assert (summary.unchanged, summary.imported, summary.redated, summary.failed) == (4, 0, 4, ())
    assert summary.counts["dates changed"] == 4
    assert importer.progress().bytes_read == 0
    assert [row for row in await place.everything() if row not in before] == []
    dates = {photo.name: (photo.shown_at.day, photo.dated_by) for photo in await place.all()}
    assert dates == {
        "a.jpg": (1, DateSource.CAMERA),
        "IMG-20240502-WA0001.jpg": (2, DateSource.NAME_OF_DAY),
        "b.jpg": (3, DateSource.TAKEOUT),
        "0120240601.jpg": (4, DateSource.FILE),
    }
    again = await place.import_it()
    assert (again.unchanged, again.redated) == (4, 0)
    assert "dates changed" not in again.counts


async def test_what_the_user_decided_outlives_new_rules_for_dates(place: Place) -> None:
    content = io.BytesIO()
    picture().save(content, "JPEG", xmp=EVERYTHING)
    write(place.folder / "Sea" / "a.jpg", content.getvalue())
    await place.import_it()
    photo = await place.only()
    await place.photos.rate([photo.id], 1)
    await place.photos.decide(photo.id, Verdict.REJECT)
    await place.keywords.remove([photo.id], ["fog", "Sea"])
    async with place.database.transaction() as session:
        await session.execute(text("UPDATE photo_places SET date_rules = 0"))
    assert (await place.import_it()).unchanged == 1
    photo = await place.only()
    assert (photo.stars, photo.verdict, await place.words()) == (1, "reject", ["Pier"])


async def test_single_files_have_sidecars_too(place: Place) -> None:
    path = write(place.folder / "a.jpg")
    place.sidecar("a.jpg.XMP", keywords("fog"), 0)
    await place.photos.import_files([path], place.persona)
    assert await place.words() == ["fog"]


async def test_the_xmp_of_a_new_export_replaces_that_of_the_old_one(place: Place) -> None:
    content = io.BytesIO()
    picture().save(content, "JPEG", xmp=EVERYTHING)
    path = write(place.folder / "a.jpg", content.getvalue())
    place.sidecar("a.xmp", xmp(xmp_Rating=4), 0)
    await place.import_it()
    (place.folder / "a.xmp").unlink()
    content = io.BytesIO()
    picture(seed=1).save(content, "JPEG", xmp=xmp(bag("dc:subject", "sea"), xmp_Rating=2))
    path.write_bytes(content.getvalue())
    await place.import_it()
    assert ((await place.only()).stars, await place.words()) == (2, ["sea"])
