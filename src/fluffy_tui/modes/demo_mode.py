"""`--demo`: the whole app on sample photos, with a stand-in for Buffer on loopback. Nothing is published."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from fluffy_tui.buffer import ShareMode
from fluffy_tui.core.embedded.folder_owner import folder_remedy
from fluffy_tui.core.errors import FluffyError, UsageError
from fluffy_tui.core.log_file import output_file
from fluffy_tui.demo import require_extra
from fluffy_tui.media import media_key
from fluffy_tui.modes.app_mode import show
from fluffy_tui.modes.setup_service import SetupService
from fluffy_tui.outgoing_http import trusted_authorities
from fluffy_tui.scheduling import MetricsSync, PostRequest, channel_zone, new_delivery_key, slots
from fluffy_tui.settings import SETTINGS, Settings, load_settings, public_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from fluffy_tui.bootstrap import Services
    from fluffy_tui.personas import Persona

PERSONA_SERVICES = {"sarah": "instagram", "leo": "bluesky"}
"""The Buffer service of each demo persona's channel."""
FIRST_PERSONA = "sarah"
"""The one that a new demo opens; it has posts, and the photos of a folder that is given."""
PERSONA_WITH_RESULTS = "leo"
"""The one with posts from the last weeks."""

log = logging.getLogger(__name__)


async def run(settings: Settings, folder: Path | None, persona: str | None) -> int:
    """Run the app in a data folder of its own, with the photos of `folder` or with sample photos.

    Raises:
        FluffyError: the extra `demo` is not installed, or the stand-in does not start.
        UsageError: the folder does not exist.
    """
    require_extra()
    if folder is not None and not os.path.isdir(folder):  # noqa: PTH112 - its name may be too long
        raise UsageError(
            f"There is no folder {folder}.", "Name a folder with photos, or none for the sample photos."
        )
    with _running_stand_in(settings) as stand_in:
        environment = demo_environment(settings, stand_in)
        setup = SetupService(load_settings(environment), environment)
        is_new = not setup.settings.paths.state_file.exists()
        status, _ = await show(
            setup,
            persona=persona or (FIRST_PERSONA if is_new else None),
            demo=True,
            prepare=partial(add_personas, folder=folder, stand_in_url=stand_in.url),
            keep_open=[stand_in.lifeline],
        )
        return status


@dataclass(frozen=True, slots=True)
class StandInAddress:
    """Where the stand-in runs, and the pipe that keeps it alive."""

    url: str
    media_url: str
    key: str
    lifeline: int


@contextmanager
def _running_stand_in(settings: Settings) -> Iterator[StandInAddress]:
    """Start the stand-in; it exits when this program and our worker have both closed the pipe to it."""
    data = settings.paths.demo
    media = data / "media"
    try:
        media.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FluffyError(
            f"The demo cannot use the folder {media}: {error.strerror}.", folder_remedy(error, data)
        ) from None
    command = [
        *(sys.executable, "-P", "-m", "fluffy_tui.demo"),  # the current folder has programs of others
        *("--state", str(data / "buffer"), "--media", str(media)),
    ]
    with (
        output_file(data / "stand-in.log") as errors,
        subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            env=public_environment(os.environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        ) as process,
    ):
        if process.stdin is None or process.stdout is None:
            raise FluffyError("The demo's Buffer has no pipes.")
        line = process.stdout.readline()
        if not line:
            raise FluffyError("The demo's Buffer did not start.", f"See {data / 'stand-in.log'}.")
        facts = json.loads(line)
        try:
            yield StandInAddress(facts["url"], facts["media_url"], facts["key"], process.stdin.fileno())
        finally:
            process.stdin.close()
            process.stdout.close()
            # Do not wait for it: the demo's worker may still be sending a post, and holds the pipe open until then.
            process.returncode = process.poll() or 0


def demo_environment(settings: Settings, stand_in: StandInAddress) -> dict[str, str]:
    """Return the environment from which the app and its worker read the demo's settings.

    The user's preferences for app and terminal apply to the demo, and so does the model that suggests captions, which
    only reads; their accounts and media hosts do not.
    """
    data = settings.paths.demo
    ours = {setting.variable for setting in SETTINGS}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    preferences = {
        "FLUFFY_PREVIEW": str(settings.preview),
        "FLUFFY_NOTIFY": str(settings.notify),
        "FLUFFY_UNDO_SECONDS": str(settings.undo_seconds),
        "FLUFFY_MODEL_URL": settings.model_url or "",
        "FLUFFY_MODEL_KEY": settings.model_key.reveal() if settings.model_key else "",
        "FLUFFY_MODEL_NAME": settings.model_name,
    }
    return {
        **environment,
        **{name: value for name, value in preferences.items() if settings.origins.get(name) != "default"},
        "FLUFFY_CONFIG": str(data / "config.toml"),
        "FLUFFY_DATA_DIR": str(data),
        "FLUFFY_BUFFER_URL": stand_in.url,
        "FLUFFY_MEDIA_HOST": "directory",
        "FLUFFY_MEDIA_DIRECTORY": str(data / "media"),
        "FLUFFY_MEDIA_BASE_URL": stand_in.media_url,
        "BUFFER_API_KEY": stand_in.key,
    }


