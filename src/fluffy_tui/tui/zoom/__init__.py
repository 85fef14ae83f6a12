"""A photo pixel by pixel."""

from __future__ import annotations

from fluffy_tui.tui.zoom.screen import ZoomScreen

__all__ = ["ZoomScreen"]
