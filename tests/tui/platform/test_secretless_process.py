"""The browser and the tools that hold the clipboard know none of our secrets, though they outlive us."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.tui.platform import web_browser
from fluffy_tui.tui.platform.clipboard import copy_beyond_terminal
from fluffy_tui.tui.platform.secretless_process import run_without_secrets

if TYPE_CHECKING:
    from pathlib import Path

SECRETS = {
    "BUFFER_API_KEY": "hunter-of-buffer",
    "AWS_SECRET_ACCESS_KEY": "hunter-of-buckets",
    "FLUFFY_MODEL_KEY": "hunter-of-models",
    "FLUFFY_ADOPT_URL": "postgresql://me:hunter-of-trains@host/db",
    "DATABASE_URL": "postgresql://me:hunter-of-rows@host/db",
    "PGPASSWORD": "hunter-of-passwords",
}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the file into which a browser and a clipboard write what they are told and know."""
    told, tool = tmp_path / "told", tmp_path / "bin" / "xclip"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\n{{ echo "$@"; env; case "$*" in *selection*) cat;; esac; }} > {told}\n')
    tool.chmod(0o755)
    for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT", "TMUX", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.setenv("BROWSER", f"{tool} %s")
    monkeypatch.setenv("PATH", f"{tool.parent}{os.pathsep}{os.environ['PATH']}")
    return told


async def test_a_browser_is_given_the_address_alone(told: Path) -> None:
    assert await run_without_secrets(web_browser._OPEN, "https://publish.buffer.com/x?a=1;b")
    assert told.read_text().startswith("https://publish.buffer.com/x?a=1;b\n")
    assert "DISPLAY=:7" in told.read_text()
    assert "hunter" not in told.read_text()


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="macOS has a clipboard of its own")
async def test_a_clipboard_is_given_the_text_alone(told: Path) -> None:
    assert await copy_beyond_terminal("dünes\n$(date)", os.environ) == "to the clipboard"
    assert told.read_text().endswith("dünes\n$(date)")
    assert "hunter" not in told.read_text()


async def test_a_program_that_fails_is_distinguished_from_one_that_does_not() -> None:
    assert not await run_without_secrets("raise SystemExit(3)")
    assert await run_without_secrets("assert input() == 'ä'", text="ä\n")
