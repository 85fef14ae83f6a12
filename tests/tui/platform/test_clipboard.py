"""Copying beyond the terminal, with a real tmux if there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

import textual_internals
from fluffy_tui.tui.platform.clipboard import copied_words, copy_beyond_terminal
from tui.conftest import Running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _no_real_clipboard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the tests away from the real clipboard."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "TMUX", "SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[str]:
    if shutil.which("tmux") is None:
        pytest.skip("there is no tmux here")
    socket = str(tmp_path / "tmux")
    subprocess.run(["tmux", "-S", socket, "-f", "/dev/null", "new-session", "-d", "sleep 60"], check=True)
    yield socket
    subprocess.run(["tmux", "-S", socket, "kill-server"], check=True)


async def test_inside_tmux_the_text_is_in_its_buffer(tmux: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMUX", f"{tmux},1,0")
    how = await copy_beyond_terminal("a link; $(date)\n[/b][red", os.environ)
    assert how == "to tmux's buffer, and through it to your terminal's clipboard, if it allows that (OSC 52)"
    shown = subprocess.run(["tmux", "-S", tmux, "show-buffer"], check=True, capture_output=True, text=True)
    assert shown.stdout == "a link; $(date)\n[/b][red"


async def test_a_tmux_with_set_clipboard_off_is_reported(tmux: str, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["tmux", "-S", tmux, "set", "-s", "set-clipboard", "off"], check=True)
    monkeypatch.setenv("TMUX", f"{tmux},1,0")
    how = await copy_beyond_terminal("a link", os.environ)
    assert how == "to tmux's buffer only, because its set-clipboard is off"


async def test_a_tmux_that_is_gone_leaves_the_terminal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMUX", f"{tmp_path / 'gone'},1,0")
    monkeypatch.setenv("SSH_TTY", "/dev/pts/1")
    assert "over SSH" in await copy_beyond_terminal("text", os.environ)


async def test_over_ssh_only_the_terminals_clipboard_is_used() -> None:
    """Nobody pastes from the clipboard of the remote machine."""
    assert await copy_beyond_terminal("x", {"SSH_CONNECTION": "a b"}) == (
        "over SSH to your terminal's clipboard, if it allows that (OSC 52)"
    )


def test_what_was_copied_is_shown_in_one_short_line() -> None:
    assert copied_words("two\nlines", "to the clipboard") == "Copied to the clipboard: two lines"
    assert len(copied_words("x" * 500, "here")) == len("Copied here: ") + 60


async def test_the_app_copies_by_osc_52_and_says_so(running: Running) -> None:
    async with running() as driver:
        written = textual_internals.record_writes(driver.app)
        driver.app.copy_to_clipboard("[/b][red")
        await driver.settle()
        assert "\x1b]52;c;Wy9iXVtyZWQ=\a" in written
        assert driver.notices() == ["Copied to the clipboard: [/b][red"]
