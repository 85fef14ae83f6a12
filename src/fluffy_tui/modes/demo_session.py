"""`--demo`: the whole app on sample photos, with a stand-in for Buffer on loopback. Nothing is published."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError, UsageError
from fluffy_tui.demo import require_extra
from fluffy_tui.modes.app_run import show
from fluffy_tui.modes.settings_change import Setup
from fluffy_tui.settings import SETTINGS, Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    from fluffy_tui.bootstrap import Services
    from fluffy_tui.personas import Persona
    from fluffy_tui.tui.ports import OpenServices

CHANNEL_OF = {"sarah": "instagram", "leo": "bluesky"}
"""Which of the stand-in's networks each demo persona speaks through."""


async def run(settings: Settings, folder: Path | None, persona: str | None) -> int:
    """Run the app on its own data folder, with the photos of `folder` or with sample photos.

    Raises:
        FluffyError: the extra `demo` is not installed, or the stand-in does not start.
        UsageError: the folder does not exist.
    """
    require_extra()
    if folder is not None and not folder.is_dir():
        raise UsageError(f"There is no folder {folder}.", "Name one with photos, or none for sample photos.")
    with _stand_in(settings) as stand_in:
        demo = _demo_settings(settings, stand_in)
        setup = Setup(demo.settings, demo.environment)
        opener = _opener(setup, demo.environment, stand_in, folder)
        status, _ = await show(setup, opener, persona=persona, demo=True)
        return status


@dataclass(frozen=True, slots=True)
class _StandIn:
    """A running stand-in: what it told about itself, and the pipe that keeps it alive."""

    url: str
    media_url: str
    key: str
    lifeline: int


@dataclass(frozen=True, slots=True)
class _Demo:
    settings: Settings
    environment: Mapping[str, str]
    """From which the demo's worker reads the same settings."""


@contextmanager
def _stand_in(settings: Settings) -> Iterator[_StandIn]:
    """Start the stand-in; it leaves when we and our worker are both gone."""
    data = settings.paths.demo
    media = data / "media"
    media.mkdir(parents=True, exist_ok=True)
    log = (data / "stand-in.log").open("ab")
    command = [
        sys.executable,
        "-m",
        "fluffy_tui.demo",
        "--state",
        str(data / "buffer"),
        "--media",
        str(media),
    ]
    with (
        log,
        subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True
        ) as process,
    ):
        if process.stdin is None or process.stdout is None:
            raise FluffyError("The stand-in for Buffer has no pipes.")
        line = process.stdout.readline()
        if not line:
            raise FluffyError("The stand-in for Buffer did not start.", f"Its log is {log.name}.")
        facts = json.loads(line)
        try:
            yield _StandIn(facts["url"], facts["media_url"], facts["key"], process.stdin.fileno())
        finally:
            process.stdin.close()
            process.stdout.close()
            # The demo's worker may still be finishing a post, and holds the pipe open until it has.
            process.returncode = process.poll() or 0


def _demo_settings(settings: Settings, stand_in: _StandIn) -> _Demo:
    data = settings.paths.demo
    ours = {setting.variable for setting in SETTINGS}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    wishes = {
        "FLUFFY_PREVIEW": str(settings.preview),
        "FLUFFY_NOTIFY": str(settings.notify),
        "FLUFFY_UNDO_SECONDS": str(settings.undo_seconds),
    }  # of the person and the terminal, not of a Buffer account
    environment |= {name: value for name, value in wishes.items() if settings.origins.get(name) != "default"}
    environment |= {
        "FLUFFY_CONFIG": str(data / "config.toml"),
        "FLUFFY_DATA_DIR": str(data),
        "FLUFFY_BUFFER_URL": stand_in.url,
        "FLUFFY_MEDIA_HOST": "directory",
        "FLUFFY_MEDIA_DIRECTORY": str(data / "media"),
        "FLUFFY_MEDIA_BASE_URL": stand_in.media_url,
        "BUFFER_API_KEY": stand_in.key,
    }
    return _Demo(load_settings(environment), environment)


def _opener(
    setup: Setup, environment: Mapping[str, str], stand_in: _StandIn, folder: Path | None
) -> OpenServices:
    @asynccontextmanager
    async def opened(report: Callable[[str], None]) -> AsyncIterator[Services]:
        report("loading")
        bootstrap = await asyncio.to_thread(import_module, "fluffy_tui.bootstrap")
        own_worker = await asyncio.to_thread(import_module, "fluffy_tui.modes.app_worker")
        settings = setup.settings
        async with bootstrap.open_services(settings, report) as services:
            await _furnish(services, settings.paths.data / "photos", folder, report)
            async with own_worker.own_worker(
                services.workers, environment, settings.paths.log_file, keep_open=[stand_in.lifeline]
            ):
                setup.services = services
                yield services

    return opened


async def _furnish(
    services: Services, samples: Path, folder: Path | None, report: Callable[[str], None]
) -> None:
    """Make the demo's personas with their channels and photos, as far as they are not there yet."""
    personas = {persona.name: persona for persona in await services.personas.list()}
    if folder is None:
        from fluffy_tui.demo import write_sample_photos

        report("painting the sample photos")
        await asyncio.to_thread(write_sample_photos, samples, datetime.now().astimezone())
        folders = {name: samples / name for name in CHANNEL_OF}
    else:
        folders = {next(iter(CHANNEL_OF)): folder.absolute()}
    report("introducing the demo's personas")
    channels = {channel.service: channel.id for channel in await services.personas.available_channels()}
    for name, service in CHANNEL_OF.items():
        persona = personas.get(name) or await services.personas.create(name)
        if persona.buffer_channel_id is None and service in channels:
            persona = await services.personas.set_channel(persona, channels[service])
        if name in folders:
            await _import(services, folders[name], persona, report)


async def _import(services: Services, folder: Path, persona: Persona, report: Callable[[str], None]) -> None:
    report(f"importing the photos of {persona.name}")
    await services.photos.import_folders([folder], persona, on_progress=lambda progress: None)
