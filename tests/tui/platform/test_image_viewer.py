"""Opening a photo in an image viewer, with a script in place of `xdg-open`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fluffy_tui.tui.platform import image_viewer
from fluffy_tui.tui.platform.image_viewer import NotOpened, open_outside

if TYPE_CHECKING:
    from tui.conftest import Running


def opener(folder: Path, script: str) -> dict[str, str]:
    """Write an `xdg-open` into a folder; return an environment that finds it."""
    folder.mkdir(exist_ok=True)
    program = folder / "xdg-open"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}", "DISPLAY": ":7"}


async def test_the_viewer_gets_the_path_of_the_photo(tmp_path: Path) -> None:
    photo = tmp_path / "[b][red $(touch x).jpg"
    photo.write_bytes(b"")
    environment = opener(tmp_path / "bin", f'printf "%s" "$1" > {tmp_path}/seen')
    await open_outside(photo, environment, "linux")
    assert (tmp_path / "seen").read_text() == str(photo)


async def test_a_command_that_keeps_running_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "gate")
    environment = opener(tmp_path / "bin", f"cat {tmp_path}/gate > {tmp_path}/ended")
    monkeypatch.setattr(image_viewer, "ANSWERS_WITHIN", 0.01)
    await open_outside(tmp_path, environment, "linux")
    with (tmp_path / "gate").open("w") as gate:  # opens when the script reads: it is still running
        gate.write("now")


@pytest.mark.parametrize(
    ("script", "name", "message"),
    [
        ("exit 3", "photo.jpg", "exited with status 3"),
        ("exit 0", "gone.jpg", "The file no longer exists"),
        (None, "photo.jpg", "No program to open files with"),
    ],
)
async def test_a_failure_is_explained(tmp_path: Path, script: str | None, name: str, message: str) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"")
    environment = opener(tmp_path / "bin", script) if script else {"PATH": str(tmp_path), "DISPLAY": ":7"}
    with pytest.raises(NotOpened, match=message):
        await open_outside(tmp_path / name, environment, "linux")


async def test_photos_open_from_the_library_and_the_composer(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT", "TMUX"):
        monkeypatch.delenv(name, raising=False)
    async with running(persona="sarah") as driver:
        photo = driver.services.photos.photos[40]
        await driver.press("o")
        assert "There is no desktop to open the photo on, so its path was copied." in driver.notices()
        assert driver.app.clipboard == str(photo.path)
        for name, value in opener(tmp_path / "bin", f'printf "%s\\n" "$1" >> {tmp_path}/seen').items():
            monkeypatch.setenv(name, value)
        await driver.press("o", "enter", "f5")
        assert (tmp_path / "seen").read_text() == f"{photo.path}\n" * 2
        assert f"Opened {photo.path.name}." in driver.notices()
