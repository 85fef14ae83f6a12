"""Several photos side by side, and the best of a stack."""

from fluffy_tui.tui.compare.best_of_stack import BestOfStack as BestOfStack
from fluffy_tui.tui.compare.screen import MOST as MOST, CompareScreen as CompareScreen
