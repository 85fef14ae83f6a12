"""Showing the app on whatever is behind it: the real thing, or the demo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.tui.app import FluffyApp
from fluffy_tui.tui.terminal import check_terminal
from fluffy_tui.tui.widgets.photo_preview import choose_renderer

if TYPE_CHECKING:
    from fluffy_tui.modes.setup import Setup
    from fluffy_tui.tui.leaving import Wish
    from fluffy_tui.tui.ports import OpenServices


async def show(
    setup: Setup, open_services: OpenServices, *, persona: str | None, demo: bool = False
) -> tuple[int, Wish | None]:
    """Show the app until its person leaves; return its exit status and what they want next.

    Raises:
        UsageError: this is no terminal that an app can be shown on.
    """
    check_terminal()
    setup.pictures = choose_renderer(setup.settings.preview)
    app = FluffyApp(open_services, setup=setup, persona=persona, preview=setup.pictures.name, demo=demo)
    wish = await app.run_async()
    return app.return_code or 0, wish
