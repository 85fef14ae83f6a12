"""The export contains every post once, in order, however many pages that takes."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

import psycopg

from fluffy_tui.scheduling import PostExport, TaggedPerson
from post_sql import photos_json
from scheduling.workplace import write_photo

if TYPE_CHECKING:
    from scheduling.workplace import Workplace


def export(place: Workplace) -> PostExport:
    return PostExport(place.services.database, place.services.personas, place.services.photos)


async def test_a_row_has_all_that_matters_about_a_post(place: Workplace) -> None:
    post = await place.submit("fog on\nthe pier")
    [row] = [row async for row in export(place).rows()]
    assert tuple(row) == PostExport.columns
    assert row["id"] == post.id
    assert row["persona"] == "sarah"
    assert str(row["photo_path"]).endswith("IMG_0000.jpg")
    assert len(str(row["photo_sha256"])) == 64
    assert (row["caption"], row["status"], row["step"]) == ("fog on\nthe pier", "draft", "queued")
    assert (row["channel"], row["network"]) == ("sarah.frames", "instagram")
    assert row["posted_at"] is None
    created = datetime.fromisoformat(str(row["created_at"]))
    assert created == post.created_at
    assert created.tzinfo is not None


async def test_what_the_rest_of_the_form_has_is_in_the_last_columns(place: Workplace) -> None:
    cover, second = await place.photo(0), await place.photo(1)
    result = await place.services.scheduling.schedule_post(
        cover,
        "fog",
        alt_text="a “pier”",
        more_photos=[second],
        ai_generated=True,
        tags=[TaggedPerson("anna", 0.5, 0.25)],
    )
    assert result.ok, result.reason
    [row] = [row async for row in export(place).rows()]
    assert tuple(row)[-4:] == ("tags", "ai_generated", "ai_assisted", "again_of_id")
    assert row["alt_texts"] == '["a “pier”", ""]'
    assert json.loads(str(row["tags"])) == [[{"handle": "anna", "x": 0.5, "y": 0.25}], []]
    assert row["ai_generated"] is True


async def test_every_page_is_read_without_other_personas(place: Workplace) -> None:
    leo = await place.services.personas.create("leo")
    write_photo(place.folder.with_name("leo") / "IMG_1.jpg", 1)
    await place.services.photos.import_folders([place.folder.with_name("leo")], leo)
    [photo] = await place.services.photos.unscheduled(leo)
    await place.services.personas.set_channel(leo, str(place.persona.buffer_channel_id))
    assert (await place.services.scheduling.schedule_post(photo, "leo's own")).ok
    with psycopg.connect(place.services.database.url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, modified_at)"
            " SELECT %s, '/p/' || n, sha256(n::text::bytea), 1, 1, 1, 'JPEG', now()"
            " FROM generate_series(1, 1203) n",
            [place.persona.id],
        )
        connection.execute(
            "INSERT INTO posts (photo_id, photos, persona_id, caption, delivery_key, share_mode)"
            f" SELECT id, {photos_json()}, persona_id, path, md5(path), 'addToQueue'"
            " FROM photos WHERE path LIKE '/p/%%'"
        )
    sarahs = [row async for row in export(place).rows(place.persona)]
    assert [row["caption"] for row in sarahs] == [row["photo_path"] for row in sarahs]
    assert len({row["id"] for row in sarahs}) == 1203
    assert [row["id"] for row in sarahs] == sorted(int(str(row["id"])) for row in sarahs)
    assert len([row async for row in export(place).rows()]) == 1204
