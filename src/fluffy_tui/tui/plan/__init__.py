"""The Plan tab: two weeks of a channel's slots."""

from __future__ import annotations

from fluffy_tui.tui.plan.screen import PlanScreen

__all__ = ["PlanScreen"]
