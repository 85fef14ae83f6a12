"""The price of importing the pack."""

from __future__ import annotations

import subprocess
import sys


def test_importing_the_pack_loads_nothing_heavy() -> None:
    """The first frame waits for this import."""
    program = (
        "import sys, fluffy_tui.media; "
        "print(sorted({'PIL', 'pillow_heif', 'httpx', 'obstore', 'regex'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
