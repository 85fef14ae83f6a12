"""The demo has a Buffer account of its own, but what a person wants of the app and the terminal holds there too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.modes.demo_session import _demo_settings, _StandIn
from fluffy_tui.settings import Notify, load_settings

if TYPE_CHECKING:
    from pathlib import Path

STAND_IN = _StandIn("http://127.0.0.1:9", "http://127.0.0.1:9/media", "a-key", 0)


def test_wishes_are_taken_over_and_accounts_are_not(tmp_path: Path) -> None:
    own = load_settings(
        {
            "FLUFFY_DATA_DIR": str(tmp_path),
            "FLUFFY_CONFIG": str(tmp_path / "config.toml"),
            "FLUFFY_NOTIFY": "desktop",
            "FLUFFY_UNDO_SECONDS": "3",
            "FLUFFY_S3_BUCKET": "mine",
        }
    )
    demo = _demo_settings(own, STAND_IN).settings
    assert (demo.notify, demo.undo_seconds) == (Notify.DESKTOP, 3.0)
    assert demo.origins["FLUFFY_NOTIFY"] == "environment"
    assert demo.origins["FLUFFY_PREVIEW"] == "default", "what nobody has wished for is told as it is"
    assert demo.buffer_url == STAND_IN.url
    assert demo.origins["FLUFFY_S3_BUCKET"] == "default"
