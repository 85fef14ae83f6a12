"""The demo has its own Buffer account, but uses the user's preferences for app and terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.modes.demo_mode import StandInAddress, demo_environment
from fluffy_tui.settings import Notify, load_settings

if TYPE_CHECKING:
    from pathlib import Path

STAND_IN = StandInAddress("http://127.0.0.1:9", "http://127.0.0.1:9/media", "a-key", 0)


def test_preferences_apply_and_accounts_do_not(tmp_path: Path) -> None:
    own = load_settings(
        {
            "FLUFFY_DATA_DIR": str(tmp_path),
            "FLUFFY_CONFIG": str(tmp_path / "config.toml"),
            "FLUFFY_NOTIFY": "desktop",
            "FLUFFY_UNDO_SECONDS": "3",
            "FLUFFY_S3_BUCKET": "mine",
        }
    )
    demo = load_settings(demo_environment(own, STAND_IN))
    assert (demo.notify, demo.undo_seconds) == (Notify.DESKTOP, 3.0)
    assert demo.origins["FLUFFY_NOTIFY"] == "environment"
    assert demo.origins["FLUFFY_PREVIEW"] == "default", "what the user did not set remains a default"
    assert demo.buffer_url == STAND_IN.url
    assert demo.origins["FLUFFY_S3_BUCKET"] == "default"
