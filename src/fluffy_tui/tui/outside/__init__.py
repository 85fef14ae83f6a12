"""Posts that were made elsewhere, as a list."""

from fluffy_tui.tui.outside.outside_table import OutsideTable as OutsideTable
