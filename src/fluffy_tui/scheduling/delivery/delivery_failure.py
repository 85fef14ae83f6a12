"""What a fault means for a post: rest and try again, look first, or end as failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fluffy_tui.buffer import BufferError, Code, NextStep
from fluffy_tui.core.errors import FluffyError
from fluffy_tui.media import MediaHostError
from fluffy_tui.photos import PhotoState
from fluffy_tui.scheduling.model import Step

if TYPE_CHECKING:
    from fluffy_tui.photos import Photo
    from fluffy_tui.scheduling.tables import PostRow
    from fluffy_tui.scheduling.timings import Pace

_BOUNDED = frozenset({Code.IMAGE_UNREADABLE, Code.IMAGE_DROPPED})
"""Faults that pass by themselves, or else lie in the picture or its address."""

_MENDED_BY_A_PERSON = frozenset({Code.KEY_REFUSED, Code.KEY_MISSING, Code.FORBIDDEN, Code.WRONG_ADDRESS})


class ClaimLost(Exception):
    """Another attempt took the post over, or its person let it go: this attempt ends without a word."""


class DeliveryFailure(FluffyError):
    """Why a post does not go on now.

    Args:
        step: HELD, UNCONFIRMED or FAILED.
        code: short name for the posts table.
        message: plain words, with Buffer's own where there are any.
        pause: seconds until the next try; without meaning when failed.
    """

    def __init__(self, step: Step, code: str, message: str, pause: float = 0.0) -> None:
        super().__init__(message)
        self.step = step
        self.code = code
        self.pause = pause

    @classmethod
    def final(cls, code: str, message: str) -> DeliveryFailure:
        """Return a trouble that only the person can end."""
        return cls(Step.FAILED, code, message)

    @classmethod
    def held(cls, code: str, message: str, pause: float) -> DeliveryFailure:
        """Return a trouble that keeps the post waiting; nothing of it is in Buffer."""
        return cls(Step.HELD, code, message, pause)

    @classmethod
    def waiting(cls, code: str, message: str, post: PostRow, pace: Pace) -> DeliveryFailure:
        """Return a trouble that lasts until somebody or something makes room, however long that takes."""
        return cls.held(code, message, pace.patience(_tries(post, code)))

    @classmethod
    def passing(cls, code: str, message: str, post: PostRow, pace: Pace) -> DeliveryFailure:
        """Return a trouble that is tried again with growing pauses, but not for ever."""
        tries = _tries(post, code)
        if tries >= pace.bounded_tries:
            return cls.final(code, f"{message} It was tried {tries} times.")
        return cls.held(code, message, pace.backoff(tries))


def _tries(post: PostRow, code: str) -> int:
    """Count how many times in a row this trouble has been met, this time included."""
    return post.attempts if post.error_code == code else 1


def trouble_of(
    error: BufferError | MediaHostError | DeliveryFailure, post: PostRow, pace: Pace
) -> DeliveryFailure:
    """Return what an error means for a post at its present step."""
    if isinstance(error, DeliveryFailure):
        return error
    if isinstance(error, MediaHostError):
        pause = pace.backoff(_tries(post, "media_host")) if error.temporary else pace.key_refused
        return _resting(post, "media_host", str(error), pause)
    message = str(error)
    if error.next_step is NextStep.LOOK_FIRST:
        return DeliveryFailure(Step.UNCONFIRMED, error.code, message, pace.first_look)
    if error.next_step is NextStep.FINAL and not _in_doubt(post):
        return DeliveryFailure.final(error.code, message)
    if error.code in _BOUNDED:
        return DeliveryFailure.passing(error.code, message, post, pace)
    return _resting(post, error.code, message, _pause(error, post, pace))


def own_fault(error: Exception, post: PostRow, pace: Pace) -> DeliveryFailure:
    """Return what an error of this program's own means: tried again a few times, and never sent blindly."""
    code = "program_fault"
    message = f"fluffy-tui met a fault of its own ({type(error).__name__}); its log file tells more."
    if post.step in (Step.SENDING, Step.UNCONFIRMED):
        return DeliveryFailure(Step.UNCONFIRMED, code, message, pace.backoff(_tries(post, code)))
    return DeliveryFailure.passing(code, message, post, pace)


def _pause(error: BufferError, post: PostRow, pace: Pace) -> float:
    if error.retry_after is not None:
        return error.retry_after
    if error.code in _MENDED_BY_A_PERSON:
        return pace.key_refused
    if error.next_step is NextStep.HOLD:
        return pace.patience(_tries(post, error.code))
    return pace.backoff(_tries(post, error.code))


def _resting(post: PostRow, code: str, message: str, pause: float) -> DeliveryFailure:
    """Hold the post; while a create of it may be under way, it stays unconfirmed instead."""
    return DeliveryFailure(Step.UNCONFIRMED if _in_doubt(post) else Step.HELD, code, message, pause)


def _in_doubt(post: PostRow) -> bool:
    """Tell whether the fault was met while looking for an earlier create, not while sending one."""
    return post.step == Step.UNCONFIRMED


def photo_trouble(state: PhotoState, photo: Photo) -> DeliveryFailure:
    """Return why a photo whose file is no longer the one that was chosen is not sent."""
    words = {
        PhotoState.MISSING: f"The photo {photo.path} is gone, so nothing was sent. Put it back and try again.",
        PhotoState.CHANGED: f"The photo {photo.path} has changed since it was chosen, so nothing was sent. "
        "Let the post go and import the folder again.",
        PhotoState.UNREADABLE: f"The photo {photo.path} cannot be read, so nothing was sent.",
    }
    return DeliveryFailure.final(f"photo_{state}", words[state])
