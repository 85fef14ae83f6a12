"""First run, setup, settings and doctor as they look, also narrow and in other themes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fluffy_tui.core.errors import DatabaseUnavailable
from fluffy_tui.paths import Paths
from fluffy_tui.tui.app import FluffyApp
from tui.fakes import FakeServices, FakeSetup, Opening
from tui.test_snapshots import Compare, after

SIZES = [(60, 18), (80, 24), (140, 45)]
CONFIG = Path("/home/sarah/config.toml")
"""Only read and shown, never written."""

BARE = {
    "first-run": (),
    "set-up-key": ("b",),
    "set-up-key-missing": ("b", "enter"),
    "set-up-channels": ("b", "k", "enter", "space"),
    "set-up-folder": ("b", "k", "enter", "enter"),
    "set-up-bucket": ("b", "k", "enter", "enter", "right", "enter"),
}
"""Screens of a fresh installation, by the keys that lead there."""

CONFIGURED = {
    "settings": ("comma", "j"),
    "edit-setting": ("comma", *"jjjjjjjjjjjjjj", "enter", *"2 s", "enter"),
    "doctor": ("exclamation_mark",),
    "picker": (),
    "help": ("question_mark",),
    "channels": ("j", "c"),
    "new": ("n",),
    "leaving": ("q",),
    "import": ("G", "i"),
}
"""Screens of a configured one."""

Make = Callable[..., FluffyApp]


@pytest.fixture
def make(make_app: Make, services: FakeServices, tmp_path: Path) -> Make:
    """Make the app with files whose names are the same on every machine."""

    def made(*, bare: bool = False, theme: str = "fluffy") -> FluffyApp:
        if bare:
            services.personas.personas.clear()
            for post_id in [*services.scheduling.all_posts]:
                del services.scheduling.all_posts[post_id]
        setup = FakeSetup(Paths(config_file=CONFIG, data=tmp_path / "data"), bare=bare)
        app = make_app(setup=setup)
        app.theme = theme
        return app

    return made


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", BARE)
def test_fresh(snap_compare: Compare, make: Make, name: str, size: tuple[int, int]) -> None:
    assert snap_compare(make(bare=True), terminal_size=size, run_before=after(*BARE[name]))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", ["settings", "edit-setting", "doctor"])
def test_configured(snap_compare: Compare, make: Make, name: str, size: tuple[int, int]) -> None:
    assert snap_compare(make(), terminal_size=size, run_before=after(*CONFIGURED[name]))


@pytest.mark.parametrize("size", [(60, 18), (70, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", ["picker", "help", "channels", "new", "leaving", "import"])
def test_narrow(snap_compare: Compare, make: Make, name: str, size: tuple[int, int]) -> None:
    assert snap_compare(make(), terminal_size=size, run_before=after(*CONFIGURED[name]))


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
@pytest.mark.parametrize("name", ["first-run", "set-up-bucket", *CONFIGURED])
def test_themes(snap_compare: Compare, make: Make, name: str, theme: str) -> None:
    bare = name in BARE
    keys = BARE[name] if bare else CONFIGURED[name]
    assert snap_compare(make(bare=bare, theme=theme), terminal_size=(80, 24), run_before=after(*keys))


@pytest.mark.parametrize("size", [(60, 18), (70, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_starting_failed_narrow(
    snap_compare: Compare, make: Make, opening: Opening, size: tuple[int, int]
) -> None:
    opening.error = DatabaseUnavailable(
        "The database at db.example.org refuses the password of user sarah.",
        "Check DATABASE_URL, then try again.",
    )
    assert snap_compare(make(), terminal_size=size, run_before=after())
