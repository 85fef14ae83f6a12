"""Keywords of photos: given, taken away, listed and completed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from fluffy_tui.core.database import Database
from fluffy_tui.personas import Persona
from fluffy_tui.photos import LONGEST_KEYWORD, Browse, Keyword, Keywords, KeywordSource, Photos
from fluffy_tui.photos.keywords import clean_keyword, keyed
from photos.photo_files import import_two, make_library
from statement_plans import plans, rows_read, statements

HAND, FOLDER, XMP = KeywordSource.HAND, KeywordSource.FOLDER, KeywordSource.XMP

MANY = """
    INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, modified_at)
    SELECT :persona, '/photos/' || n || '.jpg', sha256(n::text::bytea), 1, 3, 2, 'JPEG', '2024-05-01'
    FROM generate_series(1, 20000) AS n
"""
MANY_KEYWORDS = """
    INSERT INTO photo_keywords (photo_id, key, source, persona_id, word)
    SELECT id, word, 'hand', persona_id, word
    FROM photos, unnest(ARRAY['beach', 'fog', 'pier', 'word ' || id % 1000]) AS word
"""


async def test_keywords_are_given_listed_and_taken_away(
    database: Database, library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    one, two = await import_two(library, tmp_path)
    keywords = Keywords(database)
    await keywords.add([one, two], ["Fog", "#beach", "  the   pier ", "FOG", ""])
    await keywords.add([one], ["fog", "köln"], XMP)
    await keywords.add([one], ["fog"])
    found = await keywords.of([one, two])
    assert [keyword.word for keyword in found[one]] == ["beach", "Fog", "köln", "the pier"]
    assert found[one][1] == Keyword("Fog", (HAND, XMP))
    assert [keyword.word for keyword in found[two]] == ["beach", "Fog", "the pier"]

    await keywords.remove([one], ["FOG", "The Pier", "unknown"])
    found = await keywords.of([one, two])
    assert found[one] == (Keyword("beach", (HAND,)), Keyword("köln", (XMP,)))
    assert len(found[two]) == 3
    await keywords.remove([two], [keyword.word for keyword in found[two]])
    assert two not in await keywords.of([one, two])


async def test_words_are_the_same_in_any_case_and_however_their_letters_are_made(
    database: Database, library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    one, _ = await import_two(library, tmp_path)
    keywords = Keywords(database)
    await keywords.add([one], ["Cafe\u0301", "café", "Straße", "STRASSE"])
    assert [keyword.word for keyword in (await keywords.of([one]))[one]] == ["Café", "Straße"]


def test_a_keyword_is_one_line_without_what_acts_on_a_terminal() -> None:
    assert clean_keyword(" ##New\n York\x1b[31m ") == "New York [31m"
    assert clean_keyword("＃ ") == ""
    assert list(keyed(["x" * LONGEST_KEYWORD, "y" * (LONGEST_KEYWORD + 1)])) == ["x" * LONGEST_KEYWORD]


async def test_a_beginning_is_completed_to_the_keywords_of_one_persona(
    database: Database, library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    one, two = await import_two(library, tmp_path / "sarah")
    others, leo = await make_library(database, "leo")
    [foreign, _] = await import_two((others, leo), tmp_path / "leo")
    keywords = Keywords(database)
    await keywords.add([one, two], ["Beach", "beach hut", "birds", "fog"])
    await keywords.add([two], ["beach"], FOLDER)
    await keywords.add([foreign], ["beacon"])
    sarah = library[1].id
    assert await keywords.complete(sarah, "BEA") == ["Beach", "beach hut"]
    assert await keywords.complete(sarah, "b", limit=2) == ["Beach", "beach hut"]
    assert await keywords.complete(sarah, "") == ["Beach", "beach hut", "birds", "fog"]
    assert await keywords.complete(sarah, "x") == []
    assert await keywords.complete(sarah, "100%_") == []


async def test_keywords_go_with_their_photo(
    database: Database, library: tuple[Photos, Persona], tmp_path: Path
) -> None:
    one, two = await import_two(library, tmp_path)
    keywords = Keywords(database)
    await keywords.add([one, two], ["fog"])
    async with database.transaction() as session:
        await session.execute(text("DELETE FROM photos WHERE id = :id"), {"id": one})
    assert list(await keywords.of([one, two])) == [two]
    await keywords.add([one], ["late"])
    assert one not in await keywords.of([one])


@pytest.mark.slow
async def test_neither_completing_nor_listing_reads_more_in_a_large_library(
    database: Database, library: tuple[Photos, Persona]
) -> None:
    _, persona = library
    async with database.transaction() as session:
        await session.execute(text(MANY), {"persona": persona.id})
        await session.execute(text(MANY_KEYWORDS))
    async with database.transaction() as session:
        await session.execute(text("ANALYZE photos, photo_keywords"))
        one = (await session.execute(text("SELECT min(id) FROM photos"))).scalar_one()
    keywords = Keywords(database)
    with statements() as executed:
        assert await keywords.complete(persona.id, "") == [
            "beach", "fog", "pier", *(f"word {n}" for n in (0, 1, 10, 100, 101))
        ]  # fmt: skip
        assert len(await keywords.of([one])) == 1
        await keywords.remove([one], ["fog"])
    for statement, nodes in await plans(database, executed):
        assert max(map(rows_read, nodes)) <= 20, statement


@pytest.mark.slow
async def test_filters_by_keyword_and_stars_read_what_they_find(
    database: Database, library: tuple[Photos, Persona]
) -> None:
    photos, persona = library
    async with database.transaction() as session:
        await session.execute(text(MANY), {"persona": persona.id})
        await session.execute(text(MANY_KEYWORDS))
        await session.execute(text("UPDATE photos SET stars = 4 WHERE id % 1000 = 7"))
    async with database.transaction() as session:
        await session.execute(text("ANALYZE photos, photo_keywords"))
    for browse, most in (
        (Browse(keywords=("Word 999",)), 100),
        (Browse(stars=(3, 5)), 100),
        (Browse(keywords=("word 7",), stars=(4, 4), descending=False), 3_000),
    ):
        with statements() as executed:
            assert len(await photos.first_ids(persona.id, browse, limit=200)) == 20
            assert len(await photos.ids(persona.id, browse)) == 20
        for statement, nodes in await plans(database, executed):
            assert max(map(rows_read, nodes)) <= most, (browse, statement)
