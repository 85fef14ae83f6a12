"""What the first frame must not import."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "sqlalchemy",
    "psycopg",
    "procrastinate",
    "httpx",
    "alembic",
    "obstore",
    "PIL",
    "pillow_heif",
    "textual_image",
    "tomllib",
)


@pytest.mark.parametrize(
    "module",
    [
        "fluffy_tui.tui.app",
        "fluffy_tui.modes.app_mode",
        "fluffy_tui.tui.ports",
        "fluffy_tui.tui.keymap.bindings",
    ],
)
def test_the_first_frame_needs_no_database_no_http_and_no_pictures(module: str) -> None:
    """It takes most of a second, so it is done in a thread after the first frame."""
    program = f"import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True
    )
    assert set(done.stdout.split()).isdisjoint(HEAVY)


def test_the_first_frame_is_written_without_a_package_for_emoji() -> None:
    """To import it takes as long as laying out and drawing the frame."""
    program = (
        "import sys; from fluffy_tui.tui.platform.grapheme_anchor import anchored;"
        " print(anchored('╭─ … ✓'), 'regex' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", timeout=120, check=True
    )
    assert done.stdout == "╭─ … ✓ False\n"


def test_the_first_frame_needs_no_pack() -> None:
    """Their values alone take a tenth of the time until the first frame."""
    packs = {"buffer", "media", "networks", "personas", "photos", "scheduling", "similarity", "themes"}
    program = "import sys, fluffy_tui.modes.app_mode; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True
    )
    loaded = {name.split(".")[1] for name in done.stdout.split() if name.startswith("fluffy_tui.")}
    assert loaded & packs == set()
