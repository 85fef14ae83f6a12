"""`--status`: print every open post and the last ones that ended."""

from __future__ import annotations

from datetime import UTC, datetime

from fluffy_tui.bootstrap import open_services
from fluffy_tui.core.clocks import SystemZone
from fluffy_tui.modes.post_report import aligned, post_cells, post_event, print_events, print_lines
from fluffy_tui.scheduling import PostNames
from fluffy_tui.settings import Settings

ENDED = 10
"""How many of the posts that are live or have failed are printed."""


async def run(settings: Settings, persona_name: str | None, *, as_json: bool) -> int:
    """Print the posts of one persona, or of all: the open ones by id, then the last that ended, newest first.

    Raises:
        UsageError: there is no such persona.
    """
    async with open_services(settings) as services:
        persona = await services.personas.get(persona_name) if persona_name else None
        is_open = await services.scheduling.open_posts(persona)
        ended = await services.scheduling.ended_posts(persona, limit=ENDED)
        results = await services.scheduling.results(ended)
        named = await PostNames(services.personas, services.photos).of([*is_open, *ended])
    if as_json:
        summary = {"event": "summary", "open": len(is_open), "ended": len(ended)}
        print_events([*(post_event(each, results.get(each.post.id)) for each in named), summary])
        return 0
    now = datetime.now(UTC)
    print_lines(aligned([post_cells(each, now, SystemZone(), results.get(each.post.id)) for each in named]))
    print_lines([f"{len(is_open):,} open, {len(ended):,} ended." if named else "No posts yet."])
    return 0
