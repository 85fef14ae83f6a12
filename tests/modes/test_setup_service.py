"""Settings are read, tested and saved, with a real Buffer API and a real web server on loopback."""

from __future__ import annotations

from pathlib import Path

import pytest

from fluffy_tui.bootstrap import open_services
from fluffy_tui.buffer import BufferError, Code
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.core.health import Health
from fluffy_tui.demo import StandIn
from fluffy_tui.modes.setup_service import SetupService
from fluffy_tui.settings import InvalidSetting, MediaHostKind, Secret, load_settings
from fluffy_tui.tui.photo.graphics_protocol import RendererChoice
from fluffy_tui.tui.ports import SetupPort


@pytest.fixture
def environment(tmp_path: Path, stand_in: StandIn) -> dict[str, str]:
    return {
        "FLUFFY_CONFIG": str(tmp_path / "config.toml"),
        "FLUFFY_DATA_DIR": str(tmp_path / "data"),
        "FLUFFY_BUFFER_URL": stand_in.url,
    }


@pytest.fixture
def setup(environment: dict[str, str]) -> SetupService:
    return SetupService(load_settings(environment), environment)


def host(tmp_path: Path, stand_in: StandIn) -> dict[str, str]:
    return {
        "FLUFFY_MEDIA_HOST": "directory",
        "FLUFFY_MEDIA_DIRECTORY": str(tmp_path / "media"),
        "FLUFFY_MEDIA_BASE_URL": stand_in.media_url,
    }


async def test_a_key_is_tested_with_a_real_request(setup: SetupService, stand_in: StandIn) -> None:
    offered = await setup.ask_buffer(Secret(stand_in.key))
    assert offered
    for organization, channels in offered:
        assert all(channel.organization_id == organization.id for channel in channels)
    assert setup.settings.buffer_api_key is None


async def test_a_wrong_key_is_rejected(setup: SetupService) -> None:
    with pytest.raises(BufferError) as caught:
        await setup.ask_buffer(Secret("hush"))
    assert caught.value.code is Code.KEY_REFUSED
    assert "hush" not in str(caught.value)


async def test_a_media_host_is_tested_with_a_picture(
    setup: SetupService, stand_in: StandIn, tmp_path: Path
) -> None:
    assert await setup.prove_host(host(tmp_path, stand_in)) > 0
    assert [*(tmp_path / "media").rglob("*.jpg")] == []
    with pytest.raises(FluffyError):
        await setup.prove_host(
            {**host(tmp_path, stand_in), "FLUFFY_MEDIA_DIRECTORY": str(tmp_path / "other")}
        )
    assert setup.settings.media_host is None
    assert not (tmp_path / "config.toml").exists()


def test_saved_settings_apply_at_once_and_after_a_restart(
    setup: SetupService, environment: dict[str, str], stand_in: StandIn, tmp_path: Path
) -> None:
    assert setup.save({"BUFFER_API_KEY": "hush", **host(tmp_path, stand_in)}) == []
    for settings in (setup.settings, load_settings(environment)):
        assert settings.buffer_api_key == Secret("hush")
        assert settings.media_host is MediaHostKind.DIRECTORY
    setup.save({"FLUFFY_MEDIA_HOST": ""})
    assert setup.settings.media_host is None
    assert setup.settings.buffer_api_key == Secret("hush")


def test_invalid_settings_are_not_saved(setup: SetupService, stand_in: StandIn, tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting):
        setup.save({**host(tmp_path, stand_in), "FLUFFY_MEDIA_BASE_URL": "http://example.org"})
    with pytest.raises(FluffyError, match="database_url cannot be read"):  # the app could not be opened again
        setup.save({"DATABASE_URL": "garbage"})
    assert not (tmp_path / "config.toml").exists()


def test_variables_that_override_the_file_are_returned(environment: dict[str, str]) -> None:
    environment["BUFFER_API_KEY"] = "from-the-environment"
    setup = SetupService(load_settings(environment), environment)
    assert setup.save({"BUFFER_API_KEY": "hush"}) == ["BUFFER_API_KEY"]
    assert setup.settings.buffer_api_key == Secret("from-the-environment")


async def test_the_doctor_in_the_app_uses_the_open_services(
    database_url: str, environment: dict[str, str], stand_in: StandIn, tmp_path: Path
) -> None:
    everything = {
        **environment,
        "DATABASE_URL": database_url,
        "BUFFER_API_KEY": stand_in.key,
        **host(tmp_path, stand_in),
    }
    setup = SetupService(load_settings(everything), everything)
    setup.pictures = RendererChoice("off", "No terminal here.")
    async with open_services(setup.settings) as services:
        setup.services = services
        found = {check.name: check.status async for check in setup.checks()}
        await services.personas.list()  # still open
    assert found["database"] is found["media host"] is found["buffer key"] is found["keys"] is Health.OK
    assert found["terminal pictures"] is Health.WARN


def test_it_satisfies_the_port(setup: SetupService) -> None:
    port: SetupPort = setup
    assert port.demo_problem() == ""
