"""Fill slots: captions for several photos, reviewed in one table and submitted together."""

from fluffy_tui.tui.batch.screen import BatchScreen as BatchScreen
