"""What is put in a file's place is never waited for."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from fluffy_tui.plain_file import NotPlain, open_plain, read_plain

APPENDING = os.O_WRONLY | os.O_APPEND | os.O_CREAT


def other_than_file(path: Path, kind: str) -> Path:
    """Put something else in a file's place."""
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "socket":
            with socket.socket(socket.AF_UNIX) as server:
                server.bind(os.fspath(path))
        case "device":
            path.symlink_to("/dev/zero")
    return path


@pytest.mark.parametrize("flags", [os.O_RDONLY, os.O_RDWR | os.O_CREAT, APPENDING])
@pytest.mark.parametrize("kind", ["pipe", "folder", "socket", "device"])
def test_it_says_what_is_there(tmp_path: Path, kind: str, flags: int) -> None:
    path = other_than_file(tmp_path / "file", kind)
    with pytest.raises(NotPlain) as caught:
        open_plain(path, flags)
    assert (caught.value.strerror, caught.value.filename) == (f"Is a {kind}, not a file", str(path))
    assert path.exists()


def test_a_pipe_with_a_reader_is_no_file_either(tmp_path: Path) -> None:
    path = other_than_file(tmp_path / "file", "pipe")
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(NotPlain):
        open_plain(path, APPENDING)
    os.close(reader)


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    descriptor, status = open_plain(tmp_path / "file", APPENDING)
    os.write(descriptor, b"text")
    os.close(descriptor)
    assert status.st_mode & 0o777 == 0o600
    assert read_plain(tmp_path / "file", 4) == b"text"
    with pytest.raises(OSError, match="Larger than"):
        read_plain(tmp_path / "file", 3)
    with pytest.raises(FileNotFoundError):
        read_plain(tmp_path / "nothing", 3)
