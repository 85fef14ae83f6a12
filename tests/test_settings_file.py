"""Saving settings: other content stays, secrets stay private, and a failure changes nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.settings import Secret, load_settings
from fluffy_tui.settings_file import save_settings

WRITTEN = """\
# how I like my pictures
preview = "sixel"  # slow, but pretty

[keys]
# my own
"app.help" = "f2"
"""


def test_a_new_file_is_private_and_starts_with_a_comment(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"
    save_settings(file, {"buffer_api_key": "hush"})
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text().startswith("# Settings of fluffy-tui.")
    assert load_settings({"FLUFFY_CONFIG": str(file)}).buffer_api_key == Secret("hush")
    assert [path.name for path in file.parent.iterdir()] == ["config.toml"]


def test_comments_and_order_stay(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(WRITTEN)
    file.chmod(0o644)
    save_settings(file, {"buffer_api_key": "hush", "preview": "kitty"})
    text = file.read_text()
    assert '# how I like my pictures\npreview = "kitty"  # slow, but pretty\n' in text
    assert text.endswith('[keys]\n# my own\n"app.help" = "f2"\n')
    settings = load_settings({"FLUFFY_CONFIG": str(file)})
    assert settings.keys == {"app.help": "f2"}
    assert settings.buffer_api_key == Secret("hush")
    assert file.stat().st_mode & 0o777 == 0o600


def test_none_removes_a_setting(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(WRITTEN)
    save_settings(file, {"preview": None, "media_host": None})
    assert "sixel" not in file.read_text()
    assert load_settings({"FLUFFY_CONFIG": str(file)}).keys == {"app.help": "f2"}


@pytest.mark.parametrize("value", ['a "quoted" \\ key', "two\nlines", "[/b][red", "ключ"])
def test_any_text_is_read_back_unchanged(tmp_path: Path, value: str) -> None:
    file = tmp_path / "config.toml"
    save_settings(file, {"media_directory": value})
    assert load_settings({"FLUFFY_CONFIG": str(file)}).shown["FLUFFY_MEDIA_DIRECTORY"] == value


def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    """Many people keep their settings in a folder of dot files."""
    real, link = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
    real.write_text(WRITTEN)
    link.symlink_to(real)
    save_settings(link, {"preview": "off"})
    assert link.is_symlink()
    assert 'preview = "off"' in real.read_text()


def test_a_file_that_is_not_toml_is_left_unchanged(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("preview = ")
    with pytest.raises(FluffyError, match="not valid TOML"):
        save_settings(file, {"buffer_api_key": "hush"})
    assert file.read_text() == "preview = "


def test_an_unwritable_folder_is_reported_without_the_secret(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FluffyError, match="Cannot save the settings") as caught:
        save_settings(tmp_path / "file" / "config.toml", {"buffer_api_key": "hush"})
    assert "hush" not in str(caught.value)


def test_a_pipe_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "config.toml"
    os.mkfifo(pipe)
    with pytest.raises(FluffyError, match="Is a pipe, not a file"):
        save_settings(pipe, {"preview": "kitty"})
    assert pipe.is_fifo()
