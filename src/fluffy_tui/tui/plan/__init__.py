"""The Plan tab: two weeks of a channel's slots."""

from fluffy_tui.tui.plan.move_mode import (
    MoveKeys as MoveKeys,
    MoveKind as MoveKind,
    MoveMode as MoveMode,
    can_move as can_move,
)
from fluffy_tui.tui.plan.plan_cells import Cell as Cell
from fluffy_tui.tui.plan.screen import PlanScreen as PlanScreen
from fluffy_tui.tui.plan.shown_channel import ShownChannel as ShownChannel
