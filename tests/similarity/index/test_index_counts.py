"""The counts of a library are those of its rows at every moment, whatever changes them, and in whatever order."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import psycopg

from fluffy_tui.similarity.index.scan_results import _STORE_LOCK
from similarity.similarity_place import Place, open_place

COUNTED = """
    SELECT persona_id, 'unscheduled' AS name, count(*) FROM photos
    WHERE id NOT IN (SELECT photo_id FROM post_photos) GROUP BY 1
    UNION SELECT persona_id, 'unscheduled ' || verdict, count(*) FROM photos
    WHERE verdict IS NOT NULL AND id NOT IN (SELECT photo_id FROM post_photos) GROUP BY 1, 2
    UNION SELECT persona_id, 'present', count(*) FROM photos WHERE missing_since IS NULL GROUP BY 1
    UNION SELECT persona_id, 'hashed', count(*) FROM photos JOIN photo_hashes ON photo_id = id
        WHERE missing_since IS NULL GROUP BY 1
    UNION SELECT persona_id, 'embedded ' || model_id, count(*) FROM photos JOIN photo_embeddings ON photo_id = id
        WHERE missing_since IS NULL GROUP BY 1, 2
    UNION SELECT persona_id, 'drafts', count(*) FROM posts WHERE status = 'draft' AND step IS NULL GROUP BY 1
    UNION SELECT persona_id, 'queued', count(*) FROM posts WHERE status = 'draft' AND step IS NOT NULL GROUP BY 1
    UNION SELECT persona_id, status, count(*) FROM posts WHERE status <> 'draft' GROUP BY 1, 2
    ORDER BY 1, 2
