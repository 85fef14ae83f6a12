"""Every modification time is either a time that can be shown anywhere, or refused as such."""

from __future__ import annotations

import hashlib
import io
import os
from datetime import timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from fluffy_tui.photos.file_state import HashWhen, file_state, hash_file, modified_time
from fluffy_tui.photos.model import PhotoState


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_time_can_be_shown_in_every_zone_or_is_refused(seconds: int) -> None:
    status: Any = SimpleNamespace(st_mtime_ns=seconds * 10**9)
    try:
        time = modified_time(status)
    except OverflowError:
        assert not -62_000_000_000 < seconds < 253_000_000_000
        return
    for hours in (-24, 24):
        time.astimezone(timezone(timedelta(hours=hours) - timedelta(minutes=hours // 24)))


def test_a_photo_whose_time_became_impossible_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"content")
    modified_at = modified_time(path.stat())
    with path.open("rb") as file:
        sha256 = hash_file(file)
    real = os.fstat

    def fstat(descriptor: int) -> Any:
        found = real(descriptor)
        return SimpleNamespace(st_size=found.st_size, st_mode=found.st_mode, st_mtime_ns=3 * 10**20)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fstat", fstat)
        touched = file_state(path, 7, modified_at, sha256, hash_when=HashWhen.TOUCHED)
        unread = file_state(path, 7, modified_at, sha256, hash_when=HashWhen.NEVER)
    assert (touched, unread) == (PhotoState.UNCHANGED, PhotoState.CHANGED)


def test_a_file_that_grows_as_fast_as_it_is_read_is_read_once() -> None:
    """Else that would never end; that it has grown is told by its size."""

    class Grown(io.BytesIO):
        """Each time it is read, there is more of it."""

        place = 0

        def fileno(self) -> int:
            return 0

        def readinto(self, target: Any) -> int:
            end = self.seek(0, os.SEEK_END)
            assert end < 1_000
            self.write(b"more")
            self.seek(self.place)
            self.place += (count := super().readinto(target))
            return count

    growing: Any = Grown(b"content")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fstat", lambda _: SimpleNamespace(st_size=7))
        digest = hash_file(growing)
    assert digest == hashlib.sha256(b"content").digest()
