"""The price of importing the pack."""

from __future__ import annotations

import subprocess
import sys

import pytest

import fluffy_tui.media


def test_importing_the_pack_loads_nothing_heavy() -> None:
    """The first frame waits for this import."""
    program = (
        "import sys, fluffy_tui.media; "
        "print(sorted({'PIL', 'pillow_heif', 'httpx', 'obstore', 'regex'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_front_door_offers_what_it_names_and_no_more() -> None:
    """Lazy names work, and a misspelt one is an error."""
    for name in fluffy_tui.media.__all__:
        assert getattr(fluffy_tui.media, name) is not None
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = fluffy_tui.media.no_such_name
