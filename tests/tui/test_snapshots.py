"""How the screens look, at a fixed moment and in fixed sizes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fluffy_tui.core.errors import DatabaseUnavailable
from tui.conftest import Looks, settle
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
def test_starting(looks: Looks, opening: Opening, size: tuple[int, int]) -> None:
    opening.gate.clear()

    async def until_both_steps(pilot: Pilot[Any]) -> None:
        while len(getattr(pilot.app.screen, "steps", ())) < 2:
            await pilot.pause()
        await pilot.pause()

    assert looks(size, persona=None, run=until_both_steps)


Themes = pytest.mark.parametrize("theme", ["textual-light", "textual-dark", "ansi-dark"])


@Themes
def test_themes_starting(looks: Looks, opening: Opening, theme: str) -> None:
    opening.gate.clear()

    async def until_both_steps(pilot: Pilot[Any]) -> None:
        while len(getattr(pilot.app.screen, "steps", ())) < 2:
            await pilot.pause()
        await pilot.pause()

    assert looks((80, 24), persona=None, run=until_both_steps, theme=theme)


@Themes
def test_themes_starting_failed(looks: Looks, opening: Opening, theme: str) -> None:
    opening.error = DatabaseUnavailable("The database refuses the password.", "Check DATABASE_URL.")
    assert looks((80, 24), persona=None, run=after(), theme=theme)


@Themes
def test_themes_database_away(looks: Looks, services: FakeServices, theme: str) -> None:

    async def lose(pilot: Pilot[Any]) -> None:
        await settle(pilot.app)
        services.lose_database()
        await services.heard()
        await settle(pilot.app)

    assert looks((80, 24), persona=None, run=lose, theme=theme)


@Sizes
def test_starting_failed(looks: Looks, opening: Opening, size: tuple[int, int]) -> None:
    opening.error = DatabaseUnavailable(
        "The database at db.example.org refuses the password of user sarah.",
        "Check DATABASE_URL, then try again.",
    )
    assert looks(size, persona=None, run=after())


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
def test_personas(looks: Looks, size: tuple[int, int], name: str, keys: tuple[str, ...]) -> None:
    assert looks(size, persona=None, run=after(*keys))


@Sizes
def test_no_personas(looks: Looks, services: FakeServices, size: tuple[int, int]) -> None:
    services.personas.personas.clear()
    assert looks(size, persona=None, demo=True, run=after())


@Sizes
@pytest.mark.parametrize("done", [False, True], ids=["running", "done"])
def test_import(looks: Looks, services: FakeServices, size: tuple[int, int], done: bool) -> None:
    if not done:
        services.photos.import_gate.clear()
    drive = after("G", "i", text="/usr")
    assert Path("/usr").is_dir()
    assert looks(size, persona=None, run=drive)


@Sizes
def test_database_away(looks: Looks, services: FakeServices, size: tuple[int, int]) -> None:
    async def lose(pilot: Pilot[Any]) -> None:
        await settle(pilot.app)
        services.lose_database()
        await services.heard()
        await settle(pilot.app)

    assert looks(size, persona=None, run=lose)


def test_too_small(looks: Looks) -> None:
    assert looks((50, 15), persona=None, run=after())
