"""The text in pictures: stored, found by the beginnings of its words, and forgotten with the file; screenshots."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from fluffy_tui.core.database import Database
from fluffy_tui.personas import Persona
from fluffy_tui.photos import Browse, Photos, PhotoTexts, PictureText, Posted
from fluffy_tui.photos.picture_texts import LONGEST_TEXT, clean_text, search_words, store_texts
from photos.photo_files import import_two, write
from statement_plans import plans, rows_read, statements

MANY = """
    INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, modified_at)
    SELECT :persona, '/photos/' || CASE n % 1000 WHEN 0 THEN 'Screenshot ' ELSE '' END || n || '.jpg',
        sha256(n::text::bytea), 1, 3, 2, 'JPEG', '2024-05-01'
    FROM generate_series(1, 20000) AS n
"""
MANY_TEXTS = """
    INSERT INTO photo_texts (photo_id, persona_id, text, words)
    SELECT id, persona_id, 'word' || id % 5000, array_to_tsvector(ARRAY['word' || id % 5000, 'the'])
    FROM photos WHERE id % 4 = 0
"""


async def read(database: Database, texts: dict[int, str], share: float = 0.2) -> None:
    async with database.transaction() as session:
        await store_texts(session, {id_: PictureText(found, share) for id_, found in texts.items()})


async def test_words_in_pictures_are_found_by_how_they_begin(
    database: Database, library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    photos, persona = library
    one, two = await import_two(library, tmp_path)
    await read(database, {one: "INVOICE No. 4711\nTotal due: 12.50 € — Café Größe", two: ""})

    async def found(**browse: object) -> list[int]:
        return list(await photos.ids(persona.id, Browse(**browse)))  # type: ignore[arg-type]

    for words in ("invoice", "INV", "47", "total du", "due invoice", "CAFE\u0301", "grösse", "12.50"):
        assert await found(shown_words=(words,)) == [one], words
    for words in ("voice", "invoices", "total 4712", "?", "'", "\\", "a:*"):
        assert await found(shown_words=(words,)) == [], words
    assert await found(text="invoice") == [one], "plain words, too"
    assert await found(text="invoice 0.jpg") == [one]
    assert await found(text="invoice 1.jpg") == []
    assert await found(keywords=("invoice",)) == []


async def test_where_nothing_separates_words_any_part_is_found(
    database: Database, library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    photos, persona = library
    one, _ = await import_two(library, tmp_path)
    await read(database, {one: "請求書の合計金額は千二百円です"})
    for words in ("請求", "合計", "金額は千二百円です", "す"):
        assert list(await photos.ids(persona.id, Browse(shown_words=(words,)))) == [one], words
    assert list(await photos.ids(persona.id, Browse(shown_words=("合金",)))) == []


async def test_another_personas_pictures_are_not_found(
    database: Database, library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    photos, persona = library
    one, _ = await import_two(library, tmp_path)
    await read(database, {one: "invoice"})
    assert list(await photos.ids(persona.id + 1, Browse(shown_words=("invoice",)))) == []


async def test_a_changed_file_forgets_its_text(
    database: Database, library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    photos, persona = library
    one, two = await import_two(library, tmp_path)
    await read(database, {one: "old", two: "stays"})
    assert await photos.texts([one, two]) == {
        one: PhotoTexts(in_picture="old"),
        two: PhotoTexts(in_picture="stays"),
    }
    write(tmp_path / "0.jpg", seed=7)
    await photos.import_folders([tmp_path], persona)
    assert await photos.texts([one, two]) == {two: PhotoTexts(in_picture="stays")}
    async with database.transaction() as session:
        shares: dict[int, float] = dict(
            (await session.execute(text("SELECT id, text_share FROM photos"))).all()
        )
    assert shares == {one: -1, two: 0.2}


def test_foreign_text_is_stored_clean() -> None:
    assert clean_text("a\x00\x1b[31m\u202eb \t c\n\n\x07\nd\ud800") == "a [31m b c\nd"
    assert len(clean_text("x" * 50_000)) == LONGEST_TEXT
    assert search_words("a-b_c A 'd:*' " + "é" * 300) == ["a", "b", "c", "d", "é" * 100]


NAMED = (
    "Screenshot_20231105-143000_Instagram.jpg", "Screenshot 2023-11-05 at 14.30.00.png", "Screen Shot 2019-01-01.png",
    "Bildschirmfoto 2023-11-05 um 14.30.00.png", "Capture d\u2019e\u0301cran 2023.png", "Capture d\u2019écran 2023.png",
    "Captura de pantalla 2023.png", "スクリーンショット 2023-11-05.png", "Снимок экрана 2023.png",
    "2023-11-05-143000_1920x1080_scrot.png", "screenshot.png",
)  # fmt: skip
UNNAMED = ("IMG_0001.jpg", "my screen.jpg", "sunscreen shotgun.jpg", "2023.png")


@pytest.mark.parametrize("name", NAMED)
async def test_screenshots_are_known_by_their_names(
    database: Database, library: tuple[Photos, Persona], tmp_path: Path, name: str
) -> None:
    assert await signs(database, f"/p/{name}", "JPEG", 640, 480)


@pytest.mark.parametrize("name", UNNAMED)
async def test_other_names_are_no_sign(
    database: Database, library: tuple[Photos, Persona], name: str
) -> None:
    assert not await signs(database, f"/Screenshots/{name}", "JPEG", 640, 480)


@pytest.mark.parametrize(
    ("kind", "width", "height", "dated_by", "share", "expected"),
    [
        ("PNG", 1170, 2532, None, -1, True),
        ("PNG", 2532, 1170, "camera", -1, True),  # an iPhone dates its screenshots like this
        ("WEBP", 1080, 2400, "file", 0.02, True),
        ("PNG", 1170, 2532, None, 0, False),  # read, and without a word: a wallpaper
        ("JPEG", 1170, 2532, None, -1, False),
        ("PNG", 1080, 1920, None, -1, False),  # made for a story, as likely as not
        ("PNG", 1080, 1920, None, 0.15, True),
        ("PNG", 811, 333, None, 0.15, True),
        ("PNG", 811, 333, "camera", 0.15, False),  # a page that was photographed
        ("PNG", 811, 333, None, 0.05, False),
        ("JPEG", 811, 333, None, 0.5, False),
    ],
)
async def test_size_and_text_tell_where_the_name_does_not(
    database: Database,
    library: tuple[Photos, Persona],
    kind: str,
    width: int,
    height: int,
    dated_by: str | None,
    share: float,
    expected: bool,
) -> None:
    assert await signs(database, "/p/IMG_0001.png", kind, width, height, dated_by, share) is expected


async def signs(
    database: Database,
    path: str,
    kind: str,
    width: int,
    height: int,
    dated_by: str | None = None,
    share: float = -1,
) -> bool:
    query = text("SELECT fluffy_is_screenshot(:path, :kind, :width, :height, :dated_by, :share)")
    values = {
        "path": path,
        "kind": kind,
        "width": width,
        "height": height,
        "dated_by": dated_by,
        "share": share,
    }
    async with database.transaction() as session:
        return bool(await session.scalar(query, values))


async def test_screenshots_are_filtered(library: tuple[Photos, Persona], tmp_path: Path) -> None:
    photos, persona = library
    write(tmp_path / "Screenshot_20231105-143000.jpg", seed=1)
    write(tmp_path / "IMG_1.jpg", seed=2)
    await photos.import_folders([tmp_path], persona)
    found = await photos.by_ids(list(await photos.ids(persona.id, Browse(screenshots=True))))
    assert [(photo.name, photo.is_screenshot) for photo in found.values()] == [
        ("Screenshot_20231105-143000.jpg", True)
    ]
    every = await photos.by_ids(list(await photos.ids(persona.id, Browse())))
    assert [photo.is_screenshot for photo in every.values()].count(False) == 1


@pytest.mark.slow
async def test_neither_words_nor_screenshots_are_looked_for_in_every_photo(
    database: Database, library: tuple[Photos, Persona]
) -> None:
    photos, persona = library
    async with database.transaction() as session:
        await session.execute(text(MANY), {"persona": persona.id})
        await session.execute(text(MANY_TEXTS))
    async with database.transaction() as session:
        await session.execute(text("ANALYZE photos, photo_texts"))
    every = Posted.ALL
    with statements() as executed:
        for browse in (Browse(shown_words=("word42",), posted=every), Browse(screenshots=True, posted=every)):
            assert len(await photos.first_ids(persona.id, browse, limit=50)) > 1
            assert len(await photos.ids(persona.id, browse)) > 1
    for statement, nodes in await plans(database, executed):
        assert max(map(rows_read, nodes)) <= 600, statement
