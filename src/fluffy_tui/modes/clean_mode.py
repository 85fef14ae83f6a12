"""`--clean`: delete uploaded pictures that no post needs any more, or with `--dry-run` only list them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from fluffy_tui.bootstrap import open_services
from fluffy_tui.core.terminal_text import visible
from fluffy_tui.modes.post_report import print_lines
from fluffy_tui.scheduling import MediaUpkeep

if TYPE_CHECKING:
    from fluffy_tui.scheduling import CleanupResult, UnusedPicture
    from fluffy_tui.settings import Settings

_REASONS = {"live": "its post has been live since", "no_post": "its post was deleted on"}


async def run(settings: Settings, *, dry_run: bool, as_json: bool) -> int:
    """Clean up the media host, and print what was deleted.

    Raises:
        MediaHostError: there is no media host, or it does not respond.
    """
    async with open_services(settings) as services:
        done = await MediaUpkeep(services.delivery).clean(dry_run=dry_run)
    print_lines(_json_lines(done, dry_run) if as_json else _text_lines(done, dry_run))
    return 0


def _text_lines(done: CleanupResult, dry_run: bool) -> list[str]:
    verb = "Would delete" if dry_run else "Deleted"
    unknown = f", left {done.unknown} that this database does not know" if done.unknown else ""
    return [
        *(f"{verb} {_text(picture)}" for picture in done.unused),
        f"{verb} {len(done.unused)}, kept {done.kept}{unknown}.",
    ]


def _text(picture: UnusedPicture) -> str:
    return f"{visible(picture.key)}: {_REASONS[picture.why]} {picture.since.astimezone():%Y-%m-%d %H:%M}"


def _json_lines(done: CleanupResult, dry_run: bool) -> list[str]:
    event = "would_remove" if dry_run else "removed"
    objects: list[dict[str, object]] = [
        {"event": event, "key": picture.key, "why": picture.why, "since": picture.since.isoformat()}
        for picture in done.unused
    ]
    summary = {"event": "summary", "dry_run": dry_run, event: len(done.unused)}
    objects.append(summary | {"kept": done.kept, "unknown": done.unknown})
    return [json.dumps(entry) for entry in objects]
