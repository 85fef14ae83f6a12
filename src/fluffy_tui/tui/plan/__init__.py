"""The Plan tab: two weeks of a channel's slots."""

from __future__ import annotations

from fluffy_tui.tui.plan.move_mode import MoveKind, MoveMode, MoveRefused, PostMove, can_move
from fluffy_tui.tui.plan.plan_cells import Cell
from fluffy_tui.tui.plan.screen import PlanScreen
from fluffy_tui.tui.plan.shown_channel import ShownChannel

__all__ = [
    "Cell",
    "MoveKind",
    "MoveMode",
    "MoveRefused",
    "PlanScreen",
    "PostMove",
    "ShownChannel",
    "can_move",
]
