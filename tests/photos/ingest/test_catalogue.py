"""One library on several machines: each has places of its own, and changes none of another's."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from fluffy_tui.core.database import Database
from fluffy_tui.modes.import_mode import JsonReport, TextReport
from fluffy_tui.personas import Persona, Personas
from fluffy_tui.photos import (
    DateSource,
    ImportSummary,
    Keywords,
    Machine,
    Photo,
    Photos,
    PhotoState,
    PhotoUnreadable,
)
from photos.ingest.test_importer import counts, give_post
from photos.photo_files import write

pytestmark = pytest.mark.slow


class Two:
    """The machines `studio` and `office`, each with its own folder, and a persona that both import for."""

    def __init__(self, database: Database, persona: Persona, folder: Path) -> None:
        self.database = database
        self.persona = persona
        self.studio = Photos(database, machine=Machine("1", "studio"))
        self.office = Photos(database, machine=Machine("2", "office"))
        self.at_studio = folder / "nas"
        self.at_office = folder / "volumes" / "nas"
        self.at_studio.mkdir()

    def mount(self) -> None:
        """Have the same files at another path, as the office's mount of the studio's folder has."""
        shutil.copytree(self.at_studio, self.at_office, copy_function=os.link)

    def sync(self) -> None:
        """Copy the studio's files to the office, with other times."""
        shutil.copytree(self.at_studio, self.at_office, copy_function=shutil.copy)

    async def studio_imports(self) -> ImportSummary:
        """Import the studio's folder there."""
        return await self.studio.import_folders([self.at_studio], self.persona)

    async def office_imports(self) -> ImportSummary:
        """Import the office's folder there."""
        return await self.office.import_folders([self.at_office], self.persona)

    async def seen_by(self, photos: Photos) -> dict[str, Photo]:
        """Return a machine's view of all photos by file name."""
        return {photo.name: photo for photo in await photos.unscheduled(self.persona)}


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Return what sets this process's time zone."""

    def set_it(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield set_it
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
async def two(database: Database, tmp_path: Path, zone: Callable[[str], None]) -> Two:
    zone("Europe/Berlin")
    return Two(database, await Personas(database, None).create("sarah"), tmp_path)


@pytest.mark.parametrize("is_mounted", [True, False])
async def test_the_same_library_on_a_second_machine_changes_nothing_for_the_first(
    two: Two, is_mounted: bool
) -> None:
    for number in range(5):
        write(two.at_studio / f"{number}.jpg", seed=number)
    assert counts(await two.studio_imports()) == {"imported": 5}
    before = await two.seen_by(two.studio)
    if is_mounted:
        two.mount()
    else:
        two.sync()
    summary = await two.office_imports()
    assert summary.known_elsewhere == 5
    assert counts(summary) == {}
    assert sum(summary.counts.values()) == 5, "every file is in one of the counts"
    assert await two.seen_by(two.studio) == before
    assert counts(await two.studio_imports()) == {"unchanged": 5}
    assert counts(await two.office_imports()) == {"unchanged": 5}
    there = await two.seen_by(two.office)
    assert {photo.path for photo in there.values()} == {two.at_office / f"{n}.jpg" for n in range(5)}
    assert {photo.id for photo in there.values()} == {photo.id for photo in before.values()}
    for photos in (two.studio, two.office):
        for photo in (await two.seen_by(photos)).values():
            assert await photos.check(photo) is PhotoState.UNCHANGED
            assert photos.thumbnail(photo, 8, 8).size
            assert photo.elsewhere == ""


async def test_the_names_of_a_second_machines_folders_take_no_keyword_away(two: Two) -> None:
    """A photo keeps those of the folder that it was imported from; it changes them where it moves there."""
    write(two.at_studio / "Fog" / "a.jpg")
    await two.studio_imports()
    photo = (await two.seen_by(two.studio))["a.jpg"]
    write(two.at_office / "Incoming" / "a.jpg")
    assert (await two.office_imports()).known_elsewhere == 1
    keywords = Keywords(two.database)
    assert [word.word for word in (await keywords.of([photo.id]))[photo.id]] == ["Fog"]
    (two.at_studio / "Fog").rename(two.at_studio / "Sea")
    await two.studio_imports()
    assert [word.word for word in (await keywords.of([photo.id]))[photo.id]] == ["Sea"]


NOTE = b'{"photoTakenTime": {"timestamp": "1699225200"}}'
"""23:00 on 5 November 2023 in UTC, and the next day in Berlin."""


@pytest.mark.parametrize("studio_first", [True, False])
@pytest.mark.parametrize(
    ("at_studio", "at_office", "expected"),
    [
        ("a.jpg", "a.jpg", (datetime(2023, 11, 6, 0, 0), DateSource.FILE)),
        ("PXL_20231105_230000123.jpg",) * 2 + ((datetime(2023, 11, 6, 0, 0), DateSource.NAME_IN_UTC),),
        ("noted.jpg", "noted.jpg", (datetime(2023, 11, 6, 0, 0), DateSource.TAKEOUT)),
        ("a.jpg", "noted.jpg", (datetime(2023, 11, 6, 0, 0), DateSource.TAKEOUT)),
        ("noted.jpg", "IMG-20231105-WA1.jpg", (datetime(2023, 11, 5, 12), DateSource.NAME_OF_DAY)),
        ("20231105_230002.jpg", "20231105_230001.jpg", (datetime(2023, 11, 5, 23, 0, 1), DateSource.NAME)),
    ],
)
async def test_the_day_is_the_same_whichever_machine_imports_first_and_whatever_its_zone(
    two: Two,
    zone: Callable[[str], None],
    studio_first: bool,
    at_studio: str,
    at_office: str,
    expected: tuple[datetime, DateSource],
) -> None:
    for folder, name, later in ((two.at_studio, at_studio, 0), (two.at_office, at_office, 900)):
        moment = 1_699_225_200 + later
        os.utime(write(folder / name), (moment, moment))
        if name == "noted.jpg":
            write(folder / f"{name}.json", NOTE)
    imports = {"Asia/Tokyo": two.studio_imports, "America/New_York": two.office_imports}
    for _ in range(2):
        for name, import_it in imports.items() if studio_first else reversed(imports.items()):
            zone(name)
            await import_it()
        [photo] = (await two.seen_by(two.studio)).values()
        assert (photo.taken_at, photo.dated_by) == expected, "and another import changes nothing"


async def test_the_zone_of_the_main_channel_counts(two: Two) -> None:
    async with two.database.transaction() as session:
        for statement in (
            "INSERT INTO channels (id, organization_id, service, description)"
            " VALUES ('c', 'o', 'x', '{\"timezone\": \"America/New_York\"}')",
            "INSERT INTO persona_channels (persona_id, channel_id, position) SELECT id, 'c', 0 FROM personas",
        ):
            await session.execute(text(statement.replace(": ", r"\: ")))
    write(two.at_studio / "PXL_20231105_023000123.jpg")
    await two.studio_imports()
    [photo] = (await two.seen_by(two.studio)).values()
    assert photo.taken_at == datetime(2023, 11, 4, 22, 30)


async def test_both_reports_count_photos_of_other_machines(
    two: Two, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(3):
        write(two.at_studio / f"{number}.jpg", seed=number)
    await two.studio_imports()
    two.sync()
    write(two.at_office / "new.jpg", seed=9)
    write(two.at_office / "copy.jpg", seed=1)
    summary = await two.office_imports()
    TextReport().finished(summary, None)
    JsonReport().finished(summary, None)
    line, event = capsys.readouterr().out.splitlines()
    assert line.startswith(
        "sarah: 1 imported, 0 already there, 0 moved, 1 duplicate, 0 missing, 0 failed, 3 known from another machine"
    )
    told = json.loads(event)
    assert (told["imported"], told["known_elsewhere"], told["duplicates"]) == (1, 3, 1)


async def test_a_photo_of_another_machine_is_named_with_it(two: Two) -> None:
    write(two.at_studio / "a.jpg")
    await two.studio_imports()
    photo = (await two.seen_by(two.office))["a.jpg"]
    assert photo.elsewhere == "studio"
    assert await two.office.check(photo) is PhotoState.ELSEWHERE
    with pytest.raises(PhotoUnreadable, match="is on studio"):
        two.office.thumbnail(photo, 8, 8)
    assert [machine.name for machine in await two.office.machines_with(photo.id)] == ["studio"]
    assert (await two.seen_by(two.studio))["a.jpg"].elsewhere == ""


async def test_within_one_machine_files_move_and_vanish_as_ever(two: Two) -> None:
    for number in range(3):
        write(two.at_studio / f"{number}.jpg", seed=number)
    await two.studio_imports()
    two.sync()
    await two.office_imports()
    (two.at_office / "0.jpg").rename(two.at_office / "renamed.jpg")
    (two.at_office / "1.jpg").unlink()
    shutil.copy(two.at_office / "2.jpg", two.at_office / "copy.jpg")
    assert counts(await two.office_imports()) == {"unchanged": 1, "moved": 1, "duplicates": 1, "missing": 1}
    seen = await two.seen_by(two.office)
    assert {photo.path.name: photo.elsewhere for photo in seen.values()} == {
        "renamed.jpg": "", "1.jpg": "studio", "2.jpg": "",
    }  # fmt: skip
    assert [photo.missing_since for photo in seen.values()] == [None] * 3, "the studio has it"
    at_studio = (await two.seen_by(two.studio)).values()
    assert {photo.path for photo in at_studio} == {two.at_studio / f"{n}.jpg" for n in range(3)}
    assert counts(await two.studio_imports()) == {"unchanged": 3}
    (two.at_studio / "1.jpg").unlink()
    assert await two.studio.mark_missing() == (1, 0)
    assert (await two.seen_by(two.office))["1.jpg"].missing_since is not None, "now nobody has it"
    assert (await two.seen_by(two.studio))["1.jpg"].elsewhere == ""


async def test_a_missing_photo_is_there_again_once_another_machine_has_it(two: Two) -> None:
    path = write(two.at_studio / "a.jpg")
    await two.studio_imports()
    two.sync()
    path.unlink()
    assert await two.studio.mark_missing() == (1, 0)
    assert (await two.seen_by(two.studio))["a.jpg"].missing_since is not None
    assert (await two.office_imports()).known_elsewhere == 1
    assert (await two.seen_by(two.studio))["a.jpg"].missing_since is None


async def test_machines_may_have_different_files_at_the_same_path(two: Two, tmp_path: Path) -> None:
    path = write(two.at_studio / "a.jpg", seed=1)
    await two.studio_imports()
    two.at_studio.rename(tmp_path / "of the studio")
    write(path, seed=2)
    assert counts(await two.office.import_folders([two.at_studio], two.persona)) == {"imported": 1}
    assert await two.office.mark_missing() == (0, 0)
    both = await two.studio.unscheduled(two.persona)
    assert sorted(photo.elsewhere for photo in both) == ["", "office"]
    assert len({photo.sha256 for photo in both}) == 2


async def test_a_file_that_is_replaced_on_one_machine_is_that_machines(two: Two) -> None:
    """Until another finds the new content too; its old file becomes a photo of its own."""
    write(two.at_studio / "a.jpg", seed=1)
    await two.studio_imports()
    two.sync()
    await two.office_imports()
    write(two.at_office / "a.jpg", seed=2)
    assert counts(await two.office_imports()) == {"imported": 1}
    assert (await two.seen_by(two.studio))["a.jpg"].elsewhere == "office"
    assert counts(await two.studio_imports()) == {"imported": 1}
    assert counts(await two.office_imports()) == {"unchanged": 1}
    assert counts(await two.studio_imports()) == {"unchanged": 1}
    shutil.copy(two.at_office / "a.jpg", two.at_studio / "b.jpg")
    assert (await two.studio_imports()).known_elsewhere == 1


async def test_swapped_names_on_one_machine_move_two_photos_there(two: Two) -> None:
    one = write(two.at_studio / "1.jpg", seed=1)
    write(two.at_studio / "2.jpg", seed=2, width=64)
    await two.studio_imports()
    two.sync()
    await two.office_imports()
    (two.at_office / "1.jpg").rename(two.at_office / "aside")
    (two.at_office / "2.jpg").rename(two.at_office / "1.jpg")
    (two.at_office / "aside").rename(two.at_office / "2.jpg")
    assert "failed" not in counts(await two.office_imports())
    assert counts(await two.office_imports()) == {"unchanged": 2}
    assert counts(await two.studio_imports()) == {"unchanged": 2}
    [of_one] = [photo for photo in await two.studio.unscheduled(two.persona) if photo.path == one]
    assert (await two.office.get(of_one.id)).path == two.at_office / "2.jpg"


async def test_files_that_move_up_one_after_another_keep_their_photos(two: Two) -> None:
    """Each takes the name that another had, which has left it before, in the same batch."""
    for number in range(1, 6):
        write(two.at_studio / f"{number}.jpg", seed=number)
    await two.studio_imports()
    before = {photo.id: photo.path.name for photo in await two.studio.unscheduled(two.persona)}
    for number in range(1, 6):
        (two.at_studio / f"{number}.jpg").rename(two.at_studio / f"{number - 1}.jpg")
    assert counts(await two.studio_imports()) == {"moved": 5}
    after = {photo.id: photo.path.name for photo in await two.studio.unscheduled(two.persona)}
    assert after == {photo_id: f"{int(name[0]) - 1}.jpg" for photo_id, name in before.items()}
    assert counts(await two.studio_imports()) == {"unchanged": 5}


async def test_a_folder_that_was_renamed_costs_as_many_statements_as_one_photo(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute, statements = AsyncSession.execute, 0

    async def counted(self: AsyncSession, *given: Any, **named: Any) -> Any:
        nonlocal statements
        statements += 1
        return await execute(self, *given, **named)

    monkeypatch.setattr(AsyncSession, "execute", counted)

    async def moved(count: int) -> int:
        folder = two.at_studio / f"trip of {count}"
        for number in range(count):
            write(folder / f"{number}.jpg", seed=100 * count + number)
        await two.studio_imports()
        folder.rename(two.at_studio / f"journey of {count}")
        before = statements
        assert counts(await two.studio_imports())["moved"] == count
        return statements - before

    assert await moved(1) == await moved(8)


async def test_a_scheduled_photo_is_placed_as_well(two: Two) -> None:
    write(two.at_studio / "a.jpg")
    await two.studio_imports()
    await give_post(two.database, (await two.seen_by(two.studio))["a.jpg"])
    two.sync()
    os.utime(two.at_office / "a.jpg", (5, 5))
    assert (await two.office_imports()).known_elsewhere == 1


async def test_a_photo_from_before_machines_were_noted_belongs_to_whoever_finds_it(
    two: Two, tmp_path: Path
) -> None:
    """An import of another mount path adds a place, and an import of the old path makes it that machine's."""
    unknown = tmp_path / "deep" / "down"
    write(unknown / "a.jpg", seed=1)
    write(unknown / "b.jpg", seed=2)
    before = Photos(two.database)
    await before.import_folders([unknown], two.persona)
    shutil.copytree(unknown, two.at_office)
    aside = unknown.parent.rename(tmp_path / "aside")  # the office does not know the folder
    assert all(photo.elsewhere == "" for photo in (await two.seen_by(two.office)).values())
    assert (await two.office_imports()).known_elsewhere == 2
    assert await two.office.mark_missing() == (0, 0)
    (two.at_office / "b.jpg").rename(two.at_office / "z.jpg")
    assert counts(await two.office_imports()) == {"unchanged": 1, "moved": 1}
    aside.rename(unknown.parent)
    assert await two.studio.mark_missing() == (0, 0)
    assert {p.path.parent for p in (await two.seen_by(two.studio)).values()} == {unknown}
    assert {p.path.parent for p in (await two.seen_by(two.office)).values()} == {two.at_office}
    (unknown / "a.jpg").rename(unknown / "c.jpg")
    assert counts(await two.studio.import_folders([unknown], two.persona)) == {"unchanged": 1, "moved": 1}


async def test_each_machine_dates_again_what_it_dated_by_earlier_rules(two: Two) -> None:
    """The first one sets the date; from then on, the best of what the machines know counts."""
    write(two.at_studio / "a.jpg")
    os.utime(two.at_studio / "a.jpg", (1_714_824_000,) * 2)
    await two.studio_imports()
    two.sync()
    (two.at_office / "a.jpg").rename(two.at_office / "IMG-20240502-WA0001.jpg")
    await two.office_imports()
    async with two.database.transaction() as session:
        await session.execute(text("UPDATE photo_places SET date_rules = 0"))
        await session.execute(text("UPDATE photos SET dated_by = 'camera', taken_at = '2030-06-01'"))
    for imports, redated, day in (
        (two.studio_imports, 1, 4),
        (two.office_imports, 1, 2),
        (two.studio_imports, 0, 2),
        (two.office_imports, 0, 2),
    ):
        summary = await imports()
        [photo] = (await two.seen_by(two.office)).values()
        assert (summary.redated, photo.shown_at.day) == (redated, day)
