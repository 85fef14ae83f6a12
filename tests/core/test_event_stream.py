"""The event stream reports changes, and reconnects after the connection breaks."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg

from fluffy_tui.core.app_events import (
    Connected,
    Disconnected,
    KeywordsChanged,
    PersonaEdited,
    PhotosChanged,
    PostChanged,
    VerdictChanged,
)
from fluffy_tui.core.event_stream import events
from post_sql import photos_json


async def ready() -> None:
    """Do nothing before connecting."""


def fill(connection: psycopg.Connection) -> tuple[int, int, int]:
    def one(query: str, *values: object) -> int:
        row = connection.execute(query, values).fetchone()
        assert row is not None
        return int(row[0])

    persona = one("INSERT INTO personas (name) VALUES ('sarah') RETURNING id")
    photo = one(
        "INSERT INTO photos (persona_id, path, sha256, byte_size, width, height, format, modified_at)"
        " VALUES (%s, '/a.jpg', sha256('a'), 1, 1, 1, 'JPEG', now()) RETURNING id",
        persona,
    )
    post = one(
        "INSERT INTO posts (photo_id, photos, persona_id, caption, delivery_key, share_mode)"
        f" SELECT id, {photos_json()}, %s, 'x', 'key', 'addToQueue' FROM photos RETURNING id",
        persona,
    )
    return persona, photo, post


async def test_every_change_is_reported(database_url: str) -> None:
    stream = events(database_url, ready)
    assert isinstance(await anext(stream), Connected)
    with psycopg.connect(database_url, autocommit=True) as connection:
        persona, _, post = fill(connection)
        assert await anext(stream) == PersonaEdited(persona)
        assert await anext(stream) == PhotosChanged(persona)
        assert await anext(stream) == PostChanged(post, persona)
        connection.execute("UPDATE posts SET caption = 'y'")
        assert await anext(stream) == PostChanged(post, persona)
        connection.execute("DELETE FROM posts")
        assert await anext(stream) == PostChanged(post, persona)
        connection.execute("UPDATE personas SET name = name, description = 'takes photos'")
        assert await anext(stream) == PersonaEdited(persona)
        connection.execute("UPDATE personas SET name = name")  # as it was
        connection.execute("INSERT INTO persona_channels VALUES (%s, 'channel-1', 0)", [persona])
        assert await anext(stream) == PersonaEdited(persona)
        connection.execute("UPDATE persona_channels SET position = position")  # as it was
        connection.execute("UPDATE persona_channels SET position = 1")
        assert await anext(stream) == PersonaEdited(persona)
        connection.execute("DELETE FROM persona_channels")
        assert await anext(stream) == PersonaEdited(persona)
    await stream.aclose()


async def test_a_verdict_has_an_event_of_its_own(database_url: str) -> None:
    """It changes one row of a list, while a missing file or a new photo may change the whole list."""
    stream = events(database_url, ready)
    await anext(stream)
    with psycopg.connect(database_url, autocommit=True) as connection:
        persona, photo, post = fill(connection)
        [(other,)] = connection.execute("INSERT INTO personas (name) VALUES ('leo') RETURNING id").fetchall()
        assert await anext(stream) == PersonaEdited(persona)
        assert await anext(stream) == PhotosChanged(persona)
        assert await anext(stream) == PostChanged(post, persona)
        assert await anext(stream) == PersonaEdited(other)
        connection.execute("UPDATE photos SET verdict = NULL")
        connection.execute("UPDATE photos SET verdict = 'pick'")
        assert await anext(stream) == VerdictChanged(photo, persona)
        connection.execute("UPDATE photos SET stars = 3")
        assert await anext(stream) == VerdictChanged(photo, persona)
        connection.execute("UPDATE photos SET stars = 3")  # as it was
        keyword = "INSERT INTO photo_keywords VALUES (%s, 'fog', 'hand', %s, 'Fog')"
        connection.execute(keyword, [photo, persona])
        assert await anext(stream) == KeywordsChanged(persona)
        connection.execute("DELETE FROM photo_keywords WHERE key = 'pier'")
        connection.execute("DELETE FROM photo_keywords")
        assert await anext(stream) == KeywordsChanged(persona)
        connection.execute("UPDATE photos SET missing_since = '2026-11-22T10:00Z'")
        assert await anext(stream) == PhotosChanged(persona)
        connection.execute("UPDATE photos SET missing_since = '2026-11-22T10:00Z'")  # as it was
        connection.execute("UPDATE photos SET persona_id = %s", [other])
        assert {await anext(stream), await anext(stream)} == {PhotosChanged(persona), PhotosChanged(other)}
        connection.execute("DELETE FROM posts")
        connection.execute("DELETE FROM photos")
        assert await anext(stream) == PostChanged(post, persona)
        assert await anext(stream) == PhotosChanged(other)
    await stream.aclose()


async def test_a_rolled_back_change_is_not_reported(database_url: str) -> None:
    stream = events(database_url, ready)
    await anext(stream)
    with psycopg.connect(database_url) as connection:
        fill(connection)
        connection.rollback()
        persona, _, _ = fill(connection)
        connection.commit()
    assert await anext(stream) == PersonaEdited(persona)
    assert await anext(stream) == PhotosChanged(persona)
    assert isinstance(await anext(stream), PostChanged)
    await stream.aclose()


async def test_a_broken_connection_is_reported_and_restored(database_url: str) -> None:
    stream = events(database_url, ready)
    await anext(stream)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    lost = await anext(stream)
    assert isinstance(lost, Disconnected)
    assert lost.reason
    assert isinstance(await anext(stream), Connected)
    await stream.aclose()


async def test_the_preparation_runs_before_each_connection_attempt(database_url: str) -> None:
    attempts = _failing_twice()

    async def bring_back() -> None:
        error = next(attempts)
        if error is not None:
            raise error

    stream = events(database_url, bring_back)
    assert await anext(stream) == Disconnected("The database does not respond.")
    assert await anext(stream) == Disconnected("The database does not respond.")
    assert isinstance(await anext(stream), Connected)
    await stream.aclose()


def _failing_twice() -> Iterator[OSError | None]:
    yield OSError("no server")
    yield OSError("still none")
    while True:
        yield None