async def add_personas(
    services: Services, report: Callable[[str], None], *, folder: Path | None, stand_in_url: str
) -> None:
    """Create the demo's personas with their channels and photos, if they do not exist yet.

    In a new demo of the sample photos they get their posts, too.
    """
    personas = {persona.name: persona for persona in await services.personas.list()}
    if folder is None:
        from fluffy_tui.demo import write_sample_photos

        samples = services.settings.paths.data / "photos"
        report("writing the sample photos")
        try:
            await asyncio.to_thread(write_sample_photos, samples, datetime.now().astimezone())
        except OSError as error:
            raise FluffyError(
                f"The sample photos cannot be written to {samples}: {error.strerror or error}.",
                folder_remedy(error, samples),
            ) from None
        folders = {name: samples / name for name in PERSONA_SERVICES}
    else:
        folders = {FIRST_PERSONA: folder.absolute()}
    report("creating the demo's personas")
    channels = {channel.service: channel.id for channel in await services.personas.available_channels()}
    for name, service in PERSONA_SERVICES.items():
        persona = personas.get(name) or await services.personas.create(name)
        if persona.buffer_channel_id is None and service in channels:
            persona = await services.personas.set_channel(persona, channels[service])
        if name in folders:
            report(f"importing the photos of {name}")
            await services.photos.import_folders([folders[name]], persona, on_progress=lambda _: None)
        if name == FIRST_PERSONA and not personas and folder is None:
            report("submitting the sample posts")
            await _submit_sample_posts(services, persona, stand_in_url)
            await _post_from_phone(services.settings, persona, stand_in_url)
        if name == PERSONA_WITH_RESULTS and not personas and folder is None:
            await _take_in_earlier_posts(services, persona, stand_in_url)


async def _post_from_phone(settings: Settings, persona: Persona, stand_in_url: str) -> None:
    """Put posts into Buffer that were made on the network itself, with the demo's media folder as its server."""
    from fluffy_tui.demo import FROM_PHONE, copy_bundled

    if persona.channel is None or settings.media_directory is None:
        return
    for post in FROM_PHONE:
        await asyncio.to_thread(copy_bundled, post.picture, settings.media_directory / "phone")
    made = [
        {
            "channel": persona.channel.id,
            "text": post.caption,
            "hours": 24 * post.days_ago,
            "picture": f"{settings.media_base_url}/phone/{post.picture}",
        }
        for post in FROM_PHONE
    ]
    await _give_stand_in(f"{stand_in_url}/imports", made)


async def _submit_sample_posts(services: Services, persona: Persona, stand_in_url: str) -> None:
    """Submit posts as a user would, so that the worker delivers them; let Buffer fail to publish the first ones."""
    from fluffy_tui.demo import AT_ONCE, COMING_DAYS, FAILURES

    if persona.channel is None:
        return
    faults = [{"kind": kind, "after": True, "channel": persona.channel.id} for kind in FAILURES]
    await _give_stand_in(f"{stand_in_url}/faults", faults)
    photos = {photo.path.stem: photo for photo in await services.photos.unscheduled(persona)}
    zone, soon = channel_zone(persona.channel), datetime.now(UTC) + timedelta(hours=1)
    coming = slots(persona.channel, soon, soon + timedelta(days=14))
    first_of_days = (next(of_day) for _, of_day in groupby(coming, lambda slot: slot.astimezone(zone).date()))
    requests = [
        PostRequest((photos[post.photo],), post.caption, post.alt_text, ShareMode.SHARE_NOW)
        for post in AT_ONCE
    ]
    requests += [
        PostRequest((photos[post.photo],), post.caption, post.alt_text, ShareMode.CUSTOM_SCHEDULED, at)
        for post, at in zip(COMING_DAYS, first_of_days, strict=False)
    ]
    at_once = replace(services.scheduling, undo_seconds=0.0)
    for result in await at_once.schedule_posts(requests):
        if not result.ok:
            log.warning("a sample post was refused: %s", result.reason)


async def _take_in_earlier_posts(services: Services, persona: Persona, stand_in_url: str) -> None:
    """Let Buffer have posts from before, and take them in with their numbers, as after a restored backup."""
    from fluffy_tui.demo import EARLIER

    if persona.channel is None or services.buffer is None or services.host is None:
        return
    photos = {photo.path.stem: photo for photo in await services.photos.unscheduled(persona)}
    published = [
        {
            "text": post.caption,
            "alt_text": post.alt_text,
            "source": f"{services.host.base_url}/{media_key(new_delivery_key(photos[post.photo].sha256))}",
            "days_ago": days_ago,
        }
        for days_ago, post in EARLIER
    ]
    await _give_stand_in(f"{stand_in_url}/channels/{persona.channel.id}/published", published)
    await services.delivery.comparison.ensure(services.buffer, persona.channel.organization_id)
    await MetricsSync(services.delivery).run()


async def _give_stand_in(address: str, given: Sequence[Mapping[str, object]]) -> None:
    """Send faults or posts, one by one, to an address of the stand-in's control API."""
    import httpx

    async with httpx.AsyncClient(trust_env=False, verify=trusted_authorities()) as client:
        for one in given:
            (await client.post(address, json=one)).raise_for_status()
