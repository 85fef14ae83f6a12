"""Paths of folders: suggestions, and what terminals make of dropped ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.tui.personas.folder_field import suggest_folder, typed_folder

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
