"""Posts as `--add` and `--status` print them: one line each, as text or as JSON."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from rich.cells import cell_len

from fluffy_tui.core.terminal_text import json_line, visible
from fluffy_tui.scheduling import ON_THE_WAY, channel_zone
from fluffy_tui.tui.text.channel_words import channel_name
from fluffy_tui.tui.text.post_state import REQUESTED, state_in_both_zones, state_of
from fluffy_tui.tui.text.results_words import metrics_words
from fluffy_tui.tui.text.times import both_zones
from fluffy_tui.tui.text.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fluffy_tui.scheduling import NamedPost, Results


def post_event(named: NamedPost, results: Results | None = None) -> dict[str, object]:
    """Return a post as an object for JSON; with its results if it is live and they are known."""
    post = named.post
    return {
        "event": "post",
        "id": post.id,
        "persona": named.persona,
        "channel": named.channel,
        "network": named.network,
        "status": post.status,
        "step": post.step,
        "caption": post.caption,
        "photos": named.paths,
        "due_at": iso_time(post.scheduled_at or post.requested_at_time),
        "posted_at": iso_time(post.posted_at),
        "link": post.external_link,
        "error": post.error_message,
        "metrics": results.by_type if results else {},
        "metrics_as_of": iso_time(results.as_of) if results else None,
    }


def post_cells(
    named: NamedPost, now: datetime, own_zone: tzinfo, results: Results | None = None
) -> list[str]:
    """Return what a line of text says about a post, cell by cell.

    Times are in the channel's zone, and in the user's where it differs.
    """
    post, channel = named.post, named.known_channel
    zone = channel_zone(channel) if channel else own_zone
    state = state_in_both_zones(post, now, zone, own_zone)
    if post.step in ON_THE_WAY:
        at = post.requested_at_time
        state += f", {both_zones(at, now, zone, own_zone) if at else REQUESTED.get(post.share_mode, '')}"
    first, *others = [photo.name for photo in named.photos] or [""]
    return [
        str(post.id),
        f"{state_of(post).sign} {state}",
        channel_name(channel) if channel else named.channel or "no channel",
        named.persona,
        quoted(post.caption),
        f"{first} +{len(others)}" if others else first,
        metrics_words(results) if results else "",
    ]


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of as many cells each as harmless lines, with the cells of a column below each other."""
    rows = [[visible(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def print_events(events: Iterable[Mapping[str, object]]) -> None:
    """Print one JSON object per line."""
    print_lines(json_line(event) for event in events)


def print_lines(lines: Iterable[str]) -> None:
    """Print harmless lines at once, so that a script that reads them need not wait."""
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


def iso_time(moment: datetime | None) -> str | None:
    """Return a moment as ISO 8601 in UTC."""
    return moment.astimezone(UTC).isoformat() if moment else None
