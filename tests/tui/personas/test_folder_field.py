"""Paths of folders: suggestions, and what terminals make of dropped ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.tui.personas.folder_field import (
    COUNTED_ENTRIES,
    FolderFound,
    completed_folder,
    count_photos,
    folder_names,
    suggest_folder,
    typed_folder,
)

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_suggestions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first folder in order; no files, and hidden folders only after a dot."""
    for name in ("b-one", "a-one", ".hidden"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "a-file").write_text("")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert suggest_folder("~/") == "~/a-one"
    assert suggest_folder("~/b") == "~/b-one"
    assert suggest_folder("~/.h") == "~/.hidden"
    assert suggest_folder("~/c") is None
    assert suggest_folder("~/a-one") is None
    assert suggest_folder("b") is None
    assert suggest_folder("/nowhere/at/all/x") is None
    assert suggest_folder("\0/") is None


def test_a_name_is_completed_as_far_as_it_is_clear(tmp_path: Path) -> None:
    for name in ("norway 2024", "norway 2025", "oslo"):
        (tmp_path / name).mkdir()
    here = f"{tmp_path}/"
    assert completed_folder(f"{here}n") == f"{here}norway 202"
    assert completed_folder(f"{here}norway 202") == f"{here}norway 2024/"
    assert completed_folder(f"{here}o") == f"{here}oslo/"
    assert completed_folder(f"{here}oslo") == f"{here}oslo/"
    assert completed_folder(f"{here}x") is None
    assert completed_folder("o") is None


def test_photos_are_counted(tmp_path: Path) -> None:
    """As far as a slow drive allows; what cannot be opened has none."""
    (tmp_path / "norway" / "oslo").mkdir(parents=True)
    (tmp_path / "norway" / ".hidden").mkdir()
    (tmp_path / "nothing").symlink_to(tmp_path / "norway")
    for name in ("a.JPG", "b.heic", "notes.txt"):
        (tmp_path / "norway" / name).touch()
    text = f"{tmp_path}/no"
    assert folder_names(text) == ["norway", "nothing"]
    assert count_photos(text, ["norway", "gone"]) == [
        FolderFound("norway", 2, 1, is_counted=True),
        FolderFound("gone", 0, 0, is_counted=True),
    ]
    for number in range(COUNTED_ENTRIES):
        (tmp_path / "norway" / f"{number}.jpg").touch()
    [found] = count_photos(text, ["norway"])
    assert not found.is_counted


def test_dropped_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Terminals quote dropped paths; a name that contains a quote stays as it is."""
    (tmp_path / "my photos").mkdir(parents=True)
    (tmp_path / "it's").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert typed_folder(f"'{tmp_path}/my photos' ") == tmp_path / "my photos"
    assert typed_folder(f"{tmp_path}/my\\ photos") == tmp_path / "my photos"
    assert typed_folder(f"{tmp_path}/my photos") == tmp_path / "my photos"
    assert typed_folder("~/it's") == tmp_path / "it's"
    assert typed_folder("~nobody-has-that-name/x").name == "x"
    assert typed_folder("y" * 300).name == "y" * 300
