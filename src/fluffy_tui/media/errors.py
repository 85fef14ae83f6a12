"""What can go wrong between a photo on disk and a picture that Buffer can fetch."""

from __future__ import annotations

from fluffy_tui.core.errors import FluffyError
from fluffy_tui.images import PhotoUnreadable as PhotoUnreadable, Unreadable as Unreadable


class MediaHostError(FluffyError):
    """The media host did not take a picture, or its public address does not give it back.

    Args:
        message: What happened, without any secret.
        hint: What to do now.
        temporary: True if trying again later can help (unreachable, timeout, server error);
            False if something has to be changed first.
        unreachable: True if it did not answer at all.
    """

    def __init__(self, message: str, hint: str = "", *, temporary: bool, unreachable: bool = False) -> None:
        super().__init__(message, hint)
        self.temporary = temporary
        self.unreachable = unreachable
