"""The doctor's lines about likeness, against a real service, a broken one and a library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fluffy_tui.bootstrap import open_services
from fluffy_tui.core.health import Check, Health
from fluffy_tui.modes.doctor.similarity_checks import image_embed, likeness
from fluffy_tui.paths import Paths
from fluffy_tui.settings import Secret, Settings
from similarity.image_embed_stand_in import image_embed_stand_in
from similarity.similarity_place import open_place, scene

if TYPE_CHECKING:
    from pathlib import Path

    from fluffy_tui.core.database import Database


def with_service(tmp_path: Path, url: str | None) -> Settings:
    return Settings(paths=Paths(config_file=tmp_path / "c.toml", data=tmp_path / "data"), image_embed_url=url)


async def test_a_service_that_answers_is_told_with_what_it_can_do(tmp_path: Path) -> None:
    async with image_embed_stand_in() as stand_in:
        check = await image_embed(with_service(tmp_path, stand_in.url))
        assert check.status is Health.OK
        assert check.detail.endswith("answers; it can classify, embed_clip_vit_b_32")
        stand_in.operations = ["classify"]
        check = await image_embed(with_service(tmp_path, stand_in.url))
    assert (check.status, "lacks embed_clip_vit_b_32" in check.remedy) == (Health.WARN, True)


@pytest.mark.parametrize(
    ("url", "status"),
    [(None, Health.SKIP), ("http://127.0.0.1:9", Health.WARN), ("nonsense", Health.WARN)],
)
async def test_a_service_that_is_not_there_is_no_failure(
    tmp_path: Path, url: str | None, status: Health
) -> None:
    assert (await image_embed(with_service(tmp_path, url))).status is status


async def test_progress_and_models_are_told(database: Database, tmp_path: Path) -> None:
    settings = Settings(
        paths=Paths(config_file=tmp_path / "c.toml", data=tmp_path / "data"),
        database_url=Secret(database.url),
    )
    place = await open_place(database, tmp_path / "photos")
    await place.add(a=scene(1), b=scene(2))
    async with open_services(settings) as services:
        before = [check async for check in likeness(services)]
        assert before == [
            Check("likeness", Health.OK, "0 of 2 photos looked at for copies"),
            Check("built-in model", Health.OK, "EfficientNet-Lite0, ready"),
        ]
        await place.look()
        (place.folder / "c.jpg").write_bytes((place.folder / "a.jpg").read_bytes() + b"x")
        await place.import_again()
        (place.folder / "c.jpg").unlink()
        await place.look()
        after = [check async for check in likeness(services)]
    assert [check.detail for check in after] == [
        "2 of 3 photos looked at for copies; 1 cannot be read or embedded",
        "EfficientNet-Lite0, ready",
        "effnet-lite0-rp512/1 answers: 2 of 3 photos",
    ]
    assert after[0].status is Health.WARN
