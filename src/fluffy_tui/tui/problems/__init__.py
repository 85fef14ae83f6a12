"""Problems: what needs attention, with the reason and what to do now."""

from __future__ import annotations

from fluffy_tui.tui.problems.screen import ProblemsScreen as ProblemsScreen
