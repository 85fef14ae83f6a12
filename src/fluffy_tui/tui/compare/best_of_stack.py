"""The proposal to keep the best photo of a stack, with the reason, and to reject the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fluffy_tui.photos import BestReason, Photo, Verdict
from fluffy_tui.tui.text.stack_words import best_words
from fluffy_tui.tui.text.words import one_line, plural
from fluffy_tui.tui.ui.dialogs import ConfirmScreen


@dataclass(frozen=True, slots=True)
class BestOfStack:
    """What becomes of a stack when it is accepted that its first photo is the best."""

    photos: Sequence[Photo]
    """The stack's, best first."""
    best_by: BestReason

    @property
    def verdicts(self) -> list[tuple[Photo, Verdict]]:
        """The photos with their new flags."""
        best, *others = self.photos
        return [(best, Verdict.PICK), *((photo, Verdict.REJECT) for photo in others)]

    def question(self, own: Mapping[str, str]) -> ConfirmScreen:
        """Return the dialog that asks, in which `enter` means yes: one undo takes it all back."""
        others = len(self.photos) - 1
        name, reason = one_line(self.photos[0].name), best_words(self.best_by, others + 1)
        return ConfirmScreen(
            "best of stack",
            f"{name} is the {reason}. Pick it, and reject the other {plural(others, 'photo')}?"
            " No file is deleted, and one undo takes it back.",
            yes="Pick it",
            no="Cancel",
            own=own,
            yes_first=True,
        )
