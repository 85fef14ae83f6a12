"""Sidecars that are written: sound XMP, and never in place of another program's."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import text

from fluffy_tui.core.database import Database
from fluffy_tui.personas import Persona
from fluffy_tui.photos import Keywords, Photos, PostedTexts, Verdict
from fluffy_tui.photos.metadata.sidecar_file import sidecar_content, write_sidecar
from fluffy_tui.photos.metadata.xmp import Xmp, parse_xmp
from photos.metadata.xmp_samples import xmp
from photos.photo_files import write

POSTED = PostedTexts("Fog & <sea>\nat the “pier”", 'A "pier"', "https://example.com/p/1?a=b&c=d")


def test_what_was_posted_is_read_back() -> None:
    content = sidecar_content(POSTED, ["fog", "black & white"], 4)
    found = parse_xmp([content.encode()], is_embedded=False)
    assert found == Xmp(
        rating=4, description=POSTED.caption, alt_text=POSTED.alt_text, keywords=("fog", "black & white")
    )
    assert "https://example.com/p/1?a=b&amp;c=d" in content
    assert parse_xmp([sidecar_content(PostedTexts("", "", ""), [], -1).encode()], is_embedded=False) == Xmp(
        rating=-1
    )


@given(st.text(), st.lists(st.text(), max_size=3))
def test_any_text_makes_sound_xml(text: str, words: list[str]) -> None:
    parse_xmp([sidecar_content(PostedTexts(text, text, text), words, 0).encode()], is_embedded=False)


@pytest.mark.parametrize("name", ["a.xmp", "a.jpg.xmp", "a.jpg.XMP"])
def test_the_sidecar_of_another_program_is_left_as_it_is(tmp_path: Path, name: str) -> None:
    photo = write(tmp_path / "in" / "a.jpg")
    other = write(tmp_path / "in" / name, xmp(xmp_Rating=3))
    assert not write_sidecar(photo, "ours")
    assert other.read_bytes() == xmp(xmp_Rating=3)
    assert {path.name for path in other.parent.iterdir()} == {"a.jpg", name}


def test_our_own_sidecar_is_replaced_unless_it_was_changed(tmp_path: Path) -> None:
    photo = write(tmp_path / "a.jpg")
    assert write_sidecar(photo, sidecar_content(POSTED, [], 1))
    second = sidecar_content(POSTED, [], 2)
    assert write_sidecar(photo, second)
    sidecar = tmp_path / "a.jpg.xmp"
    assert sidecar.read_text() == second
    sidecar.write_text(second.replace('x:xmptk="fluffy-tui"', 'x:xmptk="XMP Core 6.0"'))
    assert not write_sidecar(photo, second)


async def test_an_import_does_not_read_our_own(
    database: Database, library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    photos, persona = library
    path = write(tmp_path / "a.jpg")
    await photos.import_folders([tmp_path], persona)
    [photo] = await photos.unscheduled(persona)
    keywords = Keywords(database)
    await keywords.add([photo.id], ["fog"])
    await photos.decide(photo.id, Verdict.REJECT)
    before = path.read_bytes(), path.stat().st_mtime_ns
    assert await photos.write_sidecar(photo.id, POSTED)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before, "the photo itself is never written"
    found = parse_xmp([(tmp_path / "a.jpg.xmp").read_bytes()], is_embedded=False)
    assert (found.rating, found.keywords) == (-1, ("fog",))
    await keywords.remove([photo.id], ["fog"])
    await photos.decide(photo.id, Verdict.UNDECIDED)
    for _ in range(2):
        await photos.import_folders([tmp_path], persona)
        assert await photos.get(photo.id) == photo
        assert await keywords.of([photo.id]) == {}
        assert await photos.texts([photo.id]) == {}


async def test_no_sidecar_is_written_for_a_photo_that_is_gone(
    library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    photos, persona = library
    path = write(tmp_path / "in" / "a.jpg")
    await photos.import_folders([tmp_path / "in"], persona)
    [photo] = await photos.unscheduled(persona)
    path.unlink()
    await photos.import_folders([tmp_path / "in"], persona)
    assert not await photos.write_sidecar(photo.id, POSTED)
    assert not await photos.write_sidecar(10**9, POSTED)
    assert list(path.parent.iterdir()) == []


async def test_no_sidecar_is_written_beside_another_picture_at_the_same_path(
    database: Database, library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    """As on a machine with other photos, if they were imported before machines were noted."""
    photos, persona = library
    path = write(tmp_path / "a.jpg")
    await photos.import_folders([tmp_path], persona)
    [photo] = await photos.unscheduled(persona)
    async with database.transaction() as session:
        await session.execute(text("UPDATE photo_places SET machine_id = ''"))
    path.write_bytes(path.read_bytes() + b"another")
    assert not await photos.write_sidecar(photo.id, POSTED)
    assert list(tmp_path.glob("*.xmp")) == []
