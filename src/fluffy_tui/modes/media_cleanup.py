"""`--clean`: remove the hosted pictures that no post needs any more, or with `--dry-run` only list them."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from fluffy_tui.bootstrap import open_services
from fluffy_tui.scheduling import Keeper

if TYPE_CHECKING:
    from fluffy_tui.scheduling import CleanUp, IdlePicture
    from fluffy_tui.settings import Settings

_WHY = {"live": "its post is live", "let_go": "its post was let go"}


async def run(settings: Settings, *, dry_run: bool, as_json: bool) -> int:
    """Clean the media host up, and tell what was removed.

    Raises:
        MediaHostError: there is no media host, or it does not answer.
    """
    async with open_services(settings) as services:
        done = await Keeper(services.delivery).clean(dry_run=dry_run)
    for line in _as_json(done, dry_run) if as_json else _as_text(done, dry_run):
        sys.stdout.write(line + "\n")
    return 0


def _as_text(done: CleanUp, dry_run: bool) -> list[str]:
    verb = "would remove" if dry_run else "removed"
    lines = [f"{verb} {_line(picture)}" for picture in done.idle]
    unknown = f", {done.unknown} not of this database left alone" if done.unknown else ""
    return [*lines, f"{verb} {len(done.idle)}, {done.kept} kept{unknown}"]


def _line(picture: IdlePicture) -> str:
    return f"{picture.key}: {_WHY[picture.why]} since {picture.since.astimezone():%Y-%m-%d %H:%M}"


def _as_json(done: CleanUp, dry_run: bool) -> list[str]:
    event = "would_remove" if dry_run else "removed"
    objects: list[dict[str, object]] = [
        {"event": event, "key": picture.key, "why": picture.why, "since": picture.since.isoformat()}
        for picture in done.idle
    ]
    summary = {"event": "summary", "dry_run": dry_run, event: len(done.idle)}
    objects.append(summary | {"kept": done.kept, "unknown": done.unknown})
    return [json.dumps(entry) for entry in objects]
