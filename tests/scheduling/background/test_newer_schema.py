"""A worker under which a newer program migrates the database: it stops once its own statements no longer fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fluffy_tui.scheduling import Step

if TYPE_CHECKING:
    from pathlib import Path

    from scheduling.workplace import Workplace

SENTENCE = "The database was migrated by a newer fluffy-tui (schema 9999, this one knows "


@pytest.mark.parametrize("has_key", [True, False])
async def test_a_worker_whose_statements_do_not_fit_stops_with_one_sentence(
    place: Workplace, tmp_path: Path, has_key: bool
) -> None:
    log = tmp_path / "worker.log"
    worker = place.worker_process(log) if has_key else place.keyless_worker_process(log)
    if has_key:
        await place.arrived()
    else:
        await until_indexed(place)
    await place.execute("UPDATE alembic_version SET version_num = '9999'")
    await place.execute("ALTER TABLE photo_hashes RENAME COLUMN dhash TO renamed")
    await place.photo(1, is_indexed=False)
    assert await worker.ended() == 1
    assert SENTENCE in log.read_text()
    post = await place.submit(number=2)
    left = await place.post(post.id)
    assert (left.step, left.attempts) == (Step.QUEUED, 0)


async def until_indexed(place: Workplace) -> None:
    """Wait until a worker has indexed a photo."""
    photo = await place.photo(is_indexed=False)
    query = f"SELECT count(*) FROM photo_hashes WHERE photo_id = {photo.id}"
    async with place.services.database.connection() as connection:
        while await (await connection.execute(query.encode())).fetchone() == (0,):
            await (await connection.execute("SELECT pg_sleep(0.05)")).fetchone()
