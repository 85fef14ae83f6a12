"""A file is replaced in one step, or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from unittest.mock import Mock

import pytest

from fluffy_tui.core.atomic_file import atomic_writer, write_atomically


def test_the_new_content_is_private_and_nothing_else_is_left(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_atomically(file, "old")
    write_atomically(file, "new 🦊")
    assert file.read_text(encoding="utf-8") == "new 🦊"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.glob(".file*")) == []


def test_a_crash_while_writing_leaves_the_old_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    write_atomically(file, "old")

    def crash(descriptor: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(OSError, match="full"):
        write_atomically(file, "new")
    assert file.read_text() == "old"
    assert list(tmp_path.glob(".file*")) == []


def test_the_new_content_is_not_seen_before_it_is_complete(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_atomically(file, "old")
    with atomic_writer(file) as new:
        new.write(b"new")
        assert file.read_text() == "old"
    assert file.read_text() == "new"


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_a_public_file_follows_the_umask(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        with atomic_writer(tmp_path / "file", mode=None) as new:
            new.write(b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == mode


def test_a_file_system_without_permissions_keeps_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on memory cards."""
    monkeypatch.setattr(
        os, "fchmod", Mock(side_effect=PermissionError(errno.EPERM, "Operation not permitted"))
    )
    folder = tmp_path / "card"
    folder.mkdir()
    write_atomically(folder / "file", "text")
    assert [path.read_text() for path in folder.iterdir()] == ["text"]
