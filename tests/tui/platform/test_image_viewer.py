"""Opening a photo outside of the terminal, with real programs in place of the desktop's."""

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
    """Put an `xdg-open` of our own into a folder; return an environment in which it is found."""
    folder.mkdir(exist_ok=True)
    program = folder / "xdg-open"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}", "DISPLAY": ":7"}


async def test_the_photo_is_handed_over_by_its_path(tmp_path: Path) -> None:
    photo = tmp_path / "[b][red $(touch x).jpg"
    photo.write_bytes(b"")
    environment = opener(tmp_path / "bin", f'printf "%s" "$1" > {tmp_path}/seen')
    await open_outside(photo, environment, "linux")
    assert (tmp_path / "seen").read_text() == str(photo)


async def test_an_opener_that_shows_the_picture_itself_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "gate")
    environment = opener(tmp_path / "bin", f"cat {tmp_path}/gate > {tmp_path}/ended")
    monkeypatch.setattr(image_viewer, "ANSWERS_WITHIN", 0.01)
    await open_outside(tmp_path, environment, "linux")
    with (tmp_path / "gate").open("w") as gate:  # opens once the program reads: it still runs
        gate.write("now")


@pytest.mark.parametrize(
    ("script", "name", "message"),
    [
        ("exit 3", "photo.jpg", "ended with status 3"),
        ("exit 0", "gone.jpg", "The file is gone"),
        (None, "photo.jpg", "Nothing here opens files outside"),
    ],
)
async def test_what_went_wrong_is_said(tmp_path: Path, script: str | None, name: str, message: str) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"")
    environment = opener(tmp_path / "bin", script) if script else {"PATH": str(tmp_path), "DISPLAY": ":7"}
    with pytest.raises(NotOpened, match=message):
        await open_outside(tmp_path / name, environment, "linux")


async def test_from_the_library_and_the_composer(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT", "TMUX"):
        monkeypatch.delenv(name, raising=False)
    async with running(persona="sarah") as driver:
        photo = driver.services.photos.photos[40]
        await driver.press("o")
        assert any("no desktop here" in note.message for note in driver.app._notifications)
        assert driver.app.clipboard == str(photo.path)
        for name, value in opener(tmp_path / "bin", f'printf "%s\\n" "$1" >> {tmp_path}/seen').items():
            monkeypatch.setenv(name, value)
        await driver.press("o", "enter", "f5")
        assert (tmp_path / "seen").read_text() == f"{photo.path}\n" * 2
        assert any(f"Opened outside: {photo.path.name}" in note.message for note in driver.app._notifications)
