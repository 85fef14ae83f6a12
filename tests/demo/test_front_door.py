"""Importing the pack is cheap, and a missing extra is reported with the command that installs it."""

from __future__ import annotations

import subprocess
import sys

LIGHT = """
import sys
import fluffy_tui.demo
slow = {"aiohttp", "graphql", "PIL"} & set(sys.modules)
sys.exit(f"imported {slow}" if slow else 0)
"""

MISSING = """
import sys
sys.modules["aiohttp"] = None
import fluffy_tui.demo
from fluffy_tui.core.errors import FluffyError
for use in (lambda: fluffy_tui.demo.StandIn, fluffy_tui.demo.require_extra):
    try:
        use()
    except FluffyError as error:
        print(error)
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_importing_the_pack_imports_nothing_slow() -> None:
    done = run(LIGHT)
    assert done.returncode == 0, done.stderr


def test_without_the_extra() -> None:
    done = run(MISSING)
    sentence = "The demo needs the extra `demo`. Run: pip install 'fluffy-tui[demo]'"
    assert done.stdout.splitlines() == [sentence, sentence], done.stderr
