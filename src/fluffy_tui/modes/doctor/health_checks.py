"""The doctor's list: each link of the chain is tried, for `--doctor` and for the doctor inside the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.core.health import Check, Health
from fluffy_tui.core.job_queue import STALLED_SECONDS
from fluffy_tui.media import probe
from fluffy_tui.modes.doctor.similarity_checks import image_embed, likeness
from fluffy_tui.settings import Preview
from fluffy_tui.tui.keymap.user_keys import key_problems

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Iterator
    from contextlib import AbstractAsyncContextManager

    from fluffy_tui.bootstrap import Services
    from fluffy_tui.settings import Settings
    from fluffy_tui.tui.photo.graphics_protocol import RendererChoice

_LENGTHS = {900: "15 minutes", 86_400: "24 hours", 2_592_000: "30 days"}


async def checks(
    settings: Settings, opening: AbstractAsyncContextManager[Services], pictures: RendererChoice
) -> AsyncGenerator[Check, None]:
    """Yield every check as it ends.

    Args:
        settings: what is set.
        opening: opens the services, or hands over those that are open.
        pictures: what the terminal was found to draw, which can be asked only before an app runs in it.
    """
    yield Check("files", Health.OK, f"settings {settings.paths.config_file}, data {settings.paths.data}")
    try:
        async with opening as services:
            async for check in _chain(services):
                yield check
    except FluffyError as error:
        yield Check("database", Health.FAIL, error.message, error.hint)
    yield await image_embed(settings)
    for check in _around(settings, pictures):
        yield check


async def _chain(services: Services) -> AsyncIterator[Check]:
    yield await _database(services)
    yield await _worker(services)
    async for check in _buffer(services):
        yield check
    yield await _media_host(services)
    async for check in likeness(services):
        yield check


def _around(settings: Settings, pictures: RendererChoice) -> Iterator[Check]:
    yield _terminal(settings, pictures)
    yield _keys(settings)


async def _database(services: Services) -> Check:
    server = await services.database.describe()
    place = "embedded" if services.server else "from DATABASE_URL"
    return Check("database", Health.OK, f"{server}, {place}")


async def _worker(services: Services) -> Check:
    workers = await services.workers.list()
    if not workers:
        return Check(
            "worker",
            Health.WARN,
            "none is running",
            "the app starts one; or run fluffy-tui --worker as a service",
        )
    still = [worker for worker in workers if worker.stands_still(STALLED_SECONDS)]
    if still:
        return Check(
            "worker",
            Health.WARN,
            f"{still[0].process} runs, but its deliveries get nowhere{_since(still[0].heartbeat_age)}",
            "end that process; the next worker goes on with its posts",
        )
    heard = [worker for worker in workers if (worker.heartbeat_age or 0.0) <= STALLED_SECONDS]
    if not heard:
        return Check(
            "worker",
            Health.WARN,
            f"the last one was heard of {workers[0].heartbeat_age or 0.0:.0f} s ago",
            "start the app or fluffy-tui --worker",
        )
    names = ", ".join(
        f"worker {worker.process} heard of {worker.heartbeat_age or 0.0:.0f} s ago" for worker in heard
    )
    return Check("worker", Health.OK, names if len(heard) == 1 else f"{len(heard)} share the work: {names}")


def _since(age: float | None) -> str:
    return "" if age is None else f" since {age:.0f} s"


async def _buffer(services: Services) -> AsyncIterator[Check]:
    if services.buffer is None:
        yield Check(
            "buffer key",
            Health.FAIL,
            "not set",
            "make one at https://publish.buffer.com/settings/api and set BUFFER_API_KEY",
        )
        return
    try:
        account = await services.buffer.account()
        channels = await services.personas.available_channels()
    except FluffyError as error:
        yield Check("buffer key", Health.FAIL, error.message, error.hint)
        return
    names = ", ".join(organization.name for organization in account.organizations)
    yield Check("buffer key", Health.OK, f"accepted; organisations: {names}")
    if not channels:
        yield Check("channels", Health.FAIL, "Buffer lists none", "connect one in Buffer")
    for channel in channels:
        detail = f"{channel.name} ({channel.network}, {channel.timezone})"
        if channel.trouble:
            yield Check("channel", Health.WARN, f"{detail}: {channel.trouble}")
        else:
            yield Check("channel", Health.OK, detail)
    yield _budget(services)


def _budget(services: Services) -> Check:
    windows = services.buffer.budget.windows if services.buffer else {}
    if not windows:
        return Check("request budget", Health.SKIP, "Buffer did not tell it")
    spent = any(window.remaining <= 0 for window in windows.values())
    detail = "; ".join(
        f"{window.remaining} of {window.quota or '?'} left in {_LENGTHS.get(seconds, f'{seconds} s')}"
        for seconds, window in sorted(windows.items())
    )
    return Check("request budget", Health.WARN if spent else Health.OK, detail)


async def _media_host(services: Services) -> Check:
    if services.host is None:
        return Check(
            "media host",
            Health.FAIL,
            "not set, so Buffer has no place to fetch pictures from",
            "set FLUFFY_MEDIA_HOST to directory or s3, and FLUFFY_MEDIA_BASE_URL",
        )
    try:
        milliseconds = await probe(services.host)
    except FluffyError as error:
        return Check("media host", Health.FAIL, error.message, error.hint)
    return Check(
        "media host",
        Health.OK,
        f"a picture was uploaded, fetched back the same and deleted in {milliseconds:.0f} ms, seen from this machine",
    )


def _terminal(settings: Settings, pictures: RendererChoice) -> Check:
    if settings.preview is Preview.OFF:
        return Check("terminal pictures", Health.SKIP, "switched off by FLUFFY_PREVIEW")
    if pictures.renderer is None:
        return Check(
            "terminal pictures",
            Health.WARN,
            pictures.reason,
            "set FLUFFY_PREVIEW, or use a terminal with pictures",
        )
    return Check("terminal pictures", Health.OK, pictures.reason)


def _keys(settings: Settings) -> Check:
    if not settings.keys:
        return Check("keys", Health.OK, "as they come; [keys] in config.toml changes them")
    troubles = key_problems(settings.keys)
    if troubles:
        return Check("keys", Health.WARN, " ".join(troubles), "change [keys] in config.toml")
    own = len(settings.keys)
    return Check("keys", Health.OK, f"{own} of your own" if own > 1 else "one of your own")
