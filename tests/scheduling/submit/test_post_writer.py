"""The delay in which submitting can be undone is a setting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fluffy_tui.settings import InvalidSetting, load_settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("value", "seconds"), [(None, 10.0), ("0", 0.0), ("2.5", 2.5), ("3600", 3600.0)])
def test_the_undo_delay_is_read(tmp_path: Path, value: str | None, seconds: float) -> None:
    environment = {"FLUFFY_CONFIG": str(tmp_path / "config.toml"), "FLUFFY_DATA_DIR": str(tmp_path)}
    if value is not None:
        environment["FLUFFY_UNDO_SECONDS"] = value
    assert load_settings(environment).undo_seconds == seconds


@pytest.mark.parametrize("value", ["-1", "3601", "nan", "inf", "soon"])
def test_an_invalid_undo_delay_is_refused(tmp_path: Path, value: str) -> None:
    environment = {"FLUFFY_CONFIG": str(tmp_path / "config.toml"), "FLUFFY_UNDO_SECONDS": value}
    with pytest.raises(InvalidSetting, match="FLUFFY_UNDO_SECONDS"):
        load_settings(environment)
