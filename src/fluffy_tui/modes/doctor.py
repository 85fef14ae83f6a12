"""`--doctor`: try each link of the chain and say in one line what is wrong and what to do."""

from __future__ import annotations

import json
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from fluffy_tui.bootstrap import open_services
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.core.queue import STALLED_SECONDS
from fluffy_tui.media import probe
from fluffy_tui.settings import Preview

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fluffy_tui.bootstrap import Services
    from fluffy_tui.settings import Settings


class Health(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


_LENGTHS = {900: "15 minutes", 86_400: "24 hours", 2_592_000: "30 days"}
_SIGNS = {Health.OK: "✓", Health.WARN: "!", Health.FAIL: "✗", Health.SKIP: "–"}


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor's report."""

    name: str
    status: Health
    detail: str
    remedy: str = ""

    def as_line(self) -> str:
        """Return the line for people."""
        remedy = f" → {self.remedy}" if self.remedy else ""
        return f"{_SIGNS[self.status]} {self.name}: {self.detail}{remedy}"

    def as_json(self) -> str:
        """Return the line for programs."""
        return json.dumps(
            {"check": self.name, "status": self.status, "detail": self.detail, "remedy": self.remedy},
            ensure_ascii=False,
        )


@dataclass(slots=True)
class Report:
    """What was printed so far decides the exit status."""

    as_json: bool
    failed: bool = field(default=False)

    def show(self, check: Check) -> None:
        """Print one check."""
        self.failed = self.failed or check.status is Health.FAIL
        sys.stdout.write((check.as_json() if self.as_json else check.as_line()) + "\n")
        sys.stdout.flush()


async def run(settings: Settings, *, as_json: bool) -> int:
    """Run every check; 1 when one of them is red."""
    report = Report(as_json)
    async for check in _checks(settings):
        report.show(check)
    return 1 if report.failed else 0


async def _checks(settings: Settings) -> AsyncIterator[Check]:
    yield Check("files", Health.OK, f"settings {settings.paths.config_file}, data {settings.paths.data}")
    async with AsyncExitStack() as stack:
        try:
            services = await stack.enter_async_context(open_services(settings))
        except FluffyError as error:
            yield Check("database", Health.FAIL, error.message, error.hint)
        else:
            yield await _database(services)
            yield await _worker(services)
            async for check in _buffer(services):
                yield check
            yield await _media_host(services)
    yield _image_embed(settings)
    yield _terminal(settings)


async def _database(services: Services) -> Check:
    server = await services.database.describe()
    place = "embedded" if services.server else "from DATABASE_URL"
    return Check("database", Health.OK, f"{server}, {place}")


async def _worker(services: Services) -> Check:
    age = await services.workers.heartbeat_age()
    if age is None:
        return Check(
            "worker",
            Health.WARN,
            "none is running",
            "the app starts one; or run fluffy-tui --worker as a service",
        )
    if age > STALLED_SECONDS:
        return Check(
            "worker",
            Health.WARN,
            f"the last one was heard of {age:.0f} s ago",
            "start the app or fluffy-tui --worker",
        )
    return Check("worker", Health.OK, f"heard of {age:.0f} s ago")


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


def _image_embed(settings: Settings) -> Check:
    if settings.image_embed_url is None:
        return Check("image_embed", Health.SKIP, "not set; it is optional")
    return Check(
        "image_embed", Health.SKIP, f"{settings.image_embed_url} is set; this version does not use it yet"
    )


def _terminal(settings: Settings) -> Check:
    if settings.preview is Preview.OFF:
        return Check("terminal pictures", Health.SKIP, "switched off by FLUFFY_PREVIEW")
    from fluffy_tui.tui.widgets.photo_preview import choose_renderer

    choice = choose_renderer(settings.preview)
    if choice.renderer is None:
        return Check(
            "terminal pictures",
            Health.WARN,
            choice.reason,
            "set FLUFFY_PREVIEW, or use a terminal with pictures",
        )
    return Check("terminal pictures", Health.OK, choice.reason)
