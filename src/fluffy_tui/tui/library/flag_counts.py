"""How many of a persona's photos are picked, rejected and left: counted once, then kept up to date as flags change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work
from textual.widgets import Static

from fluffy_tui.photos import Photo, Posted, Verdict
from fluffy_tui.tui.session.error_toasts import ReportsErrors

if TYPE_CHECKING:
    from fluffy_tui.tui.library.flag_changes import Triage
    from fluffy_tui.tui.library.library_view import LibraryView
    from fluffy_tui.tui.ports import PhotosPort
    from fluffy_tui.tui.session.overview import Overview


class FlagCounts(ReportsErrors, Static):
    """Shows in a line how many photos without a post are picked, rejected and left to decide about.

    A flag moves the counts at once, without counting again.
    """

    DEFAULT_CSS = "FlagCounts { height: 1; padding: 0 1; color: $text-muted; }"

    def __init__(self, photos: PhotosPort, view: LibraryView, triage: Triage) -> None:
        super().__init__("", markup=False)
        self._photos = photos
        self._view = view
        self._triage = triage
        self._total: int | None = None
        self._flags: dict[Verdict, int] | None = None
        self._is_stale = False
        self._is_counting = False

    def show(self, overview: Overview) -> None:
        """Show how many photos have no post; where that has changed, the flags are counted again."""
        unscheduled = overview.persona_counts.unscheduled
        if overview.read and unscheduled != self._total:
            self._total = unscheduled
            self.count()

    def follow(self, before: Photo | None, after: Photo) -> None:
        """Move the counts with a photo that was flagged here."""
        if (
            before is None or self._flags is None or self._view.browse.posted is Posted.ALL
        ):  # it may have a post
            self.count()
            return
        for verdict, change in ((before.verdict, -1), (after.verdict, 1)):
            if verdict is not None:
                self._flags[Verdict(verdict)] += change
        self._is_stale |= self._is_counting  # it may or may not be in what is being counted
        self._show()

    def count(self) -> None:
        """Count the flags again; during a count this causes one more."""
        self._is_stale = True
        self.catch_up()

    def catch_up(self) -> None:
        """Count what could not be counted while decisions were not stored."""
        if self._is_stale and not self._is_counting:
            self._is_counting = True
            self._count()

    @work(group="flag-counts", exit_on_error=False, description="counting picked and rejected photos")
    async def _count(self) -> None:
        try:
            while self._is_stale and self._triage.is_stored:
                self._is_stale = False
                found = await self._photos.flag_counts(self._view.persona_id)
                if not self._is_stale:
                    self._flags = dict(found)
        finally:
            self._is_counting = False
        self._show()

    def on_resize(self) -> None:
        """Use words where they fit."""
        self._show()

    def _show(self) -> None:
        if self._flags is None or self._total is None:
            return
        picked, rejected = self._flags[Verdict.PICK], self._flags[Verdict.REJECT]
        left = max(0, self._total - picked - rejected)
        text = f"{picked:,} picked · {rejected:,} rejected · {left:,} left"
        if len(text) > self.content_size.width:
            text = f"✓ {picked:,} · ✗ {rejected:,} · {left:,} left"
        self.update(text)
