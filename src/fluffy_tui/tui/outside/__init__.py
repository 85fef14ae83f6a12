"""Posts that were made elsewhere, as a list."""

from __future__ import annotations

from fluffy_tui.tui.outside.outside_table import OutsideTable as OutsideTable
