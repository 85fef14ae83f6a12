"""The health checks about similarity and posts, with real services, broken ones, and a library."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from caption_model.model_server import model_server
from fluffy_tui.bootstrap import open_services
from fluffy_tui.core.database import Database
from fluffy_tui.core.health import Check, Health
from fluffy_tui.modes.health_checks import (
    caption_model,
    image_embed,
    posts_in_buffer,
    proxy_words,
    similarity,
)
from fluffy_tui.paths import Paths
from fluffy_tui.settings import Secret, Settings
from fluffy_tui.similarity import TextReader
from scheduling.workplace import Workplace
from similarity.image_embed_stand_in import image_embed_stand_in
from similarity.similarity_place import open_place, scene


def with_service(tmp_path: Path, url: str | None) -> Settings:
    return Settings(paths=Paths(config_file=tmp_path / "c.toml", data=tmp_path / "data"), image_embed_url=url)


async def test_a_working_service_is_shown_with_its_operations(tmp_path: Path) -> None:
    async with image_embed_stand_in() as stand_in:
        check = await image_embed(with_service(tmp_path, stand_in.url))
        assert check.status is Health.OK
        assert check.detail.endswith("supports classify, embed_clip_vit_b_32")
        stand_in.operations = ["classify"]
        check = await image_embed(with_service(tmp_path, stand_in.url))
    assert (check.status, "does not support embed_clip_vit_b_32" in check.remedy) == (Health.WARN, True)


@pytest.mark.parametrize(
    ("url", "status"),
    [
        (None, Health.SKIP),
        ("http://127.0.0.1:9", Health.WARN),
        ("nonsense", Health.WARN),
        ("http://h:99999", Health.WARN),
    ],
)
async def test_a_missing_service_is_not_a_failure(tmp_path: Path, url: str | None, status: Health) -> None:
    assert (await image_embed(with_service(tmp_path, url))).status is status


async def test_the_server_of_the_caption_model_is_asked_for_its_models_only(tmp_path: Path) -> None:
    async with model_server() as server:
        settings = replace(
            with_service(tmp_path, None), model_url=server.url, model_key=Secret("hush"), model_name="llava"
        )
        server.key = "hush"
        check = await caption_model(settings, server.url)
        assert (check.status, check.detail) == (Health.OK, f"llava at 127.0.0.1:{server.port}")
        check = await caption_model(replace(settings, model_name="nava"), server.url)
        assert (check.status, "FLUFFY_MODEL_NAME" in check.remedy) == (Health.WARN, True)
        check = await caption_model(replace(settings, model_key=Secret("hushed")), server.url)
        assert (check.status, "FLUFFY_MODEL_KEY" in check.remedy) == (Health.WARN, True)
        assert "hush" not in f"{check}"
        assert not server.requests
    check = await caption_model(settings, "http://127.0.0.1:9")
    assert check.status is Health.WARN


async def test_the_extra_that_reads_text_is_not_missed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TextReader, "is_installed", staticmethod(lambda: False))
    settings = Settings(
        paths=Paths(config_file=tmp_path / "c.toml", data=tmp_path / "data"),
        database_url=Secret(database.url),
    )
    async with open_services(settings) as services:
        found = {check.name: check async for check in similarity(services)}["text in pictures"]
    assert (found.status, "fluffy-tui[ocr]" in found.detail) == (Health.SKIP, True)


async def test_progress_and_models_are_shown(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TextReader, "is_installed", staticmethod(lambda: True))
    settings = Settings(
        paths=Paths(config_file=tmp_path / "c.toml", data=tmp_path / "data"),
        database_url=Secret(database.url),
    )
    place = await open_place(database, tmp_path / "photos")
    await place.add(a=scene(1), b=scene(2))
    async with open_services(settings) as services:
        before = [check async for check in similarity(services)]
        assert before == [
            Check("similarity", Health.OK, "0 of 2 photos indexed for duplicates"),
            Check("built-in model", Health.OK, "EfficientNet-Lite0, ready"),
            Check("text in pictures", Health.OK, "rapidocr, installed"),
        ]
        await place.scan()
        (place.folder / "c.jpg").write_bytes((place.folder / "a.jpg").read_bytes() + b"x")
        await place.import_again()
        (place.folder / "c.jpg").unlink()
        await place.scan()
        after = [check async for check in similarity(services)]
    assert [check.detail for check in after] == [
        "2 of 3 photos indexed for duplicates; 1 failed",
        "EfficientNet-Lite0, ready",
        "rapidocr, installed",
        "effnet-lite0-rp512/1 (in use): 2 of 3 photos",
    ]
    assert after[0].status is Health.WARN


def test_proxies_are_named_without_their_passwords() -> None:
    environment = {
        "HTTPS_PROXY": "http://me:hunter2@proxy:3128",
        "no_proxy": "*",
        "http_proxy": "",
        "PATH": "/bin",
    }
    assert proxy_words(environment) == "HTTPS_PROXY http://…@proxy:3128"
    assert proxy_words({}) == ""


async def test_posts_that_a_restored_backup_does_not_know_are_taken_in_on_demand(place: Workplace) -> None:
    async with place.worker():
        post = await place.arrived("fog on the pier")
    await place.execute("TRUNCATE posts, hosted_pictures, buffer_comparisons CASCADE")
    assert place.services.buffer is not None
    check = await posts_in_buffer(place.services, place.services.buffer)
    assert (check.status, check.detail) == (
        Health.OK,
        "compared with the database, which knows all of them",
    )
    [known] = await place.services.scheduling.posts()
    assert known.buffer_post_id == post.buffer_post_id


async def test_posts_are_not_compared_before_a_persona_has_a_channel(place: Workplace) -> None:
    await place.execute("DELETE FROM persona_channels")
    assert place.services.buffer is not None
    check = await posts_in_buffer(place.services, place.services.buffer)
    assert check.status is Health.SKIP
