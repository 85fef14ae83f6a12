"""What `--mcp` says before it can serve."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fluffy_tui.modes import mcp_mode
from fluffy_tui.settings import load_settings


async def test_without_its_package_it_says_what_to_install(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(sys.modules):
        if name.startswith(("fluffy_tui.modes.assistant.mcp_", "mcp.")):
            monkeypatch.delitem(sys.modules, name)
    for name in ("mcp", "mcp.server", "mcp.server.mcpserver"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(mcp_mode.McpNotInstalled, match=r"pip install 'fluffy-tui\[mcp\]'"):
        await mcp_mode.run(load_settings({"HOME": str(own_home)}))
