"""How the screens look, at a fixed moment and in fixed sizes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.tui.app import FluffyApp
from tui.conftest import settle
from tui.fakes import FakeServices, Opening
from tui.pressing import show_cursor

if TYPE_CHECKING:
    from textual.pilot import Pilot

Sizes = pytest.mark.parametrize("size", [(80, 24), (140, 45)], ids=["80x24", "140x45"])
Compare = Callable[..., bool]


def after(*keys: str, text: str = "") -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Return what drives the app to where it is looked at: keys one by one, then a text into the field."""

    async def drive(pilot: Pilot[Any]) -> None:
        await settle(pilot.app)
        for key in keys:
            await pilot.press(key)
            await settle(pilot.app)
        if text:
            pilot.app.screen.query_one("Input").value = text  # type: ignore[attr-defined]
            await pilot.press("enter")
            await settle(pilot.app)
        await show_cursor(pilot)

    return drive


@Sizes
def test_starting(
    snap_compare: Compare, make_app: Callable[..., FluffyApp], opening: Opening, size: tuple[int, int]
) -> None:
    opening.gate.clear()

    async def until_both_steps(pilot: Pilot[Any]) -> None:
        while len(getattr(pilot.app.screen, "steps", ())) < 2:
            await pilot.pause()
        await pilot.pause()

    assert snap_compare(make_app(), terminal_size=size, run_before=until_both_steps)


Themes = pytest.mark.parametrize("theme", ["textual-light", "textual-dark", "ansi-dark"])


@Themes
def test_themes_starting(
    snap_compare: Compare, make_app: Callable[..., FluffyApp], opening: Opening, theme: str
) -> None:
    opening.gate.clear()
    app = make_app()
    app.theme = theme

    async def until_both_steps(pilot: Pilot[Any]) -> None:
        while len(getattr(pilot.app.screen, "steps", ())) < 2:
            await pilot.pause()
        await pilot.pause()

    assert snap_compare(app, terminal_size=(80, 24), run_before=until_both_steps)


@Themes
def test_themes_starting_failed(
    snap_compare: Compare, make_app: Callable[..., FluffyApp], opening: Opening, theme: str
) -> None:
    opening.error = DatabaseUnavailable("The database refuses the password.", "Check DATABASE_URL.")
    app = make_app()
    app.theme = theme
    assert snap_compare(app, terminal_size=(80, 24), run_before=after())


@Themes
def test_themes_database_away(
    snap_compare: Compare, make_app: Callable[..., FluffyApp], services: FakeServices, theme: str
) -> None:
    app = make_app()
    app.theme = theme

    async def lose(pilot: Pilot[Any]) -> None:
        await settle(pilot.app)
        services.lose_database()
        await services.heard()
        await settle(pilot.app)

    assert snap_compare(app, terminal_size=(80, 24), run_before=lose)


@Sizes
def test_starting_failed(
    snap_compare: Compare, make_app: Callable[..., FluffyApp], opening: Opening, size: tuple[int, int]
) -> None:
    opening.error = DatabaseUnavailable(
        "The database at db.example.org refuses the password of user sarah.",
        "Check DATABASE_URL, then try again.",
    )
    assert snap_compare(make_app(), terminal_size=size, run_before=after())


@Sizes
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("picker", ()),
        ("new", ("n",)),
        ("channels", ("j", "c")),
        ("help", ("question_mark",)),
        ("leaving", ("q",)),
    ],
)
def test_personas(
    snap_compare: Compare,
    make_app: Callable[..., FluffyApp],
    size: tuple[int, int],
    name: str,
    keys: tuple[str, ...],
) -> None:
    assert snap_compare(make_app(), terminal_size=size, run_before=after(*keys))


@Sizes
def test_no_personas(
    snap_compare: Compare, make_app: Callable[..., FluffyApp], services: FakeServices, size: tuple[int, int]
) -> None:
    services.personas.personas.clear()
    assert snap_compare(make_app(demo=True), terminal_size=size, run_before=after())


@Sizes
@pytest.mark.parametrize("done", [False, True], ids=["running", "done"])
def test_import(
    snap_compare: Compare,
    make_app: Callable[..., FluffyApp],
    services: FakeServices,
    size: tuple[int, int],
    done: bool,
) -> None:
    if not done:
        services.photos.import_gate.clear()
    app = make_app()
    drive = after("G", "i", text="/usr")
    assert Path("/usr").is_dir()
    assert snap_compare(app, terminal_size=size, run_before=drive)


@Sizes
def test_database_away(
    snap_compare: Compare, make_app: Callable[..., FluffyApp], services: FakeServices, size: tuple[int, int]
) -> None:
    async def lose(pilot: Pilot[Any]) -> None:
        await settle(pilot.app)
        services.lose_database()
        await services.heard()
        await settle(pilot.app)

    assert snap_compare(make_app(), terminal_size=size, run_before=lose)


def test_too_small(snap_compare: Compare, make_app: Callable[..., FluffyApp]) -> None:
    assert snap_compare(make_app(), terminal_size=(50, 15), run_before=after())
