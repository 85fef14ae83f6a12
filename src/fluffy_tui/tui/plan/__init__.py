"""The Plan tab: two weeks of a channel's slots."""

from fluffy_tui.tui.plan.move_mode import MoveKind as MoveKind
from fluffy_tui.tui.plan.move_mode import MoveMode as MoveMode
from fluffy_tui.tui.plan.move_mode import MoveRefused as MoveRefused
from fluffy_tui.tui.plan.move_mode import PostMove as PostMove
from fluffy_tui.tui.plan.move_mode import can_move as can_move
from fluffy_tui.tui.plan.plan_cells import Cell as Cell
from fluffy_tui.tui.plan.screen import PlanScreen as PlanScreen
from fluffy_tui.tui.plan.shown_channel import ShownChannel as ShownChannel