"""
KEPT = (
    "SELECT persona_id, name, sum(number)::bigint FROM library_counts GROUP BY 1, 2 HAVING sum(number) <> 0"
    " ORDER BY 1, 2"
)
WRONGLY_NOTED = "SELECT id FROM photos WHERE is_scheduled <> (id IN (SELECT photo_id FROM post_photos))"
SOME = "id % 5 = %(rest)s"
CHANGES = {
    "import": "INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, modified_at,"
    " missing_since, verdict) SELECT %(persona)s, n::text, sha256(random()::text::bytea), 1, 4, 3, 'JPEG', now(),"
    " CASE WHEN n > 4 THEN now() END, CASE WHEN n = 2 THEN 'pick' END FROM generate_series(1, 6) AS n",
    "vanish": f"UPDATE photos SET missing_since = now() WHERE {SOME} AND missing_since IS NULL",
    "return": f"UPDATE photos SET missing_since = NULL WHERE {SOME}",
    "change": f"UPDATE photos SET sha256 = sha256(random()::text::bytea) WHERE {SOME}",
    "change and vanish or return": "UPDATE photos SET sha256 = sha256(random()::text::bytea),"
    f" missing_since = CASE WHEN missing_since IS NULL THEN now() END WHERE {SOME}",
    "flag": f"UPDATE photos SET verdict = 'pick' WHERE {SOME}",
    "reject": f"UPDATE photos SET verdict = 'reject' WHERE {SOME}",
    "unflag": f"UPDATE photos SET verdict = NULL WHERE {SOME}",
    "delete": "DELETE FROM photos WHERE id % 11 = %(rest)s AND id NOT IN (SELECT photo_id FROM post_photos)",
    "hash": "INSERT INTO photo_hashes SELECT id, repeat('0', 256)::bit(256), 0, repeat('0', 128)::bit(128)"
    f" FROM (SELECT id FROM photos WHERE {SOME} FOR SHARE SKIP LOCKED) AS locked ON CONFLICT DO NOTHING",
    "embed": "INSERT INTO photo_embeddings SELECT id, 1 + %(rest)s %% 2, 2, '[1,2]'"
    f" FROM (SELECT id FROM photos WHERE {SOME} FOR SHARE SKIP LOCKED) AS locked ON CONFLICT DO NOTHING",
    "post": "INSERT INTO posts (photo_id, photos, persona_id, caption, delivery_key, share_mode)"
    " SELECT id, jsonb_build_array(jsonb_build_object('photo_id', id)), persona_id, 'x', gen_random_uuid(),"
    " 'addToQueue' FROM photos WHERE id % 7 = %(rest)s AND id NOT IN (SELECT photo_id FROM post_photos)",
    "cross-post": "INSERT INTO posts (lead_post_id, photos, persona_id, caption, delivery_key, share_mode, channel_id,"
    " step) SELECT id, photos, persona_id, 'x', gen_random_uuid(), 'addToQueue', gen_random_uuid(), 'queued' FROM posts"
    " WHERE lead_post_id IS NULL AND id % 2 = %(rest)s % 2",
    "submit": "UPDATE posts SET step = 'queued', channel_id = 'c' WHERE id % 3 = %(rest)s AND step IS NULL",
    "send": "UPDATE posts SET step = 'accepted', status = 'scheduled', buffer_post_id = id::text"
    " WHERE id % 4 = %(rest)s AND step = 'queued'",
    "fail": "UPDATE posts SET step = 'failed', status = 'failed', error_message = 'x'"
    " WHERE id % 5 = %(rest)s AND step IS NOT NULL",
    "cancel": "DELETE FROM posts WHERE id % 3 = %(rest)s",
    "delete the persona": "DELETE FROM personas WHERE name = 'other' AND id NOT IN (SELECT persona_id FROM posts)",
}

RARE = ("delete", "change and", "unflag", "fail", "cross-post")
FREQUENT = [name for name in CHANGES if not name.startswith(RARE)]
"""What two programs may do at the same moment; deletions are rare, and a lead is locked while it gets a cross-post."""


async def test_counts_are_exact_after_any_changes(place: Place) -> None:
    """Of one transaction, of several statements in one, and of one that is rolled back."""
    chance = random.Random(7)
    await models(place)
    other = await open_place(place.database, place.folder, "other")
    personas = [place.persona.id, other.persona.id]
    async with await psycopg.AsyncConnection.connect(place.database.url) as connection:
        for _ in range(120):
            for name in chance.choices(list(CHANGES)[:-1], k=chance.randint(1, 3)):
                await connection.execute(*change(name, chance, personas))
            await (connection.rollback if chance.random() < 0.2 else connection.commit)()
            await assert_exact(place)
        await connection.execute("DELETE FROM posts")
        await connection.execute(*change("delete the persona", chance, personas))
    await assert_exact(place)
    assert await place.one("SELECT count(DISTINCT persona_id) FROM library_counts") == 1
    assert await place.one("SELECT count(*) FROM library_counts") <= 11


async def test_counts_are_exact_after_changes_at_the_same_time(place: Place) -> None:
    """And there are few rows for each, since nobody leaves behind what could be added up."""
    await models(place)

    async def work(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(60):
            async with await psycopg.AsyncConnection.connect(place.database.url) as connection:
                await connection.execute("SET lock_timeout = '5s'")
                name = chance.choice(FREQUENT)
                if name in {"hash", "embed"}:
                    await connection.execute("SELECT pg_advisory_xact_lock(%s)", [_STORE_LOCK])
                try:
                    await connection.execute(*change(name, chance, [place.persona.id]))
                except (psycopg.errors.DeadlockDetected, psycopg.errors.UniqueViolation):
                    await connection.rollback()

    await asyncio.gather(*(work(seed) for seed in range(4)))
    await assert_exact(place)
    names = await place.one("SELECT count(DISTINCT name) FROM library_counts")
    assert names == 10
    assert await place.one("SELECT count(*) FROM library_counts") < 8 * names


async def models(place: Place) -> None:
    await place.rows("INSERT INTO embedding_models (name, dimensions) VALUES ('one', 2), ('two', 2)")


def change(name: str, chance: random.Random, personas: list[int]) -> tuple[Any, dict[str, int]]:
    """Return a statement that changes some photos, with its values."""
    sql = CHANGES[name].replace("%%", "%").replace(" % ", " %% ")
    return sql, {"rest": chance.randrange(5), "persona": chance.choice(personas)}


async def assert_exact(place: Place) -> None:
    assert [tuple(row) for row in await place.rows(KEPT)] == [tuple(row) for row in await place.rows(COUNTED)]
    assert await place.rows(WRONGLY_NOTED) == []
