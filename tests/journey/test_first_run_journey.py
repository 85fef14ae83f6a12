"""A new installation is set up in a real terminal: a valid Buffer key, a folder that a web server serves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.settings import MediaHostKind, load_settings
from journey.conftest import sample_posts_are_sent
from journey.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENTER, TAB, ESCAPE, CTRL_U = "\r", "\t", "\x1b", "\x15"


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Run the stand-in for Buffer in a process of its own; yield its address, key and media folder."""
    media = tmp_path / "served"
    media.mkdir()
    command = [
        sys.executable,
        "-m",
        "fluffy_tui.demo",
        "--state",
        str(tmp_path / "buffer"),
        "--media",
        str(media),
    ]
    elsewhere = {
        **os.environ,
        "HOME": str(tmp_path),
    }  # so that it does not count as a process of the terminal's home
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=elsewhere) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield {**json.loads(process.stdout.readline()), "media": str(media)}
        process.stdin.close()


def set_up(terminal: Terminal, stand_in: dict[str, str]) -> None:
    """Connect Buffer from the first screen: the key after a wrong one, a channel, the folder."""
    terminal.shows("Get started", "Connect Buffer")
    terminal.press("b")
    terminal.shows("1 of 3")
    terminal.press("wrong-key", ENTER)
    terminal.shows("Buffer rejected the key", "paste it here")
    terminal.press(CTRL_U, stand_in["key"], ENTER)
    assert stand_in["key"] not in terminal.shows("2 of 3", "[ ]")
    terminal.press(" ", ENTER)
    terminal.shows("3 of 3", "web server folder")
    terminal.press(TAB, stand_in["media"], TAB, stand_in["media_url"], ENTER)
    terminal.until(lambda text: "3 of 3" not in text and "▸" in text)


def test_setting_up_a_persona_with_its_channel(own_home: Path, stand_in: dict[str, str]) -> None:
    config = own_home / "config.toml"
    config.write_text("# mine\nundo_seconds = 3\n")
    environment = {"FLUFFY_CONFIG": str(config), "FLUFFY_DATA_DIR": str(own_home / "data")}
    with Terminal(
        own_home,
        FLUFFY_BUFFER_URL=stand_in["url"],
        FLUFFY_CONFIG=environment["FLUFFY_CONFIG"],
        FLUFFY_DATA_DIR=environment["FLUFFY_DATA_DIR"],
        columns=100,
        rows=30,
    ) as terminal:
        set_up(terminal, stand_in)
        settings = load_settings(environment)
        assert settings.buffer_api_key is not None
        assert settings.buffer_api_key.reveal() == stand_in["key"]
        assert settings.media_host is MediaHostKind.DIRECTORY
        assert settings.undo_seconds == 3
        assert config.stat().st_mode & 0o777 == 0o600
        assert config.read_text().startswith("# mine\n")
        terminal.press("!")
        terminal.shows("✓ buffer key", "✓ media host")
        terminal.press(ESCAPE)
        terminal.until(lambda text: "buffer key" not in text and "▸" in text)
        terminal.press("q")
        assert terminal.ended() == 0
    assert stand_in["key"] not in (own_home / "data" / "fluffy-tui.log").read_text()


def test_the_demo_opens_in_the_same_terminal(demo_home: Path) -> None:
    with Terminal(demo_home, columns=100, rows=30) as terminal:
        terminal.shows("Get started")
        terminal.press("d")
        terminal.shows(" demo ", "sarah", "IMG_2041")
        sample_posts_are_sent(terminal)
        terminal.press("q")
        assert terminal.ended() == 0
