"""Several photos side by side, and the best of a stack."""

from __future__ import annotations

from fluffy_tui.tui.compare.best_of_stack import BestOfStack
from fluffy_tui.tui.compare.screen import MOST, CompareScreen

__all__ = ["MOST", "BestOfStack", "CompareScreen"]
