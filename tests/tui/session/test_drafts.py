"""Texts and state that outlive the app, also when it ends badly."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fluffy_tui.photos import Photo
from fluffy_tui.tui.session.drafts import Draft, Drafts
from tui.fakes import MARKUP, make_photo

TEXT = Draft(
    caption=f"{MARKUP} 😀 \u202eשלום\r\nsecond\tline\0\ud800" + "x" * 100_000,
    alt_text="a",
    share_mode="customScheduled",
    at=datetime(2027, 1, 13, 9, tzinfo=UTC),
    fit="crop",
)


@pytest.fixture
def photo(tmp_path: Path) -> Photo:
    return make_photo(tmp_path / "photos", 1, 1)


def test_a_text_comes_back_as_it_was(tmp_path: Path, photo: Photo) -> None:
    """Every character, even those that no network takes; in a second process as well."""
    assert Drafts(tmp_path / "kept").load(photo) is None
    Drafts(tmp_path / "kept").save(photo, TEXT)
    assert Drafts(tmp_path / "kept").load(photo) == TEXT


def test_a_moved_photo_finds_its_text_and_another_persona_does_not(tmp_path: Path, photo: Photo) -> None:
    kept = Drafts(tmp_path / "kept")
    kept.save(photo, TEXT)
    assert kept.load(replace(photo, id=9, path=Path("/elsewhere.jpg"))) == TEXT
    assert kept.load(replace(photo, persona_id=2)) is None
    assert kept.kept(1) == {photo.sha256}
    assert kept.kept(2) == frozenset()
    assert kept.kept(11) == frozenset()


def test_forgotten_and_empty_texts_leave_nothing(tmp_path: Path, photo: Photo) -> None:
    kept = Drafts(tmp_path / "kept")
    kept.forget(photo)
    kept.save(photo, TEXT)
    kept.save(photo, Draft(caption=" \n"))
    assert kept.load(photo) is None
    kept.save(photo, TEXT)
    kept.forget(photo)
    assert list((tmp_path / "kept").iterdir()) == []


@pytest.mark.parametrize("content", ["", "{", "[]", '{"caption": 1}', '{"at": "tomorrow"}', '{"at": 5}'])
def test_a_damaged_file_is_put_aside(tmp_path: Path, photo: Photo, content: str) -> None:
    kept = Drafts(tmp_path / "kept")
    kept.save(photo, TEXT)
    (file,) = (tmp_path / "kept").iterdir()
    file.write_text(content)
    assert kept.load(photo) is None
    assert file.with_suffix(".damaged").read_text() == content
    assert kept.kept(1) == frozenset()


def test_texts_are_private(tmp_path: Path, photo: Photo) -> None:
    Drafts(tmp_path / "kept").save(photo, TEXT)
    (file,) = (tmp_path / "kept").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o700
